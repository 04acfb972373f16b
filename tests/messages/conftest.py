"""A language-model server, writers on it, and a ledger."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from retention.messages.ledger import Ledger
from retention.messages.llm.client import HubWriter
from tests.stand_ins.fault_server import FaultServer


@pytest.fixture
def server() -> Iterator[FaultServer]:
    """A language-model server that answers well unless a test changes its answer."""
    with FaultServer() as started:
        yield started


@pytest.fixture
def writer(server: FaultServer) -> Iterator[HubWriter]:
    """A writer on that server."""
    started = HubWriter(("m",), base_url=server.base_url)
    yield started
    started.close()


@pytest.fixture
def probing_writer(server: FaultServer) -> Iterator[HubWriter]:
    """A writer whose breaker lets a probe out at once."""
    started = HubWriter(("m",), base_url=server.base_url, reset_s=1e-6)
    yield started
    started.close()


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """A new ledger."""
    with Ledger(tmp_path / "offers.sqlite") as opened:
        yield opened
