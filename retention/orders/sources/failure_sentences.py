"""Says in one sentence what went wrong where the orders live; what an engine wrote itself is never passed on."""

from collections.abc import Iterator
from contextlib import contextmanager

from retention.errors import InputError, RetentionError
from retention.orders.sources.address import Address
from retention.orders.sources.source_kind import SourceKind


@contextmanager
def failures_as_sentences(kind: SourceKind, address: Address, *, writes: bool = False) -> Iterator[None]:
    """Turn whatever an engine raises into a sentence with what to do; other errors go through.

    Parameters
    ----------
    kind
        Which knows its engine's errors.
    address
        What the sentence begins with.
    writes
        Whether a table is written, too.

    Raises
    ------
    InputError
        In place of an error of the engine.
    """
    try:
        yield
    except RetentionError:
        raise
    except Exception as error:
        failure = kind.failure_of(error)
        if failure is None:
            raise
        sentence = failure.value.format(
            credentials=kind.credentials,
            container=kind.container,
            engine=kind.label,
            code=kind.code_of(error),
            to_write=" and to create one" if writes else "",
        )
        raise InputError(f"{address}: {sentence}") from None
