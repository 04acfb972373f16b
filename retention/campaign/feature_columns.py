"""Features of customers as named columns of numbers, and the same columns again for other customers."""

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retention.customers.privacy import find_contact_kinds, find_personal_columns, has_personal_name
from retention.targeting.send_list import REASONS

FEATURE = "feature_"
"""What the columns of features begin with, in the assignments of a campaign and in the rows of a reading."""

MOST_FEATURES = 40
"""Columns of numbers that are kept at the most."""

_MOST_VALUES = 20  # a text with more different values is no feature
_LEAST_OF_VALUE = 20  # customers that a value needs for a column of its own
_SAMPLED = 20_000
_BLANK = "(blank)"
_YES_NO: Mapping[str, float] = {
    **dict.fromkeys(("yes", "y", "true", "t", "1", "1.0"), 1.0),
    **dict.fromkeys(("no", "n", "false", "f", "0", "0.0"), 0.0),
}
_DECIDED = frozenset(
    {
        "churn_probability", "value", "expected_profit", "send", "offer", "offer_cost", "currency", "name",
        "campaign", "arm", "stratum", "chance", "language", *REASONS,
    }
)  # fmt: skip
"""Columns of a send list that say what was decided, and not what a customer is like."""


def feature_names(columns: Iterable[str], *, without: Iterable[str | None] = ()) -> list[str]:
    """Return the columns of a send list that may say what a customer is like, by their names alone.

    >>> feature_names(["id", "send", "recency_days", "value_evidence", "phone", "city"], without=["id"])
    ['recency_days', 'city']
    """
    excluded = _DECIDED | set(without)
    return [
        name
        for name in map(str, columns)
        if name not in excluded and not name.endswith("_evidence") and not has_personal_name(name)
    ]


def feature_columns(frame: pd.DataFrame, ids: pd.Series) -> pd.DataFrame:
    """Return features as numbers, n rows and at most :data:`MOST_FEATURES` columns, without personal data.

    Numbers stay as they are, with NaN for a blank. Yes and no become 1 and 0. Any other text of at most 20 values
    becomes a column ``<column>=<value>`` for each value that 20 customers have, but for the most frequent one. A
    column that holds or repeats personal data, is constant, or does not fit any more is left out.

    Parameters
    ----------
    frame
        n rows.
    ids
        The customers' ids, n rows with the same index.

    Examples
    --------
    >>> frame = pd.DataFrame({"spend": [1.0, 2.0] * 20, "plus": ["yes", "no"] * 20, "zone": ["a", "b"] * 20})
    >>> feature_columns(frame, pd.Series(range(40)).astype("str")).iloc[0].to_dict()
    {'spend': 1.0, 'plus': 1.0, 'zone=b': 0.0}
    """
    sample = slice(0, _SAMPLED)
    columns: dict[str, NDArray[np.float64] | NDArray[np.uint8]] = {}
    for name in map(str, frame.columns):
        encoded = _encoded(name, frame[name])
        encoded = {key: values for key, values in encoded.items() if _varies(values)}
        if not encoded or len(columns) + len(encoded) > MOST_FEATURES:
            continue
        if not find_personal_columns(frame[[name]].iloc[sample], ids.iloc[sample]):
            columns |= encoded
    return pd.DataFrame(columns, index=frame.index)


def same_feature_columns(names: Iterable[str], frame: pd.DataFrame) -> pd.DataFrame:
    """Return the columns that :func:`feature_columns` made of other customers, for these, all float64.

    A column that they do not have is NaN throughout; a value that they do not have is 0.

    Parameters
    ----------
    names
        The columns' names, such as ``recency_days`` and ``city=Pune``.
    frame
        n rows, as they are read.

    Examples
    --------
    >>> frame = pd.DataFrame({"spend": [3.0], "zone": ["b"]})
    >>> same_feature_columns(["spend", "zone=b", "age"], frame).iloc[0].to_dict()
    {'spend': 3.0, 'zone=b': 1.0, 'age': nan}
    """
    columns: dict[str, NDArray[np.float64]] = {}
    for name in names:
        source = next((column for column in map(str, frame.columns) if name.startswith(f"{column}=")), None)
        if name in frame:
            columns[name] = _numbers(frame[name])
        elif source is not None:
            value = name[len(source) + 1 :]
            columns[name] = np.array(_texts(frame[source]) == value, dtype=np.float64)
        else:
            columns[name] = np.full(len(frame), np.nan)
    return pd.DataFrame(columns, index=frame.index)


def source_columns(names: Iterable[str], frame: pd.DataFrame) -> tuple[str, ...]:
    """Return the columns of a frame that features were made of, in the order of the frame.

    >>> source_columns(["zone=b", "zone=c"], pd.DataFrame({"spend": [1.0], "zone": ["a"]}))
    ('zone',)
    """
    kept = list(names)
    return tuple(
        column
        for column in map(str, frame.columns)
        if any(name == column or name.startswith(f"{column}=") for name in kept)
    )


def _encoded(name: str, cells: pd.Series) -> dict[str, NDArray[np.float64] | NDArray[np.uint8]]:
    if pd.api.types.is_numeric_dtype(cells) or pd.api.types.is_bool_dtype(cells):
        return {name: _numbers(cells)}
    codes, values = pd.factorize(_texts(cells))
    if len(values) > _MOST_VALUES:
        return {}
    texts = [str(value) for value in values]
    if {text.lower() for text in texts} - {_BLANK} <= _YES_NO.keys():
        return {name: np.array([_YES_NO.get(text.lower(), np.nan) for text in texts])[codes]}
    if find_contact_kinds(pd.Series(texts)):
        return {}
    counts = np.bincount(codes, minlength=len(texts))
    by_count = sorted(range(len(texts)), key=lambda code: (-counts[code], texts[code]))
    return {
        f"{name}={texts[code]}": (codes == code).astype(np.uint8)
        for code in by_count[1:]
        if counts[code] >= _LEAST_OF_VALUE
    }


def _numbers(cells: pd.Series) -> NDArray[np.float64]:
    """Return numbers as they are, and yes and no as 1 and 0; NaN for anything else."""
    if pd.api.types.is_numeric_dtype(cells) or pd.api.types.is_bool_dtype(cells):
        numbers = cells.to_numpy(np.float64, na_value=np.nan)
        return np.where(np.isfinite(numbers), numbers, np.nan) if np.isinf(numbers).any() else numbers
    return np.array(_texts(cells).str.lower().map(_YES_NO), dtype=np.float64)


def _texts(cells: pd.Series) -> pd.Series:
    texts = cells.astype("str").str.strip()
    return texts.where(cells.notna() & (texts != ""), _BLANK)


def _varies(values: NDArray[np.float64] | NDArray[np.uint8]) -> bool:
    numbers = values[~np.isnan(values)]
    return bool(len(numbers)) and bool(numbers.min() < numbers.max())
