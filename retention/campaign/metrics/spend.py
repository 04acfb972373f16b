"""What customers spent, beside the profit that counts them as kept or not."""

from retention.campaign.comparison import Comparison
from retention.campaign.intervals import Interval
from retention.campaign.metrics.metric import Metric
from retention.campaign.outcome_rows import OutcomeRows


class Spend(Metric):
    """Effect on spend per treated customer (currency)."""

    name = "spend"
    label = "Spend a head"
    unit = "amount a head"
    estimate = "mean"
    needs = ("spend",)

    def measured(self, rows: OutcomeRows, overall: Comparison) -> Interval | None:
        """Return the effect; None where the tails allow no interval."""
        return rows.effect_on_mean("spend")
