"""Customers: one row a person, and what each column is for."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

CUTOFF = "cutoff"
"""The column that says at which cutoff a row was taken, where several are stacked; the name is the role."""


@dataclass(frozen=True)
class Roles:
    """Which column is what. Every column that has no role here is a feature.

    Attributes
    ----------
    id
        Who the row is about; always text, so ``007`` stays ``007``.
    label
        1 for those who left, 0 for those who stayed; None when nobody knows yet.
    value
        Margin kept over the horizon if the person stays (currency); None for one number for all.
    name
        What to call the person in a message; never a feature, never in a prompt.
    excluded
        Columns that must not be used: personal data, look-ahead, whatever the person struck.
    cutoff
        The last day that counts as past for the row (ISO 8601 text), where several cutoffs are stacked;
        then an id may stand at each cutoff once.
    """

    id: str
    label: str | None = None
    value: str | None = None
    name: str | None = None
    excluded: tuple[str, ...] = ()
    cutoff: str | None = None

    def non_features(self) -> frozenset[str]:
        """Return the columns that are no features (``value`` is one as well, so it is not among them)."""
        return frozenset({self.id, self.label, self.name, self.cutoff, *self.excluded} - {None})  # type: ignore[arg-type]


@dataclass(frozen=True)
class Customers:
    """A frame of n rows, one a customer (and cutoff), plus the roles of its columns; treat it as read-only.

    Attributes
    ----------
    frame
        One row a customer. Ids are text, labels int8 (1 left, 0 stayed), numeric features
        float64 with NaN for blanks, everything else text with a missing value for blanks.
    roles
        What each column is for.
    source
        The file (or what else) they came from, for messages.
    notes
        Sentences about what was repaired or set aside on the way in.
    """

    frame: pd.DataFrame
    roles: Roles
    source: str = "customers"
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.frame)

    @property
    def ids(self) -> pd.Series:
        """Ids as text, length n."""
        return self.frame[self.roles.id]

    @cached_property
    def label(self) -> NDArray[np.int8] | None:
        """1 for those who left, 0 for those who stayed, length n; None without a label."""
        if self.roles.label is None:
            return None
        return self.frame[self.roles.label].to_numpy(dtype=np.int8)

    @cached_property
    def value(self) -> NDArray[np.float64] | None:
        """Margin kept if the person stays (currency), length n; None without a value column."""
        if self.roles.value is None:
            return None
        return self.frame[self.roles.value].to_numpy(dtype=np.float64)

    @cached_property
    def groups(self) -> NDArray[np.int64]:
        """Number of the person each row is about, from 0, length n; the same at every cutoff."""
        return pd.factorize(self.ids)[0].astype(np.int64)

    @cached_property
    def cutoffs(self) -> tuple[str, ...]:
        """Days the rows were taken at, oldest first; empty without a column that says so."""
        if self.roles.cutoff is None:
            return ()
        return tuple(sorted(self.frame[self.roles.cutoff].unique()))

    @cached_property
    def period(self) -> NDArray[np.int64]:
        """Position of each row's cutoff in ``cutoffs``, length n; 0 without any."""
        if self.roles.cutoff is None:
            return np.zeros(len(self), dtype=np.int64)
        return pd.Index(self.cutoffs).get_indexer(pd.Index(self.frame[self.roles.cutoff])).astype(np.int64)

    @property
    def feature_names(self) -> list[str]:
        """Columns a model may use, in file order."""
        taken = self.roles.non_features()
        return [column for column in self.frame.columns if column not in taken]

    @property
    def features(self) -> pd.DataFrame:
        """The feature columns, n rows."""
        return self.frame[self.feature_names]

    def take(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> "Customers":
        """Return the customers at these positions, or where the mask is true."""
        return replace(self, frame=self.frame[rows] if rows.dtype == bool else self.frame.iloc[rows])

    def newest(self) -> "Customers":
        """Return the rows of the newest cutoff: each customer once at the most."""
        return self.take(self.period == self.period.max(initial=0))
