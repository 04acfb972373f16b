"""The columns a model learned from, remembered with it and asked of new customers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retention.customers.table import Customers
from retention.errors import ModelError

MOST_CATEGORIES = 64
"""More values than this in one text column are too thin to learn from; the most frequent are kept."""

_LARGEST = 1e30  # squares of larger numbers, and their single precision, leave the range of floats


@dataclass(frozen=True)
class Column:
    """One feature as the model knows it.

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

    A category needs enough customers behind it to be told apart: 0.2% of them, at least ten, fewer in a
    table below two hundred. A text column of which hardly anything is left that way, such as an address
    or a second id, is dropped.

    Parameters
    ----------
    customers
        Training customers, n rows.

    Returns
    -------
    columns, warnings
        The usable features in table order, and a sentence for every one that was left out.
    """
    columns: list[Column] = []
    warnings: list[str] = []
    constant: list[str] = []
    for name in customers.feature_names:
        values = customers.frame[name]
        filled = values.dropna()
        if filled.empty or (len(filled) == len(values) and filled.nunique() == 1):
            constant.append(f"'{name}'")
        elif pd.api.types.is_numeric_dtype(values):
            columns.append(Column(name, "number"))
        else:
            counts = filled.astype(str).value_counts()
            kept = counts[counts >= fewest(len(values))].head(MOST_CATEGORIES)
            if kept.sum() < 0.1 * len(filled):
                warnings.append(
                    f"column '{name}' holds {len(counts):,} different texts for {len(filled):,} customers, "
                    "too many to learn from, so it was left out"
                )
            else:
                columns.append(Column(name, "category", tuple(sorted(kept.index))))
    if constant:
        subject = "column " if len(constant) == 1 else "columns "
        verb = "is the same for everyone and was" if len(constant) == 1 else "are the same for everyone and were"
        warnings.append(f"{subject}{', '.join(constant)} {verb} left out")
    return tuple(columns), tuple(warnings)


def encode(columns: tuple[Column, ...], customers: Customers) -> NDArray[np.float64]:
    """Turn customers into the numbers a model computes with.

    Columns are found by name in any order; those the model does not know are ignored.

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


def blank_shares(columns: tuple[Column, ...], customers: Customers) -> NDArray[np.float64]:
    """Return the share of customers without a value in each column, length d."""
    blank = customers.frame[[column.name for column in columns]].isna().mean()
    return blank.to_numpy(dtype=np.float64)


def fewest(customers: int) -> float:
    """Return how many customers a category needs."""
    return max(2, min(10, 0.05 * customers), 0.002 * customers)


def _numbers(values: pd.Series, source: str) -> NDArray[np.float64]:
    if pd.api.types.is_numeric_dtype(values):
        numbers = values.to_numpy(dtype=np.float64, na_value=np.nan)
    else:
        parsed = pd.to_numeric(values.astype("str").str.strip().replace("", None), errors="coerce")
        bad = np.flatnonzero(
            (parsed.isna() & values.notna() & (values.astype("str").str.strip() != "")).to_numpy()
        )
        if bad.size:
            raise ModelError(
                f"{source}: column '{values.name}' was a number in training, "
                f"but row {values.index[bad[0]] + 1} holds text; correct it or leave it blank"
            )
        numbers = parsed.to_numpy(dtype=np.float64, na_value=np.nan)
    return np.clip(np.where(np.isfinite(numbers), numbers, np.nan), -_LARGEST, _LARGEST)


def _codes(values: pd.Series, categories: tuple[str, ...]) -> NDArray[np.float64]:
    """Return positions in ``categories``, NaN for all else; numbers are compared as written (1.0 as ``1``)."""
    codes, found = pd.factorize(values)
    texts = [f"{one:.15g}" if isinstance(one, float) else str(one) for one in found]
    places = pd.Index(categories, dtype=object).get_indexer(pd.Index(texts, dtype=object))
    positions = np.append(places, -1)[codes]
    return np.where(positions < 0, np.nan, positions)
