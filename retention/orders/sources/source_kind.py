"""What every kind of order source has in common: its addresses, how to connect, and what its errors mean."""

import csv
import difflib
import importlib.util
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from retention.errors import InputError
from retention.orders.sources.address import Address
from retention.orders.sources.failures import Failure, is_from
from retention.wording.text import quote

if TYPE_CHECKING:
    import ibis

_NEAREST = 5


class SourceKind(ABC):
    """A kind of place where orders live, known by the scheme of its addresses.

    Attributes
    ----------
    schemes
        What its addresses begin with, the usual one first.
    label
        What sentences call the engine.
    example
        How an address is written, for errors.
    extra
        The extra of the package that installs its driver; None where the program has all it needs.
    modules
        Modules that the extra brings.
    options
        What may follow the question mark of an address, besides secrets from the environment.
    credentials
        Where a password belongs, for sentences.
    container
        What the path of an address names.
    error_packages
        Packages whose errors are those of the engine.
    keeps_tables
        Whether a snapshot can be left there as a table.
    """

    schemes: ClassVar[tuple[str, ...]]
    label: ClassVar[str]
    example: ClassVar[str]
    extra: ClassVar[str | None] = None
    modules: ClassVar[tuple[str, ...]] = ()
    options: ClassVar[frozenset[str]] = frozenset()
    credentials: ClassVar[str] = "the user and the password, in the address that env:NAME reads"
    container: ClassVar[str] = "database"
    error_packages: ClassVar[tuple[str, ...]] = ()
    keeps_tables: ClassVar[bool] = True

    @abstractmethod
    def connect(self, address: Address, *, writes: bool) -> Any:
        """Return an Ibis backend whose session is in UTC and, unless a table is to be written, reads only.

        Parameters
        ----------
        address
            With its password, if it has one.
        writes
            Whether the snapshot is to be left there as a table.
        """

    @abstractmethod
    def failure_of(self, error: Exception) -> Failure | None:
        """Return what an error of the engine means; None for an error of something else."""

    def code_of(self, error: Exception) -> str:
        """Return a code of the error that says nothing of any row: its class, or what its engine numbers it."""
        return type(error).__name__

    def open_table(self, connection: Any, address: Address, table: str | None) -> "ibis.Table":
        """Return a table by its name, ``table``, ``schema.table`` or ``catalog.schema.table``.

        Raises
        ------
        InputError
            If there is none; the sentence names the five nearest.
        """
        table = str(table)
        *namespace, name = split_name(table)
        try:
            return connection.table(name, database=_database(namespace))
        except Exception as error:
            if not self.is_missing_table(error):
                raise
        nearest = nearest_names(table, self.table_names(connection, namespace))
        there = f"there are {', '.join(map(quote, nearest))}" if nearest else "this user sees none there"
        raise InputError(f"{address}: there is no table {quote(table)}; {there}; pass another --table")

    def in_utc(self, times: "ibis.Value") -> "ibis.Value":
        """Return times in UTC without a zone; the session is in UTC, so that a cast does it."""
        return times.cast("timestamp(6)")

    def kept(self, connection: Any, rows: "ibis.Table") -> "ibis.Table":
        """Return rows from where they are to be read again and again; an engine keeps its own near."""
        return rows

    def disconnect(self, connection: Any) -> None:
        """End a connection; what is broken already is left as it is."""
        try:
            connection.disconnect()
        except Exception as error:
            if self.failure_of(error) is None:
                raise

    def create_table_sql(self, connection: Any, table: str, rows: "ibis.Table", *, replace: bool) -> str:
        """Return the statement that leaves rows there as a table."""
        how = "CREATE OR REPLACE TABLE" if replace else "CREATE TABLE"
        return f"{how} {self.quoted(connection, table)} AS\n{self.sql_of(connection, rows)}"

    def write_table(self, connection: Any, table: str, rows: "ibis.Table", *, replace: bool) -> None:
        """Leave rows there as a table, in one step: what fails midway leaves nothing, or the table as it was."""
        connection.raw_sql(self.create_table_sql(connection, table, rows, replace=replace))

    def has_table(self, connection: Any, table: str) -> bool:
        """Whether there is a table of a name."""
        *namespace, name = split_name(table)
        try:
            connection.table(name, database=_database(namespace))
        except Exception as error:
            if self.is_missing_table(error):
                return False
            raise
        return True

    def sql_of(self, connection: Any, rows: "ibis.Table") -> str:
        """Return the query of an expression in the engine's dialect."""
        import ibis

        return str(ibis.to_sql(rows, dialect=connection.name))

    def quoted(self, connection: Any, table: str) -> str:
        """Return a table's name as the engine's dialect quotes it."""
        import sqlglot

        parts: list[Any] = split_name(table)
        names = dict(zip(("table", "db", "catalog"), reversed(parts), strict=False))
        return str(sqlglot.table(**names, quoted=True).sql(dialect=connection.dialect))

    def is_missing_table(self, error: Exception) -> bool:
        """Whether an error means that there is no table of a name."""
        from ibis.common.exceptions import TableNotFound

        return isinstance(error, TableNotFound)

    def table_names(self, connection: Any, namespace: Sequence[str]) -> list[str]:
        """Return the names of tables to propose, as a person would pass them."""
        prefix = "".join(f"{part}." for part in namespace)
        try:
            names = connection.list_tables(database=_database(namespace))
        except Exception as error:
            if self.failure_of(error) is None:
                raise
            return []
        return [prefix + name for name in names if not name.startswith("ibis_")]  # its views of files

    def check(self, address: Address, table: str | None) -> None:
        """Check an address before anything is connected.

        Raises
        ------
        InputError
            If the driver is missing, the table is not named, or the address has an option that nothing reads.
        """
        unread = set(address.options) - self.options
        if unread:
            readable = ", ".join(sorted(self.options)) or "none"
            raise InputError(
                f"{address}: option {quote(min(unread))} of the address is not read; these are: {readable}"
            )
        files = self.names_files(address)
        if not files and not table:
            raise InputError(f"{address}: pass the table with the orders as --table")
        if files and table:
            raise InputError(f"{address}: names its files itself; leave out --table")
        if any(_is_missing(module) for module in self.modules):
            raise InputError(
                f"{address}: reading from {self.label} needs more packages; pip install 'retention[{self.extra}]'"
            )

    def names_files(self, address: Address) -> bool:
        """Whether an address names files itself, so that no table is named beside it."""
        return False

    def is_engine_error(self, error: Exception) -> bool:
        """Whether an error was raised by the engine, its driver or Ibis."""
        return is_from(error, "ibis", *self.error_packages)


