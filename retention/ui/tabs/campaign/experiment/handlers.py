"""Measure an experiment that ran elsewhere, if somebody vouches for its randomisation."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from retention.errors import InputError
from retention.pipeline.customers import read_table
from retention.pipeline.measure import ExperimentColumns, measure_experiment
from retention.tabular.files import Limits
from retention.ui.files import opened_upload
from retention.ui.session import Session

_MOST_ARMS = 20


@dataclass(frozen=True, kw_only=True)
class ExperimentForm:
    """Which column is what, as the boxes hold it; see :class:`retention.pipeline.measure.ExperimentColumns`."""

    arm: str | None = None
    control: str | None = None
    kept: str | None = None
    money: str | None = None
    chance: str | None = None
    unit: str | None = None
    features: Sequence[str] | None = None

    def columns(self) -> ExperimentColumns:
        """Return the columns.

        Raises
        ------
        InputError
            If one that is needed is blank.
        """
        needed = {
            "Who got what": self.arm,
            "Arm that got nothing": self.control,
            "Kept": self.kept,
            "Chance of being treated": self.chance,
        }
        for label, value in needed.items():
            if not (value or "").strip():
                raise InputError(
                    f"{label}: is blank; without it nothing says what would have happened anyway; fill it in"
                )
        return ExperimentColumns(
            arm=self.arm or "",
            control=(self.control or "").strip(),
            kept=self.kept or "",
            chance=(self.chance or "").strip(),
            money=self.money or None,
            unit=self.unit or None,
            features=tuple(self.features or ()),
        )


def columns_of(path: str | None) -> list[str]:
    """Return the columns of an uploaded table, in file order."""
    return [str(column) for column in _table(path).columns]


def arms_of(path: str | None, column: str | None) -> list[str]:
    """Return the values of the column that says who got what, the most frequent first; none if it has over 20."""
    frame = _table(path)
    if column is None or column not in frame:
        return []
    values = frame[column].dropna().astype("str").str.strip().value_counts()
    return [str(value) for value in values.index] if len(values) <= _MOST_ARMS else []


def measure(session: Session, path: str | None, form: ExperimentForm) -> Session:
    """Measure the experiment in an uploaded table.

    Raises
    ------
    InputError
        If a box that is needed is blank, or a column cannot be used.
    """
    columns = form.columns()
    with opened_upload(path) as file:
        return replace(session, reading=measure_experiment(file, columns))


def _table(path: str | None) -> pd.DataFrame:
    with opened_upload(path) as file:
        return read_table(file, limits=Limits.from_settings(), text_columns=lambda columns: columns).frame
