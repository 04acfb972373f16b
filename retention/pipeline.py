"""The steps in order. The app and the command line call these and nothing below them.

::

    file or market ──> Customers ──> ChurnModel ──> ProfitCurve ──> send list ──> messages
                       customers/    churn/         profit/         send_list/    offers/
"""

import datetime as dt
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from retention.artifacts import write_file
from retention.churn.model import ChurnModel
from retention.customers.audit import audit
from retention.customers.table import Customers
from retention.errors import InputError
from retention.messages.batch import write_messages
from retention.messages.llm.client import Writer
from retention.messages.run import MessageRun
from retention.orders.defaults import defaults_for
from retention.orders.order_log import Orders, read_orders
from retention.orders.panel import take_panel
from retention.orders.snapshot import Snapshot, take_snapshot
from retention.profit.curve import ProfitCurve
from retention.profit.economics import Economics
from retention.progress import Progress, silent
from retention.report import render_report
from retention.simulation.simulate import Market, simulate
from retention.tabular.csv_export import write_csv
from retention.targeting import Scored, SendPolicy, offers_at, profit_of_model, score

SIMULATED = "a simulated market"
"""Where simulated customers say they come from."""


@dataclass(frozen=True, eq=False)
class SimulatedCustomers:
    """A simulated market seen twice: as a past with known outcome, and as it stands today.

    Attributes
    ----------
    market
        The order log, the past campaign and the truth.
    orders
        The log as it would be read from a file.
    past
        Customers active at the latest cutoff that leaves a full horizon, labelled.
    today
        Customers active at the end of the log; nobody knows yet who will leave.
    """

    market: Market
    orders: Orders
    past: Customers
    today: Customers


def simulate_customers(customers: int = 5000, *, seed: int = 7, horizon_days: int = 30) -> SimulatedCustomers:
    """Simulate a food-delivery market and take its two snapshots."""
    market = simulate(customers, seed=seed)
    orders = replace(read_orders(market.orders), source=SIMULATED)
    return SimulatedCustomers(
        market,
        orders,
        past=take_snapshot(orders, horizon_days=horizon_days, profile=market.customers),
        today=take_snapshot(orders, horizon_days=None, profile=market.customers),
    )


def customers_from_orders(
    orders: Orders,
    *,
    cutoff: str | None = None,
    horizon_days: int | None = None,
    today: bool = False,
    periods: int = 1,
    active_days: int | None = None,
    quiet_gaps: float | None = None,
) -> Snapshot:
    """Turn an order log into customers: as of one cutoff, of several under one another, or of today.

    Parameters
    ----------
    orders, cutoff, active_days, quiet_gaps
        As for :func:`retention.orders.snapshot.take_snapshot`.
    horizon_days
        Days after the cutoff that decide who left; None for 30, or for what ``quiet_gaps`` takes.
    today
        Take customers as they stand at the end of the log, with nothing known of who leaves.
    periods
        How many cutoffs at most, a horizon apart; see :func:`retention.orders.panel.take_panel`.

    Raises
    ------
    InputError
        If the log does not support it, or today is asked for at several cutoffs.
    """
    if today and periods != 1:
        raise InputError("today: takes customers as they stand at the end of the log; leave out periods")
    if horizon_days is None:
        horizon_days = 30 if quiet_gaps is None else defaults_for(orders).horizon_for(quiet_gaps)
    if periods == 1:
        return take_snapshot(
            orders,
            cutoff=cutoff,
            horizon_days=None if today else horizon_days,
            active_days=active_days,
            quiet_gaps=quiet_gaps,
        )
    return take_panel(
        orders,
        newest=cutoff,
        periods=periods,
        horizon_days=horizon_days,
        active_days=active_days,
        quiet_gaps=quiet_gaps,
    )


def train(
    customers: Customers,
    *,
    scale_pos_weight: float | Literal["balanced"] | None = None,
    seed: int = 0,
    progress: Progress = silent,
) -> ChurnModel:
    """Fit a churn model on every processor; see :meth:`ChurnModel.fit`.

    Two processes at least: however few processors there are, fits belong outside of one that answers visitors.
    """
    from joblib import cpu_count

    return ChurnModel.fit(
        customers, scale_pos_weight=scale_pos_weight, seed=seed, jobs=max(2, cpu_count()), progress=progress
    )


@dataclass(frozen=True, eq=False)
class Demo:
    """The whole job on simulated customers: what was made, and where it lies."""

    model: ChurnModel
    curve: ProfitCurve
    scored: Scored
    message_run: MessageRun
    files: tuple[Path, ...]


def demo(
    folder: Path,
    *,
    customers: int = 5000,
    seed: int = 7,
    economics: Economics | None = None,
    writer: Writer | None = None,
    progress: Progress = silent,
) -> Demo:
    """Simulate, train, price, score and write messages, leaving every file in ``folder``."""
    economics = economics or Economics()
    progress(0.0, "Simulating a market")
    simulated = simulate_customers(customers, seed=seed)
    past = simulated.past
    files = [folder / name for name in ("orders.csv", "truth.csv", "customers.csv", "scored.csv", "messages.csv")]
    write_csv(simulated.market.orders, files[0])
    write_csv(simulated.market.truth, files[1])
    write_csv(past.frame, files[2])
    model = train(past, seed=seed, progress=lambda share, words: progress(0.1 + 0.7 * share, words))
    model.save(folder / "model")
    curve = profit_of_model(model, economics)
    progress(0.85, "Scoring today's customers")
    scored = score(simulated.today, model, SendPolicy(economics=economics))
    write_csv(scored.send_list, files[3])
    progress(0.9, "Writing messages")
    campaign = write_messages(
        scored.send_list, id=scored.id, offers=offers_at(economics), writer=writer, currency=economics.currency
    )
    write_csv(campaign.messages_frame, files[4])
    page = folder / "report.html"
    made_at = dt.datetime.now(dt.UTC).date()
    html = render_report(model, curve, made_at=made_at, source=past.source, findings=audit(past), scored=scored,
                  folder=folder / "model")  # fmt: skip
    write_file(page, html.encode())
    progress(1.0, "Done")
    return Demo(model, curve, scored, campaign, (*files, page, folder / "model"))
