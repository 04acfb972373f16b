"""Reads the table of an experiment that ran elsewhere: which column is what, and who is in which arm."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retention.campaign.effect import Floats
from retention.errors import InputError
from retention.tabular.files import Limits
from retention.tabular.ids import normalize_ids
from retention.tabular.tables import Table, read_table, table_from_frame
from retention.wording.text import count_noun, join_names, quote, suggest_closest

_MOST_ARMS = 20


@dataclass(frozen=True, kw_only=True)
class ExperimentColumns:
    """Which column of an experiment's table is what.

    Attributes
    ----------
    arm
        Who got what.
    control
        The arm that got nothing.
    kept
        Whether the customer was kept: yes or no, 1 or 0, true or false.
    money
        What the customer brought (currency); None for no verdict about money.
    chance
        See :func:`retention.campaign.declared_chances.read_chances`.
    id
        The customer's id, to refuse one who appears twice.
    unit
        The group that was drawn as a whole, e.g. a village.
    features
        Known before the treatment: their balance is tested, and the effect is adjusted by them.
    """

    arm: str
    control: str | None
    kept: str
    chance: str | None
    money: str | None = None
    id: str | None = None
    unit: str | None = None
    features: tuple[str, ...] = ()


def read_experiment(source: Path | pd.DataFrame, columns: ExperimentColumns, limits: Limits) -> Table:
    """Read the table, if it has every column that is named.

    Raises
    ------
    InputError
        If it cannot be read, lacks a column, or a feature is an outcome.
    """
    text = {name for name in (columns.arm, columns.kept, columns.id, columns.unit) if name is not None}
    if isinstance(source, Path):
        table = read_table(source, limits=limits, text_columns=text)
    else:
        table = table_from_frame(source, source="experiment", limits=limits, text_columns=text)
    names = [str(name) for name in table.frame.columns]
    roles = {"--arm": columns.arm, "--kept": columns.kept, "--money": columns.money, "--id": columns.id}
    roles |= {"--unit": columns.unit} | {f"--features {name}": name for name in columns.features}
    for flag, name in roles.items():
        if name is not None and name not in names:
            raise InputError(
                f"{table.source}: {flag.split()[0]}: there is no column {quote(name)}"
                f"{suggest_closest(name, names)}; the columns are {join_names(names, most=8)}"
            )
    if columns.id is not None:
        table.frame[columns.id] = normalize_ids(table.frame[columns.id], table.locate(columns.id)).values
    outcome = {columns.arm, columns.kept, columns.money, columns.id, columns.chance}
    for name in columns.features:
        if name in outcome:
            raise InputError(f"{table.source}: --features: {quote(name)} is no feature known before the treatment")
    return table


def read_arms(
    table: Table, columns: ExperimentColumns
) -> tuple[list[str], NDArray[np.int64], NDArray[np.bool_], list[str]]:
    """Return the arms, control first, each row's position among them, which rows have one, and notes."""
    cells = table.frame[columns.arm].astype("str").str.strip()
    blank = (table.frame[columns.arm].isna() | (cells == "")).to_numpy()
    present = sorted(set(cells[~blank]))
    control = _matching(str(columns.control).strip(), present)
    column = f"{table.source}: column {quote(columns.arm)}"
    if control is None:
        raise InputError(
            f"{column} has no arm {quote(columns.control)}{suggest_closest(str(columns.control), present)}; "
            f"its arms are {join_names(present, most=6)}"
        )
    if len(present) < 2:
        raise InputError(
            f"{column} holds nobody but {quote(control)}; without treated customers there is no effect"
        )
    if len(present) > _MOST_ARMS:
        raise InputError(
            f"{column} holds {len(present):,} different values; pass the column that says who got what"
        )
    names = [control, *(name for name in present if name != control)]
    arms = np.maximum(pd.Index(names).get_indexer(pd.Index(cells)), 0).astype(np.int64)
    notes = [f"left out: {count_noun(int(blank.sum()), 'row')} without an arm"] if blank.any() else []
    if len(names) > 2:
        notes.append(
            f"{len(names) - 1} treatment arms are each compared with {quote(control)}; by chance alone one "
            "comparison in ten ends outside zero"
        )
    return names, arms, ~blank, notes


def _matching(wanted: str, present: Sequence[str]) -> str | None:
    """Return the arm that is meant: the same text, or the same number written differently."""
    if wanted in present:
        return wanted
    for equal in (str.casefold, float):
        try:
            matches = [name for name in present if equal(name) == equal(wanted)]
        except ValueError:
            continue
        if len(matches) == 1:
            return matches[0]
    return None


def numbers_of(table: Table, column: str) -> Floats:
    """Return a column of numbers, NaN where blank, (n,); raise InputError if it holds anything else."""
    cells = table.frame[column]
    if cells.dtype != np.float64:
        raise InputError(
            f"{table.source}: column {quote(column)} must hold plain numbers; correct it, or leave it out"
        )
    return cells.to_numpy()
