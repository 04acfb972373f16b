"""The connection to the language model, shared by all visitors, scripts and agents of this process."""

import atexit
from functools import cache

from retention.messages.llm.client import Writer
from retention.pipeline.messages import writer_from_settings
from retention.settings import settings


@cache
def writer() -> Writer | None:
    """Return the writer, or None where no language model is set up.

    Its circuit breaker remembers outages for everyone; it keeps no visitor's data.
    """
    connected = writer_from_settings(settings())
    if connected is not None:
        atexit.register(connected.close)
    return connected
