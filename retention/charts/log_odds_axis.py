"""Axes of log-odds, on which a model's effects add up, labelled with what people know: factors and shares."""

import math
from collections.abc import Sequence
from typing import Any

from retention.charts.style import round_numbers
from retention.churn.model import ChurnModel

_FACTORS = (
    (1 / 16, 1 / 8, 1 / 4, 1 / 2, 1, 2, 4, 8, 16),
    (1 / 3, 1 / 2, 2 / 3, 1, 1.5, 2, 3),
)
_SHARES = (0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999)


def log_odds(share: float) -> float:
    """Return the log-odds of a probability in (0, 1)."""
    return math.log(share / (1 - share))


def probability_of(at: float) -> float:
    """Return the probability of these log-odds."""
    return 1 / (1 + math.exp(-at))


def calibration_slope(model: ChurnModel) -> float:
    """Return the factor by which calibration stretches each contribution to the log-odds.

    Exact for a sigmoid, the logistic function of a line; 1 without calibration, and for an isotonic map,
    which has no one factor.
    """
    calibration = model.selection.plan.calibrations[model.chosen]
    return calibration.slope if calibration.kind == "sigmoid" else 1.0


def odds_axis(low: float, high: float) -> dict[str, Any]:
    """Return an axis over these log-odds that tells by what they multiply the odds.

    >>> odds_axis(-0.8, 1.5)["ticktext"]
    ['×0.5', '×1', '×2', '×4']
    """
    room = 0.05 * (high - low) + 0.01
    ends = low - room, high + room
    inside: list[float] = []
    for factors in (*_FACTORS, round_numbers(math.exp(ends[0]), math.exp(ends[1]))):
        inside = [math.log(factor) for factor in factors if ends[0] - 1e-9 <= math.log(factor) <= ends[1] + 1e-9]
        if len(inside) >= 3:
            break
    below = _apart([0.0, *(-at for at in reversed(inside) if at < 0)], high - low)[1:]  # ×1 is never left out
    shown = [*(-at for at in reversed(below)), *_apart([at for at in inside if at >= 0], high - low)]
    return {"tickvals": shown, "ticktext": [f"×{math.exp(at):.3g}" for at in shown]}


def probability_axis(low: float, high: float) -> dict[str, Any]:
    """Return an axis over these log-odds, and a little room, that tells the probabilities.

    >>> probability_axis(log_odds(0.02), log_odds(0.6))["ticktext"]
    ['2%', '5%', '20%', '50%']
    """
    room = 0.08 * (high - low) + 0.02
    ends = low - room, high + room
    shares: Sequence[float] = [share for share in _SHARES if ends[0] <= log_odds(share) <= ends[1]]
    if len(shares) < 3:
        shares = round_numbers(probability_of(ends[0]), probability_of(ends[1]), most=5)
    shown = _apart([log_odds(share) for share in shares], high - low)
    return {"tickvals": shown, "ticktext": [percent(probability_of(at)) for at in shown], "range": ends}


def percent(share: float) -> str:
    """Write a probability, with a decimal where it is next to 0 or 1.

    >>> percent(0.184), percent(0.0042), percent(0.996)
    ('18%', '0.4%', '99.6%')
    """
    return f"{share:.1%}" if min(share, 1 - share) < 0.015 else f"{share:.0%}"


def _apart(ticks: Sequence[float], span: float) -> list[float]:
    """Leave out each tick that would touch the one before on a phone."""
    shown: list[float] = []
    for at in ticks:
        if not shown or at - shown[-1] > span / 5:
            shown.append(at)
    return shown
