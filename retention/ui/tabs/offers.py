"""Offers: a message for everyone on the send list."""

from dataclasses import dataclass

import gradio as gr

from retention.offers.facts import TONES
from retention.offers.guard import LONGEST
from retention.ui.tabs import download
from retention.ui.tabs.download import Download

_LANGUAGES = [("English", "en"), ("हिन्दी", "hi"), ("Hinglish", "hinglish")]


@dataclass(frozen=True)
class OffersTab:
    """The components of the tab."""

    tone: gr.Radio
    language: gr.Radio
    plugged: gr.Checkbox
    write: gr.Button
    stop: gr.Button
    breaker: gr.HTML
    messages: gr.Dataframe
    row: gr.State
    card: gr.HTML
    message: gr.Textbox
    again: gr.Button
    save: gr.Button
    lines: gr.Dataframe
    csv: Download
    workbook: Download


def build() -> OffersTab:
    """Lay the tab out."""
    gr.Markdown(
        "Everyone whose churn probability reaches the threshold of the Profit tab gets a message. "
        "A language model words it while it can; the backup library stands in for it, so nobody is left out."
    )
    with gr.Row():
        tone = gr.Radio([(tone.capitalize(), tone) for tone in TONES], value=TONES[0], label="Tone")
        language = gr.Radio(_LANGUAGES, value="en", label="Language")
        plugged = gr.Checkbox(
            True,
            label="Language model plugged in",
            info="Pull the plug, and see that everyone still gets a message",
        )
    with gr.Row():
        write = gr.Button("Write the messages", variant="primary")
        stop = gr.Button("Stop", interactive=False)
        csv = download.build("Download CSV", interactive=False)
        workbook = download.build("Download Excel", interactive=False)
    breaker = gr.HTML(elem_id="breaker")
    with gr.Row():
        with gr.Column(scale=7, min_width=320):
            messages = gr.Dataframe(
                interactive=False, show_label=False, wrap=True, max_height=560, buttons=[], elem_id="messages",
                column_widths=["14%", "8%", "26%", "40%", "12%"],
            )  # fmt: skip
        with gr.Column(scale=3, min_width=280):
            row = gr.State(0)
            card = gr.HTML(elem_id="card")
            message = gr.Textbox(label="Message", lines=5, max_length=LONGEST, visible=False, interactive=True)
            with gr.Row():
                again = gr.Button("Write again", visible=False, size="md")
                save = gr.Button("Keep my words", visible=False, size="md")
    with gr.Accordion("Every distinct line, to read before anything is sent", open=False):
        lines = gr.Dataframe(
            interactive=False, show_label=False, wrap=True, max_height=400, buttons=[], elem_id="lines"
        )
    return OffersTab(
        tone, language, plugged, write, stop, breaker, messages, row, card, message, again, save, lines,
        csv, workbook,
    )  # fmt: skip
