"""Define what every candidate model can do: search its settings, learn, predict, explain itself and be saved."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from retention.churn.evaluation import log_losses_from_logits
from retention.churn.parallel import Heartbeat
from retention.churn.schema import Column
from retention.churn.training_set import TrainingSet

Rows = NDArray[np.int64]
Splits = Sequence[tuple[Rows, Rows]]
"""Pairs of positions: the rows to learn from, and the rows held out."""


@dataclass(frozen=True)
class FitContext:
    """What a fit needs besides the training set and the settings.

    Attributes
    ----------
    seed
        Decides every random draw: the same seed gives the same model.
    threads
        Threads the fit may use.
    heartbeat
        Beaten now and then, so that the fit can report progress and be stopped.
    simpler
        The simpler candidates by name, already fitted on the same training set.
    """

    seed: int = 0
    threads: int = 1
    heartbeat: Heartbeat = field(default_factory=Heartbeat)
    simpler: Mapping[str, "Candidate"] = field(default_factory=dict)


@dataclass(frozen=True)
class LoadContext:
    """What a saved candidate may need besides its own JSON.

    Attributes
    ----------
    columns
        The d features of the model.
    files
        The content of the model's folder by file name.
    simpler
        The simpler candidates by name, already loaded.
    """

    columns: tuple[Column, ...]
    files: Mapping[str, bytes] = field(default_factory=dict)
    simpler: Mapping[str, "Candidate"] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class SearchResult:
    """The outcome of a search on n rows.

    Attributes
    ----------
    settings
        The settings to fit with.
    log_odds
        Log-odds of each held-out row from a fit that had not seen it, length n; NaN for rows that no split
        held out.
    """

    settings: Any
    log_odds: NDArray[np.float64]


class Candidate(ABC):
    """A fitted candidate; its class methods search for settings and fit.

    A new candidate is one module in this folder with a subclass, and one line in ``CANDIDATES``. A subclass
    must define ``name``, :meth:`fit`, :meth:`predict_log_odds`, :meth:`contributions`, :meth:`to_json` and
    :meth:`from_json`; the search suits any candidate whose settings are a short list.

    Attributes
    ----------
    name
        What the candidate is called on screen and in files.
    continuous
        Whether it gives nearly every customer a score of their own. Only then are its scores calibrated.
    """

    name: ClassVar[str]
    continuous: ClassVar[bool] = True

    @classmethod
    def search_space(cls, training_set: TrainingSet) -> Sequence[Any]:
        """Return the settings worth comparing, which can be hashed and sorted; the first wins a tie."""
        return (None,)

    @classmethod
    def search(
        cls,
        training_set: TrainingSet,
        splits: Splits,
        held_out: Mapping[str, NDArray[np.float64]],
        context: FitContext,
    ) -> SearchResult:
        """Choose settings by the log-loss on held-out rows.

        Parameters
        ----------
        training_set
            n rows.
        splits
            Rows to learn from and rows held out; no row is held out twice.
        held_out
            The log-odds that the search of each simpler candidate gave, by its name, length n.
        context
            Seed, threads and heartbeat; ``simpler`` is empty here.
        """
        space = cls.search_space(training_set)
        log_odds = np.full((len(space), len(training_set)), np.nan)
        for train, test in splits:
            fits = cls.fit_all(training_set.take(train), space, context)
            for row, fitted in zip(log_odds, fits, strict=True):
                row[test] = fitted.predict_log_odds(training_set.matrix[test])
        losses = [weighted_log_loss(training_set, splits, row) for row in log_odds]
        best = int(np.argmin(losses))
        return SearchResult(space[best], log_odds[best])

    @classmethod
    def combine_settings(cls, settings: Sequence[Any], *, growth: float) -> Any:
        """Return the settings for the final fit from those that each outer fold chose.

        Parameters
        ----------
        settings
            One entry for each outer fold.
        growth
            Rows of the final fit divided by the mean number of rows the folds learned from, above 1.
        """
        return max(sorted(set(settings)), key=list(settings).count)

    @classmethod
    def fit_all(cls, training_set: TrainingSet, space: Sequence[Any], context: FitContext) -> Sequence[Self]:
        """Fit once for each of several settings; a subclass may share work among the fits."""
        return [cls.fit(training_set, settings, context) for settings in space]

    @classmethod
    @abstractmethod
    def fit(cls, training_set: TrainingSet, settings: Any, context: FitContext) -> Self:
        """Learn from all rows of a training set."""

    @abstractmethod
    def predict_log_odds(self, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return uncalibrated log-odds to churn, length n, for an encoded matrix (n, d)."""

    @abstractmethod
    def contributions(self, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return what each column adds to the log-odds against the average customer, shape (n, d)."""

    @abstractmethod
    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values; large parts go to :meth:`files`."""

    @classmethod
    @abstractmethod
    def from_json(cls, saved: Mapping[str, Any], context: LoadContext) -> Self:
        """Rebuild the candidate from :meth:`to_json`.

        Raises
        ------
        KeyError, TypeError, ValueError
            If the values are not those of such a candidate.
        """

    def files(self) -> Mapping[str, bytes]:
        """Return the content of the candidate's own files by file name."""
        return {}


def weighted_log_loss(training_set: TrainingSet, splits: Splits, log_odds: NDArray[np.float64]) -> float:
    """Return the summed log-loss of all held-out rows, each counted by its sample weight."""
    held_out = held_out_rows(len(training_set), splits)
    losses = log_losses_from_logits(training_set.label[held_out], log_odds[held_out])
    return float(training_set.sample_weight[held_out] @ losses)


def held_out_rows(rows: int, splits: Splits) -> NDArray[np.bool_]:
    """Return a mask of length ``rows``, true where some split holds the row out."""
    mask = np.zeros(rows, dtype=bool)
    for _, test in splits:
        mask[test] = True
    return mask
