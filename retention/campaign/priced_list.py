"""Checks that a send list was priced with the money inputs that its campaign is about to register."""

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retention.errors import InputError
from retention.profit.catalogue import Offer
from retention.profit.economics import PRESETS, Economics
from retention.profit.effects import priced
from retention.profit.evidence import MEASURED
from retention.profit.measured_rates import Rates
from retention.wording.money import in_currency

_NEEDED = ("send", "churn_probability", "value", "offer", "expected_profit")
_ROUNDED = 0.05  # currency; a list may have gone through a spreadsheet


def check_prices(
    send_list: pd.DataFrame,
    economics: Economics,
    offers: tuple[Offer, ...],
    rates: Rates | None = None,
    *,
    by_rates_alone: bool = True,
) -> None:
    """Refuse money inputs that give most customers of a list another expected profit than the list says.

    A draw registers its money inputs for good, and they decide how many are held out and what the plan promised.
    A list without the columns of ``score`` is not checked. Rows whose profit rests on a measurement are checked
    where ``rates`` are given, unless a model of each customer's effect was used as well.

    Parameters
    ----------
    send_list
        One row a customer, as ``score`` wrote it.
    economics, offers
        The money inputs, and the catalogue at them.
    rates
        What was measured, over what is assumed.
    by_rates_alone
        Whether the list was priced by rates, and by no model of effects.

    Raises
    ------
    InputError
        If they are not those of the list; it names a preset that fits.
    """
    if not set(_NEEDED) <= set(send_list.columns) or not all(
        send_list[name].dtype == np.float64 for name in ("churn_probability", "value", "expected_profit")
    ):
        return
    at = send_list["send"].astype("str").str.strip().str.lower() == "yes"
    if "expected_profit_evidence" in send_list and (rates is None or not by_rates_alone):
        at &= send_list["expected_profit_evidence"] == "assumed"
    rows = send_list[at & send_list["value"].gt(0) & send_list["churn_probability"].between(0, 1)]
    profit = _expected_profit(rows, economics, offers, rates)
    differs = np.abs(profit - rows["expected_profit"].to_numpy()) > _ROUNDED
    if differs.sum() * 2 <= len(rows):
        return
    first = int(np.argmax(differs))
    in_list, here = (
        in_currency(amount, economics.currency, exactly=True)
        for amount in (rows["expected_profit"].iloc[first], round(float(profit[first]), 2))
    )
    raise InputError(
        f"send list: row {int(rows.index[first]) + 2:,} expects a profit of {in_list} where these money inputs "
        f"give {here}; pass the money inputs{_and_rates(send_list)} that score had{_fitting_preset(rows, offers)}"
    )


def _and_rates(send_list: pd.DataFrame) -> str:
    evidence = send_list.get("expected_profit_evidence")
    return " and the rates" if evidence is not None and evidence.astype("str").str.contains(MEASURED).any() else ""


def _expected_profit(
    rows: pd.DataFrame, economics: Economics, offers: tuple[Offer, ...], rates: Rates | None = None
) -> NDArray[np.float64]:
    profit = np.full(len(rows), np.nan)  # of an offer that is not in the catalogue, which the draw refuses
    planned = rows["offer"].astype("str").str.strip().replace("", offers[0].id)
    for offer in offers:
        of_offer = (planned == offer.id).to_numpy(bool)
        cells = rows.loc[of_offer, ["churn_probability", "value"]].to_numpy()
        profit[of_offer] = priced(offer, economics, rates).expected_profit(cells[:, 0], cells[:, 1])
    return profit


def _fitting_preset(rows: pd.DataFrame, offers: tuple[Offer, ...]) -> str:
    for name, preset in PRESETS.items():
        at_preset = (replace(offers[0], save_rate=preset.save_rate), *offers[1:])
        differs = np.abs(_expected_profit(rows, preset, at_preset) - rows["expected_profit"].to_numpy()) > _ROUNDED
        if not differs.any():
            return f" (those of --preset {name} fit)"
    return ""
