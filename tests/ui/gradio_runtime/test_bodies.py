"""A body that is too long is refused before it is held in memory; uploads and short bodies pass."""

import asyncio
from collections.abc import Iterable
from typing import Any

import pytest

from retention.ui.gradio_runtime.bodies import BoundedBodies

MOST_BYTES = 100


def status_of(path: str, chunks: Iterable[bytes], *, announced: bytes | None) -> tuple[int, int]:
    """Return the status of the answer, and how many bytes the app was given."""
    given = 0
    sent: list[dict[str, Any]] = []
    waiting = list(chunks)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        nonlocal given
        while (message := await receive())["type"] == "http.request":
            given += len(message["body"])
            if not message["more_body"]:
                break
        else:
            raise ConnectionError
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def receive() -> dict[str, Any]:
        body = waiting.pop(0)
        return {"type": "http.request", "body": body, "more_body": bool(waiting)}

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [] if announced is None else [(b"content-length", announced)]
    scope = {"type": "http", "path": path, "headers": headers}
    asyncio.run(BoundedBodies(app, MOST_BYTES)(scope, receive, send))
    return next(message["status"] for message in sent if message["type"] == "http.response.start"), given


@pytest.mark.parametrize("announced", [b"101", b"400000000", b"-1", b"ten"])
def test_an_announced_length_is_refused_unread(announced: bytes) -> None:
    """Nothing of the body is taken in."""
    assert status_of("/gradio_api/queue/join", [b"x" * 101], announced=announced) == (413, 0)


def test_a_body_without_a_length_is_cut_off_at_the_limit() -> None:
    """Chunks are counted as they come, and the one that exceeds the limit never arrives."""
    assert status_of("/gradio_api/mcp/", [b"x" * 60] * 1000, announced=None) == (413, 60)


def test_what_is_short_enough_passes() -> None:
    """At the limit, and with a shorter announced length."""
    assert status_of("/gradio_api/queue/join", [b"x" * 50] * 2, announced=b"100") == (200, 100)
    assert status_of("/gradio_api/queue/join", [b""], announced=None) == (200, 0)


def test_uploads_have_their_own_limit() -> None:
    """Files are streamed to the disk, within the limit for uploads."""
    assert status_of("/gradio_api/upload", [b"x" * 500], announced=b"500") == (200, 500)


def test_the_app_refuses_a_long_body(monkeypatch: pytest.MonkeyPatch) -> None:
    """The running app answers 413 before it has read the body, and plain gradio would have taken it."""
    import gradio as gr
    from starlette.middleware import Middleware
    from starlette.testclient import TestClient

    with gr.Blocks(analytics_enabled=False) as app:
        gr.Button()
    body = b'{"data": ["' + b"x" * 2000 + b'"]}'
    statuses = []
    for middleware in ([], [Middleware(BoundedBodies, most_bytes=1000)]):
        server = gr.routes.App.create_app(app, app_kwargs={"middleware": middleware})
        headers = {"content-type": "application/json"}
        statuses.append(
            TestClient(server).post("/gradio_api/queue/join", content=body, headers=headers).status_code
        )
    assert statuses[0] != 413
    assert statuses[1] == 413
