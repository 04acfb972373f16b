"""What each customer of a campaign was worth, and what was assumed of it when it was drawn."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from retention.campaign.design import CONTROL, Design
from retention.campaign.effect import Bools, Floats
from retention.profit.economics import Economics


@dataclass(frozen=True, eq=False)
class AssumedEffects:
    """What was assumed of each customer at the draw, if treated; all of shape (n,).

    Attributes
    ----------
    profit
        Expected incremental profit (currency).
    kept
        Expected effect on the chance to be kept: p·γ − (1 − p)·s.
    redeemed
        Expected chance to redeem: p·γ + (1 − p)·ρ.
    offer_cost
        d of the offer of the arm; for control, of the planned offer (currency).
    """

    profit: Floats
    kept: Floats
    redeemed: Floats
    offer_cost: Floats


def assumed_effects(assignments: pd.DataFrame, design: Design) -> AssumedEffects:
    """Return the assumed effects of the offer that each customer's arm gives; for control, of the planned one."""
    p, value = (assignments[name].to_numpy(np.float64) for name in ("probability", "value"))
    arm, planned = assignments["arm"].to_numpy(object), assignments["offer"].to_numpy(object)
    ids = set(design.offer_ids)
    sent_offer = np.where(np.isin(arm, list(ids)), arm, planned)
    priced = [(sent_offer == offer.id, offer.economics(design.economics)) for offer in design.offers]
    return effects_by_offer(p, value, priced)


def effects_by_offer(p: Floats, value: Floats, priced: Sequence[tuple[Bools, Economics]]) -> AssumedEffects:
    """Return the assumed effects on customers who get different offers.

    Parameters
    ----------
    p, value
        Churn probability, and V (currency), (n,).
    priced
        Who gets an offer, (n,), and the money inputs with that offer's cost and rates; nobody twice.
    """
    profit, kept, redeemed, cost = (np.zeros(len(p)) for _ in range(4))
    for at, economics in priced:
        profit[at] = economics.expected_profit(p[at], value[at])
        kept[at] = p[at] * economics.save_rate - (1 - p[at]) * economics.harm_rate
        redeemed[at] = p[at] * economics.save_rate + (1 - p[at]) * economics.stayer_redemption
        cost[at] = economics.offer_cost
    return AssumedEffects(profit, kept, redeemed, cost)


def cost_and_profit(
    assignments: pd.DataFrame, outcomes: pd.DataFrame, design: Design, assumed: AssumedEffects, *, kept_by: str
) -> tuple[Floats, Floats]:
    """Return d·R + c·A and the primary money Y = V·S − d·R − c·A of each customer (currency), shape (n,).

    Without a redemption column R is what was assumed for the treated.

    Parameters
    ----------
    assignments, outcomes
        Rows of the same customers.
    design, assumed
        The money inputs at the draw.
    kept_by
        The column of S: ``kept`` or ``stayed_on``.
    """
    treated = (assignments["arm"] != CONTROL).to_numpy()
    redeemed = (
        outcomes["redeemed"].to_numpy(np.float64)
        if "redeemed" in outcomes
        else np.where(treated, assumed.redeemed, 0)
    )
    contacted = outcomes["contacted"].to_numpy(np.float64) if "contacted" in outcomes else treated
    cost = assumed.offer_cost * redeemed + design.economics.contact_cost * contacted
    return cost, assignments["value"].to_numpy(np.float64) * outcomes[kept_by].to_numpy(np.float64) - cost


def score_covariates(assignments: pd.DataFrame) -> Floats:
    """Return what is known of each customer before the campaign: p, logit p and V(1 − p), shape (n, 3)."""
    p = assignments["probability"].to_numpy(np.float64)
    inner = np.clip(p, 1e-6, 1 - 1e-6)
    return np.column_stack([p, np.log(inner / (1 - inner)), assignments["value"].to_numpy(np.float64) * (1 - p)])
