"""Customers and models from the Hub, brought into a session the way uploads are."""

import tempfile
from dataclasses import replace
from pathlib import Path

from retention import targeting as send_list
from retention.churn.model import ChurnModel
from retention.customers.table import Customers
from retention.errors import ModelError
from retention.hub.connection import Hub
from retention.hub.publish import pull
from retention.hub.reference import Reference
from retention.hub.tables import PulledTable, pull_table
from retention.progress import Progress, silent
from retention.ui.session import Session
from retention.ui.tabs.customers import handlers as customers
from retention.ui.tabs.profit.handlers import priced


def use_customers(session: Session, reference: str, *, hub: Hub, progress: Progress = silent) -> Session:
    """Replace the customers by those of a dataset on the Hub, be they one row a customer or a log of orders.

    Parameters
    ----------
    reference
        ``OWNER/NAME`` or ``OWNER/NAME@commit``.
    hub
        As whom.

    Raises
    ------
    RetentionError
        If it cannot be fetched, or not be used as an upload could.
    """
    with tempfile.TemporaryDirectory(prefix="dataset-") as place:
        pulled = pull_table(reference, out=Path(place), hub=hub, progress=progress)
        used = _used(session, pulled)
    source = Reference(pulled.repo, pulled.commit).short
    return replace(used, customers=_called(used.customers, source), today=_called(used.today, source))


def use_model(session: Session, reference: str, *, hub: Hub, progress: Progress = silent) -> Session:
    """Replace the model by one from the Hub, and score the customers with it.

    Parameters
    ----------
    reference
        ``OWNER/NAME`` or ``OWNER/NAME@commit``.
    hub
        As whom.

    Raises
    ------
    RetentionError
        If it cannot be fetched or read, or the customers lack a column that it learned from.
    """
    with tempfile.TemporaryDirectory(prefix="model-") as place:
        folder = Path(place) / "model"
        pulled = pull(reference, kind="model", out=folder, hub=hub, progress=progress)
        found = Reference(pulled.repo, pulled.commit)
        try:
            model = ChurnModel.load(folder)
        except ModelError as error:
            raise ModelError(str(error).replace(str(folder), found.short)) from None
    progress(0.97, "Scoring the customers")
    loaded = priced(session.with_model(model, at=str(found)), session.economics)
    people = [one for one in (session.today, session.customers) if one is not None]
    for others in people[1:]:
        model.predict(others)
    if not people:
        return loaded
    return replace(loaded, scored=send_list.score(people[0], model, session.send_policy()))


def _used(session: Session, pulled: PulledTable) -> Session:
    path, roles = str(pulled.path), pulled.roles
    if roles is not None:
        return customers.use_customers(session, path, id=roles.id, label=roles.label, value=roles.value)
    upload = customers.look_at(path)
    if not upload.is_order_log:
        return customers.use_customers(session, path)
    days = None if upload.defaults is None else upload.defaults.horizon_days
    return customers.use_orders(session, path, customer=None, time=None, amount=None, horizon_days=days)


def _called(people: Customers | None, source: str) -> Customers | None:
    return None if people is None else replace(people, source=source)
