"""What the columns of the program are called, what they mean and in which unit they are: one table.

A feature of the order log is described here once, for charts, cards and the sentences about a customer. Any
other column is called by its own name, in separate words.
"""

import re
from collections.abc import Collection, Iterable
from typing import Final, Literal, NamedTuple

from retention.wording.column_names import humanize_name


class Phrase(NamedTuple):
    """The words around a value in a sentence about one customer, e.g. ``first order`` 80 ``days ago``."""

    before: str = ""
    after: str = ""


class FeatureDescription(NamedTuple):
    """A feature that a snapshot of the order log has.

    Attributes
    ----------
    label
        Short, with its unit where one is needed: for a chart or a row of a table.
    meaning
        What it says about a customer.
    unit
        Its unit; empty for none.
    phrase
        The words around its value; empty where a sentence joins several features.
    values
        What a snapshot holds in it. Another file may use the same name for anything.
    """

    label: str
    meaning: str
    unit: str
    phrase: Phrase = Phrase()
    values: Literal["numbers", "texts", "either"] = "numbers"


class ColumnMeaning(NamedTuple):
    """A column in words.

    Attributes
    ----------
    words
        What it says about a customer; empty where the name does not tell.
    unit
        Its unit; empty for none.
    """

    words: str
    unit: str


ORDER_FEATURES: Final = {
    "recency_days": FeatureDescription(
        "days since last order", "from the last order to the cutoff day", "days"
    ),
    "recency_over_gap": FeatureDescription(
        "pause against usual gap", "recency in units of the customer's own mean gap", ""
    ),
    "tenure_days": FeatureDescription(
        "days since first order", "from the first order to the cutoff day", "days",
        Phrase("first order", " days ago"),
    ),
    "orders": FeatureDescription(
        "orders so far", "orders up to the cutoff day", "orders", Phrase("", " orders so far")
    ),
    "one_time": FeatureDescription(
        "ordered on one day only", "ordered on one day only", "yes/no", values="either"
    ),
    "gap_mean_days": FeatureDescription(
        "days between orders", "mean gap between days with orders", "days", Phrase("", " days between orders")
    ),
    "gap_spread_days": FeatureDescription(
        "spread of gaps (days)", "standard deviation of those gaps", "days"
    ),
    "gap_max_days": FeatureDescription(
        "longest pause (days)", "longest of those gaps", "days", Phrase("longest pause", " days")
    ),
    "gap_last_days": FeatureDescription("latest gap (days)", "latest of those gaps", "days"),
    "spend_total": FeatureDescription(
        "spent so far", "spent in all, net of refunds", "currency", Phrase("has spent", " so far")
    ),
    "spend_mean": FeatureDescription("average basket", "mean amount of an order", "currency"),
    "spend_last": FeatureDescription("last basket", "amount of the latest order", "currency"),
    "spend_trend": FeatureDescription(
        "trend of the basket", "change of the amount from order to order (least squares)", "currency an order"
    ),
    "weekend_share": FeatureDescription(
        "share of weekend orders", "share of orders on Saturday or Sunday", "0 to 1", Phrase("weekend")
    ),
    "usual_weekday": FeatureDescription(
        "usual weekday", "weekday with most orders", "", Phrase("usually orders on a"), "texts"
    ),
    "usual_hours": FeatureDescription(
        "usual time of day", "time of day with most orders", "", Phrase("usual time of day:"), "texts"
    ),
}  # fmt: skip
"""Feature -> its description, for the features that every order log gives."""

_SUMMARIES: Final = (
    (
        r"orders_(\d+)d",
        FeatureDescription("orders in {0} days", "orders in the last {0} days up to the cutoff", "orders"),
    ),
    (r"(.+)_mean", FeatureDescription("{0} on average", "mean of {0} over the orders", "")),
    (r"(.+)_last", FeatureDescription("{0} last time", "{0} of the latest order", "")),
    (r"(.+)_share", FeatureDescription("{0}, share of orders", "share of orders with {0}", "0 to 1")),
    (r"(.+)_usual", FeatureDescription("usual {0}", "most frequent {0}", "", values="texts")),
    (r"(.+)_kinds", FeatureDescription("{0}, different ones", "how many kinds of {0}", "")),
)  # fmt: skip
"""Name of a feature that sums up a further column of the log -> its description; ``{0}`` is that column."""

