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


def in_words(curve: ProfitCurve, threshold: float | None = None) -> str:
    """Return the curve as a few lines for a terminal; amounts are backtested on assumed rates."""
    sign = curve.economics.currency
    matrix = curve.matrix(threshold)

    def amount(number: Any) -> str:
        return in_currency(float(number), sign)

    break_even = curve.threshold_break_even
    low, high = curve.band
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
            f"at {matrix.threshold:.4f}: {matrix.saved:,} saved {amount(matrix.saved_amount)}, "
            f"{matrix.wasted:,} wasted {amount(matrix.wasted_amount)}, "
            f"{matrix.lost:,} lost {amount(matrix.lost_amount)}, {matrix.loyal:,} loyal; "
            f"profit {amount(matrix.profit)} over all customers",
        ]
    )
