"""A chart, with a sentence that says what it shows and buttons that save it."""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from retention import charts as figures
from retention.ui.components.html import picture_buttons, reading


@dataclass(frozen=True)
class Chart:
    """The two components; both are hidden while there is nothing to draw."""

    plot: gr.Plot
    reading: gr.HTML

    @property
    def components(self) -> list[Any]:
        """The outputs of an event that draws it."""
        return [self.plot, self.reading]

    def show(self, figure: Any | None) -> dict[Any, Any]:
        """Return the updates that draw a plotly figure, or hide the chart where it is None."""
        if figure is None:
            return {self.plot: gr.Plot(value=None, visible=False), self.reading: gr.HTML(value="", visible=False)}
        return {
            self.plot: gr.Plot(value=figure, visible=True),
            self.reading: gr.HTML(
                value=reading(figures.reading(figure)) + picture_buttons(str(self.plot.elem_id)),
                visible=True,
            ),
        }


def build(elem_id: str) -> Chart:
    """Lay a chart out."""
    with gr.Column(min_width=320, elem_classes="chart"):
        return Chart(gr.Plot(show_label=False, elem_id=elem_id, visible=False), gr.HTML(visible=False))
