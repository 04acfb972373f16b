"""One style for every figure; it works on light and dark ground."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import plotly.graph_objects as go

ACCENT = "#0f766e"
GREY = "#7c8798"
RED = "#c2410c"
_GRID = "rgba(124,135,152,0.22)"


def styled(figure: "go.Figure", *, x_title: str, title: str = "", y_prefix: str = "", height: int) -> "go.Figure":
    """Return the figure with the project's fonts, axes and colours; ``height`` is in pixels."""
    axis: dict[str, Any] = {"gridcolor": _GRID, "zeroline": False, "linecolor": _GRID, "automargin": True}
    return figure.update_layout(
        height=height,
        margin={"l": 8, "r": 8, "t": 40 if title else 8, "b": 8},
        title={"text": title, "font": {"size": 14}, "x": 0.01, "y": 0.97},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"family": "IBM Plex Sans, system-ui, sans-serif", "size": 13, "color": GREY},
        legend={"orientation": "h", "y": -0.2, "yanchor": "top", "x": 0},
        hovermode="x",
        dragmode=False,
        xaxis={**axis, "title": {"text": x_title, "font": {"size": 13}, "standoff": 8}, "fixedrange": True},
        yaxis={**axis, "tickprefix": y_prefix, "separatethousands": True, "fixedrange": True},
    )
