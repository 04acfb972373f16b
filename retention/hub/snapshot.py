"""Customers prepared for publishing: pseudonyms for ids, no personal columns, and a neutral order of rows."""

import io
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retention.customers.privacy import find_personal_columns
from retention.customers.table import Customers, Roles
from retention.errors import ModelError
from retention.hub.pseudonyms import Salt
from retention.hub.release import ReleaseColumn
from retention.tabular.files import Limits
from retention.tabular.parquet import parse_parquet

SNAPSHOT_KIND = "customer-snapshot"
SNAPSHOT_FORMAT = 1
CUSTOMERS_FILE = "data/train-00000-of-00001.parquet"
SEND_LIST_FILE = "send_list/train-00000-of-00001.parquet"
MESSAGES_FILE = "messages/train-00000-of-00001.parquet"


@dataclass(frozen=True)
class PseudonymisedCustomers:
    """Customers that may be published.

    Attributes
    ----------
    customers
        Pseudonymised customers, n rows.
    columns
        How each column of the original is released.
    warnings
        Sentences about columns that may hold personal data.
    """

    customers: Customers = field(repr=False)
    columns: tuple[ReleaseColumn, ...]
    warnings: tuple[str, ...]


def pseudonymise(customers: Customers, salt: Salt) -> PseudonymisedCustomers:
    """Replace ids by pseudonyms and drop every column that is excluded, a name, or surely personal.

    The rows keep their order. Publishing the order of the file could identify customers, so sort them with
    :func:`sort_by_pseudonym` first.
    """
    roles, frame = customers.roles, customers.frame
    fates = {roles.id: ReleaseColumn(roles.id, "pseudonymised", "HMAC-SHA256 with your salt")}
    if roles.name is not None:
        fates[roles.name] = ReleaseColumn(roles.name, "left out", "what customers are called")
    fates |= {name: ReleaseColumn(name, "left out", "excluded from the model") for name in roles.excluded}
    warnings = []
    key_columns = {roles.label, roles.value, roles.cutoff}
    rest = [str(name) for name in frame.columns if name not in fates and name not in key_columns]
    for personal_column in find_personal_columns(frame[rest], customers.ids):
        if personal_column.certain:
            fates[personal_column.column] = ReleaseColumn(
                personal_column.column, "left out", f"looks like {personal_column.kind}"
            )
        else:
            warnings.append(
                f"column '{personal_column.column}' may hold {personal_column.kind}; exclude it if it does"
            )
    columns = tuple(fates.get(str(name), ReleaseColumn(str(name), "shared")) for name in frame.columns)
    shared_names = [column.name for column in columns if column.fate != "left out"]
    shared = frame[shared_names].assign(**{roles.id: salt.pseudonyms(customers.ids)})
    return PseudonymisedCustomers(
        Customers(shared, Roles(roles.id, roles.label, roles.value, cutoff=roles.cutoff), source=customers.source),
        columns,
        tuple(warnings),
    )


def sort_by_pseudonym(customers: Customers, first: NDArray[np.bool_] | None = None) -> Customers:
    """Return the customers in the order of their pseudonyms, those in ``first`` before the others."""
    keys = (customers.ids.to_numpy(dtype=object).astype(str),) + (() if first is None else (~first,))
    return replace(customers, frame=customers.frame.iloc[np.lexsort(keys)].reset_index(drop=True))


def to_parquet(frame: pd.DataFrame) -> bytes:
    """Write a frame as Parquet."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.Table.from_pandas(frame, preserve_index=False)
    plain = [pa.string() if pa.types.is_large_string(field.type) else field.type for field in table.schema]
    names = table.schema.names
    table = table.cast(pa.schema(list(zip(names, plain, strict=True)))).replace_schema_metadata(None)
    buffer = io.BytesIO()
    pq.write_table(table, buffer)
    return buffer.getvalue()


def from_parquet(content: bytes, source: str) -> pd.DataFrame:
    """Read a Parquet file: numbers as numbers, everything else as text.

    Raises
    ------
    InputError
        If it is no Parquet file, or larger than the limit.
    """
    import pyarrow as pa

    cells, _ = parse_parquet(content, source, Limits.from_settings())
    kinds = [pa.string() if pa.types.is_dictionary(field.type) else field.type for field in cells.schema]
    frame: pd.DataFrame = cells.cast(pa.schema(list(zip(cells.column_names, kinds, strict=True)))).to_pandas()
    texts = [name for name in frame.columns if not pd.api.types.is_numeric_dtype(frame[name])]
    return frame.astype(dict.fromkeys(texts, "str"))


def roles_as_json(roles: Roles) -> dict[str, Any]:
    """Return the roles of a published table, ready for JSON."""
    return {"id": roles.id, "label": roles.label, "value": roles.value, "cutoff": roles.cutoff}


def roles_from_json(manifest: Mapping[str, Any], source: str) -> Roles:
    """Read the roles from a manifest.

    Raises
    ------
    ModelError
        If it does not hold them.
    """
    saved = manifest.get("roles")
    roles = saved if isinstance(saved, Mapping) else {}
    id, label, value, cutoff = (roles.get(role) for role in ("id", "label", "value", "cutoff"))
    if not isinstance(id, str) or not all(
        name is None or isinstance(name, str) for name in (label, value, cutoff)
    ):
        raise ModelError(f"{source}: does not state the roles of its columns; ask its owner to publish it again")
    return Roles(id, label, value, cutoff=cutoff)
