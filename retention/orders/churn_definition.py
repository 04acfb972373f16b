"""Defines who counts as an active customer in a snapshot, and what churned means."""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from retention.errors import InputError

if TYPE_CHECKING:
    from retention.orders.features import CustomerFeatures

LEAST_ACTIVE_DAYS = 60


@dataclass(frozen=True)
class ChurnDefinition:
    """The numbers that define the active customers and the label of a snapshot, checked when created.

    Attributes
    ----------
    horizon_days
        Days after the cutoff that decide the label; None for no label.
    active_days
        Customers are included if they ordered in this many days up to the cutoff; None for the usual number.
    quiet_gaps
        Churned means a silence of this many mean gaps instead of an empty horizon; None for the horizon.

    See :func:`retention.orders.snapshot.take_snapshot` for all of their effects.

    Raises
    ------
    InputError
        If a number is out of range, or ``quiet_gaps`` comes without a horizon.
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

    def label(self, customers: "CustomerFeatures", *, known_until: dt.date) -> "CustomerFeatures":
        """Return the customers with their label, if the definition has one."""
        from retention.orders.labels import label_by_horizon, label_by_silence

        if self.quiet_gaps is not None:
            return label_by_silence(customers, gaps=self.quiet_gaps)
        if self.horizon_days is None:
            return customers
        return label_by_horizon(customers, horizon_days=self.horizon_days, known_until=known_until)

    def keep_labelled(
        self, table: pd.DataFrame, cutoff: dt.date, *, known_until: dt.date
    ) -> tuple[pd.DataFrame, list[str]]:
        """Return the customers whom the definition gives a label, and notes about it; all if it gives none."""
        from retention.orders.labels import horizon_notes, keep_labelled

        if self.quiet_gaps is not None:
            return keep_labelled(table, cutoff, gaps=self.quiet_gaps, known_until=known_until)
        if self.horizon_days is None:
            return table, []
        return table, horizon_notes(cutoff, horizon_days=self.horizon_days, known_until=known_until)
