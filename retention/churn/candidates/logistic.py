"""Logistic regression, kept as plain numbers: predictions are computed from what is saved."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retention.churn.candidates.candidate import Candidate, FitContext, LoadContext
from retention.churn.schema import Column
from retention.churn.training_set import TrainingSet

_STRENGTHS = (0.01, 0.1, 1.0)
_MAX_CELLS = 5_000_000  # of the encoded matrix; more would not fit into memory
_MAX_WEIGHTS_FOR_NEWTON = 500


@dataclass(frozen=True, order=True)
class Ridge:
    """The settings of a regression.

    Attributes
    ----------
    strength
        Inverse regularisation (scikit-learn's ``C``), above 0.
    logarithms
        Whether long-tailed numbers enter by their logarithm: better where an effect fades with size, worse
        where it is proportional.
    """

    strength: float = 1.0
    logarithms: bool = True


@dataclass(frozen=True)
class Term:
    """What one column adds to the log-odds.

    Attributes
    ----------
    weights
        For a number, one weight per standard deviation; for a category, one weight for each value.
    blank
        Added where the value is missing.
    mean
        Average contribution in training; contributions are reported as the distance from it.
    low, high, centre, scale, logarithm
        For a number: it is clipped to its training range, replaced by its logarithm if ``logarithm`` is
        true, then centred and scaled; a blank sits at the centre. For a category ``scale`` is 0.
    """

    weights: tuple[float, ...]
    blank: float
    mean: float = 0.0
    low: float = 0.0
    high: float = 0.0
    centre: float = 0.0
    scale: float = 0.0
    logarithm: bool = False

    def contribution(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the contribution to the log-odds of each value, length n (one column of an encoded matrix)."""
        missing = np.isnan(values)
        if self.scale:
            return np.where(missing, self.blank, self.weights[0] * self.standardised(values))
        codes = np.where(missing, len(self.weights), values).astype(np.int64)
        return np.array([*self.weights, self.blank])[codes]

    def standardised(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return clipped, centred and scaled numbers, blanks as 0, length n."""
        clipped = np.clip(values, self.low, self.high)
        if self.logarithm:
            clipped = np.log1p(clipped - self.low)
        return np.where(np.isnan(clipped), 0.0, (clipped - self.centre) / self.scale)


@dataclass(frozen=True)
class Logistic(Candidate):
    """A fitted logistic regression.

    Attributes
    ----------
    intercept
        Log-odds where every term is 0.
    terms
        One for each column of the encoded matrix.
    ridge
        The settings it was fitted with.
    """

    intercept: float
    terms: tuple[Term, ...]
    ridge: Ridge = Ridge()

    name = "logistic regression"

    @classmethod
    def search_space(cls, training_set: TrainingSet) -> Sequence[Ridge]:
        """Return the settings worth comparing, the most regularised first."""
        terms = (
            _empty_term(column, values)
            for column, values in zip(training_set.columns, training_set.matrix.T, strict=True)
        )
        logarithms = (True, False) if any(term.logarithm for term in terms) else (True,)
        return tuple(Ridge(strength, logarithm) for strength in _STRENGTHS for logarithm in logarithms)

    @classmethod
    def fit(cls, training_set: TrainingSet, settings: Ridge, context: FitContext) -> "Logistic":
        """Fit one regression."""
        return cls.fit_all(training_set, (settings,), context)[0]

    @classmethod
    def fit_all(
        cls, training_set: TrainingSet, space: Sequence[Ridge], context: FitContext
    ) -> Sequence["Logistic"]:
        """Fit one regression for each of several settings."""
        fits = fit_logistic(training_set, ridges=space, seed=context.seed)
        context.heartbeat.finished()
        return fits

    def predict_log_odds(self, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return log-odds to churn, length n, for an encoded matrix (n, d)."""
        log_odds = np.full(len(matrix), self.intercept)
        for position, term in enumerate(self.terms):
            log_odds += term.contribution(matrix[:, position])
        return log_odds

    def contributions(self, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return what each column adds to the log-odds against the average customer, shape (n, d)."""
        return np.column_stack(
            [term.contribution(matrix[:, position]) - term.mean for position, term in enumerate(self.terms)]
        )

    def to_json(self) -> dict[str, Any]:
        """Return all fields."""
        return asdict(self)

    @classmethod
    def from_json(cls, saved: Mapping[str, Any], context: LoadContext) -> "Logistic":
        """Rebuild it from its fields."""
        terms = tuple(Term(**{**term, "weights": tuple(term["weights"])}) for term in saved["terms"])
        return cls(float(saved["intercept"]), terms, Ridge(**saved["ridge"]))


def fit_logistic(
    training_set: TrainingSet, *, ridges: Sequence[Ridge] = (Ridge(),), seed: int = 0
) -> list[Logistic]:
    """Fit one ridge-penalised regression for each of several settings.

    Categories become one-hot columns, numbers are standardised, and a blank gets the centre and an indicator
    column. A table too large for memory is sampled by rows: a few hundred coefficients need no more.

    Parameters
    ----------
    training_set
        Training customers.
    ridges
        Settings, one for each fit.
    seed
        Picks the rows when the table is sampled.

    Returns
    -------
    list of Logistic
        One for each of ``ridges``.
    """
    from sklearn.linear_model import LogisticRegression

    training_set = training_set.sample(_MAX_CELLS // len(training_set.columns), seed=seed)
    matrix = training_set.matrix
    designs = {}
    for logarithms in {ridge.logarithms for ridge in ridges}:
        empty = [
            _empty_term(column, values, logarithms)
            for column, values in zip(training_set.columns, matrix.T, strict=True)
        ]
        designs[logarithms] = (empty, *_design_matrix(empty, matrix))
    fits = []
    for ridge in ridges:
        empty, design, owner = designs[ridge.logarithms]
        solver = "newton-cholesky" if design.shape[1] <= _MAX_WEIGHTS_FOR_NEWTON else "lbfgs"
        model = LogisticRegression(C=ridge.strength, solver=solver, max_iter=2000)
        model.fit(design, training_set.label, sample_weight=training_set.sample_weight)
        terms = tuple(
            _with_weights(term, model.coef_[0][owner == position], matrix[:, position])
            for position, term in enumerate(empty)
        )
        fits.append(Logistic(float(model.intercept_[0]), terms, ridge))
    return fits


def bootstrap_weights(
    fitted: Logistic, training_set: TrainingSet, *, draws: int = 100, seed: int = 0
) -> list[NDArray[np.float64]]:
    """Return each term's weights in bootstrap samples of the customers.

    Each draw takes one Newton step from the fit, which is close to a full refit and cheap (Moulton & Zeger 1991,
    doi:10.1016/0167-9473(91)90023-R).

    Parameters
    ----------
    fitted
        The regression.
    training_set
        The customers it was fitted on, or a sample of them.
    draws
        Number of bootstrap samples. In each, a customer counts a Poisson(1) number of times, in all their rows.
    seed
        Decides the draws.

    Returns
    -------
    list of NDArray[np.float64]
        For each term an array (draws, weights + 1), the blank's weight last.
    """
    strength = fitted.ridge.strength
    design, owner = _design_matrix(fitted.terms, training_set.matrix)
    probability = 1 / (1 + np.exp(-fitted.predict_log_odds(training_set.matrix)))
    sample_weight = training_set.sample_weight
    weights = np.concatenate([[*term.weights, term.blank] for term in fitted.terms])
    information = sample_weight * probability * (1 - probability)
    weighted_design = design.multiply(information[:, None]).tocsr()
    centre = np.asarray(weighted_design.sum(axis=0)).ravel()  # the intercept is re-estimated too, unpenalised
    hessian = (design.T @ weighted_design).toarray() - np.outer(centre, centre) / information.sum()
    hessian += np.eye(len(weights)) / strength
    customer = np.arange(len(training_set))
    if training_set.panel is not None:
        customer = np.unique(training_set.panel.customer, return_inverse=True)[1]
    counts = np.random.default_rng(seed).poisson(1.0, (draws, int(customer.max()) + 1))[:, customer]
    residual = counts * (sample_weight * (training_set.label - probability))
    gradient = (design.T @ residual.T).T - weights / strength
    gradient -= residual.sum(axis=1)[:, None] * centre / information.sum()
    drawn = weights + np.linalg.solve(hessian, gradient.T).T
    return [drawn[:, owner == position] for position in range(len(fitted.terms))]


def _empty_term(column: Column, values: NDArray[np.float64], logarithms: bool = True) -> Term:
    """Return a column's term with its scaling and weights of 0."""
    if column.kind == "category":
        return Term((0.0,) * len(column.categories), 0.0)
    known = values[~np.isnan(values)]
    if not known.size or known.min() == known.max():
        constant = float(known[0]) if known.size else 0.0
        return Term((0.0,), 0.0, low=constant, high=constant, centre=constant, scale=1.0)
    low, high = float(known.min()), float(known.max())
    logarithm = logarithms and _long_tailed(known)
    scaled = np.log1p(known - low) if logarithm else known
    return Term(
        (0.0,),
        0.0,
        low=low,
        high=high,
        centre=float(scaled.mean()),
        scale=float(scaled.std()),
        logarithm=logarithm,
    )


def _long_tailed(known: NDArray[np.float64]) -> bool:
    """Return whether a logarithm makes the numbers clearly more symmetric, as it does for spend and counts."""

    def skew(numbers: NDArray[np.float64]) -> float:
        return abs(float(np.mean(((numbers - numbers.mean()) / numbers.std()) ** 3)))

    return skew(known) > 2 and skew(np.log1p(known - known.min())) < skew(known) / 2


def _design_matrix(terms: Sequence[Term], matrix: NDArray[np.float64]) -> tuple[Any, NDArray[np.int64]]:
    """Return the regression's sparse design matrix (n, w), and the position of the term that owns each column.

    Each term owns one column for each weight and one for blanks; a customer has one entry for each term.
    """
    from scipy.sparse import csr_array

    widths = np.array([len(term.weights) + 1 for term in terms])
    first = np.cumsum(widths) - widths
    entries, columns = np.ones(matrix.shape), np.empty(matrix.shape, dtype=np.int32)
    for position, term in enumerate(terms):
        values = matrix[:, position]
        missing = np.isnan(values)
        if term.scale:
            entries[:, position] = np.where(missing, 1.0, term.standardised(values))
            values = np.zeros_like(values)
        columns[:, position] = first[position] + np.where(missing, widths[position] - 1, values)
    row_starts = np.arange(0, matrix.size + 1, matrix.shape[1])
    design = csr_array((entries.ravel(), columns.ravel(), row_starts), shape=(len(matrix), int(widths.sum())))
    return design, np.repeat(np.arange(len(terms)), widths)


def _with_weights(term: Term, weights: NDArray[np.float64], values: NDArray[np.float64]) -> Term:
    fitted = replace(term, weights=tuple(map(float, weights[:-1])), blank=float(weights[-1]))
    return replace(fitted, mean=float(fitted.contribution(values).mean()))
