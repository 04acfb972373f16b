"""Round numbers and amounts for the ticks of an axis, in the charts, the report and the cards on the Hub."""

import math
from typing import Any

from retention.wording.money import in_currency


def round_numbers(low: float, high: float, most: int = 6) -> list[float]:
    """Return up to ``most`` round numbers between two others, evenly spaced by 1, 2 or 5 times a power of ten.

    >>> round_numbers(0.0, 1.0), round_numbers(-3.0, 7.0)
    ([0.0, 0.2, 0.4, 0.6, 0.8, 1.0], [-2.0, 0.0, 2.0, 4.0, 6.0])
    """
    power = 10.0 ** math.floor(math.log10((high - low) / most or 1.0))
    for step in (power * factor for factor in (1, 2, 5, 10, 20)):
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
        if last - first < most:
            break
    return [round(number * step, 12) for number in range(first, last + 1)]


def money_axis(low: float, high: float, currency: str, most: int = 6, *, short: bool = False) -> dict[str, Any]:
    """Return an axis with up to ``most`` round amounts between two ends, written as the currency's readers do.

    ``short`` writes thousands as ``k``, for an axis that has little room on a phone.

    >>> money_axis(-60_000, 230_000, "₹")["ticktext"]
    ['−₹50,000', '₹0', '₹50,000', '₹1,00,000', '₹1,50,000', '₹2,00,000']
    >>> money_axis(43_000, 77_000, "₹", most=3, short=True)["ticktext"]
    ['₹50k', '₹60k', '₹70k']
    """
    at = round_numbers(low, high, most)
    if short and all(amount % 1000 == 0 for amount in at):
        return {"tickvals": at, "ticktext": [f"{in_currency(amount / 1000, currency)}k" for amount in at]}
    return {"tickvals": at, "ticktext": [in_currency(amount, currency) for amount in at]}
