"""The pictures of what a campaign taught: effect by risk, the rates after each measurement, the next plan."""

from typing import TYPE_CHECKING

import numpy as np

from retention import charts
from retention.campaign.effect_by_risk import effects_by_risk
from retention.campaign.reading import Reading
from retention.profit.measured_rates import OfferRates
from retention.profit.plans import plans_by_rates
from retention.ui.session import Session

if TYPE_CHECKING:
    import plotly.graph_objects as go

_GROUPS = 5
_CUSTOMERS_A_GROUP = 60  # of the smaller arm: a group with fewer than 50 in an arm is not drawn


def effect_by_risk(reading: Reading | None) -> "go.Figure | None":
    """Draw the measured effect on money by churn risk, beside what the plan expected at the draw.

    Of a campaign that sent several offers, those customers count for whom the most frequent one was planned.

    Returns
    -------
    Figure or None
        None where a reading holds no rows, no money or no churn probabilities, or too few customers.
    """
    if reading is None or not reading.valid or reading.rows is None or reading.design is None:
        return None
    rows = reading.rows
    if rows.probability is None or rows.money is None or rows.offer is None or not rows.listed.any():
        return None
    planned = rows.offer.astype(str)
    names, counts = np.unique(planned[rows.listed], return_counts=True)
    planned_most = str(names[counts.argmax()])
    at = rows.listed & (planned == planned_most)
    smaller_arm = min(int((rows.treated & at).sum()), int((~rows.treated & at).sum()))
    groups = effects_by_risk(
        rows.probability[at],
        rows.treated[at],
        rows.money[at],
        weights=1 / rows.own_chance[at],
        groups=min(_GROUPS, max(1, smaller_arm // _CUSTOMERS_A_GROUP)),
    )
    economics = reading.design.economics
    for offer in reading.design.offers:
        if offer.id == planned_most:
            economics = offer.economics(economics)
    return charts.effect_by_risk(groups, economics)


def history(session: Session) -> tuple[OfferRates, ...]:
    """Return what was measured of the first offer in this visit, the oldest first; each measurement once."""
    offer = session.offers[0]
    measurements: dict[tuple[tuple[str, ...], str], OfferRates] = {}
    for rates in (*session.earlier_rates, *(() if session.rates is None else (session.rates,))):
        of_offer = rates.offers.get(offer.id)
        if of_offer is not None:
            measurements[of_offer.campaigns, of_offer.measured_on.isoformat()] = of_offer
    return tuple(sorted(measurements.values(), key=lambda of_offer: of_offer.measured_on))


def rates_history(session: Session) -> "go.Figure | None":
    """Draw the measured rates of the first offer, one after the other; None without any."""
    return charts.rates_history(history(session))


def plan_comparison(session: Session) -> "go.Figure | None":
    """Draw the plan before and after the measurement, and at its ends; None without measured rates or a curve."""
    if session.curve is None or session.measured is None:
        return None
    return charts.plan_comparison(plans_by_rates(session.curve, session.economics), session.economics.currency)
