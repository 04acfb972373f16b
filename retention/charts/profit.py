"""The profit at every threshold, or at every share of customers contacted."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from retention.charts.style import ACCENT, GREY, RED, SOFT, apply_style, mark_position
from retention.charts.ticks import money_axis
from retention.profit.curve import ProfitCurve
from retention.profit.profit_text import headroom_sentence
from retention.wording.money import in_currency

if TYPE_CHECKING:
    import plotly.graph_objects as go

_EVERY = 4  # one threshold in four is drawn: a slider step of 0.001 is less than a pixel wide
_SHARES = np.linspace(0, 1, 41)
_ALONG = "along"  # marks the traces that have a point for each threshold drawn
_TITLES = {
    "threshold": "Threshold: offer from this probability on",
    "share": "Share of customers who get an offer",
}
_FORMATS = {"threshold": "", "share": ".0%"}


def profit_chart(curve: ProfitCurve, threshold: float) -> "go.Figure":
    """Draw the profit at every threshold, the profit of the alternatives, and the threshold of the slider.

    ``layout.meta["axes"]`` holds what ``assets/desk.js`` needs to draw the same by the share of customers
    contacted: for each axis, by name, the positions of the points along the curve and the layout settings that
    change.
    """
    import plotly.graph_objects as go

    currency = curve.economics.currency
    drawn = _drawn(curve)
    x, share = np.minimum(curve.threshold[drawn], 1.0), curve.share_contacted[drawn]
    profit, low, high = (np.round(line[drawn]) for line in (curve.profit, *curve.profit_band))

    def line(name: str, **trace: Any) -> dict[str, Any]:
        return {"type": "scatter", "mode": "lines", "name": name, "hoverinfo": "skip", **trace}

    perfect = curve.profit_perfect * curve.customers / 1000
    matrix = curve.matrix(threshold)
    traces = [
        line("", x=x, y=low, line={"width": 0}, showlegend=False, meta=_ALONG),
        line("90% band", x=x, y=high, line={"width": 0}, fill="tonexty", fillcolor=SOFT, meta=_ALONG),
        line(
            "This model", x=x, y=profit, line={"color": ACCENT, "width": 3}, meta=_ALONG, hoverinfo=None,
            text=[
                f"from {least:.3f}, {reached:.0%} contacted: {in_currency(amount, currency)}"
                for least, reached, amount in zip(x, share, profit, strict=True)
            ],
            hovertemplate="%{text}<extra></extra>",
        ),
        line(
            "As many at random", x=x, y=np.round(share * curve.profit[0]), meta=_ALONG,
            line={"color": GREY, "width": 1.5, "dash": "dash"},
        ),
        *(
            line(name, x=[0, 1], y=[amount, amount], line={"color": GREY, "width": 1.5, "dash": dash})
            for name, amount, dash in [
                ("Offer to everyone", float(curve.profit[0]), "dot"),
                ("Perfect foresight", round(perfect), "longdashdot"),
                ("Nobody gets an offer", 0.0, "solid"),
            ]
        ),
        line(
            "You are here", x=[threshold], y=[matrix.profit], mode="markers", cliponaxis=False,
            marker={"color": RED, "size": 14, "line": {"color": "white", "width": 2}},
        ),
    ]  # fmt: skip
    figure = go.Figure(traces)
    break_even = curve.threshold_break_even
    if break_even is not None and break_even <= 1:
        mark_position(figure, break_even, f"break-even {break_even:.3f}", to_left=break_even > 0.6)
    figure = apply_style(
        figure,
        reading=headroom_sentence(curve),
        x_title=_TITLES["threshold"],
        title=f"Profit against doing nothing, {curve.customers:,} customers ({currency})",
        evidence=curve.evidence,
        height=450,
        x={"range": [0, 1], "dtick": 0.2},
        y=money_axis(float(min(low.min(), 0)), float(max(high.max(), perfect)), currency),
        hover="x",
    )
    at_break_even = None if break_even is None else curve.matrix(min(break_even, 1.0)).contacted / curve.customers
    figure.layout.meta["axes"] = {
        "threshold": _axis("threshold", x, mark_at=break_even, marked=bool(figure.layout.annotations)),
        "share": _axis("share", share, mark_at=at_break_even, marked=bool(figure.layout.annotations)),
    }
    return figure


def _axis(name: str, x: NDArray[np.float64], *, mark_at: float | None, marked: bool) -> dict[str, Any]:
    """Return the positions of the points along an axis, and the layout settings that go with it."""
    layout: dict[str, Any] = {"xaxis.title.text": _TITLES[name], "xaxis.tickformat": _FORMATS[name]}
    if marked and mark_at is not None:
        anchor = "right" if mark_at > 0.6 else "left"
        layout |= {"shapes[0].x0": mark_at, "shapes[0].x1": mark_at}
        layout |= {"annotations[0].x": mark_at, "annotations[0].xanchor": anchor}
    return {"x": x.tolist(), "layout": layout}


def _drawn(curve: ProfitCurve) -> NDArray[np.int64]:
    """Return positions along the curve: every fourth, both ends, the optimum, and some at even shares contacted.

    Without the last ones, a model that gives all customers a low probability would have few points by share.
    """
    at = np.append(np.arange(0, len(curve.threshold), _EVERY), len(curve.threshold) - 1)
    by_share = np.searchsorted(-curve.share_contacted, -_SHARES)
    best = np.searchsorted(curve.threshold, curve.threshold_best)
    return np.unique(np.concatenate([at, by_share, [best]]))
