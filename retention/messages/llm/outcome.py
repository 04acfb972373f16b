"""What can come of a call to a language model, and how the line to it stands: the words for both."""

import math
from dataclasses import dataclass
from enum import Enum


class FailureKind(Enum):
    """Whom a failed call speaks against."""

    ACCOUNT = "account"  # token, credits, access: no call can succeed
    ENDPOINT = "endpoint"  # unreachable or silent: no model there can answer
    PAUSE = "pause"  # asked to slow down
    MODEL = "model"  # this model failed; another may answer
    TEXT = "text"  # it answered, but not with a line to be sent
    NOT_SERVED = "gone"  # nobody serves this model
    REQUEST = "request"  # the request itself was refused: nobody's failure


class CallError(Exception):
    """A call brought no line that can be sent.

    Attributes
    ----------
    reason
        In words for a person, without anything from the reply or about the customer.
    blame
        Whom it speaks against.
    retry_after_s
        Seconds the server asked to be left alone for, if it did.
    """

    def __init__(self, reason: str, failure_kind: FailureKind, *, retry_after_s: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.failure_kind = failure_kind
        self.retry_after_s = retry_after_s


class BreakerOpenError(Exception):
    """No call went out, because the breaker is open; ``reason`` says why in words for a person."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class BreakerReport:
    """How the line to the language model stands.

    Attributes
    ----------
    state
        ``"closed"`` (calls go out), ``"open"`` (none do), ``"half_open"`` (the next one is a probe) or
        ``"off"`` (there is no language model).
    reason
        Why it is not closed, in words for a person; empty when closed.
    calls, failures
        Calls that went out since the start, and how many of them failed.
    next_probe_s
        Seconds until a call may go out again; None when closed or off.
    """

    state: str
    reason: str = ""
    calls: int = 0
    failures: int = 0
    next_probe_s: float | None = None

    def describe(self) -> str:
        """Say it in one line.

        Examples
        --------
        >>> BreakerReport("open", "no answer within 2 s", calls=20, failures=20, next_probe_s=12.4).describe()
        'circuit breaker open: no answer within 2 s; 20 of 20 calls failed; next probe in 13 s'
        """
        words = f"circuit breaker {self.state}" + (f": {self.reason}" if self.reason else "")
        if self.state == "off":
            return words
        words += f"; {self.failures:,} of {self.calls:,} calls failed"
        if self.next_probe_s is None:
            return words
        return words + (
            f"; next probe in {math.ceil(self.next_probe_s)} s"
            if self.next_probe_s > 0
            else "; the next call is a probe"
        )


OFF = BreakerReport("off", "no language model is set up")
