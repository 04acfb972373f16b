"""What every visitor starts with: a finished example, or the model that the owner pinned."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

from retention.errors import ModelError, RetentionError
from retention.hub.connection import Hub
from retention.pipeline.play import PlayedToTheEnd
from retention.settings import settings
from retention.ui import libraries
from retention.ui.session import Session
from retention.ui.tabs.campaign.example import play_example
from retention.ui.tabs.churn.from_hub import use_model
from retention.ui.tabs.churn.handlers import train
from retention.ui.tabs.customers.handlers import simulate


@dataclass(frozen=True)
class Start:
    """What every visitor starts with.

    Attributes
    ----------
    session
        The session that the page shows first.
    trouble
        Why it is an example although the owner pinned a model; None where all is well.
    """

    session: Session
    warning: RetentionError | None = None


def start() -> Start:
    """Return what every visitor starts with: the model that ``RETENTION_START_MODEL`` names, or an example.

    It is made once per process and shared; sessions are frozen, so no visitor can change another's view. Whoever
    calls while it is being made waits for it.
    """
    libraries.load()
    with _STARTING:
        return _start(settings().start_model)


_STARTING = threading.Lock()
_MAKING_EXAMPLE = threading.Lock()


def example() -> Session:
    """Return the finished example: simulated customers, with a trained model and its profit.

    It is made once per process and shared.
    """
    with _MAKING_EXAMPLE:  # visitors who come while it is being made wait for it
        return _example()


_CUSTOMERS, _SEED = 5000, 7


@cache
def _example() -> Session:
    session = train(simulate(Session(), _CUSTOMERS, _SEED), weighted=False)
    return replace(session, example=_once(lambda: play_example(session, customers=_CUSTOMERS, seed=_SEED)))


def _once(play: Callable[[], PlayedToTheEnd]) -> Callable[[], PlayedToTheEnd]:
    """Return a function that plays at its first call; who calls meanwhile waits for it."""
    playing = threading.Lock()

    @cache
    def played() -> PlayedToTheEnd:
        return play()

    def first_or_again() -> PlayedToTheEnd:
        with playing:
            return played()

    return first_or_again


@cache
def _start(model_at: str | None) -> Start:
    if model_at is None:
        return Start(example())
    try:
        return Start(_with_model(model_at))
    except RetentionError as error:
        sentence = f"this is an example, because the start model cannot be loaded: {error}"
        return Start(example(), type(error)(sentence))


def _with_model(model_at: str) -> Session:
    """Fetch the model in the name of the owner, who pinned it, and check that every byte is as published."""
    session = use_model(Session(), model_at, hub=Hub(settings().hf_token))
    if session.curve is None:
        raise ModelError(f"{model_at}: has no evaluation rows, so no profit can be shown; publish it with them")
    return session
