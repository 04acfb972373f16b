"""A profit curve in words: what to do, what it would earn, and when there is nothing to gain."""

from typing import Any

from retention.profit.curve import ProfitCurve
from retention.profit.money import in_currency


def verdict(curve: ProfitCurve) -> str:
    """Return one sentence on whether picking customers by this model pays."""
    if curve.headroom:
        return "Picking customers by this model clearly beats both sending to everyone and doing nothing."
    if curve.profit_all > 0:
        return "No headroom: sending to everyone earns as much, within what chance alone would explain."
    return "No headroom: doing nothing earns as much, within what chance alone would explain."


def understated(curve: ProfitCurve) -> str | None:
    """Return why some are contacted whom their own probability would leave out; None where there are none.

    That the best threshold lies below the break-even means that more of the customers in between left than
    their probabilities say.
    """
    best, even = curve.threshold_best, curve.threshold_break_even
    if even is None or not best < even <= 1:
        return None
    people = curve.matrix(best).contacted - curve.matrix(even).contacted
    if people == 0:
        return None
    digits = 3 if f"{best:.3f}" != f"{even:.3f}" else 6
    who = "1 customer with a slightly negative expected profit is"
    if people > 1:
        who = f"{people:,} customers with a slightly negative expected profit are"
    return (
        f"The best threshold on your customers, {best:.{digits}f}, lies below the break-even {even:.{digits}f}: "
        f"the model understates risk there; {who} on the list."
    )


def in_words(curve: ProfitCurve, threshold: float | None = None) -> str:
    """Return the curve as a few lines for a terminal; amounts are backtested on assumed rates."""
    sign = curve.economics.currency
    matrix = curve.matrix(threshold)

    def amount(number: Any) -> str:
        return in_currency(float(number), sign)

    break_even = curve.threshold_break_even
    low, high = curve.band
    below = understated(curve)
    return "\n".join(
        [
            f"profit per 1,000 customers, backtested on {curve.customers:,} customers with assumed money inputs:",
            f"  this model  {amount(curve.profit_best)}  (90% band {amount(low)} to {amount(high)})",
            f"  everyone    {amount(curve.profit_all)}",
            f"  nobody      {amount(curve.profit_none)}",
            f"  at random   {amount(curve.profit_random)}",
            f"  perfect     {amount(curve.profit_perfect)}",
            verdict(curve),
            f"best threshold {curve.threshold_best:.4f}"
            + (f", break-even probability {break_even:.4f}" if break_even is not None else ""),
            *([] if below is None else [below]),
            f"at {matrix.threshold:.4f}: {matrix.saved:,} saved {amount(matrix.saved_amount)}, "
            f"{matrix.wasted:,} wasted {amount(matrix.wasted_amount)}, "
            f"{matrix.lost:,} lost {amount(matrix.lost_amount)}, {matrix.loyal:,} loyal; "
            f"profit {amount(matrix.profit)} over all customers",
        ]
    )
