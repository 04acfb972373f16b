"""What a reading says, as plain data that a screen and a page both show: tiles, chart, health strip, tables.

Every number is written once here, so that the tab and the report cannot differ. The sentence is the reading's own.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from retention.campaign.comparison import Comparison
from retention.campaign.design import CONTROL
from retention.campaign.figures import (
    NOT_SHOWN,
    interval_in,
    write_count,
    write_decimal,
    write_range,
    write_share,
    write_signed,
)
from retention.campaign.health import Severity
from retention.campaign.intervals import Interval
from retention.campaign.reading import DECLARED, Reading
from retention.wording.column_names import capitalize_first
from retention.wording.dates import day_in_words
from retention.wording.money import in_currency
from retention.wording.text import count_noun, format_share

_CURRENCY = "₹"  # of a reading that does not name any


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


@dataclass(frozen=True, kw_only=True)
class HealthItem:
    """One check of the health strip: its short name, how severe it is, and what was seen."""

    label: str
    severity: Severity
    sentence: str


@dataclass(frozen=True, kw_only=True)
class PromiseBars:
    """The plan's promise beside what was measured, in one unit.

    Attributes
    ----------
    title
        What both are, with the unit.
    currency
        Sign of the amounts; None where they are customers or points.
    assumed
        The promise; None for an experiment that ran elsewhere.
    measured
        The estimate with its 90% interval.
    evidence
        What the chart rests on.
    """

    title: str
    currency: str | None
    assumed: float | None
    measured: Interval
    evidence: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class EffectRow:
    """An arm, or a segment, against control, in words."""

    name: str
    customers: str
    held_out: str
    kept: str
    money: str
    verdict: str


def basis(reading: Reading) -> str:
    """Return what stands beside a measured number: its interval, its campaign and its day.

    ``90% interval; diwali, read on 12 Nov 2026``
    """
    if reading.evidence == DECLARED:
        return f"90% interval; {reading.name}, randomisation declared"
    day = reading.campaign.get("read_on")
    read_on = "" if day is None else f", read on {day_in_words(dt.date.fromisoformat(day))}"
    return f"90% interval; {reading.name}{read_on}"


def tiles(reading: Reading) -> tuple[Tile, ...]:
    """Return the four tiles: kept, profit, save rate and holdout cost; none before the registered day.

    An experiment that ran elsewhere has no plan and no holdout cost: its tiles are the effect on customers kept
    and on money a head, the save rate, and the share kept in control.
    """
    if reading.verdict == "too early":
        return ()
    return _campaign_tiles(reading) if _is_own(reading) else _experiment_tiles(reading)


def health(reading: Reading) -> tuple[HealthItem, ...]:
    """Return the checks in the order in which they were made."""
    return tuple(
        HealthItem(label=capitalize_first(check.name), severity=check.severity, sentence=check.sentence)
        for check in reading.checks
    )


def promise_bars(reading: Reading) -> PromiseBars | None:
    """Return what the one chart shows: money where it may be shown, else customers kept; None without either."""
    overall = reading.overall
    if overall.kept is None:
        return None
    if not _is_own(reading):
        return PromiseBars(
            title="Effect on customers kept (percentage points)",
            currency=None,
            assumed=None,
            measured=overall.kept,
            evidence=("measured",),
        )
    profit, kept = _part(reading, "profit"), _part(reading, "kept")
    amount = interval_in(profit, "amount")
    if amount is not None:
        currency = str(profit.get("currency", _CURRENCY))
        return PromiseBars(
            title=f"Profit of {count_noun(overall.customers, 'treated customer')} ({currency})",
            currency=currency,
            assumed=profit.get("assumed"),
            measured=amount,
            evidence=("measured", "assumed"),
        )
    assumed = kept.get("assumed")
    return PromiseBars(
        title="Customers kept who would have churned",
        currency=None,
        assumed=None if assumed is None else assumed * overall.customers / 100,
        measured=overall.kept.times(overall.customers / 100),
        evidence=("measured", "assumed"),
    )


def money_counts(reading: Reading) -> str:
    """Return which outcome the money counts, as a sentence; blank where no money is shown."""
    if not _is_own(reading) or interval_in(_part(reading, "profit"), "amount") is None:
        return ""
    if _part(reading, "profit").get("counts") == "stayed on":
        return "The money counts who stayed on: an order after the offer had expired, which no offer paid for."
    return "The money counts who was kept: an order within the horizon, also one that redeemed the offer."


def arm_rows(reading: Reading) -> tuple[EffectRow, ...]:
    """Return the treatment arms, each against control."""
    return tuple(_row(reading, arm, comparison) for arm, comparison in reading.arms.items())


def segment_rows(reading: Reading) -> tuple[EffectRow, ...]:
    """Return the segments that were registered, each with its treated against its control; none without any."""
    segments: Mapping[str, Any] = reading.campaign.get("segments", {})
    return tuple(_row(reading, name, Comparison.from_dict(content)) for name, content in segments.items())


def counts_before_the_day(reading: Reading) -> tuple[tuple[str, int], ...]:
    """Return what may be seen before the registered day, each count with its label."""
    drawn = {str(arm): int(count) for arm, count in reading.campaign.get("drawn", reading.counts).items()}
    counts = [("Drawn", sum(drawn.values())), ("Held out", drawn.get(CONTROL, 0))]
    labels = {"redeemed": "Redeemed so far", "opted_out": "Opted out so far", "contacted": "Contacted so far"}
    so_far = reading.campaign.get("so_far", {})
    return (*counts, *((label, int(so_far[name])) for name, label in labels.items() if name in so_far))


def _is_own(reading: Reading) -> bool:
    return bool(reading.campaign)


def _campaign_tiles(reading: Reading) -> tuple[Tile, ...]:
    kept, profit, rate, cost = (_part(reading, name) for name in ("kept", "profit", "save_rate", "holdout_cost"))
    currency = str(profit.get("currency", _CURRENCY))
    customers = interval_in(_mapping(kept.get("customers")), "value")
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


def _experiment_tiles(reading: Reading) -> tuple[Tile, ...]:
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


def _row(reading: Reading, name: str, comparison: Comparison) -> EffectRow:
    kept = comparison.kept
    money = comparison.money if comparison.money_trusted else None
    currency = str(_part(reading, "profit").get("currency", "")) if _is_own(reading) else ""

    def amount(number: float) -> str:
        return in_currency(round(number, 2), currency, exactly=True) if currency else write_decimal(number, 4)

    return EffectRow(
        name=name,
        customers=f"{comparison.customers:,}",
        held_out=f"{comparison.control_customers:,}",
        kept=NOT_SHOWN if kept is None else f"{write_decimal(kept.value)} ({write_range(kept, write_decimal)})",
        money=NOT_SHOWN if money is None else f"{amount(money.value)} ({write_range(money, amount)})",
        verdict=comparison.verdict,
    )


def _part(reading: Reading, name: str) -> Mapping[str, Any]:
    return _mapping(reading.campaign.get(name))


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
