"""The sixth step: write the one-page report for a manager."""

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

from retention.artifacts import write_file
from retention.customers.audit import audit
from retention.errors import InputError
from retention.report import render_report

if TYPE_CHECKING:
    from retention.campaign.reading import Reading
    from retention.churn.model import ChurnModel
    from retention.customers.table import Customers
    from retention.profit.curve import ProfitCurve
    from retention.targeting import Scored

__all__ = ["render_report", "write_report"]


def write_report(
    path: Path,
    model: "ChurnModel",
    curve: "ProfitCurve",
    *,
    folder: Path,
    customers: "Customers | None" = None,
    scored: "Scored | None" = None,
    reading: "Reading | None" = None,
) -> None:
    """Write the report as an HTML file with today's date.

    Parameters
    ----------
    path
        The file to write.
    model, curve
        The model, and its profit at the prices to report.
    folder
        The saved model, whose hash the report states.
    customers
        The customers that the model was trained on, to audit them on the page; None leaves the audit out.
    scored
        The send list to count on the page; None leaves it out.
    reading
        What a campaign was measured to have done; None leaves it out.

    Raises
    ------
    InputError
        If the model was trained on another number of customers.
    """
    if customers is not None and model.customers not in {len(customers), len(customers.newest())}:
        raise InputError(
            f"{customers.source}: holds {len(customers):,} customers, and the model was trained on "
            f"{model.customers:,}; pass the file it was trained on"
        )
    html = render_report(
        model,
        curve,
        made_at=dt.datetime.now(dt.UTC).date(),
        source=None if customers is None else customers.source,
        findings=None if customers is None else audit(customers),
        scored=scored,
        folder=folder,
        reading=reading,
    )
    write_file(path, html.encode())
