"""What offers do to the people of the simulated market: a past randomised campaign, and the truth about the next.

An offer has two effects on what somebody does over the next 30 days [1]_. Who would have placed no
order places one with the offer's *save rate*, which depends on the person and fades with silence and
grief; who would have ordered is driven away with the person's *touchiness*. So

    P(stay | offer) = P(stay)·(1 − touchiness) + (1 − P(stay))·save rate

holds for the campaign that was played and for the truth at the cutoff alike.

References
----------
.. [1] Radcliffe, N. J., Surry, P. D. (1999). Differential response analysis: modeling true response by
   isolating the effect of a single action. Proceedings of Credit Scoring and Credit Control VI.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from retention.simulation.population import DAYS, HISTORY_DAYS, HORIZON_DAYS, MEMBERSHIPS, People
from retention.simulation.purchases import Plan, quiet_chance

OFFERS = ("cash_50", "free_delivery", "percent_20")
ARMS = ("control", *OFFERS)
ARM_SHARES = (0.4, 0.2, 0.2, 0.2)
CAMPAIGN_DAY = HISTORY_DAYS - 90
CAMPAIGN_ACTIVE_DAYS = 60
VALID_DAYS = 14
FADING_DAYS = 60.0  # a save rate falls to 1/e after so many market days of silence
BAD_ORDER_FACTOR = 0.5  # times the save rate after an order that went badly


@dataclass(frozen=True)
class Played:
    """The plan as it came about, with the campaign in it.

    Attributes
    ----------
    plan
        Times moved for those the campaign brought back, and ``coupon`` set where an offer was redeemed.
    placed
        Which rows of the plan are real orders, shape (m,).
    contacted
        Who was part of the campaign, control included, shape (n,).
    arm
        Code into ``ARMS``, shape (n,); meaningless for those who were not contacted.
    redeemed
        Who redeemed an offer of the campaign, shape (n,).
    save
        Chance the arm's offer had to bring the person back; 0 without an offer, shape (n,).
    """

    plan: Plan
    placed: NDArray[np.bool_]
    contacted: NDArray[np.bool_]
    arm: NDArray[np.int64]
    redeemed: NDArray[np.bool_]
    save: NDArray[np.float64]


def play_campaign(rng: np.random.Generator, people: People, plan: Plan, *, clock: NDArray[np.float64]) -> Played:
    """Let people order and leave as planned, with a randomised campaign at the start of ``CAMPAIGN_DAY``.

    Everybody with an order in the ``CAMPAIGN_ACTIVE_DAYS`` before takes part, in an arm drawn by lot.
    Who is brought back orders within a week, and goes on from there.
    """
    n, day = len(people), clock[CAMPAIGN_DAY]
    last = plan.first(plan.leaves)
    planned = plan.number(plan.when < day)
    seen = np.minimum(last + 1, planned)  # orders before the campaign
    at = plan.start + np.maximum(seen, 1) - 1
    following = plan.start + np.minimum(seen, plan.count - 1)
    contacted = (seen > 0) & (plan.when[at] >= clock[CAMPAIGN_DAY - CAMPAIGN_ACTIVE_DAYS])
    stays = (last >= planned) & (plan.when[following] < clock[CAMPAIGN_DAY + HORIZON_DAYS])

    arm = rng.choice(len(ARMS), n, p=ARM_SHARES)
    rates = np.column_stack([np.zeros(n), save_rates(people, plan, at, silence=day - plan.when[at])])
    treated = contacted & (arm > 0)
    save = np.where(treated, rates[np.arange(n), arm], 0.0)
    saved = ~stays & (rng.random(n) < save)
    harmed = treated & stays & (rng.random(n) < people.touchiness)
    takes = saved | (treated & stays & ~harmed & (rng.random(n) < 0.25 + 0.5 * people.price_sensitivity))

    returns = np.interp(CAMPAIGN_DAY + 7.0 * rng.random(n), np.arange(DAYS + 1), clock)
    moved = saved[plan.who] & (plan.index >= seen[plan.who])
    shift = returns - plan.when[following]
    when = plan.when + np.where(moved, shift[plan.who], 0.0)
    last = np.where(saved, plan.first(plan.leaves & moved), np.where(harmed, seen - 1, last))
    placed = (plan.index <= last[plan.who]) & (when < clock[DAYS])

    redeemed = takes & placed[following] & (when[following] < clock[CAMPAIGN_DAY + VALID_DAYS])
    coupon = plan.coupon.copy()
    coupon[following[redeemed]] = True
    return Played(replace(plan, when=when, coupon=coupon), placed, contacted, arm, redeemed, save)


def save_rates(
    people: People, plan: Plan, at: NDArray[np.int64], *, silence: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Chance that each offer brings back somebody who would not have ordered.

    Parameters
    ----------
    people, plan
        n people and their plan.
    at
        Row of the plan with each one's last order, shape (n,).
    silence
        Market days since, shape (n,).

    Returns
    -------
    NDArray
        Shape (n, 3), in the order of ``OFFERS``. Cash and percent work on the price-sensitive
        (percent more on large baskets), free delivery on those whose membership has none.
    """
    price = people.price_sensitivity
    member = people.membership == MEMBERSHIPS.index("Gold")
    rates = np.column_stack(
        [
            0.1 + 0.6 * price,
            np.where(member, 0.02, 0.3 + 0.2 * price),
            0.05 + 0.5 * price + 0.15 * (people.basket > 450.0),
        ]
    )
    sore = plan.complaint[at] | (plan.feeling[at] < 3.5)
    fading = np.exp(-np.maximum(silence, 0.0) / FADING_DAYS) * np.where(sore, BAD_ORDER_FACTOR, 1.0)
    offers: NDArray[np.float64] = rates * fading[:, np.newaxis]
    return offers


