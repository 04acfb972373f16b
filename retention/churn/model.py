"""The model: fitted on customers, asked about others, kept as a folder of JSON."""

import json
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retention.artifacts import read_folder, write_folder
from retention.churn.candidates.xgboost import Trees
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
from retention.churn.ladder import RUNGS, Ladder
from retention.churn.nested_cv import nested_cross_validate
from retention.churn.out_of_time import OutOfTime, evaluate_out_of_time
from retention.churn.profile import Profile, build_profile
from retention.churn.schema import Column, blank_shares, encode
from retention.churn.training_set import ScalePosWeight, build_training_set
from retention.customers.table import Customers, Roles
from retention.errors import ModelError
from retention.progress import Progress, silent
from retention.tabular.files import Limits
from retention.tabular.parquet import parse_parquet

KIND = "churn-model"
FORMAT = 1


@dataclass(frozen=True, eq=False)
class ChurnModel:
    """Probabilities to churn, with what is needed to trust, explain and save them.

    Attributes
    ----------
    columns
        The features it uses.
    roles
        The roles of the training table's columns.
    ladder
        The fitted candidates and the plan that chose among them.
    candidates, metrics
        Figures on customers the model had not seen: each candidate's, and the whole procedure's.
    warnings
        Sentences a person should read.
    scale_pos_weight
        How many times a churner counted in the fits.
    directions, profile
        Which way features point; what training customers looked like, of several cutoffs at the newest.
    customers, churn_rate
        How many it was trained on, and the share that left; with several cutoffs, at the newest one, as all
        figures here.
    trained_at
        ISO time, UTC.
    seed
        Decides folds and samples.
    versions
        Of Python and of the libraries that matter.
    out_of_fold
        What it said about each training customer unseen; None if a copy came without.
    before_calibration
        Figures of the held-out probabilities before calibration; None where that changed nothing.
    out_of_time
        How the newest of several cutoffs went, and the gap to cross-validation; None with a single one.
    """

    columns: tuple[Column, ...]
    roles: Roles
    selection: Ladder
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

    @property
    def chosen(self) -> str:
        """Name of the rung that gives the probabilities."""
        return self.selection.plan.rung

    @property
    def weighting(self) -> dict[str, Any] | None:
        """What counting churners more often did to probabilities, and that it was undone; None without it."""
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
            f"{after:.0%} after calibration; {self.churn_rate:.0%} really left",
        }

    def as_dict(self) -> dict[str, Any]:
        """Return plain values as JSON takes them: what was chosen among what, and how good it is."""
        return {
            "customers": self.customers,
            "churn_rate": self.churn_rate,
            "chosen": self.chosen,
            "candidates": [asdict(candidate) for candidate in self.candidates],
            "metrics": asdict(self.metrics),
            "weighting": self.weighting,
            "warnings": list(self.warnings),
            "out_of_time": self.out_of_time and self.out_of_time.as_dict(),
        }

    @classmethod
    def fit(
        cls,
        customers: Customers,
        *,
        scale_pos_weight: ScalePosWeight = None,
        seed: int = 0,
        jobs: int = 1,
        progress: Progress = silent,
    ) -> "ChurnModel":
        """Train on labelled customers.

        Of several stacked cutoffs the newest is the test in time: everything is chosen on the earlier ones,
        and all figures are about the newest one's customers, scored by models that had learned from the
        earlier cutoffs and from other people. The final model is then fitted on all cutoffs.

        Parameters
        ----------
        customers
            At least ten who left and ten who stayed; with several cutoffs, at the newest one and before it.
        scale_pos_weight
            How many times a churner counts: None for once, ``"balanced"`` for as often as makes both
            kinds weigh the same. Probabilities are calibrated back, so they mean the same without it.
        seed
            The same seed on the same customers gives the same model.
        jobs
            Processes; with 1, everything is done here.
        progress
            Told after each fit; may raise Cancelled.

        Raises
        ------
        InputError
            If there is no label, only one kind of customer or too few of one, or no usable feature.
        """
        examples, left_out = build_training_set(customers, scale_pos_weight)
        newest = customers.period == customers.period.max()  # everybody, where there is a single cutoff
        result = nested_cross_validate(examples, seed=seed, jobs=jobs, progress=progress)
        tested, held_out = examples.take(newest), result.take(newest)
        tested_out_of_time = evaluate_out_of_time(examples, result, customers.cutoffs, seed=seed)
        seen = result.selection.probability(tested.matrix)
        model = cls(
            columns=examples.columns,
            roles=customers.roles,
            selection=result.selection,
            candidates=measure_candidates(tested.label, held_out),
            metrics=compute_metrics(tested.label, held_out.score),
            warnings=(
                *left_out,
                *training_warnings(tested, held_out),
                *(tested_out_of_time.warnings if tested_out_of_time else ()),
            ),
            scale_pos_weight=examples.churned_weight,
            directions=find_directions(result.selection, examples, seed=seed),
            profile=build_profile(
                tested,
                seen,
                held_out.candidate_scores[result.selection.plan.rung] if result.selection.gradual else seen,
                blank=blank_shares(examples.columns, customers.newest()),
            ),
            customers=len(tested),
            churn_rate=tested.churn_rate,
            trained_at=datetime.now(UTC).isoformat(timespec="seconds"),
            seed=seed,
            versions=_versions(),
            out_of_fold=OutOfFold(held_out.score, tested.label, customers.take(newest).value, held_out.fold),
            before_calibration=measure_uncalibrated(tested.label, held_out),
            out_of_time=tested_out_of_time,
        )
        progress(1.0, "Model trained")
        return model

    def predict(self, customers: Customers) -> NDArray[np.float64]:
        """Return calibrated probabilities to churn in (0, 1), length n.

        Columns are found by name, in any order; further ones, the label too, are ignored.

        Raises
        ------
        ModelError
            If a column the model learned from is missing or no longer holds numbers.
        """
        return self.selection.probability(encode(self.columns, customers))

    def top_reasons(
        self, customers: Customers, top: int = 3, *, matrix: NDArray[np.float64] | None = None
    ) -> pd.DataFrame:
        """Return the customers' strongest reasons as text; see the function of that name."""
        return top_reasons(self.selection, self.columns, self.profile, customers, top, matrix=matrix)

    def save(self, folder: str | Path) -> None:
        """Write the model as a folder, in one step: ``model.json``, ``booster.json``, ``out_of_fold.parquet``.

        Raises
        ------
        ModelError
            If the folder holds something that is no model.
        """
        files = {
            "model.json": (json.dumps(_as_json(self), indent=1, allow_nan=False) + "\n").encode(),
            "booster.json": self.selection.trees.content,
        }
        if self.out_of_fold is not None:
            files["out_of_fold.parquet"] = _written_rows(self.out_of_fold)
        fields = {"kind": KIND, "format": FORMAT}
        write_folder(Path(folder), files, fields, optional=frozenset({"out_of_fold.parquet"}))

    @classmethod
    def load(cls, folder: str | Path) -> "ChurnModel":
        """Read a model that :meth:`save` wrote, verifying every byte first.

        Raises
        ------
        ModelError
            If it is missing, damaged, changed, or written by a newer program.
        """
        artifact = read_folder(Path(folder), kind=KIND)
        if artifact.fields.get("format") != FORMAT:
            raise ModelError(f"{folder}: written in another format; update this program or train the model again")
        try:
            return _from_files(artifact.files)
        except (ValueError, KeyError, TypeError, AttributeError, IndexError, OSError, RecursionError):
            raise ModelError(f"{folder}: cannot be read as a model; fetch or train it again") from None


