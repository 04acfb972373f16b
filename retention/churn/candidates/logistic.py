"""Logistic regression, kept as plain numbers: predictions are computed from what is saved."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retention.churn.candidates.candidate import Candidate, FitContext, LoadContext
from retention.churn.candidates.logistic_terms import Term, design_matrix, empty_term, with_weights
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
            empty_term(column, values)
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
        context.heartbeat.count_fit()
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
            empty_term(column, values, logarithms)
            for column, values in zip(training_set.columns, matrix.T, strict=True)
        ]
        designs[logarithms] = (empty, *design_matrix(empty, matrix))
    fits = []
    for ridge in ridges:
        empty, design, owner = designs[ridge.logarithms]
        solver = "newton-cholesky" if design.shape[1] <= _MAX_WEIGHTS_FOR_NEWTON else "lbfgs"
        model = LogisticRegression(C=ridge.strength, solver=solver, max_iter=2000)
        model.fit(design, training_set.label, sample_weight=training_set.sample_weight)
        terms = tuple(
            with_weights(term, model.coef_[0][owner == position], matrix[:, position], training_set.row_weight)
            for position, term in enumerate(empty)
        )
        fits.append(Logistic(float(model.intercept_[0]), terms, ridge))
    return fits
