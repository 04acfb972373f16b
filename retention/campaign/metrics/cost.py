"""What it cost to keep one customer."""

from retention.campaign.comparison import Comparison
from retention.campaign.intervals import Interval
from retention.campaign.metrics.metric import Metric
from retention.campaign.outcome_rows import OutcomeRows


class CostPerSaved(Metric):
    """Cost per customer kept (currency): effect on cost ÷ effect on customers kept, by the delta method."""

    name = "cost_per_saved"
    label = "Cost per saved customer"
    unit = "amount"
    not_shown = "none saved shown"

    def measured(self, rows: OutcomeRows, overall: Comparison) -> Interval | None:
        """Return the ratio; None unless it is shown that customers were kept."""
        return overall.cost_per_saved

    def evidence(self, rows: OutcomeRows) -> tuple[str, ...]:
        """Return that the costs of an offer and of a contact are inputs."""
        return ("measured", "assumed")
