"""Scores made into probabilities that mean what they say, only where that helps or was undone before.

Weighting churners by ``w`` multiplies the odds by about ``w``; a threshold in money read off such scores is
wrong. So a weighted model is always mapped back, by a map learned on scores of customers it had not seen.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from retention.churn.evaluation import log_losses, significantly_lower
from retention.churn.folds import assign_fold_numbers
from retention.churn.training_set import Panel

_ENOUGH_FOR_ISOTONIC = 1000


@dataclass(frozen=True)
class Calibration:
    """A rising map from log-odds to probability.

    Attributes
    ----------
    kind
        ``none``: the logistic function; ``sigmoid``: the logistic function of a line (Platt 1999);
        ``isotonic``: linear between knots (Zadrozny & Elkan 2002).
    slope, intercept
        The line of a sigmoid.
    at, probability
        Knots of an isotonic map: log-odds, rising, and the probability there.
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
) -> Calibration:
    """Pick the map from held-out log-odds to probabilities.

    A more flexible map is taken only if it lowers the log-loss, on customers it was not fitted on, beyond
    twice the noise. With weighting, at least a sigmoid is fitted; isotonic needs a thousand customers of
    the rarer class.

    Parameters
    ----------
    margin, label
        Log-odds from a model that had not seen these customers, and who left; length n.
    weighted
        Whether churners counted more in the fit.
    seed
        Splits the customers for the comparison.
    stack
        Which rows are of one customer, where there are several cutoffs.
    """
    customer = None if panel is None else panel.customer
    part = assign_fold_numbers(label, 3, seed=seed, panel=panel)
    best, loss = Calibration(), log_losses(label, Calibration().apply(margin))
    sigmoid = _sigmoid(margin, label)
    if weighted or significantly_lower(
        log_losses(label, sigmoid.apply(margin)), loss, standard_errors=2, customer=customer
    ):
        held = _held_out(_sigmoid, margin, label, part)
        if weighted or significantly_lower(held, loss, standard_errors=2, customer=customer):
            best, loss = sigmoid, held
    if min(label.sum(), len(label) - label.sum()) >= _ENOUGH_FOR_ISOTONIC:
        held = _held_out(_isotonic, margin, label, part)
        if significantly_lower(held, loss, standard_errors=2, customer=customer):
            best = _isotonic(margin, label)
    return best


def _held_out(
    fit: Callable[[NDArray[np.float64], NDArray[np.int8]], Calibration],
    margin: NDArray[np.float64],
    label: NDArray[np.int8],
    part: NDArray[np.int8],
) -> NDArray[np.float64]:
    """Return each row's loss under a map fitted on the other parts."""
    held = np.empty(len(label))
    for one in range(int(part.max()) + 1):
        test = part == one
        held[test] = log_losses(label[test], fit(margin[~test], label[~test]).apply(margin[test]))
    return held


def _sigmoid(margin: NDArray[np.float64], label: NDArray[np.int8]) -> Calibration:
    from sklearn.linear_model import LogisticRegression

    line = LogisticRegression(C=1e4, max_iter=1000).fit(margin[:, None], label)
    slope = float(line.coef_[0, 0])
    if slope <= 0:  # scores that rank backwards by chance tell nothing: everyone gets the base rate
        rate = float(label.mean())
        return Calibration("sigmoid", slope=0.0, intercept=float(np.log(rate / (1 - rate))))
    return Calibration("sigmoid", slope=slope, intercept=float(line.intercept_[0]))


def _isotonic(margin: NDArray[np.float64], label: NDArray[np.int8]) -> Calibration:
    """Fit an isotonic map; probabilities stay off 0 and 1 by what the number of customers can tell."""
    from sklearn.isotonic import IsotonicRegression

    floor = 1.0 / (len(label) + 2)
    fitted = IsotonicRegression(y_min=floor, y_max=1 - floor, out_of_bounds="clip").fit(margin, label)
    return Calibration(
        "isotonic",
        at=tuple(map(float, fitted.X_thresholds_)),
        probability=tuple(map(float, fitted.y_thresholds_)),
    )
