"""Which registered segments an offer harms, and how contacts, offers and effects differ between groups.

A segment is left alone only if the upper end of its effect lies below 0 after Bonferroni's correction; nobody is
for a negative score of their own. The look at fairness shows, and adjusts nothing.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from retention.campaign.effect import Estimate, Floats
from retention.campaign.intervals import Interval, normal_interval
from retention.campaign.learning_rows import Bools, Ints
from retention.campaign.policy_value import mean_estimate
from retention.errors import InputError
from retention.wording.text import join_names

MOST_SEGMENTS = 5
"""Segments that may be registered; more would be a search."""

LEAST_RATIO = 0.8
"""A group whose rate is a smaller share of the highest group's is shown."""

_ERROR = 0.10  # of naming any segment that is not harmed
_LEAST_CUSTOMERS = 50


@dataclass(frozen=True, kw_only=True)
class SegmentEffect:
    """The effect on a registered segment.

    Attributes
    ----------
    segment
        Its name.
    customers
        How many took part.
    effect
        The effect with its 90% interval, in the unit of the scores.
    upper
        The upper end of its one-sided interval, corrected for the number of segments.
    do_not_disturb
        Whether ``upper`` is below 0.
    """

    segment: str
    customers: int
    effect: Interval
    upper: float
    do_not_disturb: bool


def do_not_disturb(
    segments: Sequence[str | None], scores: Floats, *, registered: Sequence[str], unit: Ints | None = None
) -> tuple[SegmentEffect, ...]:
    """Return the effect on each registered segment, and which are better left alone.

    Parameters
    ----------
    segments
        The segment of each customer, (n,).
    scores
        Effect scores G of the treatment, (n,); see :mod:`retention.campaign.policy_value`.
    registered
        Names of at most 5 segments that were written down before the campaign was read.
    unit
        The group that was drawn as a whole, (n,).

    Raises
    ------
    InputError
        If more than 5 segments are registered, or one twice.

    Examples
    --------
    >>> scores = np.r_[np.tile([-2.0, -1.0], 30), np.tile([-2.0, 3.0], 30)]
    >>> effects = do_not_disturb(["a"] * 60 + ["b"] * 60, scores, registered=["a", "b"])
    >>> [(part.segment, part.effect.value, part.do_not_disturb) for part in effects]
    [('a', -1.5, True), ('b', 0.5, False)]
    """
    if len(registered) > MOST_SEGMENTS or len(set(registered)) < len(registered):
        raise InputError(
            f"segments: at most {MOST_SEGMENTS} different ones may be registered, got {join_names(registered)}; "
            "choose those that matter"
        )
    z = NormalDist().inv_cdf(1 - _ERROR / max(len(registered), 1))
    names = np.array(segments, dtype=object)
    effects = []
    for segment in registered:
        at = names == segment
        if at.sum() < _LEAST_CUSTOMERS:
            continue
        estimate = _estimate(scores, at, unit)
        upper = estimate.value + z * estimate.standard_error
        effects.append(
            SegmentEffect(
                segment=segment,
                customers=int(at.sum()),
                effect=normal_interval(estimate),
                upper=upper,
                do_not_disturb=upper < 0,
            )
        )
    return tuple(effects)


@dataclass(frozen=True, kw_only=True)
class GroupLook:
    """How one group fares.

    Attributes
    ----------
    group
        Its value of the chosen column.
    customers
        How many they are.
    contact_rate
        Share who are contacted, in [0, 1].
    offer_value
        Mean cost of the offers among those contacted (currency); 0 where nobody is.
    effect
        Measured effect of the treatment; None below 50 customers.
    contact_ratio, offer_ratio
        The rate and the value as shares of the highest group's, in [0, 1].
    shown
        Whether one of the two lies below 0.8.
    """

    group: str
    customers: int
    contact_rate: float
    offer_value: float
    effect: Interval | None
    contact_ratio: float
    offer_ratio: float
    shown: bool


def fairness_look(
    groups: Sequence[str | None],
    contacted: NDArray[np.bool_],
    offer_value: Floats,
    scores: Floats | None = None,
    unit: Ints | None = None,
) -> tuple[GroupLook, ...]:
    """Compare contact rate, offer value and effect between the groups of a column; nothing is adjusted.

    Parameters
    ----------
    groups
        The value of the column, (n,); a blank is a group of its own.
    contacted
        Whether the plan contacts the customer, (n,).
    offer_value
        What the customer's offer gives (currency), (n,); counts for those contacted.
    scores
        Effect scores G, (n,); None where nothing was measured.
    unit
        The group that was drawn as a whole, (n,).

    Examples
    --------
    >>> looks = fairness_look(["a", "a", "b", "b"], np.array([True, True, True, False]), np.full(4, 50.0))
    >>> [(look.group, look.contact_rate, look.contact_ratio, look.shown) for look in looks]
    [('a', 1.0, 1.0, False), ('b', 0.5, 0.5, True)]
    """
    names = np.array(["" if group is None else str(group) for group in groups], dtype=object)
    rates: dict[str, tuple[float, float]] = {}
    for group in sorted(set(names)):
        at = names == group
        values = offer_value[at & contacted]
        rates[group] = (float(contacted[at].mean()), float(values.mean()) if len(values) else 0.0)
    highest = tuple(max((rate[number] for rate in rates.values()), default=0.0) for number in (0, 1))
    looks = []
    for group, (rate, value) in rates.items():
        at = names == group
        contact_ratio, offer_ratio = _share(rate, highest[0]), _share(value, highest[1])
        enough = scores is not None and at.sum() >= _LEAST_CUSTOMERS
        looks.append(
            GroupLook(
                group=group,
                customers=int(at.sum()),
                contact_rate=rate,
                offer_value=value,
                effect=normal_interval(_estimate(scores, at, unit)) if enough and scores is not None else None,
                contact_ratio=contact_ratio,
                offer_ratio=offer_ratio,
                shown=min(contact_ratio, offer_ratio) < LEAST_RATIO,
            )
        )
    return tuple(looks)


def looks_as_dict(looks: Sequence[GroupLook]) -> list[Mapping[str, object]]:
    """Return the looks for JSON."""
    return [{**vars(look), "effect": None if look.effect is None else look.effect.as_dict()} for look in looks]


def _estimate(scores: Floats, at: Bools, unit: Ints | None) -> Estimate:
    return mean_estimate(scores[at], None if unit is None else unit[at])


def _share(part: float, whole: float) -> float:
    return part / whole if whole > 0 and math.isfinite(whole) else 1.0
