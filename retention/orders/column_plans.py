"""Decides how each column of an order log is summarised, from what it holds up to a cutoff."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

import ibis

from retention.orders.log_profile import (
    DECIMAL_PLACES,
    ColumnProfile,
    FrequentValues,
    LogProfile,
    frequent_values,
    has_countable_values,
    profile_log,
)
from retention.orders.order_table import OrderTable

Summary = Literal["number", "yes/no", "words", "many words", "none"]

YES_NO = {"yes": 1, "no": 0, "y": 1, "n": 0, "true": 1, "false": 0}

_NAMED_VALUES = 20  # a text column keeps this many of its values by name
_COUNTED_WORDS = 40  # so many values are counted in a column each; more are counted in rows


@dataclass(frozen=True)
class ColumnPlan:
    """How a column is read and summarised.

    Attributes
    ----------
    name
        The column.
    summary
        What becomes of it; a column with ``none`` still decides which of two rows of the same moment comes first.
    words
        The values of ``words``, or of a ``yes/no``, in the order of their characters' numbers.
    common
        The values of text that keep their name.
    unit
        How many of the units that are summed make 1. Numbers of at most four decimal places are summed as whole
        numbers of the last one, which gives the same sum in any order; of finer ones (with a unit of 1) the last
        bit of a sum depends on the order.
    has_blanks
        Whether any is missing.
    """

    name: str
    summary: Summary
    words: tuple[str, ...] = ()
    common: frozenset[str] = frozenset()
    unit: int = 1
    has_blanks: bool = True

    @property
    def is_valued(self) -> bool:
        """Whether it is summarised as a number: a mean (or share) and the last known value."""
        return self.summary in {"number", "yes/no"}

    @property
    def is_text(self) -> bool:
        """Whether it is summarised as text: the usual value, and how many different ones."""
        return self.summary in {"words", "many words"}

    def shown(self, word: str) -> str:
        """Return a value, or "other" for one that is not common, to bound the number of categories."""
        return word if word in self.common else "other"

    def read(self, column: "ibis.Value") -> "ibis.Value":
        """Return the cells as expressions use them: floats in units, the positions of words, or what they are."""
        kind = column.type()
        if kind.is_numeric():
            numbers = column.cast("float64")
            return numbers if self.unit == 1 else (numbers * self.unit).round().cast("float64")
        if kind.is_boolean():
            return column.cast("int16")
        if self.words:
            codes = [(column == word, ibis.literal(code, type="int16")) for code, word in enumerate(self.words)]
            return ibis.cases(*codes, else_=ibis.null("int16"))
        return column

    def as_number(self, cells: "ibis.Value") -> "ibis.Value":
        """Return 1 for yes and 0 for no of cells that were read."""
        if cells.type().is_string():  # all of them are missing
            return ibis.null("int16")
        meaning = enumerate([YES_NO[word.casefold()] for word in self.words])
        cases = [(cells == code, ibis.literal(number, type="int16")) for code, number in meaning]
        return ibis.cases(*cases, else_=ibis.null("int16")) if cases else cells


@dataclass(frozen=True)
class LogPlan:
    """How the rows of a log up to a cutoff are summarised.

    Attributes
    ----------
    columns
        The plan of each column but the customer and the time, in the order of the log.
    has_clock
        Whether any row has a time of day.
    has_refunds
        Whether any row is a refund.
    has_orders
        Whether any is not.
    """

    columns: Mapping[str, ColumnPlan]
    has_clock: bool
    has_refunds: bool
    has_orders: bool


def plan_columns(log: OrderTable, past: "ibis.Table", *, without: Collection[str] = ()) -> LogPlan:
    """Look at the rows up to a cutoff, and plan how each column is summarised.

    Parameters
    ----------
    log
        The log.
    past
        Its rows up to the cutoff, refunds among them.
    without
        Columns not to summarise.
    """
    profile = profile_log(past, values=False)
    looks = dict(zip(log.names, profile.columns.values(), strict=True))
    orders, rows = past, profile.rows
    smallest = None if log.amount is None else looks[log.amount].smallest
    has_refunds = smallest is not None and smallest < 0
    if has_refunds:
        orders = past.filter(~log.is_refund(past))
        rows = orders.count().to_pyarrow().as_py()
    names = dict(zip(log.names, past.columns, strict=True))
    text = [names[name] for name in log.names if name not in {log.customer} and _is_counted(looks[name], profile)]
    values = frequent_values(orders, text)
    plans = {
        name: _plan(name, looks[name], values.get(names[name]), rows, is_used=name not in {log.order, *without})
        for name in log.names
        if name not in {log.customer, log.time} and looks[name].kind != "else"
    }
    return LogPlan(plans, has_clock=looks[log.time].has_clock, has_refunds=has_refunds, has_orders=rows > 0)


def _is_counted(look: ColumnProfile, profile: LogProfile) -> bool:
    return look.kind == "text" and has_countable_values(look, profile.rows)


def _plan(
    name: str, look: ColumnProfile, values: FrequentValues | None, rows: int, *, is_used: bool
) -> ColumnPlan:
    """Return how a column is summarised; ``rows`` are those that are no refunds."""
    has_blanks = look.blanks > 0
    if look.kind == "number":
        unit = 10**DECIMAL_PLACES if look.is_decimal else 1
        return ColumnPlan(name, "number" if is_used else "none", unit=unit, has_blanks=has_blanks)
    if look.kind == "yes/no":
        return ColumnPlan(name, "yes/no" if is_used else "none", has_blanks=has_blanks)
    if look.kind != "text" or values is None:
        return ColumnPlan(name, "none")
    distinct, times = values
    words = tuple(sorted(times)) if distinct <= _COUNTED_WORDS else ()
    summary: Summary = "words" if words else "many words"
    if not is_used or 2 * distinct > max(rows, 2 * _NAMED_VALUES):
        summary = "none"  # where nearly every row has its own value: a comment, or an order number
    elif all(word.casefold() in YES_NO for word in times):
        summary = "yes/no"
    common = sorted(times, key=lambda word: (-times[word], word))[:_NAMED_VALUES]
    return ColumnPlan(name, summary, words, frozenset(common), has_blanks=has_blanks)
