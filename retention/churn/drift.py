"""Whether new customers still resemble those a model learned from."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from retention.churn.model import ChurnModel
from retention.churn.profile import BinShares
from retention.churn.schema import Column, encode
from retention.customers.audit.quantities import quantity_in_name
from retention.customers.table import Customers

MODERATE, STRONG = 0.1, 0.25
"""The customary readings of a population stability index (PSI)."""

_FALSE_ALARM = 0.001
_THIN = 0.02
_MIXTURES = np.linspace(0, 1, 11)
_MOST_SENTENCES = 5
_SAMPLED_CELLS = 1_000_000


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


def measure_drift(model: ChurnModel, customers: Customers, probability: NDArray[np.float64]) -> Drift:
    """Compare customers with the model's training customers.

    A column counts as shifted where its PSI exceeds both 0.1 and what chance alone gives at this number of
    customers (a chi-squared quantile: PSI is about chi-squared times 1/n + 1/m; Yurdakul 2018). How long
    people have been customers may rise for all alike: that is the clock, and no drift. It is severe if the
    scores themselves, or columns that carry a quarter of the model's say, are strongly shifted. Scores are held
    against those of training customers, seen and unseen by the model, in the mixture that comes nearest: a model
    spreads those it learned from wider, and some of these may be among them.

    Parameters
    ----------
    model
        The model that gave the scores.
    customers
        Those that were scored, m rows.
    probability
        Their probabilities, length m.
    """
    tally = DriftCounter(model)
    tally.add(customers, encode(model.columns, customers), probability)
    return tally.drift()


class DriftCounter:
    """Customers counted as they pass by, for the drift of more of them than fit into memory.

    However they are divided, the same customers in the same order give the same drift.

    Attributes
    ----------
    customers
        How many so far.
    """

    def __init__(self, model: ChurnModel) -> None:
        known = model.profile
        self.customers = 0
        self._model = model
        self._probability = 0.0
        self._score = np.zeros(known.score.bins.count + 1, dtype=np.int64)
        self._columns = [np.zeros(shares.bins.count + 1, dtype=np.int64) for shares in known.columns]
        self._blank = np.zeros(len(known.columns), dtype=np.int64)
        self._sample = _Sample(len(known.columns))

    @property
    def mean_probability(self) -> float:
        """Mean churn probability so far."""
        return self._probability / max(1, self.customers)

    def add(self, customers: Customers, matrix: NDArray[np.float64], probability: NDArray[np.float64]) -> None:
        """Count m more customers, also given as the model sees them (m, d), and their scores (m,)."""
        names = [column.name for column in self._model.columns]
        self.customers += len(customers)
        self._probability += float(probability.sum())
        self._score += self._model.profile.score.count(probability)
        self._blank += customers.frame[names].isna().sum().to_numpy(dtype=np.int64)
        for at, known in enumerate(self._model.profile.columns):
            self._columns[at] += known.count(matrix[:, at])
        self._sample.add(matrix)

    def drift(self) -> Drift:
        """Compare all customers so far with the model's training customers; see :func:`measure_drift`."""
        signs = self._score_signs() + self._column_signs() if self.customers else []
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

    def _score_signs(self) -> list[_Sign]:
        known, m = self._model.profile, self.customers
        signs = []
        mean = self.mean_probability
        usual = float(np.median([known.mean_score, mean, known.mean_unseen]))
        noise = 4 * known.spread_score * np.sqrt(1 / known.customers + 1 / m)
        if abs(mean - usual) > max(noise, 0.2 * usual):
            left = self._model.churn_rate
            sentence = f"the mean churn probability is {mean:.1%}, where {left:.1%} left in training"
            signs.append(_Sign(0.1, mean > 2 * usual or mean < 0.5 * usual, sentence))
        seen, unseen = np.array(known.score.shares), np.array(known.unseen)
        index, moved = min(
            _shift(share * seen + (1 - share) * unseen, self._score / m, known.customers, m, tests=1)
            for share in _MIXTURES
        )
        if moved:
            sentence = f"the scores are spread differently from training (PSI {index:.2f})"
            signs.append(_Sign(0.1, index > STRONG, sentence))
        return signs

    def _column_signs(self) -> list[_Sign]:
        model, m = self._model, self.customers
        say = {one.feature: one.mean_abs_contribution for one in model.directions}
        total = sum(say.values()) or 1.0
        signs = []
        for at, (column, known) in enumerate(zip(model.columns, model.profile.columns, strict=True)):
            now = self._columns[at] / m
            index, moved = _shift(np.array(known.shares), now, model.customers, m, tests=len(model.columns))
            values = self._sample.rows[:, at]
            if moved and not _only_aged(column, known, values, model.customers, tests=len(model.columns)):
                weight = say[column.name] / total * (1.0 if index > STRONG else 0.3)
                change = _change(column, known, now, values, float(self._blank[at] / m))
                signs.append(_Sign(weight, False, f"column '{column.name}' (PSI {index:.2f}): {change}"))
        return signs


