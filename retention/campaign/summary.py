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
    CURRENCY_UNNAMED,
    NOT_SHOWN,
    interval_in,
    part_of,
    write_decimal,
    write_range,
)
from retention.campaign.health import Severity
from retention.campaign.intervals import Interval
from retention.campaign.reading import DECLARED, Reading
from retention.campaign.tiles import Tile, campaign_tiles, experiment_tiles
from retention.wording.column_names import capitalize_first
from retention.wording.dates import day_in_words
from retention.wording.money import in_currency
from retention.wording.text import count_noun


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
    return campaign_tiles(reading) if _is_own(reading) else experiment_tiles(reading)


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
    profit, kept = part_of(reading, "profit"), part_of(reading, "kept")
    amount = interval_in(profit, "amount")
    if amount is not None:
        currency = str(profit.get("currency", CURRENCY_UNNAMED))
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
    if not _is_own(reading) or interval_in(part_of(reading, "profit"), "amount") is None:
        return ""
    if part_of(reading, "profit").get("counts") == "stayed on":
        return (
            "The money, and the rates learned from it, count who stayed on: an order after the offer had expired, "
            "which no offer paid for. The save rate here counts who was kept: an order within the horizon."
        )
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


def _row(reading: Reading, name: str, comparison: Comparison) -> EffectRow:
    kept = comparison.kept
    money = comparison.money if comparison.money_trusted else None
    currency = str(part_of(reading, "profit").get("currency", "")) if _is_own(reading) else ""

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
