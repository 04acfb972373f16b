"""A campaign as one zip file: the registered design and everybody's arm, without the salt."""

import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from retention.artifacts import open_artifact, with_manifest
from retention.campaign.assignment import lots_as_hex, lots_from_hex
from retention.campaign.design import Design
from retention.campaign.feature_columns import FEATURE
from retention.errors import InputError, ModelError
from retention.tabular.archives import ArchiveKind, read_archive, write_archive
from retention.tabular.files import Limits

KIND = "campaign"
DESIGN_FILE, ASSIGNMENTS_FILE = "design.json", "assignments.parquet"
_FORMAT = 1
_ARCHIVE = ArchiveKind("campaign", "the zip that the draw wrote", parquet_columns=160)
_TEXTS = ("customer", "unit", "stratum", "lot", "arm", "offer")
_NUMBERS = ("chance", "probability", "value", "offer_cost")


@dataclass(frozen=True, eq=False)
class Campaign:
    """A drawn campaign.

    Attributes
    ----------
    design
        What was registered.
    assignments
        One row a customer, as :func:`retention.campaign.assignment.draw` returns them.
    """

    design: Design
    assignments: pd.DataFrame

    def save(self, path: Path) -> None:
        """Write the campaign as a zip in one step; the same campaign gives the same bytes."""
        write_archive(self.files(), path)

    def files(self) -> dict[str, bytes]:
        """Return the files of the zip by name: the design, the assignments and the manifest with their hashes."""
        files = {
            DESIGN_FILE: (self.design.as_json() + "\n").encode(),
            ASSIGNMENTS_FILE: _as_parquet(self.assignments),
        }
        return with_manifest(files, {"kind": KIND, "format": _FORMAT, "design_sha256": self.design.sha256})

    @classmethod
    def load(cls, path: Path, *, limits: Limits | None = None) -> "Campaign":
        """Read a campaign from a zip that anybody may have made.

        Parameters
        ----------
        path
            The zip file.
        limits
            How large it and its content may be; those of the process if None.

        Raises
        ------
        InputError
            If it is no zip, or holds or unpacks to more than a campaign.
        ModelError
            If its files are no campaign, or not the ones that were saved.
        """
        try:
            files = dict(read_archive(path, _ARCHIVE, limits=limits or Limits.from_settings()))
        except FileNotFoundError:
            raise InputError(f"{path.name}: there is no such file; pass the zip that the draw wrote") from None
        return cls.from_files(files, source=path.name)

    @classmethod
    def from_files(cls, files: dict[str, bytes], *, source: str) -> "Campaign":
        """Return the campaign in these files, whose hashes are checked first; see :meth:`load` for the errors."""

        def read(name: str) -> bytes:
            if name not in files:
                raise FileNotFoundError(name)
            return files[name]

        artifact = open_artifact(read, kind=KIND, source=source)
        try:
            saved = json.loads(artifact.files[DESIGN_FILE])
            content = artifact.files[ASSIGNMENTS_FILE]
        except (KeyError, ValueError, RecursionError):
            raise ModelError(f"{source}: holds no campaign; fetch or draw it again") from None
        design = Design.from_dict(saved, source=source)
        if artifact.fields.get("design_sha256") != design.sha256:
            raise ModelError(f"{source}: the design was edited after the draw; use the zip that the draw wrote")
        return cls(design, checked_assignments(_from_parquet(content, source), design, source))


def _as_parquet(assignments: pd.DataFrame) -> bytes:
    import pyarrow as pa
    from pyarrow import parquet

    # Numbers, and a column less, take half the room and the time of reading.
    lots = lots_from_hex(assignments["lot"])
    columns = assignments.drop(columns="unit") if _units_are_customers(assignments) else assignments
    table = pa.Table.from_pandas(columns.assign(lot=lots), preserve_index=False).replace_schema_metadata(None)
    buffer = io.BytesIO()
    parquet.write_table(table, buffer, compression="zstd")
    return buffer.getvalue()


def _units_are_customers(assignments: pd.DataFrame) -> bool:
    return bool((assignments["unit"] == assignments["customer"]).all())


def _from_parquet(content: bytes, source: str) -> pd.DataFrame:
    import pyarrow as pa
    from pyarrow import parquet

    try:
        frame: pd.DataFrame = parquet.read_table(io.BytesIO(content)).to_pandas()
        frame["lot"] = pd.array(lots_as_hex(frame["lot"].to_numpy(np.uint64)), dtype="str")
        if "unit" not in frame:
            frame.insert(1, "unit", frame["customer"])
    except (pa.ArrowException, OSError, ValueError, IndexError, KeyError, TypeError, OverflowError):
        raise ModelError(f"{source}: {ASSIGNMENTS_FILE} is damaged; fetch or draw it again") from None
    return frame


def checked_assignments(assignments: pd.DataFrame, design: Design, source: str) -> pd.DataFrame:
    """Return the assignments with the types of a draw, if they are those of the design.

    Raises
    ------
    ModelError
        If a column is missing, a value is out of its bounds, or the design has other arms or customers.
    """
    fault = ModelError(f"{source}: {ASSIGNMENTS_FILE} does not belong to the design; fetch or draw it again")
    numbers = (*_NUMBERS, *(f"chance_{arm}" for arm in design.arms))
    if not {*_TEXTS, *numbers, "listed"} <= set(assignments.columns) or len(assignments) != design.eligible:
        raise fault
    columns: dict[str, Any] = {}
    try:
        for name in assignments.columns:
            column = assignments[name]
            if name in {*_TEXTS, "segment"}:
                columns[name] = column.astype("str")
            elif name == "listed":
                columns[name] = column.astype(bool)
            elif name.startswith(FEATURE) and pd.api.types.is_numeric_dtype(column):
                columns[name] = column
            else:
                columns[name] = column.astype(np.float64)
    except (TypeError, ValueError):
        raise fault from None
    checked = pd.DataFrame(columns)
    chances = checked[[f"chance_{arm}" for arm in design.arms]].to_numpy()
    if (
        checked[list(_TEXTS)].isna().any(axis=None)
        or not checked["arm"].isin(design.arms).all()
        or checked["customer"].duplicated().any()
        or not np.isfinite(checked[list(numbers)].to_numpy()).all()
        or not ((chances >= 0) & (chances <= 1)).all()
        or not ((checked["chance"] > 0) & (checked["chance"] <= 1)).all()
        or not np.allclose(chances.sum(axis=1), 1)
        or not checked["probability"].between(0, 1).all()
    ):
        raise fault
    return checked
