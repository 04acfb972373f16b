"""Load customers: from a simulated market, a customer table or an order log."""

import datetime as dt
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from retention import charts as figures
from retention.customers.table import Customers
from retention.errors import InputError
from retention.orders.defaults import Defaults
from retention.orders.order_columns import has_date_column, ids_repeat, looks_like_order_log
from retention.orders.order_log import Orders
from retention.pipeline.customers import (
    audit,
    customers_from_orders,
    defaults_for,
    guess_customer_roles,
    read_customers,
    read_orders,
    read_table,
    simulate_customers,
    take_snapshot,
)
from retention.tabular.files import Limits
from retention.ui.files import opened_upload
from retention.ui.session import Session

_LONGEST_HORIZON_DAYS = 10_000


def simulate(session: Session, customers: float | None, seed: float | None) -> Session:
    """Replace the customers by a simulated market.

    Raises
    ------
    InputError
        If a number is blank or too small.
    """
    if customers is None or seed is None:
        raise InputError(f"{'Customers' if customers is None else 'Seed'}: is blank; give a number")
    simulated = simulate_customers(int(customers), seed=int(seed))
    loaded = start_over(session, simulated.past, today=simulated.today, orders=simulated.orders)
    return replace(loaded, truth=simulated.truth())


@dataclass(frozen=True)
class Upload:
    """The guessed kind and columns of an uploaded file, before a person confirms them.

    Attributes
    ----------
    columns
        Its columns, in file order.
    is_order_log
        Whether it looks like one row an order rather than one row a customer.
    guesses
        The guessed column by role, or None: ``id``, ``label``, ``value`` of a customer
        table, ``customer``, ``time``, ``amount`` of an order log. An amount may be the product of two
        columns.
    defaults
        Suitable settings for an order log; None for another file, and while its columns are not chosen.
    """

    columns: list[str]
    is_order_log: bool
    guesses: Mapping[str, str | None]
    defaults: Defaults | None

    def columns_for(self, role: str) -> list[str]:
        """Return the columns to choose from for a role, a computed amount included."""
        guess = self.guesses.get(role)
        return self.columns if guess is None or guess in self.columns else [guess, *self.columns]


def inspect_upload(path: str) -> Upload:
    """Guess the kind and the columns of an uploaded file."""
    with opened_upload(path) as file:
        return _inspect(file)


def _inspect(file: Path) -> Upload:
    # As text, so that a stray word in a column does not fail before a person can exclude that column.
    table = read_table(file, limits=Limits.from_settings(), text_columns=lambda columns: columns)
    columns = [str(column) for column in table.frame.columns]
    guesses: dict[str, str | None] = {}
    with suppress(InputError):  # no column can be the id: the person chooses one
        roles = guess_customer_roles(table).roles
        guesses |= {"id": roles.id, "label": roles.label, "value": roles.value}
    if not _is_order_log(table.frame, guesses):
        return Upload(columns, False, guesses, None)
    try:
        orders = read_orders(file)
    except InputError:
        return Upload(columns, True, guesses, None)
    guesses |= {"customer": orders.customer, "time": orders.time, "amount": orders.amount}
    return Upload(columns, True, guesses, _defaults(orders))


def _is_order_log(frame: pd.DataFrame, guesses: Mapping[str, str | None]) -> bool:
    """Return whether to ask for the columns of an order log first; a person can choose otherwise."""
    if looks_like_order_log(frame):
        return True
    if guesses.get("label") is not None:  # a label is a column of customers, not of orders
        return False
    id = guesses.get("id")
    return has_date_column(frame) if id is None else ids_repeat(frame, id)


def suggest_defaults(
    path: str | None, *, customer: str | None, time: str | None, amount: str | None
) -> Defaults | None:
    """Return suitable settings for an order log whose columns a person chose; None while they do not fit."""
    try:
        with opened_upload(path) as file:
            return _defaults(read_orders(file, customer=customer, time=time, amount=amount))
    except InputError:
        return None


def latest_cutoff(horizon_days: float | None, defaults: Defaults | None) -> str:
    """Return the latest day of a log that leaves a horizon after it; blank where one of them is not known."""
    if defaults is None or not 1 <= (horizon_days or 0) <= _LONGEST_HORIZON_DAYS:
        return ""
    return str(dt.date.fromisoformat(defaults.last_day) - dt.timedelta(days=int(horizon_days or 0)))


def checked_quiet_gaps(silent: bool, quiet_gaps: float | None) -> float | None:
    """Return after how many of their own gaps a customer counts as churned; None where the horizon decides.

    Raises
    ------
    InputError
        If silence decides and its number is blank.
    """
    if silent and quiet_gaps is None:
        raise InputError(
            "Multiple of their usual gap: is blank; give a number, or define churn as no order within the horizon"
        )
    return quiet_gaps if silent else None


def default_horizon(quiet_gaps: float | None, defaults: Defaults | None) -> int:
    """Return the suitable horizon (days) for a log and a definition of churn; 30 where no log is known."""
    return 30 if defaults is None else defaults.horizon_for(quiet_gaps)


def _defaults(orders: Orders) -> Defaults | None:
    try:
        return defaults_for(orders)
    except InputError:
        return None


def use_customers(session: Session, path: str | None, **roles: Any) -> Session:
    """Replace the customers by those in an uploaded file (one row a customer)."""
    with opened_upload(path) as file:
        customers = read_customers(file, **roles)
    return start_over(session, customers)


def use_orders(
    session: Session,
    path: str | None,
    *,
    customer: str | None,
    time: str | None,
    amount: str | None,
    cutoff: str | None = None,
    horizon_days: float | None = None,
    active_days: float | None = None,
    quiet_gaps: float | None = None,
    periods: float | None = None,
) -> Session:
    """Replace the customers by the snapshots of an uploaded order log.

    Boxes that were left blank take the defaults of :func:`retention.pipeline.customers.customers_from_orders`; a
    number for ``quiet_gaps`` makes the label a silence of so many of one's own gaps.
    """
    with opened_upload(path) as file:
        orders = read_orders(file, customer=customer, time=time, amount=amount)
    past = customers_from_orders(
        orders,
        cutoff=cutoff or None,
        horizon_days=_whole(horizon_days),
        active_days=_whole(active_days),
        quiet_gaps=quiet_gaps,
        periods=_whole(periods),
    )
    today = take_snapshot(orders, horizon_days=None, active_days=past.active_days)
    return start_over(session, past, today=today, orders=orders)


def _whole(number: float | None) -> int | None:
    return None if number is None else int(number)


def start_over(
    session: Session, customers: Customers, *, today: Customers | None = None, orders: Orders | None = None
) -> Session:
    """Return a session that starts over with these customers; the money inputs and the offers stay."""
    newest = customers.newest()
    pictures = {
        "recency_frequency": figures.recency_frequency_heatmap(newest),
        "label_balance": figures.label_balance(newest),
        "retention_by_cohort": None if orders is None else figures.retention_by_cohort(orders),
        "order_gaps": None if orders is None else figures.order_gaps(orders),
    }
    return Session(
        customers=customers,
        today=newest if today is None and customers.cutoffs else today,
        findings=audit(newest),
        pictures=pictures,
        economics=session.economics,
        catalogue=session.catalogue,
        rates=session.rates,
        effect_model=session.effect_model,
        language_model_on=session.language_model_on,
        own_ledger=session.own_ledger,
    )
