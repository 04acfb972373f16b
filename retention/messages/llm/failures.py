"""The error that an exception or an HTTP status of a language model's server stands for."""

import math
import time
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from retention.messages.llm.outcome import CallError, FailureKind

if TYPE_CHECKING:
    from huggingface_hub.errors import HfHubHTTPError

_ACCOUNT = {
    401: "the token is not accepted (401)",
    402: "no inference credits left (402)",
    403: "the token may not make calls to Inference Providers (403)",
}
_ACCOUNT_OF_OWN_SERVER = {
    401: "the server does not accept the key (401); check RETENTION_API_KEY",
    402: "the server asks for payment (402)",
    403: "the server does not let this key make calls (403); check RETENTION_API_KEY",
}
_SLOW_DOWN = "the server asks to slow down (429)"
_NOT_SERVED = "nobody serves this model"


def error_of_exception(error: Exception, *, own_server: bool) -> CallError:
    """Return the error that any exception of a call stands for; nothing of the exception's own text is in it."""
    import httpx2
    from huggingface_hub.errors import HfHubHTTPError, OfflineModeIsEnabled

    if isinstance(error, HfHubHTTPError):
        return error_of_status(error, own_server=own_server)
    meanings: tuple[tuple[type[Exception] | tuple[type[Exception], ...], str, FailureKind], ...] = (
        (OfflineModeIsEnabled, "offline mode is on; unset HF_HUB_OFFLINE", FailureKind.ENDPOINT),
        (httpx2.TooManyRedirects, "the language model's server sends calls in a circle", FailureKind.ENDPOINT),
        ((httpx2.RemoteProtocolError, httpx2.ReadError, httpx2.DecodingError),
         "the language model's server broke off", FailureKind.ENDPOINT),
        ((httpx2.HTTPError, httpx2.InvalidURL, OSError),
         "the language model cannot be reached", FailureKind.ENDPOINT),
        (ImportError, "calls cannot go through the proxy that is set; change or unset ALL_PROXY, HTTP_PROXY and "
         "HTTPS_PROXY", FailureKind.ENDPOINT),
        ((ValueError, TypeError, AttributeError, LookupError, RecursionError),
         "the reply was not of the agreed form", FailureKind.MODEL),
    )  # fmt: skip
    for types, reason, kind in meanings:
        if isinstance(error, types):
            return CallError(reason, kind)
    return CallError(f"the call failed ({type(error).__name__})", FailureKind.ENDPOINT)


def error_of_status(error: "HfHubHTTPError", *, own_server: bool = False) -> CallError:
    """Return the error that an HTTP status other than success stands for."""
    status = error.response.status_code
    if status in _ACCOUNT:
        return CallError((_ACCOUNT_OF_OWN_SERVER if own_server else _ACCOUNT)[status], FailureKind.ACCOUNT)
    if status == 429:
        return CallError(
            _SLOW_DOWN, FailureKind.PAUSE, retry_after_s=_retry_after_s(error.response.headers.get("retry-after"))
        )
    if status in {404, 410} or (status == 400 and b"model_not_supported" in error.response.content):
        return CallError(f"{_NOT_SERVED} ({status})", FailureKind.NOT_SERVED)
    if status in {400, 422}:
        return CallError(f"the server did not take the request ({status})", FailureKind.REQUEST)
    return CallError(f"the language model's server failed ({status})", FailureKind.MODEL)


def _retry_after_s(retry_after: str | None) -> float | None:
    """Read a ``Retry-After`` header: seconds, or a date."""
    if retry_after is None:
        return None
    try:
        seconds = float(retry_after)
    except ValueError:
        seconds = _seconds_until(retry_after)
    return seconds if math.isfinite(seconds) and seconds > 0 else None


def _seconds_until(date: str) -> float:
    try:
        moment = parsedate_to_datetime(date)
    except ValueError:
        return 0.0
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() - time.time()
