"""A language-model server on loopback that fails in every way a server can, on the wire.

It speaks just enough HTTP on plain asyncio streams to be able to break it. Nothing here is a
mock: clients meet real sockets. The function in ``answer`` handles the next request, and every
request's head and body is kept in ``requests``.
"""

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from types import TracebackType

TEMPLATE = "Hi {name}, dinner is waiting for you with {offer}."


@dataclass(frozen=True)
class Request:
    """One request as it came over the wire."""

    head: str
    body: str

    @property
    def model(self) -> str:
        """The model that was asked for."""
        return str(json.loads(self.body)["model"])


Answer = Callable[[asyncio.StreamWriter, Request], Awaitable[None]]


def says(text: object = TEMPLATE, *, after_s: float = 0.0) -> Answer:
    """Answer every chat with this content."""
    body = json.dumps({"choices": [{"index": 0, "message": {"role": "assistant", "content": text}}]})
    return replies(body, after_s=after_s)


def replies(
    body: str | bytes, *, status: int = 200, kind: str = "application/json", after_s: float = 0.0, **headers: str
) -> Answer:
    """Answer every request with these bytes; ``retry_after="7"`` becomes a header."""
    content = body.encode() if isinstance(body, str) else body
    lines = [f"HTTP/1.1 {status} Whatever", f"content-type: {kind}", f"content-length: {len(content)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    head = "\r\n".join(lines).encode() + b"\r\n\r\n"

    async def answer(writer: asyncio.StreamWriter, _: Request) -> None:
        if after_s:
            await asyncio.sleep(after_s)
        writer.write(head + content)

    return answer


def in_turn(*answers: Answer) -> Answer:
    """Answer with the first, then the second, and so on, over and over."""
    requests = 0

    async def answer(writer: asyncio.StreamWriter, request: Request) -> None:
        nonlocal requests
        requests += 1
        await answers[(requests - 1) % len(answers)](writer, request)

    return answer


def by_model(answers: dict[str, Answer], otherwise: Answer) -> Answer:
    """Answer according to the model that is asked for."""

    async def answer(writer: asyncio.StreamWriter, request: Request) -> None:
        await answers.get(request.model, otherwise)(writer, request)

    return answer


async def hang(writer: asyncio.StreamWriter, request: Request) -> None:
    """Never answer."""
    await asyncio.sleep(3600)


async def headers_then_hang(writer: asyncio.StreamWriter, request: Request) -> None:
    """Promise a body that never comes."""
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n")
    await asyncio.sleep(3600)


async def drip(writer: asyncio.StreamWriter, request: Request) -> None:
    """Send a good answer, 16 bytes every half second: no single read takes long."""
    body = json.dumps({"choices": [{"message": {"content": TEMPLATE}}]}).encode()
    writer.write(f"HTTP/1.1 200 OK\r\ncontent-length: {len(body)}\r\n\r\n".encode())
    for start in range(0, len(body), 16):
        writer.write(body[start : start + 16])
        await writer.drain()
        await asyncio.sleep(0.5)


async def truncated(writer: asyncio.StreamWriter, request: Request) -> None:
    """Promise more than is sent, and hang up."""
    writer.write(b'HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{"choices": [')
    await writer.drain()
    writer.close()


async def reset(writer: asyncio.StreamWriter, request: Request) -> None:
    """Drop the connection without a word."""
    writer.transport.abort()


async def no_http(writer: asyncio.StreamWriter, request: Request) -> None:
    """Answer in another protocol."""
    writer.write(b"SSH-2.0-OpenSSH_9.6\r\n")
    await writer.drain()
    writer.close()


FAULTS: dict[str, Answer] = {
    "hang": hang,
    "headers then hang": headers_then_hang,
    "drip": drip,
    "truncated": truncated,
    "reset": reset,
    "no HTTP": no_http,
    "malformed JSON": replies('{"choices": [{'),
    "empty body": replies(""),
    "HTML": replies("<html><body>Welcome to the login page</body></html>", kind="text/html"),
    "no UTF-8": replies(b"\xff\xfe\x00{"),
    "garbage said to be gzip": replies(b"not gzip at all", content_encoding="gzip"),
    "deeply nested": replies("[" * 200_000),
    "a list": replies("[1, 2]"),
    "a string": replies('"hello"'),
    "null": replies("null"),
    "no choices": replies('{"id": "1"}'),
    "empty choices": replies('{"choices": []}'),
    "choices are text": replies('{"choices": "hello"}'),
    "no message": replies('{"choices": [{"index": 0}]}'),
    "null content": says(None),
    "empty content": says("   "),
    "content is a list": says([{"type": "text", "text": TEMPLATE}]),
    "unusable text": says("Certainly! Here is 50% off at evil.example"),
    "redirect loop": replies("", status=307, location="/v1/chat/completions"),
    "redirect to nowhere": replies("", status=302),
    **{str(status): replies('{"error": "no"}', status=status) for status in (
        400, 401, 402, 403, 404, 405, 408, 409, 418, 422, 429, 500, 501, 502, 503, 504, 529)},
    "429 with Retry-After": replies("", status=429, retry_after="7"),
    "model not supported": replies('{"error": {"code": "model_not_supported"}}', status=400),
}  # fmt: skip


@dataclass
class FaultServer:
    """The server, on a thread of its own; use it in a ``with`` block."""

    answer: Answer = field(default_factory=says)
    requests: list[Request] = field(default_factory=list)

    def __enter__(self) -> "FaultServer":
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(
            asyncio.start_server(self._serve, "127.0.0.1", 0), self._loop
        ).result()
        self._port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def base_url(self) -> str:
        """Where a client finds the server."""
        return f"http://127.0.0.1:{self._port}/v1"

    async def _end(self) -> None:
        self._server.close()
        open_connections = asyncio.all_tasks() - {asyncio.current_task()}
        for task in open_connections:
            task.cancel()
        await asyncio.gather(*open_connections, return_exceptions=True)
        await asyncio.sleep(0)  # the transports close one turn later

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while not writer.is_closing():
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                lengths = [line for line in head.lower().split("\r\n") if line.startswith("content-length:")]
                body = await reader.readexactly(int(lengths[0].split(":")[1])) if lengths else b""
                request = Request(head, body.decode())
                self.requests.append(request)
                await self.answer(writer, request)
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass
        except asyncio.CancelledError:
            writer.transport.abort()
        finally:
            writer.close()