_OTHER_COLUMNS: Final = {
    "churn_probability": ColumnMeaning("calibrated probability to churn if left alone", "0 to 1"),
    "value": ColumnMeaning("margin kept over the horizon if the customer stays", "currency"),
    "expected_profit": ColumnMeaning("expected profit of an offer against doing nothing", "currency"),
    "send": ColumnMeaning("whether the customer gets an offer", "yes/no"),
    "offer": ColumnMeaning("which offer of the catalogue", ""),
    "offer_cost": ColumnMeaning("cost of the offer when redeemed", "currency"),
    "offer_cost_evidence": ColumnMeaning("what the cost of the offer rests on", ""),
    "currency": ColumnMeaning("sign or code of the currency of the amounts", ""),
    "value_evidence": ColumnMeaning("what the value rests on", ""),
    "expected_profit_evidence": ColumnMeaning("what the expected profit rests on", ""),
    "message": ColumnMeaning("the message; a name in it is replaced by {name}", ""),
    "message_source": ColumnMeaning("what wrote the message", ""),
    "message_note": ColumnMeaning("why it is not what it could be", ""),
}
"""Column of a scored table, a send list or a message run -> its meaning."""
_REASON: Final = re.compile(r"reason_(\d)")
# Shown units, read from whole words between underscores. The audit reads windows such as ``30d`` from names in
# any style (customers/audit/quantities.py); its words are more, since it compares days and shows nothing.
_UNITS: Final = (
    (r"(?:^|_)days(?:_|$)|_in_days$", "days"),
    (r"(?:^|_)minutes(?:_|$)", "minutes"),
    (r"(?:^|_)months(?:_|$)", "months"),
    (r"(?:^|_)years(?:_|$)", "years"),
    (r"(?:^|_)(?:share|rate|probability)(?:_|$)", "0 to 1"),
    (r"(?:^|_)percent(?:age)?(?:_|$)", "percent"),
)


def is_order_snapshot(columns: Collection[str]) -> bool:
    """Whether these are the columns of a snapshot of an order log; elsewhere the same words may mean anything."""
    return "recency_days" in columns and "orders" in columns


def is_text_feature(column: str) -> bool | None:
    """Whether a snapshot holds text in a feature; None where it may be either.

    Examples
    --------
    >>> is_text_feature("cuisine_usual"), is_text_feature("orders"), is_text_feature("one_time")
    (True, False, None)
    """
    if column in ORDER_FEATURES:
        values = ORDER_FEATURES[column].values
        return None if values == "either" else values == "texts"
    return column.endswith("_usual")


def feature_labels(columns: Iterable[str]) -> dict[str, str]:
    """Return the label of each column, from the table for a snapshot and else from its own name.

    Examples
    --------
    >>> list(feature_labels(["recency_days", "orders", "delivery_minutes_last"]).values())
    ['days since last order', 'orders so far', 'delivery minutes last time']
    >>> list(feature_labels(["MonthlyCharges", "avg_basket", "orders_last"]).values())
    ['Monthly charges', 'avg basket', 'orders last']
    """
    columns = list(columns)
    label = _snapshot_label if is_order_snapshot(columns) else humanize_name
    return {column: label(column) for column in columns}


def column_meaning(column: str) -> ColumnMeaning:
    """Return what a column means and its unit, as far as its name tells.

    Examples
    --------
    >>> column_meaning("delivery_minutes_mean")
    ColumnMeaning(words='mean of delivery minutes over the orders', unit='minutes')
    """
    if column in ORDER_FEATURES:
        return ColumnMeaning(ORDER_FEATURES[column].meaning, ORDER_FEATURES[column].unit)
    if column in _OTHER_COLUMNS:
        return _OTHER_COLUMNS[column]
    unit = next((unit for pattern, unit in _UNITS if re.search(pattern, column.casefold())), "")
    if match := _REASON.fullmatch(column):
        return ColumnMeaning(f"reason number {match[1]}, in words", unit)
    if summary := _summary(column):
        source, description = summary
        return ColumnMeaning(description.meaning.format(source.replace("_", " ")), description.unit or unit)
    return ColumnMeaning("", unit)


def _snapshot_label(column: str) -> str:
    if column in ORDER_FEATURES:
        return ORDER_FEATURES[column].label
    if summary := _summary(column):
        source, description = summary
        return description.label.format(humanize_name(source))
    return humanize_name(column)


def _summary(column: str) -> tuple[str, FeatureDescription] | None:
    """Return the column of the log that a feature sums up (or its number of days), and the description."""
    for pattern, description in _SUMMARIES:
        if match := re.fullmatch(pattern, column):
            return match[1], description
    return None
