"""Small SVG charts for the cards, a few kilobytes each, drawn without a browser or a plotting library.

They have a transparent background and colours that are legible on light and on dark pages.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

import numpy as np

from retention.charts.style import ACCENT, GREY, RED
from retention.charts.ticks import round_numbers
from retention.profit.curve import ProfitCurve
from retention.wording.money import in_currency
from retention.wording.text import shorten

if TYPE_CHECKING:
    from retention.churn.evaluation import CalibrationBin
    from retention.churn.explanation.directions import Direction

_WIDTH, _HEIGHT = 760, 380
_LEFT_MARGIN, _RIGHT_MARGIN, _TOP_MARGIN, _BOTTOM_MARGIN = 90, 20, 20, 50
_EVERY = 4  # one threshold in four is drawn, as many as the width can show

Point = tuple[float, float]
Scale = Callable[[float], float]


def draw_calibration(bins: "Sequence[CalibrationBin]") -> bytes:
    """Draw observed against predicted churn, with the 95% intervals; on the diagonal they are equal."""
    highest = max(max(group.high, group.predicted) for group in bins)
    x, y = _scales(0.0, highest, 0.0, highest)
    parts = [_line([(x(0), y(0)), (x(highest), y(highest))], GREY, dash="6 4")]
    for group in bins:
        parts.append(_line([(x(group.predicted), y(group.low)), (x(group.predicted), y(group.high))], ACCENT))
        parts.append(_dot(x(group.predicted), y(group.observed), ACCENT))
    return _figure(
        "Share of customers who churned, against their predicted churn probability",
        [*_x_labels(x, highest, "{:.0%}".format), *_y_labels(y, 0.0, highest, "{:.0%}".format), *parts],
        ("Predicted churn probability", "Share that churned"),
    )


def draw_profit(curve: ProfitCurve) -> bytes:
    """Draw the profit at every threshold with its 90% band, sending to everyone, and the deployed threshold."""
    currency = curve.economics.currency
    at, profit, low, high = (
        np.broadcast_to(values, curve.threshold.shape)[curve.threshold <= 1][::_EVERY]
        for values in (curve.threshold, curve.profit, *curve.profit_band)
    )
    bottom, top = float(min(low.min(), 0.0)), float(max(high.max(), 0.0))
    x, y = _scales(0.0, 1.0, bottom, top)
    band = [(x(t), y(v)) for t, v in zip(at, low, strict=True)]
    band += [(x(t), y(v)) for t, v in zip(at[::-1], high[::-1], strict=True)]
    deployed, label = min(curve.threshold_deployed, 1.0), f"offers from {curve.threshold_deployed:.3f} on"
    parts = [
        f'<polygon points="{_points(band)}" fill="{ACCENT}" fill-opacity="0.15"/>',
        _line([(x(0), y(float(profit[0]))), (x(1), y(float(profit[0])))], GREY, dash="2 4"),
        _text(x(1), y(float(profit[0])) - 6, "everyone gets an offer", anchor="end"),
        _line([(x(0), y(0)), (x(1), y(0))], GREY),
        _line([(x(t), y(v)) for t, v in zip(at, profit, strict=True)], ACCENT, width=2.5),
        _line([(x(deployed), y(bottom)), (x(deployed), y(top))], RED, dash="4 4"),
        _text(x(deployed) - 6, _TOP_MARGIN + 12, label, anchor="end")
        if deployed > 0.7
        else _text(x(deployed) + 6, _TOP_MARGIN + 12, label),
    ]
    return _figure(
        f"Profit against doing nothing at every threshold, over {curve.customers:,} held-out customers",
        [
            *_x_labels(x, 1.0, "{:g}".format),
            *_y_labels(y, bottom, top, lambda amount: in_currency(amount, currency)),
            *parts,
        ],
        ("Threshold: offer from this probability on", f"Profit ({currency}; {', '.join(curve.evidence)})"),
    )


def draw_importance(directions: "Sequence[Direction]", *, most: int = 12) -> bytes:
    """Draw how much each feature moves the scores (mean absolute contribution), the largest first."""
    shown = directions[:most]
    largest = max((direction.mean_abs_contribution for direction in shown), default=0.0) or 1.0
    bar_start, step = 240, 26
    parts = []
    for row, direction in enumerate(shown):
        top = _TOP_MARGIN + row * step
        length = (_WIDTH - bar_start - 80) * direction.mean_abs_contribution / largest
        parts.append(_text(bar_start - 8, top + 15, shorten(direction.feature, 32), anchor="end"))
        parts.append(
            f'<rect x="{bar_start}" y="{top + 3}" width="{length:.1f}" height="{step - 8}" fill="{ACCENT}"/>'
        )
        parts.append(_text(bar_start + length + 6, top + 15, f"{direction.mean_abs_contribution:.2f}"))
    height = _TOP_MARGIN + step * len(shown) + _BOTTOM_MARGIN
    return _figure(
        "How much each feature moves the scores", parts, ("Mean absolute effect on the log-odds", ""), height
    )


def _figure(title: str, parts: Iterable[str], labels: tuple[str, str], height: int = _HEIGHT) -> bytes:
    below = _text((_LEFT_MARGIN + _WIDTH - _RIGHT_MARGIN) / 2, height - 8, labels[0], anchor="middle")
    middle = (_TOP_MARGIN + height - _BOTTOM_MARGIN) / 2
    beside = f'<g transform="translate(14 {middle:.0f}) rotate(-90)">{_text(0, 0, labels[1], anchor="middle")}</g>'
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" '
            f'aria-label={quoteattr(title)} font-family="system-ui, sans-serif" font-size="13">',
            f"<title>{escape(title)}</title>",
            *parts,
            below,
            beside if labels[1] else "",
            "</svg>\n",
        ]
    ).encode()


def _x_labels(x: Scale, right: float, write: Callable[[float], str]) -> list[str]:
    """Label the horizontal axis from 0 to ``right``."""
    return [
        _text(x(tick), _HEIGHT - _BOTTOM_MARGIN + 18, write(tick), anchor="middle")
        for tick in round_numbers(0.0, right)
    ]


def _y_labels(y: Scale, bottom: float, top: float, write: Callable[[float], str]) -> list[str]:
    """Label the vertical axis and draw a faint line at each label."""
    ends = (_LEFT_MARGIN, _WIDTH - _RIGHT_MARGIN)
    ticks = round_numbers(bottom, top)
    lines = [_line([(x, y(tick)) for x in ends], GREY, width=0.5, opacity=0.35) for tick in ticks]
    return lines + [_text(_LEFT_MARGIN - 8, y(tick) + 4, write(tick), anchor="end") for tick in ticks]


def _scales(lowest: float, highest: float, bottom: float, top: float) -> tuple[Scale, Scale]:
    across = (_WIDTH - _LEFT_MARGIN - _RIGHT_MARGIN) / (highest - lowest or 1.0)
    up = (_HEIGHT - _TOP_MARGIN - _BOTTOM_MARGIN) / (top - bottom or 1.0)
    return (lambda value: _LEFT_MARGIN + (value - lowest) * across), (
        lambda value: _HEIGHT - _BOTTOM_MARGIN - (value - bottom) * up
    )


def _line(
    points: Iterable[Point],
    colour: str,
    *,
    width: float = 1.5,
    dash: str | None = None,
    opacity: float | None = None,
) -> str:
    attributes = f' stroke-dasharray="{dash}"' if dash else ""
    attributes += f' stroke-opacity="{opacity}"' if opacity else ""
    return (
        f'<polyline points="{_points(points)}" fill="none" stroke="{colour}" stroke-width="{width}"{attributes}/>'
    )


def _dot(x: float, y: float, colour: str) -> str:
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4.5" fill="{colour}"/>'


def _text(x: float, y: float, text: str, *, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{GREY}">{escape(text)}</text>'


def _points(points: Iterable[Point]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
