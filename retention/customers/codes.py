"""What codes mean: dates written as digits and postcodes, which are no quantities, and flags of yes and no."""

import numpy as np
import pandas as pd

from retention.wording.column_names import normalize_name, tokenize_name

_YEARS = (1900, 2100)
_FEWEST_DATES = 5  # so many different numbers that happen to be days of the calendar are dates
_DATE_WORDS = frozenset({"date", "day", "dt", "dob", "datum", "fecha", "at", "on", "since", "until"})
_CODE_NAMES = frozenset(
    {"zip", "zipcode", "zip5", "postcode", "postalcode", "postal", "pincode", "pin", "plz", "areacode", "citycode"}
    | {
        "statecode",
        "regioncode",
        "countrycode",
        "branchcode",
        "storecode",
        "dialcode",
        "stdcode",
        "cep",
        "eircode",
    }
)
_FLAG_WORDS = frozenset({"0", "1", "0.0", "1.0", "yes", "no", "y", "n", "true", "false", "t", "f"})
_PLACE_WORDS = frozenset({"billing", "shipping", "delivery", "customer", "home", "store", "client", "mailing"})


def is_code_name(column: str) -> bool:
    """Whether numbers in a column with this name are codes, such as postcodes.

    >>> [is_code_name(name) for name in ("zip_code", "Billing Zip", "Area code", "zip_distance_km", "pins")]
    [True, True, True, False, False]
    """
    words = tokenize_name(column)
    names = {normalize_name(column), "".join(word for word in words if word not in _PLACE_WORDS)}
    return bool(names & _CODE_NAMES)


def are_compact_dates(cells: pd.Series, column: str = "") -> bool:
    """Whether all numbers of a column are days such as 20160425.

    A column whose name does not speak of a date needs at least five different ones.

    >>> are_compact_dates(pd.Series([20160425.0, 20161231.0]), "expires on")
    True
    >>> are_compact_dates(pd.Series([20160425.0, 20169931.0]), "expires on")
    False
    """
    if not pd.api.types.is_numeric_dtype(cells) or pd.api.types.is_bool_dtype(cells):
        return False
    numbers = cells.to_numpy(dtype=np.float64, na_value=np.nan)
    first = numbers[:1000]
    low, high = _YEARS[0] * 10_000, _YEARS[1] * 10_000
    filled = first[~np.isnan(first)]
    if len(filled) and not ((filled >= low) & (filled < high)).all():
        return False
    distinct = np.unique(numbers[~np.isnan(numbers)])
    if not len(distinct) or distinct[0] < low or distinct[-1] >= high or (distinct != np.trunc(distinct)).any():
        return False
    if len(distinct) < _FEWEST_DATES and not set(tokenize_name(column)) & _DATE_WORDS:
        return False
    texts = pd.Series(distinct.astype(np.int64)).astype("str")
    return bool(pd.to_datetime(texts, format="%Y%m%d", errors="coerce").notna().all())


def is_flag(cells: pd.Series) -> bool:
    """Whether a column holds nothing but yes and no, in one of the usual spellings.

    >>> is_flag(pd.Series([1.0, 0.0, None])), is_flag(pd.Series(["Yes", "no"])), is_flag(pd.Series(["7", "1"]))
    (True, True, False)
    """
    distinct = cells.dropna().unique()[:13]
    return 0 < len(distinct) < 13 and {str(value).strip().casefold() for value in distinct} <= _FLAG_WORDS


def digits_as_text(cells: pd.Series) -> pd.Series:
    """Return cells as text; whole numbers are written without a point.

    >>> digits_as_text(pd.Series([20160425.0, None])).tolist()
    ['20160425', nan]
    """
    if cells.dtype != np.float64:
        return cells.astype("str")
    filled = cells.notna()
    if not (cells[filled] % 1 == 0).all():
        return cells.astype("str")
    texts = cells[filled].astype(np.int64).astype("str").astype("str")
    return texts.reindex(cells.index)
