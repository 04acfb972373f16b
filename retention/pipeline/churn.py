"""The second step: train a churn model, or load a saved one."""

from pathlib import Path
from typing import Literal

from retention.churn.diagnostics import comparison_lines
from retention.churn.left_alone import LeftAloneRows
from retention.churn.model import ChurnModel
from retention.customers.table import Customers
from retention.errors import InputError
from retention.orders.snapshot import Snapshot
from retention.progress import Progress, silent

__all__ = ["ChurnModel", "LeftAloneRows", "comparison_lines", "find_rows_left_alone", "train_model"]


def train_model(
    customers: Customers,
    *,
    scale_pos_weight: float | Literal["balanced"] | None = None,
    left_alone: LeftAloneRows | None = None,
    seed: int = 0,
    progress: Progress = silent,
) -> ChurnModel:
    """Train a churn model on all processors; see :meth:`retention.churn.model.ChurnModel.fit`.

    At least two processes do the work, however few processors there are, so that it never runs in the process
    that answers visitors.
    """
    from joblib import cpu_count

    return ChurnModel.fit(
        customers,
        scale_pos_weight=scale_pos_weight,
        left_alone=left_alone,
        seed=seed,
        jobs=max(2, cpu_count()),
        progress=progress,
    )


def find_rows_left_alone(
    customers: Customers, ledger: Path, *, cutoff: str | None = None, horizon_days: int | None = None
) -> LeftAloneRows:
    """Look up in a ledger which customers were written to while their label was observed.

    Parameters
    ----------
    customers
        The training customers.
    ledger
        The ledger's file.
    cutoff, horizon_days
        The last day that counts as past (YYYY-MM-DD), and the days after it that decide the label. A snapshot
        that was taken in this process knows both, and a table of several cutoffs knows each row's cutoff.

    Raises
    ------
    InputError
        If there is no such ledger, or the days are not known, or passed although they are known.
    OfferError
        If the file cannot be used as a ledger.
    """
    from retention.campaign.treatments import rows_left_alone
    from retention.messages.ledger import Ledger

    if not ledger.exists():
        raise InputError(f"{ledger.name}: there is no such ledger; pass the one that campaigns were drawn with")
    if isinstance(customers, Snapshot):
        cutoff = cutoff or (None if customers.cutoffs else customers.cutoff)
        horizon_days = horizon_days or customers.horizon_days
    with Ledger(ledger) as opened:
        return rows_left_alone(customers, opened, cutoff=cutoff, horizon_days=horizon_days)
