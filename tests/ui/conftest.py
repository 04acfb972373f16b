"""The Hub on loopback and somebody who may write to it, for what the app does with it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from retention.churn.model import ChurnModel
from retention.customers.table import Customers
from retention.hub.connection import Hub
from retention.profit.economics import Economics
from retention.ui.session import Session
from tests.stand_ins.hub_server import HubServer, Person

TOKEN = "hf_canaryofalicewhomaywrite"  # noqa: S105  opens nothing


@pytest.fixture(scope="session")
def running_hub() -> Iterator[HubServer]:
    with HubServer() as server:
        yield server


@pytest.fixture
def server(running_hub: HubServer) -> HubServer:
    """An empty Hub that knows Alice."""
    running_hub.clear()
    running_hub.people[TOKEN] = Person("alice")
    return running_hub


@pytest.fixture
def hub(server: HubServer) -> Hub:
    """Alice's way to speak to it; waiting takes no time."""
    return Hub(SecretStr(TOKEN), server.url, lambda seconds: None)


@pytest.fixture
def stranger(server: HubServer) -> Hub:
    """Somebody who is not signed in."""
    return Hub(None, server.url, lambda seconds: None)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the salt is kept: not among the developer's own things."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture(scope="session")
def trained(telecom: Customers, telecom_model: ChurnModel) -> Session:
    """A visitor who has trained on telecom customers."""
    return Session(customers=telecom, model=telecom_model).priced(Economics())
