"""The steps for the Hugging Face Hub in the caller's name: push and pull models, customers, campaigns, and replay.

``hub`` is the connection in the caller's name and no part of the API: on one's own machine whoever is signed in
there, elsewhere the caller with the token they pass.
"""

import datetime as dt
import tempfile
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any, Literal

from retention.churn.model import ChurnModel
from retention.errors import InputError
from retention.hub.connection import Hub
from retention.hub.release import Release
from retention.pipeline.customers import read_customers
from retention.pipeline.hub import (
    PlannedDecision,
    Salt,
    plan_campaign_file,
    plan_dataset,
    plan_model,
    planned_decision,
    pull_table,
)
from retention.pipeline.hub import pull as pull_from_hub
from retention.pipeline.hub import push as push_to_hub
from retention.pipeline.hub import replay as replay_from_hub
from retention.pipeline.targeting import scoring_kinds
from retention.profit.economics import Economics
from retention.progress import Progress, silent
from retention.targeting import SendPolicy
from retention.ui.api import archives as model_zip


def push(
    source: Path,
    repo: str,
    *,
    kind: Literal["model", "dataset", "campaign"] = "model",
    confirm: bool = False,
    private: bool = True,
    with_evaluation: bool = False,
    model_at: str = "",
    threshold: float | None = None,
    id: str = "",
    label: str = "",
    value_column: str = "",
    value: float = 500.0,
    offer_cost: float = 50.0,
    contact_cost: float = 0.0,
    save_rate: float = 1.0,
    stayer_redemption: float = 1.0,
    harm_rate: float = 0.0,
    currency: str = "₹",
    orders: Path | None = None,
    outcomes: Path | None = None,
    as_of: str = "",
    hub: Hub,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Publish a model, customers under pseudonyms, or a campaign, on the Hugging Face Hub, once it is confirmed.

    A campaign is pushed before it is sent, which registers it, and again with its outcomes, which publishes its
    reading. Without confirm nothing is sent: the answer says what would be, for a person to look at and agree.

    Parameters
    ----------
    source
        A model, the zip file that train returned; customers, CSV or Parquet, one row per customer; or a campaign,
        the zip file that the draw of its holdout wrote.
    repo
        OWNER/NAME on the Hub; created if it does not exist.
    kind
        What the source is: model, dataset (customers) or campaign.
    confirm
        Set it to push what a person has agreed to.
    private
        Whether nobody else may see it.
    with_evaluation
        Publish a model's evaluation rows too: score and outcome of every training customer, no ids.
    model_at
        For customers: OWNER/NAME or OWNER/NAME@commit of a model on the Hub, to publish who gets an offer as well,
        so that replay can repeat that decision; blank for the customers alone.
    threshold
        Send an offer from this churn probability on; if omitted, from the one that earned most or breaks even.
    id
        Column with the customer's id; blank to guess it by its name.
    label
        Column that says who churned; blank to guess it by its name.
    value_column
        Column with the margin kept if that customer stays; blank to guess it by its name.
    orders
        For a campaign that is over: its order log, CSV or Parquet, one row per order.
    outcomes
        Instead of a log: a table with the customer's id, kept (yes or no), and perhaps redeemed, contacted,
        stayed_on and spend.
    as_of
        The day of the measurement (YYYY-MM-DD); blank for today.

    Returns
    -------
    summary
        JSON: repo, commit (null until it is pushed), kind, private, files with their sizes, columns and what
        happens to each, left_out, warnings.
    """
    economics = Economics(value, offer_cost, save_rate, stayer_redemption, harm_rate, contact_cost, currency)
    if kind == "model":
        with model_zip.unzipped_model(source) as (folder, _):
            release = plan_model(
                folder, repo=repo, economics=economics, with_evaluation=with_evaluation, private=private
            )
    elif kind == "campaign":
        release = plan_campaign_file(
            source, repo=repo, hub=hub, orders=orders, outcomes=outcomes, as_of=_date(as_of), private=private,
            progress=progress,
        )  # fmt: skip
    else:
        decision: AbstractContextManager[PlannedDecision | None] = nullcontext()
        if model_at:
            policy = SendPolicy(economics=economics, threshold=threshold)
            decision = planned_decision(policy, model_at=model_at, hub=hub, progress=progress)
        with decision as planned:
            kinds = None if planned is None else scoring_kinds(ChurnModel.load(planned.model))
            customers = read_customers(
                source, id=id or None, label=label or None, value=value_column or None, kinds=kinds
            )
            release = plan_dataset(customers, repo=repo, salt=Salt.for_release(), planned=planned, private=private)
    pushed = push_to_hub(release, hub=hub, progress=progress) if confirm else None
    return {**_planned(release), "commit": None if pushed is None else pushed.commit}


def pull(
    repo: str,
    *,
    kind: Literal["model", "dataset", "campaign"] = "model",
    folder: Path,
    hub: Hub,
    progress: Progress = silent,
) -> tuple[Path, dict[str, Any]]:
    """Fetch a model, a table of customers or orders, or a campaign, from the Hugging Face Hub.

    Models, campaigns, and customers that this program published, are checked against their hashes first. Any other
    dataset may hold one CSV or Parquet file.

    Parameters
    ----------
    repo
        OWNER/NAME for the newest commit, OWNER/NAME@commit for a fixed one.
    kind
        What there is: model, dataset or campaign.

    Returns
    -------
    fetched
        The model as a zip file, for profit and score; the table; or the campaign as a zip file.
    summary
        JSON: repo, commit, kind, files.
    """
    if kind == "dataset":
        table = pull_table(repo, out=folder, hub=hub, progress=progress)
        return table.path, {"repo": table.repo, "commit": table.commit, "kind": kind, "files": [table.path.name]}
    with tempfile.TemporaryDirectory(prefix=f"{kind}-") as place:
        pulled = pull_from_hub(repo, kind=kind, out=Path(place) / kind, hub=hub, progress=progress)
        file = folder / f"{kind}.zip"
        model_zip.zip_folder(Path(place) / kind, file)
    return file, {"repo": pulled.repo, "commit": pulled.commit, "kind": kind, "files": list(pulled.files)}


def replay(repo: str, *, hub: Hub, progress: Progress = silent) -> dict[str, Any]:
    """Replay a decision or a campaign that was published on the Hugging Face Hub, and compare it bit for bit.

    The customers of a decision are scored again with its model at the published money inputs. The arms of a
    campaign are cut again from its lots, and its outcomes measured again.

    Parameters
    ----------
    repo
        OWNER/NAME@commit of a dataset that holds a decision, or of a campaign.

    Returns
    -------
    summary
        JSON: repo, commit, files, customers, identical (true or false), different (column or figure -> rows). Of a
        decision also model; of a campaign its name, registration (since when it is there), registered and reading.
    """
    return replay_from_hub(repo, hub=hub, progress=progress).as_dict()


def _date(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text.strip() else None
    except ValueError:
        raise InputError(f"as_of: {text[:40]!r} is no date; write it as YYYY-MM-DD") from None


def _planned(release: Release) -> dict[str, Any]:
    return {
        "repo": release.repo,
        "kind": release.kind,
        "private": release.private,
        "files": {file.path: file.size for file in release.files},
        **release.preview_json(),
    }
