"""Orders in Databricks."""

import os
from typing import Any, ClassVar

from retention.orders.sources.address import Address
from retention.orders.sources.failures import Failure
from retention.orders.sources.source_kind import SourceKind

_TIMEOUT_S = 120


class Databricks(SourceKind):
    """A table behind a SQL warehouse of Databricks.

    The token stands in ``DATABRICKS_TOKEN``, or as the password of an address that ``env:NAME`` reads.
    """

    schemes = ("databricks",)
    label = "Databricks"
    example = "databricks://host/sql/1.0/warehouses/id?catalog=main&schema=shop"
    extra = "databricks"
    modules = ("databricks.sql",)
    options = frozenset({"catalog", "schema", "auth_type"})
    credentials = "the token in DATABRICKS_TOKEN"
    container = "catalog or schema"
    error_packages: ClassVar[tuple[str, ...]] = ("databricks", "urllib3", "requests")

    def connect(self, address: Address, *, writes: bool) -> Any:
        """Connect, without the volume that Ibis would create there for tables of this machine."""
        import databricks.sql
        from ibis.backends.databricks import Backend

        class WithoutVolume(Backend):  # type: ignore[misc]  # ibis has no types
            def _post_connect(self, *, memtable_volume: str | None = None) -> None:
                """Create nothing."""

        connection = databricks.sql.connect(
            server_hostname=address.host,
            http_path=f"/{address.path}",
            access_token=address.password or os.environ.get("DATABRICKS_TOKEN"),
            session_configuration={"TIMEZONE": "UTC"},
            _retry_stop_after_attempts_count=1,
            _socket_timeout=_TIMEOUT_S,
            enable_telemetry=False,
            **address.options,
        )
        return WithoutVolume.from_connection(connection)

    def failure_of(self, error: Exception) -> Failure | None:
        """Tell by the class of the error, and by the status of the answer."""
        if not self.is_engine_error(error):
            return Failure.REACH if isinstance(error, OSError) else None
        words = str(error)
        if "401" in words or "403" in words or "Unauthorized" in words or "Invalid access token" in words:
            return Failure.SIGN_IN
        if "INSUFFICIENT_PERMISSIONS" in words:
            return Failure.PERMISSION
        if type(error).__name__ in {"RequestError", "MaxRetryDurationError", "MaxRetryError"}:
            return Failure.REACH
        return Failure.REFUSED
