"""Orders in Parquet files of an S3 bucket, which DuckDB inside this process reads column by column."""

from typing import Any, ClassVar

from retention.orders.sources.address import Address
from retention.orders.sources.failures import Failure
from retention.orders.sources.source_kind import SourceKind

_CONNECT_TIMEOUT_S = 15


class S3(SourceKind):
    """Parquet files of a bucket, all those that a pattern names.

    The files are opened by s3fs, with the credentials that every client of AWS finds (environment, ``~/.aws``, the
    role of the machine); DuckDB downloads no extension for it.
    """

    schemes = ("s3",)
    label = "S3"
    example = "s3://bucket/orders/*.parquet"
    extra = "s3"
    modules = ("s3fs",)
    credentials = "the credentials in the environment or in ~/.aws"
    container = "bucket"
    keeps_tables = False
    error_packages: ClassVar[tuple[str, ...]] = ("duckdb", "_duckdb", "botocore", "aiobotocore", "aiohttp", "s3fs")

    def names_files(self, address: Address) -> bool:
        """Return that it always does."""
        return True

    def connect(self, address: Address, *, writes: bool) -> Any:
        """Return a DuckDB that opens ``s3://`` through s3fs, and check that the bucket can be listed."""
        import s3fs

        from retention.orders.source import connect_duckdb

        files = s3fs.S3FileSystem(
            skip_instance_cache=True,
            use_listings_cache=False,
            config_kwargs={"retries": {"total_max_attempts": 1}, "connect_timeout": _CONNECT_TIMEOUT_S},
        )
        files.retries = 1
        if not files.glob(f"{address.host}/{address.path}"):
            raise FileNotFoundError
        connection = connect_duckdb()
        connection.con.register_filesystem(files)
        return connection

    def open_table(self, connection: Any, address: Address, table: str | None) -> Any:
        """Return all rows of all files; a column that a file lacks is missing in its rows."""
        pattern = f"s3://{address.host}/{address.path}".replace("'", "''")  # a view takes no parameters
        connection.con.execute(
            f"CREATE VIEW orders AS SELECT * FROM read_parquet('{pattern}', union_by_name = true)"  # noqa: S608
        )
        return connection.table("orders")

    def kept(self, connection: Any, rows: Any) -> Any:
        """Fetch the columns that are used once, into DuckDB, which keeps what does not fit in a temporary file."""
        connection.con.execute(f"CREATE TABLE fetched AS {connection.compile(rows)}")
        return connection.table("fetched")

    def failure_of(self, error: Exception) -> Failure | None:
        """Tell by the class of the error: s3fs raises those of Python for what a server answers."""
        if not self.is_engine_error(error) and not isinstance(error, OSError):
            return None
        if isinstance(error, FileNotFoundError):
            return Failure.NO_FILES
        if isinstance(error, PermissionError):
            return Failure.SIGN_IN
        if not self.is_engine_error(error):
            return Failure.ENDED
        return _BY_CLASS.get(type(error).__name__, Failure.REFUSED)


_BY_CLASS = {
    "NoCredentialsError": Failure.SIGN_IN,
    "PartialCredentialsError": Failure.SIGN_IN,
    "TokenRetrievalError": Failure.SIGN_IN,
    "SSOTokenLoadError": Failure.SIGN_IN,
    "EndpointConnectionError": Failure.REACH,
    "ConnectTimeoutError": Failure.REACH,
    "OutOfMemoryException": Failure.LOCAL_OUT_OF_MEMORY,
    "InvalidInputException": Failure.NOT_PARQUET,
    "IOException": Failure.NOT_PARQUET,
}
