"""As whom the app speaks to the Hub.

On one's own machine that is whoever is signed in there: the app listens on loopback alone. On a Space it is the
visitor who asks, with the token of their own sign-in, and never the Space with its secret. Gradio hands a handler
the token for the length of a call (a parameter typed ``gr.OAuthToken | None``); it is kept nowhere.
"""

from typing import Any
from urllib.parse import urlsplit

import gradio as gr
from pydantic import SecretStr

from retention.hub.connection import Hub
from retention.settings import settings

_THIS_MACHINE = {"127.0.0.1", "localhost", "::1"}


def hub_for_caller(token: Any, request: Any) -> Hub:
    """Return the way a visitor speaks to the Hub.

    Parameters
    ----------
    token
        What gradio injected for this call: the visitor's own (``gr.OAuthToken``), or None.
    request
        The call (``gr.Request``). A browser sends cookies along whatever page it is on, and gradio answers pages
        of other sites, so for a call from another site's page it is nobody who asks. Nor is this machine's token
        for those who reach the app under another name than its own.
    """
    host, page = request.headers.get("host", ""), request.headers.get("origin")
    if page is not None and _part(page, "netloc") not in {host, *settings().space_hosts}:
        return Hub()
    if token is not None:
        return Hub(SecretStr(token.token))
    if not settings().on_space and _part(f"//{host}", "hostname") not in _THIS_MACHINE:
        return Hub()
    return Hub.from_environment()


def login_button() -> gr.LoginButton | None:
    """Lay out the button of a Space that lets visitors sign in; elsewhere gradio would fake a sign-in."""
    return gr.LoginButton(size="md") if settings().visitors_sign_in else None


def _part(address: str, part: str) -> str | None:
    try:
        found: str | None = getattr(urlsplit(address), part)
    except ValueError:
        return None
    return found
