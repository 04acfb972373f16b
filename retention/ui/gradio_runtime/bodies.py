"""No request's JSON is larger than the app has use for: a longer one is refused before it is read into memory.

Gradio bounds uploaded files and reads every other body whole. Written for gradio 6.31.
``tests/ui/gradio_runtime/test_bodies.py`` fails once gradio bounds them itself.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY_BYTES = 16_000_000
"""Largest body of a request that is no upload; what the app itself sends takes a few kilobytes,
and an agent may send a file as a ``data:`` URL."""

_TOO_LARGE = b'{"detail": "the request is too large; upload a file instead of sending it as JSON"}'


class BoundedBodies:
    """ASGI middleware that refuses longer bodies with 413, by their announced length or as they come in."""

    def __init__(self, app: "ASGIApp", most_bytes: int = MAX_BODY_BYTES) -> None:
        self._app = app
        self._most_bytes = most_bytes

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Pass a request on, as long as its body stays within the limit."""
        if scope["type"] != "http" or scope["path"].endswith("/upload"):  # gradio streams and bounds files
            await self._app(scope, receive, send)
            return
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if not announced.isdigit() or int(announced) > self._most_bytes:
            await _refuse(send)
            return
        received, refused, answered = 0, False, False

        async def bounded_receive() -> "Message":
            nonlocal received, refused
            message = await receive()
            received += len(message.get("body", b""))
            if received <= self._most_bytes or refused or answered:
                return message
            refused = True
            await _refuse(send)
            return {"type": "http.disconnect"}

        async def send_unless_refused(message: "Message") -> None:
            nonlocal answered
            if not refused:
                answered = True
                await send(message)

        try:
            await self._app(scope, bounded_receive, send_unless_refused)
        except Exception:
            if not refused:
                raise


async def _refuse(send: Any) -> None:
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(_TOO_LARGE)).encode()),
               (b"connection", b"close")]  # fmt: skip
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": _TOO_LARGE})
