"""The business confusion matrix: four groups of customers, counted and in money."""

from dataclasses import dataclass

from retention.errors import InputError
from retention.profit.economics import Economics
from retention.profit.ranking import ABOVE_EVERY_SCORE, Sums, incremental_profit, total_value


@dataclass(frozen=True)
class BusinessMatrix:
    """What sending to everyone from ``threshold`` up does to n customers.

    Attributes
    ----------
    threshold
        A customer is contacted when their probability is at least this.
    saved
        Churned (label 1), contacted; the save rate says how many of them the offer keeps.
    wasted
        Retained (label 0), contacted.
    lost
        Churned, not contacted.
    loyal
        Retained, not contacted.
    saved_amount, wasted_amount
        Profit against doing nothing, over all these customers (currency); the profit is their sum.
    lost_amount
        The value of the lost customers (currency, <= 0); it is shown, and no part of the profit.
    loyal_amount
        Always 0.
    """

    threshold: float
    saved: int
    wasted: int
    lost: int
    loyal: int
    saved_amount: float
    wasted_amount: float
    lost_amount: float
    loyal_amount: float = 0.0

    @property
    def profit(self) -> float:
        """Profit against doing nothing, over all these customers (currency)."""
        return self.saved_amount + self.wasted_amount

    @property
    def contacted(self) -> int:
        """Customers who get an offer."""
        return self.saved + self.wasted

    @property
    def customers(self) -> int:
        """All customers, contacted or not."""
        return self.contacted + self.lost + self.loyal


def business_matrix(
    threshold: float, contacted: Sums, all_customers: Sums, economics: Economics
) -> BusinessMatrix:
    """Price the four groups from the sums over contacted and over all customers, each (moments, 2)."""
    not_contacted = all_customers - contacted
    wasted_amount, saved_amount = incremental_profit(contacted, economics)
    return BusinessMatrix(
        threshold=threshold,
        saved=round(contacted[0, 1]),
        wasted=round(contacted[0, 0]),
        lost=round(not_contacted[0, 1]),
        loyal=round(not_contacted[0, 0]),
        saved_amount=float(saved_amount),
        wasted_amount=float(wasted_amount),
        lost_amount=0.0 - float(total_value(not_contacted, economics)[1]),
    )


def checked_threshold(threshold: float) -> float:
    """Return a threshold as a float.

    Raises
    ------
    InputError
        If it is missing or outside 0 to 1.
    """
    if not 0 <= threshold <= ABOVE_EVERY_SCORE:
        raise InputError(f"threshold: must be from 0 to 1, got {threshold!r}; pass a probability such as 0.2")
    return float(threshold)
