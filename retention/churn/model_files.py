"""Write a model as a folder of JSON and Parquet, and read it back without trusting a byte of it."""

import json
from collections.abc import Mapping
from dataclasses import asdict, fields, replace
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from retention.artifacts import read_folder, write_folder
from retention.churn.diagnostics import CandidateMetrics, UncalibratedMetrics
from retention.churn.evaluation import Metrics, OutOfFold
from retention.churn.explanation.directions import Direction
from retention.churn.left_alone import LeftAlone
from retention.churn.out_of_time import OutOfTime
from retention.churn.profile import Profile
from retention.churn.schema import Column
from retention.churn.selection_json import selection_from_json, selection_to_json
from retention.customers.table import Roles
from retention.errors import ModelError
from retention.tabular.files import Limits
from retention.tabular.parquet import parse_parquet

KIND = "churn-model"
FORMAT = 1

_MODEL_FILE, _ROWS_FILE = "model.json", "out_of_fold.parquet"


def write_model(folder: Path, model_fields: Mapping[str, Any]) -> None:
    """Write a model as a folder, in one step: ``model.json``, ``out_of_fold.parquet``, the candidates' files.

    Parameters
    ----------
    folder
        Where it goes; an older model there is replaced whole.
    model_fields
        The fields of a :class:`retention.churn.model.ChurnModel`.

    Raises
    ------
    ModelError
        If the folder holds something that is no model.
    """
    content = json.dumps(_to_json(model_fields), indent=1, allow_nan=False) + "\n"
    files = {_MODEL_FILE: content.encode()}
    for candidate in model_fields["selection"].candidates.values():
        files |= candidate.files()
    if model_fields["out_of_fold"] is not None:
        files[_ROWS_FILE] = _rows_to_parquet(model_fields["out_of_fold"])
    write_folder(folder, files, {"kind": KIND, "format": FORMAT}, optional=frozenset({_ROWS_FILE}))


def read_model(folder: Path, *, source: str | None = None) -> dict[str, Any]:
    """Return the fields of a model that :func:`write_model` wrote, verifying every byte first.

    Parameters
    ----------
    folder, source
        As for :func:`retention.artifacts.read_folder`.

    Raises
    ------
    ModelError
        If it is missing, damaged, changed, or written by a newer program.
    """
    artifact = read_folder(folder, kind=KIND, source=source)
    name = source or folder
    if artifact.fields.get("format") != FORMAT:
        raise ModelError(f"{name}: written in another format; update this program or train the model again")
    try:
        return _from_files(artifact.files)
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, OSError, RecursionError):
        raise ModelError(f"{name}: cannot be read as a model; fetch or train it again") from None


def _to_json(model_fields: Mapping[str, Any]) -> dict[str, Any]:
    before, out_of_time = model_fields["before_calibration"], model_fields["out_of_time"]
    left_alone = model_fields["left_alone"]
    return {
        "chosen": model_fields["selection"].chosen,
        "columns": [asdict(column) for column in model_fields["columns"]],
        "roles": asdict(model_fields["roles"]),
        "ladder": selection_to_json(model_fields["selection"]),
        "candidates": [asdict(metrics) for metrics in model_fields["candidates"]],
        "metrics": asdict(model_fields["metrics"]),
        "warnings": list(model_fields["warnings"]),
        "scale_pos_weight": model_fields["scale_pos_weight"],
        "directions": [asdict(direction) for direction in model_fields["directions"]],
        "profile": asdict(model_fields["profile"]),
        "customers": model_fields["customers"],
        "churn_rate": model_fields["churn_rate"],
        "trained_at": model_fields["trained_at"],
        "seed": model_fields["seed"],
        "versions": dict(model_fields["versions"]),
        "before_calibration": before and asdict(before),
        "out_of_time": out_of_time and out_of_time.as_dict(),
        **({} if left_alone is None else {"left_alone": left_alone.as_dict()}),
    }


def _from_files(files: Mapping[str, bytes]) -> dict[str, Any]:
    saved = json.loads(files[_MODEL_FILE])
    columns = tuple(Column.from_json(column) for column in saved["columns"])
    selection = selection_from_json(saved["ladder"], columns, files)
    last_category = [len(column.categories) - 1.0 for column in columns]
    for candidate in selection.candidates.values():  # refuse parts that do not fit together now, not when scoring
        candidate.predict_log_odds(np.array([last_category, [np.nan] * len(columns)]))
    rows, before = files.get(_ROWS_FILE), saved.get("before_calibration")
    return {
        "columns": columns,
        "roles": Roles(**{**saved["roles"], "excluded": tuple(saved["roles"]["excluded"])}),
        "selection": selection,
        "candidates": tuple(CandidateMetrics(**metrics) for metrics in saved["candidates"]),
        "metrics": Metrics(**saved["metrics"]),
        "warnings": tuple(saved["warnings"]),
        "scale_pos_weight": _scale_pos_weight(saved),
        "directions": tuple(Direction.from_json(direction) for direction in saved["directions"]),
        "profile": Profile.from_json(saved["profile"]),
        "customers": int(saved["customers"]),
        "churn_rate": float(saved["churn_rate"]),
        "trained_at": str(saved["trained_at"]),
        "seed": int(saved["seed"]),
        "versions": dict(saved["versions"]),
        "out_of_fold": None if rows is None else _rows_from_parquet(rows),
        "before_calibration": UncalibratedMetrics.from_json(before) if before else None,
        "out_of_time": OutOfTime.from_json(saved["out_of_time"]) if saved.get("out_of_time") else None,
        "left_alone": LeftAlone.from_json(saved["left_alone"]) if saved.get("left_alone") else None,
    }


def _scale_pos_weight(saved: Mapping[str, Any]) -> float:
    """Return how many times a churned customer counted; older models kept it under ``weighting``."""
    if "scale_pos_weight" in saved:
        return float(saved["scale_pos_weight"])
    return float(saved["weighting"]["scale_pos_weight"]) if saved["weighting"] else 1.0


def _rows_to_parquet(rows: OutOfFold) -> bytes:
    columns = {name: values for name, values in vars(rows).items() if values is not None}
    buffer = BytesIO()
    pd.DataFrame(columns).to_parquet(buffer, index=False)
    return buffer.getvalue()


def _rows_from_parquet(content: bytes) -> OutOfFold:
    # A kilobyte of Parquet from a stranger may decompress to a billion rows, so check its size first.
    parse_parquet(content, _ROWS_FILE, replace(Limits.from_settings(), columns=len(fields(OutOfFold))))
    frame = pd.read_parquet(BytesIO(content))
    return OutOfFold(
        score=frame["score"].to_numpy(dtype=np.float64),
        label=frame["label"].to_numpy(dtype=np.int8),
        value=frame["value"].to_numpy(dtype=np.float64) if "value" in frame else None,
        fold=frame["fold"].to_numpy(dtype=np.int8),
        weight=frame["weight"].to_numpy(dtype=np.float64) if "weight" in frame else None,
    )
