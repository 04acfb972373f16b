"""One style for every chart, legible on light and on dark pages, on a phone and on a large screen."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import plotly.graph_objects as go

# Each has a contrast of at least 3 both on white and on slate (#1e293b).
ACCENT = "#0d9488"
GREY = "#7c8798"
RED = "#dc4a1d"
SERIES = ("#3b82f6", "#a16bdc", "#c47f0a", "#db6fa5")
SOFT = "rgba(13,148,136,0.18)"
"""The accent as an area."""

PERCENT: Mapping[str, Any] = MappingProxyType({"tickformat": ".0%"})
"""An axis of shares."""

_GRID = "rgba(124,135,152,0.22)"
_TITLE_ROOM, _EVIDENCE_ROOM, _MARK_ROOM = 40, 16, 18


def apply_style(
    figure: "go.Figure",
    *,
    reading: str,
    x_title: str,
    title: str = "",
    evidence: Sequence[str] = (),
    height: int,
    x: Mapping[str, Any] = MappingProxyType({}),
    y: Mapping[str, Any] = MappingProxyType({}),
    hover: Literal["closest", "x"] = "closest",
) -> "go.Figure":
    """Return the figure in the project's fonts, axes and colours, with its reading in ``layout.meta``.

    Parameters
    ----------
    figure
        Traces, shapes and annotations; changed in place.
    reading
        One sentence that says what the figure shows; :func:`reading` returns it.
    x_title
        Title of the horizontal axis, with its unit.
    title
        Title of the vertical axis, with its unit. It stands above the plot, where it is upright and takes
        no width; about 48 characters fit a phone.
    evidence
        What the amounts of money rest on. It stands below the title, so that a saved picture shows it too.
    height
        In pixels.
    x, y
        Further settings of the axes, such as :data:`PERCENT`.
    hover
        ``x`` shows a line's values wherever the pointer is above its axis.
    """
    axis: dict[str, Any] = {
        "gridcolor": _GRID, "zeroline": False, "linecolor": _GRID, "automargin": True, "fixedrange": True,
        "ticks": "", "tickangle": 0,
    }  # fmt: skip
    room = (_TITLE_ROOM if title else 8) + (_EVIDENCE_ROOM if evidence else 0)
    room += _MARK_ROOM if figure.layout.annotations else 0
    figure.layout = {  # set at once: plotly takes several times as long to update one setting after another
        **figure.layout.to_plotly_json(),
        "template": {},  # switches off plotly's default template
        "meta": {"reading": reading},
        "height": height,
        "margin": {"l": 12, "r": 20, "t": room, "b": 8},
        "title": {
            "text": title,
            "font": {"size": 13},
            "x": 0.01,
            "y": 1,
            "yanchor": "top",
            "pad": {"t": 12},
            "subtitle": {"text": ", ".join(evidence), "font": {"size": 11}},
        },
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": "IBM Plex Sans, system-ui, sans-serif", "size": 13, "color": GREY},
        "legend": {
            "orientation": "h",
            "traceorder": "normal",
            "font": {"size": 12},
            "x": 0.01,
            "xref": "container",
            "xanchor": "left",
            "y": 0,
            "yref": "container",
            "yanchor": "bottom",
        },
        "hoverlabel": {"bgcolor": "#1e293b", "bordercolor": GREY, "font": {"color": "#f1f5f9", "size": 13}},
        "hovermode": hover,
        "dragmode": False,
        "bargap": 0.25,
        "xaxis": {**axis, "title": {"text": x_title, "font": {"size": 13}, "standoff": 8}, **x},
        "yaxis": {**axis, "separatethousands": True, **y},
    }
    return figure


def reading(figure: "go.Figure") -> str:
    """Return the sentence that says what a figure shows.

    The figure carries it in plotly's ``layout.meta``, so the two cannot be separated.
    """
    return str(figure.layout.meta["reading"])


def mark_position(
    figure: "go.Figure", x: float, label: str, *, colour: str = GREY, top: float = 1.0, to_left: bool
) -> None:
    """Draw a dashed vertical line with a label at its upper end, where it covers no curve.

    Parameters
    ----------
    figure
        Changed in place.
    x
        Position on the horizontal axis.
    label
        A few words; they stand above the plot if the line is as high as the plot.
    top
        Height of the line as a share of the plot, in [0, 1].
    to_left
        Whether the label stands to the left of the line, as it should for a line far right.
    """
    line = {"color": colour, "width": 1.5, "dash": "dash"}
    figure.add_shape(type="line", x0=x, x1=x, y0=0, y1=top, yref="y domain", line=line)
    figure.add_annotation(
        text=label, x=x, y=top, yref="y domain", yanchor="bottom", xanchor="right" if to_left else "left",
        showarrow=False,
    )  # fmt: skip
