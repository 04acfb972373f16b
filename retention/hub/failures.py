"""What a failed call to the Hub means, in one sentence, and whether repeating it may help."""

from pydantic import SecretStr

from retention.errors import PublishError
from retention.hub.reference import Kind, Reference
from retention.settings import settings

ATTEMPTS = 5
"""How often a call is made before it counts as failed."""

_LONGEST_WAIT_S = 60.0
_TRANSIENT = frozenset({408, 409, 412, 429, 500, 502, 503, 504})


def sign_in_hint() -> str:
    """Say how to sign in to the Hub, on a Space or on this machine."""
    return "sign in on the Share tab" if settings().on_space else "sign in with `hf auth login` or set HF_TOKEN"


def client_errors() -> tuple[type[Exception], ...]:
    """Return the exceptions that a call may raise: refusals, lost connections, odd answers, and whatever else."""
    return (Exception,)


def seconds_before_retry(error: Exception, attempt: int) -> float | None:
    """Return how many seconds to wait after failure number ``attempt`` (from 0); None if repeating cannot help.

    A ``Retry-After`` of up to a minute is honoured, and so is the rest of the window that ``RateLimit`` states.
    """
    import httpx2

    error = _original_error(error)
    if attempt >= ATTEMPTS - 1:
        return None
    status = _status(error)
    if status is None:
        return 2.0**attempt if isinstance(error, httpx2.TransportError) else None
    if status not in _TRANSIENT:
        return None
    retry_after = _retry_after(error)
    if retry_after is None:
        return 2.0**attempt
    return retry_after if retry_after <= _LONGEST_WAIT_S else None


def is_permanent(error: Exception) -> bool:
    """Whether the Hub refused for good; otherwise the call may have succeeded although no answer arrived."""
    status = _status(_original_error(error))
    return status is not None and 400 <= status < 500 and status not in _TRANSIENT


def to_publish_error(error: Exception, reference: Reference, kind: Kind, token: SecretStr | None) -> PublishError:
    """Return the client's error as one sentence that says what to do; the token is never part of it."""
    import httpx2
    from huggingface_hub.errors import OfflineModeIsEnabled

    error = _original_error(error)
    status = _status(error)
    if isinstance(error, OfflineModeIsEnabled):
        sentence = "offline mode is on; unset HF_HUB_OFFLINE to reach the Hub"
    elif status is not None:
        sentence = _refusal_text(error, status, reference, kind, token)
    elif isinstance(error, httpx2.TimeoutException):
        sentence = "the Hub did not answer in time; try again later"
    elif isinstance(error, httpx2.ConnectError):
        sentence = "the Hub cannot be reached; check the network, or HF_ENDPOINT if you set it"
    elif isinstance(error, ImportError):
        sentence = (
            "calls cannot go through the proxy that is set; change or unset ALL_PROXY, HTTP_PROXY and HTTPS_PROXY"
        )
    elif isinstance(error, httpx2.InvalidURL):
        sentence = "an address of the Hub, or of a proxy, is none; check HF_ENDPOINT, HTTP_PROXY and HTTPS_PROXY"
    elif isinstance(error, httpx2.TransportError):
        sentence = "the connection to the Hub was lost; check the network and try again"
    else:
        sentence = (
            f"the Hub's answer could not be understood ({type(error).__name__}); check HF_ENDPOINT or try again"
        )
    return PublishError(f"{reference}: {sentence}")


def not_found_hint(token: SecretStr | None) -> str:
    """Say why a repository that exists may not be found."""
    if token is None:
        return f"or it is private; check it, or {sign_in_hint()}"
    return "or this token may not see it; check both"


def _refusal_text(error: Exception, status: int, reference: Reference, kind: Kind, token: SecretStr | None) -> str:
    from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError, RevisionNotFoundError

    sign_in = f"does not accept the token; renew it and {sign_in_hint()}"
    if token is None:
        sign_in = f"wants to know who you are; {sign_in_hint()}"
    owner = reference.repo.split("/")[0]
    forbidden = f"the token may not do that under {owner}; use one that may write there"
    if settings().on_space:
        forbidden = f"this Space may only write under {owner} where it made the repository; choose a new name"
    by_error = {
        GatedRepoError: f"its owner grants access one by one; ask for it on the {kind}'s page",
        RepositoryNotFoundError: f"there is no {kind} of this name, {not_found_hint(token)}",
        RevisionNotFoundError: "there is no such commit; check it, or leave it out for the newest",
    }
    by_status = {
        401: f"the Hub {sign_in}",
        402: "the Hub asks for payment, as it does when private storage is full; make room or upgrade",
        403: forbidden,
        413: "the Hub finds it too large; share fewer rows",
        429: "the Hub limits the rate of calls; try again " + _when_to_retry(_retry_after(error)),
    }
    sentence = next(
        (text for error_type, text in by_error.items() if isinstance(error, error_type)), by_status.get(status)
    )
    if sentence is None and status >= 500:
        sentence = f"the Hub has a problem ({status}); try again later"
    message = _server_message(error, token)
    if sentence is None:
        return f"the Hub refused ({status}): {message or 'no reason given'}"
    return f"{sentence} (the Hub says: {message})" if message else sentence


def _server_message(error: Exception, token: SecretStr | None) -> str:
    """Return the Hub's own sentence, on one line and without the token; blank where it gave none."""
    message = " ".join(str(getattr(error, "server_message", None) or "").split())
    if token and token.get_secret_value():
        message = message.replace(token.get_secret_value(), "…")
    return "" if message.startswith("<") else message[:200]


def _original_error(error: Exception) -> Exception:
    """Return the refusal or lost connection that the client may have wrapped into another exception."""
    import httpx2

    inner: BaseException | None = error
    while isinstance(inner, Exception) and not isinstance(inner, httpx2.HTTPError):
        inner = inner.__cause__
    return inner if isinstance(inner, Exception) else error


def _status(error: Exception) -> int | None:
    from huggingface_hub.errors import HfHubHTTPError

    return error.response.status_code if isinstance(error, HfHubHTTPError) else None


def _retry_after(error: Exception) -> float | None:
    from huggingface_hub.errors import HfHubHTTPError
    from huggingface_hub.utils import parse_ratelimit_headers  # type: ignore[attr-defined]

    if not isinstance(error, HfHubHTTPError):
        return None
    text = error.response.headers.get("Retry-After", "").strip()
    if text.isdigit():
        return float(text)
    limit = parse_ratelimit_headers(error.response.headers)
    return float(limit.reset_in_seconds) if limit is not None and limit.remaining == 0 else None


def _when_to_retry(seconds: float | None) -> str:
    return "later" if seconds is None else f"in {seconds:.0f} seconds"
