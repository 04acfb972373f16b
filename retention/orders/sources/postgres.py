"""Orders in Postgres, or in a database that speaks its protocol and dialect."""

from collections.abc import Sequence
from typing import Any, ClassVar

from retention.orders.sources.address import Address
from retention.orders.sources.failures import Failure
from retention.orders.sources.source_kind import SourceKind

_CONNECT_TIMEOUT_S = 15
_ENDED = {"57P01", "57P02", "57P03"}


class Postgres(SourceKind):
    """A table of Postgres, read in one read-only transaction, so that every query sees the same rows."""

    schemes = ("postgres", "postgresql")
    label = "Postgres"
    example = "postgres://user@host:5432/database"
    extra = "postgres"
    modules = ("psycopg",)
    options = frozenset({"sslmode", "sslrootcert", "sslcert", "connect_timeout", "application_name"})
    credentials = "the user and the password, in ~/.pgpass or in the address that env:NAME reads"
    error_packages: ClassVar[tuple[str, ...]] = ("psycopg", "psycopg_binary")

    def connect(self, address: Address, *, writes: bool) -> Any:
        """Sign in; a password that the address lacks comes from ~/.pgpass or PGPASSWORD, as for psql."""
        import psycopg

        from retention.orders.sources.postgres_backend import PostgresBackend

        options: dict[str, Any] = {
            "connect_timeout": _CONNECT_TIMEOUT_S,
            "application_name": "retention",
            **address.options,
        }
        connection = psycopg.connect(
            host=address.host or None,
            port=address.port,
            user=address.user,
            password=address.password,
            dbname=address.path or None,
            client_encoding="utf8",  # a database without one would send bytes
            autocommit=True,
            **options,
        )
        backend = PostgresBackend.from_connection(connection)
        if not writes:
            connection.execute("SET default_transaction_read_only = on")
        mode = "READ WRITE" if writes else "READ ONLY"
        connection.execute(f"BEGIN ISOLATION LEVEL REPEATABLE READ {mode}")
        return backend

    def create_table_sql(self, connection: Any, table: str, rows: Any, *, replace: bool) -> str:
        """Drop the old table in the same transaction."""
        drop = f"DROP TABLE IF EXISTS {self.quoted(connection, table)};\n" if replace else ""
        return drop + super().create_table_sql(connection, table, rows, replace=False)

    def write_table(self, connection: Any, table: str, rows: Any, *, replace: bool) -> None:
        """Write within the transaction that has read the orders, and end it."""
        super().write_table(connection, table, rows, replace=replace)
        connection.raw_sql("COMMIT")

    def table_names(self, connection: Any, namespace: Sequence[str]) -> list[str]:
        """Return what this user sees in every schema but the system's."""
        rows = connection.raw_sql(
            "SELECT table_schema || '.' || table_name FROM information_schema.tables "
            "WHERE table_schema NOT IN ('pg_catalog', 'information_schema')"
        ).fetchall()
        return [name for (name,) in rows]

    def failure_of(self, error: Exception) -> Failure | None:
        """Tell by the five characters of SQLSTATE; while connecting there are none, only words."""
        if not self.is_engine_error(error):
            return None
        state = getattr(error, "sqlstate", None)
        if state is None:
            return self._without_state(error)
        if state in _ENDED or state.startswith("08"):
            return Failure.ENDED
        by_state = {
            "28P01": Failure.SIGN_IN,
            "28000": Failure.SIGN_IN,
            "3D000": Failure.NO_DATABASE,
            "42501": Failure.PERMISSION,
            "25006": Failure.PERMISSION,
            "57014": Failure.CANCELLED,
        }
        if state.startswith("53"):
            return Failure.OUT_OF_MEMORY
        return by_state.get(state, Failure.REFUSED)

    def _without_state(self, error: Exception) -> Failure:
        import psycopg

        if not isinstance(error, psycopg.OperationalError):
            return Failure.REFUSED
        words = str(error)
        if "closed" in words or "consuming input" in words or "is lost" in words:
            return Failure.ENDED
        if "database" in words and "does not exist" in words:
            return Failure.NO_DATABASE
        if any(phrase in words for phrase in ("authentication", "no password supplied", "no pg_hba.conf entry")):
            return Failure.SIGN_IN
        if "FATAL" in words:
            return Failure.SIGN_IN_OR_REACH
        return Failure.REACH

    def code_of(self, error: Exception) -> str:
        """Return the SQLSTATE where there is one."""
        state = getattr(error, "sqlstate", None)
        return f"SQLSTATE {state}" if state else type(error).__name__
