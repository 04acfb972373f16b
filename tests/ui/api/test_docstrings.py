"""Docstrings taken apart for the API's pages and for agents."""

import pytest

from retention.profit.economics import Economics
from retention.ui.api.docstrings import parse_docstring
from retention.ui.api.endpoints import STEPS, Step


def step(scored: str, *, tone: str = "warm", save_rate: float = 1.0) -> str:
    """Write to customers.

    Nobody is left out:
    ``send = yes`` is who gets a message.

    Parameters
    ----------
    scored
        The send list: the CSV
        that score returned.
    tone
        How it sounds.

    Returns
    -------
    messages
        The messages.
    """
    return f"{scored} {tone} {save_rate}"


def test_each_part_becomes_one_line() -> None:
    """Lines are joined, marks of the notation go, and what a class describes comes from there."""
    parsed = parse_docstring(step, also=Economics)
    assert parsed.description == "Write to customers. Nobody is left out: send = yes is who gets a message."
    assert parsed.parameters["scored"] == "The send list: the CSV that score returned."
    assert parsed.parameters["save_rate"] == "γ, share of churning customers whom the offer keeps, in [0, 1]."
    assert list(parsed.parameters) == ["scored", "tone", "save_rate"]
    assert parsed.returns == {"messages": "The messages."}


def test_agents_get_the_layout_that_gradio_reads() -> None:
    """One line a parameter under `Args:`, and what comes back under `Returns:`."""
    assert parse_docstring(step).for_agents().splitlines() == [
        "Write to customers. Nobody is left out: send = yes is who gets a message.",
        "",
        "Args:",
        "    scored: The send list: the CSV that score returned.",
        "    tone: How it sounds.",
        "",
        "Returns:",
        "    messages: The messages.",
    ]


@pytest.mark.parametrize("endpoint", STEPS, ids=lambda step: step.__name__)
def test_every_endpoint_is_described_in_full(endpoint: Step) -> None:
    """No parameter and no result goes without words, and none is a mere name."""
    parsed = parse_docstring(endpoint, also=Economics)
    names = [name for name in endpoint.__annotations__ if name not in {"folder", "hub", "progress", "return"}]
    assert list(parsed.parameters) == names
    assert all(
        len(words) > 12 for words in (parsed.description, *parsed.parameters.values(), *parsed.returns.values())
    )
