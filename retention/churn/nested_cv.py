"""Climbing the ladder: which candidate is kept, and what the whole procedure says about people it had not seen.

With several cutoffs the newest is a test in time. Everything is chosen on the earlier ones, and every figure
comes from models that saw neither the person, at any cutoff, nor anything that happened after the cutoff.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from retention.churn.calibration import Calibration
from retention.churn.folds import assign_folds
from retention.churn.ladder import RUNGS, Ladder, Plan, agreed, choose, fit_ladder, hold_out, log_odds
from retention.churn.parallel import run_parallel
from retention.churn.training_set import MIN_CLASS_COUNT, TrainingSet
from retention.progress import Progress, silent

_FITS_A_FOLD = 12
_COMPARING = 0.9  # share of the work
_ORIGINS = 3  # so many of the newest cutoffs are scored from the ones before; more would only cost time

Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class NestedCVResult:
    """The outcome of training on n rows.

    Attributes
    ----------
    ladder
        Fitted on all rows.
    fold
        Outer fold each customer was held out in, length n.
    score
        Probabilities of the whole procedure, choice included, on held-out customers, length n. Of several
        cutoffs, all learned from the earlier ones: those are cross-validated, the newest is out of time.
    scores
        Rung -> its probabilities on held-out customers, length n.
    raw
        Chosen rungs' probabilities before calibration, length n.
    rolled
        The same as ``score``, but for each cutoff from models that learned from the ones before it (rolling
        origin); NaN where there are none or too few, and everywhere with a single cutoff.
    """

    selection: Ladder
    fold: NDArray[np.int8]
    score: NDArray[np.float64]
    candidate_scores: Mapping[str, NDArray[np.float64]]
    uncalibrated_score: NDArray[np.float64]
    rolling_origin_score: NDArray[np.float64]

    def take(self, rows: Mask) -> "NestedCVResult":
        """Return the outcome for the rows where the mask is true."""
        scores = {rung: score[rows] for rung, score in self.candidate_scores.items()}
        return NestedCVResult(
            self.selection,
            self.fold[rows],
            self.score[rows],
            scores,
            self.uncalibrated_score[rows],
            self.rolling_origin_score[rows],
        )


def nested_cross_validate(
    training_set: TrainingSet, *, seed: int = 0, jobs: int = 1, progress: Progress = silent
) -> NestedCVResult:
    """Train every candidate and choose among them, nested.

    Five outer folds of customers (three beyond 100,000 rows) give the held-out probabilities. The final plan
    takes its settings from the outer folds' choices, and its blend, calibration and rung from the
    candidates' held-out log-odds; the newest of several cutoffs has no part in it, but the chosen plan is
    fitted on all of them.

    Parameters
    ----------
    examples
        Training customers, at least ten of each kind; of several cutoffs, ten of each kind at the newest
        and ten before.
    seed
        Decides folds and row sampling: the same seed gives the same model.
    jobs
        Processes; with 1, everything is done here.
    progress
        Told after each fit; may raise Cancelled.
    """
    learned = training_set.selection_rows
    blind = replace(
        training_set, label=np.where(learned, training_set.label, 0)
    )  # folds do not look at the test either
    fold = assign_folds(blind, 5 if len(training_set) <= 100_000 else 3, seed=seed)
    rounds = _rounds(training_set, fold)
    parts = [part for one in rounds for part in one.parts]
    found = iter(
        run_parallel(
            [partial(hold_out, training_set, train, held, seed=seed) for train, held in parts],
            jobs=jobs,
            fits=_FITS_A_FOLD * len(parts),
            words="Comparing models on customers they have not seen",
            progress=lambda share, words: progress(_COMPARING * share, words),
        )
    )
    first, *others = [one.gathered(training_set, [next(found) for _ in one.parts]) for one in rounds]
    seen = sum(len(train) for train, _ in rounds[0].parts)
    plan = choose(
        agreed(first.plans, growth=len(training_set) * len(first.plans) / seen),
        {rung: margin[learned] for rung, margin in first.margins.items()},
        training_set.take(learned),
        seed=seed,
    )
    ladder = run_parallel(
        [partial(fit_ladder, plan, training_set, seed=seed, threads=jobs)],
        jobs=jobs,
        fits=2,
        words="Fitting the chosen model on all customers",
        progress=lambda share, words: progress(_COMPARING + (1 - _COMPARING) * share, words),
    )[0]
    rolled = np.where(learned, np.nan, first.score)
    for one, held in zip(rounds[1:], others, strict=True):
        rolled[one.asked] = held.score[one.asked]
    return NestedCVResult(ladder, fold, first.score, first.scores, first.raw, rolled)


@dataclass(frozen=True, eq=False)
class _Held:
    """What models said about rows they had not learned from; arrays of length n, NaN for rows not asked about."""

    plans: list[Plan]
    margins: Mapping[str, NDArray[np.float64]]
    scores: Mapping[str, NDArray[np.float64]]
    score: NDArray[np.float64]
    raw: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class _Round:
    """Rows that may be learned from and rows to ask about; by folds, so that nobody is in both."""

    learned: Mask
    asked: Mask
    fold: NDArray[np.int8]

    @property
    def parts(self) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
        """Positions to learn from and to ask about, one pair a fold."""
        return [
            (np.flatnonzero(self.learned & (self.fold != one)), np.flatnonzero(self.asked & (self.fold == one)))
            for one in range(int(self.fold.max()) + 1)
        ]

    def gathered(self, examples: TrainingSet, results: list[tuple[Plan, dict[str, NDArray[np.float64]]]]) -> _Held:
        """Put the answers of the folds together."""
        n, rate = len(examples), float(examples.label[self.learned].mean())
        margins = {rung: np.full(n, np.nan) for rung in RUNGS} | {RUNGS[0]: np.full(n, log_odds(rate))}
        scores = {rung: np.full(n, np.nan) for rung in RUNGS} | {RUNGS[0]: np.full(n, rate)}
        score, raw = np.full(n, np.nan), np.full(n, np.nan)
        for (_, held), (plan, found) in zip(self.parts, results, strict=True):
            for rung in RUNGS[1:]:  # the base rate is one number for all, so that it ranks nobody
                margins[rung][held] = found[rung]
                scores[rung][held] = plan.calibrations[rung].apply(found[rung])
            score[held] = scores[plan.rung][held]
            raw[held] = Calibration().apply(margins[plan.rung][held])
        return _Held([plan for plan, _ in results], margins, scores, score, raw)


def _rounds(examples: TrainingSet, fold: NDArray[np.int8]) -> list[_Round]:
    """Return the round everything is chosen by, and then those of earlier origins."""
    rounds = [_Round(examples.selection_rows, np.ones(len(examples), dtype=bool), fold)]
    if examples.panel is None:
        return rounds
    period = examples.panel.period
    newest = int(period.max())
    for origin in range(newest - 1, max(0, newest - _ORIGINS), -1):
        before, then = period < origin, period == origin
        if min(*examples.take(before).class_counts, *examples.take(then).class_counts) >= MIN_CLASS_COUNT:
            rounds.append(_Round(before, then, fold))
    return rounds
