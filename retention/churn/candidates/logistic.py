"""Logistic regression as saved numbers: what is predicted is computed from what is written down."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retention.churn.schema import Column
from retention.churn.training_set import TrainingSet

_STRENGTHS = (0.01, 0.1, 1.0)
_MOST_CELLS = 5_000_000
_FEW_WEIGHTS = 500


@dataclass(frozen=True, order=True)
class Ridge:
    """What is searched over.

    Attributes
    ----------
    strength
        Inverse regularisation (scikit-learn's ``C``).
    logarithms
        Whether long-tailed numbers enter by their logarithm: right where effects fade, wrong where they add up.
    """

    strength: float = 1.0
    logarithms: bool = True


def ridge_search_space(examples: TrainingSet) -> tuple[Ridge, ...]:
    """Return the regressions worth trying, the most regularised first."""
    terms = (_empty_term(column, examples.matrix[:, at]) for at, column in enumerate(examples.columns))
    ways = (True, False) if any(term.logarithm for term in terms) else (True,)
    return tuple(Ridge(strength, way) for strength in _STRENGTHS for way in ways)


@dataclass(frozen=True)
class Term:
    """What one column adds to the log-odds.

    Attributes
    ----------
    weights
        A number: one weight for each standard deviation; a category: one weight for each value.
    blank
        Added where the value is missing.
    mean
        Average contribution in training, so that a contribution can be told against a typical customer.
    low, high, centre, scale, logarithm
        For a number: it is kept within its training range, perhaps replaced by its logarithm, then centred
        and scaled; a blank sits at the centre.
    """

    weights: tuple[float, ...]
    blank: float
    mean: float = 0.0
    low: float = 0.0
    high: float = 0.0
    centre: float = 0.0
    scale: float = 0.0
    logarithm: bool = False

    def added(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the contribution to the log-odds of each value, length n (one column of an encoded matrix)."""
        missing = np.isnan(values)
        if self.scale:
            return np.where(missing, self.blank, self.weights[0] * self.standardised(values))
        codes = np.where(missing, len(self.weights), values).astype(np.int64)
        return np.array([*self.weights, self.blank])[codes]

    def standardised(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return numbers as the regression sees them, blanks as 0."""
        inside = np.clip(values, self.low, self.high)
        if self.logarithm:
            inside = np.log1p(inside - self.low)
        return np.where(np.isnan(inside), 0.0, (inside - self.centre) / self.scale)


@dataclass(frozen=True)
class Logistic:
    """A fitted logistic regression.

    Attributes
    ----------
    intercept
        Log-odds where every term is 0.
    terms
        One for each column of the encoded matrix.
    """

    intercept: float
    terms: tuple[Term, ...]

    def predict_log_odds(self, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return log-odds to churn, length n, for an encoded matrix (n, d)."""
        margin = np.full(len(matrix), self.intercept)
        for position, term in enumerate(self.terms):
            margin += term.added(matrix[:, position])
        return margin

    def contributions(self, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return what each column adds to the log-odds against the average customer, shape (n, d)."""
        return np.column_stack([term.added(matrix[:, at]) - term.mean for at, term in enumerate(self.terms)])

    @classmethod
    def from_json(cls, saved: Mapping[str, Any]) -> "Logistic":
        """Rebuild a regression from its fields."""
        terms = tuple(Term(**{**term, "weights": tuple(term["weights"])}) for term in saved["terms"])
        return cls(float(saved["intercept"]), terms)


def fit_logistic(
    training_set: TrainingSet, *, ridges: Sequence[Ridge] = (Ridge(),), seed: int = 0
) -> list[Logistic]:
    """Fit one ridge-penalised regression for each way.

    Categories are one-hot, numbers scaled, blanks imputed at the centre with a flag of their own.
    A table too large for memory is thinned by rows: a few hundred coefficients need no more.

    Parameters
    ----------
    examples
        Training customers.
    ridges
        How to.
    seed
        Picks the rows when the table is thinned.
    """
    from sklearn.linear_model import LogisticRegression

    training_set = training_set.sample(_MOST_CELLS // len(training_set.columns), seed=seed)
    matrix = training_set.matrix
    designs = {}
    for way in {ridge.logarithms for ridge in ridges}:
        empty = [_empty_term(column, matrix[:, at], way) for at, column in enumerate(training_set.columns)]
        designs[way] = (empty, *_design(empty, matrix))
    fits = []
    for ridge in ridges:
        empty, design, owner = designs[ridge.logarithms]
        solver = "newton-cholesky" if design.shape[1] <= _FEW_WEIGHTS else "lbfgs"
        model = LogisticRegression(C=ridge.strength, solver=solver, max_iter=2000)
        model.fit(design, training_set.label, sample_weight=training_set.sample_weight)
        terms = tuple(
            _filled_term(term, model.coef_[0][owner == at], matrix[:, at]) for at, term in enumerate(empty)
        )
        fits.append(Logistic(float(model.intercept_[0]), terms))
    return fits


def bootstrap_weights(
    fitted: Logistic, training_set: TrainingSet, *, strength: float, draws: int = 100, seed: int = 0
) -> list[NDArray[np.float64]]:
    """Return the weights of each term had other customers been drawn.

    One Newton step from the fit for each draw, which is close and cheap (Moulton & Zeger 1991,
    doi:10.1016/0167-9473(91)90023-R).

    Parameters
    ----------
    fitted, examples, strength
        A fit, the customers it was fitted on, and its ``C``.
    draws
        Bootstrap samples (each customer counts a Poisson(1) number of times, in all their rows).
    seed
        Decides the draws.

    Returns
    -------
    list of NDArray[np.float64]
        For each term an array (draws, weights + 1), the blank's weight last.
    """
    design, owner = _design(fitted.terms, training_set.matrix)
    probability = 1 / (1 + np.exp(-fitted.predict_log_odds(training_set.matrix)))
    importance = training_set.sample_weight
    now = np.concatenate([[*term.weights, term.blank] for term in fitted.terms])
    information = importance * probability * (1 - probability)
    weighed = design.multiply(information[:, None]).tocsr()
    centre = np.asarray(weighed.sum(axis=0)).ravel()  # the intercept moves along, unpenalised
    curvature = (design.T @ weighed).toarray() - np.outer(centre, centre) / information.sum()
    curvature += np.eye(len(now)) / strength
    who = np.arange(len(training_set))
    if training_set.panel is not None:
        who = np.unique(training_set.panel.customer, return_inverse=True)[1]
    counts = np.random.default_rng(seed).poisson(1.0, (draws, int(who.max()) + 1))[:, who]
    surprise = counts * (importance * (training_set.label - probability))
    slope = (design.T @ surprise.T).T - now / strength
    slope -= surprise.sum(axis=1)[:, None] * centre / information.sum()
    drawn = now + np.linalg.solve(curvature, slope.T).T
    return [drawn[:, owner == at] for at in range(len(fitted.terms))]


def _empty_term(column: Column, values: NDArray[np.float64], logarithms: bool = True) -> Term:
    """Return the term of a column before anything is known about its weight."""
    if column.kind == "category":
        return Term((0.0,) * len(column.categories), 0.0)
    known = values[~np.isnan(values)]
    if not known.size or known.min() == known.max():
        at = float(known[0]) if known.size else 0.0
        return Term((0.0,), 0.0, low=at, high=at, centre=at, scale=1.0)
    low, high = float(known.min()), float(known.max())
    logarithm = logarithms and _long_tailed(known)
    seen = np.log1p(known - low) if logarithm else known
    return Term(
        (0.0,), 0.0, low=low, high=high, centre=float(seen.mean()), scale=float(seen.std()), logarithm=logarithm
    )


def _long_tailed(known: NDArray[np.float64]) -> bool:
    """Tell whether a logarithm brings the numbers nearer to symmetry, as it does for spend and counts."""

    def skew(numbers: NDArray[np.float64]) -> float:
        return abs(float(np.mean(((numbers - numbers.mean()) / numbers.std()) ** 3)))

    return skew(known) > 2 and skew(np.log1p(known - known.min())) < skew(known) / 2


def _design(terms: Sequence[Term], matrix: NDArray[np.float64]) -> tuple[Any, NDArray[np.int64]]:
    """Return the regression's matrix, sparse, and for each of its columns the term it belongs to.

    Each term owns a column for each weight and one for blanks; a customer has one entry a term.
    """
    from scipy.sparse import csr_array

    widths = np.array([len(term.weights) + 1 for term in terms])
    first = np.cumsum(widths) - widths
    entries, places = np.ones(matrix.shape), np.empty(matrix.shape, dtype=np.int32)
    for at, term in enumerate(terms):
        values = matrix[:, at]
        missing = np.isnan(values)
        if term.scale:
            entries[:, at] = np.where(missing, 1.0, term.standardised(values))
            values = np.zeros_like(values)
        places[:, at] = first[at] + np.where(missing, widths[at] - 1, values)
    starts = np.arange(0, matrix.size + 1, matrix.shape[1])
    design = csr_array((entries.ravel(), places.ravel(), starts), shape=(len(matrix), int(widths.sum())))
    return design, np.repeat(np.arange(len(terms)), widths)


def _filled_term(term: Term, weights: NDArray[np.float64], values: NDArray[np.float64]) -> Term:
    fitted = replace(term, weights=tuple(map(float, weights[:-1])), blank=float(weights[-1]))
    return replace(fitted, mean=float(fitted.added(values).mean()))
