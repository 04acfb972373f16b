"""The columns about a customer that a send list keeps, so that a message may use them."""

from collections.abc import Iterable
from typing import Literal

import pandas as pd

from retention.customers.table import Customers

_CUISINE_COLUMNS = ("cuisine", "cuisine_usual", "favourite_cuisine", "favorite_cuisine", "preferred_cuisine")
_DAYS_SINCE_ORDER_COLUMNS = (
    "days_since_order",
    "recency_days",
    "days_since_last_order",
    "daysincelastorder",
    "recency",
)


def message_columns(customers: Customers) -> dict[str, pd.Series]:
    """Return the columns that a message may use, under the names that a send list gives them.

    Returns
    -------
    dict of Series
        Those of ``name``, ``cuisine`` and ``days_since_order`` that the customers have, each of length n.
        The name is only for filling in a message that is written already; no language model sees it.
    """
    by_folded_name = {column.casefold(): column for column in customers.feature_names}
    sources = {
        "name": customers.roles.name,
        "cuisine": _first_present(_CUISINE_COLUMNS, by_folded_name),
        "days_since_order": _first_present(_DAYS_SINCE_ORDER_COLUMNS, by_folded_name),
    }
    return {name: customers.frame[column] for name, column in sources.items() if column is not None}


def message_column_kinds(columns: Iterable[str]) -> dict[str, Literal["number", "category"]]:
    """Return the columns that :func:`message_columns` may take, except the name, and how to read their cells.

    >>> message_column_kinds(["id", "Cuisine", "recency_days", "spend"])
    {'Cuisine': 'category', 'recency_days': 'number'}
    """
    kinds: dict[str, Literal["number", "category"]] = dict.fromkeys(_CUISINE_COLUMNS, "category")
    kinds |= dict.fromkeys(_DAYS_SINCE_ORDER_COLUMNS, "number")
    return {column: kinds[column.casefold()] for column in columns if column.casefold() in kinds}


def _first_present(candidates: Iterable[str], by_folded_name: dict[str, str]) -> str | None:
    return next((by_folded_name[column] for column in candidates if column in by_folded_name), None)
