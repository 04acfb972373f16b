"""The outcome of a call to a language model, and the state of the connection to it."""

import math
from dataclasses import dataclass
from enum import Enum


class FailureKind(Enum):
    """What failed in a call to a language model, so that the breaker counts it against the right circuit."""

    ACCOUNT = "account"  # token, credits, access: no call can succeed
    ENDPOINT = "endpoint"  # unreachable or silent: no model there can answer
    PAUSE = "pause"  # asked to slow down
    MODEL = "model"  # this model failed; another may answer
    TEXT = "text"  # it answered, but the guard refused the text
    NOT_SERVED = "not served"  # the server does not know this model
    REQUEST = "request"  # the server did not take the request; another model may


class CallError(Exception):
    """A call returned no usable template.

    Attributes
    ----------
    reason
        In words for a person, without anything from the reply or about the customer.
    failure_kind
        What failed.
    retry_after_s
        Seconds for which the server asked for no further calls, if it did.
    """

    def __init__(self, reason: str, failure_kind: FailureKind, *, retry_after_s: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.failure_kind = failure_kind
        self.retry_after_s = retry_after_s


class UnreviewedLineError(CallError):
    """A template that may go out only after a person has read it.

    Attributes
    ----------
    template
        The template.
    source
        The model that wrote it.
    """

    def __init__(self, reason: str, template: str, source: str) -> None:
        super().__init__(reason, FailureKind.TEXT)
        self.template = template
        self.source = source


class BreakerOpenError(Exception):
    """No call went out, because the breaker is open.

    Attributes
    ----------
    reason
        Why, in words for a person.
    probe_under_way
        Whether the outcome of a call that is under way may let calls out again.
    """

    def __init__(self, reason: str, *, probe_under_way: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.probe_under_way = probe_under_way


@dataclass(frozen=True)
class BreakerReport:
    """State of the connection to the language model.

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
        """Describe the state in one line.

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
