"""Do not disturb, and the look at fairness."""

from dataclasses import replace

import numpy as np
import pytest

from retention.campaign.assignment import draw
from retention.campaign.campaign_file import Campaign
from retention.campaign.comparison import Comparison
from retention.campaign.intervals import Interval
from retention.campaign.measurement import measure
from retention.campaign.segments import fairness_look, leave_alone, looks_in_words, notes_on_segments
from tests.campaign.campaigns import READ_ON, drawn, played


def kept_by(value: float, error: float) -> Comparison:
    """A comparison of customers kept, in points."""
    margin = 1.6448536269514722 * error
    return Comparison(
        customers=500,
        control_customers=100,
        verdict="no evidence",
        kept=Interval(value, value - margin, value + margin),
    )


def test_the_correction_grows_with_the_segments() -> None:
    """An effect of -2 points with an error of 1: z is 1.28 for one segment, 2.05 for five."""
    assert leave_alone({"a": kept_by(-2.0, 1.0)}) == ("a",)
    others = {name: kept_by(0.0, 1.0) for name in "bcde"}
    assert leave_alone({"a": kept_by(-2.0, 1.0), **others}) == ()
    assert leave_alone({"a": kept_by(-2.1, 1.0), **others}) == ("a",)
    assert leave_alone({"a": kept_by(-9.0, 1.0), **others, "f": kept_by(0.0, 1.0)}) == ()  # six are a search


def test_money_decides_where_there_is_money() -> None:
    """A segment that keeps fewer customers and yet earns is not named; one without an interval neither."""
    earns = replace(kept_by(-5.0, 1.0), money=Interval(3.0, 1.0, 5.0))
    doubtful = replace(kept_by(-5.0, 1.0), money=Interval(3.0, 1.0, 5.0), money_trusted=False)
    assert leave_alone(
        {"a": earns, "b": doubtful, "c": Comparison(customers=10, control_customers=2, verdict="too small")}
    ) == ("b",)
    assert notes_on_segments(("b",))[0].startswith("do not disturb b: the campaign harmed this segment")


def test_unharmed_segments_are_seldom_named() -> None:
    """Of 400 campaigns without an effect, at most 13% name one of five segments."""
    rng = np.random.default_rng(0)
    named = [
        bool(
            leave_alone(
                {name: kept_by(effect, 1.0) for name, effect in zip("abcde", rng.normal(size=5), strict=True)}
            )
        )
        for _ in range(400)
    ]
    assert 0.05 <= np.mean(named) <= 0.14


def test_a_registered_segment_is_measured_by_itself() -> None:
    """Both cities have treated and held out; the offer drives Delhi's customers away, and that is said."""
    plain = drawn(4000, share=0.3)
    city = np.where(np.arange(4000) % 2, "Pune", "Delhi")
    people = plain.assignments.assign(segment=city)[["customer", "probability", "value", "offer", "segment"]]
    design = replace(plain.design, segment="city")
    campaign = Campaign(design, draw(people, design, salt=bytes(16)))
    outcomes = played(campaign)
    table = campaign.assignments.set_index("customer")
    harmed = (table["segment"] == "Delhi") & (table["arm"] != "control")
    outcomes.loc[harmed[harmed].index[::2], "kept"] = False
    reading = measure(campaign, outcomes, as_of=READ_ON)
    segments = reading.campaign["segments"]
    assert set(segments) == {"Delhi", "Pune"}
    treated = (table["arm"] != "control") & (table["segment"] == "Pune")
    assert segments["Pune"]["customers"] == treated.sum()
    assert reading.campaign["do_not_disturb"] == ["Delhi"]
    assert any(note.startswith("do not disturb Delhi") for note in reading.notes)
    assert "segments" not in measure(plain, played(plain), as_of=READ_ON).campaign


def test_the_look_shows_ratios_below_four_fifths() -> None:
    """Contact rates of 50% and 30% have a ratio of .6; offers of 50 and 45 one of .9."""
    groups = ["a"] * 100 + ["b"] * 40
    contacted = np.r_[np.arange(100) < 50, np.arange(40) < 12]
    value = np.r_[np.full(100, 50.0), np.full(40, 45.0)]
    a, b = fairness_look(groups, contacted, value)
    assert (a.contact_rate, a.contact_ratio, a.offer_ratio, a.shown) == (0.5, 1.0, 1.0, False)
    assert b.contact_rate == 0.3
    assert [b.contact_ratio, b.offer_ratio] == pytest.approx([0.6, 0.9])
    assert b.shown
    assert looks_in_words((a, b)) == (
        "b: 30% are on the list, 60% of the share of the group with most; shown for you to judge, nothing is "
        "adjusted",
    )
