"""The columns everything rests on: ids, cutoffs, label and value, checked with the row in the message."""

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retention.errors import InputError
from retention.tabular.columns import BLANK_WORDS
from retention.tabular.dates import looks_like_dates, parse_dates
from retention.tabular.tables import Table
from retention.wording.text import count_noun, join_names, quote

_LEFT = frozenset(
    {"1", "yes", "true", "y", "t", "churn", "churned", "churner", "left", "lost", "gone", "exited"}
    | {"attrited", "attrited customer", "cancelled", "canceled"}
)
_PLAINLY_LEFT = frozenset({"churn", "churned", "churner", "exited", "attrited", "attrited customer"})
_FEW_WORDS = 6
_STAYED = frozenset(
    {"0", "no", "false", "n", "f", "active", "stayed", "stay", "retained", "kept", "loyal", "existing"}
    | {"existing customer", "current", "not churned", "no churn"}
)


def check_ids(table: Table, column: str, *, cutoff: str | None = None) -> None:
    """Refuse blank ids and ids that stand in two rows, with a cutoff column in two rows of one cutoff.

    Raises
    ------
    InputError
        Naming the rows, never the id itself.
    """
    ids = table.frame[column]
    blank = ids.isna().to_numpy()
    if blank.any():
        place = table.locate(column)
        more = f" ({count_noun(int(blank.sum()), 'cell')} in all)" if blank.sum() > 1 else ""
        raise place.error(int(np.argmax(blank)), f"the id is blank{more}; every customer needs an id")
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
    what, advice = "the same id", "keep one row a customer, or make a snapshot if these are orders"
    if cutoff is not None:
        what, advice = "the same id at the same cutoff", "keep one row a customer and cutoff"
    raise InputError(
        f"{table.source}: column {quote(column)}, rows {rows[first]:,} and {rows[second]:,} hold {what} "
        f"({count_noun(int(repeated.sum()), 'row')} too many in all); {advice}"
    )


def read_cutoffs(table: Table, column: str) -> pd.Series | None:
    """Read the days at which the rows of a stack were taken.

    Returns
    -------
    Series of str or None
        ISO dates, length n; None where the column holds something else than dates.

    Raises
    ------
    InputError
        If some cells are no dates or blank.
    """
    cells = table.frame[column]
    if cells.dtype == np.float64 or not looks_like_dates(cells):
        return None
    place = table.locate(column)
    days = parse_dates(cells, place).values.astype("datetime64[D]")
    blank = np.isnat(days)
    if blank.any():
        raise place.error(
            int(np.argmax(blank)),
            f"the cutoff is blank ({count_noun(int(blank.sum()), 'row')} in all); fill it in or drop those rows",
        )
    return pd.Series(np.datetime_as_string(days), index=cells.index, dtype="str")


def check_value(table: Table, column: str, *, asked: bool) -> str | None:
    """Look for a value that is blank, not a number, or not above 0.

    Parameters
    ----------
    table, column
        Where it stands.
    asked
        Whether somebody named the column; otherwise only its name looks like a value's.

    Returns
    -------
    str or None
        Why a column that nobody asked for cannot be the value; None where it can.

    Raises
    ------
    InputError
        Naming the first such row of a column that was asked for.
    """
    found = _unfit_value(table.frame[column])
    if found is None:
        return None
    at, what = found
    if asked:
        raise table.locate(column).error(at, f"the value {what}, but must be a number above 0; correct it")
    return (
        f"column {quote(column)} is not used as the customers' value, only as a feature: in row "
        f"{table.row_numbers[at]:,} it {what}, and a value must be a number above 0 (--value-column names another)"
    )


def _unfit_value(cells: pd.Series) -> tuple[int, str] | None:
    """Return the position of the first cell that can be no value, and what is wrong with it."""
    if cells.dtype == np.float64:
        numbers = cells.to_numpy()
    else:
        numbers = pd.to_numeric(cells, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    bad = ~(numbers > 0)
    if not bad.any():  # text, but numbers all the same: too long or too oddly written to count with
        return None if cells.dtype == np.float64 else (0, "is not a plain number")
    at = int(np.argmax(bad))
    if np.isnan(numbers[at]):
        return at, "is blank" if pd.isna(cells.iloc[at]) else "is not a plain number"
    return at, f"is {numbers[at]:.15g}"


def read_label(table: Table, column: str, *, positive: str | None = None) -> NDArray[np.int8] | None:
    """Read who left.

    Parameters
    ----------
    table
        With the label as text.
    column
        The label.
    positive
        The word for those who left, in any case; all others stayed. Needed where the words are not two of the
        usual ones.

    Returns
    -------
    array of int8, shape (n,), or None
        1 left, 0 stayed; None where the whole column is blank, because nobody knows yet.

    Raises
    ------
    InputError
        If some cells are blank, or the words are not two that can be told apart.
    """
    codes, found = pd.factorize(table.frame[column])
    words = [str(word) for word in found]
    blank = (codes < 0) | np.isin(codes, [place for place, word in enumerate(words) if word in BLANK_WORDS])
    if blank.all():
        return None
    if blank.any():
        raise table.locate(column).error(
            int(np.argmax(blank)),
            f"the label is blank ({count_noun(int(blank.sum()), 'row')} in all); fill it in or drop those rows",
        )
    left = _meanings(words, positive, table.source, column)
    result: NDArray[np.int8] = np.array(left, dtype=np.int8)[codes]
    return result


def find_label_column(frame: pd.DataFrame, columns: Iterable[str]) -> str | None:
    """Return the first column whose few words say who left, whatever it is called.

    >>> find_label_column(pd.DataFrame({"status": ["Churned", "Stayed", "Stayed"]}), ["status"])
    'status'
    """
    for column in columns:
        if frame[column].dtype != np.float64:
            words = frame[column].dropna().unique()
            if 2 <= len(words) <= _FEW_WORDS and {_plain(str(word)) for word in words} & _PLAINLY_LEFT:
                return column
    return None


def _meanings(words: list[str], positive: str | None, source: str, column: str) -> list[bool]:
    """Whether each word means that the customer left."""
    plain = [_plain(word) for word in words]
    distinct = dict(zip(plain, words, strict=True))
    if positive is None and len(distinct) > 2:
        raise InputError(
            f"{source}: label {quote(column)} has {len(distinct):,} values ({join_names(distinct.values())}); "
            "it must have two, or pass the one for those who left as --positive, and all others count as stayed"
        )
    if positive is not None:
        wanted = _plain(positive)
        if wanted not in distinct and len(distinct) >= 2:
            raise InputError(
                f"{source}: label {quote(column)} has no value {quote(positive)}; "
                f"it has {join_names(distinct.values())}, pass one of them as --positive"
            )
        return [word == wanted for word in plain]
    left = [word in _LEFT for word in plain]
    if not distinct.keys() <= _LEFT | _STAYED or len(set(left)) < len(distinct):
        raise InputError(
            f"{source}: label {quote(column)} has the values {join_names(distinct.values())}; "
            "pass the one for those who left as --positive"
        )
    return left


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
