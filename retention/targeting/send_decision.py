"""A send decision: who of n customers gets which offer, and what that is expected to cost and to earn."""

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from retention.profit.evidence import ASSUMED, MEASURED

Amounts = NDArray[np.float64]


@dataclass(frozen=True, eq=False, kw_only=True)
class SendDecision:
    """Who of n customers gets which offer.

    Attributes
    ----------
    send
        Whether an offer is sent, (n,).
    offer
        Position in the policy's offers of the offer that the customer is priced with, (n,): the one that is
        sent, and the first one for customers who get none.
    expected_profit
        What sending that offer would earn, (n,), currency.
    spend
        What it is expected to cost, the contact included, (n,), currency; 0 where none is sent.
    budget_price
        What the next unit of currency of budget would earn; 0 where the budget does not bind.
    next_thousand
        What 1,000 more of budget would earn (currency) if the whole decision were taken again; 0 where the
        budget does not bind.
    contact_price
        What one contact more would earn (currency); 0 where the cap on contacts does not bind.
    measured
        Whether the expected profit rests on measured rates of that offer, and the customer's score lies in the
        range that was randomised, (n,).
    """

    send: NDArray[np.bool_] = field(repr=False)
    offer: NDArray[np.int8] = field(repr=False)
    expected_profit: Amounts = field(repr=False)
    spend: Amounts = field(repr=False)
    budget_price: float = 0.0
    next_thousand: float = 0.0
    contact_price: float = 0.0
    measured: NDArray[np.bool_] = field(repr=False)

    @property
    def evidence(self) -> tuple[str, ...]:
        """What the expected profit of the offers sent rests on: measured as soon as that of one customer does."""
        return (MEASURED, ASSUMED) if bool((self.measured & self.send).any()) else (ASSUMED,)

    def part(self, start: int, stop: int) -> "SendDecision":
        """Return the decision about the customers from position ``start`` to before ``stop``."""
        rows = slice(start, stop)
        return replace(
            self,
            send=self.send[rows],
            offer=self.offer[rows],
            expected_profit=self.expected_profit[rows],
            spend=self.spend[rows],
            measured=self.measured[rows],
        )
