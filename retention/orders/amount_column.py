"""Chooses the column of an order log with the money of each order: by its name, and by what it holds."""

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from retention.customers.codes import are_compact_dates, is_code_name
from retention.customers.roles import find_column, find_columns
from retention.orders.customer_column import ChosenColumn
from retention.wording.column_names import normalize_name, tokenize_name
from retention.wording.text import join_names

AMOUNT_NAMES = (
    "amount", "orderamount", "ordervalue", "ordertotal", "totalamount", "totalprice", "totalvalue", "total",
    "grandtotal", "netamount", "grossamount", "transactionamount", "transactionvalue", "purchaseamount",
    "purchasevalue", "paymentvalue", "value", "revenue", "sales", "spend", "spent", "subtotal", "betrag",
    "umsatz", "montant", "importe", "paid",
)  # fmt: skip
"""Normalized names of the column, the best first."""
LAST_NAMES = ("price", "cost")
"""Names of amounts where nothing else can be the amount: a price may be of one piece, a cost the seller's."""
QUANTITY_NAMES = (
    "quantity", "qty", "orderquantity", "quantityordered", "itemquantity", "units", "unitssold", "menge", "anzahl",
)  # fmt: skip
UNIT_PRICE_NAMES = (
    "unitprice", "priceperunit", "priceeach", "itemprice", "productprice", "sellingprice", "stueckpreis", "price",
)  # fmt: skip
MULTIPLIED_BY = " × "

_FEWEST_ROWS = 20  # fewer zeros and ones may be amounts

_CURRENCY_WORDS = frozenset(
    {
        "inr",
        "rs",
        "rupee",
        "rupees",
        "usd",
        "eur",
        "euro",
        "euros",
        "gbp",
        "aed",
        "brl",
        "sar",
        "sgd",
        "aud",
        "cad",
    }
    | {"jpy", "chf", "zar", "dollar", "dollars", "pounds", "in", "the", "of"}
)
_SAME_WORDS = {
    "amt": "amount", "tran": "transaction", "trans": "transaction", "txn": "transaction", "val": "value",
    "rev": "revenue", "sale": "sales", "nett": "net",
}  # fmt: skip
_MONEY_WORDS = (
    frozenset({"final", "grand", "actual", "payable", "paid", "total", "net", "mrr", "arr", "gmv", "turnover"}),
    frozenset({"amount", "revenue", "sales", "spend", "spent", "value", "payment", "bill", "charge", "charges"}),
    frozenset({"fare", "gross", "betrag", "umsatz", "summe", "montant", "importe", "valor", "gesamt", "ticket"}),
    frozenset({"subtotal", "price", "precio", "prix", "preis"}),
)
"""Words for money, from what was paid in the end to what one thing costs."""
_OTHER_WORDS = frozenset(
    {"cost", "costs", "cogs", "tax", "taxes", "vat", "gst", "cgst", "sgst", "discount", "disc", "coupon", "promo"}
    | {
        "shipping",
        "delivery",
        "packaging",
        "packing",
        "fee",
        "fees",
        "tip",
        "tips",
        "refund",
        "refunded",
        "refunds",
    }
    | {
        "returned",
        "return",
        "balance",
        "outstanding",
        "due",
        "limit",
        "points",
        "quantity",
        "qty",
        "count",
        "items",
    }
    | {"item", "lineitem", "line", "unit", "units", "each", "list", "per", "compare", "rating", "score", "rank"}
    | {
        "rate",
        "percent",
        "pct",
        "share",
        "days",
        "minutes",
        "hours",
        "duration",
        "km",
        "distance",
        "weight",
        "age",
    }
    | {"id", "no", "nr", "number", "code", "year", "month", "margin", "profit", "commission", "payout", "method"}
    | {
        "type",
        "orders",
        "visits",
        "plan",
        "wallet",
        "loyalty",
        "cashback",
        "credit",
        "credits",
        "savings",
        "budget",
    }
    | {
        "minimum",
        "maximum",
        "min",
        "max",
        "average",
        "avg",
        "mean",
        "cum",
        "cumulative",
        "lifetime",
        "date",
        "flag",
    }
    | {"is", "has", "size", "status", "name", "mode", "option", "sequential", "installments", "quota"}
)


def choose_amount(frame: pd.DataFrame, columns: Sequence[str]) -> ChosenColumn | None:
    """Choose among typed columns, or a quantity times a price; None where nothing is called an amount."""
    quantity, price = find_column(columns, QUANTITY_NAMES), find_column(columns, UNIT_PRICE_NAMES)
    candidates = amount_candidates(columns)
    fitting = [column for column in candidates if can_be_amounts(frame[column], column)]
    best = fitting[0] if fitting else None
    if quantity and price and (best is None or best == price or normalize_name(best) in LAST_NAMES):
        return ChosenColumn(f"{quantity}{MULTIPLIED_BY}{price}")
    if best is None:
        named = find_columns(columns, (*AMOUNT_NAMES, *LAST_NAMES))
        return ChosenColumn(named[0]) if named else None
    if normalize_name(best) in AMOUNT_NAMES and best == candidates[0]:
        return ChosenColumn(best)
    others = [column for column in numbers_called_money(frame, columns) if column != best]
    return ChosenColumn(best, f"not {join_names(others)}" if others else "")


