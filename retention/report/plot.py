"""Where the parts of the printed profit curve go; ``curve.svg`` draws them."""

import numpy as np
from numpy.typing import NDArray

from retention.charts.ticks import round_numbers
from retention.profit.curve import ProfitCurve
from retention.wording.money import in_currency


class CurveGeometry:
    """Where the parts of the curve's drawing go: lengths in points, amounts per 1,000 customers."""

    width, top, right = 267, 16, 257
    probabilities = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)

    def __init__(self, curve: ProfitCurve, *, height: int) -> None:
        self.height, self.bottom = height, height - 24
        profit, low, high = np.array([curve.profit, *curve.profit_band]) * (1000 / curve.customers)
        self.low, self.high = min(0.0, float(low.min())), max(0.0, float(high.max()))
        self.low -= 0.12 * (self.high - self.low or 1.0)  # room for the words under the line of nobody
        self.amounts = round_numbers(self.low, self.high)
        self.left = 8 + 4.1 * max(len(in_currency(amount, curve.economics.currency)) for amount in self.amounts)
        self.chosen = min(curve.threshold_deployed, 1.0)
        self.profit_chosen = curve.matrix().profit * (1000 / curve.customers)
        even = curve.threshold_break_even
        self.break_even = even if even is not None and even <= 1 else None
        self.dips = curve.profit_all < 0 and bool((profit[curve.threshold >= 0.6] < 0).any())
        self.line = self._points(curve.threshold, profit)
        self.band = f"{self._points(curve.threshold, low)} {self._points(curve.threshold[::-1], high[::-1])}"

    def x(self, threshold: float) -> float:
        """Return where a threshold stands; the one that nobody reaches stands at 1."""
        return round(self.left + min(threshold, 1.0) * (self.right - self.left), 1)

    def y(self, amount: float) -> float:
        """Return where an amount stands."""
        return round(self.bottom - (amount - self.low) / (self.high - self.low) * (self.bottom - self.top), 1)

    def _points(self, thresholds: NDArray[np.float64], amounts: NDArray[np.float64]) -> str:
        pairs = zip(thresholds.tolist(), amounts.tolist(), strict=True)
        return " ".join(f"{self.x(threshold)},{self.y(amount)}" for threshold, amount in pairs)
