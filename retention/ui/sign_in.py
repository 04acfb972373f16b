"""In whose name the app calls the Hub.

On a visitor's own machine it is whoever is signed in there, since the app listens on loopback alone. On a Space
it is the visitor, with the token of their own sign-in, and never the Space with its secret. Gradio passes the
token to a handler for the length of a call (a parameter typed ``gr.OAuthToken | None``); it is stored nowhere.
"""

from typing import Any
from urllib.parse import urlsplit

import gradio as gr
from pydantic import SecretStr

from retention.hub.connection import Hub
from retention.settings import settings

_PROXY_HEADERS = {"forwarded", "via", "x-real-ip", "x-client-ip", "cf-connecting-ip", "true-client-ip"}
_THIS_MACHINE = {"127.0.0.1", "localhost", "::1"}


def hub_for_caller(token: Any, request: Any) -> Hub:
    """Return the connection to the Hub in the caller's name.

    Parameters
    ----------
    token
        What gradio injected for this call: the visitor's own (``gr.OAuthToken``), or None.
    request
        The call (``gr.Request``). A browser sends cookies from every page, and gradio answers pages of other
        sites, so a call from another site's page is anonymous. A call that reaches the app under a foreign host
        name, or through a proxy, does not get this machine's token either: it may come from anywhere.
    """
    host, page = request.headers.get("host", ""), request.headers.get("origin")
    if page is not None and _part(page, "netloc") not in {host, *settings().space_hosts}:
        return Hub()
    if token is not None:
        return Hub(SecretStr(token.token))
    if not settings().on_space and (
        _part(f"//{host}", "hostname") not in _THIS_MACHINE or _is_forwarded(request.headers)
    ):
        return Hub()
    return Hub.from_environment()


def _is_forwarded(headers: Any) -> bool:
    """Whether a proxy between the caller and the app has left a trace in the headers."""
    return any(name.startswith("x-forwarded") or name in _PROXY_HEADERS for name in map(str.lower, headers.keys()))


def login_button() -> gr.LoginButton | None:
    """Lay out the sign-in button on a Space; elsewhere gradio would fake a sign-in."""
    return gr.LoginButton(size="md") if settings().visitors_sign_in else None


def _part(address: str, part: str) -> str | None:
    try:
        value: str | None = getattr(urlsplit(address), part)
    except ValueError:
        return None
    return value
