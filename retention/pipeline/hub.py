"""The seventh step: publish models, customers and decisions on the Hugging Face Hub, pull and replay them."""

from pathlib import Path
from typing import TYPE_CHECKING

from retention.hub.connection import Hub
from retention.hub.dataset_release import plan_dataset
from retention.hub.model_release import plan_model
from retention.hub.planned_decision import PlannedDecision, planned_decision
from retention.hub.pseudonyms import Salt
from retention.hub.publish import PushResult, push
from retention.hub.pull import PullResult, pull
from retention.hub.release import Release
from retention.hub.replay import ReplayResult, replay
from retention.hub.repository import find_kind
from retention.hub.tables import PulledTable, pull_table
from retention.tabular.files import Limits
from retention.tabular.tables import read_table

if TYPE_CHECKING:
    import pandas as pd

    from retention.customers.table import Customers

__all__ = [
    "Hub",
    "PlannedDecision",
    "PullResult",
    "PulledTable",
    "PushResult",
    "Release",
    "ReplayResult",
    "Salt",
    "find_kind",
    "plan_dataset",
    "plan_model",
    "planned_decision",
    "pull",
    "pull_table",
    "push",
    "read_messages",
    "replay",
]


def read_messages(path: Path, customers: "Customers") -> "pd.DataFrame":
    """Read the messages that were written to customers, to publish them along with the customers."""
    text = {customers.roles.id, "name", "message", "message_source", "message_note"}
    return read_table(path, limits=Limits.from_settings(), text_columns=text).frame
