"""Share: publish models, customers and decisions on the Hugging Face Hub, and replay a decision."""

from collections.abc import Mapping
from dataclasses import dataclass

import gradio as gr

from retention.ui.session import Session
from retention.ui.sign_in import login_button
from retention.ui.tab import Change, Component, Layout, Refresh, Updates, View
from retention.ui.tabs.share import views
from retention.ui.tabs.share.handlers import CUSTOMERS, DECISION, MODEL, Plan

_CHOICES = [
    ("The model", MODEL),
    ("The training customers, under pseudonyms", CUSTOMERS),
    ("A decision: today's customers and their send list, under pseudonyms", DECISION),
]


@dataclass(frozen=True)
class ShareLayout(Layout):
    """The components of the tab; ``planned`` and ``published`` are states: a plan, and what was published last."""

    model_status: gr.HTML
    account: gr.HTML
    content: gr.Radio
    repo: gr.Textbox
    private: gr.Checkbox
    with_evaluation: gr.Checkbox
    with_messages: gr.Checkbox
    preview: gr.Button
    stop: gr.Button
    planned: gr.State
    plan: gr.HTML
    publish: gr.Button
    published: gr.State
    result: gr.HTML
    reference: gr.Textbox
    replay: gr.Button
    stop_replay: gr.Button
    replayed: gr.HTML

    @property
    def refreshes(self) -> Mapping[Change, Refresh]:
        """Return what to update after a change of the messages or of the session's progress."""
        return {
            Change.MESSAGES: Refresh(self.plan_components, lambda session, view: self.show_plan(None)),
            Change.STATUS: Refresh([self.model_status], self._show_status),
        }

    def _show_status(self, session: Session, _view: View) -> Updates:
        return {self.model_status: views.model_status(session)}

    @property
    def plan_components(self) -> list[Component]:
        """What a person sees before publishing."""
        return [self.planned, self.plan, self.publish]

    def show_plan(self, plan: Plan | None) -> Updates:
        """Show what would be published, or nothing where it would be something else by now."""
        return {
            self.planned: plan,
            self.plan: views.plan(plan),
            self.publish: gr.Button(visible=plan is not None),
        }


def build() -> ShareLayout:
    """Lay the tab out."""
    model_status = gr.HTML(elem_id="hub-model-status")
    with gr.Row(equal_height=True):
        account = gr.HTML(elem_id="hub-account")
        login_button()
    with gr.Row():
        with gr.Column(scale=3, min_width=320):
            content = gr.Radio(_CHOICES, value=MODEL, label="What to publish", elem_id="share-content")
            repo = gr.Textbox(
                label="Repository on the Hub",
                info="Created if it does not exist; a newer release becomes a new commit",
                placeholder="OWNER/NAME", max_lines=1, max_length=120, elem_id="share-repo",
            )  # fmt: skip
        with gr.Column(scale=2, min_width=280):
            private = gr.Checkbox(True, label="Private", info="Only you, or your organisation, see it")
            with_evaluation = gr.Checkbox(
                False, label="With the evaluation rows",
                info="Score and outcome of every training customer, no ids: they let others measure the profit",
            )  # fmt: skip
            with_messages = gr.Checkbox(
                False, label="With the messages", info="Without the customers' names", visible=False
            )
    with gr.Row():
        preview = gr.Button("Preview", variant="primary")
        stop = gr.Button("Stop", interactive=False)
    planned, published = gr.State(None), gr.State(None)
    plan = gr.HTML(elem_id="hub-plan")
    with gr.Row():
        publish = gr.Button("Publish exactly this", variant="primary", visible=False)
    result = gr.HTML(elem_id="hub-result")
    gr.Markdown("### Replay a published decision")
    with gr.Row(equal_height=False):
        reference = gr.Textbox(
            label="Decision on the Hub", placeholder="OWNER/NAME@commit", max_lines=1, max_length=160, scale=3,
            info="Fetches its model, scores its customers again, and compares the send list bit for bit",
        )  # fmt: skip
        with gr.Column(scale=1, min_width=200):
            replay = gr.Button("Replay")
            stop_replay = gr.Button("Stop", interactive=False)
    replayed = gr.HTML(elem_id="hub-replayed")
    return ShareLayout(
        model_status, account, content, repo, private, with_evaluation, with_messages, preview, stop, planned,
        plan, publish, published, result, reference, replay, stop_replay, replayed,
    )  # fmt: skip
