"""Bringing customers: the example, a simulated market, a customer table, an order log."""

import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import Any

from retention import figures, pipeline
from retention.customers.audit import audit
from retention.customers.intake import read_customers
from retention.customers.orders import Orders, looks_like_orders, read_orders, snapshot
from retention.customers.reading.files import Limits
from retention.customers.reading.tables import read_table
from retention.customers.roles import guess_roles
from retention.customers.table import Customers
from retention.errors import InputError
from retention.ui.handlers.churn import train
from retention.ui.session import Session


def example() -> Session:
    """Return the finished example every visitor starts on: simulated customers, trained and priced.

    Made once a process and shared; sessions are frozen, so nobody can change another's view.
    """
    with _MAKING_EXAMPLE:  # those who come while it is being made wait for it
        return _example()


_MAKING_EXAMPLE = threading.Lock()


@cache
def _example() -> Session:
    return train(simulate(Session(), 5000, 7), weighted=False)


def simulate(session: Session, customers: float, seed: float) -> Session:
    """Replace the customers by a simulated market."""
    simulated = pipeline.simulate_customers(int(customers), seed=int(seed))
    return _begin(session, simulated.past, today=simulated.today, orders=simulated.orders)


@dataclass(frozen=True)
class Upload:
    """What an uploaded file seems to be, before the person confirms it.

    Attributes
    ----------
    columns
        Its columns, in file order.
    is_order_log
        Whether it looks like one row an order rather than one row a customer.
    guesses
        Role -> the column guessed for it, or None: ``id``, ``label``, ``value`` of a customer
        table, ``customer``, ``time``, ``amount`` of an order log.
    """

    columns: list[str]
    is_order_log: bool
    guesses: Mapping[str, str | None]


def look_at(path: str) -> Upload:
    """Tell what an uploaded file seems to be."""
    table = read_table(path, limits=Limits.from_settings())
    columns = [str(column) for column in table.frame.columns]
    guesses: dict[str, str | None] = {}
    with suppress(InputError):  # no column can be the id: the person is asked to say which
        roles = guess_roles(columns, table.source).roles
        guesses |= {"id": roles.id, "label": roles.label, "value": roles.value}
    is_order_log = looks_like_orders(table.frame)
    if is_order_log:
        with suppress(InputError):
            orders = read_orders(path)
            guesses |= {"customer": orders.customer, "time": orders.time, "amount": orders.amount}
    return Upload(columns, is_order_log, guesses)


def use_customers(session: Session, path: str | None, **roles: Any) -> Session:
    """Replace the customers by those in an uploaded file (one row a customer)."""
    return _begin(session, read_customers(_uploaded(path), **roles))


def use_orders(
    session: Session,
    path: str | None,
    *,
    customer: str | None,
    time: str | None,
    amount: str | None,
    cutoff: str | None,
    horizon_days: float,
) -> Session:
    """Replace the customers by the snapshots of an uploaded order log."""
    orders = read_orders(_uploaded(path), customer=customer, time=time, amount=amount)
    past = snapshot(orders, cutoff=cutoff or None, horizon_days=int(horizon_days))
    return _begin(session, past, today=snapshot(orders, horizon_days=None), orders=orders)


def _begin(
    session: Session, customers: Customers, *, today: Customers | None = None, orders: Orders | None = None
) -> Session:
    """Return a session that starts over with these customers; only the money inputs stay."""
    pictures = {
        "recency_frequency": figures.recency_frequency(customers),
        "label_balance": figures.label_balance(customers),
        "retention_by_cohort": None if orders is None else figures.retention_by_cohort(orders),
        "order_gaps": None if orders is None else figures.order_gaps(orders),
    }
    return Session(
        customers=customers,
        today=today,
        findings=audit(customers),
        pictures=pictures,
        economics=session.economics,
    )


def _uploaded(path: str | None) -> str:
    if not path:
        raise InputError("no file yet; choose one first")
    return path