def amount_by_name(columns: Sequence[str]) -> str | None:
    """Return what is the amount by the names alone; ``quantity × price`` where only these exist.

    >>> amount_by_name(["Quantity", "UnitPrice"]), amount_by_name(["qty", "price", "total"])
    ('Quantity × UnitPrice', 'total')
    >>> amount_by_name(["cost", "net_sales"]), amount_by_name(["discount_amount", "Total Amount (INR)"])
    ('net_sales', 'Total Amount (INR)')
    """
    candidates = amount_candidates(columns)
    best = candidates[0] if candidates else None
    quantity, price = find_column(columns, QUANTITY_NAMES), find_column(columns, UNIT_PRICE_NAMES)
    if quantity and price and (best in {price, None} or normalize_name(str(best)) in LAST_NAMES):
        return f"{quantity}{MULTIPLIED_BY}{price}"
    return best


def amount_candidates(columns: Sequence[str]) -> list[str]:
    """Return the columns that are called an amount, the best first.

    >>> amount_candidates(["Subtotal", "tran_amount", "Lineitem price", "Shipping", "GROSS AMT", "Tax Amount"])
    ['GROSS AMT', 'tran_amount', 'Subtotal']
    """
    plain = {column: _plain_words(column) for column in columns}
    joined = {column: "".join(words) for column, words in plain.items()}
    exact = [column for name in AMOUNT_NAMES for column in columns if joined[column] == name]
    like = [
        column
        for column in columns
        if column not in exact
        and _rank(plain[column]) < len(_MONEY_WORDS)
        and not set(plain[column]) & _OTHER_WORDS
    ]
    like = [column for column in like if joined[column] not in LAST_NAMES]
    last = [column for name in LAST_NAMES for column in columns if joined[column] == name]
    return [*exact, *sorted(like, key=lambda column: _rank(plain[column])), *last]


def can_be_amounts(cells: pd.Series, column: str) -> bool:
    """Whether a column holds numbers that can be money: no flags, dates, codes or zeros throughout.

    >>> can_be_amounts(pd.Series([12.5, 30.0]), "paid"), can_be_amounts(pd.Series([0.0, 1.0, 1.0] * 9), "paid")
    (True, False)
    """
    if cells.dtype != np.float64 or is_code_name(column):
        return False
    filled = cells.to_numpy()[~np.isnan(cells.to_numpy())]
    if not len(filled) or not filled.any():
        return False
    if len(filled) >= _FEWEST_ROWS and ((filled == 0) | (filled == 1)).all():
        return False
    return not are_compact_dates(cells)


def numbers_called_money(frame: pd.DataFrame, columns: Sequence[str]) -> list[str]:
    """Return the columns of numbers whose names speak of money in some way, costs and taxes among them."""
    words = set().union(*_MONEY_WORDS) | {"cost", "costs", "fee", "tax", "discount", "refund", "refunded"}
    return [
        column for column in columns if words & set(_plain_words(column)) and can_be_amounts(frame[column], column)
    ]


def other_numbers(frame: pd.DataFrame, columns: Sequence[str]) -> list[str]:
    """Return the columns of numbers that may be amounts although their names do not say so."""
    return [
        column
        for column in columns
        if not set(_plain_words(column)) & _OTHER_WORDS
        and normalize_name(column) not in QUANTITY_NAMES
        and can_be_amounts(frame[column], column)
    ]


def multiplied_columns(amount: str | None, columns: Sequence[str]) -> tuple[str, str] | None:
    """Return the two columns that an amount such as ``quantity × price`` or ``quantity * price`` multiplies.

    None where the amount is a column itself, or multiplies no two columns.

    >>> multiplied_columns("qty*price", ["qty", "price"]), multiplied_columns("total", ["total"])
    (('qty', 'price'), None)
    """
    parts = [part.strip() for part in re.split("[×*]", amount or "")]
    if amount in columns or len(parts) != 2 or not set(parts) <= set(columns):
        return None
    return parts[0], parts[1]


def _plain_words(column: str) -> tuple[str, ...]:
    """Return the words of a name without currencies and short forms; letters of other scripts stay one word."""
    words = tokenize_name(column) or (normalize_name(column),)
    return tuple(_SAME_WORDS.get(word, word) for word in words if word not in _CURRENCY_WORDS)


def _rank(words: Sequence[str]) -> int:
    return next((rank for rank, money in enumerate(_MONEY_WORDS) if money & set(words)), len(_MONEY_WORDS))
