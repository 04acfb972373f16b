"""What is registered, and its hash."""

import datetime as dt
import json
from typing import Any

import pytest

from retention.campaign.design import Design, arms_of
from retention.errors import InputError, ModelError
from tests.campaign.cases import OFFERS, design


def test_a_design_is_the_same_after_json() -> None:
    """Saved and read back it is equal and hashes alike; the dates follow from the first day and the horizon."""
    fields: dict[str, Any] = {"excluded": {"duplicate": 2}, "segment": "city", "explore": 0.05}
    registered = design(100, **fields)
    again = Design.from_dict(json.loads(registered.as_json()))
    assert again == registered
    assert again.sha256 == registered.sha256 == design(100, **fields, standing=0).sha256
    assert again.read_on == dt.date(2026, 11, 12)
    assert again.valid_days == max(offer.valid_days for offer in OFFERS)
    assert design(101).sha256 != design(100).sha256


def test_the_arms_start_with_control() -> None:
    """A plan has its offers as arms, ``offers`` the whole catalogue, ``text`` the two kinds of template."""
    assert arms_of("plan", OFFERS, frozenset({"percent_20", "cash_50"})) == ("control", "cash_50", "percent_20")
    assert arms_of("offers", OFFERS, frozenset()) == ("control", "cash_50", "free_delivery", "percent_20")
    assert arms_of("text", OFFERS, frozenset()) == ("control", "model", "library")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name": "../diwali"}, "name: must be 1 to 60 letters"),
        ({"name": " diwali"}, "name: must be 1 to 60 letters"),
        ({"holdout_share": 0.0}, "share: must be a share above 0 to 0.5"),
        ({"holdout_share": 0.6}, "share: must be a share above 0 to 0.5"),
        ({"explore": 1.5}, "explore: must be a share from 0 to 1"),
        ({"standing": float("nan")}, "standing: must be a share"),
        ({"horizon_days": 0}, "horizon-days: must be a whole number from 1 to 366"),
        ({"arms": ("control",)}, "nobody would be treated"),
        ({"arms": ("control", "gold")}, "must be 'control' and then offers"),
    ],
)
def test_a_design_out_of_bounds_is_refused(fields: dict[str, Any], words: str) -> None:
    """One sentence names the field."""
    with pytest.raises(InputError, match=words):
        design(100, **fields)


def test_a_foreign_design_is_refused() -> None:
    """Missing, unknown or absurd fields give one sentence that names the file."""
    saved = design(100).as_dict()
    for broken in (
        {},
        {**saved, "more": 1},
        {**saved, "sent_on": "soon"},
        {**saved, "economics": {"value": "much"}},
        {**saved, "holdout_share": 2},
        {**saved, "eligible": "all"},
        {**saved, "offers": "none"},
    ):
        with pytest.raises(ModelError, match=r"^diwali\.zip: holds no design of a campaign"):
            Design.from_dict(broken, source="diwali.zip")
