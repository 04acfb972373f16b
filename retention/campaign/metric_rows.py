"""Every metric of a reading in words, one row each, as a screen and a page both show them."""

from collections.abc import Callable
from dataclasses import dataclass

from retention.campaign.figures import (
    CURRENCY_UNNAMED,
    interval_in,
    part_of,
    write_decimal,
    write_range,
    write_share,
)
from retention.campaign.metrics import METRICS
from retention.campaign.metrics.metric import Unit
from retention.campaign.reading import Reading
from retention.wording.money import in_currency


@dataclass(frozen=True, kw_only=True)
class MetricRow:
    """One metric of a reading.

    Attributes
    ----------
    label
        What it is.
    figure, interval
        The estimate, and its 90% interval; where there is none to show, why, and a blank.
    assumed
        What was assumed at the draw; blank where nothing was.
    evidence
        What it rests on: ``measured``, ``assumed``.
    """

    label: str
    figure: str
    interval: str
    assumed: str
    evidence: tuple[str, ...]

    def in_words(self) -> str:
        """Return the row as a line of text, ``Save rate: 19% (13% to 25%), assumed 30% [measured]``."""
        interval = f" ({self.interval})" if self.interval else ""
        assumed = f", assumed {self.assumed}" if self.assumed else ""
        return f"{self.label}: {self.figure}{interval}{assumed} [{', '.join(self.evidence)}]"


def metric_rows(reading: Reading) -> tuple[MetricRow, ...]:
    """Return the metrics of a campaign of one's own, in the order of the registry.

    Those whose outcomes are not there are left out. Nothing is returned where no effect may be shown, nor for an
    experiment that ran elsewhere.
    """
    if reading.overall.kept is None:
        return ()
    currency = str(part_of(reading, "profit").get("currency", CURRENCY_UNNAMED))
    evidence = part_of(reading, "evidence_of")
    rows = []
    for metric in METRICS:
        content = part_of(reading, metric.name)
        interval, assumed = interval_in(content, metric.estimate), content.get("assumed")
        rests_on = tuple(evidence.get(metric.name, ()))
        if not rests_on or (interval is None and "measured" not in rests_on):
            continue
        write, suffix = _writer(metric.unit, currency)
        rows.append(
            MetricRow(
                label=metric.label,
                figure=metric.not_shown if interval is None else write(interval.value) + suffix,
                interval="" if interval is None else write_range(interval, write),
                assumed="" if assumed is None else write(assumed) + suffix,
                evidence=rests_on,
            )
        )
    return tuple(rows)


def _writer(unit: Unit, currency: str) -> tuple[Callable[[float], str], str]:
    """Return what writes a number of a unit, and what follows it where no other number does."""
    if unit == "points":
        return write_decimal, " points"
    if unit == "share":
        return write_share, ""
    if unit == "amount":
        return lambda number: in_currency(number, currency), ""
    if unit == "amount a head":
        return lambda number: in_currency(round(number, 2), currency, exactly=True), ""
    return lambda number: write_decimal(number, 3), ""
