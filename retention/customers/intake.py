"""Read customers from a file or a frame: guess the roles, read the label, and note what was assumed."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache, partial
from pathlib import Path

import pandas as pd

from retention.customers.codes import are_compact_dates
from retention.customers.key_columns import (
    check_ids,
    check_value,
    find_label_column,
    label_note,
    read_cutoffs,
    read_label,
)
from retention.customers.label_meaning import find_label_by_meaning
from retention.customers.left_out_rows import normal_rows
from retention.customers.privacy import find_contact_columns
from retention.customers.roles import (
    ColumnKinds,
    RoleGuess,
    find_row_number_columns,
    find_text_columns,
    find_unfit_ids,
    guess_roles,
)
from retention.customers.table import CUTOFF, Customers
from retention.tabular.files import Limits
from retention.tabular.tables import Table, read_table, table_from_frame
from retention.tabular.yes_no import one_spelling
from retention.wording.text import merge_notes, quote

__all__ = ["Limits", "Table", "read_customers", "read_table", "table_from_frame"]
_MOST_YES_NO = 12  # spellings of yes and no in one column


def read_customers(
    source: str | Path | pd.DataFrame,
    *,
    id: str | None = None,
    label: str | None = None,
    positive: str | None = None,
    value: str | None = None,
    exclude: Sequence[str] = (),
    limits: Limits | None = None,
    ignore_label: bool = False,
    kinds: ColumnKinds | None = None,
) -> Customers:
    """Read a table with one row a customer from a file or a frame, and find the role of each column.

    A column of dates called ``cutoff`` makes it a panel: one row a customer and cutoff.

    Parameters
    ----------
    source
        A CSV or Parquet file (see :func:`retention.tabular.tables.read_table`), or a frame.
    id, label, value
        Columns by name; guessed from the names where None. A value column holds the margin kept
        over the horizon if the customer is retained (currency, above 0).
    positive
        The label's word for churned, where it is not one of the usual ones.
    exclude
        Columns that must not be used.
    limits
        How large the table may be; the limits of the process if None.
    ignore_label
        Exclude a label column unread, for customers who are to be scored.
    kinds
        The kinds that a model knows, so that its features are read as they were in training.

    Returns
    -------
    Customers
        n rows in file order; ``notes`` names the roles and everything that was repaired or excluded.

    Raises
    ------
    InputError
        If the file, a role, an id, a label or a value cannot be used; the message names the row.
    """
    limits = limits or Limits.from_settings()
    name = "customers" if isinstance(source, pd.DataFrame) else Path(source).name

    @cache
    def guess_from(columns: tuple[str, ...]) -> RoleGuess:
        passed_label = None if ignore_label and label not in columns else label
        return guess_roles(columns, name, id=id, label=passed_label, value=value, exclude=exclude)

    def text_columns(columns: Sequence[str]) -> frozenset[str]:
        return find_text_columns(columns, guess_from(tuple(columns)).roles, kinds)

    if isinstance(source, pd.DataFrame):
        table = table_from_frame(source, source=name, limits=limits, text_columns=text_columns)
    else:
        table = read_table(source, limits=limits, text_columns=text_columns)
    guess = guess_from(tuple(table.frame.columns))
    if not ignore_label or id is None:
        passed_label = guess.roles.label if ignore_label else label
        guess = guess_customer_roles(
            table, id=id, label=passed_label, value=value, exclude=exclude, find_label=not ignore_label
        )
    table = normal_rows(table, guess.roles.id)
    frame = table.frame
    guess = _with_cutoff(table, guess)
    check_ids(table, guess.roles.id, cutoff=guess.roles.cutoff)
    label_words = None
    value_note = None
    if guess.roles.value is not None and (
        value_note := check_value(table, guess.roles.value, passed=value is not None)
    ):
        guess = guess.without_value()
    if guess.roles.label is not None:
        labels = None if ignore_label else read_label(table, guess.roles.label, positive=positive)
        label_words = None if labels is None else label_note(table, guess.roles.label, positive=positive)
        if labels is None:
            guess = guess.without_label("not needed here" if ignore_label else "blank throughout")
        else:
            frame[guess.roles.label] = labels
    non_features = guess.roles.non_features()
    features = [column for column in frame.columns if column not in non_features]
    _spell_yes_no(frame, features)
    guess = guess.with_excluded(find_contact_columns(frame, features), "personal data")
    guess = guess.with_excluded(find_row_number_columns(frame, features), "only numbers the rows")
    dates = [column for column in features if are_compact_dates(frame[column], column)]
    guess = guess.with_excluded(dates, "a date")
    notes = [note for note in (label_words, value_note) if note]
    notes += merge_notes(note for column, note in table.column_notes.items() if column not in guess.roles.excluded)
    customers = Customers(frame, guess.roles, name)
    return replace(customers, notes=(*_describe_roles(customers, guess), *table.file_notes, *notes))


def _with_cutoff(table: Table, guess: RoleGuess) -> RoleGuess:
    """Return the guess with the column of cutoffs, if there is one; its cells become ISO dates."""
    if CUTOFF not in table.frame.columns or CUTOFF in guess.roles.non_features() | {guess.roles.value}:
        return guess
    cutoffs = read_cutoffs(table, CUTOFF)
    if cutoffs is None:
        return guess
    table.frame[CUTOFF] = cutoffs
    return guess.with_cutoff(CUTOFF)


def _spell_yes_no(frame: pd.DataFrame, features: Sequence[str]) -> None:
    """Give yes and no one spelling in each column of text that holds nothing else."""
    for column in features:
        if not pd.api.types.is_numeric_dtype(frame[column]) and frame[column].iloc[:100].nunique() <= _MOST_YES_NO:
            frame[column] = one_spelling(frame[column])


def guess_customer_roles(
    table: Table,
    *,
    id: str | None = None,
    label: str | None = None,
    value: str | None = None,
    exclude: Sequence[str] = (),
    find_label: bool = True,
) -> RoleGuess:
    """Guess the role of each column from its name and cells; the label, where no name says so, from its words.

    Raises
    ------
    InputError
        If a column that was passed is missing or has two roles, or if no column can be the id.
    """
    columns = list(table.frame.columns)
    unfit = () if id is not None else find_unfit_ids(table.frame)
    guess_with = partial(guess_roles, columns, table.source, id=id, value=value, exclude=exclude, unfit_ids=unfit)
    guess = guess_with(label=label)
    if guess.roles.label is not None or not find_label:
        return guess
    non_features = guess.roles.non_features()
    free = [column for column in columns if column not in non_features]
    label = find_label_column(table.frame, free) or find_label_by_meaning(table.frame, free)
    return guess if label is None else guess_with(label=label)


def _describe_roles(customers: Customers, guess: RoleGuess) -> list[str]:
    """Return a sentence about the roles, and one about the excluded columns if there are any."""
    roles, frame = customers.roles, customers.frame
    words = [f"id: {roles.id}"]
    if roles.label is None:
        words.append("no label")
    else:
        words.append(f"label: {roles.label} ({int(frame[roles.label].sum()):,} of {len(frame):,} churned)")
    if cutoffs := customers.cutoffs:
        words.append(f"cutoff: {roles.cutoff} ({len(cutoffs)} of them, the newest {cutoffs[-1]})")
    words += [f"value: {roles.value}"] if roles.value else []
    words += [f"name: {roles.name} (not used to predict)"] if roles.name else []
    excluded = [f"{quote(column)} ({reason})" for column, reason in guess.reasons.items()]
    return [", ".join(words)] + ([f"set aside: {', '.join(excluded)}"] if excluded else [])
