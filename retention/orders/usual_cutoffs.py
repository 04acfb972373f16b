"""Decides at how many cutoffs an order log is described when nobody says so: as many as help, and no more."""

from dataclasses import dataclass, replace

from retention.orders.churn_definition import ChurnDefinition
from retention.orders.cutoffs import Day, as_date, panel_days
from retention.orders.defaults import usual_active_days
from retention.orders.order_log import Orders, table_of
from retention.orders.order_table import OrderTable
from retention.orders.windows import WINDOWS_DAYS
from retention.wording.text import count_noun

MOST_CUTOFFS = 4
"""More cutoffs than this cost more time than they improve a model."""
MOST_ROWS = 100_000
"""Rows of all cutoffs together; a training on so many keeps within the limits of one cutoff's."""
LEAST_HISTORY_DAYS = max(WINDOWS_DAYS)
"""Days of the log before the oldest cutoff: what the longest window of the features looks back on."""


@dataclass(frozen=True)
class UsualCutoffs:
    """How many cutoffs are taken by default, and why there are fewer than four.

    Attributes
    ----------
    periods
        1 to 4.
    note
        A sentence; None where there are four.
    """

    periods: int
    note: str | None


def usual_cutoffs(
    orders: Orders | OrderTable, definition: ChurnDefinition, *, newest: Day | None = None
) -> UsualCutoffs:
    """Return how many cutoffs, a horizon apart, to train on by default: up to four.

    Each needs before it the days of the longest window of the features, an active window and a horizon of the
    log. The rows of all cutoffs together are at most 100,000, whatever is left out of them later; a single
    cutoff has no bound.

    Parameters
    ----------
    orders
        The log.
    definition
        With a horizon.
    newest
        The newest cutoff; None for the latest that leaves a full horizon.

    Raises
    ------
    InputError
        If the newest cutoff does not fit the log.
    """
    from retention.orders.typical_gaps import customers_in_windows, gaps_until

    log = table_of(orders)
    days = log.days
    history_days = max(LEAST_HISTORY_DAYS, definition.active_days or 0)
    supported = panel_days(
        days,
        replace(definition, active_days=history_days),
        cutoffs=None,
        newest=newest,
        periods=MOST_CUTOFFS,
        source=orders.source,
    )
    note = None
    if len(supported) < MOST_CUTOFFS:
        note = (
            f"the log supports {count_noun(len(supported), 'cutoff')}: one more would have too few days of orders "
            f"before it (it needs {max(history_days, definition.horizon_days or 0)})"
        )
    for periods in range(len(supported), 1, -1):
        chosen = [as_date(cutoff) for cutoff in supported[-periods:]]
        window_days = definition.active_days or usual_active_days(gaps_until(log, chosen[0]).median)
        active = customers_in_windows(log, chosen, window_days)
        if min(active) > 0 and sum(active) <= MOST_ROWS:
            return UsualCutoffs(periods, note)
        if sum(active) > MOST_ROWS:
            note = (
                f"the model learns from {count_noun(periods - 1, 'cutoff')}: {periods} would have {sum(active):,} "
                f"rows, more than the {MOST_ROWS:,} that keep the training short"
            )
    return UsualCutoffs(1, note)
