"""After the messages: measure what a campaign, or an experiment that ran elsewhere, really did."""

import datetime as dt
from pathlib import Path

import pandas as pd

from retention.campaign.campaign_file import Campaign
from retention.campaign.experiment import ExperimentColumns, measure_experiment
from retention.campaign.measurement import measure
from retention.campaign.outcomes import outcomes_from_orders, outcomes_from_table
from retention.campaign.reading import Reading
from retention.errors import InputError
from retention.orders.order_log import Orders, read_orders

__all__ = ["Campaign", "ExperimentColumns", "Reading", "measure_campaign", "measure_experiment"]


def measure_campaign(
    campaign: Campaign,
    *,
    orders: Path | Orders | None = None,
    outcomes: Path | pd.DataFrame | None = None,
    as_of: dt.date | None = None,
    registered_sha256: str | None = None,
) -> Reading:
    """Measure a campaign by an order log, or by a table of outcomes.

    Parameters
    ----------
    campaign
        The drawn campaign.
    orders, outcomes
        One of the two; see :mod:`retention.campaign.outcomes`. With neither, the campaign must not be over yet.
    as_of
        The day of the measurement; today if None.
    registered_sha256
        The hash of the design that was registered; see :func:`retention.campaign.measurement.measure`.

    Raises
    ------
    InputError
        If both or neither are passed, or they cannot be used.
    """
    day = as_of or dt.date.today()
    if orders is not None and outcomes is not None:
        raise InputError(f"{campaign.design.name}: pass its order log or a table of outcomes, but not both")
    if orders is not None:
        log = orders if isinstance(orders, Orders) else read_orders(orders, today=max(day, dt.date.today()))
        rows = outcomes_from_orders(campaign, log, as_of=day)
    elif outcomes is not None:
        rows = outcomes_from_table(campaign, outcomes)
    elif day < campaign.design.read_on:
        rows = pd.DataFrame(index=pd.Index([], dtype="str"))
    else:
        raise InputError(
            f"{campaign.design.name}: pass its order log (--orders) or a table of outcomes (--outcomes)"
        )
    return measure(campaign, rows, as_of=day, registered_sha256=registered_sha256)
