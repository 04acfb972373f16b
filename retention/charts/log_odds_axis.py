"""Axes of log-odds, on which a model's effects add up, labelled with odds ratios or probabilities."""

import math
from collections.abc import Sequence
from typing import Any

from retention.charts.ticks import round_numbers
from retention.churn.model import ChurnModel

_ODDS_RATIOS = (
    (1 / 16, 1 / 8, 1 / 4, 1 / 2, 1, 2, 4, 8, 16),
    (1 / 3, 1 / 2, 2 / 3, 1, 1.5, 2, 3),
)
_PROBABILITIES = (0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999)


def log_odds(probability: float) -> float:
    """Return the log-odds of a probability in (0, 1)."""
    return math.log(probability / (1 - probability))


def probability_of(log_odds: float) -> float:
    """Return the probability with these log-odds."""
    return 1 / (1 + math.exp(-log_odds))


def calibration_slope(model: ChurnModel) -> float:
    """Return the factor by which calibration multiplies each contribution to the log-odds.

    It is exact for a sigmoid, which is linear in the log-odds; 1 without calibration, and for an isotonic map,
    which has no single factor.
    """
    calibration = model.selection.calibration
    return calibration.slope if calibration.kind == "sigmoid" else 1.0


def odds_axis(low: float, high: float) -> dict[str, Any]:
    """Return an axis over these log-odds whose ticks are odds ratios.

    >>> odds_axis(-0.8, 1.5)["ticktext"]
    ['×0.5', '×1', '×2', '×4']
    """
    room = 0.05 * (high - low) + 0.01
    ends = low - room, high + room
    inside: list[float] = []
    for ratios in (*_ODDS_RATIOS, round_numbers(math.exp(ends[0]), math.exp(ends[1]))):
        inside = [math.log(ratio) for ratio in ratios if ends[0] - 1e-9 <= math.log(ratio) <= ends[1] + 1e-9]
        if len(inside) >= 3:
            break
    # ×1 is always among the ticks.
    below = _without_overlaps([0.0, *(-at for at in reversed(inside) if at < 0)], high - low)[1:]
    shown = [*(-at for at in reversed(below)), *_without_overlaps([at for at in inside if at >= 0], high - low)]
    return {"tickvals": shown, "ticktext": [f"×{math.exp(at):.3g}" for at in shown]}


def probability_axis(low: float, high: float) -> dict[str, Any]:
    """Return an axis over these log-odds, with a margin at both ends, whose ticks are probabilities.

    >>> probability_axis(log_odds(0.02), log_odds(0.6))["ticktext"]
    ['2%', '5%', '20%', '50%']
    """
    room = 0.08 * (high - low) + 0.02
    ends = low - room, high + room
    ticks: Sequence[float] = [tick for tick in _PROBABILITIES if ends[0] <= log_odds(tick) <= ends[1]]
    if len(ticks) < 3:
        ticks = round_numbers(probability_of(ends[0]), probability_of(ends[1]), most=5)
    shown = _without_overlaps([log_odds(tick) for tick in ticks], high - low)
    return {"tickvals": shown, "ticktext": [format_probability(probability_of(at)) for at in shown], "range": ends}


def format_probability(probability: float) -> str:
    """Write a probability in percent, with a decimal where it is close to 0 or 1.

    >>> format_probability(0.184), format_probability(0.0042), format_probability(0.996)
    ('18%', '0.4%', '99.6%')
    """
    decimals = 1 if min(probability, 1 - probability) < 0.015 else 0
    return f"{probability:.{decimals}%}"


def _without_overlaps(ticks: Sequence[float], span: float) -> list[float]:
    """Leave out each tick whose label would touch the previous one on a phone."""
    shown: list[float] = []
    for at in ticks:
        if not shown or at - shown[-1] > span / 5:
            shown.append(at)
    return shown
