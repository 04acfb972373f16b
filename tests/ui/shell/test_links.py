"""Links that open the same view."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retention.errors import InputError
from retention.profit.economics import Economics
from retention.ui.shell import links
from retention.ui.tabs import TABS

TAB_IDS = [tab.id for tab in TABS]


def test_a_link_says_what_to_see() -> None:
    """Tab, threshold and money inputs are read; whatever else stands in an address is left alone."""
    query = {"tab": "offers", "logs": "x", "threshold": "0.2", "value": "800", "save_rate": "0.3", "currency": "€"}
    assert links.read(query, TAB_IDS) == links.Link(
        "offers", 0.2, Economics(value=800, save_rate=0.3, currency="€")
    )


def test_a_bare_address_shows_the_defaults() -> None:
    """Without a question mark it is the profit tab at the deployed threshold."""
    assert links.read({}, TAB_IDS) == links.Link("profit", None, Economics())


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"tab": "secrets"}, "tab: must be one of"),
        ({"threshold": "1.001"}, "from 0 to 1"),
        ({"threshold": "-0.001"}, "from 0 to 1"),
        ({"threshold": "nan"}, "must be a number, got 'nan'"),
        ({"threshold": "half"}, "must be a number, got 'half'"),
        ({"value": "0"}, "value: must be above 0"),
        ({"offer_cost": "inf"}, "offer_cost"),
        ({"stayer_redemption": "0.9", "harm_rate": "0.2"}, "at most 1 together"),
        ({"currency": "<script>alert(1)</script>"}, "1 to 8 characters"),
    ],
)
def test_what_cannot_be_is_one_sentence(query: dict[str, str], words: str) -> None:
    """The rules are those of the money inputs themselves."""
    with pytest.raises(InputError, match=words):
        links.read(query, TAB_IDS)


@given(st.dictionaries(st.sampled_from(["tab", "threshold", "value", "save_rate", "currency"]), st.text()))
def test_nobody_can_break_it(query: dict[str, str]) -> None:
    """Whatever stands in an address is a view or a sentence."""
    try:
        link = links.read(query, TAB_IDS)
    except InputError:
        return
    assert link.threshold is None or 0 <= link.threshold <= 1


@pytest.mark.parametrize("threshold", [0.0, 1.0])
def test_the_ends_of_the_slider_are_in_it(threshold: float) -> None:
    """0 sends to everyone and 1 to nearly nobody: both can be handed on."""
    assert links.read({"threshold": str(threshold)}, TAB_IDS).threshold == threshold
