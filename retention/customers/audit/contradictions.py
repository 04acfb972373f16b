"""Columns that cannot both be true: what their names promise, held against their values."""

from collections.abc import Iterator, Mapping
from itertools import permutations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retention.customers.audit.findings import Finding, percent
from retention.customers.audit.quantities import Quantity, quantity_in_name
from retention.wording.column_names import tokenize_name
from retention.wording.text import quote

_OFTEN = 0.01  # a few impossible rows are slips of the pen, many mean that a column is not what it says
_ORDERED = (
    frozenset({"min", "minimum", "lowest", "smallest"}),
    frozenset({"mean", "avg", "average", "median"}),
    frozenset({"max", "maximum", "highest", "largest"}),
)

Numbers = Mapping[str, NDArray[np.float64]]
Meanings = Mapping[str, Quantity]


def contradictions(frame: pd.DataFrame) -> Iterator[Finding]:
    """Find customers for whom two columns, or a column and its name, cannot both be true.

    Parameters
    ----------
    frame
        Columns as :class:`retention.customers.table.Customers` keeps them; only numbers are looked at.
    """
    numbers = {str(name): frame[name].to_numpy() for name in frame.columns if frame[name].dtype == np.float64}
    said = {name: found for name in numbers if (found := quantity_in_name(name))}
    yield from _recency_against_windows(numbers, said)
    yield from _recency_against_tenure(numbers, said)
    yield from _short_against_long(numbers, said)
    yield from _orders_against_money(numbers, said)
    yield from _small_against_large(numbers)
    for name, values in numbers.items():
        counted = name in said and (said[name].kind != "sum" or said[name].of != "money")
        if counted or tokenize_name(name) == ("age",):
            yield from _impossible(values < 0, f"{quote(name)} is below 0", name)


def _recency_against_windows(numbers: Numbers, said: Meanings) -> Iterator[Finding]:
    """Last seen before the window began, yet something in the window; or the other way round."""
    for recency in (name for name, what in said.items() if what.kind == "recency" and what.unit in {"", "d"}):
        days = numbers[recency]
        for name, what in said.items():
            if what.kind != "sum" or what.window is None or what.of not in {said[recency].of, "money"}:
                continue
            if what.of == "money" and said[recency].of != "orders":
                continue
            fewest, most = what.window
            words = f"{quote(recency)} is above {most} while {quote(name)} is above 0"
            yield from _impossible((days > most) & (numbers[name] > 0), words, recency, name)
            if what.whole and what.of != "money":
                words = f"{quote(recency)} is below {fewest} while {quote(name)} is 0"
                yield from _impossible((days < fewest) & (days >= 0) & (numbers[name] == 0), words, recency, name)


def _recency_against_tenure(numbers: Numbers, said: Meanings) -> Iterator[Finding]:
    """Last seen before becoming a customer; a day's difference is rounding."""
    for recency, tenure in permutations(said, 2):
        one, other = said[recency], said[tenure]
        if (one.kind, other.kind) == ("recency", "tenure") and one.unit == other.unit:
            words = f"{quote(recency)} is longer than {quote(tenure)}"
            yield from _impossible(numbers[recency] > numbers[tenure] + 1, words, recency, tenure)


def _short_against_long(numbers: Numbers, said: Meanings) -> Iterator[Finding]:
    """More in a short window than in a longer one that holds it."""
    for short, long in permutations([name for name, what in said.items() if what.kind == "sum"], 2):
        one, other = said[short], said[long]
        if one.stem == other.stem and one.window and (other.window is None or one.window[1] < other.window[0]):
            slack = 1e-6 * np.abs(numbers[long])
            words = f"{quote(short)} is more than {quote(long)}, which covers a longer time"
            yield from _impossible(numbers[short] > numbers[long] + slack, words, short, long)


def _orders_against_money(numbers: Numbers, said: Meanings) -> Iterator[Finding]:
    """Orders that cost nothing, or money without an order, over the same time."""
    whole = {name: what for name, what in said.items() if what.kind == "sum" and what.whole}
    for orders, money in permutations(whole, 2):
        one, other = whole[orders], whole[money]
        if (one.of, other.of) != ("orders", "money") or one.window != other.window:
            continue
        words = f"{quote(money)} is 0 or less while {quote(orders)} is above 0"
        for found in _impossible((numbers[orders] > 0) & (numbers[money] <= 0), words, orders, money):
            # Free and refunded orders exist, so this alone does not make a table wrong.
            yield Finding("warning", found.check, found.column, found.affected, found.sentence)
        words = f"{quote(money)} is above 0 while {quote(orders)} is 0"
        yield from _impossible((numbers[orders] == 0) & (numbers[money] > 0), words, orders, money)


def _small_against_large(numbers: Numbers) -> Iterator[Finding]:
    """Compare least, mean and most of the same thing."""
    ranks: dict[tuple[str, ...], dict[int, str]] = {}
    for name in numbers:
        words = tokenize_name(name)
        for rank, alike in enumerate(_ORDERED):
            if alike & set(words):
                rest = tuple(word for word in words if word not in alike)
                ranks.setdefault(rest, {})[rank] = name
    for names in ranks.values():
        for small, large in ((0, 1), (1, 2), (0, 2)):
            if small in names and large in names:
                one, other = names[small], names[large]
                slack = 1e-6 * np.abs(numbers[other])
                more = numbers[one] > numbers[other] + slack
                yield from _impossible(more, f"{quote(one)} is more than {quote(other)}", one, other)


def _impossible(rows: NDArray[np.bool_], words: str, *columns: str) -> Iterator[Finding]:
    share = float(rows.mean()) if len(rows) else 0.0
    if share == 0:
        return
    yield Finding(
        "error" if share >= _OFTEN else "warning",
        "contradiction",
        ", ".join(columns),
        share,
        f"{words} for {percent(share)} of customers, which cannot be; "
        "find out how these columns are made, or exclude them",
    )
