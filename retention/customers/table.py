"""Customers: a table with one row a customer, and the role of each column."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

CUTOFF = "cutoff"
"""Name of the column with each row's cutoff date in a panel; a column with this name and dates has that role."""


@dataclass(frozen=True)
class Roles:
    """The role of each column. Every column without a role here is a feature.

    Attributes
    ----------
    id
        The customer; always text, so ``007`` stays ``007``.
    label
        1 churned, 0 retained; None where the outcome is not known yet.
    value
        Margin kept over the horizon if the customer is retained (currency); None for one value for all.
    name
        What to call the customer in a message; never a feature, never in a prompt.
    excluded
        Columns that must not be used: personal data, look-ahead, and what a person excluded.
    cutoff
        The last day that counts as past for the row (ISO 8601 text), in a panel of several cutoffs, where an
        id stands once at each cutoff.
    """

    id: str
    label: str | None = None
    value: str | None = None
    name: str | None = None
    excluded: tuple[str, ...] = ()
    cutoff: str | None = None

    def as_dict(self) -> dict[str, str | list[str] | None]:
        """Return the column of each role, as JSON takes it."""
        return {
            "id": self.id, "label": self.label, "value": self.value, "name": self.name, "cutoff": self.cutoff,
            "excluded": list(self.excluded),
        }  # fmt: skip

    def non_features(self) -> frozenset[str]:
        """Return the columns that are not features; ``value`` is not among them, since it is a feature too."""
        return frozenset({self.id, self.label, self.name, self.cutoff, *self.excluded} - {None})  # type: ignore[arg-type]


@dataclass(frozen=True)
class Customers:
    """A frame of n rows, one a customer (and cutoff), and the roles of its columns; treat it as read-only.

    Attributes
    ----------
    frame
        One row a customer. Ids are text, labels int8 (1 churned, 0 retained), numeric features
        float64 with NaN for blanks, everything else text with a missing value for blanks.
    roles
        What each column is for.
    source
        The file, or whatever else they came from, for messages.
    notes
        Sentences about what was repaired or excluded when they were read.
    """

    frame: pd.DataFrame
    roles: Roles
    source: str = "customers"
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.frame)

    @property
    def ids(self) -> pd.Series:
        """Ids as text, (n,)."""
        return self.frame[self.roles.id]

    @cached_property
    def label(self) -> NDArray[np.int8] | None:
        """1 churned, 0 retained, (n,); None without a label."""
        if self.roles.label is None:
            return None
        return self.frame[self.roles.label].to_numpy(dtype=np.int8)

    @cached_property
    def value(self) -> NDArray[np.float64] | None:
        """Margin kept if the customer is retained (currency), (n,); None without a value column."""
        if self.roles.value is None:
            return None
        return self.frame[self.roles.value].to_numpy(dtype=np.float64)

    @cached_property
    def groups(self) -> NDArray[np.int64]:
        """Number of each row's customer, from 0, (n,); the same at every cutoff."""
        return pd.factorize(self.ids)[0].astype(np.int64)

    @cached_property
    def cutoffs(self) -> tuple[str, ...]:
        """Cutoff dates of the rows, oldest first; empty without a cutoff column."""
        if self.roles.cutoff is None:
            return ()
        return tuple(sorted(self.frame[self.roles.cutoff].unique()))

    @cached_property
    def period(self) -> NDArray[np.int64]:
        """Position of each row's cutoff in ``cutoffs``, (n,); 0 without any."""
        if self.roles.cutoff is None:
            return np.zeros(len(self), dtype=np.int64)
        return pd.Index(self.cutoffs).get_indexer(pd.Index(self.frame[self.roles.cutoff])).astype(np.int64)

    @property
    def feature_names(self) -> list[str]:
        """Columns a model may use, in file order."""
        non_features = self.roles.non_features()
        return [column for column in self.frame.columns if column not in non_features]

    @property
    def features(self) -> pd.DataFrame:
        """The feature columns, n rows."""
        return self.frame[self.feature_names]

    def take(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> "Customers":
        """Return the customers at these positions, or where the mask is true."""
        return replace(self, frame=self.frame[rows] if rows.dtype == bool else self.frame.iloc[rows])

    def newest(self) -> "Customers":
        """Return the rows of the newest cutoff: each customer once at the most; the same object every time."""
        return self if len(self.cutoffs) < 2 else self._newest

    @cached_property
    def _newest(self) -> "Customers":
        return self.take(self.period == self.period.max())
