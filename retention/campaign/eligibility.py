"""Who may be drawn at all: customers who cannot be written to are left out before the draw, alike for all arms."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retention.messages.ledger import Ledger
from retention.messages.standing_group import StandingGroup

DUPLICATE = "duplicate"
COOL_DOWN = "cool-down"
LIVE_HOLDOUT = "live holdout"
STANDING_GROUP = "standing group"

EligibilityRule = tuple[str, Callable[[pd.Series], NDArray[np.bool_]]]
"""A reason, and what says which of n customer ids it concerns, (n,)."""


@dataclass(frozen=True, eq=False)
class Eligibility:
    """Which rows of a list may be drawn.

    Attributes
    ----------
    eligible
        Whether the customer may be drawn, (n,).
    reason
        Why not; empty for those who may, (n,).
    """

    eligible: NDArray[np.bool_]
    reason: NDArray[np.object_]

    def excluded(self, among: NDArray[np.bool_]) -> dict[str, int]:
        """Return how many of some rows are left out, by reason, in the order of the rules."""
        counts = pd.Series(self.reason[among & ~self.eligible]).value_counts(sort=False)
        return {str(reason): int(count) for reason, count in counts.sort_index().items()}


def check_eligibility(customers: pd.Series, rules: Sequence[EligibilityRule]) -> Eligibility:
    """Apply the rules in order; a customer whom several concern counts under the first.

    Examples
    --------
    >>> checked = check_eligibility(pd.Series(["a", "b", "a"]), [duplicates()])
    >>> checked.eligible.tolist(), checked.excluded(np.ones(3, bool))
    ([True, True, False], {'duplicate': 1})
    """
    reasons = np.full(len(customers), "", dtype=object)
    for reason, concerned in rules:
        reasons[(reasons == "") & concerned(customers)] = reason
    return Eligibility(np.asarray(reasons == ""), reasons)


def duplicates() -> EligibilityRule:
    """Leave out every further row of a customer."""
    return DUPLICATE, lambda customers: customers.duplicated().to_numpy()


def ledger_rules(ledger: Ledger, *, cool_down_days: float) -> list[EligibilityRule]:
    """Leave out whom a run messaged within the cool-down, and whom another campaign holds out."""
    messaged = ledger.recently_messaged("", cool_down_days).keys()
    held_out = ledger.held_out().keys()
    return [
        (COOL_DOWN, lambda customers: customers.isin(messaged).to_numpy()),
        (LIVE_HOLDOUT, lambda customers: customers.isin(held_out).to_numpy()),
    ]


def standing_group(groups: Sequence[StandingGroup]) -> EligibilityRule:
    """Leave out the standing control group, whom no campaign of the quarter contacts."""

    def concerned(customers: pd.Series) -> NDArray[np.bool_]:
        ids = customers.to_numpy(object)
        return np.asarray(np.any([group.members(ids) for group in groups], axis=0))

    return STANDING_GROUP, concerned
