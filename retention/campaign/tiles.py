"""The four tiles of a reading."""

from dataclasses import dataclass

from retention.campaign.figures import (
    CURRENCY_UNNAMED,
    NOT_SHOWN,
    interval_in,
    part_of,
    write_count,
    write_decimal,
    write_range,
    write_share,
    write_signed,
)
from retention.campaign.intervals import Interval
from retention.campaign.reading import Reading
from retention.wording.money import in_currency
from retention.wording.text import count_noun, format_share


@dataclass(frozen=True, kw_only=True)
class Tile:
    """One figure of a reading.

    Attributes
    ----------
    label
        What it is.
    figure
        The estimate; :data:`NOT_SHOWN` where there is none.
    note
        Its interval, and what was assumed.
    evidence
        What it rests on: ``measured``, ``assumed``.
    """

    label: str
    figure: str
    note: str
    evidence: tuple[str, ...]


def campaign_tiles(reading: Reading) -> tuple[Tile, ...]:
    """Return the tiles of a campaign of one's own: kept, profit, save rate and holdout cost."""
    kept, profit, rate, cost = (part_of(reading, name) for name in ("kept", "profit", "save_rate", "holdout_cost"))
    currency = str(profit.get("currency", CURRENCY_UNNAMED))
    customers = interval_in(kept.get("customers", {}), "value")
    amount, forgone = interval_in(profit, "amount"), interval_in(cost, "amount")
    measured_rate = interval_in(rate, "value")
    points = reading.overall.kept
    why_not = f"{reading.verdict}: no effect is shown" if points is None else "too skewed for an interval"
    assumed_rate = rate.get("assumed")
    promise = "" if assumed_rate is None else f"assumed {format_share(assumed_rate)}"
    return (
        Tile(
            label="Customers kept",
            figure=NOT_SHOWN if customers is None else write_signed(customers.value),
            note=why_not
            if customers is None or points is None
            else f"{write_range(customers, write_count)}; {write_decimal(points.value)} points",
            evidence=_evidence(customers),
        ),
        Tile(
            label=f"Profit, {profit.get('counts', 'kept')}",
            figure=NOT_SHOWN if amount is None else in_currency(amount.value, currency),
            note=why_not if amount is None else write_range(amount, lambda number: in_currency(number, currency)),
            evidence=_evidence(amount, value_assumed=True),
        ),
        Tile(
            label="Save rate, measured / assumed",
            figure=NOT_SHOWN
            if measured_rate is None
            else f"{write_share(measured_rate.value)} / "
            f"{'–' if assumed_rate is None else format_share(assumed_rate)}",
            note="; ".join(filter(None, (why_not, promise)))
            if measured_rate is None
            else write_range(measured_rate, write_share),
            evidence=_evidence(measured_rate, promise=assumed_rate is not None),
        ),
        Tile(
            label="Holdout cost",
            figure=NOT_SHOWN if forgone is None else in_currency(forgone.value, currency),
            note=_cost_note(forgone, cost.get("assumed"), currency, why_not),
            evidence=_evidence(forgone, value_assumed=True, promise=cost.get("assumed") is not None),
        ),
    )


def _evidence(shown: Interval | None, *, value_assumed: bool = False, promise: bool = False) -> tuple[str, ...]:
    """Return what a tile rests on; money also on the value of a customer, and on the promise shown beside it."""
    measured = () if shown is None else ("measured", "assumed") if value_assumed else ("measured",)
    return (*measured, "assumed") if promise and "assumed" not in measured else measured


def _cost_note(forgone: Interval | None, assumed: float | None, currency: str, why_not: str) -> str:
    before = "" if assumed is None else f"; {in_currency(assumed, currency)} was assumed"
    if forgone is None:
        return why_not + before
    return write_range(forgone, lambda number: in_currency(number, currency)) + before


def experiment_tiles(reading: Reading) -> tuple[Tile, ...]:
    """Return the tiles of an experiment that ran elsewhere: kept, money a head, save rate, kept in control."""
    overall = reading.overall
    kept, rate, money = overall.kept, overall.save_rate, overall.money if overall.money_trusted else None
    why_not = f"{reading.verdict}: no effect is shown"
    no_money = why_not if kept is None else "too skewed for an interval" if overall.money else "no money was given"
    in_control = overall.control_kept
    return (
        Tile(
            label="Kept, percentage points",
            figure=NOT_SHOWN if kept is None else write_decimal(kept.value),
            note=why_not if kept is None else write_range(kept, write_decimal),
            evidence=_evidence(kept),
        ),
        Tile(
            label="Money a head",
            figure=NOT_SHOWN if money is None else write_decimal(money.value, 4),
            note=no_money if money is None else write_range(money, lambda number: write_decimal(number, 4)),
            evidence=_evidence(money),
        ),
        Tile(
            label="Save rate",
            figure=NOT_SHOWN if rate is None else write_share(rate.value),
            note=why_not if rate is None else write_range(rate, write_share),
            evidence=_evidence(rate),
        ),
        Tile(
            label="Kept anyway, in control",
            figure=NOT_SHOWN if in_control is None else format_share(in_control),
            note=count_noun(overall.control_customers, "customer"),
            evidence=("measured",),
        ),
    )
