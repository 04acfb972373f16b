"""Ibis's Postgres, fetching rows in parts that stay small, so that memory does not grow with the snapshot."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

import psycopg
import pyarrow as pa
from ibis import util
from ibis.backends.postgres import Backend

_ROWS_AT_A_TIME = 20_000


class PostgresBackend(Backend):  # type: ignore[misc]  # ibis has no types
    """One connection whose transaction is open already; it cannot connect anew, and knows no password."""

    def to_pyarrow_batches(
        self,
        expr: Any,
        /,
        *,
        params: Mapping[Any, Any] | None = None,
        limit: int | str | None = None,
        chunk_size: int = _ROWS_AT_A_TIME,
        **_: Any,
    ) -> Any:
        """Return the rows of an expression as Arrow, read through a cursor of the server.

        Ibis's own reads a million rows at a time as Python values, and closes its cursor after the transaction it
        is in, which hides the first error of a query behind another one.
        """
        self._run_pre_execute_hooks(expr)
        schema = expr.as_table().schema()
        rows = self._rows(self.compile(expr, limit=limit, params=params), chunk_size)
        kind = schema.as_struct().to_pyarrow()
        return pa.RecordBatchReader.from_batches(
            schema.to_pyarrow(), (pa.RecordBatch.from_struct_array(pa.array(part, type=kind)) for part in rows)
        )

    def _rows(self, query: str, most: int) -> Iterator[list[Any]]:
        cursor = self.con.cursor(name=util.gen_name("retention"))
        try:
            cursor.execute(query)
            while part := cursor.fetchmany(most):
                yield part
        finally:
            with suppress(psycopg.Error):  # the first error is the one to report
                cursor.close()
