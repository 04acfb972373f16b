"""Whether new customers still resemble those a model learned from."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from retention.churn.model import ChurnModel
from retention.churn.profile import Shares
from retention.churn.schema import Column, blank_shares, encode
from retention.customers.table import Customers

MODERATE, STRONG = 0.1, 0.25
"""The customary readings of a population stability index (PSI)."""

_FALSE_ALARM = 0.001
_THIN = 0.02
_MOST_SENTENCES = 5


@dataclass(frozen=True)
class Drift:
    """How far these customers are from those the model learned from.

    Attributes
    ----------
    level
        ``none``; ``some``: keep an eye on it; ``severe``: do not act on the scores before retraining.
    reasons
        Sentences, the most telling first, and when to retrain; empty where there is no drift.
    """

    level: Literal["none", "some", "severe"]
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class _Sign:
    weight: float
    severe: bool
    sentence: str


def drift(model: ChurnModel, customers: Customers, probability: NDArray[np.float64]) -> Drift:
    """Compare customers with the model's training customers.

    A column counts as shifted where its PSI exceeds both 0.1 and what chance alone gives at this number of
    customers (a chi-squared quantile: PSI is about chi-squared times 1/n + 1/m; Yurdakul 2018). It is severe
    if the scores themselves, or columns that carry a quarter of the model's say, are strongly shifted.

    Parameters
    ----------
    model
        The model that gave the scores.
    customers
        Those that were scored, m rows.
    probability
        Their probabilities, length m.
    """
    if not len(customers):
        return Drift("none", ())
    signs = _score_signs(model, probability) + _column_signs(model, customers)
    if not signs:
        return Drift("none", ())
    severe = any(sign.severe for sign in signs) or sum(sign.weight for sign in signs) >= STRONG
    advice = (
        "retrain on customers like these before acting on the scores"
        if severe
        else "retrain as soon as it is known who of these customers left"
    )
    sentences = [sign.sentence for sign in sorted(signs, key=lambda sign: (-sign.severe, -sign.weight))]
    return Drift("severe" if severe else "some", (*sentences[:_MOST_SENTENCES], advice))


def stability_index(before: NDArray[np.float64], now: NDArray[np.float64]) -> float:
    """Return the population stability index of two sets of shares, each adding up to 1 and above 0.

    Examples
    --------
    >>> round(stability_index(np.array([0.5, 0.5]), np.array([0.6, 0.4])), 4)
    0.0405
    """
    return float(np.sum((now - before) * np.log(now / before)))


def _score_signs(model: ChurnModel, probability: NDArray[np.float64]) -> list[_Sign]:
    known, m = model.profile, len(probability)
    signs = []
    mean = float(probability.mean())
    noise = 4 * known.spread_score * np.sqrt(1 / known.customers + 1 / m)
    ratio = mean / known.mean_score
    if abs(mean - known.mean_score) > max(noise, 0.2 * known.mean_score):
        sentence = f"the mean churn probability is {mean:.1%}, where {model.churn_rate:.1%} left in training"
        signs.append(_Sign(0.1, bool(ratio > 2 or ratio < 0.5), sentence))
    index, moved = _shift(known.score, known.score.of(probability), known.customers, m, tests=1)
    if moved:
        sentence = f"the scores are spread differently from training (PSI {index:.2f})"
        signs.append(_Sign(0.1, index > STRONG, sentence))
    return signs


def _column_signs(model: ChurnModel, customers: Customers) -> list[_Sign]:
    matrix, blank = encode(model.columns, customers), blank_shares(model.columns, customers)
    say = {one.feature: one.mean_abs_shap for one in model.directions}
    total = sum(say.values()) or 1.0
    signs = []
    for at, (column, known) in enumerate(zip(model.columns, model.profile.columns, strict=True)):
        now = known.of(matrix[:, at])
        index, moved = _shift(known, now, model.customers, len(customers), tests=len(model.columns))
        if moved:
            weight = say[column.name] / total * (1.0 if index > STRONG else 0.3)
            change = _change(column, known, matrix[:, at], float(blank[at]))
            signs.append(_Sign(weight, False, f"column '{column.name}' (PSI {index:.2f}): {change}"))
    return signs


def _shift(known: Shares, now: NDArray[np.float64], n: int, m: int, *, tests: int) -> tuple[float, bool]:
    """Return the PSI, thin bins taken together, and whether it is beyond custom and chance."""
    from scipy.stats import chi2

    before = np.array(known.shares)
    thin = before < _THIN
    before, now = (np.append(one[~thin], one[thin].sum()) for one in (before, now))
    bins = len(before)
    before, now = ((one * count + 0.5) / (count + 0.5 * bins) for one, count in ((before, n), (now, m)))
    index = stability_index(before, now)
    chance = float(chi2.isf(_FALSE_ALARM / tests, max(1, bins - 1))) * (1 / n + 1 / m)
    return index, index > max(MODERATE, chance)


def _change(column: Column, known: Shares, values: NDArray[np.float64], blank: float) -> str:
    """Say what changed most in a column: blanks, unknown values, the typical number or one category."""
    before, now = np.array(known.shares), known.of(values)
    unknown, unknown_before = now[-1] - blank, before[-1] - known.blank
    if abs(blank - known.blank) > 0.1:
        return f"{blank:.0%} blank against {known.blank:.0%} in training"
    if unknown - unknown_before > 0.1:
        return f"{unknown:.0%} hold values that the model does not know"
    if column.kind == "number":
        return f"typically {np.nanmedian(values):,.4g} against {known.typical:,.4g} in training"
    most = int(np.argmax(np.abs(now[:-1] - before[:-1])))
    return f"{now[most]:.0%} {column.categories[most]} against {before[most]:.0%} in training"
