"""How the profit depends on the money inputs: each input alone, and the save rate over its whole range."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retention.errors import InputError
from retention.profit.cross_fitting import contacted_out_of_fold
from retention.profit.curve import ProfitCurve
from retention.profit.economics import MAX_AMOUNT, Economics
from retention.profit.measured_rates import OfferRates
from retention.profit.ranking import Sums, save_rate_line
from retention.wording.money_inputs import MONEY_INPUTS

_SPREAD = 0.20


@dataclass(frozen=True)
class Swing:
    """How much one money input changes what the deployed policy earns between two settings, decided anew at each.

    Attributes
    ----------
    name
        Field of :class:`retention.profit.economics.Economics`.
    low, high
        The settings.
    profit_low, profit_high
        ``deployed.profit`` at each, per 1,000 customers (currency).
    """

    name: str
    low: float
    high: float
    profit_low: float
    profit_high: float

    @property
    def size(self) -> float:
        """The difference between the two profits, >= 0."""
        return abs(self.profit_high - self.profit_low)


@dataclass(frozen=True, eq=False)
class SaveRateCurve:
    """What the deployed policy earns at each assumed save rate, decided anew at each.

    Attributes
    ----------
    save_rate
        (rates,), ascending.
    profit_deployed, profit_all
        Per 1,000 customers (currency), (rates,).
    share_deployed
        Share of customers contacted, (rates,).
    """

    save_rate: NDArray[np.float64] = field(repr=False)
    profit_deployed: NDArray[np.float64] = field(repr=False)
    profit_all: NDArray[np.float64] = field(repr=False)
    share_deployed: NDArray[np.float64] = field(repr=False)


def default_ranges(economics: Economics, measured: OfferRates | None = None) -> dict[str, tuple[float, float]]:
    """Return a low and a high setting for each input: 20% down and up, within the input's bounds.

    A measured rate goes from one end of its interval to the other instead. Inputs that cannot vary, such as
    assumed ones at 0, are left out.
    """
    ranges = {}
    rates = {} if measured is None else measured.by_name
    for name in MONEY_INPUTS:
        setting = getattr(economics, name)
        low, high = setting * (1 - _SPREAD), setting * (1 + _SPREAD)
        if name in rates:
            low, high = rates[name].low, rates[name].high
        if name.endswith(("rate", "redemption")):
            shares_one = {"stayer_redemption": economics.harm_rate, "harm_rate": economics.stayer_redemption}
            high = min(high, 1.0 - shares_one.get(name, 0.0))
        else:
            high = min(high, MAX_AMOUNT)
        if low < high:
            ranges[name] = (low, high)
    return ranges


def tornado(curve: ProfitCurve, ranges: Mapping[str, tuple[float, float]] | None = None) -> tuple[Swing, ...]:
    """Change one input at a time and decide anew who gets an offer; the largest swing comes first.

    Parameters
    ----------
    curve
        The profit at the assumed money inputs.
    ranges
        The range (low, high) by input, or :func:`default_ranges`. With a value column ``value`` has no effect.

    Raises
    ------
    InputError
        If a name is no money input or a setting is outside its bounds.
    """
    if ranges is None:
        ranges = default_ranges(curve.economics, curve.measured)
    unknown = sorted(ranges.keys() - set(MONEY_INPUTS))
    if unknown:
        raise InputError(f"{unknown[0]}: is no money input; choose among {', '.join(MONEY_INPUTS)}")
    swings = []
    for name, (low, high) in ranges.items():
        if name == "value" and curve.ranking.value is not None:
            continue
        at_low, at_high = (_repriced(curve, name, setting).deployed.profit for setting in (low, high))
        swings.append(Swing(name, low, high, at_low, at_high))
    return tuple(sorted(swings, key=lambda swing: -swing.size))


def break_even_save_rate(curve: ProfitCurve, threshold: float | None = None) -> float | None:
    """Return the save rate at which sending to certain customers earns exactly nothing.

    The profit of contacting them is a line in the save rate γ, so that rate has a closed form:
    ``γ = (cost of the contacts and of retained customers) / (value − offer cost of churned customers)``.

    Parameters
    ----------
    curve
        The profit at the assumed money inputs; their save rate only selects the customers by default.
    threshold
        Send from this churn probability on. By default the customers are those whom the deployed policy contacts.
        Where its threshold is picked, that of each fold is picked on the others: on the customers that a
        threshold was picked on, the rate would come out too low.

    Returns
    -------
    float or None
        In [0, 1]; the offer pays at this save rate or a higher one. None where no rate is high enough, where
        nobody is contacted, or where by default the assumed money inputs earn nothing.
    """
    ranking = curve.ranking
    if threshold is not None:
        contacted = ranking.contacted(curve.matrix(threshold).threshold)
    elif curve.deployed.profit > 0:
        contacted = _contacted_by_default(curve)
    else:
        return None
    cost, gain = save_rate_line(contacted, curve.economics)
    if gain <= 0 or cost > gain:
        return None
    return max(0.0, float(cost / gain))


def profit_by_save_rate(curve: ProfitCurve, save_rate: NDArray[np.float64] | None = None) -> SaveRateCurve:
    """Return what the deployed policy earns as a function of the save rate, decided anew at each rate.

    Parameters
    ----------
    curve
        The profit at the assumed money inputs.
    save_rate
        Save rates, ascending, each in [0, 1]; 0.00, 0.05, ... 1.00 by default.
    """
    rates = np.linspace(0.0, 1.0, 21) if save_rate is None else np.asarray(save_rate, dtype=np.float64)
    curves = [_repriced(curve, "save_rate", float(rate)) for rate in rates]
    return SaveRateCurve(
        save_rate=rates,
        profit_deployed=np.array([at_rate.deployed.profit for at_rate in curves]),
        profit_all=np.array([at_rate.profit_all for at_rate in curves]),
        share_deployed=np.array([at_rate.deployed.contacted / at_rate.customers for at_rate in curves]),
    )


def _contacted_by_default(curve: ProfitCurve) -> Sums:
    """Return the sums over the customers whom the deployed policy contacts, (moments, 2)."""
    ranking, deployed = curve.ranking, curve.deployed
    if deployed.decided_by == "break-even" and deployed.threshold is not None:
        return ranking.contacted(deployed.threshold)
    if deployed.decided_by == "break-even":
        is_contacted = ranking.score >= curve.economics.break_even(ranking.value)
    else:
        is_contacted = contacted_out_of_fold(ranking, curve.fold_thresholds)
    return ranking.group_sums(is_contacted.astype(np.int32), 2)[:, 1]


def _repriced(curve: ProfitCurve, name: str, setting: float) -> ProfitCurve:
    change: dict[str, Any] = {name: setting}
    return curve.reprice(replace(curve.economics, **change), curve.measured)
