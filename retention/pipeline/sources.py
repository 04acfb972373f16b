"""Customers from orders where they live: a database, a lake or a warehouse, or Parquet files by a pattern."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from retention.churn.training_set import MIN_CLASS_COUNT
from retention.errors import InputError
from retention.orders.business_day import business_zone
from retention.orders.churn_definition import ChurnDefinition
from retention.orders.cutoffs import cutoff_day, panel_days
from retention.orders.defaults import defaults_for
from retention.orders.order_table import OrderTable
from retention.orders.snapshot import Snapshot, take_snapshot
from retention.orders.snapshot_query import SnapshotQuery, snapshot_query
from retention.orders.source import OrderSource, open_parquet
from retention.orders.source_rows import read_source
from retention.orders.sources import is_address
from retention.orders.sources.named_sources import NamedSource, read_named_sources
from retention.orders.sources.remote_orders import RemoteOrders, open_remote_orders
from retention.orders.usual_cutoffs import usual_cutoffs
from retention.pipeline.customers import customers_from_orders
from retention.settings import settings
from retention.wording.text import quote

_PATTERN = frozenset("*?[")
_NOT_ON_A_SPACE = (
    "a Space reads no databases and no files of its machine; upload the orders, or run the app yourself"
)


@dataclass(frozen=True)
class LogColumns:
    """The columns of a log that a person named, and the time zone of the business; None to guess, or for UTC."""

    customer: str | None = None
    time: str | None = None
    amount: str | None = None
    timezone: str | None = None


@dataclass(frozen=True)
class SnapshotChoices:
    """How a snapshot is to be taken; see :func:`retention.pipeline.customers.customers_from_orders`."""

    cutoff: str | None = None
    horizon_days: int | None = None
    today: bool = False
    periods: int | None = None
    active_days: int | None = None
    quiet_gaps: float | None = None


def is_source(location: str) -> bool:
    """Whether a location is read where it is, by an engine; a file is read by the project's own readers.

    >>> [is_source(place) for place in ("orders.csv", "orders.parquet", "orders/*.parquet", "spark:", "env:URL")]
    [False, False, True, True, True]
    """
    return is_address(location) or (location.endswith(".parquet") and bool(_PATTERN & set(location)))


def source_names() -> list[str]:
    """Return the names of the sources that the app may list, on one's own machine; none on a Space.

    Raises
    ------
    InputError
        If the file with the sources cannot be used.
    """
    return list(_named_sources())


def customers_of_source(name: str) -> tuple[Snapshot, Snapshot]:
    """Take the snapshots of a source by its name: the one to train on, and the one of today.

    Raises
    ------
    InputError
        On a Space, and if there is no such source or it cannot be used.
    """
    if settings().on_space:
        raise InputError(_NOT_ON_A_SPACE)
    sources = _named_sources()
    if name not in sources:
        raise InputError(f"{quote(name)}: is no source of {settings().sources}; choose one of the list")
    chosen = sources[name]
    columns = LogColumns(chosen.customer, chosen.time, chosen.amount, chosen.timezone)
    with opened_orders(chosen.url, table=chosen.table, columns=columns) as (orders, _):
        log = replace(orders, source=name)
        past = customers_from_orders(log)
        return past, take_snapshot(log, horizon_days=None, active_days=past.active_days)


def _named_sources() -> dict[str, NamedSource]:
    path = settings().sources
    return {} if path is None or settings().on_space else read_named_sources(path)


@contextmanager
def opened_orders(
    location: str, *, table: str | None = None, columns: LogColumns | None = None, writes: bool = False
) -> Iterator[tuple[OrderTable, OrderSource]]:
    """Open a log where it lives, and close it at the end; what its engine raises meanwhile becomes a sentence.

    Parameters
    ----------
    location
        An address (``postgres://…``, ``env:NAME``, ``s3://…``, …), or a pattern of Parquet files on this machine.
    table
        The table with the orders.
    columns
        Its columns, where their names do not tell.
    writes
        Whether a table may be written there.

    Yields
    ------
    log, source
        The orders as an expression, and where they are.

    Raises
    ------
    InputError
        If the log cannot be opened or used.
    """
    if settings().on_space:
        raise InputError(_NOT_ON_A_SPACE)
    columns = columns or LogColumns()
    zone = None if columns.timezone is None else business_zone(columns.timezone)
    source = _open(location, table, writes=writes)
    try:
        with source.failures():
            log = read_source(
                source, customer=columns.customer, time=columns.time, amount=columns.amount, zone=zone
            )
            yield log, source
    finally:
        source.close()


def _open(location: str, table: str | None, *, writes: bool) -> OrderSource:
    if is_address(location):
        return open_remote_orders(location, table, writes=writes)
    if table:
        raise InputError(f"--table {quote(table)}: belongs to an address, and {location} is files; leave it out")
    return open_parquet(location)


def snapshot_sql(
    log: OrderTable, source: OrderSource, choices: SnapshotChoices, *, table: str | None = None
) -> str:
    """Return the SQL of a snapshot, in the dialect of where the orders live, without running it.

    Small queries that look at the columns are run, because the SQL depends on what they hold: the values of text
    that get a name, for instance.

    Parameters
    ----------
    log, source
        The orders.
    choices
        How the snapshot would be taken.
    table
        Where it would be left; None for a query alone.
    """
    query = _query(log, choices)[0]
    if table is not None:
        remote = _that_keeps_tables(source)
        return remote.kind.create_table_sql(remote.connection, table, query.customers, replace=False)
    if isinstance(source, RemoteOrders):
        return source.kind.sql_of(source.connection, query.customers)
    import ibis

    return str(ibis.to_sql(query.customers, dialect="duckdb"))


def leave_snapshot(
    log: OrderTable, source: OrderSource, choices: SnapshotChoices, *, table: str, overwrite: bool = False
) -> tuple[dict[str, Any], list[str]]:
    """Take a snapshot where the orders live, and leave it there as a table; only counts come here.

    Parameters
    ----------
    log, source
        The orders, opened to write.
    choices
        How to take it.
    table
        The name of the table to create.
    overwrite
        Take the place of a table of that name.

    Returns
    -------
    result, notes
        The keys of :meth:`retention.orders.snapshot.Snapshot.as_dict` and ``table``; the notes.

    Raises
    ------
    InputError
        If nothing can be left there, or there is such a table already and it is not to be replaced.
    """
    remote = _that_keeps_tables(source)
    kind = remote.kind
    if not overwrite and kind.has_table(remote.connection, table):
        raise InputError(
            f"{remote.address}: there is a table {quote(table)} already; pass --replace, or another name"
        )
    query, notes = _query(log, choices)
    counts = query.counts()
    if len(query.cutoffs) > 1 and choices.periods is None and not _can_learn_from(counts, query.cutoffs[:-1]):
        query, _ = _query(log, replace(choices, periods=1))
        counts = query.counts()
        notes = [f"one cutoff only: earlier ones have fewer than {MIN_CLASS_COUNT} customers of a class"]
    newest, churned = counts[query.cutoffs[-1]]
    if not newest:
        raise InputError(
            f"{log.source}: no customer can be described at {query.cutoffs[-1]}; choose another cutoff or more "
            "active days"
        )
    kind.write_table(remote.connection, table, query.customers, replace=overwrite)
    roles = {
        query.id,
        "cutoff" if len(query.cutoffs) > 1 else "",
        log.name or "",
        "churn" if query.labelled else "",
    }
    result = {
        "customers": newest,
        "churn_rate": churned / newest if query.labelled else None,
        "features": len(set(query.customers.columns) - roles),
        "cutoff": query.cutoffs[-1],
        "cutoffs": list(query.cutoffs),
        "rows": sum(number for number, _ in counts.values()),
        "table": table,
    }
    return result, [*log.notes, f"features use orders up to and including {query.cutoffs[-1]}", *notes]


def _that_keeps_tables(source: OrderSource) -> RemoteOrders:
    if isinstance(source, RemoteOrders) and source.kind.keeps_tables:
        return source
    raise InputError(f"{source.name}: no table can be left beside files; write a file with --out")


def _query(log: OrderTable, choices: SnapshotChoices) -> tuple[SnapshotQuery, list[str]]:
    """Return the query of a snapshot at the cutoffs that were chosen, or that help, and a note about them."""
    horizon_days = choices.horizon_days
    if choices.today and choices.periods not in {None, 1}:
        raise InputError("today: takes customers as they stand at the end of the log; leave out periods")
    if horizon_days is None:
        horizon_days = 30 if choices.quiet_gaps is None else defaults_for(log).horizon_for(choices.quiet_gaps)
    definition = ChurnDefinition(None if choices.today else horizon_days, choices.active_days, choices.quiet_gaps)
    notes: list[str] = []
    periods = choices.periods
    if choices.today:
        periods = 1
    elif periods is None:
        usual = usual_cutoffs(log, definition, newest=choices.cutoff)
        periods = usual.periods
        notes += [usual.note] if usual.note else []
    if periods == 1:
        days = [cutoff_day(choices.cutoff, log.days, definition, source=log.source)]
    else:
        days = panel_days(
            log.days, definition, cutoffs=None, newest=choices.cutoff, periods=periods, source=log.source
        )
    return snapshot_query(log, days, definition), notes


def _can_learn_from(counts: Mapping[str, tuple[int, int]], earlier: Sequence[str]) -> bool:
    """Whether the cutoffs before the newest have as many customers of each class as training needs."""
    customers, churned = (sum(counts[cutoff][place] for cutoff in earlier) for place in (0, 1))
    return min(churned, customers - churned) >= MIN_CLASS_COUNT
