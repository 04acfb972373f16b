"""Axes of log-odds, labelled with odds ratios or probabilities."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from retention.charts.log_odds_axis import log_odds, odds_axis, probability_axis, probability_of


@given(st.floats(0.0001, 0.9999), st.floats(0.0001, 0.9999))
def test_probabilities_along_an_axis_do_not_touch(first: float, second: float) -> None:
    """One to six labels inside the range, none so near that they would touch."""
    low, high = sorted([log_odds(first), log_odds(second)])
    axis = probability_axis(low, high)
    at = axis["tickvals"]
    assert 1 <= len(at) <= 8
    assert axis["range"][0] - 1e-9 <= min(at) and max(at) <= axis["range"][1] + 1e-9
    assert all(upper - lower > (high - low) / 5 for lower, upper in pairwise(at))


@given(st.floats(-2.7, 2.7), st.floats(0.1, 5))
def test_an_axis_has_several_odds_ratios(low: float, size: float) -> None:
    """An effect of any size has a scale to read it by, with ×1 on it wherever it lies in between."""
    axis = odds_axis(low, low + size)
    assert 1 <= len(axis["tickvals"]) <= 9
    assert len(axis["ticktext"]) == len(set(axis["ticktext"]))
    if low <= 0 <= low + size:
        assert "×1" in axis["ticktext"]


@given(st.floats(0.001, 0.999))
def test_log_odds_and_probability_are_each_others_inverse(share: float) -> None:
    """There and back."""
    assert abs(probability_of(log_odds(share)) - share) < 1e-12
