"""The connection to the Hub: in whose name it speaks, and how often a call is repeated."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, TypeVar

from pydantic import SecretStr

from retention.errors import PublishError, RetentionError
from retention.hub.failures import client_errors, seconds_before_retry, sign_in_hint, to_publish_error
from retention.hub.reference import REPOSITORY_TYPES, Kind, Reference
from retention.settings import settings

if TYPE_CHECKING:
    from huggingface_hub import HfApi

_Answer = TypeVar("_Answer")


@dataclass(frozen=True)
class Hub:
    """A connection to the Hub.

    Attributes
    ----------
    token
        The user's token; None is anonymous, even where the process has a token of its own.
    endpoint
        Address of the Hub; None for ``HF_ENDPOINT`` or the public one.
    sleep
        Waits for a number of seconds before a call is repeated.
    timeout_s
        Seconds without an answer after which the connection counts as lost.
    """

    token: SecretStr | None = None
    endpoint: str | None = None
    sleep: Callable[[float], None] = time.sleep
    timeout_s: float = 30.0

    @classmethod
    def from_environment(cls) -> "Hub":
        """Connect as the user of this machine: with ``HF_TOKEN``, or as signed in with ``hf auth login``.

        On a Space that would be its owner, so there the connection is anonymous; pass a visitor's own token.
        """
        if settings().on_space:
            return cls()
        from huggingface_hub import get_token

        saved = None if settings().hf_token else get_token()
        return cls(settings().hf_token or (SecretStr(saved) if saved else None))

    @classmethod
    def of_this_machine(cls) -> "Hub":
        """Do the same as :meth:`from_environment`, which model cards published earlier call by this name."""
        return cls.from_environment()

    def check_token(self, repo: str) -> None:
        """Check that a user is signed in, which writing to a repository requires.

        Raises
        ------
        PublishError
            If nobody is signed in.
        """
        if self.token is None:
            raise PublishError(f"{repo}: pushing takes a token; {sign_in_hint()}")

    def page_url(self, reference: Reference, kind: Kind) -> str:
        """Return the address of a repository's page, at the commit that the reference names, if any."""
        from huggingface_hub.constants import ENDPOINT

        folder = "datasets/" if REPOSITORY_TYPES[kind] == "dataset" else ""
        url = f"{self.endpoint or ENDPOINT}/{folder}{reference.repo}"
        return url if reference.commit is None else f"{url}/tree/{reference.commit}"

    @contextmanager
    def connect(self, reference: Reference, kind: Kind) -> Iterator["HfApi"]:
        """Yield the client, and turn its exceptions into a :class:`PublishError` with a clear sentence.

        The client then draws no progress bars, logs errors only, and times out after ``timeout_s``.

        Raises
        ------
        PublishError
            If the Hub refuses or cannot be reached.
        """
        from huggingface_hub import HfApi, get_session
        from huggingface_hub.utils.tqdm import disable_progress_bars

        disable_progress_bars()
        logging.getLogger("huggingface_hub").setLevel(logging.ERROR)
        get_session().timeout = self.timeout_s
        try:
            # False, because with None the client would use the token of the process.
            yield HfApi(endpoint=self.endpoint, token=self.token.get_secret_value() if self.token else False)
        except RetentionError:
            raise
        except client_errors() as error:
            raise to_publish_error(error, reference, kind, self.token) from None

    def with_retries(self, call: Callable[[], _Answer]) -> _Answer:
        """Return what ``call`` returns, and repeat it a few times while the Hub is busy or the connection drops.

        Use it only for calls that change nothing.
        """
        for attempt in count():
            try:
                return call()
            except client_errors() as error:
                wait = seconds_before_retry(error, attempt)
                if wait is None:
                    raise
            self.sleep(wait)
        raise AssertionError  # count() never ends
