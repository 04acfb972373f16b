"""Columns that cannot both be true: what their names say, compared with their values."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import permutations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retention.customers.audit.findings import Finding
from retention.customers.audit.quantities import Quantity, quantity_in_name
from retention.wording.column_names import tokenize_name
from retention.wording.text import format_share, quote

_OFTEN = 0.01  # fewer impossible rows are slips; from here on the column is not what its name says
_ORDERED = (
    frozenset({"min", "minimum", "lowest", "smallest"}),
    frozenset({"mean", "avg", "average", "median"}),
    frozenset({"max", "maximum", "highest", "largest"}),
)

Numbers = Mapping[str, NDArray[np.float64]]
Quantities = Mapping[str, Quantity]


def contradictions(frame: pd.DataFrame) -> Iterator[Finding]:
    """Find customers for whom two columns, or a column and its name, cannot both be true.

    Parameters
    ----------
    frame
        Columns as :class:`retention.customers.table.Customers` keeps them; only numbers are looked at.
    """
    numbers = {str(name): frame[name].to_numpy() for name in frame.columns if frame[name].dtype == np.float64}
    quantities = {name: quantity for name in numbers if (quantity := quantity_in_name(name))}
    yield from _recency_against_windows(numbers, quantities)
    yield from _recency_against_tenure(numbers, quantities)
    yield from _short_against_long(numbers, quantities)
    yield from _orders_against_money(numbers, quantities)
    yield from _small_against_large(numbers)
    for name, values in numbers.items():
        is_count = name in quantities and (quantities[name].kind != "sum" or quantities[name].of != "money")
        if is_count or tokenize_name(name) == ("age",):
            yield from _impossible(values < 0, f"{quote(name)} is below 0", name)


def _recency_against_windows(numbers: Numbers, quantities: Quantities) -> Iterator[Finding]:
    """Compare how long ago somebody was last seen with what happened in a window, in both directions."""
    for recency, last_seen in quantities.items():
        if last_seen.kind != "recency" or last_seen.unit not in {"", "d"}:
            continue
        days = numbers[recency]
        for name, total in quantities.items():
            if total.kind != "sum" or total.window is None or total.of not in {last_seen.of, "money"}:
                continue
            if total.of == "money" and last_seen.of != "orders":
                continue
            fewest, most = total.window
            sentence = f"{quote(recency)} is above {most} while {quote(name)} is above 0"
            yield from _impossible((days > most) & (numbers[name] > 0), sentence, recency, name)
            if total.whole and total.of != "money":
                sentence = f"{quote(recency)} is below {fewest} while {quote(name)} is 0"
                yield from _impossible(
                    (days < fewest) & (days >= 0) & (numbers[name] == 0), sentence, recency, name
                )


def _recency_against_tenure(numbers: Numbers, quantities: Quantities) -> Iterator[Finding]:
    """Find customers last seen before they became customers; a difference of one day is rounding."""
    for recency, tenure in permutations(quantities, 2):
        kinds = (quantities[recency].kind, quantities[tenure].kind)
        if kinds == ("recency", "tenure") and quantities[recency].unit == quantities[tenure].unit:
            sentence = f"{quote(recency)} is longer than {quote(tenure)}"
            yield from _impossible(numbers[recency] > numbers[tenure] + 1, sentence, recency, tenure)


def _short_against_long(numbers: Numbers, quantities: Quantities) -> Iterator[Finding]:
    """Find more in a short window than in a longer one that contains it."""
    sums = {name: quantity for name, quantity in quantities.items() if quantity.kind == "sum"}
    for short, long in permutations(sums, 2):
        inner, outer = sums[short].window, sums[long].window
        if sums[short].stem == sums[long].stem and inner and (outer is None or inner[1] < outer[0]):
            slack = 1e-6 * np.abs(numbers[long])
            sentence = f"{quote(short)} is more than {quote(long)}, which covers a longer time"
            yield from _impossible(numbers[short] > numbers[long] + slack, sentence, short, long)


def _orders_against_money(numbers: Numbers, quantities: Quantities) -> Iterator[Finding]:
    """Find orders without money, and money without an order, over the same time."""
    totals = {name: total for name, total in quantities.items() if total.kind == "sum" and total.whole}
    for orders, amount in permutations(totals, 2):
        kinds = (totals[orders].of, totals[amount].of)
        if kinds != ("orders", "money") or totals[orders].window != totals[amount].window:
            continue
        sentence = f"{quote(amount)} is 0 or less while {quote(orders)} is above 0"
        for finding in _impossible((numbers[orders] > 0) & (numbers[amount] <= 0), sentence, orders, amount):
            # Free and refunded orders exist, so this alone is no error.
            yield replace(finding, severity="warning")
        sentence = f"{quote(amount)} is above 0 while {quote(orders)} is 0"
        yield from _impossible((numbers[orders] == 0) & (numbers[amount] > 0), sentence, orders, amount)


def _small_against_large(numbers: Numbers) -> Iterator[Finding]:
    """Find a minimum above the mean, or a mean above the maximum, of the same thing."""
    ranks: dict[tuple[str, ...], dict[int, str]] = {}
    for name in numbers:
        words = tokenize_name(name)
        for rank, synonyms in enumerate(_ORDERED):
            if synonyms & set(words):
                rest = tuple(word for word in words if word not in synonyms)
                ranks.setdefault(rest, {})[rank] = name
    for names in ranks.values():
        for small, large in ((0, 1), (1, 2), (0, 2)):
            if small in names and large in names:
                less, more = names[small], names[large]
                slack = 1e-6 * np.abs(numbers[more])
                wrong = numbers[less] > numbers[more] + slack
                yield from _impossible(wrong, f"{quote(less)} is more than {quote(more)}", less, more)


def _impossible(rows: NDArray[np.bool_], sentence: str, *columns: str) -> Iterator[Finding]:
    """Yield a finding if the contradiction holds for any of the rows, a mask of shape (n,)."""
    share = float(rows.mean()) if len(rows) else 0.0
    if share == 0:
        return
    yield Finding(
        "error" if share >= _OFTEN else "warning",
        "contradiction",
        ", ".join(columns),
        share,
        f"{sentence} for {format_share(share)} of customers, which cannot be; "
        "find out how these columns are made, or exclude them",
    )
