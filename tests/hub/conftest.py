"""A Hub on loopback, connections of a user who may write to it and of an anonymous one, and small releases."""

from collections.abc import Callable, Iterator

import pytest
from pydantic import SecretStr

from retention.artifacts import with_manifest
from retention.hub.connection import Hub
from retention.hub.reference import Kind
from retention.hub.release import Release
from tests.stand_ins.hub_server import HubServer, Person

TOKEN = "hf_canaryofalicewhomaywrite"  # noqa: S105  opens nothing

MakeRelease = Callable[..., Release]


@pytest.fixture(scope="session")
def running_server() -> Iterator[HubServer]:
    with HubServer() as server:
        yield server


@pytest.fixture
def server(running_server: HubServer) -> HubServer:
    """An empty Hub that knows Alice."""
    running_server.clear()
    running_server.people[TOKEN] = Person("alice", ("acme",))
    return running_server


@pytest.fixture
def waits() -> list[float]:
    """The seconds that each retry would have waited."""
    return []


@pytest.fixture
def hub(server: HubServer, waits: list[float]) -> Hub:
    """Alice's connection; waiting takes no time."""
    return Hub(SecretStr(TOKEN), server.url, waits.append)


@pytest.fixture
def stranger(server: HubServer) -> Hub:
    """An anonymous connection."""
    return Hub(None, server.url, lambda seconds: None)


def small_release(
    files: dict[str, bytes] | None = None, *, repo: str = "alice/churn", kind: Kind = "model", private: bool = True
) -> Release:
    """Make a release of a model folder with these files, by default two."""
    files = files or {"model.json": b'{"a": 1}', "booster.json": b"{}"}
    content = with_manifest(files, {"kind": "churn-model", "format": 1})
    content["README.md"] = b"---\nlicense: mit\n---\n# churn\n"
    return Release(repo=repo, kind=kind, title="Release a churn model", private=private, content=content)


@pytest.fixture
def release() -> MakeRelease:
    """Make a small release."""
    return small_release
