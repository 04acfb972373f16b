"""The key columns: id, cutoff, label and value. An error names the row of the first wrong cell."""

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retention.customers.label_meaning import is_filled_for_churned, says_retained
from retention.errors import InputError
from retention.tabular.columns import BLANK_WORDS
from retention.tabular.dates import looks_like_dates, parse_dates
from retention.tabular.tables import Table
from retention.wording.text import count_noun, join_names, quote

_CHURNED_WORDS = frozenset(
    {"1", "yes", "true", "y", "t", "churn", "churned", "churner", "left", "lost", "gone", "exited"}
    | {
        "attrited",
        "attrited customer",
        "cancelled",
        "canceled",
        "inactive",
        "lapsed",
        "terminated",
        "unsubscribed",
    }
)
_YES_WORDS = frozenset({"1", "yes", "true", "y", "t"})
_NO_WORDS = frozenset({"0", "no", "false", "n", "f"})
_UNMISTAKABLE_WORDS = frozenset({"churn", "churned", "churner", "exited", "attrited", "attrited customer"})
_MOST_LABEL_WORDS = 6
_RETAINED_WORDS = frozenset(
    {"0", "no", "false", "n", "f", "active", "stayed", "stay", "retained", "kept", "loyal", "existing"}
    | {"existing customer", "current", "not churned", "no churn", "renewed", "subscribed"}
)


def check_ids(table: Table, column: str, *, cutoff: str | None = None) -> None:
    """Check that every row has an id and that no id stands in two rows, or in two rows of one cutoff.

    Parameters
    ----------
    table
        With the ids as text.
    column
        The id column.
    cutoff
        The column of cutoff dates in a panel, where an id may stand once at each cutoff.

    Raises
    ------
    InputError
        For a blank or repeated id. The message names the rows and never the id itself.
    """
    ids = table.frame[column]
    blank = ids.isna().to_numpy()
    if blank.any():
        location = table.locate(column)
        more = f" ({count_noun(int(blank.sum()), 'cell')} in all)" if blank.sum() > 1 else ""
        raise location.error(int(np.argmax(blank)), f"the id is blank{more}; every customer needs an id")
    keys = table.frame[[column] if cutoff is None else [column, cutoff]]
    repeated = keys.duplicated().to_numpy()
    if not repeated.any():
        return
    if repeated.sum() >= 2 and ids.nunique() == 1:
        raise InputError(
            f"{table.source}: column {quote(column)} holds the same id in every row; pass the id column with --id"
        )
    second = int(np.argmax(repeated))
    first = int(np.argmax((keys == keys.iloc[second]).all(axis=1).to_numpy()))
    rows = table.row_numbers
    repeats, advice = "the same id", "keep one row a customer, or make a snapshot if these are orders"
    if cutoff is not None:
        repeats, advice = "the same id at the same cutoff", "keep one row a customer and cutoff"
    raise InputError(
        f"{table.source}: column {quote(column)}, rows {rows[first]:,} and {rows[second]:,} hold {repeats} "
        f"({count_noun(int(repeated.sum()), 'row')} too many in all); {advice}"
    )


def read_cutoffs(table: Table, column: str) -> pd.Series | None:
    """Read the cutoff date of each row of a panel.

    Returns
    -------
    Series of str or None
        ISO dates, (n,); None where the column does not hold dates.

    Raises
    ------
    InputError
        If some cells are blank or no dates.
    """
    cells = table.frame[column]
    if cells.dtype == np.float64 or not looks_like_dates(cells):
        return None
    location = table.locate(column)
    days = parse_dates(cells, location).values.astype("datetime64[D]")
    blank = np.isnat(days)
    if blank.any():
        raise location.error(
            int(np.argmax(blank)),
            f"the cutoff is blank ({count_noun(int(blank.sum()), 'row')} in all); fill it in",
        )
    return pd.Series(np.datetime_as_string(days), index=cells.index, dtype="str")


def check_value(table: Table, column: str, *, passed: bool) -> str | None:
    """Check that every value is a number above 0.

    Parameters
    ----------
    table, column
        The column of values, in currency.
    passed
        Whether a person passed the column by name; otherwise it was guessed from its name.

    Returns
    -------
    str or None
        A note why a guessed column cannot be the value; None where it can.

    Raises
    ------
    InputError
        If a column that was passed has such a cell; the message names its row.
    """
    first_wrong = _first_wrong_value(table.frame[column])
    if first_wrong is None:
        return None
    position, fault = first_wrong
    if passed:
        raise table.locate(column).error(position, f"the value {fault}, but must be a number above 0; correct it")
    return (
        f"column {quote(column)} is not used as the customers' value, only as a feature: in row "
        f"{table.row_numbers[position]:,} it {fault}, and a value must be a number above 0 "
        "(--value-column names another)"
    )


