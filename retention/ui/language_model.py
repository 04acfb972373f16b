"""The process's one way to the language model, for visitors, scripts and agents alike."""

import atexit
from functools import cache

from retention.messages.llm.client import Writer
from retention.pipeline.messages import writer_from_settings
from retention.settings import settings


@cache
def writer() -> Writer | None:
    """Return it, or None where none is set up.

    Its breaker remembers outages whoever met them; it keeps nothing of a visitor's.
    """
    made = writer_from_settings(settings())
    if made is not None:
        atexit.register(made.close)
    return made
