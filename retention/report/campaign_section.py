"""What the report says of a measured campaign, ready for ``campaign.html``."""

from collections.abc import Sequence
from dataclasses import dataclass

from retention.campaign.figures import write_decimal
from retention.campaign.metric_rows import MetricRow, metric_rows
from retention.campaign.reading import Reading
from retention.campaign.summary import (
    EffectRow,
    HealthItem,
    PromiseBars,
    arm_rows,
    basis,
    counts_before_the_day,
    health,
    money_counts,
    promise_bars,
    segment_rows,
    tiles,
)
from retention.campaign.tiles import Tile
from retention.wording.money import in_currency


class PromiseGeometry:
    """Where the bars of the promise and of the measurement go: lengths in points."""

    width, height, left, right = 520, 66, 120, 400
    rows = (18, 44)

    def __init__(self, bars: PromiseBars) -> None:
        measured, assumed = bars.measured, bars.assumed
        self.bars = bars
        ends = [0.0, measured.low, measured.high, measured.value, *([] if assumed is None else [assumed])]
        self._low, self._high = min(ends), max(ends)
        self.zero = self.x(0.0)
        self.promise = None if assumed is None else self._from_zero(assumed)
        self.measured = self._from_zero(measured.value)
        self.interval = (self.x(measured.low), self.x(measured.high))

    def x(self, amount: float) -> float:
        """Return where an amount stands."""
        share = (amount - self._low) / (self._high - self._low or 1.0)
        return round(self.left + share * (self.right - self.left), 1)

    def words(self, amount: float) -> str:
        """Return an amount as it stands beside its bar."""
        return write_decimal(amount) if self.bars.currency is None else in_currency(amount, self.bars.currency)

    def _from_zero(self, amount: float) -> tuple[float, float]:
        start, end = sorted((self.x(0.0), self.x(amount)))
        return start, round(end - start, 1)


@dataclass(frozen=True, kw_only=True)
class CampaignSection:
    """A measured campaign, or experiment, as the page shows it.

    Attributes
    ----------
    name, sentence, verdict
        The campaign, its one sentence and its verdict.
    basis
        The interval, the campaign and the day of the numbers.
    evidence
        What amounts rest on.
    tiles, checks, arms, segments, counts
        As in :mod:`retention.campaign.summary`; counts only before the registered day.
    metrics
        Every registered metric, as in :mod:`retention.campaign.metric_rows`.
    plot
        The chart; None where no effect may be shown.
    money_counts
        Which outcome the money counts.
    notes
        What was assumed or left out.
    """

    name: str
    sentence: str
    verdict: str
    basis: str
    evidence: tuple[str, ...]
    tiles: tuple[Tile, ...]
    metrics: tuple[MetricRow, ...]
    checks: tuple[HealthItem, ...]
    arms: tuple[EffectRow, ...]
    segments: tuple[EffectRow, ...]
    counts: tuple[tuple[str, int], ...]
    plot: PromiseGeometry | None
    money_counts: str
    notes: Sequence[str]


def campaign_section(reading: Reading) -> CampaignSection:
    """Return what the page shows of a reading; before its day nothing but counts."""
    early, bars = reading.verdict == "too early", promise_bars(reading)
    own = bool(reading.campaign)
    return CampaignSection(
        name=reading.name,
        sentence=reading.sentence,
        verdict=reading.verdict,
        basis=basis(reading),
        evidence=("measured", "assumed") if own else ("measured",),
        tiles=tiles(reading),
        metrics=metric_rows(reading),
        checks=health(reading),
        arms=() if early else arm_rows(reading),
        segments=() if early else segment_rows(reading),
        counts=counts_before_the_day(reading) if early else (),
        plot=None if bars is None else PromiseGeometry(bars),
        money_counts=money_counts(reading),
        notes=reading.notes,
    )
