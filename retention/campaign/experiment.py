"""Measures a randomised experiment that ran elsewhere, if somebody vouches for its randomisation."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retention.campaign.comparison import Comparison, compare
from retention.campaign.declared_chances import read_chances
from retention.campaign.effect import Floats
from retention.campaign.health import Check, check_balance, check_missing
from retention.campaign.intervals import Interval
from retention.campaign.reading import DECLARED, Reading, without_effects
from retention.campaign.yes_no import parse_yes_no
from retention.errors import InputError
from retention.tabular.files import Limits
from retention.tabular.tables import Table, read_table, table_from_frame
from retention.wording.text import count_noun, join_names, quote, quote_cell, suggest_closest

_MOST_ARMS = 20
_MOST_VALUES = 20  # a text feature keeps this many of its values by name
_LEAST_OF_VALUE = 20  # customers that a value needs for a column of its own


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


def measure_experiment(
    source: Path | pd.DataFrame, columns: ExperimentColumns, *, limits: Limits | None = None
) -> Reading:
    """Measure each treatment arm of an experiment against control, and all of them together.

    Parameters
    ----------
    source
        A CSV or Parquet file, or a frame: one row a customer.
    columns
        Which column is what.
    limits
        How large the table may be; if None, the limits in the settings.

    Raises
    ------
    InputError
        If there is no control or no chance, or a column cannot be used.
    """
    name = source.name if isinstance(source, Path) else "experiment"
    if columns.control is None or columns.chance is None:
        lacking = " and ".join(
            flag for flag, value in (("--control", columns.control), ("--chance", columns.chance)) if value is None
        )
        raise InputError(
            f"{name}: without {lacking} nothing says what would have happened anyway; pass the arm that got "
            "nothing and each customer's chance of being treated, if chance alone decided who got what"
        )
    table = _read(source, columns, limits or Limits.from_settings())
    frame = table.frame
    names, arms, dealt, notes = _arms(table, columns)
    _refuse_twice(table, columns.id)
    kept = parse_yes_no(frame[columns.kept], table.locate(columns.kept))
    money = None if columns.money is None else _numbers(table, columns.money)
    known = dealt & ~np.isnan(kept) & (True if money is None else ~np.isnan(money))
    if min(np.bincount(arms[known], minlength=len(names))) < 2:
        raise InputError(
            f"{table.source}: an arm has fewer than two customers with an outcome; nothing to compare"
        )
    rows = frame[known].reset_index(drop=True)
    features = encode_features(rows[list(columns.features)])
    chances = read_chances(columns.chance, names, arms[known], rows, table.source)
    units = None if columns.unit is None else pd.factorize(rows[columns.unit].fillna("").astype("str"))[0]
    drawn, missing = arms[dealt], arms[dealt & ~known]
    checks = [
        chances.split,
        check_missing(_count(missing, names), _count(drawn, names)),
        *_balance(features, arms[known], units, chances.weights),
    ]
    kept_known, money_known = kept[known] == 1, None if money is None else money[known]

    def compare_with_control(arm: int | None) -> Comparison:
        at = np.ones(len(rows), dtype=bool) if arm is None else np.isin(arms[known], [0, arm])
        return compare(
            arms[known][at] > 0,
            kept_known[at],
            money=None if money_known is None else money_known[at],
            covariates=features[at] if features.shape[1] else None,
            weights=None if chances.weights is None else chances.weights[at],
            clusters=None if units is None else units[at],
        )

    overall = compare_with_control(None)
    several = len(names) > 2
    reading = without_effects(
        Reading(
            name=table.source,
            overall=overall,
            sentence="",
            counts=_count(arms[known], names),
            checks=tuple(checks),
            evidence=DECLARED,
            arms={
                name: compare_with_control(arm) if several else overall for arm, name in enumerate(names) if arm
            },
            notes=(*table.notes, *notes),
        )
    )
    return replace(reading, sentence=describe(reading, columns.kept, columns.money))


def describe(reading: Reading, kept: str, money: str | None) -> str:
    """Return the verdict of an experiment in a sentence."""
    overall = reading.overall
    if overall.verdict == "not valid":
        return f"{reading.name}: not valid. {reading.reasons[0]}"
    if overall.kept is None:
        customers = overall.customers + overall.control_customers
        return (
            f"{reading.name}: too small. {customers:,} customers show nothing yet; "
            f"it takes about {overall.needed or 0:,} to start with."
        )
    lines = [f"{kept} changed by {_signed(overall.kept, 2)} points ({_range(overall.kept, 2)})"]
    if money is not None and overall.money is not None:
        lines.append(f"{money} by {_signed(overall.money, 4)} a head ({_range(overall.money, 4)})")
    more = "" if overall.money_trusted else f"; {money} is too skewed for a verdict"
    return f"{reading.name}: {overall.verdict}. {' and '.join(lines)}, 90% intervals{more}."


def encode_features(frame: pd.DataFrame) -> Floats:
    """Return features as numbers, (n, q).

    Numbers keep their values, blanks take the mean and get a column that says so. Text becomes a column for each
    of its most frequent values, a blank among them, but for the most frequent one.

    Examples
    --------
    >>> frame = pd.DataFrame({"x": [1.0, np.nan, 3.0, 4.0], "zone": ["a", "b", "a", "a"]})
    >>> encode_features(frame).shape  # x, its blanks; zone 'b' is too rare for a column of its own
    (4, 2)
    """
    columns: list[Floats] = []
    for name in frame.columns:
        cells = frame[name]
        if cells.dtype == np.float64:
            values = cells.to_numpy()
            blank = np.isnan(values)
            if blank.all():
                continue
            columns.append(np.where(blank, np.nanmean(values), values))
            if blank.any():
                columns.append(blank.astype(np.float64))
        else:
            text = cells.astype("str").where(cells.notna(), "")
            counts = text.value_counts()
            frequent = counts[counts >= _LEAST_OF_VALUE].index[1 : _MOST_VALUES + 1]
            columns += [(text == value).to_numpy(np.float64) for value in frequent]
    return np.column_stack(columns) if columns else np.empty((len(frame), 0))


def _read(source: Path | pd.DataFrame, columns: ExperimentColumns, limits: Limits) -> Table:
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
    outcome = {columns.arm, columns.kept, columns.money, columns.id, columns.chance}
    for name in columns.features:
        if name in outcome:
            raise InputError(f"{table.source}: --features: {quote(name)} is no feature known before the treatment")
    return table


def _arms(
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


def _refuse_twice(table: Table, id: str | None) -> None:
    if id is None:
        return
    cells = table.frame[id]
    twice = (cells.duplicated() & cells.notna()).to_numpy()
    if twice.any():
        at = int(np.argmax(twice))
        first = table.row_numbers[int(np.argmax((cells == cells.iloc[at]).to_numpy()))]
        raise table.locate(id).error(
            at, f"{quote_cell(cells.iloc[at])} stands in row {first:,} already; keep one row a customer"
        )


def _numbers(table: Table, column: str) -> Floats:
    cells = table.frame[column]
    if cells.dtype != np.float64:
        raise InputError(
            f"{table.source}: column {quote(column)} must hold plain numbers; correct it, or leave it out"
        )
    return cells.to_numpy()


def _balance(
    features: Floats, arms: NDArray[np.int64], units: NDArray[np.int64] | None, weights: Floats | None
) -> list[Check]:
    """Test the balance of the features, of whole units where every unit got one arm."""
    if not features.shape[1]:
        return []
    if units is not None:
        per_unit = pd.DataFrame(features).groupby(units).mean().to_numpy()
        lowest, highest = (pd.Series(arms).groupby(units).agg(how).to_numpy() for how in ("min", "max"))
        if (lowest == highest).all():
            weight = None if weights is None else np.asarray(pd.Series(weights).groupby(units).mean(), np.float64)
            return [check_balance(per_unit, lowest, weights=weight)]
    return [check_balance(features, arms, weights=weights)]


def _count(arms: NDArray[np.int64], names: Sequence[str]) -> dict[str, int]:
    return {name: int(count) for name, count in zip(names, np.bincount(arms, minlength=len(names)), strict=True)}


def _signed(interval: Interval, digits: int) -> str:
    return f"{interval.value:+,.{digits}f}".replace("-", "−")


def _range(interval: Interval, digits: int) -> str:
    return f"{interval.low:,.{digits}f} to {interval.high:,.{digits}f}".replace("-", "−")
