"""Orders in Snowflake."""

from typing import Any, ClassVar

from retention.orders.sources.address import Address
from retention.orders.sources.failures import Failure
from retention.orders.sources.source_kind import SourceKind

_LOGIN_TIMEOUT_S = 30
_WRONG_SIGN_IN = {7, 250001, 251001, 251005, 251006, 390100, 390144}
_NOT_ALLOWED = {3001, 3003}


class Snowflake(SourceKind):
    """A table of Snowflake; Ibis creates no functions of its own there."""

    schemes = ("snowflake",)
    label = "Snowflake"
    example = "snowflake://user@account/database/schema?warehouse=small"
    extra = "snowflake"
    modules = ("snowflake.connector",)
    options = frozenset({"warehouse", "role", "authenticator", "private_key_file", "connection_name"})
    credentials = "the user and the password in the address that env:NAME reads, or the authenticator"
    error_packages: ClassVar[tuple[str, ...]] = ("snowflake",)

    def connect(self, address: Address, *, writes: bool) -> Any:
        """Sign in; the session is in UTC, as Ibis sets it."""
        import ibis
        import snowflake.connector

        names = dict(zip(("database", "schema"), address.parts, strict=False))
        connection = snowflake.connector.connect(
            user=address.user,
            password=address.password,
            account=address.host,
            login_timeout=_LOGIN_TIMEOUT_S,
            application="retention",
            **names,
            **address.options,
        )
        return ibis.snowflake.from_connection(connection, create_object_udfs=False)

    def in_utc(self, times: Any) -> Any:
        """Convert first: a cast of a time with a zone of its own would keep that zone's clock."""
        import ibis

        @ibis.udf.scalar.builtin(  # type: ignore[untyped-decorator]  # ibis has no types
            name="convert_timezone", signature=(("string", "timestamp('UTC')"), "timestamp('UTC')")
        )
        def convert_timezone(zone: str, moment: object) -> object:
            """Snowflake's own function."""

        kind = times.type()
        zoned = kind.is_timestamp() and kind.timezone is not None
        return (convert_timezone("UTC", times) if zoned else times).cast("timestamp(6)")

    def failure_of(self, error: Exception) -> Failure | None:
        """Tell by Snowflake's own number."""
        if not self.is_engine_error(error):
            return None
        number = getattr(error, "errno", None)
        if number in _WRONG_SIGN_IN:
            return Failure.SIGN_IN_OR_REACH
        if number in _NOT_ALLOWED:
            return Failure.PERMISSION
        if number == 604:
            return Failure.CANCELLED
        return Failure.REACH if type(error).__name__ == "OperationalError" else Failure.REFUSED

    def code_of(self, error: Exception) -> str:
        """Return Snowflake's number of the error."""
        number = getattr(error, "errno", None)
        return f"error {number}" if number else type(error).__name__
