"""After the messages: measure what a campaign, or an experiment that ran elsewhere, really did."""

from retention.campaign.experiment import ExperimentColumns, measure_experiment
from retention.campaign.reading import Reading

__all__ = ["ExperimentColumns", "Reading", "measure_experiment"]
