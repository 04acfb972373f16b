"""Opens an order log by its address: a table of a database, of a lake or of a warehouse."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from retention.orders.source import OrderSource
from retention.orders.sources import Address, SourceKind, kind_of, read_address
from retention.orders.sources.failure_sentences import failures_as_sentences

if TYPE_CHECKING:
    import ibis


@dataclass(frozen=True, eq=False)
class RemoteOrders(OrderSource):
    """An order log where it lives.

    Attributes
    ----------
    kind, address
        What it is and where it is; the address holds the password, which its text never shows.
    writes
        Whether a table may be written there.
    """

    kind: SourceKind
    address: Address
    writes: bool = False

    def close(self) -> None:
        """End the connection, as its kind does that."""
        self.kind.disconnect(self.connection)

    def in_utc(self, times: "ibis.Value") -> "ibis.Value":
        """Return times in UTC, as the engine's dialect writes that."""
        return self.kind.in_utc(times)

    def kept(self, rows: "ibis.Table") -> "ibis.Table":
        """Return rows from where the kind reads them again and again."""
        return self.kind.kept(self.connection, rows)

    @contextmanager
    def failures(self) -> Iterator[None]:
        """Turn what the engine raises, while it is asked, into sentences."""
        with failures_as_sentences(self.kind, self.address, writes=self.writes):
            yield


def open_remote_orders(location: str, table: str | None = None, *, writes: bool = False) -> RemoteOrders:
    """Connect to where an order log lives; nothing of it is read yet.

    Parameters
    ----------
    location
        An address such as ``postgres://shop@host/db``, or ``env:NAME`` for one with a secret.
    table
        The table with the orders, where the address names no files.
    writes
        Whether the snapshot will be left there as a table; otherwise the session only reads, where the engine can
        promise that.

    Raises
    ------
    InputError
        If the address cannot be used, the driver is missing, the engine refuses or cannot be reached, or there is
        no such table; one sentence, without anything secret.
    """
    address = read_address(location)
    kind = kind_of(address)
    kind.check(address, table)
    for package in kind.error_packages:  # what a driver logs may quote a row, or an address with its token
        logging.getLogger(package).setLevel(logging.CRITICAL)
    with failures_as_sentences(kind, address, writes=writes):
        connection = kind.connect(address, writes=writes)
        try:
            rows = kind.open_table(connection, address, table)
        except BaseException:
            kind.disconnect(connection)
            raise
    name = table or "/".join(address.parts[-2:])
    return RemoteOrders(connection, rows, name, kind, address, writes)
