"""What every metric of a campaign has in common: where it stands in a reading, what it needs, what it rests on."""

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Literal

from retention.campaign.comparison import Comparison
from retention.campaign.figures import NOT_SHOWN
from retention.campaign.intervals import Interval, interval_json
from retention.campaign.outcome_rows import OutcomeRows

Unit = Literal["points", "share", "amount", "amount a head", "number a head"]
"""Percentage points; a share in [0, 1]; currency; currency per customer; a plain number per customer."""


class Metric(ABC):
    """One number of a campaign's reading, with its 90% interval.

    Attributes
    ----------
    name
        Its key in the JSON of a reading.
    label
        What it is called on screen.
    unit
        What it is measured in.
    estimate
        Key of the estimate, beside ``low`` and ``high``.
    not_shown
        What stands in its place where the campaign shows effects, but none of it.
    needs
        Columns of the outcomes without which there is none. A table of outcomes is read for them: a column that is
        no yes or no of :data:`retention.campaign.outcomes.YES_NO_COLUMNS` holds numbers.
    """

    name: ClassVar[str]
    label: ClassVar[str]
    unit: ClassVar[Unit]
    estimate: ClassVar[str] = "value"
    not_shown: ClassVar[str] = NOT_SHOWN
    needs: ClassVar[tuple[str, ...]] = ()

    @abstractmethod
    def measured(self, rows: OutcomeRows, overall: Comparison) -> Interval | None:
        """Return what was measured, or None where it may not be shown.

        Parameters
        ----------
        rows
            The customers with an outcome; it has the columns that the metric needs.
        overall
            All treatment arms together against control, which shows an effect.
        """

    def details(self, rows: OutcomeRows, shown: Interval | None) -> dict[str, Any]:
        """Return what stands beside the interval in JSON, such as what was assumed."""
        return {}

    def evidence(self, rows: OutcomeRows) -> tuple[str, ...]:
        """Return what it rests on; empty where the outcomes lack what it needs."""
        return ("measured",) if self.has_columns(rows) else ()

    def has_columns(self, rows: OutcomeRows) -> bool:
        """Return whether the outcomes have what it needs."""
        return set(self.needs) <= set(rows.outcomes)

    def as_dict(self, rows: OutcomeRows, overall: Comparison) -> dict[str, Any]:
        """Return it for JSON, null for each number that may not be shown."""
        may_show = overall.kept is not None and self.has_columns(rows)
        interval = self.measured(rows, overall) if may_show else None
        return {**interval_json(interval, self.estimate), **self.details(rows, interval)}
