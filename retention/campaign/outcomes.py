"""Turns an order log or a table of outcomes into one row for each customer of a campaign."""

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retention.artifacts import sha256
from retention.campaign.campaign_file import Campaign
from retention.campaign.id_matching import count_matches, is_in, refuse_repeated
from retention.campaign.metrics import columns_needed
from retention.errors import InputError
from retention.orders.order_log import Orders
from retention.tabular.files import Limits
from retention.tabular.ids import in_spelling_of, normalize_id, normalize_ids
from retention.tabular.tables import Table, read_table, table_from_frame
from retention.tabular.yes_no import parse_yes_no
from retention.wording.dates import day_and_month
from retention.wording.text import count_noun, join_names, quote_cell, suggest_closest

YES_NO_COLUMNS = ("redeemed", "contacted", "opted_out", "stayed_on")
"""The optional columns of a table of outcomes that say yes or no; see :func:`number_columns` for the others."""

_OFFER_COLUMN = "offer"
_LEAST_FOUND = 0.5
_LEAST_FOUND_AFTERWARDS = 0.05  # in a log that starts with the campaign: whoever does not order is not in it
_RECENT_DAYS = 90


def outcomes_from_orders(campaign: Campaign, orders: Orders, *, as_of: dt.date) -> pd.DataFrame:
    """Return what became of each customer by an order log.

    Kept means an order in the horizon, by the rule of the snapshot: a refund is no order. Stayed on means one
    in as many days from the day on which the last offer has expired; the column is there once those days are over.

    Parameters
    ----------
    campaign
        The drawn campaign.
    orders
        A log that reaches to the end of the horizon.
    as_of
        The day of the measurement; later orders do not count.

    Returns
    -------
    DataFrame
        Indexed by customer: ``kept`` and perhaps ``stayed_on`` (bool); ``redeemed`` too where the log has a column
        ``offer`` that names offers of the campaign. Notes in ``attrs["notes"]``.

    Raises
    ------
    InputError
        If the log ends before the horizon does, or is of other customers.
    """
    design, customers = campaign.design, pd.Index(campaign.assignments["customer"])
    days = orders.days
    if _ends_before(days, np.datetime64(design.read_on)):
        raise InputError(
            f"{orders.source}: ends {day_and_month(days.max().astype(object))}; {design.name} is read from "
            f"{day_and_month(design.read_on)} on; pass a log that reaches to the day before"
        )
    ordering = in_spelling_of(orders.frame[orders.customer], customers)
    ids = pd.Index(ordering.unique())
    history = days.min() < np.datetime64(design.sent_on)
    match_count = count_matches(
        customers, ids, orders.source, design.name, _LEAST_FOUND if history else _LEAST_FOUND_AFTERWARDS
    )
    counted = days <= np.datetime64(as_of)
    if orders.amount is not None:
        counted &= ~(orders.frame[orders.amount] < 0).to_numpy()

    def ordered_in(first: dt.date, *, among: NDArray[np.bool_] = counted) -> pd.Series:
        after = first + dt.timedelta(days=design.horizon_days)
        within = counted & among & (days >= np.datetime64(first)) & (days < np.datetime64(after))
        return pd.Series(is_in(customers, pd.Index(ordering[within])), index=customers)

    outcomes = pd.DataFrame({"kept": ordered_in(design.sent_on)})
    notes = [f"kept means: an order from {design.sent_on} to {design.read_on - dt.timedelta(days=1)}"]
    redeeming = _redeeming_orders(orders, design.offer_ids)
    if redeeming is not None:
        outcomes["redeemed"] = ordered_in(design.sent_on, among=redeeming)
        notes.append("redeemed means: an order in these days whose column 'offer' names an offer of the campaign")
    expired = design.sent_on + dt.timedelta(days=design.valid_days)
    over = expired + dt.timedelta(days=design.horizon_days)
    if as_of >= over and not _ends_before(days, np.datetime64(over)):
        outcomes["stayed_on"] = ordered_in(expired)
        notes.append(
            f"stayed on means: an order from {expired} to {over - dt.timedelta(days=1)}, without an offer"
        )
    if match_count < len(customers):
        notes.append(
            f"{count_noun(len(customers) - match_count, 'customer')} without any order in the log "
            "count as not kept"
        )
    outcomes.attrs["notes"] = tuple(notes)
    return outcomes


