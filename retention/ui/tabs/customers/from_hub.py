"""Load customers from the Hub into a session, as if they had been uploaded."""

import tempfile
from dataclasses import replace
from pathlib import Path

from retention.customers.table import Customers
from retention.hub.connection import Hub
from retention.hub.reference import Reference
from retention.pipeline.hub import PulledTable, pull_table
from retention.progress import Progress, silent
from retention.ui.session import Session
from retention.ui.tabs.customers import handlers


def use_customers(session: Session, reference: str, *, hub: Hub, progress: Progress = silent) -> Session:
    """Replace the customers by those of a dataset on the Hub, be they one row a customer or a log of orders.

    Parameters
    ----------
    reference
        ``OWNER/NAME`` or ``OWNER/NAME@commit``.
    hub
        In whose name it is fetched.

    Raises
    ------
    RetentionError
        If it cannot be fetched, or cannot be used as an upload could.
    """
    with tempfile.TemporaryDirectory(prefix="dataset-") as place:
        pulled = pull_table(reference, out=Path(place), hub=hub, progress=progress)
        loaded = _use(session, pulled)
    source = Reference(pulled.repo, pulled.commit).short
    return replace(
        loaded, customers=_with_source(loaded.customers, source), today=_with_source(loaded.today, source)
    )


def _use(session: Session, pulled: PulledTable) -> Session:
    path, roles = str(pulled.path), pulled.roles
    if roles is not None:
        return handlers.use_customers(session, path, id=roles.id, label=roles.label, value=roles.value)
    upload = handlers.inspect_upload(path)
    if not upload.is_order_log:
        return handlers.use_customers(session, path)
    days = None if upload.defaults is None else upload.defaults.horizon_days
    return handlers.use_orders(session, path, customer=None, time=None, amount=None, horizon_days=days)


def _with_source(customers: Customers | None, source: str) -> Customers | None:
    return None if customers is None else replace(customers, source=source)
