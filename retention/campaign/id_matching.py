"""The ids in a file: each customer once, and those of a campaign among them, however they are written."""

import re
from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retention.errors import InputError
from retention.tabular.tables import Table
from retention.wording.text import quote_cell


def count_matches(customers: pd.Index, ids: pd.Index, source: str, campaign: str, least: float) -> int:
    """Return how many customers of the campaign are among the ids of a file.

    Parameters
    ----------
    customers
        Ids of the campaign.
    ids
        Ids of the file, each once.
    source, campaign
        Names of the file and of the campaign, for the message.
    least
        Share of the customers, in [0, 1], that the file must hold.

    Raises
    ------
    InputError
        If it holds fewer, or customers whom it lacks are likely the same ones written differently.
    """
    present = is_in(customers, ids)
    match_count = int(present.sum())
    enough = match_count >= least * len(customers)
    if match_count == len(customers):
        return match_count
    unknown = ids[~is_in(ids, customers)]
    likely = _difference(customers[~present], unknown)
    if enough and not likely:
        return match_count
    examples = (customers[~present][0], unknown[0] if len(unknown) else ids[0])
    raise InputError(
        f"{source}: holds {match_count:,} of the {len(customers):,} customers of {campaign}; "
        f"the campaign has ids like {quote_cell(examples[0])}, the file like {quote_cell(examples[1])}"
        f"{likely}; write the ids as in the campaign"
    )


def refuse_repeated(table: Table, column: str, ids: pd.Series) -> None:
    """Raise InputError with both rows of a customer who appears twice among the ids, read from a column."""
    repeated = (ids.duplicated() & ids.notna()).to_numpy()
    if repeated.any():
        at = int(np.argmax(repeated))
        first = table.row_numbers[int(np.argmax((ids == ids.iloc[at]).to_numpy()))]
        raise table.locate(column).error(
            at, f"customer {quote_cell(ids.iloc[at])} stands in row {first:,} already; keep one row a customer"
        )


def is_in(ids: pd.Index, among: pd.Index) -> NDArray[np.bool_]:
    """Return which ids are among the others; pandas itself takes a minute for a million texts."""
    import pyarrow as pa
    import pyarrow.compute as pc

    wanted, present = (pa.array(index.to_numpy(object), pa.large_string()) for index in (ids, among))
    return np.asarray(pc.is_in(wanted, value_set=present, skip_nulls=True).to_numpy(zero_copy_only=False))


_WAYS: dict[str, Callable[[str], str]] = {
    "leading zeros": lambda id: id.lstrip("0"),
    "a trailing '.0'": lambda id: id.removesuffix(".0"),
    "upper and lower case": str.casefold,
    "a prefix": lambda id: re.sub(r"^\D+", "", id),
    "a prefix and leading zeros": lambda id: re.sub(r"^\D+", "", id).lstrip("0"),
}


def _difference(absent: pd.Index, unknown: pd.Index) -> str:
    """Return the likely difference of two ways to write ids, where it explains at least half of those absent."""
    for difference, plain in _WAYS.items():
        wanted = {plain(str(id)) for id in absent[:2000]}
        if len(wanted & {plain(str(id)) for id in unknown}) >= 0.5 * len(wanted):
            return f" (they differ by {difference})"
    return ""
