"""Previewing what would be published on the Hub, publishing it, and replaying a decision."""

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from retention.churn.model import ChurnModel
from retention.customers.table import Customers
from retention.errors import InputError, PublishError
from retention.hub.connection import Hub
from retention.hub.reference import Reference
from retention.hub.release import Release
from retention.pipeline.hub import (
    CampaignReplay,
    PushResult,
    ReplayResult,
    Salt,
    plan_dataset,
    plan_model,
    planned_decision,
)
from retention.pipeline.hub import push as push_to_hub
from retention.pipeline.hub import replay as replay_from_hub
from retention.progress import Progress, silent
from retention.settings import settings
from retention.ui.session import Session

MODEL, CUSTOMERS, DECISION = "model", "customers", "decision"


@dataclass(frozen=True, eq=False)
class Plan:
    """A release as a person previews it; exactly this is published.

    Attributes
    ----------
    release
        The files, and what happened to the columns.
    model
        The model that is released; None for a dataset.
    """

    release: Release
    model: ChurnModel | None = None


@dataclass(frozen=True, eq=False)
class Published:
    """A release that is on the Hub.

    Attributes
    ----------
    plan
        The release as it was previewed.
    pushed
        Where it is.
    page
        Address of its page.
    """

    plan: Plan
    pushed: PushResult
    page: str


def preview(
    session: Session,
    content: str,
    repo: str,
    *,
    private: bool,
    threshold: float,
    hub: Hub,
    with_evaluation: bool = False,
    with_messages: bool = False,
    progress: Progress = silent,
) -> Plan:
    """Plan a release; nothing is sent.

    Parameters
    ----------
    what
        ``MODEL``; ``CUSTOMERS``, those it learned from, under pseudonyms; or ``DECISION``, today's customers under
        pseudonyms with their send list.
    repo
        ``OWNER/NAME``.
    private
        Whether nobody else may see it.
    threshold
        Where the slider's send list begins, if it was not made yet.
    hub
        In whose name; called only for the model of a decision.
    with_evaluation
        Publish the model's out-of-fold rows too.
    with_messages
        Publish the messages of a decision too, without names.

    Raises
    ------
    RetentionError
        If something is missing for it, or it cannot be shared as it is.
    """
    if content == MODEL:
        return _model(session, repo, private=private, with_evaluation=with_evaluation)
    salt = Salt.for_release()
    if content == CUSTOMERS:
        progress(0.1, "Replacing ids by pseudonyms")
        release = plan_dataset(_require(session.customers), repo=repo, salt=salt, private=private)
    else:
        release = _decision(
            session, repo, salt=salt, private=private, threshold=threshold, with_messages=with_messages, hub=hub,
            progress=progress,
        )  # fmt: skip
    unshared = tuple(f"{sentence}: {_salt_note()}" for sentence in release.left_out)
    return Plan(replace(release, left_out=unshared))


def publish_plan(plan: Plan | None, *, hub: Hub, progress: Progress = silent) -> Published:
    """Publish what a person has previewed.

    Raises
    ------
    InputError
        If nothing was previewed.
    PublishError
        If the Hub refuses or cannot be reached; then nothing was written.
    """
    if plan is None:
        raise InputError("nothing to publish yet; press Preview first")
    pushed = push_to_hub(plan.release, hub=hub, progress=progress)
    return Published(plan, pushed, hub.page_url(Reference.parse(pushed.reference), plan.release.kind))


def with_published_model(session: Session, published: Published | None) -> Session:
    """Return the session with its model's place on the Hub; unchanged if it has another model by now."""
    if published is None or published.plan.model is None or published.plan.model is not session.model:
        return session
    return replace(session, model_at=published.pushed.reference)


def replay(reference: str, *, hub: Hub, progress: Progress = silent) -> ReplayResult | CampaignReplay:
    """Replay a published decision or campaign and compare it.

    Raises
    ------
    RetentionError
        If no commit is named, it is neither, a byte was changed, or the Hub refuses.
    """
    if Reference.parse(reference).commit is None:
        raise InputError(f"{reference.strip()}: does not say which commit; pass OWNER/NAME@commit")
    return replay_from_hub(reference, hub=hub, progress=progress)


def _model(session: Session, repo: str, *, private: bool, with_evaluation: bool) -> Plan:
    if session.model is None:
        raise InputError("no model yet; train one in the second tab")
    with tempfile.TemporaryDirectory(prefix="model-") as place:
        folder = Path(place) / "model"
        session.model.save(folder)
        release = plan_model(
            folder, repo=repo, economics=session.economics, with_evaluation=with_evaluation, private=private
        )
    return Plan(release, model=session.model)


def _decision(
    session: Session,
    repo: str,
    *,
    salt: Salt,
    private: bool,
    threshold: float,
    with_messages: bool,
    hub: Hub,
    progress: Progress,
) -> Release:
    if session.model_at is None:
        raise PublishError(
            f"{repo}: a decision names its model's commit, and this model is not on the Hub; publish it first"
        )
    if with_messages and session.message_run is None:
        raise InputError("no messages yet; write them in the Offers tab, or publish the decision without")
    scored = session.scored
    if session.message_run is not None and scored is not None:
        # the threshold at which the messages were written, wherever the slider is now
        threshold = threshold if scored.threshold is None else scored.threshold
    policy = session.send_policy(threshold)
    with planned_decision(policy, model_at=session.model_at, hub=hub, progress=progress) as planned:
        progress(0.96, "Computing the send list")
        return plan_dataset(
            _require(session.recipients),
            repo=repo,
            salt=salt,
            planned=planned,
            messages=session.message_run.messages_frame
            if with_messages and session.message_run is not None
            else None,
            private=private,
        )


def _require(customers: Customers | None) -> Customers:
    if customers is None:
        raise InputError("no customers yet; upload a file or simulate a market in the first tab")
    return customers


def _salt_note() -> str:
    """Return what happens to the salt; see :meth:`Salt.for_release`."""
    if settings().on_space:
        return "made for this release and deleted, so nobody can reverse these pseudonyms"
    return "kept on this machine in ~/.config/retention/salt, so that a customer has the same pseudonym next time"
