"""What is asked of a snapshot: who is in, and what it means to have left."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from retention.errors import InputError
from retention.orders.labels import label_by_horizon, label_by_silence
from retention.orders.order_log import Orders

LEAST_ACTIVE_DAYS = 60


@dataclass(frozen=True)
class ChurnDefinition:
    """Checked when made; see :func:`retention.orders.snapshots.snapshot` for what they mean.

    Raises
    ------
    InputError
        If a number cannot be.
    """

    horizon_days: int | None
    active_days: int | None
    quiet_gaps: float | None

    def __post_init__(self) -> None:
        for flag, number in {"horizon_days": self.horizon_days, "active_days": self.active_days}.items():
            if number is not None and number < 1:
                raise InputError(f"{flag} is {number}; it must be at least 1 day")
        if self.quiet_gaps is not None and (self.horizon_days is None or not 1 <= self.quiet_gaps < np.inf):
            raise InputError("quiet_gaps must be a number from 1, and needs a horizon, because it makes a label")

    def labelled(
        self, table: pd.DataFrame, orders: Orders, *, cutoff: np.datetime64, known_until: np.datetime64
    ) -> tuple[pd.DataFrame, list[str]]:
        """Return the table with its label, if there is to be one, and what to say about it."""
        if self.quiet_gaps is not None:
            return label_by_silence(table, orders, cutoff=cutoff, gaps=self.quiet_gaps, known_until=known_until)
        if self.horizon_days is None:
            return table, []
        return label_by_horizon(
            table, orders, cutoff=cutoff, horizon_days=self.horizon_days, known_until=known_until
        )
