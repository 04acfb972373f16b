"""What every visitor starts on: a finished example, or the model that the owner pinned."""

import threading
from dataclasses import dataclass
from functools import cache

from retention.errors import ModelError, RetentionError
from retention.hub.connection import Hub
from retention.settings import settings
from retention.ui import libraries
from retention.ui.session import Session
from retention.ui.tabs.churn.from_hub import use_model
from retention.ui.tabs.churn.handlers import train
from retention.ui.tabs.customers.handlers import simulate


@dataclass(frozen=True)
class Start:
    """Where everybody starts.

    Attributes
    ----------
    session
        What is on the screen.
    trouble
        One sentence on why it is not the owner's model, where it should have been.
    """

    session: Session
    warning: RetentionError | None = None


def start() -> Start:
    """Return where every visitor starts: on the model that ``RETENTION_START_MODEL`` names, or on an example.

    Made once a process and shared; sessions are frozen, so nobody can change another's view. Those who
    come while it is being made wait for it.
    """
    libraries.load()
    with _STARTING:
        return _start(settings().start_model)


_STARTING = threading.Lock()
_MAKING_EXAMPLE = threading.Lock()


def example() -> Session:
    """Return the finished example every visitor starts on: simulated customers, trained and priced.

    Made once a process and shared; sessions are frozen, so nobody can change another's view.
    """
    with _MAKING_EXAMPLE:  # visitors who come while it is being made wait for it
        return _example()


@cache
def _example() -> Session:
    return train(simulate(Session(), 5000, 7), weighted=False)


@cache
def _start(model_at: str | None) -> Start:
    if model_at is None:
        return Start(example())
    try:
        return Start(_with_model(model_at))
    except RetentionError as error:
        words = f"here is an example, because the model this desk should start on cannot be had: {error}"
        return Start(example(), type(error)(words))


def _with_model(model_at: str) -> Session:
    """Fetch the model in the owner's name, who chose it, and see that every byte is the one pushed."""
    session = use_model(Session(), model_at, hub=Hub(settings().hf_token))
    if session.curve is None:
        raise ModelError(f"{model_at}: has no evaluation rows, so no profit can be shown; push it with them")
    return session
