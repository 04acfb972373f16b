"""What campaigns measured of an offer's rates, one after the other."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from retention.charts.style import ACCENT, GREY, PERCENT, RED, SERIES, apply_style
from retention.profit.measured_rates import MeasuredRate, OfferRates
from retention.wording.dates import day_in_words

if TYPE_CHECKING:
    import plotly.graph_objects as go

_RATES = (
    ("save_rate", "Save rate", ACCENT),
    ("stayer_redemption", "Redemption by retained", SERIES[0]),
    ("harm_rate", "Harm rate", RED),
)


def rates_history(history: Sequence[OfferRates]) -> "go.Figure | None":
    """Draw each rate with its 90% interval after each measurement, and the assumption it began with.

    Parameters
    ----------
    history
        The measured rates of one offer, the oldest first.

    Returns
    -------
    Figure or None
        None without a measurement.
    """
    import plotly.graph_objects as go

    if not history:
        return None
    figure = go.Figure()
    places = list(range(len(history)))
    for shift, (name, label, colour) in zip((-0.08, 0.0, 0.08), _RATES, strict=True):
        measured = [(place, rates.by_name[name]) for place, rates in zip(places, history, strict=True)
                    if name in rates.by_name]  # fmt: skip
        if not measured:
            continue
        figure.add_scatter(
            x=[place + shift for place, _ in measured], y=[rate.value for _, rate in measured],
            mode="lines+markers", name=label, line={"color": colour, "width": 1.5},
            marker={"color": colour, "size": 8},
            error_y={
                "array": [max(0.0, rate.high - rate.value) for _, rate in measured],
                "arrayminus": [max(0.0, rate.value - rate.low) for _, rate in measured],
                "color": colour, "thickness": 1.5,
            },
            text=[f"{label}: {_in_words(rate)}" for _, rate in measured],
            hovertemplate="%{text}<extra></extra>",
        )  # fmt: skip
    assumed = history[0].save_rate.assumed
    figure.add_hline(y=assumed, line={"color": GREY, "width": 1.5, "dash": "dash"})
    figure.add_annotation(
        text=f"save rate assumed: {assumed:.0%}", x=1, xref="x domain", xanchor="right", y=assumed,
        yanchor="bottom", showarrow=False,
    )  # fmt: skip
    return apply_style(
        figure,
        reading=_reading(history),
        x_title="Measured by",
        title="Rates of the offer",
        evidence=("measured",),
        height=340,
        x={
            "tickvals": places,
            "ticktext": [f"{rates.campaigns[-1]}<br>{day_in_words(rates.measured_on)}" for rates in history],
            "range": [-0.5, len(history) - 0.5],
            "showgrid": False,
        },
        y={**PERCENT, "rangemode": "tozero"},
    )


def _reading(history: Sequence[OfferRates]) -> str:
    last = history[-1]
    words = f"The save rate of {last.offer} was last measured as {_in_words(last.save_rate)}"
    if len(history) == 1:
        return f"{words} (measured)."
    return f"{words}; after the first of {len(history)} measurements it was {_in_words(history[0].save_rate)}."


def _in_words(rate: MeasuredRate) -> str:
    return f"{rate.value:.0%} ({rate.low:.0%} to {rate.high:.0%}, assumed {rate.assumed:.0%})"
