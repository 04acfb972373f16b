"""The seventh step: publish models, customers, decisions and campaigns on the Hub, pull and replay them."""

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

from retention.campaign.campaign_file import Campaign
from retention.hub.campaign_release import PlannedReading, plan_campaign
from retention.hub.campaign_replay import CampaignReplay, replay_campaign
from retention.hub.connection import Hub
from retention.hub.dataset_release import plan_dataset
from retention.hub.kinds import find_dataset_kind, find_kind
from retention.hub.model_release import plan_model
from retention.hub.planned_decision import PlannedDecision, planned_decision
from retention.hub.pseudonyms import Salt
from retention.hub.publish import PushResult, push
from retention.hub.pull import PullResult, pull
from retention.hub.release import Release
from retention.hub.replay import ReplayResult, replay_decision
from retention.hub.tables import PulledTable, pull_table
from retention.pipeline.measure import read_outcomes
from retention.progress import Progress, silent
from retention.tabular.files import Limits
from retention.tabular.ids import normalize_ids
from retention.tabular.tables import read_table

if TYPE_CHECKING:
    import pandas as pd

    from retention.customers.table import Customers

__all__ = [
    "CampaignReplay",
    "Hub",
    "PlannedDecision",
    "PullResult",
    "PulledTable",
    "PushResult",
    "Release",
    "ReplayResult",
    "Salt",
    "find_kind",
    "plan_campaign_file",
    "plan_dataset",
    "plan_model",
    "planned_decision",
    "pull",
    "pull_table",
    "push",
    "read_messages",
    "replay",
]


def plan_campaign_file(
    source: Path,
    *,
    repo: str,
    hub: Hub,
    orders: Path | None = None,
    outcomes: Path | None = None,
    as_of: dt.date | None = None,
    private: bool = True,
    licence: str | None = None,
    progress: Progress = silent,
) -> Release:
    """Plan the registration of a campaign on the Hub or, with its outcomes, its reading on top.

    Parameters
    ----------
    source
        The zip that ``holdout`` wrote.
    repo, hub, private, licence
        As :func:`retention.hub.campaign_release.plan_campaign` takes them.
    orders, outcomes
        The order log, or a table of outcomes; neither to register the campaign.
    as_of
        The day of the measurement; today if None.

    Raises
    ------
    RetentionError
        If a file cannot be used, or the campaign cannot be published as it is.
    """
    campaign = Campaign.load(source)
    day = as_of or dt.date.today()
    reading = None
    if orders is not None or outcomes is not None:
        reading = PlannedReading(read_outcomes(campaign, orders=orders, outcomes=outcomes, as_of=day), day)
    return plan_campaign(
        campaign, repo=repo, salt=Salt.for_release(), hub=hub, reading=reading, private=private, licence=licence,
        progress=progress,
    )  # fmt: skip


def replay(reference: str, *, hub: Hub, progress: Progress = silent) -> ReplayResult | CampaignReplay:
    """Replay a published decision or campaign, whichever the repository holds, and compare it bit for bit.

    Raises
    ------
    PublishError
        If the repository holds neither, or cannot be read.
    ModelError
        If a byte was changed.
    """
    if find_dataset_kind(reference, hub=hub) == "campaign":
        return replay_campaign(reference, hub=hub, progress=progress)
    return replay_decision(reference, hub=hub, progress=progress)


def read_messages(path: Path, customers: "Customers") -> "pd.DataFrame":
    """Read the messages that were written to customers, to publish them along with the customers."""
    text = {customers.roles.id, "name", "message", "message_source", "message_note"}
    table, id = read_table(path, limits=Limits.from_settings(), text_columns=text), customers.roles.id
    if id in table.frame:
        table.frame[id] = normalize_ids(table.frame[id], table.locate(id)).values
    return table.frame
