"""Columns by the names people know, for figures and sentences.

The features of a snapshot get words with their unit; any other column is called as its file calls it, in
separate words.
"""

import re
from collections.abc import Iterable
from typing import Final

_SNAPSHOT: Final = {
    "recency_days": "days since last order",
    "recency_over_gap": "pause against usual gap",
    "tenure_days": "days since first order",
    "orders": "orders so far",
    "one_time": "ordered on one day only",
    "gap_mean_days": "days between orders",
    "gap_spread_days": "spread of gaps (days)",
    "gap_max_days": "longest pause (days)",
    "gap_last_days": "latest gap (days)",
    "spend_total": "spent so far",
    "spend_mean": "average basket",
    "spend_last": "last basket",
    "spend_trend": "trend of the basket",
    "weekend_share": "share of weekend orders",
    "usual_weekday": "usual weekday",
    "usual_hours": "usual time of day",
}
_OF_AN_ORDER_LOG: Final = (
    (r"orders_(\d+)d", "orders in {0} days"),
    (r"(.+)_mean", "{0} on average"),
    (r"(.+)_last", "{0} last time"),
    (r"(.+)_share", "{0}, share of orders"),
    (r"(.+)_usual", "usual {0}"),
    (r"(.+)_kinds", "{0}, different ones"),
)


def feature_labels(columns: Iterable[str]) -> dict[str, str]:
    """Return each column's name in words.

    Examples
    --------
    >>> list(feature_labels(["recency_days", "orders", "delivery_minutes_last"]).values())
    ['days since last order', 'orders so far', 'delivery minutes last time']
    >>> list(feature_labels(["MonthlyCharges", "avg_basket", "orders_last"]).values())
    ['Monthly charges', 'avg basket', 'orders last']
    """
    columns = list(columns)
    # A snapshot is known by these two; elsewhere the same words may mean anything.
    from_orders = {"recency_days", "orders"} <= set(columns)
    return {column: _from_orders(column) if from_orders else humanize_name(column) for column in columns}


def humanize_name(name: str) -> str:
    """Return a column's own name as separate words.

    Examples
    --------
    >>> [humanize_name(name) for name in ("MonthlyCharges", "avg_order_value", "StreamingTV", "Fee")]
    ['Monthly charges', 'avg order value', 'Streaming TV', 'Fee']
    """
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name.replace("_", " ")).split()
    if name.isupper():
        return " ".join(words)
    return " ".join(
        word if at == 0 or word.isupper() else word[:1].lower() + word[1:] for at, word in enumerate(words)
    )


def capitalize_first(words: str) -> str:
    """Return words as a sentence or a title begins.

    >>> capitalize_first("days since last order")
    'Days since last order'
    """
    return words[:1].upper() + words[1:]


def _from_orders(column: str) -> str:
    if column in _SNAPSHOT:
        return _SNAPSHOT[column]
    for ending, words in _OF_AN_ORDER_LOG:
        if found := re.fullmatch(ending, column):
            return words.format(humanize_name(found[1]))
    return humanize_name(column)


def normalize_name(name: str) -> str:
    """Return the name without case, spaces and signs.

    >>> normalize_name("Customer ID"), normalize_name("customer_id"), normalize_name("customerID")
    ('customerid', 'customerid', 'customerid')
    """
    return re.sub(r"[\W_]+", "", name.casefold())


def tokenize_name(name: str) -> tuple[str, ...]:
    """Return the words and numbers in a column name.

    >>> tokenize_name("ordersLast30Days"), tokenize_name("orders_30d"), tokenize_name("Customer ID")
    (('orders', 'last', '30', 'days'), ('orders', '30', 'd'), ('customer', 'id'))
    """
    return tuple(word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", name))
