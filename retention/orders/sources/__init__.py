"""The kinds of places that orders are read from by address; register a new one here.

A file or a frame is opened by :mod:`retention.orders.source`; an address with a scheme by the kind that knows it.
"""

from retention.errors import InputError
from retention.orders.sources.address import Address, is_address, read_address
from retention.orders.sources.bigquery import BigQuery
from retention.orders.sources.databricks import Databricks
from retention.orders.sources.postgres import Postgres
from retention.orders.sources.s3 import S3
from retention.orders.sources.snowflake import Snowflake
from retention.orders.sources.source_kind import SourceKind
from retention.orders.sources.spark import Spark, SparkConnect
from retention.orders.sources.trino import Trino

SOURCE_KINDS: tuple[SourceKind, ...] = (
    Postgres(),
    S3(),
    Spark(),
    SparkConnect(),
    Snowflake(),
    BigQuery(),
    Databricks(),
    Trino(),
)
"""All kinds, in the order of the documents."""


def kind_of(address: Address) -> SourceKind:
    """Return the kind that knows an address.

    Raises
    ------
    InputError
        If no kind does.
    """
    for kind in SOURCE_KINDS:
        if address.scheme in kind.schemes:
            return kind
    examples = ", ".join(kind.example for kind in SOURCE_KINDS)
    raise InputError(f"{address.scheme}: is no kind of address that is known; write one such as {examples}")


__all__ = ["SOURCE_KINDS", "Address", "SourceKind", "is_address", "kind_of", "read_address"]
