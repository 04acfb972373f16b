"""The simplest rival of a model: one feature, cut into bins, with the churn rate of each."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retention.churn.bins import Bins
from retention.churn.evaluation import log_losses_from_logits
from retention.churn.training_set import TrainingSet

_BINS = 12
_PRIOR_CUSTOMERS = 10.0


@dataclass(frozen=True)
class Rule:
    """Churn rate by bins of one column.

    Attributes
    ----------
    column
        Its position in the encoded matrix.
    bins
        How its values are sorted.
    rates
        Churn rate of each bin, blanks last; all in (0, 1).
    """

    column: int
    bins: Bins
    rates: tuple[float, ...]

    def predict_log_odds(self, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return log-odds to churn, length n, for an encoded matrix (n, d)."""
        rates = np.array(self.rates)
        margins: NDArray[np.float64] = np.log(rates) - np.log1p(-rates)
        return margins[self.bins.assign(matrix[:, self.column])]

    @classmethod
    def from_json(cls, saved: Mapping[str, Any]) -> "Rule":
        """Rebuild a rule from its fields."""
        return cls(int(saved["column"]), Bins.from_json(saved["bins"]), tuple(saved["rates"]))


def fit_rule(training_set: TrainingSet, position: int) -> Rule:
    """Learn the churn rate in each bin of one column.

    Rates are drawn towards the overall one with the weight of ten customers; those of a number only
    rise or only fall, whichever fits better, as a rule of thumb would.

    Parameters
    ----------
    examples
        Training customers.
    position
        Where the column stands in the encoded matrix.
    """
    from sklearn.isotonic import isotonic_regression

    column, values = training_set.columns[position], training_set.matrix[:, position]
    bins = Bins.fit(column, values, _BINS)
    placed = bins.assign(values)
    customers = np.bincount(placed, minlength=bins.count + 1)
    left = np.bincount(placed, weights=training_set.label, minlength=bins.count + 1)
    rates = (left + _PRIOR_CUSTOMERS * training_set.churn_rate) / (customers + _PRIOR_CUSTOMERS)
    if column.kind == "number":
        weights = customers[:-1] + 1e-9
        both = [isotonic_regression(rates[:-1], sample_weight=weights, increasing=rise) for rise in (True, False)]
        rates[:-1] = min(both, key=lambda one: float(weights @ (one - rates[:-1]) ** 2))
    return Rule(position, bins, tuple(map(float, rates)))


def fit_best_rule(training_set: TrainingSet) -> Rule:
    """Learn a rule for every column and keep the one with the lowest log-loss on its own customers.

    With a dozen smoothed bins a column, the optimism of choosing that way is small.
    """
    rules = [fit_rule(training_set, position) for position in range(len(training_set.columns))]
    return min(
        rules,
        key=lambda rule: float(
            log_losses_from_logits(training_set.label, rule.predict_log_odds(training_set.matrix)).mean()
        ),
    )
