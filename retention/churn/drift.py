"""Detect drift: whether new customers still resemble those a model learned from."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from retention.churn.label_shift import ChurnRateEstimate, estimate_churn_rate
from retention.churn.model import ChurnModel
from retention.churn.profile import BinShares
from retention.churn.schema import Column, encode
from retention.customers.audit.quantities import quantity_in_name
from retention.customers.table import Customers

MODERATE, STRONG = 0.1, 0.25
"""The customary readings of a population stability index (PSI)."""

_FALSE_ALARM_RATE = 0.001
_MIN_BIN_SHARE = 0.02
_MIXTURES = np.linspace(0, 1, 11)
_MAX_SENTENCES = 5
_MAX_SAMPLED_CELLS = 1_000_000


@dataclass(frozen=True)
class Drift:
    """How far new customers are from those the model learned from.

    Attributes
    ----------
    level
        ``none``; ``some``: watch it; ``severe``: do not act on the scores before retraining.
    reasons
        Sentences, the strongest first, and when to retrain; empty where there is no drift.
    churn_rate
        The churn rate that the scores point to; None where they cannot show it.
    """

    level: Literal["none", "some", "severe"]
    reasons: tuple[str, ...]
    churn_rate: ChurnRateEstimate | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {
            "level": self.level,
            "reasons": list(self.reasons),
            "churn_rate": None if self.churn_rate is None else self.churn_rate.as_dict(),
        }


@dataclass(frozen=True)
class _Shift:
    """A shift that was detected: its weight in the level, whether it alone is severe, and the sentence."""

    weight: float
    severe: bool
    sentence: str


def measure_drift(model: ChurnModel, customers: Customers, probability: NDArray[np.float64]) -> Drift:
    """Compare customers with the model's training customers.

    A column counts as shifted where its PSI exceeds both 0.1 and what chance alone gives at this number of
    customers (a chi-squared quantile: PSI is about chi-squared times 1/n + 1/m; Yurdakul 2018). A tenure that
    rose equally for all customers is no drift. Drift is severe if the scores themselves, or columns that carry a
    quarter of the contributions, are strongly shifted. Scores are compared with those of training customers,
    fitted and held out, in the mixture that is nearest: a model spreads the scores of customers it learned from
    more widely, and the new customers may include some of them.

    Parameters
    ----------
    model
        The model that gave the scores.
    customers
        The m customers that were scored.
    probability
        Their churn probabilities, length m.
    """
    counter = DriftCounter(model)
    counter.add(customers, encode(model.columns, customers), probability)
    return counter.drift()


class DriftCounter:
    """Counts customers part by part, for the drift of more of them than fit into memory.

    The same customers in the same order give the same drift, however they are divided into parts.

    Attributes
    ----------
    customers
        Number of customers so far.
    """

    def __init__(self, model: ChurnModel) -> None:
        profile = model.profile
        self.customers = 0
        self._model = model
        self._probability_sum = self._square_sum = 0.0
        self._score = np.zeros(profile.score.bins.count + 1, dtype=np.int64)
        self._columns = [np.zeros(shares.bins.count + 1, dtype=np.int64) for shares in profile.columns]
        self._blank = np.zeros(len(profile.columns), dtype=np.int64)
        self._sample = _Sample(len(profile.columns))

    @property
    def mean_probability(self) -> float:
        """Mean churn probability so far."""
        return self._probability_sum / max(1, self.customers)

    def add(self, customers: Customers, matrix: NDArray[np.float64], probability: NDArray[np.float64]) -> None:
        """Count m more customers, with their encoded matrix (m, d) and their churn probabilities (m,)."""
        names = [column.name for column in self._model.columns]
        self.customers += len(customers)
        self._probability_sum += float(probability.sum())
        self._square_sum += float(np.square(probability).sum())
        self._score += self._model.profile.score.count(probability)
        self._blank += customers.frame[names].isna().sum().to_numpy(dtype=np.int64)
        for position, shares in enumerate(self._model.profile.columns):
            self._columns[position] += shares.count(matrix[:, position])
        self._sample.add(matrix)

    def drift(self) -> Drift:
        """Compare all customers so far with the model's training customers; see :func:`measure_drift`."""
        churn_rate = self._churn_rate()
        shifts = self._score_shifts(churn_rate) + self._column_shifts() if self.customers else []
        if not shifts:
            return Drift("none", (), churn_rate)
        severe = any(shift.severe for shift in shifts) or sum(shift.weight for shift in shifts) >= STRONG
        advice = (
            "retrain on customers like these before acting on the scores"
            if severe
            else "retrain as soon as it is known which of these customers churned"
        )
        sentences = [shift.sentence for shift in sorted(shifts, key=lambda shift: (-shift.severe, -shift.weight))]
        return Drift("severe" if severe else "some", (*sentences[:_MAX_SENTENCES], advice), churn_rate)

    def _churn_rate(self) -> ChurnRateEstimate | None:
        """Return the churn rate that the scores point to, where model and customers allow it."""
        held_out = self._model.profile.held_out
        if held_out is None or not self.customers:
            return None
        mean = self.mean_probability
        return estimate_churn_rate(
            held_out,
            customers=self.customers,
            mean=mean,
            variance=max(self._square_sum / self.customers - mean**2, 0.0),
            usual_mean=self._model.profile.nearest_mean(mean),
        )

    def _score_shifts(self, churn_rate: ChurnRateEstimate | None) -> list[_Shift]:
        profile, m = self._model.profile, self.customers
        shifts = []
        mean = self.mean_probability
        usual = profile.nearest_mean(mean)
        noise = 4 * profile.spread_score * np.sqrt(1 / profile.customers + 1 / m)
        moved = abs(mean - usual) > max(noise, 0.2 * usual)
        if moved:
            in_training = self._model.churn_rate
            sentence = f"the mean churn probability is {mean:.1%}, where {in_training:.1%} churned in training"
            shifts.append(_Shift(0.1, mean > 2 * usual or mean < 0.5 * usual, sentence))
        if churn_rate is not None and churn_rate.shifted:
            sentence = (
                f"{churn_rate.sentence}, if all else is as before: re-base the probabilities on it, or retrain"
            )
            shifts.append(_Shift(0.0 if moved else 0.1, False, sentence))
        fitted, held_out = np.array(profile.score.shares), np.array(profile.unseen)
        index, moved = min(
            _shift(share * fitted + (1 - share) * held_out, self._score / m, profile.customers, m, tests=1)
            for share in _MIXTURES
        )
        if moved:
            sentence = f"the scores are spread differently from training (PSI {index:.2f})"
            shifts.append(_Shift(0.1, index > STRONG, sentence))
        return shifts

    def _column_shifts(self) -> list[_Shift]:
        model, m = self._model, self.customers
        size = {direction.feature: direction.mean_abs_contribution for direction in model.directions}
        total = sum(size.values()) or 1.0
        shifts = []
        for position, (column, in_training) in enumerate(zip(model.columns, model.profile.columns, strict=True)):
            current = self._columns[position] / m
            index, moved = _shift(
                np.array(in_training.shares), current, model.customers, m, tests=len(model.columns)
            )
            values = self._sample.rows[:, position]
            if moved and not _only_aged(column, in_training, values, model.customers, tests=len(model.columns)):
                weight = size[column.name] / total * (1.0 if index > STRONG else 0.3)
                change = _change(column, in_training, current, values, float(self._blank[position] / m))
                shifts.append(_Shift(weight, False, f"column '{column.name}' (PSI {index:.2f}): {change}"))
        return shifts


