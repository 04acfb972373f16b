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

from retention.campaign.comparison import Comparison
from retention.campaign.effect import Floats
from retention.campaign.intervals import Z

MOST_SEGMENTS = 5
"""Segments that may be registered; more would be a search."""

LEAST_RATIO = 0.8
"""A group whose rate is a smaller share of the highest group's is shown."""

_ERROR = 0.10  # of naming any segment that is not harmed


def leave_alone(segments: Mapping[str, Comparison]) -> tuple[str, ...]:
    """Return the registered segments that offers harm beyond chance: by money, or where none is by who was kept.

    The upper end of the one-sided interval must lie below 0, at 10% for all segments together (Bonferroni). With
    more than 5 segments there is none: so many would be a search.
    """
    if len(segments) > MOST_SEGMENTS:
        return ()
    z = NormalDist().inv_cdf(1 - _ERROR / max(len(segments), 1))
    harmed = []
    for name, comparison in segments.items():
        effect = comparison.money if comparison.money is not None and comparison.money_trusted else comparison.kept
        if effect is not None and effect.value + z * (effect.high - effect.low) / (2 * Z) < 0:
            harmed.append(name)
    return tuple(harmed)


def notes_on_segments(harmed: Sequence[str]) -> tuple[str, ...]:
    """Say which segments are better left alone."""
    return tuple(
        f"do not disturb {name}: the campaign harmed this segment, beyond chance (10% over all); leave it "
        "out of the next list"
        for name in harmed
    )


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
    contact_ratio, offer_ratio
        The rate and the value as shares of the highest group's, in [0, 1].
    shown
        Whether one of the two lies below 0.8.
    """

    group: str
    customers: int
    contact_rate: float
    offer_value: float
    contact_ratio: float
    offer_ratio: float
    shown: bool


def fairness_look(
    groups: Sequence[str | None],
    contacted: NDArray[np.bool_],
    offer_value: Floats,
) -> tuple[GroupLook, ...]:
    """Compare contact rate and offer value between the groups of a column; nothing is adjusted.

    Parameters
    ----------
    groups
        The value of the column, (n,); a blank is a group of its own.
    contacted
        Whether the plan contacts the customer, (n,).
    offer_value
        What the customer's offer gives (currency), (n,); counts for those contacted.

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
        looks.append(
            GroupLook(
                group=group,
                customers=int(at.sum()),
                contact_rate=rate,
                offer_value=value,
                contact_ratio=contact_ratio,
                offer_ratio=offer_ratio,
                shown=min(contact_ratio, offer_ratio) < LEAST_RATIO,
            )
        )
    return tuple(looks)


def looks_in_words(looks: Sequence[GroupLook]) -> tuple[str, ...]:
    """Say which groups are contacted, or given, less than four fifths of what the highest group is."""
    sentences = []
    for look in looks:
        if look.contact_ratio < LEAST_RATIO:
            sentences.append(
                f"{look.group or '(blank)'}: {look.contact_rate:.0%} are on the list, {look.contact_ratio:.0%} of "
                "the share of the group with most; shown for you to judge, nothing is adjusted"
            )
        elif look.shown:
            sentences.append(
                f"{look.group or '(blank)'}: offers cost {look.offer_ratio:.0%} of those of the dearest group; "
                "shown for you to judge, nothing is adjusted"
            )
    return tuple(sentences)


def _share(part: float, whole: float) -> float:
    return part / whole if whole > 0 and math.isfinite(whole) else 1.0
