"""The second step: train a churn model, or load a saved one."""

from typing import Literal

from retention.churn.diagnostics import comparison_lines
from retention.churn.model import ChurnModel
from retention.customers.table import Customers
from retention.progress import Progress, silent

__all__ = ["ChurnModel", "comparison_lines", "train_model"]


def train_model(
    customers: Customers,
    *,
    scale_pos_weight: float | Literal["balanced"] | None = None,
    seed: int = 0,
    progress: Progress = silent,
) -> ChurnModel:
    """Train a churn model on all processors; see :meth:`retention.churn.model.ChurnModel.fit`.

    At least two processes do the work, however few processors there are, so that it never runs in the process
    that answers visitors.
    """
    from joblib import cpu_count

    return ChurnModel.fit(
        customers, scale_pos_weight=scale_pos_weight, seed=seed, jobs=max(2, cpu_count()), progress=progress
    )
