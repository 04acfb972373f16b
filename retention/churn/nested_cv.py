"""Nested cross-validation: choose a candidate, and measure the whole procedure on customers it has not seen.

With several cutoffs the newest is a test in time. Everything is chosen on the earlier ones, and every figure
comes from models that saw neither the customer, at any cutoff, nor anything that happened after the cutoff.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from retention.churn import candidates
from retention.churn.calibration import Calibration
from retention.churn.candidates.base_rate import log_odds
from retention.churn.candidates.candidate import Rows
from retention.churn.folds import assign_folds
from retention.churn.parallel import run_parallel
from retention.churn.selection import (
    SelectedSettings,
    Selection,
    choose_candidate,
    combine_fold_settings,
    fit_selection,
    select_and_score,
)
from retention.churn.training_set import MIN_CLASS_COUNT, TrainingSet
from retention.progress import Progress, silent

_FITS_PER_FOLD = 12  # about as many as there are, for the progress bar
_SHARE_OF_SELECTION = 0.9  # of the work; the rest is the final fit
_ROLLING_ORIGINS = 3  # this many of the newest cutoffs are scored from the ones before; more would take long
_MANY_ROWS = 100_000

Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class NestedCVResult:
    """The outcome of training on n rows.

    Attributes
    ----------
    selection
        The candidates fitted on all rows, and the choice among them.
    fold
        Outer fold each row was held out in, 0 and up, length n.
    score
        Held-out churn probabilities of the whole procedure, choice included, length n. With several cutoffs
        all models learned from the earlier ones, which are cross-validated; the newest is out of time.
    candidate_scores
        The held-out churn probabilities by name of candidate, length n.
    uncalibrated_score
        Held-out churn probabilities of the chosen candidates before calibration, length n.
    rolling_origin_score
        Like ``score``, but for each cutoff from models that learned from the cutoffs before it; NaN where
        there are none or too few rows, and everywhere with a single cutoff. Length n.
    """

    selection: Selection
    fold: NDArray[np.int8]
    score: NDArray[np.float64]
    candidate_scores: Mapping[str, NDArray[np.float64]]
    uncalibrated_score: NDArray[np.float64]
    rolling_origin_score: NDArray[np.float64]

    def take(self, rows: Mask) -> "NestedCVResult":
        """Return the outcome for the rows where the mask is true."""
        return NestedCVResult(
            self.selection,
            self.fold[rows],
            self.score[rows],
            {name: score[rows] for name, score in self.candidate_scores.items()},
            self.uncalibrated_score[rows],
            self.rolling_origin_score[rows],
        )


def nested_cross_validate(
    training_set: TrainingSet, *, seed: int = 0, jobs: int = 1, progress: Progress = silent
) -> NestedCVResult:
    """Train every candidate and choose among them by nested cross-validation.

    Five outer folds of customers (three beyond 100,000 rows) give the held-out probabilities. The final fit
    takes its settings from the outer folds' choices; its calibrations and its candidate are chosen by the
    outer folds' held-out log-odds. The newest of several cutoffs has no part in any choice, but the final fit
    learns from all of them.

    Parameters
    ----------
    training_set
        At least ten churned and ten retained customers; with several cutoffs, at the newest one and before it.
    seed
        Decides folds and row sampling: the same seed gives the same model.
    jobs
        Processes; with 1, everything runs in the caller's thread.
    progress
        Called after each fit; may raise Cancelled.
    """
    # The labels of the newest cutoff must not even influence the folds.
    selectable = training_set.selection_rows
    blinded = replace(training_set, label=np.where(selectable, training_set.label, 0))
    fold = assign_folds(blinded, 5 if len(training_set) <= _MANY_ROWS else 3, seed=seed)
    splits = _splits(training_set, fold)
    pairs = [pair for split in splits for pair in split.train_and_test]
    results = iter(
        run_parallel(
            [partial(select_and_score, training_set, train, test, seed=seed) for train, test in pairs],
            jobs=jobs,
            fits=_FITS_PER_FOLD * len(pairs),
            words="Comparing models on customers they have not seen",
            progress=lambda share, words: progress(_SHARE_OF_SELECTION * share, words),
        )
    )
    first, *earlier = [
        split.collect(training_set, [next(results) for _ in split.train_and_test]) for split in splits
    ]
    learned_rows = sum(len(train) for train, _ in splits[0].train_and_test)
    selected = choose_candidate(
        combine_fold_settings(first.selected, growth=len(training_set) * len(first.selected) / learned_rows),
        {name: values[selectable] for name, values in first.log_odds.items()},
        training_set.take(selectable),
        seed=seed,
    )
    selection = run_parallel(
        [partial(fit_selection, selected, training_set, seed=seed, threads=jobs)],
        jobs=jobs,
        fits=2,
        words="Fitting the chosen model on all customers",
        progress=lambda share, words: progress(_SHARE_OF_SELECTION + (1 - _SHARE_OF_SELECTION) * share, words),
    )[0]
    rolling = np.where(selectable, np.nan, first.score)
    for split, held_out in zip(splits[1:], earlier, strict=True):
        rolling[split.scored] = held_out.score[split.scored]
    return NestedCVResult(selection, fold, first.score, first.candidate_scores, first.uncalibrated_score, rolling)


@dataclass(frozen=True, eq=False)
class _HeldOutPredictions:
    """What models predicted for rows they had not learned from; arrays of length n, NaN for rows not scored."""

    selected: list[SelectedSettings]
    log_odds: Mapping[str, NDArray[np.float64]]
    candidate_scores: Mapping[str, NDArray[np.float64]]
    score: NDArray[np.float64]
    uncalibrated_score: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class _Split:
    """Rows that may be learned from and rows to score, by folds, so that no customer is in both."""

    learned: Mask
    scored: Mask
    fold: NDArray[np.int8]

    @property
    def train_and_test(self) -> list[tuple[Rows, Rows]]:
        """Positions to learn from and to score, one pair for each fold."""
        return [
            (
                np.flatnonzero(self.learned & (self.fold != number)),
                np.flatnonzero(self.scored & (self.fold == number)),
            )
            for number in range(int(self.fold.max()) + 1)
        ]

    def collect(
        self, training_set: TrainingSet, results: list[tuple[SelectedSettings, dict[str, NDArray[np.float64]]]]
    ) -> _HeldOutPredictions:
        """Put the predictions of the folds together."""
        n, churn_rate = len(training_set), training_set.take(self.learned).churn_rate
        base_rate, *informed = [candidate.name for candidate in candidates.CANDIDATES]
        # The base rate of all folds together: those of single folds differ slightly and would rank customers.
        log_odds_by_candidate = {base_rate: np.full(n, log_odds(churn_rate))} | {
            name: np.full(n, np.nan) for name in informed
        }
        scores = {base_rate: np.full(n, churn_rate)} | {name: np.full(n, np.nan) for name in informed}
        score, uncalibrated = np.full(n, np.nan), np.full(n, np.nan)
        for (_, test), (selected, predicted) in zip(self.train_and_test, results, strict=True):
            for name in informed:
                log_odds_by_candidate[name][test] = predicted[name]
                scores[name][test] = selected.calibrations[name].apply(predicted[name])
            score[test] = scores[selected.chosen][test]
            uncalibrated[test] = Calibration().apply(log_odds_by_candidate[selected.chosen][test])
        return _HeldOutPredictions(
            [selected for selected, _ in results], log_odds_by_candidate, scores, score, uncalibrated
        )


def _splits(training_set: TrainingSet, fold: NDArray[np.int8]) -> list[_Split]:
    """Return the split that everything is chosen by, and then one for each earlier rolling origin."""
    splits = [_Split(training_set.selection_rows, np.ones(len(training_set), dtype=bool), fold)]
    if training_set.panel is None:
        return splits
    period = training_set.panel.period
    newest = int(period.max())
    for origin in range(newest - 1, max(0, newest - _ROLLING_ORIGINS), -1):
        before, at_origin = period < origin, period == origin
        counts = (*training_set.take(before).class_counts, *training_set.take(at_origin).class_counts)
        if min(counts) >= MIN_CLASS_COUNT:
            splits.append(_Split(before, at_origin, fold))
    return splits
