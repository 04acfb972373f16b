"""After the messages: measure what a campaign, or an experiment that ran elsewhere, really did."""

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path

import pandas as pd

from retention.campaign.campaign_file import Campaign
from retention.campaign.experiment import measure_experiment
from retention.campaign.experiment_table import ExperimentColumns
from retention.campaign.measurement import measure
from retention.campaign.outcomes import outcomes_from_orders, outcomes_from_table, outcomes_sha256
from retention.campaign.reading import Reading
from retention.errors import InputError
from retention.messages.ledger import Ledger
from retention.orders.order_log import Orders, read_orders
from retention.tabular.files import Limits
from retention.tabular.tables import read_table
from retention.wording.dates import utc_day

__all__ = [
    "Campaign",
    "ExperimentColumns",
    "Reading",
    "measure_campaign",
    "measure_campaign_by_file",
    "measure_experiment",
    "read_log",
    "read_outcomes",
]


def measure_campaign(
    campaign: Campaign,
    *,
    orders: Path | Orders | None = None,
    outcomes: Path | pd.DataFrame | None = None,
    as_of: dt.date | None = None,
    ledger: Path | None = None,
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
    ledger
        The ledger that the campaign was drawn with; it holds the registered design, and keeps the reading.

    Raises
    ------
    InputError
        If both or neither are passed, or they cannot be used.
    OfferError
        If the ledger does not know the campaign.
    """
    registered = None if ledger is None else _registered_sha256(campaign, ledger)
    day = as_of or dt.date.today()
    rows = read_outcomes(campaign, orders=orders, outcomes=outcomes, as_of=day)
    reading = measure(campaign, rows, as_of=day, registered_sha256=registered)
    if ledger is None or reading.verdict == "too early":
        return reading
    return _keep_reading(reading, ledger, outcomes_sha256(rows))


def read_log(
    path: Path,
    *,
    as_of: dt.date | None = None,
    customer: str | None = None,
    time: str | None = None,
    amount: str | None = None,
) -> Orders:
    """Read the order log of a campaign, which may reach to the day of the measurement.

    Parameters
    ----------
    path
        CSV or Parquet, one row an order.
    as_of
        The day of the measurement; today if None.
    customer, time, amount
        Columns by name; guessed from the names where None.
    """
    today = max(as_of or dt.date.today(), dt.date.today())
    return read_orders(path, customer=customer, time=time, amount=amount, today=today)


def measure_campaign_by_file(
    campaign: Campaign, file: Path, *, as_of: dt.date | None = None, ledger: Path | None = None
) -> Reading:
    """Measure a campaign by a file that is an order log, or, if it has a column ``kept``, a table of outcomes.

    Parameters and errors are those of :func:`measure_campaign`.
    """
    table = read_table(file, limits=Limits.from_settings(), text_columns=lambda columns: columns)
    has_outcomes = "kept" in {str(column).strip().casefold() for column in table.frame}
    files = {"outcomes": file} if has_outcomes else {"orders": file}
    return measure_campaign(campaign, **files, as_of=as_of, ledger=ledger)


def read_outcomes(
    campaign: Campaign,
    *,
    orders: Path | Orders | None = None,
    outcomes: Path | pd.DataFrame | None = None,
    as_of: dt.date,
) -> pd.DataFrame:
    """Return what became of each customer, indexed by id, by that day; see :func:`measure_campaign`."""
    if orders is not None and outcomes is not None:
        raise InputError(f"{campaign.design.name}: pass its order log or a table of outcomes, but not both")
    if orders is not None:
        log = orders if isinstance(orders, Orders) else read_log(orders, as_of=as_of)
        return outcomes_from_orders(campaign, log, as_of=as_of)
    if outcomes is not None:
        return outcomes_from_table(campaign, outcomes)
    if as_of < campaign.design.read_on:
        return pd.DataFrame(index=pd.Index([], dtype="str"))
    raise InputError(f"{campaign.design.name}: pass its order log (--orders) or a table of outcomes (--outcomes)")


def _registered_sha256(campaign: Campaign, path: Path) -> str:
    if not path.exists():
        raise InputError(f"{path.name}: there is no such ledger; pass the one that the campaign was drawn with")
    with Ledger(path) as ledger:
        record = ledger.campaign(campaign.design.name)
    if record is None:
        raise InputError(
            f"{path.name}: holds no campaign {campaign.design.name!r}; pass the ledger that it was drawn with"
        )
    return record.design_sha256


def _keep_reading(reading: Reading, path: Path, input_sha256: str) -> Reading:
    """Record the reading; a second, different one stands beside the first, which stays the registered one."""
    content = json.dumps(reading.as_dict(), sort_keys=True, ensure_ascii=False, allow_nan=False)
    with Ledger(path) as ledger:
        ledger.add_reading(reading.name, input_sha256, content)
        first = ledger.readings(reading.name)[0]
    if first.reading == content:
        return reading
    sentence = json.loads(first.reading)["sentence"]
    note = f"the first reading, of {utc_day(first.read_at)}, stays the registered one: {sentence}"
    return replace(reading, notes=(*reading.notes, note))
