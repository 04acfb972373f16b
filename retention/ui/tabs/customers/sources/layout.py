"""A box that lists the names of order sources; their addresses never reach the page."""

from dataclasses import dataclass

import gradio as gr

from retention.ui.tabs.customers.sources import handlers


@dataclass(frozen=True)
class SourcesLayout:
    """Its components; ``loaded`` is a state: the customers that have just been described."""

    name: gr.Dropdown
    use: gr.Button
    loaded: gr.State


def build() -> SourcesLayout | None:
    """Lay the box out; on a Space there is none.

    Raises
    ------
    InputError
        If the file with the sources cannot be used.
    """
    if not handlers.may_read_sources():
        return None
    names = handlers.source_names()
    with gr.Accordion("A database or lake", open=False, elem_id="customers-from-source"):
        name = gr.Dropdown(
            names, value=names[0] if len(names) == 1 else None, label="Orders in", interactive=True,
            info=None if names else "None yet: write names and addresses into sources.toml, and start again.",
        )  # fmt: skip
        use = gr.Button("Create customers from these orders", size="md", interactive=bool(names))
    return SourcesLayout(name, use, gr.State(None))