def split_name(table: str) -> list[str]:
    """Return the parts of a table's name; a part with a dot stands in double quotes.

    >>> split_name("public.orders"), split_name('"raw.2025".orders')
    (['public', 'orders'], ['raw.2025', 'orders'])
    """
    (parts,) = csv.reader([table], delimiter=".")
    if not 1 <= len(parts) <= 3 or not all(parts):
        raise InputError(f"--table {quote(table)}: is no name of a table; write it as schema.table")
    return parts


def nearest_names(name: str, names: Sequence[str]) -> list[str]:
    """Return the five names nearest to one that does not exist, the nearest first.

    >>> nearest_names("order", ["public.customers", "public.orders"])
    ['public.orders', 'public.customers']
    """
    last_parts = {candidate: candidate.rpartition(".")[2].casefold() for candidate in sorted(names)}
    wanted = name.rpartition(".")[2].casefold()

    def similarity(candidate: str) -> float:
        whole = difflib.SequenceMatcher(None, name.casefold(), candidate.casefold()).ratio()
        return whole + difflib.SequenceMatcher(None, wanted, last_parts[candidate]).ratio()

    return sorted(last_parts, key=similarity, reverse=True)[:_NEAREST]


def _database(namespace: Sequence[str]) -> str | tuple[str, ...] | None:
    if not namespace:
        return None
    return namespace[0] if len(namespace) == 1 else tuple(namespace)


def _is_missing(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is None
    except ModuleNotFoundError:
        return True
