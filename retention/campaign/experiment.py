"""Measures a randomised experiment that ran elsewhere, if somebody vouches for its randomisation."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retention.campaign.comparison import Comparison, compare
from retention.campaign.declared_chances import read_chances
from retention.campaign.experiment_table import (
    ExperimentColumns,
    numbers_of,
    read_arms,
    read_experiment,
)
from retention.campaign.feature_columns import feature_columns
from retention.campaign.features import check_features, encode_features
from retention.campaign.health import check_missing
from retention.campaign.id_matching import refuse_repeated
from retention.campaign.intervals import Interval
from retention.campaign.reading import DECLARED, Reading, without_effects
from retention.campaign.reading_rows import rows_of_experiment
from retention.errors import InputError
from retention.tabular.files import Limits
from retention.tabular.yes_no import parse_yes_no


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
    table = read_experiment(source, columns, limits or Limits.from_settings())
    frame = table.frame
    names, arms, dealt, notes = read_arms(table, columns)
    if columns.id is not None:
        refuse_repeated(table, columns.id, frame[columns.id])
    kept = parse_yes_no(frame[columns.kept], table.locate(columns.kept))
    money = None if columns.money is None else numbers_of(table, columns.money)
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
        *check_features(features, arms[known], units, chances.weights),
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
            read_on=dt.date.today(),
        )
    )
    measured = None
    if reading.valid:
        measured = rows_of_experiment(
            names, arms[known], chances.by_arm,
            kept=kept_known, money=money_known, unit=units, features=_named_features(rows, columns),
        )  # fmt: skip
    return replace(reading, sentence=describe(reading, columns.kept, columns.money), rows=measured)


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


def _named_features(rows: pd.DataFrame, columns: ExperimentColumns) -> pd.DataFrame:
    ids = pd.Series(range(len(rows))) if columns.id is None else rows[columns.id]
    return feature_columns(rows[list(columns.features)], ids.astype("str"))


def _count(arms: NDArray[np.int64], names: Sequence[str]) -> dict[str, int]:
    return {name: int(count) for name, count in zip(names, np.bincount(arms, minlength=len(names)), strict=True)}


def _signed(interval: Interval, digits: int) -> str:
    return f"{interval.value:+,.{digits}f}".replace("-", "−")


def _range(interval: Interval, digits: int) -> str:
    return f"{interval.low:,.{digits}f} to {interval.high:,.{digits}f}".replace("-", "−")
