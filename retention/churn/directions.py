"""Which way each feature points, told twice: by a regression's signs and by the trees' TreeSHAP values."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retention.churn.examples import Examples
from retention.churn.ladder import Ladder
from retention.churn.logistic import bootstrap
from retention.churn.schema import Column

_ROWS_FOR_TREES = 3_000
_ROWS_FOR_SIGNS = 20_000
_CLEAR = 0.9
_NOTHING = 1e-3


@dataclass(frozen=True)
class Direction:
    """One feature's direction, the other features held still. It goes along with churn; it need not cause it.

    Attributes
    ----------
    feature
        Column name.
    effect
        The direction in words, with a remark where regression and trees disagree.
    coefficient
        Log-odds for one standard deviation of a number; for a category, between the value with the most
        and the one with the least churn.
    sign_stability
        Share of bootstrap samples in which the coefficient keeps its sign, 0 to 1.
    mean_abs_shap
        Mean size of the trees' TreeSHAP values (log-odds): how much the feature moves scores.
    agree
        Whether the trees point the same way.
    """

    feature: str
    effect: str
    coefficient: float
    sign_stability: float
    mean_abs_shap: float
    agree: bool


def find_directions(ladder: Ladder, examples: Examples, *, seed: int = 0) -> tuple[Direction, ...]:
    """Compare regression and trees on training customers (on a sample of them, if they are many).

    Returns
    -------
    tuple of Direction
        One for each column, the one that moves scores most first.
    """
    few = examples.sample(_ROWS_FOR_TREES, seed=seed)
    shap = ladder.trees.contributions(few.matrix)
    drawn = bootstrap(
        ladder.logistic,
        examples.sample(_ROWS_FOR_SIGNS, seed=seed),
        strength=ladder.plan.ridge.strength,
        seed=seed,
    )
    found = [
        _direction(column, np.array(term.weights), draws, few.matrix[:, at], shap[:, at])
        for at, (column, term, draws) in enumerate(
            zip(examples.columns, ladder.logistic.terms, drawn, strict=True)
        )
    ]
    return tuple(sorted(found, key=lambda one: -one.mean_abs_shap))


def _direction(
    column: Column,
    weights: NDArray[np.float64],
    drawn: NDArray[np.float64],
    values: NDArray[np.float64],
    shap: NDArray[np.float64],
) -> Direction:
    """Compare one column's weights, their bootstrap draws and the trees' contributions (n,)."""
    if column.kind == "number":
        coefficient, draws = float(weights[0]), drawn[:, 0]
        known = ~np.isnan(values)
        trees = float((values[known] - values[known].mean()) @ shap[known]) if known.any() else 0.0
        effect = f"higher values go with {'more' if coefficient > 0 else 'less'} churn"
    else:
        most, least = int(np.argmax(weights)), int(np.argmin(weights))
        coefficient, draws = float(weights[most] - weights[least]), drawn[:, most] - drawn[:, least]
        trees = _mean(shap[values == most]) - _mean(shap[values == least])
        effect = f"most churn with {column.categories[most]}, least with {column.categories[least]}"
    stability = float(np.mean(np.sign(draws) == np.sign(coefficient)))
    size = float(np.abs(shap).mean())
    agree = bool(np.sign(trees) == np.sign(coefficient)) or size < _NOTHING
    if stability < _CLEAR:
        effect = "no clear direction in the regression"
    elif not agree:
        effect += " in the regression, but the trees point the other way"
    return Direction(column.name, effect, coefficient, stability, size, agree)


def _mean(values: NDArray[np.float64]) -> float:
    return float(values.mean()) if values.size else 0.0
