"""Whether customers with a larger predicted effect really have a larger one: Qini, AUTOC and fifths.

With customers in the order of their predicted effects, TOC(q) is the mean effect of the first share q, less that
of everyone. AUTOC is its area [1]_, and Qini that of q·TOC(q). Both are 0 for predictions that say nothing.

References
----------
.. [1] Yadlowsky, S., Fleming, S., Shah, N., Brunskill, E., Wager, S. (2024). Evaluating treatment prioritization
   rules via rank-weighted average treatment effects. Journal of the American Statistical Association 120.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from retention.campaign.effect import Estimate, Floats
from retention.campaign.intervals import Interval, normal_interval
from retention.campaign.learning_rows import Bools, Ints
from retention.campaign.policy_value import mean_estimate

_HALF_SAMPLES = 200
_MANY_ROWS = 200_000
_FEWER_HALF_SAMPLES = 50


@dataclass(frozen=True)
class Fifth:
    """A fifth of the customers, by predicted effect.

    Attributes
    ----------
    customers
        How many they are.
    predicted
        Their mean predicted effect.
    measured
        Their measured effect, with its 90% interval.
    """

    customers: int
    predicted: float
    measured: Interval


def autoc(predicted: Floats, scores: Floats) -> float:
    """Return the area under TOC, in the unit of the scores.

    Parameters
    ----------
    predicted
        Predicted effect, (n,); equal ones share the mean of their scores.
    scores
        Effect scores G, (n,), whose mean is the effect.

    Examples
    --------
    The first of two customers has an effect of 4, the second of 0; TOC is 2 and then 0:

    >>> autoc(np.array([2.0, 1.0]), np.array([4.0, 0.0]))
    1.0
    """
    return _area(_sorted(predicted, scores), logarithmic=True)


def qini(predicted: Floats, scores: Floats) -> float:
    """Return the area under q·TOC(q), in the unit of the scores.

    >>> qini(np.array([2.0, 1.0]), np.array([4.0, 0.0]))
    0.5
    """
    return _area(_sorted(predicted, scores), logarithmic=False)


def autoc_estimate(predicted: Floats, scores: Floats, *, seed: int, unit: Ints | None = None) -> Estimate:
    """Return AUTOC with its half-sample standard error."""
    return _estimate(predicted, scores, unit, seed, logarithmic=True)


def qini_estimate(predicted: Floats, scores: Floats, *, seed: int, unit: Ints | None = None) -> Estimate:
    """Return Qini with its half-sample standard error."""
    return _estimate(predicted, scores, unit, seed, logarithmic=False)


def fifths(predicted: Floats, scores: Floats, unit: Ints | None = None) -> tuple[Fifth, ...]:
    """Return predicted and measured effects by fifth, the largest predictions first."""
    order = np.argsort(-predicted, kind="stable")
    parts = [part for part in np.array_split(order, 5) if len(part) > 1]
    return tuple(
        Fifth(
            len(part),
            float(predicted[part].mean()),
            normal_interval(mean_estimate(scores[part], None if unit is None else unit[part])),
        )
        for part in parts
    )


def qini_curve(outcome: Floats, treated: Bools, predicted: Floats) -> tuple[Ints, Floats]:
    """Return Radcliffe's Qini curve of bare outcomes: treated outcomes less control's, scaled to the treated.

    Parameters
    ----------
    outcome, treated, predicted
        (n,).

    Returns
    -------
    customers, gain
        (m + 1,): how many customers come first, at each change of the prediction, and the gain among them.

    Examples
    --------
    >>> count, gain = qini_curve(np.array([1.0, 0.0, 1.0, 0.0]), np.array([True, False] * 2), np.arange(4.0))
    >>> gain.tolist()
    [0.0, 0.0, 1.0, 1.0, 2.0]
    """
    order = np.argsort(-predicted, kind="stable")
    y, t, ranked = outcome[order], treated[order], predicted[order]
    ends = np.r_[np.flatnonzero(np.diff(ranked)), len(ranked) - 1]
    treated_count, control_count = np.cumsum(t)[ends], np.cumsum(~t)[ends]
    treated_sum, control_sum = np.cumsum(y * t)[ends], np.cumsum(y * ~t)[ends]
    scale = np.divide(treated_count, control_count, out=np.zeros(len(ends)), where=control_count > 0)
    return np.r_[0, ends + 1].astype(np.int64), np.r_[0.0, treated_sum - control_sum * scale]


def _sorted(predicted: Floats, scores: Floats) -> Floats:
    """Return the scores in the order of the predictions, ties as their mean."""
    order = np.argsort(-predicted, kind="stable")
    ranked, ordered = predicted[order], scores[order]
    starts = np.r_[0, np.flatnonzero(np.diff(ranked)) + 1]
    if len(starts) == len(ranked):
        return ordered
    counts = np.diff(np.r_[starts, len(ranked)])
    return np.repeat(np.add.reduceat(ordered, starts) / counts, counts)


def _area(ordered: Floats, *, logarithmic: bool) -> float:
    n = len(ordered)
    running = np.cumsum(ordered)
    ranks = np.arange(1, n + 1)
    toc = running / ranks - running[-1] / n
    return float((toc if logarithmic else toc * ranks / n).mean())


def _estimate(predicted: Floats, scores: Floats, unit: Ints | None, seed: int, *, logarithmic: bool) -> Estimate:
    """Return the area and the spread of the areas of random halves, which is that of the whole's estimate."""
    order = np.argsort(-predicted, kind="stable")
    ranked, ordered = predicted[order], scores[order]
    ties = bool((np.diff(ranked) == 0).any())
    groups = None if unit is None else pd.factorize(unit[order])[0]
    rng = np.random.default_rng(seed)
    areas = []
    for _ in range(_HALF_SAMPLES if len(order) <= _MANY_ROWS else _FEWER_HALF_SAMPLES):
        count = len(order) if groups is None else int(groups.max()) + 1
        half = np.zeros(count, dtype=np.bool_)
        half[rng.permutation(count)[: max(count // 2, 1)]] = True
        at = half if groups is None else half[groups]
        part = _sorted(ranked[at], ordered[at]) if ties else ordered[at]
        areas.append(_area(part, logarithmic=logarithmic))
    whole = _area(_sorted(ranked, ordered), logarithmic=logarithmic)
    return Estimate(whole, float(np.std(np.array(areas) - whole)))
