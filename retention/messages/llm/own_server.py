"""The owner's own language-model server, spoken to in the OpenAI protocol.

The Hub's client would not do here: with ``HF_HUB_OFFLINE`` it stays silent even on this machine, and it can carry
the Hub's token anywhere.
"""

import ipaddress
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from pydantic import SecretStr


class OwnServer:
    """A client of one server.

    Parameters
    ----------
    base_url
        Its address, e.g. ``http://127.0.0.1:8080/v1``.
    key
        Sent to it as bearer, if any.
    """

    def __init__(self, base_url: str, key: SecretStr | None = None) -> None:
        self._base_url = base_url
        self._key = key
        self._client: Any = None

    async def chat_completion(
        self, messages: Sequence[dict[str, str]], *, model: str, max_tokens: int, temperature: float
    ) -> Any:
        """Return the server's reply, parsed like the Hub's client does.

        Raises
        ------
        Exception
            Whatever the address, the connection or the reply brings about.
        """
        from huggingface_hub import ChatCompletionOutput
        from huggingface_hub.utils import hf_raise_for_status  # type: ignore[attr-defined]

        response = await self._connection().post(
            chat_completions_url(self._base_url),
            json={
                "model": model,
                "messages": messages,
                "max_tokens": max_tokens,
                "temperature": temperature,
                "stream": False,
            },
            headers={"Authorization": f"Bearer {self._key.get_secret_value()}"} if self._key else {},
        )
        hf_raise_for_status(response)
        return ChatCompletionOutput.parse_obj_as_instance(response.json())

    async def close(self) -> None:
        """Close connections."""
        if self._client is not None:
            await self._client.aclose()

    def _connection(self) -> Any:
        """Return the connections, made at the first call: if they cannot be made, it is that call which fails."""
        import httpx2

        if self._client is None:
            # A proxy does not lead back to this machine. Deadlines are the caller's.
            elsewhere = not is_this_machine(urlsplit(self._base_url).hostname)
            self._client = httpx2.AsyncClient(follow_redirects=True, timeout=None, trust_env=elsewhere)
        return self._client


def chat_completions_url(base_url: str) -> str:
    """Return the address that takes chats.

    Examples
    --------
    >>> chat_completions_url("http://127.0.0.1:8080"), chat_completions_url("http://llm.example/api/v1/?key=2")
    ('http://127.0.0.1:8080/v1/chat/completions', 'http://llm.example/api/v1/chat/completions?key=2')
    """
    scheme, netloc, path, query, _ = urlsplit(base_url)
    path = path.rstrip("/")
    if not path.endswith("/chat/completions"):
        path += "/chat/completions" if path.endswith("/v1") else "/v1/chat/completions"
    return urlunsplit((scheme, netloc, path, query, ""))


def is_this_machine(host: str | None) -> bool:
    """Whether a host is the machine that the program runs on.

    Examples
    --------
    >>> is_this_machine("localhost"), is_this_machine("::1"), is_this_machine("llm.example")
    (True, True, False)
    """
    if not host:
        return False
    if host.casefold() == "localhost" or host.casefold().endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
