"""As whom the app speaks to the Hub.

On one's own machine that is whoever is signed in there: the app listens on loopback alone. On a Space it is the
visitor who asks, with the token of their own sign-in, and never the Space with its secret. Gradio hands a handler
the token for the length of a call (a parameter typed ``gr.OAuthToken | None``); it is kept nowhere.
"""

from typing import Any, TypeAlias

import gradio as gr
from pydantic import SecretStr

from retention.hub.connection import Hub
from retention.settings import settings

Token: TypeAlias = gr.OAuthToken | None


def hub_of(token: Any) -> Hub:
    """Return the way a visitor speaks to the Hub.

    Parameters
    ----------
    token
        What gradio injected for this call: the visitor's own, or None for nobody. Nobody is whoever is signed in
        on this machine, but on a Space really nobody.
    """
    return Hub.of_this_machine() if token is None else Hub(SecretStr(token.token))


def login_button() -> gr.LoginButton | None:
    """Lay out the button of a Space that lets visitors sign in; elsewhere gradio would fake a sign-in."""
    return gr.LoginButton(size="md") if settings().visitors_sign_in else None
