"""Features known before the treatment, as numbers, and their balance between the arms."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retention.campaign.effect import Floats
from retention.campaign.health import Check, check_balance

_MOST_VALUES = 20  # a text feature keeps this many of its values by name
_LEAST_OF_VALUE = 20  # customers that a value needs for a column of its own


def encode_features(frame: pd.DataFrame) -> Floats:
    """Return features as numbers, (n, q).

    Numbers keep their values, blanks take the mean and get a column that says so. Text becomes a column for each
    of its most frequent values, a blank among them, but for the most frequent one.

    Examples
    --------
    >>> frame = pd.DataFrame({"x": [1.0, np.nan, 3.0, 4.0], "zone": ["a", "b", "a", "a"]})
    >>> encode_features(frame).shape  # x, its blanks; zone 'b' is too rare for a column of its own
    (4, 2)
    """
    columns: list[Floats] = []
    for name in frame.columns:
        cells = frame[name]
        if cells.dtype == np.float64:
            values = cells.to_numpy()
            blank = np.isnan(values)
            if blank.all():
                continue
            columns.append(np.where(blank, np.nanmean(values), values))
            if blank.any():
                columns.append(blank.astype(np.float64))
        else:
            text = cells.astype("str").where(cells.notna(), "")
            counts = text.value_counts()
            frequent = counts[counts >= _LEAST_OF_VALUE].index[1 : _MOST_VALUES + 1]
            columns += [(text == value).to_numpy(np.float64) for value in frequent]
    return np.column_stack(columns) if columns else np.empty((len(frame), 0))


def check_features(
    features: Floats, arms: NDArray[np.int64], units: NDArray[np.int64] | None, weights: Floats | None
) -> list[Check]:
    """Test the balance of the features, of whole units where every unit got one arm."""
    if not features.shape[1]:
        return []
    if units is not None:
        per_unit = pd.DataFrame(features).groupby(units).mean().to_numpy()
        lowest, highest = (pd.Series(arms).groupby(units).agg(how).to_numpy() for how in ("min", "max"))
        if (lowest == highest).all():
            weight = None if weights is None else np.asarray(pd.Series(weights).groupby(units).mean(), np.float64)
            return [check_balance(per_unit, lowest, weights=weight)]
    return [check_balance(features, arms, weights=weights)]
