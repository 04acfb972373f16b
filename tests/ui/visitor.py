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

    def press(self, button: str, *data: Any, extra: dict[str, Any] | None = None) -> dict[str, Any]:
        """Press a button by its label, with one value an input (states are the server's own)."""
        ids = {one["id"] for one in self._config["components"] if one["props"].get("value") == button}
        for dependency in self._config["dependencies"]:
            if any(id in ids and event == "click" for id, event in dependency["targets"]):
                return self.call(dependency["id"], *data, extra=extra)
        raise AssertionError(f"no button {button!r}")

    def call(self, fn_index: int, *data: Any, extra: dict[str, Any] | None = None) -> dict[str, Any]:
        """Call a function by its number; return the last message, with all that was said on the way."""
        body = {"data": list(data), "fn_index": fn_index, "session_hash": self.name, **(extra or {})}
        url = f"{self.address}/gradio_api/queue"
        with httpx2.Client(headers=self.headers, timeout=60) as client:
            client.post(f"{url}/join", json=body).raise_for_status()
            said = []
            with client.stream("GET", f"{url}/data", params={"session_hash": self.name}) as stream:
                for line in stream.iter_lines():
                    if line.startswith("data:"):
                        said.append(json.loads(line[5:]))
                        if said[-1]["msg"] == "process_completed":
                            return {**said[-1], "said": said}
        raise AssertionError(said)

    @cached_property
    def _config(self) -> dict[str, Any]:
        config: dict[str, Any] = httpx2.get(f"{self.address}/config").json()
        return config
