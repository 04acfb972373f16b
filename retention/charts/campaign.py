"""What a campaign was promised to do beside what it was measured to have done."""

from typing import TYPE_CHECKING

from retention.campaign.summary import PromiseBars
from retention.charts.style import ACCENT, GREY, SERIES, apply_style
from retention.charts.ticks import money_axis, round_numbers
from retention.wording.money import in_currency

if TYPE_CHECKING:
    import plotly.graph_objects as go

_INK = "#64748b"  # the interval, in front of its bar
_ROW, _ROOM = 56, 92


def promise_chart(bars: PromiseBars, *, truth: float | None = None) -> "go.Figure":
    """Draw the plan's promise, the estimate with its 90% interval, and in a simulated market the truth.

    Parameters
    ----------
    bars
        From :func:`retention.campaign.summary.promise_bars`.
    truth
        What it really did, in the unit of the bars; None where nobody knows.
    """
    import plotly.graph_objects as go

    measured = bars.measured
    rows: list[tuple[str, float, str]] = [("Measured", measured.value, ACCENT)]
    if bars.assumed is not None:
        rows.insert(0, ("The plan's promise", bars.assumed, GREY))
    if truth is not None:
        rows.append(("The truth (simulated)", truth, SERIES[0]))
    at = list(range(len(rows)))
    figure = go.Figure()
    figure.add_bar(
        x=[amount for _, amount, _ in rows], y=at, orientation="h", width=0.56,
        marker_color=[colour for _, _, colour in rows], showlegend=False,
        text=[f"{name}: {_amount(amount, bars)}" for name, amount, _ in rows],
        textposition="none", hovertemplate="%{text}<extra></extra>",
    )  # fmt: skip
    figure.add_scatter(
        x=[measured.value], y=[[name for name, *_ in rows].index("Measured")], mode="markers",
        marker={"color": _INK, "size": 7}, showlegend=False, hoverinfo="skip", name="90% interval",
        error_x={
            "type": "data", "symmetric": False, "color": _INK, "thickness": 2.5, "width": 8,
            "array": [measured.high - measured.value], "arrayminus": [measured.value - measured.low],
        },
    )  # fmt: skip
    figure.add_vline(x=0, line={"color": GREY, "width": 1.5})
    ends = [0.0, measured.low, measured.high, *(amount for _, amount, _ in rows)]
    low, high = min(ends), max(ends)
    margin = 0.06 * ((high - low) or 1.0)
    low, high = low - margin if low < 0 else 0.0, high + margin if high > 0 else 0.0
    return apply_style(
        figure,
        reading=_reading(bars, truth),
        x_title="Thin line: 90% interval",
        title=bars.title,
        evidence=bars.evidence,
        height=_ROOM + _ROW * len(rows),
        x={"range": [low, high], "showgrid": True, **_axis(low, high, bars)},
        y={
            "tickvals": at,
            "ticktext": [f"{name}<br><b>{_amount(amount, bars)}</b>" for name, amount, _ in rows],
            "autorange": "reversed",
            "showgrid": False,
        },
    )


def _reading(bars: PromiseBars, truth: float | None) -> str:
    measured = bars.measured
    ends = f"{_amount(measured.low, bars)} to {_amount(measured.high, bars)}"
    words = f"Measured {_amount(measured.value, bars)} (90% interval {ends})"
    if bars.assumed is not None:
        place = "above" if bars.assumed > measured.high else "below" if bars.assumed < measured.low else "within"
        words += f"; the plan's promise of {_amount(bars.assumed, bars)} lies {place} that interval"
    if truth is not None:
        inside = measured.low <= truth <= measured.high
        words += f", and the truth of {_amount(truth, bars)} {'within' if inside else 'outside of'} it"
    return f"{words} ({', '.join(bars.evidence)})."


def _axis(low: float, high: float, bars: PromiseBars) -> dict[str, object]:
    if bars.currency is not None:
        return money_axis(low, high, bars.currency, most=4, short=True)
    at = round_numbers(low, high, 5)
    return {"tickvals": at, "ticktext": [f"{number:,.10g}".replace("-", "−") for number in at]}


def _amount(number: float, bars: PromiseBars) -> str:
    if bars.currency is not None:
        return in_currency(number, bars.currency)
    digits = 0 if abs(number) >= 100 or bars.assumed is not None else 1
    return f"{round(number, digits) or 0:,.{digits}f}".replace("-", "−")
