"""Describes the customers of an order source that has a name."""

from retention.errors import InputError
from retention.pipeline.sources import customers_of_source, source_names
from retention.settings import settings
from retention.ui.session import Session
from retention.ui.tabs.customers.handlers import start_over

__all__ = ["may_read_sources", "source_names", "use_source"]


def may_read_sources() -> bool:
    """Whether the app runs on one's own machine, whose databases it may read."""
    return not settings().on_space


def use_source(session: Session, name: str | None) -> Session:
    """Replace the customers by the snapshots of a source.

    Raises
    ------
    InputError
        If none is chosen, it cannot be used, or the app runs on a Space.
    """
    if not name:
        raise InputError("Orders in: choose one of the list first")
    past, today = customers_of_source(name)
    return start_over(session, past, today=today)
