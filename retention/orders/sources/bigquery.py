"""Orders in BigQuery."""

from typing import Any, ClassVar

from retention.errors import InputError
from retention.orders.sources.address import Address
from retention.orders.sources.failures import Failure
from retention.orders.sources.source_kind import SourceKind

_MOST_GB = 100


class BigQuery(SourceKind):
    """A table of BigQuery; a query that would read more than ``max_gb`` (100) is refused before it costs."""

    schemes = ("bigquery",)
    label = "BigQuery"
    example = "bigquery://project/dataset?max_gb=100"
    extra = "bigquery"
    modules = ("google.cloud.bigquery", "google.cloud.bigquery_storage", "pydata_google_auth", "db_dtypes")
    options = frozenset({"max_gb", "location"})
    credentials = "the application default credentials (gcloud auth application-default login)"
    container = "project or dataset"
    error_packages: ClassVar[tuple[str, ...]] = ("google",)

    def connect(self, address: Address, *, writes: bool) -> Any:
        """Connect with the application default credentials; no window is opened to sign in."""
        import google.auth
        import ibis
        from google.cloud import bigquery, bigquery_storage

        limit = most_bytes(address)
        credentials, _ = google.auth.default()
        client = bigquery.Client(
            project=address.host or None,
            credentials=credentials,
            location=address.options.get("location"),
            default_query_job_config=bigquery.QueryJobConfig(maximum_bytes_billed=limit),
        )
        storage = bigquery_storage.BigQueryReadClient(credentials=credentials)
        return ibis.bigquery.from_connection(client, storage_client=storage, dataset_id=address.path)

    def failure_of(self, error: Exception) -> Failure | None:
        """Tell by the class of the error, and by the reason that Google gives."""
        if not self.is_engine_error(error):
            return Failure.REACH if isinstance(error, OSError) else None
        name = type(error).__name__
        if "bytesBilledLimitExceeded" in str(error) or "bytes billed" in str(error):
            return Failure.BYTES
        by_name = {
            "DefaultCredentialsError": Failure.SIGN_IN,
            "RefreshError": Failure.SIGN_IN,
            "Unauthorized": Failure.SIGN_IN,
            "Forbidden": Failure.PERMISSION,
            "NotFound": Failure.NO_DATABASE,
            "TransportError": Failure.REACH,
            "RetryError": Failure.REACH,
            "ServiceUnavailable": Failure.ENDED,
        }
        return by_name.get(name, Failure.REFUSED)


def most_bytes(address: Address) -> int:
    """Return how many bytes a query may read at the most.

    Raises
    ------
    InputError
        If ``max_gb`` is no number above 0.
    """
    text = address.options.get("max_gb", str(_MOST_GB))
    try:
        limit = float(text)
    except ValueError:
        limit = 0
    if not 0 < limit < 1e9:
        raise InputError(f"{address}: max_gb is {text!r}; it must be a number of gigabytes above 0")
    return int(limit * 1e9)
