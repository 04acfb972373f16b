"""The name of a repository on the Hub, and one of its commits."""

import re
from dataclasses import dataclass
from typing import Final, Literal

from retention.errors import InputError

Kind = Literal["model", "dataset", "campaign"]
"""What a repository of the Hub may hold that this program writes and reads."""

RepositoryType = Literal["model", "dataset"]
"""The Hub's own kinds of repository."""

REPOSITORY_TYPES: Final[dict[Kind, RepositoryType]] = {
    "model": "model", "dataset": "dataset", "campaign": "dataset"
}  # fmt: skip
"""Where each of them is kept."""

_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,94}[A-Za-z0-9_])?"
_REFERENCE = re.compile(rf"(?P<repo>{_NAME}/{_NAME})(?:@(?P<commit>[0-9a-f]{{7,40}}))?")


@dataclass(frozen=True)
class Reference:
    """A repository, or one commit of it.

    Attributes
    ----------
    repo
        ``OWNER/NAME``.
    commit
        7 to 40 hexadecimal digits; None for the newest.
    """

    repo: str
    commit: str | None = None

    @classmethod
    def parse(cls, text: str) -> "Reference":
        """Read ``OWNER/NAME`` or ``OWNER/NAME@commit``.

        Raises
        ------
        InputError
            If the text is neither.

        Examples
        --------
        >>> Reference.parse("alice/churn@0123abc")
        Reference(repo='alice/churn', commit='0123abc')
        """
        match = _REFERENCE.fullmatch(text.strip())
        if match is None or "--" in match["repo"] or ".." in match["repo"]:
            raise InputError(f"{text!r}: not a repository of the Hub; pass OWNER/NAME or OWNER/NAME@commit")
        return cls(match["repo"], match["commit"])

    @property
    def short(self) -> str:
        """The reference with the first eight digits of its commit, for display.

        >>> Reference("alice/churn", "0123456789abcdef").short
        'alice/churn@01234567'
        """
        return str(Reference(self.repo, self.commit and self.commit[:8]))

    def __str__(self) -> str:
        return self.repo if self.commit is None else f"{self.repo}@{self.commit}"
