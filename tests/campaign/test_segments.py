"""Do not disturb, and the look at fairness."""

from statistics import NormalDist

import numpy as np
import pytest

from retention.campaign.segments import do_not_disturb, fairness_look, looks_as_dict
from retention.errors import InputError


def test_the_correction_grows_with_the_segments() -> None:
    """The upper end is the mean plus z(1 − .10/m) standard errors, with m the registered segments."""
    scores = np.tile([-3.0, 1.0], 50)
    error = scores.std(ddof=1) / 10
    for names in (["a"], ["a", "b", "c", "d", "e"]):
        effects = do_not_disturb(["a"] * 100, scores, registered=names)
        z = NormalDist().inv_cdf(1 - 0.10 / len(names))
        assert [part.segment for part in effects] == ["a"]
        assert effects[0].upper == pytest.approx(-1.0 + z * error)
        assert effects[0].do_not_disturb


def test_unharmed_segments_are_seldom_named() -> None:
    """Of 400 campaigns without an effect, at most 13% name one of five segments."""
    rng = np.random.default_rng(0)
    names = np.repeat(["a", "b", "c", "d", "e"], 100).tolist()
    named = [
        any(part.do_not_disturb for part in do_not_disturb(names, rng.normal(size=500), registered=list("abcde")))
        for _ in range(400)
    ]
    assert 0.05 <= np.mean(named) <= 0.13


def test_more_than_five_segments_or_one_twice_are_refused() -> None:
    """A search is no registration."""
    for names in (list("abcdef"), ["a", "a"]):
        with pytest.raises(InputError, match="at most 5"):
            do_not_disturb(["a"] * 100, np.zeros(100), registered=names)


def test_the_look_shows_ratios_below_four_fifths() -> None:
    """Contact rates of 50% and 30% have a ratio of .6; offers of 50 and 45 one of .9; an effect needs 50."""
    groups = ["a"] * 100 + ["b"] * 40
    contacted = np.r_[np.arange(100) < 50, np.arange(40) < 12]
    value = np.r_[np.full(100, 50.0), np.full(40, 45.0)]
    a, b = fairness_look(groups, contacted, value, scores=np.arange(140.0))
    assert (a.contact_rate, a.contact_ratio, a.offer_ratio, a.shown) == (0.5, 1.0, 1.0, False)
    assert b.contact_rate == 0.3
    assert [b.contact_ratio, b.offer_ratio] == pytest.approx([0.6, 0.9])
    assert b.shown
    assert b.effect is None
    assert a.effect is not None
    assert a.effect.value == pytest.approx(49.5)
    assert looks_as_dict([b])[0]["effect"] is None
