"""The truth of a simulated market: each customer's probabilities, and what a plan really earns there."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retention.simulation.experiment import OFFERS, RETURN_DAYS, RetentionProbabilities, redemption_share
from retention.simulation.population import People


def truth_table(ids: NDArray[np.str_], people: People, probabilities: RetentionProbabilities) -> pd.DataFrame:
    """Return one row for each of n people; see :class:`retention.simulation.simulate.Market` for the columns."""
    with_offers = {f"p_stay_{offer}": probabilities.with_offer[:, k] for k, offer in enumerate(OFFERS)}
    return pd.DataFrame(
        {
            "customer_id": ids,
            "p_stay_no_offer": probabilities.no_offer,
            **with_offers,
            "segment": _segment(probabilities),
            "p_still_customer": probabilities.still_customer,
            "rate_per_day": people.rate,
            "regularity": people.regularity,
            "dropout_per_order": people.dropout,
            "price_sensitivity": people.price_sensitivity,
            "touchiness": people.touchiness,
        }
    )


def true_profits(
    truth: pd.DataFrame, offer: str, *, valid_days: int, value: float, offer_cost: float, contact_cost: float
) -> NDArray[np.float64] | None:
    """Return what an offer really earns with each customer against leaving them alone.

    With p₀ and p₁ the true probabilities to be retained without and with the offer, t the touchiness, q the
    probability that a customer who orders while the offer is valid redeems it, and w whether they order by then::

        profit = V·(p₁ − p₀) − d·((p₁ − p₀·(1 − t))·u + (1 − t)·w·q) − c

    p₁ − p₀·(1 − t) are saved by the offer. They order, and redeem, at a random time of the next 7 days: u of them
    while it is valid.

    Parameters
    ----------
    truth
        Columns ``p_stay_no_offer``, ``p_stay_<offer>``, ``touchiness``, ``price_sensitivity`` and
        ``first_order_days``, the days until they order if left alone (from 1; infinite for never); n rows.
    offer
        Id of the offer.
    valid_days
        For how many days it can be redeemed.
    value, offer_cost, contact_cost
        V, d and c (currency).

    Returns
    -------
    ndarray or None
        Shape (n,), currency; None where the market does not know the offer.
    """
    if offer not in OFFERS:
        return None
    alone, offered, touchiness, sensitivity, first_order_days = (
        truth[name].to_numpy(np.float64)
        for name in (
            "p_stay_no_offer", f"p_stay_{offer}", "touchiness", "price_sensitivity", "first_order_days",
        )
    )  # fmt: skip
    saved = offered - alone * (1.0 - touchiness)
    in_time = (first_order_days <= valid_days) * (1.0 - touchiness)
    redeemed = saved * min(1.0, valid_days / RETURN_DAYS) + in_time * redemption_share(sensitivity)
    profits: NDArray[np.float64] = value * (offered - alone) - offer_cost * redeemed - contact_cost
    return profits


def truth_of_customers(
    truth: pd.DataFrame, ids: pd.Series, orders: pd.DataFrame, cutoff: pd.Timestamp
) -> pd.DataFrame:
    """Return the truth of these customers, in their order, with the days from the cutoff to their next order.

    Parameters
    ----------
    truth, orders, cutoff
        Those of a :class:`retention.simulation.simulate.Market`.
    ids
        n customers of it.

    Returns
    -------
    DataFrame
        n rows; ``first_order_days`` is 1 for the day after the cutoff, and infinite for no order.
    """
    days = (orders["ordered_at"].dt.normalize() - cutoff).dt.days
    later = orders.assign(first_order_days=days.astype(np.float64))[days > 0]
    first = later.groupby("customer_id")["first_order_days"].min()
    rows = truth.set_index("customer_id").reindex(ids.to_numpy())
    return rows.assign(first_order_days=first.reindex(rows.index).fillna(np.inf)).reset_index()


def _segment(probabilities: RetentionProbabilities) -> NDArray[np.str_]:
    """Name the segment by the uplift of the best offer: below 0, at least 10 points, or in between."""
    lift = probabilities.with_offer.max(axis=1) - probabilities.no_offer
    return np.select(
        [lift < 0.0, lift >= 0.1, probabilities.no_offer >= 0.5],
        ["do-not-disturb", "persuadable", "sure thing"],
        "lost cause",
    )
