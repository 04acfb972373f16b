"""How a repository and its commit are named."""

import pytest

from retention.errors import InputError
from retention.hub.reference import Reference


@pytest.mark.parametrize(
    ("text", "repo", "commit"),
    [
        ("alice/churn", "alice/churn", None),
        (" alice/churn ", "alice/churn", None),
        ("a/b", "a/b", None),
        ("Acme-Foods/churn_v2.1@0123abc", "Acme-Foods/churn_v2.1", "0123abc"),
        ("alice/churn@" + "f" * 40, "alice/churn", "f" * 40),
    ],
)
def test_a_reference_is_read(text: str, repo: str, commit: str | None) -> None:
    """Owner, name and commit, as they are written on the Hub."""
    assert Reference.parse(text) == Reference(repo, commit)
    assert str(Reference.parse(text)) == text.strip()


@pytest.mark.parametrize(
    "text",
    [
        "", "churn", "alice/", "/churn", "alice/churn/x", "alice/churn@", "alice/churn@main", "alice/churn@012345",
        "alice/churn@" + "f" * 41, "alice/../etc", "alice/-x", "alice/a--b", "alice/a..b", "alice/a b", "alice/ñ",
        "https://huggingface.co/alice/churn", "a" * 97 + "/x",
    ],
)  # fmt: skip
def test_an_invalid_reference_is_refused(text: str) -> None:
    """One sentence says what is expected; a branch is refused, since it moves."""
    with pytest.raises(InputError, match="pass OWNER/NAME or OWNER/NAME@commit"):
        Reference.parse(text)
