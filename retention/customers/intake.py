"""A file or frame somebody has -> Customers: the roles found, the label read, a sentence for every doubt."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache, partial
from pathlib import Path

import pandas as pd

from retention.customers.key_columns import check_ids, check_value, find_label_column, read_cutoffs, read_label
from retention.customers.privacy import find_contact_columns
from retention.customers.roles import (
    ColumnKinds,
    RoleGuess,
    find_row_number_columns,
    find_text_columns,
    guess_roles,
)
from retention.customers.table import CUTOFF, Customers
from retention.tabular.files import Limits
from retention.tabular.tables import Table, read_table, table_from_frame
from retention.wording.text import quote

__all__ = ["Limits", "Table", "read_customers", "read_table", "table_from_frame"]


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
    """Read one row a customer, from a file or a frame, and say what each column is for.

    A column of dates called ``cutoff`` makes it a stack of snapshots: one row a customer and cutoff.

    Parameters
    ----------
    source
        A CSV or Parquet file (see :func:`retention.tabular.tables.read_table`), or a frame.
    id, label, value
        Columns by name; guessed from the names where None. A value column holds the margin kept
        over the horizon if the person stays (currency, above 0).
    positive
        The label's word for those who left, where it is not one of the usual ones.
    exclude
        Columns that must not be used.
    limits
        How large the table may be; those of the process if None.
    ignore_label
        Set a label column aside unread, for customers whose fate is the question.
    kinds
        What is known of the columns already, so that they are read as the model that asks knows them.

    Returns
    -------
    Customers
        n rows in file order; ``notes`` tells the roles, and all that was repaired or set aside.

    Raises
    ------
    InputError
        If the file, a role, an id, a label or a value cannot be used; one sentence with the row.
    """
    limits = limits or Limits.from_settings()
    name = "customers" if isinstance(source, pd.DataFrame) else Path(source).name

    @cache
    def guess(columns: tuple[str, ...]) -> RoleGuess:
        wanted = None if ignore_label and label not in columns else label
        return guess_roles(columns, name, id=id, label=wanted, value=value, exclude=exclude)

    def text_columns(columns: Sequence[str]) -> frozenset[str]:
        return find_text_columns(columns, guess(tuple(columns)).roles, kinds)

    if isinstance(source, pd.DataFrame):
        table = table_from_frame(source, source=name, limits=limits, text_columns=text_columns)
    else:
        table = read_table(source, limits=limits, text_columns=text_columns)
    found = guess(tuple(table.frame.columns))
    if not ignore_label and found.roles.label is None:
        found = guess_customer_roles(table, id=id, value=value, exclude=exclude)
    frame = table.frame
    if CUTOFF in frame.columns and CUTOFF not in found.roles.non_features() | {found.roles.value}:
        cutoffs = read_cutoffs(table, CUTOFF)
        if cutoffs is not None:
            frame[CUTOFF] = cutoffs
            found = found.with_cutoff(CUTOFF)
    check_ids(table, found.roles.id, cutoff=found.roles.cutoff)
    unfit = None
    if found.roles.value is not None and (unfit := check_value(table, found.roles.value, asked=value is not None)):
        found = found.without_value()
    if found.roles.label is not None:
        labels = None if ignore_label else read_label(table, found.roles.label, positive=positive)
        if labels is None:
            found = found.without_label("not needed here" if ignore_label else "blank throughout")
        else:
            frame[found.roles.label] = labels
    taken = found.roles.non_features()
    features = [column for column in frame.columns if column not in taken]
    found = found.with_excluded(find_contact_columns(frame, features), "personal data")
    found = found.with_excluded(find_row_number_columns(frame, features), "only numbers the rows")
    used = [unfit] if unfit else []
    used += [note for column, note in table.column_notes.items() if column not in found.roles.excluded]
    customers = Customers(frame, found.roles, name)
    return replace(customers, notes=(*_roles_in_words(customers, found), *table.file_notes, *used))


def guess_customer_roles(
    table: Table, *, id: str | None = None, value: str | None = None, exclude: Sequence[str] = ()
) -> RoleGuess:
    """Say what each column is for, by name, and where no name tells the label, by its words.

    Raises
    ------
    InputError
        If a column that was asked for is missing, has two roles, or no column can be the id.
    """
    columns = list(table.frame.columns)
    guess_with = partial(guess_roles, columns, table.source, id=id, value=value, exclude=exclude)
    guess = guess_with()
    if guess.roles.label is not None:
        return guess
    taken = guess.roles.non_features()
    label = find_label_column(table.frame, [column for column in columns if column not in taken])
    return guess if label is None else guess_with(label=label)


def _roles_in_words(customers: Customers, found: RoleGuess) -> list[str]:
    """Tell what each column was taken for, and which were set aside."""
    roles, frame = customers.roles, customers.frame
    words = [f"id: {roles.id}"]
    if roles.label is None:
        words.append("no label")
    else:
        words.append(f"label: {roles.label} ({int(frame[roles.label].sum()):,} of {len(frame):,} left)")
    if cutoffs := customers.cutoffs:
        words.append(f"cutoff: {roles.cutoff} ({len(cutoffs)} of them, the newest {cutoffs[-1]})")
    words += [f"value: {roles.value}"] if roles.value else []
    words += [f"name: {roles.name} (not used to predict)"] if roles.name else []
    aside = [f"{quote(column)} ({why})" for column, why in found.reasons.items()]
    return [", ".join(words)] + ([f"set aside: {', '.join(aside)}"] if aside else [])