def stability_index(before: NDArray[np.float64], now: NDArray[np.float64]) -> float:
    """Return the population stability index of two sets of shares, each adding up to 1 and above 0.

    Examples
    --------
    >>> round(stability_index(np.array([0.5, 0.5]), np.array([0.6, 0.4])), 4)
    0.0405
    """
    return float(np.sum((now - before) * np.log(now / before)))


class _Sample:
    """Every k-th customer, k doubling as they become many: all of them up to a bound."""

    def __init__(self, columns: int) -> None:
        self.rows = np.empty((0, columns))
        self._most = max(1000, _SAMPLED_CELLS // max(1, columns))
        self._step, self._seen = 1, 0

    def add(self, matrix: NDArray[np.float64]) -> None:
        first = -self._seen % self._step
        self._seen += len(matrix)
        self.rows = np.concatenate([self.rows, matrix[first :: self._step]])
        while len(self.rows) > self._most:
            self.rows = self.rows[::2]
            self._step *= 2


def _shift(
    before: NDArray[np.float64], now: NDArray[np.float64], n: int, m: int, *, tests: int
) -> tuple[float, bool]:
    """Return the PSI of shares of n customers and of m, and whether it is beyond custom and chance."""
    from scipy.stats import chi2

    group = _grouped(before)
    heads = (np.bincount(group, weights=before * n) + 0.5, np.bincount(group, weights=now * m) + 0.5)
    bins = len(heads[0])
    index = stability_index(*(one / one.sum() for one in heads))
    chance = float(chi2.isf(_FALSE_ALARM / tests, max(1, bins - 1))) * (1 / n + 1 / m)
    return index, index > max(MODERATE, chance)


def _grouped(shares: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the group of each bin; thin ones share some, since all together would hide what moves among them."""
    group = np.empty(len(shares), dtype=np.int64)
    number, filled = 0, 0.0
    for at in np.argsort(-shares, kind="stable"):
        group[at] = number
        filled += shares[at]
        if filled >= _THIN:
            number, filled = number + 1, 0.0
    return group


def _only_aged(column: Column, known: BinShares, values: NDArray[np.float64], n: int, *, tests: int) -> bool:
    """Whether a column says how long people have been customers, and all have been so for as much longer.

    ``values`` are those of m customers, encoded.
    """
    said = quantity_in_name(column.name)
    if said is None or said.kind != "tenure" or column.kind != "number" or np.isnan(values).all():
        return False
    longer = np.nanmedian(values) - known.typical
    then = known.count(values - longer) / len(values)
    return bool(longer > 0) and not _shift(np.array(known.shares), then, n, len(values), tests=tests)[1]


def _change(
    column: Column, known: BinShares, now: NDArray[np.float64], values: NDArray[np.float64], blank: float
) -> str:
    """Say what changed most in a column: blanks, unknown values, the typical number or one category."""
    before = np.array(known.shares)
    unknown, unknown_before = now[-1] - blank, before[-1] - known.blank
    if abs(blank - known.blank) > 0.1:
        return f"{blank:.0%} blank against {known.blank:.0%} in training"
    if unknown - unknown_before > 0.1:
        return f"{unknown:.0%} hold values that the model does not know"
    if column.kind == "number":
        return f"typically {np.nanmedian(values):,.4g} against {known.typical:,.4g} in training"
    most = int(np.argmax(np.abs(now[:-1] - before[:-1])))
    return f"{now[most]:.0%} {column.categories[most]} against {before[most]:.0%} in training"