@dataclass(frozen=True)
class Staying:
    """What is true about each person on the evening of the cutoff day, all of shape (n,).

    Attributes
    ----------
    no_offer
        Chance of an order within ``HORIZON_DAYS``, given the traits and all that happened up to the
        cutoff, but not whether the person has left in silence.
    with_offer
        The same for each of ``OFFERS``, shape (n, 3).
    still_customer
        Chance of not having left.
    """

    no_offer: NDArray[np.float64]
    with_offer: NDArray[np.float64]
    still_customer: NDArray[np.float64]


def staying(people: People, played: Played, *, clock: NDArray[np.float64]) -> Staying:
    """Work out by Bayes' rule who stays, from the exact chances of the model.

    With ``h`` the hazard after the last order and ``Q(t)`` the chance of silence up to ``t``, silence up
    to the cutoff has the chance ``(1 − h)·Q(cutoff)`` among those still there and ``h`` among those who
    left. Both shrink by ``1 − save rate`` when the campaign came in between and failed, and the second
    grows by those it drove away.
    """
    plan, cutoff, end = played.plan, clock[HISTORY_DAYS], clock[DAYS]
    orders = plan.number(played.placed & (plan.when < cutoff))
    at = plan.start + orders - 1
    last, hazard = plan.when[at], plan.hazard[at]

    def quiet(until: float) -> NDArray[np.float64]:
        return quiet_chance(people, orders, until - last)

    offered = played.contacted & (played.arm > 0) & (last < clock[CAMPAIGN_DAY])
    unsaved = np.where(offered, 1.0 - played.save, 1.0)
    within_campaign = quiet(clock[CAMPAIGN_DAY]) - quiet(clock[CAMPAIGN_DAY + HORIZON_DAYS])
    driven_away = np.where(offered, people.touchiness, 0.0) * within_campaign
    here = (1.0 - hazard) * quiet(cutoff) * unsaved
    gone = hazard * unsaved + (1.0 - hazard) * driven_away
    with np.errstate(invalid="ignore"):
        still_customer = np.where(here > 0.0, here / (here + gone), 0.0)
        orders_soon = np.where(here > 0.0, 1.0 - quiet(end) / quiet(cutoff), 0.0)
    no_offer = still_customer * orders_soon
    save = save_rates(people, plan, at, silence=cutoff - last)
    with_offer = (no_offer * (1.0 - people.touchiness))[:, np.newaxis] + (1.0 - no_offer)[:, np.newaxis] * save
    return Staying(no_offer, with_offer, still_customer)
