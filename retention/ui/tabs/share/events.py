"""The events of the Share tab. Every call is made in the caller's name: see :mod:`retention.ui.sign_in`."""

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
    starts = [tab.preview, tab.publish]  # both share a stop button, so only one runs at a time
    stop, stop_replay = stop_button(tab.stop), stop_button(tab.stop_replay)

    def show_account(profile: gr.OAuthProfile | None, token: gr.OAuthToken | None, request: gr.Request) -> Updates:
        name = None if profile is None else profile.username
        account = hub_views.account(
            name, on_space=settings().on_space, signed_in=hub_for_caller(token, request).token is not None
        )
        return {tab.account: account, tab.repo: gr.Textbox(placeholder=f"{name or 'OWNER'}/NAME")}

    def choose(content: str) -> Updates:
        return {
            tab.with_evaluation: gr.Checkbox(visible=content == MODEL),
            tab.with_messages: gr.Checkbox(visible=content == DECISION),
        }

    def preview(
        session: Session, content: str, repo: str, private: bool, with_evaluation: bool, with_messages: bool,
        threshold: float, token: gr.OAuthToken | None, request: gr.Request, bar: gr.Progress = NEW_BAR,
    ) -> Iterator[Updates]:  # fmt: skip
        yield from run_job(
            starts, stop, bar,
            lambda progress: share.preview(
                session, content, repo, private=private, threshold=threshold, hub=hub_for_caller(token, request),
                with_evaluation=with_evaluation, with_messages=with_messages, progress=progress,
            ),
            tab.show_plan,
        )  # fmt: skip

    def publish(
        plan: Plan | None, token: gr.OAuthToken | None, request: gr.Request, bar: gr.Progress = NEW_BAR
    ) -> Iterator[Updates]:
        yield from run_job(
            starts, stop, bar,
            lambda progress: share.publish_plan(plan, hub=hub_for_caller(token, request), progress=progress),
            lambda published: {
                tab.published: published, tab.result: hub_views.published(published), **tab.show_plan(None)
            },
        )  # fmt: skip

    def replay(
        reference: str, token: gr.OAuthToken | None, request: gr.Request, bar: gr.Progress = NEW_BAR
    ) -> Iterator[Updates]:
        yield from run_job(
            [tab.replay], stop_replay, bar,
            lambda progress: share.replay(reference, hub=hub_for_caller(token, request), progress=progress),
            lambda result: {tab.replayed: hub_views.replayed(result)},
        )  # fmt: skip

    def take_reference(session: Session, published: Published | None) -> Updates:
        return page.updates(Change.STATUS, share.with_published_model(session, published))

    on(page.blocks.load, show_account, [], [tab.account, tab.repo], show_progress="hidden")
    on(tab.content.change, choose, [tab.content], [tab.with_evaluation, tab.with_messages], show_progress="hidden")
    # A plan holds for the choices it was made with.
    on(
        [choice.input for choice in choices], lambda: tab.show_plan(None), [], tab.plan_components,
        show_progress="hidden",
    )  # fmt: skip
    on(
        tab.preview.click, preview, [page.session, *choices, page.parameters["threshold"]],
        [*tab.plan_components, tab.preview, stop.button, stop.job], show_progress_on=[tab.plan], **_LIMITS,
    )  # fmt: skip
    on(
        tab.publish.click, publish, [tab.planned],
        [*tab.plan_components, tab.published, tab.result, tab.preview, stop.button, stop.job],
        show_progress_on=[tab.result], **_LIMITS,
    )  # fmt: skip
    # An event of its own, so that what the visitor did in other tabs meanwhile is kept.
    on(
        tab.published.change, take_reference, [page.session, tab.published], page.components(Change.STATUS),
        show_progress="hidden",
    )  # fmt: skip
    on(
        [tab.replay.click, tab.reference.submit], replay, [tab.reference],
        [tab.replayed, tab.replay, stop_replay.button, stop_replay.job],
        show_progress_on=[tab.replayed], **_LIMITS,
    )  # fmt: skip
