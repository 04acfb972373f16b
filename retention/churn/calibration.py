"""Calibrate scores, so that a predicted probability of 20% means that 20% churn.

A sample weight of ``w`` for churned customers multiplies the odds by about ``w``, so a profit threshold applied to
such scores would be wrong. A weighted model is therefore always calibrated, by a map learned on held-out scores;
an unweighted one only where calibration helps.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from retention.churn.evaluation import Weight, log_losses, significantly_lower
from retention.churn.folds import assign_fold_numbers
from retention.churn.training_set import Panel

_MIN_CLASS_COUNT_FOR_ISOTONIC = 1000


@dataclass(frozen=True)
class Calibration:
    """An increasing map from log-odds to probability.

    Attributes
    ----------
    kind
        ``none``: the logistic function; ``sigmoid``: the logistic function of a line (Platt 1999);
        ``isotonic``: linear between knots (Zadrozny & Elkan 2002).
    slope, intercept
        Of a sigmoid's line.
    at, probability
        Knots of an isotonic map: log-odds, increasing, and the probability at each.
    """

    kind: Literal["none", "sigmoid", "isotonic"] = "none"
    slope: float = 1.0
    intercept: float = 0.0
    at: tuple[float, ...] = ()
    probability: tuple[float, ...] = ()

    def apply(self, margin: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return probabilities in (0, 1) for log-odds, length n.

        Examples
        --------
        >>> Calibration("sigmoid", slope=1.0, intercept=float(np.log(1 / 3))).apply(np.array([0.0])).round(3)
        array([0.25])
        """
        if self.kind == "isotonic":
            return np.interp(margin, self.at, self.probability)
        return 1.0 / (1.0 + np.exp(-np.clip(self.slope * margin + self.intercept, -35, 35)))

    @classmethod
    def from_json(cls, saved: Mapping[str, Any]) -> "Calibration":
        """Rebuild a map from its fields."""
        return cls(**{**saved, "at": tuple(saved["at"]), "probability": tuple(saved["probability"])})


def calibrate(
    margin: NDArray[np.float64],
    label: NDArray[np.int8],
    *,
    weighted: bool,
    seed: int = 0,
    panel: Panel | None = None,
    weight: Weight = None,
) -> Calibration:
    """Choose the map from held-out log-odds to probabilities.

    A more flexible map is chosen only if it lowers the log-loss, on customers it was not fitted on, by more
    than two standard errors. With a sample weight at least a sigmoid is fitted; an isotonic map needs a thousand
    customers of the rarer class.

    Parameters
    ----------
    margin, label
        Log-odds from a model that had not seen these rows, and 1 churned, 0 retained; length n.
    weighted
        Whether churned customers had a sample weight in the fit.
    seed
        Splits the customers for the comparison.
    panel
        The customer and the cutoff of each row, where there are several cutoffs.
    weight
        How many customers each row stands for, length n; None where each stands for itself.
    """

    def lower(losses: NDArray[np.float64], reference: NDArray[np.float64]) -> bool:
        return significantly_lower(losses, reference, standard_errors=2, customer=customer, weight=weight)

    customer = None if panel is None else panel.customer
    fold = assign_fold_numbers(label, 3, seed=seed, panel=panel)
    best, loss = Calibration(), log_losses(label, Calibration().apply(margin))
    sigmoid = _sigmoid(margin, label, weight)
    if weighted or lower(log_losses(label, sigmoid.apply(margin)), loss):
        held_out_losses = _held_out_losses(_sigmoid, margin, label, fold, weight)
        if weighted or lower(held_out_losses, loss):
            best, loss = sigmoid, held_out_losses
    if min(label.sum(), len(label) - label.sum()) >= _MIN_CLASS_COUNT_FOR_ISOTONIC:
        held_out_losses = _held_out_losses(_isotonic, margin, label, fold, weight)
        if lower(held_out_losses, loss):
            best = _isotonic(margin, label, weight)
    return best


def _held_out_losses(
    fit: Callable[[NDArray[np.float64], NDArray[np.int8], Weight], Calibration],
    margin: NDArray[np.float64],
    label: NDArray[np.int8],
    fold: NDArray[np.int8],
    weight: Weight,
) -> NDArray[np.float64]:
    """Return each row's loss under a map fitted on the other folds, length n."""
    losses = np.empty(len(label))
    for number in range(int(fold.max()) + 1):
        test = fold == number
        fitted = fit(margin[~test], label[~test], None if weight is None else weight[~test])
        losses[test] = log_losses(label[test], fitted.apply(margin[test]))
    return losses


def _sigmoid(margin: NDArray[np.float64], label: NDArray[np.int8], weight: Weight) -> Calibration:
    from sklearn.linear_model import LogisticRegression

    regression = LogisticRegression(C=1e4, max_iter=1000).fit(margin[:, None], label, sample_weight=weight)
    slope = float(regression.coef_[0, 0])
    if slope <= 0:  # scores that rank backwards are no better than chance: everybody gets the base rate
        rate = float(np.average(label, weights=weight))
        return Calibration("sigmoid", slope=0.0, intercept=float(np.log(rate / (1 - rate))))
    return Calibration("sigmoid", slope=slope, intercept=float(regression.intercept_[0]))


def _isotonic(margin: NDArray[np.float64], label: NDArray[np.int8], weight: Weight) -> Calibration:
    """Fit an isotonic map; the number of customers limits how near to 0 and 1 its probabilities come."""
    from sklearn.isotonic import IsotonicRegression

    floor = 1.0 / (len(label) + 2)
    regression = IsotonicRegression(y_min=floor, y_max=1 - floor, out_of_bounds="clip")
    fitted = regression.fit(margin, label, sample_weight=weight)
    return Calibration(
        "isotonic",
        at=tuple(map(float, fitted.X_thresholds_)),
        probability=tuple(map(float, fitted.y_thresholds_)),
    )
