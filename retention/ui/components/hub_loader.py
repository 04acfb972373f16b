"""A box that loads something from the Hub, in the name of whoever asks: see :mod:`retention.ui.sign_in`."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import gradio as gr

from retention.ui.job_results import JobResult
from retention.ui.session import Session
from retention.ui.sign_in import hub_for_caller
from retention.ui.tab import Change, Component, Page, Updates
from retention.ui.wiring import NEW_BAR, on, run_job, take_result


@dataclass(frozen=True)
class HubLoader:
    """Its components; ``loaded`` is a state that holds what has just been loaded."""

    reference: gr.Textbox
    load: gr.Button
    loaded: gr.State

    def wire(
        self,
        page: Page,
        use: Callable[..., Session],
        accept: Callable[[Session, JobResult], Session],
        change: Change,
        busy: Component,
    ) -> None:
        """Load what the reference names when the button is pressed, and take it into the session.

        Parameters
        ----------
        use
            Takes a session and the reference, and ``hub`` and ``progress`` by name; returns the new session.
        accept
            Brings the result into the session as it is by then; see :func:`retention.ui.wiring.take_result`.
        change
            What then changed in the session.
        busy
            The component that shows the progress.
        """

        def load(
            session: Session, reference: str, token: gr.OAuthToken | None, request: gr.Request,
            bar: gr.Progress = NEW_BAR,
        ) -> Iterator[Updates]:  # fmt: skip
            yield from run_job(
                [self.load], None, bar,
                lambda progress: use(session, reference, hub=hub_for_caller(token, request), progress=progress),
                lambda loaded: {self.loaded: JobResult(session, loaded)},
            )  # fmt: skip

        events: list[Any] = [self.load.click, self.reference.submit]
        on(
            events, load, [page.session, self.reference], [self.loaded, self.load], show_progress_on=[busy],
            concurrency_limit=4, concurrency_id="hub",
        )  # fmt: skip
        take_result(page, self.loaded, accept, change)


def build(content: str, elem_id: str) -> HubLoader:
    """Lay the box out.

    Parameters
    ----------
    content
        What it loads, as the label begins.
    """
    with gr.Accordion("From the Hub", open=False, elem_id=elem_id), gr.Row(equal_height=False):
        reference = gr.Textbox(
            label=f"{content} on the Hub", placeholder="OWNER/NAME[@commit]", max_lines=1, max_length=160,
            scale=4, min_width=200,
        )  # fmt: skip
        load = gr.Button("Load", size="md", scale=1, min_width=100)
    return HubLoader(reference, load, gr.State(None))
