"""Orders in Spark: a session on this machine or cluster node, or a server of Spark Connect."""

import socket
from typing import Any, ClassVar
from uuid import uuid4

from retention.orders.sources.address import Address
from retention.orders.sources.failures import Failure
from retention.orders.sources.source_kind import SourceKind, split_name

_CONNECT_TIMEOUT_S = 15
_CONNECT_PORT = 15002


class Spark(SourceKind):
    """A session of Spark that starts on this machine, configured by its own spark-defaults.conf.

    The address is ``spark:`` with a table of the session's catalog, or ``spark:`` and Parquet files that Spark
    reads itself, such as ``spark:s3a://lake/orders/``.
    """

    schemes = ("spark",)
    label = "Spark"
    example = "spark:"
    extra = "spark"
    modules = ("pyspark", "py4j")
    options = frozenset({"master"})
    credentials = "the credentials in the settings of Spark"
    error_packages: ClassVar[tuple[str, ...]] = ("pyspark", "py4j", "grpc")

    def connect(self, address: Address, *, writes: bool) -> Any:
        """Start a session, or take the one that runs in this process."""
        import ibis
        from pyspark.sql import SparkSession

        builder = SparkSession.builder.appName("retention")
        for key, value in _SETTINGS.items():
            builder = builder.config(key, value)
        if "master" in address.options:
            builder = builder.master(address.options["master"])
        return ibis.pyspark.connect(builder.getOrCreate())

    def names_files(self, address: Address) -> bool:
        """Whether the address has a path to files."""
        return bool(address.path)

    def open_table(self, connection: Any, address: Address, table: str | None) -> Any:
        """Return a table of the catalog, or the Parquet files that the address names."""
        if table is not None:
            return super().open_table(connection, address, table)
        return connection.read_parquet(address.path)

    def write_table(self, connection: Any, table: str, rows: Any, *, replace: bool) -> None:
        """Write beside an old table, and rename: Spark registers a new table once it is complete."""
        if not replace or not self.has_table(connection, table):
            connection.raw_sql(self.create_table_sql(connection, table, rows, replace=False))
            return
        *namespace, name = split_name(table)
        mark = uuid4().hex[:8]
        new, old = (".".join([*namespace, f"{name}_{word}_{mark}"]) for word in ("new", "old"))
        final, new_name, old_name = (self.quoted(connection, each) for each in (table, new, old))
        connection.raw_sql(self.create_table_sql(connection, new, rows, replace=False))
        try:
            connection.raw_sql(f"ALTER TABLE {final} RENAME TO {old_name}")
            connection.raw_sql(f"ALTER TABLE {new_name} RENAME TO {final}")
        except Exception:
            connection.raw_sql(f"DROP TABLE IF EXISTS {new_name}")
            raise
        connection.raw_sql(f"DROP TABLE {old_name}")

    def create_table_sql(self, connection: Any, table: str, rows: Any, *, replace: bool) -> str:
        """Keep it as Parquet, which every catalog of Spark can."""
        query = self.sql_of(connection, rows)
        return f"CREATE TABLE {self.quoted(connection, table)} USING parquet AS\n{query}"

    def disconnect(self, connection: Any) -> None:
        """Leave the session open: it is the process's, and another source may use it."""

    def is_missing_table(self, error: Exception) -> bool:
        """Whether a catalog or a schema of the name is missing."""
        from pyspark.errors import AnalysisException

        return super().is_missing_table(error) or isinstance(error, AnalysisException)

    def failure_of(self, error: Exception) -> Failure | None:
        """Tell by the class of the error, and by the status of a call that the network broke."""
        if not self.is_engine_error(error):
            return Failure.ENDED if isinstance(error, ConnectionError) else None
        words = str(error)
        if type(error).__name__ in {"Py4JNetworkError", "Py4JError"}:
            return Failure.ENDED
        return next((failure for word, failure in _BY_WORD.items() if word in words), Failure.REFUSED)


class SparkConnect(Spark):
    """A server that speaks Spark Connect: Spark itself, or an engine with its protocol and dialect."""

    schemes = ("sc",)
    label = "Spark Connect"
    example = "sc://host:15002"
    extra = "spark-connect"
    modules = ("pyspark.sql.connect", "grpc")
    options = frozenset({"use_ssl", "user_id", "session_id", "token"})
    credentials = "the token, in the address that env:NAME reads"

    def connect(self, address: Address, *, writes: bool) -> Any:
        """Connect without trying again: a server that is down or refuses is reported at once."""
        import ibis
        from pyspark.sql.connect.session import SparkSession

        port = address.port or _CONNECT_PORT
        with socket.create_connection((address.host, port), timeout=_CONNECT_TIMEOUT_S):
            pass
        options = "".join(f";{key}={value}" for key, value in address.options.items())
        url = f"sc://{address.host}:{port}/{options}"
        session = _SESSIONS.get(url)
        if session is None or not _answers(session):
            session = SparkSession.builder.remote(url).create()
            session.client.set_retry_policies([])
            _KEPT.append(session)
            _SESSIONS[url] = session
        return ibis.pyspark.connect(session)

    def names_files(self, address: Address) -> bool:
        """Never: the path of an address has no meaning here."""
        return False

    def failure_of(self, error: Exception) -> Failure | None:
        """Tell apart a server that was never reached."""
        if isinstance(error, OSError) and not isinstance(error, FileNotFoundError):
            return Failure.REACH
        return super().failure_of(error)


def _answers(session: Any) -> bool:
    """Whether the server still knows a session that was opened before."""
    from pyspark.errors import PySparkException

    try:
        session.sql("SELECT 1").collect()
    except PySparkException:
        return False
    return True


# A session of Spark Connect that is collected as garbage closes what all sessions share, and the call of another
# may then wait for ever (pyspark 4.0). So there is one session a server, and none is ever let go.
_SESSIONS: dict[str, Any] = {}
_KEPT: list[Any] = []

_BY_WORD = {
    "UNAVAILABLE": Failure.ENDED,
    "UNAUTHENTICATED": Failure.SIGN_IN,
    "PERMISSION_DENIED": Failure.PERMISSION,
    "INSUFFICIENT_PERMISSIONS": Failure.PERMISSION,
    "OutOfMemory": Failure.OUT_OF_MEMORY,
    "Resources exhausted": Failure.OUT_OF_MEMORY,
    "PATH_NOT_FOUND": Failure.NO_FILES,
}

_SETTINGS = {
    "spark.ui.showConsoleProgress": "false",
    "spark.ui.enabled": "false",
    "spark.sql.session.timeZone": "UTC",
    "spark.log.level": "ERROR",
}
