"""One style for every figure: it reads on light and on dark ground, on a phone and on a desk."""

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from retention.wording.money import in_currency

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
    """Return the figure in the project's fonts, axes and colours, with its reading inside.

    Parameters
    ----------
    figure
        Traces and whatever else is drawn; changed in place.
    reading
        One sentence in plain words on what the figure shows; :func:`reading` gives it back.
    x_title
        What runs along the horizontal axis, with its unit.
    title
        What runs up the vertical axis, with its unit; it stands above the plot, where it can be read
        without turning one's head and costs no width. About 48 characters fit a phone.
    evidence
        What its amounts of money rest on; it stands below the title, also in a picture that is saved.
    height
        In pixels.
    x, y
        Anything else about the axes, such as :data:`PERCENT`.
    hover
        ``x`` lets a line answer anywhere above its axis.
    """
    axis: dict[str, Any] = {
        "gridcolor": _GRID, "zeroline": False, "linecolor": _GRID, "automargin": True, "fixedrange": True,
        "ticks": "", "tickangle": 0,
    }  # fmt: skip
    room = (_TITLE_ROOM if title else 8) + (_EVIDENCE_ROOM if evidence else 0)
    room += _MARK_ROOM if figure.layout.annotations else 0
    figure.layout = {  # all at once: plotly takes several times as long to update one thing after another
        **figure.layout.to_plotly_json(),
        "template": {},  # not plotly's own
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

    It travels inside the figure (plotly's ``layout.meta``), so that the two cannot come apart.
    """
    return str(figure.layout.meta["reading"])


def mark_position(
    figure: "go.Figure", x: float, words: str, *, colour: str = GREY, top: float = 1.0, to_left: bool
) -> None:
    """Draw a dashed upright line with words at its upper end, where no curve runs.

    Parameters
    ----------
    figure
        Changed in place.
    x
        Where on the horizontal axis.
    words
        A few; they stand above the plot if the line is as high as the plot.
    top
        How high the line is, as a share of the plot.
    to_left
        Whether the words run to the left of the line: wise for a line far right.
    """
    line = {"color": colour, "width": 1.5, "dash": "dash"}
    figure.add_shape(type="line", x0=x, x1=x, y0=0, y1=top, yref="y domain", line=line)
    figure.add_annotation(
        text=words, x=x, y=top, yref="y domain", yanchor="bottom", xanchor="right" if to_left else "left",
        showarrow=False,
    )  # fmt: skip


def money_axis(low: float, high: float, currency: str, most: int = 6, *, short: bool = False) -> dict[str, Any]:
    """Return an axis that writes up to ``most`` round amounts between two ends as the currency's readers do.

    ``short`` writes whole thousands as ``k``, where a phone has no room for more.

    >>> money_axis(-60_000, 230_000, "₹")["ticktext"]
    ['−₹50,000', '₹0', '₹50,000', '₹1,00,000', '₹1,50,000', '₹2,00,000']
    >>> money_axis(43_000, 77_000, "₹", most=3, short=True)["ticktext"]
    ['₹50k', '₹60k', '₹70k']
    """
    at = round_numbers(low, high, most)
    if short and all(amount % 1000 == 0 for amount in at):
        return {"tickvals": at, "ticktext": [f"{in_currency(amount / 1000, currency)}k" for amount in at]}
    return {"tickvals": at, "ticktext": [in_currency(amount, currency) for amount in at]}


def round_numbers(low: float, high: float, most: int = 6) -> list[float]:
    """Return up to ``most`` round numbers in between, evenly spaced by 1, 2 or 5 times a power of ten.

    >>> round_numbers(0.0, 1.0), round_numbers(-3.0, 7.0)
    ([0.0, 0.2, 0.4, 0.6, 0.8, 1.0], [-2.0, 0.0, 2.0, 4.0, 6.0])
    """
    power = 10.0 ** math.floor(math.log10((high - low) / most or 1.0))
    for step in (power * factor for factor in (1, 2, 5, 10, 20)):
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
        if last - first < most:
            break
    return [round(number * step, 12) for number in range(first, last + 1)]


def shortened(words: str, longest: int = 26) -> str:
    """Return words that fit beside a bar on a phone.

    >>> shortened("PaymentMethod: Electronic check and more")
    'PaymentMethod: Electronic…'
    """
    return words if len(words) <= longest else words[: longest - 1].rstrip() + "…"
