"""The standing control group: a share of all customers whom no campaign contacts, drawn anew each quarter.

Who is in it follows from the ledger's own salt, the quarter and the customer's id alone. So it is the same for
every campaign and every run of the quarter, and a smaller group is a part of a larger one.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retention.messages.lots import lot_of, lots_of

_LOTS = 2**64


@dataclass(frozen=True)
class Quarter:
    """A quarter of a year: January to March is the first.

    >>> Quarter.of(dt.date(2026, 12, 31)).first_day_after
    datetime.date(2027, 1, 1)
    """

    year: int
    number: int

    @classmethod
    def of(cls, day: dt.date) -> "Quarter":
        """Return the quarter of a day."""
        return cls(day.year, (day.month + 2) // 3)

    @property
    def name(self) -> str:
        """Its name, which goes into the lots.

        >>> Quarter(2026, 4).name
        '2026-Q4'
        """
        return f"{self.year}-Q{self.number}"

    @property
    def first_day(self) -> dt.date:
        """Its first day."""
        return dt.date(self.year, 3 * self.number - 2, 1)

    @property
    def first_day_after(self) -> dt.date:
        """The first day of the next quarter."""
        return dt.date(self.year + self.number // 4, 3 * (self.number % 4) + 1, 1)


@dataclass(frozen=True)
class StandingGroup:
    """The standing control group of a quarter.

    Attributes
    ----------
    share
        Share of all customers, in [0, 0.5].
    salt
        The ledger's own 128 random bits.
    quarter
        Whose name goes into the lots.
    """

    share: float
    salt: bytes
    quarter: str

    def __contains__(self, customer: str) -> bool:
        """Whether the customer is in the group.

        >>> group = StandingGroup(0.5, bytes(16), "2026-Q4")
        >>> [f"C-{number}" in group for number in range(4)]
        [True, True, True, False]
        """
        return lot_of(f"{self.quarter}\x1f{customer}", self.salt) < int(self.share * _LOTS)

    def members(self, customers: Iterable[str]) -> NDArray[np.bool_]:
        """Return which of n customers are in the group, (n,); a million take about a second."""
        lots = lots_of((f"{self.quarter}\x1f{customer}" for customer in customers), self.salt)
        return np.asarray(lots < int(self.share * _LOTS))
