"""The third step: the money inputs, and what an offer earns with a model's customers at each threshold.

The commands read the money inputs to build their flags, so this module loads quickly and imports the rest when a
function is called.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retention.profit.catalogue import load_catalogue
from retention.profit.economics import PRESETS, Economics

if TYPE_CHECKING:
    from retention.churn.model import ChurnModel
    from retention.profit.curve import ProfitCurve
    from retention.targeting import SendPolicy

__all__ = [
    "PRESETS",
    "Economics",
    "choose_economics",
    "describe_profit",
    "profit_as_dict",
    "profit_of_model",
    "profit_of_policy",
]


def choose_economics(preset: str, inputs: Mapping[str, Any], *, catalogue: Path | None = None) -> Economics:
    """Return the money inputs of a preset, overridden by a catalogue's first offer, then by single inputs.

    Parameters
    ----------
    preset
        A key of :data:`PRESETS`.
    inputs
        Values of single fields of :class:`Economics` by their names.
    catalogue
        A TOML file of offers.

    Raises
    ------
    InputError
        If an input is out of range.
    OfferError
        If the catalogue cannot be used.

    Examples
    --------
    >>> choose_economics("realistic", {"contact_cost": 0.0}).contact_cost
    0.0
    """
    economics = PRESETS[preset]
    if catalogue is not None:
        economics = load_catalogue(catalogue).economics(economics)
    return replace(economics, **inputs)


def profit_of_model(model: "ChurnModel", economics: Economics) -> "ProfitCurve":
    """Return the profit at each threshold over the model's out-of-fold customers."""
    from retention.targeting import profit_of_model as profit

    return profit(model, economics)


def profit_of_policy(model: "ChurnModel", policy: "SendPolicy") -> "ProfitCurve":
    """Return the profit at each threshold for a policy's first offer, with measured rates over assumed ones."""
    return policy.profit_curve(model)


def profit_as_dict(
    curve: "ProfitCurve", threshold: float | None = None, *, policy: "SendPolicy | None" = None
) -> dict[str, Any]:
    """Return the profit as values that JSON can hold, with the evidence of each amount.

    Parameters
    ----------
    curve
        The profit, of :func:`profit_of_policy` where there are measured rates.
    threshold
        Where to take the business confusion matrix; the best threshold by default.
    policy
        The send policy of the curve. Where it has rates, they are shown, and what they would have planned at the
        ends of their intervals.
    """
    from retention.profit.curve_json import curve_as_dict
    from retention.profit.plans import plans_as_dict, plans_by_rates
    from retention.profit.rates_json import shown_rates

    answer = curve_as_dict(curve, threshold)
    if policy is None or policy.rates is None:
        return answer
    evidence = answer.pop("evidence")
    return {
        **answer,
        "rates": shown_rates(policy.offers, policy.economics, policy.rates),
        "plans": plans_as_dict(curve, plans_by_rates(curve, policy.economics)),
        "evidence": {**evidence, "rates": ["measured"], "plans": list(curve.evidence)},
    }


def describe_profit(
    curve: "ProfitCurve", threshold: float | None = None, *, policy: "SendPolicy | None" = None
) -> str:
    """Return the profit, its alternatives and the business confusion matrix as text for a terminal.

    Parameters
    ----------
    curve, threshold, policy
        As for :func:`profit_as_dict`.
    """
    from retention.profit.plans import plans_by_rates, plans_in_words
    from retention.profit.profit_text import profit_summary
    from retention.profit.rates_text import rates_in_words

    text = profit_summary(curve, threshold)
    if policy is None or policy.rates is None:
        return text
    plans = plans_in_words(plans_by_rates(curve, policy.economics), curve.economics.currency)
    return "\n".join(filter(None, [text, *rates_in_words(policy.offers, policy.economics, policy.rates), plans]))