def outcomes_from_table(
    campaign: Campaign, source: Path | pd.DataFrame, *, limits: Limits | None = None
) -> pd.DataFrame:
    """Return what became of each customer by a table: an id, ``kept``, and optional columns.

    Returns
    -------
    DataFrame
        Indexed by customer, those with a ``kept`` (bool) only; those of :func:`number_columns` are float64, others
        are bool. Notes are in ``attrs["notes"]``.

    Raises
    ------
    InputError
        If a column or a cell cannot be used, a customer appears twice, or the ids are others.
    """
    limits = limits or Limits.from_settings()
    if isinstance(source, Path):
        table = read_table(source, limits=limits, text_columns=lambda columns: columns)
    else:
        table = table_from_frame(source, source="outcomes", limits=limits, text_columns=lambda columns: columns)
    columns = {str(name).strip().casefold(): str(name) for name in table.frame.columns}
    if "kept" not in columns:
        raise InputError(
            f"{table.source}: column 'kept' is missing{suggest_closest('kept', columns)}; it says yes or no, "
            f"whether the customer was kept; the columns are {join_names(columns.values(), most=8)}"
        )
    customers = pd.Index(campaign.assignments["customer"])
    id_column = _id_column(table, customers, columns)
    ids = in_spelling_of(normalize_ids(table.frame[id_column], table.locate(id_column)).values, customers)
    refuse_repeated(table, id_column, ids)
    match_count = count_matches(
        customers, pd.Index(ids.dropna()), table.source, campaign.design.name, _LEAST_FOUND
    )
    kept = parse_yes_no(table.frame[columns["kept"]], table.locate(columns["kept"]))
    values: dict[str, object] = {"kept": kept == 1}
    notes = []
    for name in YES_NO_COLUMNS:
        if name not in columns:
            continue
        cells = parse_yes_no(table.frame[columns[name]], table.locate(columns[name]))
        if name == "stayed_on" and np.isnan(cells[~np.isnan(kept)]).any():
            notes.append("stayed_on is not complete yet and is left out")
        elif not np.isnan(cells).all():
            values[name] = cells == 1
    values |= {name: _numbers(table, columns[name]) for name in number_columns() if name in columns}
    outcomes = pd.DataFrame(values).set_index(pd.Index(ids, name="customer"))[~np.isnan(kept)]
    outcomes = outcomes[is_in(outcomes.index, customers)]
    if len(ids) > match_count:
        notes.append(
            f"left out: {count_noun(len(ids) - match_count, 'row')} of customers who are not of the campaign"
        )
    outcomes.attrs["notes"] = (*table.file_notes, *notes)
    return outcomes


def outcomes_sha256(outcomes: pd.DataFrame) -> str:
    """Return a hash of the outcomes that does not depend on the order of customers or columns."""
    ordered = outcomes.sort_index()
    parts = [str(sorted(ordered.columns)), *ordered.index]
    content = "\n".join(parts).encode("utf-8", "surrogatepass")
    columns = (ordered[name].to_numpy(np.float64).tobytes() for name in sorted(ordered.columns))
    return sha256(b"\0".join([content, *columns]))


def number_columns() -> tuple[str, ...]:
    """Return the optional columns of a table of outcomes that hold a number a customer, such as ``spend``."""
    return tuple(name for name in columns_needed() if name not in {"kept", *YES_NO_COLUMNS})


def _redeeming_orders(orders: Orders, offer_ids: tuple[str, ...]) -> NDArray[np.bool_] | None:
    """Return which orders redeem an offer, by a column ``offer`` with its id; None without such a column."""
    if _OFFER_COLUMN not in orders.frame:
        return None
    redeeming = orders.frame[_OFFER_COLUMN].astype("str").str.strip().isin(offer_ids).to_numpy(bool)
    return redeeming if redeeming.any() else None


def _ends_before(days: NDArray[np.datetime64], end: np.datetime64) -> bool:
    """Whether a log ends so early that orders before ``end`` may be missing.

    The last order is seldom on the very last day, so a log may end early by the longest pause it had lately.
    """
    last = days.max()
    missing = int((end - np.timedelta64(1, "D") - last).astype(np.int64))
    if missing <= 0:
        return False
    recent = np.unique(days[days > last - np.timedelta64(_RECENT_DAYS, "D")])
    pauses = np.diff(recent).astype(np.int64)
    return missing > (int(pauses.max()) - 1 if len(pauses) else 0)


def _id_column(table: Table, customers: pd.Index, columns: dict[str, str]) -> str:
    """Return the column with the most ids of the campaign; the first one where none has any."""
    outcome = {columns[name] for name in ("kept", *YES_NO_COLUMNS, *number_columns()) if name in columns}
    candidates = [str(name) for name in table.frame.columns if name not in outcome]
    if not candidates:
        raise InputError(f"{table.source}: has no column with the customer's id; add it")
    spelled = [
        in_spelling_of(table.frame[name].map(normalize_id, na_action="ignore"), customers) for name in candidates
    ]
    shares = [is_in(pd.Index(ids), customers).sum() for ids in spelled]
    return candidates[int(np.argmax(shares))]


def _numbers(table: Table, column: str) -> pd.Series:
    """Return numbers as float64; a blank is 0."""
    cells = table.frame[column]
    numbers = pd.to_numeric(cells, errors="coerce")
    wrong = (numbers.isna() & cells.notna()).to_numpy()
    if wrong.any():
        at = int(np.argmax(wrong))
        raise table.locate(column).error(at, f"{quote_cell(cells.iloc[at])} is no plain number; correct it")
    return numbers.fillna(0.0).astype(np.float64)
