"""The verdict of a campaign in the one sentence that a manager can act on."""

from collections.abc import Mapping
from typing import Any

from retention.campaign.design import CONTROL, Design
from retention.campaign.reading import Reading
from retention.wording.dates import day_and_month
from retention.wording.money import in_currency


def sentence_too_early(design: Design, drawn: Mapping[str, int]) -> str:
    """Return what may be said before the registered day; ``drawn`` counts the customers of each arm."""
    return (
        f"{design.name} is read from {day_and_month(design.read_on)} on; until then there are only counts: "
        f"{sum(drawn.values()):,} customers drawn, {drawn[CONTROL]:,} of them held out."
    )


def sentence_of(reading: Reading, metrics: Mapping[str, Any]) -> str:
    """Return the verdict, with customers kept and profit where both may be shown.

    Customers kept ordered within the horizon. Where the profit counts the stricter "stayed on", it says so.

    Parameters
    ----------
    reading
        What was measured.
    metrics
        Its metrics as JSON: ``kept`` and ``profit``.
    """
    overall, name = reading.overall, reading.name
    if overall.verdict == "not valid":
        return f"{name}: not valid, so no effect is shown. {reading.reasons[0]}"
    if overall.kept is None:
        return (
            f"{name}: too small, {sum(reading.counts.values()):,} customers show nothing yet. It needs about "
            f"{overall.needed or 0:,}: pool campaigns or widen the list."
        )
    kept, profit = metrics["kept"]["customers"], metrics["profit"]
    count = f"{abs(kept['value']):,.0f} {'more' if kept['value'] >= 0 else 'fewer'} customers"
    words = f"{name} kept {count} ({_whole(kept['low'])} to {_whole(kept['high'])})"
    if profit["amount"] is not None:
        amount, low, high = (in_currency(profit[key], profit["currency"]) for key in ("amount", "low", "high"))
        counting = ", counting only who ordered again after the offer had expired"
        words += (
            f" and {'earned' if profit['amount'] >= 0 else 'lost'} {amount.removeprefix('−')} "
            f"({low} to {high}{counting if profit['counts'] == 'stayed on' else ''})"
        )
    return f"{words}: {overall.verdict}."


def _whole(number: float) -> str:
    return f"{number:,.0f}".replace("-", "−")
