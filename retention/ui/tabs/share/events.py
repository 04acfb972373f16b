"""What the Share tab does. Whoever asks, asks in their own name: see :mod:`retention.ui.sign_in`."""

from collections.abc import Iterator

import gradio as gr

from retention.settings import settings
from retention.ui.session import Session
from retention.ui.sign_in import hub_for_caller
from retention.ui.tab import Change, Page, Updates
from retention.ui.tabs.share import handlers as share
from retention.ui.tabs.share import views as hub_views
from retention.ui.tabs.share.handlers import DECISION, MODEL, Plan, Published
from retention.ui.tabs.share.layout import ShareLayout
from retention.ui.wiring import NEW_BAR, on, run_job, stop_button

_LIMITS = {"concurrency_limit": 4, "concurrency_id": "hub"}


def wire(page: Page, tab: ShareLayout) -> None:
    """Connect the Share tab."""
    choices = [tab.content, tab.repo, tab.private, tab.with_evaluation, tab.with_messages]
    starts = [tab.preview, tab.publish]  # one stop button is for both, so one runs at a time
    stop, stop_replay = stop_button(tab.stop), stop_button(tab.stop_replay)

    def greet(profile: gr.OAuthProfile | None, token: gr.OAuthToken | None, request: gr.Request) -> Updates:
        name = None if profile is None else profile.username
        words = hub_views.account(
            name, on_space=settings().on_space, signed_in=hub_for_caller(token, request).token is not None
        )
        return {tab.account: words, tab.repo: gr.Textbox(placeholder=f"{name or 'OWNER'}/NAME")}

    def choose(what: str) -> Updates:
        return {
            tab.with_evaluation: gr.Checkbox(visible=what == MODEL),
            tab.with_messages: gr.Checkbox(visible=what == DECISION),
        }

    def look(
        session: Session, what: str, repo: str, private: bool, with_evaluation: bool, with_messages: bool,
        threshold: float, token: gr.OAuthToken | None, request: gr.Request, bar: gr.Progress = NEW_BAR,
    ) -> Iterator[Updates]:  # fmt: skip
        yield from run_job(
            starts, stop, bar,
            lambda progress: share.preview(
                session, what, repo, private=private, threshold=threshold, hub=hub_for_caller(token, request),
                with_evaluation=with_evaluation, with_messages=with_messages, progress=progress,
            ),
            tab.show_plan,
        )  # fmt: skip

    def push(
        plan: Plan | None, token: gr.OAuthToken | None, request: gr.Request, bar: gr.Progress = NEW_BAR
    ) -> Iterator[Updates]:
        yield from run_job(
            starts, stop, bar,
            lambda progress: share.publish_plan(plan, hub=hub_for_caller(token, request), progress=progress),
            lambda shared: {tab.published: shared, tab.result: hub_views.published(shared), **tab.show_plan(None)},
        )  # fmt: skip

    def replay(
        reference: str, token: gr.OAuthToken | None, request: gr.Request, bar: gr.Progress = NEW_BAR
    ) -> Iterator[Updates]:
        yield from run_job(
            [tab.replay], stop_replay, bar,
            lambda progress: share.replay(reference, hub=hub_for_caller(token, request), progress=progress),
            lambda found: {tab.replayed: hub_views.replayed(found)},
        )  # fmt: skip

    def remember(session: Session, shared: Published | None) -> Updates:
        return page.updates(Change.STATUS, share.with_published_model(session, shared))

    on(page.blocks.load, greet, [], [tab.account, tab.repo], show_progress="hidden")
    on(tab.content.change, choose, [tab.content], [tab.with_evaluation, tab.with_messages], show_progress="hidden")
    # A plan is for what was chosen then.
    on(
        [choice.input for choice in choices], lambda: tab.show_plan(None), [], tab.plan_components,
        show_progress="hidden",
    )  # fmt: skip
    on(
        tab.preview.click, look, [page.session, *choices, page.parameters["threshold"]],
        [*tab.plan_components, tab.preview, stop.button, stop.job], show_progress_on=[tab.plan], **_LIMITS,
    )  # fmt: skip
    on(
        tab.publish.click, push, [tab.planned],
        [*tab.plan_components, tab.published, tab.result, tab.preview, stop.button, stop.job],
        show_progress_on=[tab.result], **_LIMITS,
    )  # fmt: skip
    # On its own, so that what was done in other tabs during the push is kept.
    on(
        tab.published.change, remember, [page.session, tab.published], page.components(Change.STATUS),
        show_progress="hidden",
    )  # fmt: skip
    on(
        [tab.replay.click, tab.reference.submit], replay, [tab.reference],
        [tab.replayed, tab.replay, stop_replay.button, stop_replay.job],
        show_progress_on=[tab.replayed], **_LIMITS,
    )  # fmt: skip
