"""Say which way each feature points, by the signs of a regression and by the trees' TreeSHAP values."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retention.churn.candidates.logistic import Logistic
from retention.churn.candidates.logistic_terms import Term
from retention.churn.candidates.xgboost import XGBoost
from retention.churn.explanation.bootstrap import bootstrap_weights
from retention.churn.schema import Column, min_category_customers
from retention.churn.selection import Selection
from retention.churn.training_set import TrainingSet

_ROWS_FOR_TREES = 3_000
_ROWS_FOR_SIGNS = 20_000
_MIN_STABILITY = 0.9
_NEGLIGIBLE = 1e-3  # log-odds
_BLANK = "a blank or rare value"


@dataclass(frozen=True)
class Direction:
    """One feature's direction with the other features held constant: an association, not a cause.

    Attributes
    ----------
    feature
        Column name.
    effect
        The direction in words, with a remark where regression and trees disagree.
    coefficient
        Log-odds per standard deviation of a number; for a category, the difference between the value with the
        most and the one with the least churn.
    sign_stability
        Share of bootstrap samples that confirm the direction, 0 to 1.
    mean_abs_shap
        Mean size of the trees' TreeSHAP values (log-odds), whichever candidate was chosen.
    mean_abs_contribution
        Mean size of what the feature adds to the chosen candidate's log-odds: how much it moves scores.
    agree
        Whether the trees point the same way.
    """

    feature: str
    effect: str
    coefficient: float
    sign_stability: float
    mean_abs_shap: float
    mean_abs_contribution: float
    agree: bool

    @classmethod
    def from_json(cls, saved: Mapping[str, Any]) -> "Direction":
        """Rebuild a direction from its fields; older models saved the TreeSHAP values only."""
        return cls(**{"mean_abs_contribution": saved["mean_abs_shap"], **saved})


def find_directions(selection: Selection, training_set: TrainingSet, *, seed: int = 0) -> tuple[Direction, ...]:
    """Compare regression and trees on training customers, or on a sample of them if there are many.

    Parameters
    ----------
    selection
        The fitted candidates.
    training_set
        The customers they were fitted on.
    seed
        Decides samples and bootstrap draws.

    Returns
    -------
    tuple of Direction
        One for each column, the one that moves the chosen candidate's scores most first.
    """
    sample = training_set.sample(_ROWS_FOR_TREES, seed=seed)
    shap = selection.get(XGBoost).contributions(sample.matrix)
    mean_contribution = np.abs(selection.contributions(sample.matrix)).mean(axis=0)
    logistic = selection.get(Logistic)
    drawn = bootstrap_weights(logistic, training_set.sample(_ROWS_FOR_SIGNS, seed=seed), seed=seed)
    directions = []
    for position, (column, term, draws) in enumerate(
        zip(training_set.columns, logistic.terms, drawn, strict=True)
    ):
        compare = _compare_number if column.kind == "number" else _compare_category
        comparison = compare(column, term, draws, sample.matrix[:, position], shap[:, position])
        directions.append(_direction(column.name, comparison, shap[:, position], mean_contribution[position]))
    return tuple(
        sorted(directions, key=lambda direction: (-direction.mean_abs_contribution, -direction.mean_abs_shap))
    )


@dataclass(frozen=True)
class _Comparison:
    """One feature's direction: the regression's in words, its stability in resamples, and the trees' (a sign)."""

    effect: str
    coefficient: float
    stability: float
    trees: float


def _compare_number(
    column: Column,
    term: Term,
    drawn: NDArray[np.float64],
    values: NDArray[np.float64],
    shap: NDArray[np.float64],
) -> _Comparison:
    coefficient = term.weights[0]
    filled = ~np.isnan(values)
    return _Comparison(
        effect=f"higher values go with {'more' if coefficient > 0 else 'less'} churn",
        coefficient=coefficient,
        stability=float(np.mean(np.sign(drawn[:, 0]) == np.sign(coefficient))),
        trees=float((values[filled] - values[filled].mean()) @ shap[filled]) if filled.any() else 0.0,
    )


def _compare_category(
    column: Column,
    term: Term,
    drawn: NDArray[np.float64],
    values: NDArray[np.float64],
    shap: NDArray[np.float64],
) -> _Comparison:
    """Compare the values with the most and the least churn; blanks and rare values count as one, if frequent.

    The largest of many weights is large by chance too, and its draws lie around it. So the pair is picked anew in
    each draw, and tested on the draw mirrored at the fit: as far off, the other way.
    """
    blank = np.isnan(values)
    names, weights = [*column.categories, _BLANK], np.array([*term.weights, term.blank])
    if blank.sum() < min_category_customers(len(values)):
        names, weights, drawn = names[:-1], weights[:-1], drawn[:, :-1]
    most, least = int(np.argmax(weights)), int(np.argmin(weights))
    mirrored, draw = 2 * weights - drawn, np.arange(len(drawn))
    codes = np.where(blank, len(column.categories), values)
    return _Comparison(
        effect=f"most churn with {names[most]}, least with {names[least]}",
        coefficient=float(weights[most] - weights[least]),
        stability=float(np.mean(mirrored[draw, drawn.argmax(1)] > mirrored[draw, drawn.argmin(1)])),
        trees=_mean(shap[codes == most]) - _mean(shap[codes == least]),
    )


def _direction(
    feature: str, comparison: _Comparison, shap: NDArray[np.float64], mean_contribution: float
) -> Direction:
    """Put into words whether regression and trees agree on one feature."""
    mean_shap = float(np.abs(shap).mean())
    agree = bool(np.sign(comparison.trees) == np.sign(comparison.coefficient)) or mean_shap < _NEGLIGIBLE
    effect = comparison.effect
    if comparison.coefficient == 0 or comparison.stability < _MIN_STABILITY:
        effect = "no clear direction in the regression"
    elif not agree:
        effect += " in the regression, but the trees point the other way"
    return Direction(
        feature, effect, comparison.coefficient, comparison.stability, mean_shap, float(mean_contribution), agree
    )


def _mean(values: NDArray[np.float64]) -> float:
    return float(values.mean()) if values.size else 0.0
