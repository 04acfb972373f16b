"""Choose the settings of every candidate, and the candidate, on customers held out from the fits.

Everything that is chosen (settings, calibration, the candidate itself) is chosen inside the training part of
each outer fold; the reported figures come from the part outside (see :mod:`retention.churn.nested_cv`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from retention.churn import candidates
from retention.churn.calibration import Calibration, calibrate
from retention.churn.candidates.candidate import Candidate, FitContext, Rows, held_out_rows
from retention.churn.evaluation import log_losses, significantly_lower
from retention.churn.folds import assign_folds
from retention.churn.parallel import Heartbeat
from retention.churn.training_set import TrainingSet

C = TypeVar("C", bound=Candidate)

_INNER_FOLDS = 3
_MAX_SEARCH_ROWS = 100_000


@dataclass(frozen=True)
class SelectedSettings:
    """What was chosen, before the final fit.

    Attributes
    ----------
    chosen
        Name of the candidate that gives the probabilities.
    by_candidate
        The settings by name of candidate; every candidate has an entry.
    calibrations
        The map from log-odds to probabilities by name of candidate.
    """

    chosen: str
    by_candidate: Mapping[str, Any]
    calibrations: Mapping[str, Calibration]


@dataclass(frozen=True)
class Selection:
    """All candidates fitted on the same customers, and which of them gives the probabilities.

    Attributes
    ----------
    chosen
        Name of the candidate that gives the probabilities.
    calibrations
        The map from log-odds to probabilities by name of candidate.
    candidates
        The fitted candidates by name, simplest first.
    """

    chosen: str
    calibrations: Mapping[str, Calibration]
    candidates: Mapping[str, Candidate]

    @property
    def chosen_candidate(self) -> Candidate:
        """The candidate that gives the probabilities."""
        return self.candidates[self.chosen]

    @property
    def calibration(self) -> Calibration:
        """The map from the chosen candidate's log-odds to probabilities."""
        return self.calibrations[self.chosen]

    def get(self, kind: type[C]) -> C:
        """Return the fitted candidate of a class."""
        candidate = self.candidates[kind.name]
        if not isinstance(candidate, kind):
            raise TypeError(f"candidate '{kind.name}' is a {type(candidate).__name__}, not a {kind.__name__}")
        return candidate

    def predict_log_odds(self, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the chosen candidate's uncalibrated log-odds, length n, for an encoded matrix (n, d)."""
        return self.chosen_candidate.predict_log_odds(matrix)

    def predict_probability(self, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return calibrated churn probabilities in (0, 1), length n, for an encoded matrix (n, d)."""
        return self.calibration.apply(self.predict_log_odds(matrix))

    def contributions(self, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return what each column adds to the chosen log-odds against the average customer, shape (n, d)."""
        return (
            self.chosen_candidate.contributions(matrix) + 0.0
        )  # turns −0.0 into 0.0, which prints without a sign


def select_and_score(
    training_set: TrainingSet, train: Rows, test: Rows, *, seed: int, heartbeat: Heartbeat
) -> tuple[SelectedSettings, dict[str, NDArray[np.float64]]]:
    """Choose and fit on some rows, and score others, whose labels play no part.

    Parameters
    ----------
    training_set
        All rows.
    train, test
        Positions of the rows to learn from, and of the m rows to score.
    seed, heartbeat
        As for the nested cross-validation.

    Returns
    -------
    selected, log_odds
        What was chosen, and the log-odds of the held-out rows from each candidate, length m.
    """
    inside = training_set.take(train)
    selected = search_settings(inside, seed=seed, heartbeat=heartbeat)
    selection = fit_selection(selected, inside, seed=seed, threads=1, heartbeat=heartbeat)
    matrix = training_set.matrix[test]
    return selected, {name: fitted.predict_log_odds(matrix) for name, fitted in selection.candidates.items()}


def search_settings(training_set: TrainingSet, *, seed: int, heartbeat: Heartbeat) -> SelectedSettings:
    """Choose everything by three inner folds, or by one split of a sample when there are very many rows."""
    single_split = len(training_set) > _MAX_SEARCH_ROWS
    training_set = training_set.sample(_MAX_SEARCH_ROWS, seed=seed)
    fold = assign_folds(training_set, _INNER_FOLDS, seed=seed + 1)
    splits = [
        (np.flatnonzero(fold != number), np.flatnonzero(fold == number))
        for number in range(1 if single_split else _INNER_FOLDS)
    ]
    context = FitContext(seed=seed, heartbeat=heartbeat)
    settings: dict[str, Any] = {}
    log_odds: dict[str, NDArray[np.float64]] = {}
    for candidate in candidates.CANDIDATES:
        result = candidate.search(training_set, splits, log_odds, context)
        settings[candidate.name], log_odds[candidate.name] = result.settings, result.log_odds
    rows = held_out_rows(len(training_set), splits)
    held_out = {name: values[rows] for name, values in log_odds.items()}
    return choose_candidate(settings, held_out, training_set.take(rows), seed=seed)


def choose_candidate(
    by_candidate: Mapping[str, Any],
    held_out: Mapping[str, NDArray[np.float64]],
    training_set: TrainingSet,
    *,
    seed: int,
) -> SelectedSettings:
    """Calibrate every candidate, and choose the simplest one that is not worse beyond noise.

    A candidate is kept only if its log-loss is below that of the best simpler one by more than the standard
    error of the difference (the one-standard-error rule); to replace the base rate takes two standard errors.

    Parameters
    ----------
    by_candidate
        The settings by name of candidate.
    held_out
        Log-odds of the n rows by name of candidate, from fits that had not seen them.
    training_set
        The n rows.
    seed
        Splits them to compare calibrations.
    """
    label, weighted, panel = training_set.label, training_set.churned_weight != 1.0, training_set.panel
    customer, weight = None if panel is None else panel.customer, training_set.row_weight
    base_rate = candidates.CANDIDATES[0].name
    calibrations: dict[str, Calibration] = {}
    chosen, lowest = base_rate, np.empty(0)
    for candidate in candidates.CANDIDATES:
        name = candidate.name
        calibrations[name] = (
            calibrate(held_out[name], label, weighted=weighted, seed=seed, panel=panel, weight=weight)
            if candidate.continuous
            else Calibration()
        )
        losses = log_losses(label, calibrations[name].apply(held_out[name]))
        errors = 2.0 if chosen == base_rate else 1.0
        if name == base_rate or significantly_lower(
            losses, lowest, standard_errors=errors, customer=customer, weight=weight
        ):
            chosen, lowest = name, losses
    return SelectedSettings(chosen, by_candidate, calibrations)


def combine_fold_settings(folds: Sequence[SelectedSettings], *, growth: float) -> dict[str, Any]:
    """Return the settings of the final fit from those each outer fold chose, for every candidate.

    Parameters
    ----------
    folds
        One entry for each outer fold.
    growth
        Rows of the final fit divided by the mean number of rows the folds learned from.
    """
    return {
        candidate.name: candidate.combine_settings(
            [fold.by_candidate[candidate.name] for fold in folds], growth=growth
        )
        for candidate in candidates.CANDIDATES
    }


def fit_selection(
    selected: SelectedSettings, training_set: TrainingSet, *, seed: int, threads: int, heartbeat: Heartbeat
) -> Selection:
    """Fit every candidate on all these rows with the selected settings."""
    fitted: dict[str, Candidate] = {}
    context = FitContext(seed, threads, heartbeat, simpler=fitted)
    for candidate in candidates.CANDIDATES:
        fitted[candidate.name] = candidate.fit(training_set, selected.by_candidate[candidate.name], context)
    return Selection(selected.chosen, selected.calibrations, fitted)
