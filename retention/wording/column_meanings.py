"""What the columns of a snapshot mean and in which unit they are, as far as their names tell."""

import re
from typing import Final, NamedTuple


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


_KNOWN: Final = {
    "recency_days": ColumnMeaning("from the last order to the cutoff day", "days"),
    "tenure_days": ColumnMeaning("from the first order to the cutoff day", "days"),
    "orders": ColumnMeaning("orders up to the cutoff day", "orders"),
    "one_time": ColumnMeaning("ordered on one day only", "yes/no"),
    "gap_mean_days": ColumnMeaning("mean gap between days with orders", "days"),
    "gap_spread_days": ColumnMeaning("standard deviation of those gaps", "days"),
    "gap_max_days": ColumnMeaning("longest of those gaps", "days"),
    "gap_last_days": ColumnMeaning("latest of those gaps", "days"),
    "recency_over_gap": ColumnMeaning("recency in units of the customer's own mean gap", ""),
    "spend_total": ColumnMeaning("spent in all, net of refunds", "currency"),
    "spend_mean": ColumnMeaning("mean amount of an order", "currency"),
    "spend_last": ColumnMeaning("amount of the latest order", "currency"),
    "spend_trend": ColumnMeaning("change of the amount from order to order (least squares)", "currency an order"),
    "weekend_share": ColumnMeaning("share of orders on Saturday or Sunday", "0 to 1"),
    "usual_weekday": ColumnMeaning("weekday with most orders", ""),
    "usual_hours": ColumnMeaning("time of day with most orders", ""),
    "churn_probability": ColumnMeaning("calibrated probability to leave if left alone", "0 to 1"),
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
_ENDINGS: Final = (
    (r"orders_(\d+)d", "orders in the last {0} days up to the cutoff", "orders"),
    (r"reason_(\d)", "reason number {0}, in words", ""),
    (r"(.+)_mean", "mean of {0} over the orders", ""),
    (r"(.+)_last", "{0} of the latest order", ""),
    (r"(.+)_share", "share of orders with {0}", "0 to 1"),
    (r"(.+)_usual", "most frequent {0}", ""),
    (r"(.+)_kinds", "how many kinds of {0}", ""),
)
_UNITS: Final = (
    (r"(?:^|_)days(?:_|$)|_in_days$", "days"),
    (r"(?:^|_)minutes(?:_|$)", "minutes"),
    (r"(?:^|_)months(?:_|$)", "months"),
    (r"(?:^|_)years(?:_|$)", "years"),
    (r"(?:^|_)(?:share|rate|probability)(?:_|$)", "0 to 1"),
    (r"(?:^|_)percent(?:age)?(?:_|$)", "percent"),
)


def column_meaning(column: str) -> ColumnMeaning:
    """Return what a column's name says.

    Examples
    --------
    >>> column_meaning("delivery_minutes_mean")
    ColumnMeaning(words='mean of delivery minutes over the orders', unit='minutes')
    """
    if column in _KNOWN:
        return _KNOWN[column]
    unit = next((unit for pattern, unit in _UNITS if re.search(pattern, column.casefold())), "")
    for pattern, words, its_unit in _ENDINGS:
        if match := re.fullmatch(pattern, column):
            return ColumnMeaning(words.format(match[1].replace("_", " ")), its_unit or unit)
    return ColumnMeaning("", unit)
