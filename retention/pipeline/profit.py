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

__all__ = ["PRESETS", "Economics", "choose_economics", "describe_profit", "profit_as_dict", "profit_of_model"]


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


def profit_as_dict(curve: "ProfitCurve", threshold: float | None = None) -> dict[str, Any]:
    """Return the profit as values that JSON can hold, with the evidence of each amount."""
    from retention.profit.curve_json import curve_as_dict

    return curve_as_dict(curve, threshold)


def describe_profit(curve: "ProfitCurve", threshold: float | None = None) -> str:
    """Return the profit, its alternatives and the business confusion matrix as text for a terminal."""
    from retention.profit.profit_text import profit_summary

    return profit_summary(curve, threshold)
