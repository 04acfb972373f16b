"""Replay a published decision from the Hub alone, and compare the send list bit for bit."""

import json
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from retention.artifacts import MANIFEST, place_folder, sha256
from retention.churn.model import ChurnModel
from retention.customers.table import Customers
from retention.errors import ModelError, PublishError
from retention.hub.connection import Hub
from retention.hub.decision import DecisionRecord, as_csv, decide
from retention.hub.pull import fetch
from retention.hub.snapshot import CUSTOMERS_FILE, SEND_LIST_FILE, SNAPSHOT_FORMAT, from_parquet, roles_from_json
from retention.progress import Progress, silent


@dataclass(frozen=True)
class ReplayResult:
    """The result of a replay.

    Attributes
    ----------
    repo, commit
        The dataset and the commit it was read at.
    files
        Files of the dataset.
    model
        ``OWNER/NAME@commit`` of the model behind the decision.
    customers
        Number of customers compared.
    identical
        Whether the two send lists are equal bit for bit.
    different
        Number of rows that differ, by column; empty if nothing differs.
    """

    repo: str
    commit: str
    files: tuple[str, ...]
    model: str
    customers: int
    identical: bool
    different: Mapping[str, int]

    def as_dict(self) -> dict[str, Any]:
        """Return the result ready for JSON."""
        return {**asdict(self), "files": list(self.files), "different": dict(self.different)}

    @property
    def sentence(self) -> str:
        """The result in words."""
        source = f"{self.repo}@{self.commit}, decided by {self.model}"
        if self.identical:
            return f"identical: the send list of {self.customers:,} customers in {source}"
        columns = ", ".join(f"{name} ({rows:,} rows)" for name, rows in self.different.items())
        return f"NOT identical: {columns} differ in {source}"


def replay_decision(reference: str, *, hub: Hub, progress: Progress = silent) -> ReplayResult:
    """Fetch a published decision and its model, score the customers again, and compare the send lists.

    Parameters
    ----------
    reference
        ``OWNER/NAME@commit`` of a dataset that holds a decision.
    hub
        The connection, which says in whose name.

    Raises
    ------
    PublishError
        If the dataset holds no decision, or one of the two repositories cannot be read.
    ModelError
        If a byte was changed, or the model on the Hub is not the one behind the decision.
    """
    data = fetch(reference, kind="dataset", hub=hub, progress=lambda share, words: progress(0.4 * share, words))
    source = f"{data.repo}@{data.commit}"
    manifest = json.loads(data.content[MANIFEST])
    if manifest.get("format") != SNAPSHOT_FORMAT:
        raise ModelError(f"{source}: written in another format; update this program")
    if "decision" not in manifest or not {CUSTOMERS_FILE, SEND_LIST_FILE} <= data.content.keys():
        raise PublishError(f"{source}: holds customers but no decision; pull it instead")
    record = DecisionRecord.from_json(manifest["decision"], source)
    customers = _customers(data.content[CUSTOMERS_FILE], manifest, source)
    model = fetch(
        record.model_at, kind="model", hub=hub, progress=lambda share, words: progress(0.4 + 0.3 * share, words)
    )
    if sha256(model.content[MANIFEST]) != record.model_sha256:
        raise ModelError(f"{record.model_at}: is not the model that {source} was decided with; ask its owner")
    progress(0.7, "Deciding again")
    with tempfile.TemporaryDirectory() as folder:
        place_folder(Path(folder) / "model", model.content)
        rows = decide(customers, ChurnModel.load(Path(folder) / "model"), record.policy)
        shared = from_parquet(data.content[SEND_LIST_FILE], source)
        identical = as_csv(rows, Path(folder)) == as_csv(shared, Path(folder))
    progress(1.0, "Compared")
    return ReplayResult(
        data.repo,
        data.commit,
        tuple(sorted(data.content)),
        record.model_at,
        len(rows),
        identical,
        {} if identical else _differences(rows, shared),
    )


def _customers(content: bytes, manifest: Mapping[str, Any], source: str) -> Customers:
    frame = from_parquet(content, source)
    roles = roles_from_json(manifest, source)
    if {roles.id, roles.label, roles.value, roles.cutoff} - {None} - set(frame.columns):
        raise ModelError(f"{source}: lacks a column that its manifest speaks of; ask its owner to share it anew")
    return Customers(frame, roles, source=source)


def _differences(rows: pd.DataFrame, shared: pd.DataFrame) -> dict[str, int]:
    if list(rows.columns) != list(shared.columns) or len(rows) != len(shared):
        return {"rows": max(len(rows), len(shared))}
    differ = (rows != shared) & ~(rows.isna() & shared.isna())
    return {str(name): int(differ[name].sum()) for name in differ if differ[name].any()}
