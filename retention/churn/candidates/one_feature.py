"""The simplest model that looks at the customer: one feature, cut into bins, with the churn rate of each."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retention.churn.bins import Bins
from retention.churn.candidates.base_rate import log_odds
from retention.churn.candidates.candidate import Candidate, FitContext, LoadContext
from retention.churn.evaluation import log_losses_from_logits
from retention.churn.training_set import TrainingSet

_BINS = 12
_PRIOR_CUSTOMERS = 10.0


@dataclass(frozen=True)
class OneFeature(Candidate):
    """Churn rate by bins of one column.

    Attributes
    ----------
    column
        Its position in the encoded matrix.
    bins
        How its values are grouped.
    rates
        Churn rate of each bin, blanks last; all in (0, 1).
    base_log_odds
        Log-odds of the overall churn rate, which contributions are measured against.
    """

    column: int
    bins: Bins
    rates: tuple[float, ...]
    base_log_odds: float

    name = "one feature"
    continuous = False

    @classmethod
    def fit(cls, training_set: TrainingSet, settings: None, context: FitContext) -> "OneFeature":
        """Fit every column and keep the one with the lowest log-loss on its own customers.

        With a dozen smoothed bins a column, the optimism of choosing that way is small.
        """
        fits = []
        for column in range(len(training_set.columns)):
            fits.append(fit_feature(training_set, column))
            context.heartbeat.beat()
        label, matrix, weight = training_set.label, training_set.matrix, training_set.row_weight

        def loss(fit: "OneFeature") -> float:
            losses = log_losses_from_logits(label, fit.predict_log_odds(matrix))
            return float(np.average(losses, weights=weight))

        return min(fits, key=loss)

    def predict_log_odds(self, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return log-odds to churn, length n, for an encoded matrix (n, d)."""
        rates = np.array(self.rates)
        log_odds_of_bin: NDArray[np.float64] = np.log(rates) - np.log1p(-rates)
        return log_odds_of_bin[self.bins.assign(matrix[:, self.column])]

    def contributions(self, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the column's log-odds less those of the base rate, zeros for all others; shape (n, d)."""
        added = np.zeros_like(matrix)
        added[:, self.column] = self.predict_log_odds(matrix) - self.base_log_odds
        return added

    def to_json(self) -> dict[str, Any]:
        """Return all fields."""
        return asdict(self)

    @classmethod
    def from_json(cls, saved: Mapping[str, Any], context: LoadContext) -> "OneFeature":
        """Rebuild it from its fields."""
        bins = Bins.from_json(saved["bins"])
        return cls(int(saved["column"]), bins, tuple(saved["rates"]), float(saved["base_log_odds"]))


def fit_feature(training_set: TrainingSet, position: int) -> OneFeature:
    """Learn the churn rate in each bin of one column.

    Rates are shrunk towards the overall rate with the weight of ten customers. Those of a number only rise
    or only fall, whichever fits better, as a rule of thumb would.

    Parameters
    ----------
    training_set
        Training customers.
    position
        Of the column in the encoded matrix.
    """
    from sklearn.isotonic import isotonic_regression

    column, values = training_set.columns[position], training_set.matrix[:, position]
    bins = Bins.fit(column, values, _BINS)
    bin_number = bins.assign(values)
    label, weight = training_set.label, training_set.row_weight
    customers = np.bincount(bin_number, weights=weight, minlength=bins.count + 1)
    churned = np.bincount(
        bin_number, weights=label if weight is None else label * weight, minlength=bins.count + 1
    )
    rates = (churned + _PRIOR_CUSTOMERS * training_set.churn_rate) / (customers + _PRIOR_CUSTOMERS)
    if column.kind == "number":
        weights = customers[:-1] + 1e-9
        monotone = [
            isotonic_regression(rates[:-1], sample_weight=weights, increasing=rise) for rise in (True, False)
        ]
        rates[:-1] = min(monotone, key=lambda fitted: float(weights @ (fitted - rates[:-1]) ** 2))
    return OneFeature(position, bins, tuple(map(float, rates)), log_odds(training_set.churn_rate))
