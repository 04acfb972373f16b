"""The quantity that a numeric column holds by its name: how long ago, how many, how much, or since when.

Names are read word by word, so that ``orders_30d``, ``OrdersLast30Days`` and ``num_purchases_30_days`` mean the
same. An ambiguous name means nothing.
"""

from dataclasses import dataclass
from typing import Literal

from retention.wording.column_names import tokenize_name

_FAMILIES = {
    "orders": frozenset({"order", "orders", "ordered", "purchase", "purchases", "transaction", "transactions"})
    | {"txn", "txns", "trips", "bookings", "rides"},
    "visits": frozenset({"login", "logins", "visit", "visits", "session", "sessions"}),
    "money": frozenset({"spend", "spent", "revenue", "gmv", "sales", "amount", "charges", "monetary"}),
}
_DAYS_OF_UNIT = {
    **dict.fromkeys(("d", "day", "days"), (1, 1)),
    **dict.fromkeys(("w", "wk", "week", "weeks"), (7, 7)),
    **dict.fromkeys(("m", "mo", "month", "months"), (28, 31)),
}
_TOTAL_WORDS = frozenset({"total", "lifetime", "overall", "cumulative", "monetary"})
_FILLER_WORDS = frozenset({
    "num", "number", "count", "cnt", "n", "no", "of", "last", "past", "in", "the", "previous", "prior", "trailing",
    "rolling", "within",
})  # fmt: skip
_NO_SUM_WORDS = frozenset({
    "avg", "average", "mean", "median", "min", "max", "std", "spread", "share", "rate", "ratio", "pct", "percent",
    "trend", "change", "growth", "gap", "between", "cancelled", "canceled", "failed", "refund", "refunds",
    "refunded", "returned", "score", "rank", "over", "per", "since", "days", "segment", "diff", "bucket",
})  # fmt: skip
_DERIVED_WORDS = frozenset(
    {"score", "ratio", "over", "rank", "segment", "bucket", "group", "band", "gap", "trend", "mean"}
)
_BEGINNING_WORDS = frozenset(
    {"signup", "sign", "registration", "registered", "joined", "join", "first", "created"}
)


@dataclass(frozen=True)
class Quantity:
    """What one column holds, as far as its name says.

    Attributes
    ----------
    kind
        ``recency``: how long since the last time; ``tenure``: how long a customer; ``sum``: how many or
        how much, over a window or all time.
    of
        What is counted or was done: ``orders``, ``visits`` or ``money``; empty for a tenure.
    unit
        Of a recency or tenure: ``d``, ``w``, ``m``, or empty where the name does not say.
    window
        Fewest and most days that a sum looks back; None for all time.
    whole
        Whether a sum covers everything of its kind, and not only, say, orders at weekends.
    stem
        The words that say what is summed.
    """

    kind: Literal["recency", "tenure", "sum"]
    of: str = ""
    unit: str = ""
    window: tuple[int, int] | None = None
    whole: bool = False
    stem: tuple[str, ...] = ()


def quantity_in_name(name: str) -> Quantity | None:
    """Return the quantity that a column name stands for; None where it could be more than one.

    >>> quantity_in_name("orders_30d") == quantity_in_name("NumOrdersLast30Days")
    True
    >>> quantity_in_name("days_since_last_order").kind, quantity_in_name("tenure_days").unit
    ('recency', 'd')
    >>> quantity_in_name("favourite_cuisine") is None
    True
    """
    words = tokenize_name(name)
    distinct = frozenset(words)
    unit = next((word[0] for word in words if word in _DAYS_OF_UNIT), "")
    if distinct & _DERIVED_WORDS:
        return None
    if "tenure" in distinct or ("since" in distinct and distinct & _BEGINNING_WORDS):
        return Quantity("tenure", unit=unit)
    of = next((kind for kind in ("visits", "orders") if distinct & _FAMILIES[kind]), "")
    how_long = distinct & {"since", "ago"} or (
        "last" in distinct and distinct & {"days", "weeks", "months"} and not _window(words)[0]
    )
    if "recency" in distinct or (of and how_long):
        return Quantity("recency", of or "orders", unit)
    return _sum(words)


def _sum(words: tuple[str, ...]) -> Quantity | None:
    window, rest = _window(words)
    stem = tuple(word for word in rest if word not in _FILLER_WORDS | _TOTAL_WORDS - {"monetary"})
    distinct = frozenset(stem)
    of = next((kind for kind in ("money", "orders", "visits") if distinct & _FAMILIES[kind]), "")
    if not of or distinct & _NO_SUM_WORDS or stem[-1] not in _FAMILIES[of]:
        return None
    whole = distinct <= _FAMILIES[of]
    if window is None and not (whole and (of != "money" or _TOTAL_WORDS & set(words))):
        return None
    return Quantity("sum", of, window=window, whole=whole, stem=stem)


def _window(words: tuple[str, ...]) -> tuple[tuple[int, int] | None, tuple[str, ...]]:
    """Split off the window, as in ``30 d``; return the fewest and most days it can mean, and the other words."""
    for position in range(len(words) - 1):
        if words[position].isdigit() and words[position + 1] in _DAYS_OF_UNIT:
            fewest, most = _DAYS_OF_UNIT[words[position + 1]]
            count = int(words[position])
            return (fewest * count, most * count), words[:position] + words[position + 2 :]
    return None, words