def stability_index(before: NDArray[np.float64], current: NDArray[np.float64]) -> float:
    """Return the population stability index of two arrays of shares, above 0 and adding up to 1.

    Examples
    --------
    >>> round(stability_index(np.array([0.5, 0.5]), np.array([0.6, 0.4])), 4)
    0.0405
    """
    return float(np.sum((current - before) * np.log(current / before)))


class _Sample:
    """Keeps every k-th customer; k doubles when too many are kept, and starts at 1."""

    def __init__(self, columns: int) -> None:
        self.rows = np.empty((0, columns))
        self._max_rows = max(1000, _MAX_SAMPLED_CELLS // max(1, columns))
        self._step, self._seen = 1, 0

    def add(self, matrix: NDArray[np.float64]) -> None:
        first = -self._seen % self._step
        self._seen += len(matrix)
        self.rows = np.concatenate([self.rows, matrix[first :: self._step]])
        while len(self.rows) > self._max_rows:
            self.rows = self.rows[::2]
            self._step *= 2


def _shift(
    before: NDArray[np.float64], current: NDArray[np.float64], n: int, m: int, *, tests: int
) -> tuple[float, bool]:
    """Return the PSI of the shares of n customers and of m, and whether it is above 0.1 and beyond chance."""
    from scipy.stats import chi2

    group = _grouped(before)
    counts = (np.bincount(group, weights=before * n) + 0.5, np.bincount(group, weights=current * m) + 0.5)
    bins = len(counts[0])
    index = stability_index(*(count / count.sum() for count in counts))
    chance = float(chi2.isf(_FALSE_ALARM_RATE / tests, max(1, bins - 1))) * (1 / n + 1 / m)
    return index, index > max(MODERATE, chance)


def _grouped(shares: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the group of each bin; small bins share several groups, so that shifts among them still show."""
    group = np.empty(len(shares), dtype=np.int64)
    number, filled = 0, 0.0
    for bin_number in np.argsort(-shares, kind="stable"):
        group[bin_number] = number
        filled += shares[bin_number]
        if filled >= _MIN_BIN_SHARE:
            number, filled = number + 1, 0.0
    return group


def _only_aged(column: Column, in_training: BinShares, values: NDArray[np.float64], n: int, *, tests: int) -> bool:
    """Return whether a column is a tenure that only grew by the same amount for everybody.

    ``values`` are the encoded ones of m customers.
    """
    quantity = quantity_in_name(column.name)
    if quantity is None or quantity.kind != "tenure" or column.kind != "number" or np.isnan(values).all():
        return False
    longer = np.nanmedian(values) - in_training.typical
    shifted_back = in_training.count(values - longer) / len(values)
    return (
        bool(longer > 0) and not _shift(np.array(in_training.shares), shifted_back, n, len(values), tests=tests)[1]
    )


def _change(
    column: Column, in_training: BinShares, current: NDArray[np.float64], values: NDArray[np.float64], blank: float
) -> str:
    """Say what changed most in a column: blanks, unknown values, the typical number or a category."""
    before = np.array(in_training.shares)
    unknown, unknown_before = current[-1] - blank, before[-1] - in_training.blank
    if abs(blank - in_training.blank) > 0.1:
        return f"{blank:.0%} blank against {in_training.blank:.0%} in training"
    if unknown - unknown_before > 0.1:
        return f"{unknown:.0%} hold values that the model does not know"
    if column.kind == "number":
        return f"typically {np.nanmedian(values):,.4g} against {in_training.typical:,.4g} in training"
    most = int(np.argmax(np.abs(current[:-1] - before[:-1])))
    return f"{current[most]:.0%} {column.categories[most]} against {before[most]:.0%} in training"
