"""Small SVG figures for the cards: plain text, a few kilobytes, no browser and no plotting library.

They have no ground of their own and use colours that read on light and on dark pages.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

import numpy as np

from retention.charts.style import ACCENT, GREY, RED
from retention.profit.curve import EVIDENCE, ProfitCurve
from retention.wording.money import in_currency

if TYPE_CHECKING:
    from retention.churn.evaluation import CalibrationBin
    from retention.churn.explanation.directions import Direction

_WIDTH, _HEIGHT = 760, 380
_LEFT, _RIGHT, _TOP, _BOTTOM = 90, 20, 20, 50
_THINNED = 4  # one threshold in four is drawn: as much as the width can show

Point = tuple[float, float]
Scale = Callable[[float], float]


def draw_calibration(bins: "Sequence[CalibrationBin]") -> bytes:
    """Draw observed against predicted churn, with the 95% intervals; on the diagonal they agree."""
    highest = max(max(one.high, one.predicted) for one in bins)
    x, y = _scales(0.0, highest, 0.0, highest)
    parts = [_line([(x(0), y(0)), (x(highest), y(highest))], GREY, dash="6 4")]
    for one in bins:
        parts.append(_line([(x(one.predicted), y(one.low)), (x(one.predicted), y(one.high))], ACCENT))
        parts.append(_dot(x(one.predicted), y(one.observed), ACCENT))
    return _figure(
        "Share of customers who left, against the probability the model gave them",
        [*_across(x, highest, _percent), *_up(y, 0.0, highest, _percent), *parts],
        ("Predicted probability to leave", "Share that left"),
    )


def draw_profit(curve: ProfitCurve) -> bytes:
    """Draw the profit at every threshold with its 90% band, sending to everyone, and the best threshold."""
    currency = curve.economics.currency
    at, profit, low, high = (
        np.broadcast_to(values, curve.threshold.shape)[curve.threshold <= 1][::_THINNED]
        for values in (curve.threshold, curve.profit, *curve.profit_band)
    )
    bottom, top = float(min(low.min(), 0.0)), float(max(high.max(), 0.0))
    x, y = _scales(0.0, 1.0, bottom, top)
    band = [(x(t), y(v)) for t, v in zip(at, low, strict=True)]
    band += [(x(t), y(v)) for t, v in zip(at[::-1], high[::-1], strict=True)]
    best, words = min(curve.threshold_best, 1.0), f"best threshold {curve.threshold_best:.3f}"
    parts = [
        f'<polygon points="{_points(band)}" fill="{ACCENT}" fill-opacity="0.15"/>',
        _line([(x(0), y(float(profit[0]))), (x(1), y(float(profit[0])))], GREY, dash="2 4"),
        _text(x(1), y(float(profit[0])) - 6, "everyone gets an offer", anchor="end"),
        _line([(x(0), y(0)), (x(1), y(0))], GREY),
        _line([(x(t), y(v)) for t, v in zip(at, profit, strict=True)], ACCENT, width=2.5),
        _line([(x(best), y(bottom)), (x(best), y(top))], RED, dash="4 4"),
        _text(x(best) - 6, _TOP + 12, words, anchor="end") if best > 0.7 else _text(x(best) + 6, _TOP + 12, words),
    ]
    return _figure(
        f"Profit against doing nothing at every threshold, over {curve.customers:,} held-out customers",
        [*_across(x, 1.0, _plain), *_up(y, bottom, top, lambda amount: in_currency(amount, currency)), *parts],
        ("Threshold: offer from this probability on", f"Profit ({currency}; {', '.join(EVIDENCE)})"),
    )


def draw_importance(directions: "Sequence[Direction]", *, most: int = 12) -> bytes:
    """Draw how much each feature moves the scores (mean size of its contributions), the largest first."""
    shown = directions[:most]
    largest = max((one.mean_abs_contribution for one in shown), default=0.0) or 1.0
    left, step = 240, 26
    parts = []
    for row, one in enumerate(shown):
        top = _TOP + row * step
        length = (_WIDTH - left - 80) * one.mean_abs_contribution / largest
        parts.append(_text(left - 8, top + 15, _shortened(one.feature), anchor="end"))
        parts.append(f'<rect x="{left}" y="{top + 3}" width="{length:.1f}" height="{step - 8}" fill="{ACCENT}"/>')
        parts.append(_text(left + length + 6, top + 15, f"{one.mean_abs_contribution:.2f}"))
    height = _TOP + step * len(shown) + _BOTTOM
    return _figure(
        "How much each feature moves the scores", parts, ("Mean size of its effect on the log-odds", ""), height
    )


def _figure(title: str, parts: Iterable[str], labels: tuple[str, str], height: int = _HEIGHT) -> bytes:
    below = _text((_LEFT + _WIDTH - _RIGHT) / 2, height - 8, labels[0], anchor="middle")
    middle = (_TOP + height - _BOTTOM) / 2
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


def _across(x: Scale, right: float, words: Callable[[float], str]) -> list[str]:
    """Label the horizontal axis from 0 to ``right``."""
    return [_text(x(tick), _HEIGHT - _BOTTOM + 18, words(tick), anchor="middle") for tick in _ticks(0.0, right)]


def _up(y: Scale, bottom: float, top: float, words: Callable[[float], str]) -> list[str]:
    """Label the vertical axis and draw a faint line at each label."""
    ends = (_LEFT, _WIDTH - _RIGHT)
    ticks = _ticks(bottom, top)
    lines = [_line([(x, y(tick)) for x in ends], GREY, width=0.5, opacity=0.35) for tick in ticks]
    return lines + [_text(_LEFT - 8, y(tick) + 4, words(tick), anchor="end") for tick in ticks]


def _scales(left: float, right: float, bottom: float, top: float) -> tuple[Scale, Scale]:
    across = (_WIDTH - _LEFT - _RIGHT) / (right - left or 1.0)
    up = (_HEIGHT - _TOP - _BOTTOM) / (top - bottom or 1.0)
    return (lambda value: _LEFT + (value - left) * across), (
        lambda value: _HEIGHT - _BOTTOM - (value - bottom) * up
    )


def _ticks(low: float, high: float) -> list[float]:
    """Return four to ten round numbers in between.

    >>> _ticks(0.0, 1.0), _ticks(-3.0, 7.0)
    ([0.0, 0.2, 0.4, 0.6, 0.8, 1.0], [-2.0, 0.0, 2.0, 4.0, 6.0])
    """
    rough = (high - low) / 6 or 1.0
    power = 10.0 ** np.floor(np.log10(rough))
    step = float(min((power * m for m in (1, 2, 5, 10)), key=lambda one: abs(one - rough)))
    first, last = int(np.ceil(low / step - 1e-9)), int(np.floor(high / step + 1e-9))
    return [round(number * step, 12) for number in range(first, last + 1)]


def _line(
    points: Iterable[Point],
    colour: str,
    *,
    width: float = 1.5,
    dash: str | None = None,
    opacity: float | None = None,
) -> str:
    more = f' stroke-dasharray="{dash}"' if dash else ""
    more += f' stroke-opacity="{opacity}"' if opacity else ""
    return f'<polyline points="{_points(points)}" fill="none" stroke="{colour}" stroke-width="{width}"{more}/>'


def _dot(x: float, y: float, colour: str) -> str:
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4.5" fill="{colour}"/>'


def _text(x: float, y: float, words: str, *, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{GREY}">{escape(words)}</text>'


def _points(points: Iterable[Point]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def _shortened(words: str, longest: int = 32) -> str:
    return words if len(words) <= longest else words[: longest - 1] + "…"


def _percent(share: float) -> str:
    return f"{share:.0%}"


def _plain(number: float) -> str:
    return f"{number:g}"
