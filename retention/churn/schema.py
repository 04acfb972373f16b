"""The columns a model learns from: chosen in training, saved with the model, required of new customers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retention.customers.table import Customers
from retention.errors import ModelError
from retention.tabular.dates import is_date_column
from retention.tabular.yes_no import YES_NO
from retention.wording.text import join_names

MAX_CATEGORIES = 64
"""Values of a text column that a model keeps at most, the most frequent ones."""

_LEFT_OUT = {
    "blank": ("is blank for everyone and was left out", "are blank for everyone and were left out"),
    "almost blank": ("is almost blank and was left out", "are almost blank and were left out"),
    "constant": ("is the same for everyone and was left out", "are the same for everyone and were left out"),
    "dates": (
        "holds dates, so it was left out; replace it by a number of days",
        "hold dates, so they were left out; replace each by a number of days",
    ),
    "texts": (
        "holds too many different texts to learn from, so it was left out",
        "hold too many different texts to learn from, so they were left out",
    ),
}
"""Reason why columns are left out -> the words about a single column, and about several."""

_LARGEST = 1e30  # squares of larger numbers overflow, and so does single precision


@dataclass(frozen=True)
class Column:
    """One feature of the model.

    Attributes
    ----------
    name
        Its name in the customers' table.
    kind
        ``number`` (float, NaN for a blank) or ``category`` (text).
    categories
        The values a category column may take, sorted. Any other value counts as a blank: a rare one
        in training, an unseen one at scoring.
    """

    name: str
    kind: Literal["number", "category"]
    categories: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, saved: Mapping[str, Any]) -> "Column":
        """Rebuild a column from its fields."""
        return cls(str(saved["name"]), saved["kind"], tuple(map(str, saved["categories"])))


def learn_columns(customers: Customers) -> tuple[tuple[Column, ...], tuple[str, ...]]:
    """Decide how each feature enters the model.

    A category needs enough customers: 0.2% of them, at least ten, fewer in a table below two hundred rows.
    A text column of which hardly any values remain that way, such as an address or a second id, is left out.
    So are dates, because a date that has passed does not come again.

    Parameters
    ----------
    customers
        Training customers, n rows.

    Returns
    -------
    columns, warnings
        The usable features in table order, and a sentence for each reason why others were left out.
    """
    columns: list[Column] = []
    left_out: dict[str, list[str]] = {}
    for name in customers.feature_names:
        values = customers.frame[name]
        if why := _unusable(values):
            left_out.setdefault(why, []).append(name)
        elif pd.api.types.is_numeric_dtype(values):
            columns.append(Column(name, "number"))
        else:
            columns.append(Column(name, "category", tuple(sorted(_frequent(values).index))))
    return tuple(columns), tuple(_left_out(why, names) for why, names in left_out.items())


def _unusable(values: pd.Series) -> str | None:
    """Return why nothing can be learned from a column, a key of ``_LEFT_OUT``; None where something can."""
    filled = values.dropna()
    if filled.empty:
        return "blank"
    if len(filled) == len(values) and filled.nunique() == 1:
        return "constant"
    if pd.api.types.is_numeric_dtype(values):
        return None
    if is_date_column(filled):
        return "dates"
    if _frequent(filled, of=len(values)).sum() >= 0.1 * len(filled):
        return None
    return "almost blank" if len(filled) < min_category_customers(len(values)) else "texts"


def _frequent(values: pd.Series, *, of: int | None = None) -> pd.Series:
    """Return the texts that are frequent enough among ``of`` customers (default all), with their counts."""
    counts = values.dropna().astype(str).value_counts()
    return counts[counts >= min_category_customers(len(values) if of is None else of)].head(MAX_CATEGORIES)


def _left_out(why: str, names: list[str]) -> str:
    """Return the sentence about columns that were left out for the same reason."""
    singular, plural = _LEFT_OUT[why]
    return f"column {join_names(names)} {singular}" if len(names) == 1 else f"columns {join_names(names)} {plural}"


def encode(columns: tuple[Column, ...], customers: Customers) -> NDArray[np.float64]:
    """Encode customers as numbers.

    Columns are matched by name, in any order; those the model does not know are ignored.

    Returns
    -------
    NDArray[np.float64]
        Shape (n, len(columns)): the number itself, or the position of the category in
        ``Column.categories``; NaN for a blank and for a category the model does not know.

    Raises
    ------
    ModelError
        If a column is missing, or a number column holds text that is no number.
    """
    frame = customers.frame
    missing = [f"'{column.name}'" for column in columns if column.name not in frame.columns]
    if missing:
        which = f"column {missing[0]} is" if len(missing) == 1 else f"columns {', '.join(missing)} are"
        raise ModelError(f"{customers.source}: {which} missing, which the model learned from; add or rename")
    matrix = np.empty((len(frame), len(columns)))
    for position, column in enumerate(columns):
        if column.kind == "number":
            matrix[:, position] = _numbers(frame[column.name], customers.source)
        else:
            matrix[:, position] = _codes(frame[column.name], column.categories)
    return matrix


def blank_shares(
    columns: tuple[Column, ...], customers: Customers, weight: NDArray[np.float64] | None = None
) -> NDArray[np.float64]:
    """Return the share of customers without a value in each column, each counted by its weight, length d."""
    blank = customers.frame[[column.name for column in columns]].isna()
    if weight is None:
        return blank.mean().to_numpy(dtype=np.float64)
    shares: NDArray[np.float64] = np.average(blank.to_numpy(dtype=np.float64), axis=0, weights=weight)
    return shares


def min_category_customers(customers: int) -> float:
    """Return how many of ``customers`` customers a category needs."""
    return max(2, min(10, 0.05 * customers), 0.002 * customers)


def _numbers(values: pd.Series, source: str) -> NDArray[np.float64]:
    if pd.api.types.is_numeric_dtype(values):
        numbers = values.to_numpy(dtype=np.float64, na_value=np.nan)
    else:
        texts = values.astype("str").str.strip()
        parsed = pd.to_numeric(texts.replace("", None), errors="coerce").fillna(texts.str.casefold().map(YES_NO))
        bad = np.flatnonzero(
            (parsed.isna() & values.notna() & (values.astype("str").str.strip() != "")).to_numpy()
        )
        if bad.size:
            raise ModelError(
                f"{source}: column '{values.name}' was a number in training, "
                f"but row {values.index[bad[0]] + 2:,} holds text; correct it or leave it blank"
            )
        numbers = parsed.to_numpy(dtype=np.float64, na_value=np.nan)
    return np.clip(np.where(np.isfinite(numbers), numbers, np.nan), -_LARGEST, _LARGEST)


def _codes(values: pd.Series, categories: tuple[str, ...]) -> NDArray[np.float64]:
    """Return positions in ``categories``, NaN for all else; numbers are compared as written (1.0 as ``1``)."""
    codes, uniques = pd.factorize(values)
    texts = [f"{value:.15g}" if isinstance(value, float) else str(value) for value in uniques]
    of_unique = pd.Index(categories, dtype=object).get_indexer(pd.Index(texts, dtype=object))
    if set(map(str.casefold, categories)) <= YES_NO.keys():  # yes, TRUE and 1 are one value
        meaning = {YES_NO[category.casefold()]: position for position, category in enumerate(categories)}
        meant = np.array([meaning.get(YES_NO.get(text.casefold(), np.nan), -1) for text in texts], dtype=np.int64)
        of_unique = np.where(of_unique < 0, meant, of_unique)
    positions = np.append(of_unique, -1)[codes]
    return np.where(positions < 0, np.nan, positions)
