"""Orders in Trino, or in a catalog that Trino reaches."""

from typing import Any, ClassVar

from retention.orders.sources.address import Address
from retention.orders.sources.failures import Failure
from retention.orders.sources.source_kind import SourceKind

_PLAIN_PORT = 8080
_REQUEST_TIMEOUT_S = 60


class Trino(SourceKind):
    """A table of Trino. With a password, or on port 443 or 8443, the connection is encrypted."""

    schemes = ("trino",)
    label = "Trino"
    example = "trino://user@host:8080/catalog/schema"
    extra = "trino"
    modules = ("trino",)
    options = frozenset({"http_scheme"})
    container = "catalog or schema"
    error_packages: ClassVar[tuple[str, ...]] = ("trino", "requests", "urllib3")

    def connect(self, address: Address, *, writes: bool) -> Any:
        """Connect once; the session is in UTC."""
        import ibis
        from trino.auth import BasicAuthentication
        from trino.dbapi import connect

        port = address.port or _PLAIN_PORT
        encrypted = address.password is not None or port in {443, 8443}
        catalog, schema = (*address.parts, None, None)[:2]
        connection = connect(
            host=address.host,
            port=port,
            user=address.user or "retention",
            auth=None if address.password is None else BasicAuthentication(address.user, address.password),
            http_scheme=address.options.get("http_scheme", "https" if encrypted else "http"),
            catalog=catalog,
            schema=schema,
            source="retention",
            timezone="UTC",
            max_attempts=1,
            request_timeout=_REQUEST_TIMEOUT_S,
        )
        connection.cursor().execute("SELECT 1").fetchall()  # connecting alone calls nobody
        return ibis.trino.from_connection(connection)

    def write_table(self, connection: Any, table: str, rows: Any, *, replace: bool) -> None:
        """Wait until it is written: Trino goes on only while its answers are fetched."""
        connection.raw_sql(self.create_table_sql(connection, table, rows, replace=replace)).fetchall()

    def failure_of(self, error: Exception) -> Failure | None:
        """Tell by the class of the error, and by Trino's name for it."""
        if not self.is_engine_error(error):
            return None
        by_name = _BY_NAME.get(getattr(error, "error_name", None) or type(error).__name__)
        if by_name is not None:
            return by_name
        return Failure.SIGN_IN if "error 401" in str(error) or "error 403" in str(error) else Failure.REFUSED

    def code_of(self, error: Exception) -> str:
        """Return Trino's name of the error, such as ``SYNTAX_ERROR``."""
        return getattr(error, "error_name", None) or type(error).__name__


_BY_NAME = {
    "PERMISSION_DENIED": Failure.PERMISSION,
    "EXCEEDED_GLOBAL_MEMORY_LIMIT": Failure.OUT_OF_MEMORY,
    "EXCEEDED_LOCAL_MEMORY_LIMIT": Failure.OUT_OF_MEMORY,
    "CLUSTER_OUT_OF_MEMORY": Failure.OUT_OF_MEMORY,
    "EXCEEDED_TIME_LIMIT": Failure.CANCELLED,
    "SERVER_SHUTTING_DOWN": Failure.ENDED,
    "Http502Error": Failure.ENDED,
    "Http503Error": Failure.ENDED,
    "Http504Error": Failure.ENDED,
    "ReadTimeout": Failure.ENDED,
    "ConnectionError": Failure.REACH,
    "ConnectTimeout": Failure.REACH,
    "TrinoConnectionError": Failure.REACH,
}
