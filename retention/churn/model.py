"""The churn model: trained on customers with a known outcome, it scores and explains others."""

import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retention.churn.diagnostics import (
    CandidateMetrics,
    UncalibratedMetrics,
    measure_candidates,
    measure_uncalibrated,
    training_warnings,
)
from retention.churn.evaluation import Metrics, OutOfFold, compute_metrics
from retention.churn.explanation.directions import Direction, find_directions
from retention.churn.explanation.reasons import top_reasons
from retention.churn.label_shift import ChurnRateEstimate, estimate_churn_rate, rebase
from retention.churn.left_alone import LeftAlone, LeftAloneRows
from retention.churn.model_files import read_model, write_model
from retention.churn.nested_cv import nested_cross_validate
from retention.churn.out_of_time import OutOfTime, evaluate_out_of_time
from retention.churn.profile import Profile, build_profile
from retention.churn.schema import Column, blank_shares, encode
from retention.churn.selection import Selection
from retention.churn.training_set import ScalePosWeight, build_training_set
from retention.customers.table import Customers, Roles
from retention.progress import Progress, silent


@dataclass(frozen=True, eq=False)
class ChurnModel:
    """Calibrated churn probabilities, with what is needed to trust, explain and save them.

    Attributes
    ----------
    columns
        The d features it uses.
    roles
        The roles of the training table's columns.
    selection
        The fitted candidates, and which of them gives the probabilities.
    candidates, metrics
        Metrics on held-out customers: each candidate's, and the whole procedure's.
    warnings
        Sentences a person should read before using the model.
    scale_pos_weight
        How many times a churned customer counted in the fits.
    directions, profile
        Which way each feature points; what the training customers looked like, at the newest cutoff.
    customers, churn_rate
        Number of training customers, and the share that churned; with several cutoffs, at the newest one, like
        all metrics here.
    trained_at
        ISO 8601 time, UTC.
    seed
        Decides folds and samples.
    versions
        Of Python and of the libraries that matter.
    out_of_fold
        Held-out probabilities of the training customers; None if a copy of the model came without.
    before_calibration
        Metrics of the held-out probabilities before calibration; None where calibration changed nothing.
    out_of_time
        Metrics of the newest of several cutoffs, and the gap to cross-validation; None with a single cutoff.
    left_alone
        Which rows were dropped and weighted, so that it learns what customers do when left alone; None without.
    current_churn_rate
        The churn rate that probabilities are re-based on; None for that of the training. It is not saved.
    """

    columns: tuple[Column, ...]
    roles: Roles
    selection: Selection
    candidates: tuple[CandidateMetrics, ...]
    metrics: Metrics
    warnings: tuple[str, ...]
    scale_pos_weight: float
    directions: tuple[Direction, ...]
    profile: Profile
    customers: int
    churn_rate: float
    trained_at: str
    seed: int
    versions: Mapping[str, str]
    out_of_fold: OutOfFold | None
    before_calibration: UncalibratedMetrics | None = None
    out_of_time: OutOfTime | None = None
    left_alone: LeftAlone | None = None
    current_churn_rate: float | None = None

    @property
    def chosen(self) -> str:
        """Name of the candidate that gives the probabilities."""
        return self.selection.chosen

    @property
    def weighting(self) -> dict[str, Any] | None:
        """How the sample weight raised the probabilities, and calibration undid it; None without a weight."""
        if self.scale_pos_weight == 1.0:
            return None
        after = self.metrics.mean_probability
        before = after if self.before_calibration is None else self.before_calibration.metrics.mean_probability
        return {
            "scale_pos_weight": self.scale_pos_weight,
            "mean_before_calibration": before,
            "mean_probability": after,
            "churn_rate": self.churn_rate,
            "words": f"weighted by {self.scale_pos_weight:.3g}: {before:.0%} predicted on average before, "
            f"{after:.0%} after calibration; {self.churn_rate:.0%} actually churned",
        }

    def as_dict(self) -> dict[str, Any]:
        """Return JSON values: the candidates, the choice among them, and their metrics."""
        return {
            "customers": self.customers,
            "churn_rate": self.churn_rate,
            "chosen": self.chosen,
            "candidates": [asdict(candidate) for candidate in self.candidates],
            "metrics": asdict(self.metrics),
            "weighting": self.weighting,
            "warnings": list(self.warnings),
            "out_of_time": self.out_of_time and self.out_of_time.as_dict(),
            **({} if self.left_alone is None else {"left_alone": self.left_alone.as_dict()}),
        }

    @classmethod
    def fit(
        cls,
        customers: Customers,
        *,
        scale_pos_weight: ScalePosWeight = None,
        left_alone: LeftAloneRows | None = None,
        seed: int = 0,
        jobs: int = 1,
        progress: Progress = silent,
    ) -> "ChurnModel":
        """Train on labelled customers.

        With several cutoffs the newest is the test out of time: everything is chosen on the earlier ones,
        and all metrics are about the newest one's customers, scored by models that had learned from the
        earlier cutoffs and from other customers. The final model is then fitted on all cutoffs.

        Parameters
        ----------
        customers
            At least ten churned and ten retained; with several cutoffs, at the newest one and before it.
        scale_pos_weight
            How many times a churned customer counts, 0.001 to 1000: None for once, ``"balanced"`` for as often
            as gives both classes the same weight. Calibration undoes it, so probabilities keep their meaning.
        left_alone
            The rows that show what happens without a treatment, and their weights, which then count in every fit,
            calibration and metric; None to learn from all rows alike.
        seed
            The same seed on the same customers gives the same model.
        jobs
            Processes; with 1, everything runs in the caller's thread.
        progress
            Called after each fit; may raise Cancelled.

        Raises
        ------
        InputError
            If there is no label, too few customers of a class, or no usable feature, or the weight is invalid.
        """
        row_weight = None
        if left_alone is not None:
            customers = customers.take(left_alone.is_left_alone)
            row_weight = left_alone.weight[left_alone.is_left_alone] if left_alone.summary.held_out else None
        training_set, left_out = build_training_set(customers, scale_pos_weight, row_weight)
        newest = customers.period == customers.period.max()  # all rows where there is a single cutoff
        result = nested_cross_validate(training_set, seed=seed, jobs=jobs, progress=progress)
        tested, held_out = training_set.take(newest), result.take(newest)
        weight = tested.row_weight
        tested_out_of_time = evaluate_out_of_time(training_set, result, customers.cutoffs, seed=seed)
        selection = result.selection
        fitted_score = selection.predict_probability(tested.matrix)
        model = cls(
            columns=training_set.columns,
            roles=customers.roles,
            selection=selection,
            candidates=measure_candidates(tested.label, held_out, weight),
            metrics=compute_metrics(tested.label, held_out.score, weight),
            warnings=(
                *left_out,
                *training_warnings(tested, held_out),
                *(tested_out_of_time.warnings if tested_out_of_time else ()),
            ),
            scale_pos_weight=training_set.churned_weight,
            directions=find_directions(selection, training_set, seed=seed),
            profile=build_profile(
                tested,
                fitted_score,
                # the bins of a discrete candidate differ from fit to fit, so scores of other fits do not compare
                held_out.candidate_scores[selection.chosen]
                if selection.chosen_candidate.continuous
                else fitted_score,
                blank=blank_shares(training_set.columns, customers.newest(), weight),
            ),
            customers=len(tested),
            churn_rate=tested.churn_rate,
            trained_at=datetime.now(UTC).isoformat(timespec="seconds"),
            seed=seed,
            versions=_versions(),
            out_of_fold=OutOfFold(
                held_out.score, tested.label, customers.take(newest).value, held_out.fold, weight
            ),
            before_calibration=measure_uncalibrated(tested.label, held_out, weight),
            out_of_time=tested_out_of_time,
            left_alone=None if left_alone is None else left_alone.summary,
        )
        progress(1.0, "Model trained")
        return model

    def predict(self, customers: Customers) -> NDArray[np.float64]:
        """Return calibrated probabilities to churn in (0, 1), length n.

        Columns are matched by name, in any order; further ones, and the label, are ignored.

        Raises
        ------
        ModelError
            If a column the model learned from is missing or no longer holds numbers.
        """
        return self.probability(self.score(encode(self.columns, customers)))

    def score(self, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the probabilities as they were calibrated in training, (n,), for encoded customers (n, d)."""
        return self.selection.predict_probability(matrix)

    def probability(self, score: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the churn probabilities that scores of :meth:`score` stand for at the current rate, (n,)."""
        if self.current_churn_rate is None:
            return score
        return rebase(score, trained=self.churn_rate, current=self.current_churn_rate)

    def estimate_churn_rate(self, score: NDArray[np.float64]) -> ChurnRateEstimate | None:
        """Estimate the churn rate of n customers by their :meth:`score`, (n,); None if that does not show it."""
        if self.profile.held_out is None or not len(score):
            return None
        return estimate_churn_rate(
            self.profile.held_out,
            customers=len(score),
            mean=float(score.mean()),
            variance=float(score.var()),
            usual_mean=self.profile.nearest_mean(float(score.mean())),
        )

    def at_churn_rate(self, churn_rate: float | None) -> "ChurnModel":
        """Return the model with its probabilities re-based on another churn rate; None for that of the training.

        It is right where only the share of churned customers changed; see :mod:`retention.churn.label_shift`.

        Raises
        ------
        InputError
            If the rate is not between 0 and 1.
        """
        if churn_rate is not None:
            rebase(np.empty(0), trained=self.churn_rate, current=churn_rate)
        return replace(self, current_churn_rate=churn_rate)

    def top_reasons(
        self, customers: Customers, top: int = 3, *, matrix: NDArray[np.float64] | None = None
    ) -> pd.DataFrame:
        """Return what raises each customer's risk most, in words.

        The parameters are those of :func:`retention.churn.explanation.reasons.top_reasons`.
        """
        return top_reasons(self.selection, self.columns, self.profile, customers, top, matrix=matrix)

    def save(self, folder: str | Path) -> None:
        """Write the model as a folder, in one step: ``model.json``, ``booster.json``, ``out_of_fold.parquet``.

        Raises
        ------
        ModelError
            If the folder holds something that is no model.
        """
        write_model(Path(folder), vars(self))

    @classmethod
    def load(cls, folder: str | Path, *, source: str | None = None) -> "ChurnModel":
        """Read a model that :meth:`save` wrote, verifying every byte first.

        Parameters
        ----------
        folder
            Where it is.
        source
            What messages call it where the folder is a copy, e.g. of a repository; the folder if None.

        Raises
        ------
        ModelError
            If it is missing, damaged, changed, or written by a newer program.
        """
        return cls(**read_model(Path(folder), source=source))


def _versions() -> dict[str, str]:
    import sklearn
    import xgboost

    return {
        "python": platform.python_version(),
        "numpy": np.__version__,
        "scikit-learn": sklearn.__version__,
        "xgboost": xgboost.__version__,
    }