def _first_wrong_value(cells: pd.Series) -> tuple[int, str] | None:
    """Return the position of the first cell that cannot be a value, and what is wrong with it."""
    if cells.dtype == np.float64:
        numbers = cells.to_numpy()
    else:
        numbers = pd.to_numeric(cells, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    bad = ~(numbers > 0)
    if not bad.any():  # the text was left as text, since its numbers are too long or ambiguous to compute with
        return None if cells.dtype == np.float64 else (0, "is not a plain number")
    first = int(np.argmax(bad))
    if np.isnan(numbers[first]):
        return first, "is blank" if pd.isna(cells.iloc[first]) else "is not a plain number"
    return first, f"is {numbers[first]:.15g}"


def read_label(table: Table, column: str, *, positive: str | None = None) -> NDArray[np.int8] | None:
    """Read the label.

    Parameters
    ----------
    table
        With the label as text.
    column
        The label column.
    positive
        The word for churned, in any case; every other word means retained. Needed where the words are not two
        of the usual ones.

    Returns
    -------
    array of int8, shape (n,), or None
        1 churned, 0 retained; None where the whole column is blank, because the outcome is not known yet.

    Raises
    ------
    InputError
        If only some cells are blank, or if the words do not say which of them means churned.
    """
    codes, distinct = pd.factorize(table.frame[column])
    words = [str(word) for word in distinct]
    blank = (codes < 0) | np.isin(codes, [code for code, word in enumerate(words) if word in BLANK_WORDS])
    if blank.all():
        return None
    if positive is None and is_filled_for_churned(table.frame[column], column):
        return (~blank).astype(np.int8)
    if blank.any():
        raise table.locate(column).error(
            int(np.argmax(blank)),
            f"the label is blank ({count_noun(int(blank.sum()), 'row')} in all); if blank means that the customer "
            "was retained, add a column that says yes or no for everyone, and pass it as --label",
        )
    churned = _mean_churned(words, positive, table.source, column)
    label: NDArray[np.int8] = np.array(churned, dtype=np.int8)[codes]
    return label


def label_note(table: Table, column: str, *, positive: str | None = None) -> str | None:
    """Return how the label was read where its words alone do not say; None where they do."""
    if positive is not None:
        return None
    cells = table.frame[column]
    if is_filled_for_churned(cells, column):
        return f"column {quote(column)}: filled in means churned, blank means retained (--positive names a value)"
    words = {_plain(str(word)) for word in cells.dropna().unique()[:_MOST_LABEL_WORDS]}
    if says_retained(column) and words <= _YES_WORDS | _NO_WORDS:
        return f"column {quote(column)} says who stayed, so no (or 0) counts as churned (--positive names a value)"
    return None


def find_label_column(frame: pd.DataFrame, columns: Iterable[str]) -> str | None:
    """Return the first column whose few different words say who churned, whatever its name; None if none does.

    >>> find_label_column(pd.DataFrame({"status": ["Churned", "Stayed", "Stayed"]}), ["status"])
    'status'
    """
    for column in columns:
        if frame[column].dtype != np.float64:
            words = frame[column].dropna().unique()
            if (
                2 <= len(words) <= _MOST_LABEL_WORDS
                and {_plain(str(word)) for word in words} & _UNMISTAKABLE_WORDS
            ):
                return column
    return None


def _mean_churned(words: list[str], positive: str | None, source: str, column: str) -> list[bool]:
    """Return for each word whether it means churned."""
    plain_words = [_plain(word) for word in words]
    distinct = dict(zip(plain_words, words, strict=True))
    if positive is None and len(distinct) > 2:
        raise InputError(
            f"{source}: label {quote(column)} has {len(distinct):,} values ({join_names(distinct.values())}); "
            "it must have two, or pass the one that means churned as --positive, and all others count as retained"
        )
    if positive is not None:
        churned_word = _plain(positive)
        if churned_word not in distinct and len(distinct) >= 2:
            raise InputError(
                f"{source}: label {quote(column)} has no value {quote(positive)}; "
                f"it has {join_names(distinct.values())}, pass one of them as --positive"
            )
        return [word == churned_word for word in plain_words]
    if says_retained(column) and distinct.keys() <= _YES_WORDS | _NO_WORDS:
        return [word in _NO_WORDS for word in plain_words]
    churned = [word in _CHURNED_WORDS for word in plain_words]
    if not distinct.keys() <= _CHURNED_WORDS | _RETAINED_WORDS or len(set(churned)) < len(distinct):
        raise InputError(
            f"{source}: label {quote(column)} has the values {join_names(distinct.values())}; "
            "pass the one that means churned as --positive"
        )
    return churned


def _plain(word: str) -> str:
    """Return the word in lower case; ``1.0`` and ``True.`` are ``1`` and ``true``.

    >>> _plain("Yes"), _plain("1.0"), _plain("False.")
    ('yes', '1', 'false')
    """
    word = word.strip().casefold().removesuffix(".")
    try:
        return f"{float(word):.15g}"
    except ValueError:
        return word
