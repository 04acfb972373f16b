"""Offers: a message for everyone on the send list."""

from dataclasses import dataclass

import gradio as gr

from retention.offers.facts import TONES

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
    download: gr.DownloadButton


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
        download = gr.DownloadButton("Download the send list (CSV)", interactive=False)
    breaker = gr.HTML(elem_id="breaker")
    messages = gr.Dataframe(
        interactive=False, show_label=False, wrap=True, max_height=560, buttons=[], elem_id="messages",
        column_widths=["12%", "8%", "27%", "41%", "12%"],
    )  # fmt: skip
    return OffersTab(tone, language, plugged, write, stop, breaker, messages, download)
