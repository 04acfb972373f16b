"""Which way each feature points, told twice: by a regression's signs and by the trees' TreeSHAP values."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retention.churn.candidates.logistic import Term, bootstrap_weights
from retention.churn.ladder import Ladder
from retention.churn.schema import Column, min_category_customers
from retention.churn.training_set import TrainingSet

_ROWS_FOR_TREES = 3_000
_ROWS_FOR_SIGNS = 20_000
_CLEAR = 0.9
_NOTHING = 1e-3
_BLANK = "a blank or rare value"


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
        Share of bootstrap samples that confirm the direction, 0 to 1.
    mean_abs_shap
        Mean size of the trees' TreeSHAP values (log-odds), whichever rung was chosen.
    mean_abs_contribution
        Mean size of what the feature adds to the chosen rung's log-odds: how much it moves scores.
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
        """Rebuild a direction from its fields; older models knew the trees' say only."""
        return cls(**{"mean_abs_contribution": saved["mean_abs_shap"], **saved})


def find_directions(ladder: Ladder, training_set: TrainingSet, *, seed: int = 0) -> tuple[Direction, ...]:
    """Compare regression and trees on training customers (on a sample of them, if they are many).

    Returns
    -------
    tuple of Direction
        One for each column, the one that moves the chosen rung's scores most first.
    """
    few = training_set.sample(_ROWS_FOR_TREES, seed=seed)
    shap = ladder.trees.contributions(few.matrix)
    added = np.abs(ladder.contributions(few.matrix)).mean(axis=0)
    drawn = bootstrap_weights(
        ladder.logistic,
        training_set.sample(_ROWS_FOR_SIGNS, seed=seed),
        strength=ladder.plan.ridge.strength,
        seed=seed,
    )
    found = []
    for at, (column, term, draws) in enumerate(
        zip(training_set.columns, ladder.logistic.terms, drawn, strict=True)
    ):
        values = few.matrix[:, at]
        tell = _number if column.kind == "number" else _category
        found.append(
            _direction(column.name, tell(column, term, draws, values, shap[:, at]), shap[:, at], added[at])
        )
    return tuple(sorted(found, key=lambda one: (-one.mean_abs_contribution, -one.mean_abs_shap)))


@dataclass(frozen=True)
class _Pointer:
    """Which way regression and trees point: the words for the regression's, and its stability in resamples."""

    effect: str
    coefficient: float
    stability: float
    trees: float


def _number(
    column: Column,
    term: Term,
    drawn: NDArray[np.float64],
    values: NDArray[np.float64],
    shap: NDArray[np.float64],
) -> _Pointer:
    coefficient = term.weights[0]
    known = ~np.isnan(values)
    return _Pointer(
        effect=f"higher values go with {'more' if coefficient > 0 else 'less'} churn",
        coefficient=coefficient,
        stability=float(np.mean(np.sign(drawn[:, 0]) == np.sign(coefficient))),
        trees=float((values[known] - values[known].mean()) @ shap[known]) if known.any() else 0.0,
    )


def _category(
    column: Column,
    term: Term,
    drawn: NDArray[np.float64],
    values: NDArray[np.float64],
    shap: NDArray[np.float64],
) -> _Pointer:
    """Compare the values with the most and the least churn; blanks and rare values count as one more, if frequent.

    The largest of many weights is large by chance too, and its draws lie around it. So the pair is picked anew in
    each draw, and tested on the draw mirrored at the fit: as far off, the other way.
    """
    blank = np.isnan(values)
    names, weights = [*column.categories, _BLANK], np.array([*term.weights, term.blank])
    if blank.sum() < min_category_customers(len(values)):
        names, weights, drawn = names[:-1], weights[:-1], drawn[:, :-1]
    most, least = int(np.argmax(weights)), int(np.argmin(weights))
    mirrored, draw = 2 * weights - drawn, np.arange(len(drawn))
    places = np.where(blank, len(column.categories), values)
    return _Pointer(
        effect=f"most churn with {names[most]}, least with {names[least]}",
        coefficient=float(weights[most] - weights[least]),
        stability=float(np.mean(mirrored[draw, drawn.argmax(1)] > mirrored[draw, drawn.argmin(1)])),
        trees=_mean(shap[places == most]) - _mean(shap[places == least]),
    )


def _direction(feature: str, found: _Pointer, shap: NDArray[np.float64], added: float) -> Direction:
    """Put into words what regression and trees say of one feature."""
    size = float(np.abs(shap).mean())
    agree = bool(np.sign(found.trees) == np.sign(found.coefficient)) or size < _NOTHING
    effect = found.effect
    if found.coefficient == 0 or found.stability < _CLEAR:
        effect = "no clear direction in the regression"
    elif not agree:
        effect += " in the regression, but the trees point the other way"
    return Direction(feature, effect, found.coefficient, found.stability, size, float(added), agree)


def _mean(values: NDArray[np.float64]) -> float:
    return float(values.mean()) if values.size else 0.0
