"""Somebody who calls the app's handlers without its page: by raw HTTP, by the number of the function."""

import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import httpx2


@dataclass
class Visitor:
    """One gradio session at an address, signed in or not.

    Attributes
    ----------
    address
        The app's.
    headers
        Sent with every call: a cookie of somebody signed in, another host or origin.
    name
        Name of the gradio session.
    """

    address: str
    headers: dict[str, str] = field(default_factory=dict)
    name: str = "canary"

    def load(self) -> None:
        """Open the page."""
        for call in self._wired_to("load", None):
            self.call(call)

    def press(self, button: str, *data: Any) -> dict[str, Any]:
        """Press the only button of this label, with one value an input (states are the server's own)."""
        (call,) = self.buttons(button)
        return self.call(call, *data)

    def buttons(self, label: str) -> list[int]:
        """Return the number of the function behind each button of this label."""
        ids = {entry["id"] for entry in self.config["components"] if entry["props"].get("value") == label}
        return self._wired_to("click", ids)

    def call(self, fn_index: int, *data: Any) -> dict[str, Any]:
        """Call a function by its number; return the last message, with all that was said on the way."""
        body = {"data": list(data), "fn_index": fn_index, "session_hash": self.name}
        url = f"{self.address}/gradio_api/queue"
        messages: list[dict[str, Any]] = []
        with httpx2.Client(headers=self.headers, timeout=60) as client:
            client.post(f"{url}/join", json=body).raise_for_status()
            with client.stream("GET", f"{url}/data", params={"session_hash": self.name}) as stream:
                for line in stream.iter_lines():
                    if line.startswith("data:"):
                        messages.append(json.loads(line[5:]))
                        if messages[-1]["msg"] == "process_completed":
                            return {**messages[-1], "messages": messages}
        raise AssertionError(messages)

    @cached_property
    def config(self) -> dict[str, Any]:
        """What the page is told about the app."""
        config: dict[str, Any] = httpx2.get(f"{self.address}/config", headers=self.headers, timeout=60).json()
        return config

    def _wired_to(self, event: str, ids: set[int] | None) -> list[int]:
        return [
            entry["id"]
            for entry in self.config["dependencies"]
            if any(wired == event and (ids is None or id in ids) for id, wired in entry["targets"])
        ]