def _versions() -> dict[str, str]:
    import sklearn
    import xgboost

    return {
        "python": platform.python_version(),
        "numpy": np.__version__,
        "scikit-learn": sklearn.__version__,
        "xgboost": xgboost.__version__,
    }


def _as_json(model: ChurnModel) -> dict[str, Any]:
    return {
        "chosen": model.chosen,
        "columns": [asdict(column) for column in model.columns],
        "roles": asdict(model.roles),
        "ladder": model.selection.as_json(),
        "candidates": [asdict(one) for one in model.candidates],
        "metrics": asdict(model.metrics),
        "warnings": list(model.warnings),
        "scale_pos_weight": model.scale_pos_weight,
        "directions": [asdict(one) for one in model.directions],
        "profile": asdict(model.profile),
        "customers": model.customers,
        "churn_rate": model.churn_rate,
        "trained_at": model.trained_at,
        "seed": model.seed,
        "versions": dict(model.versions),
        "before_calibration": model.before_calibration and asdict(model.before_calibration),
        "out_of_time": model.out_of_time and model.out_of_time.as_dict(),
    }


def _from_files(files: Mapping[str, bytes]) -> ChurnModel:
    saved = json.loads(files["model.json"])
    columns = tuple(Column.from_json(one) for one in saved["columns"])
    trees = Trees(files["booster.json"], columns)
    ladder = Ladder.from_json(saved["ladder"], trees)
    last = [len(column.categories) - 1.0 for column in columns]
    for rung in RUNGS:  # parts that do not fit together are refused now, not at the first question
        ladder.margin(rung, np.array([last, [np.nan] * len(columns)]))
    rows = files.get("out_of_fold.parquet")
    return ChurnModel(
        columns=columns,
        roles=Roles(**{**saved["roles"], "excluded": tuple(saved["roles"]["excluded"])}),
        selection=ladder,
        candidates=tuple(CandidateMetrics(**one) for one in saved["candidates"]),
        metrics=Metrics(**saved["metrics"]),
        warnings=tuple(saved["warnings"]),
        scale_pos_weight=_weight(saved),
        directions=tuple(Direction.from_json(one) for one in saved["directions"]),
        profile=Profile.from_json(saved["profile"]),
        customers=int(saved["customers"]),
        churn_rate=float(saved["churn_rate"]),
        trained_at=str(saved["trained_at"]),
        seed=int(saved["seed"]),
        versions=dict(saved["versions"]),
        out_of_fold=None if rows is None else _read_rows(rows),
        before_calibration=UncalibratedMetrics.from_json(before)
        if (before := saved.get("before_calibration"))
        else None,
        out_of_time=OutOfTime.from_json(saved["out_of_time"]) if saved.get("out_of_time") else None,
    )


def _weight(saved: Mapping[str, Any]) -> float:
    """Return how many times a churner counted; older models kept it with figures that are elsewhere, too."""
    if "scale_pos_weight" in saved:
        return float(saved["scale_pos_weight"])
    return float(saved["weighting"]["scale_pos_weight"]) if saved["weighting"] else 1.0


def _written_rows(rows: OutOfFold) -> bytes:
    columns = {name: values for name, values in vars(rows).items() if values is not None}
    buffer = BytesIO()
    pd.DataFrame(columns).to_parquet(buffer, index=False)
    return buffer.getvalue()


def _read_rows(content: bytes) -> OutOfFold:
    # A stranger's file of a kilobyte may unpack to a billion rows.
    parse_parquet(content, "out_of_fold.parquet", replace(Limits.from_settings(), columns=len(fields(OutOfFold))))
    frame = pd.read_parquet(BytesIO(content))
    return OutOfFold(
        score=frame["score"].to_numpy(dtype=np.float64),
        label=frame["label"].to_numpy(dtype=np.int8),
        value=frame["value"].to_numpy(dtype=np.float64) if "value" in frame else None,
        fold=frame["fold"].to_numpy(dtype=np.int8),
    )
