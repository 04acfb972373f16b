"""Plays a past randomised campaign in the simulated market, and computes the true effect of the next offers.

An offer has two effects on a customer over the next 30 days [1]_. A customer who would have placed no
order places one with a probability called the *save rate*; it depends on the customer, and falls with days
of silence and after a bad order. A customer who would have ordered is driven away with a probability called
*touchiness*. Therefore

    P(retained | offer) = P(retained)·(1 − touchiness) + (1 − P(retained))·save rate

holds both for the past campaign and for the truth at the cutoff.

References
----------
.. [1] Radcliffe, N. J., Surry, P. D. (1999). Differential response analysis: modeling true response by
   isolating the effect of a single action. Proceedings of Credit Scoring and Credit Control VI.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from retention.simulation.population import DAYS, HISTORY_DAYS, HORIZON_DAYS, MEMBERSHIPS, People
from retention.simulation.purchases import Plan, silence_probability

OFFERS = ("cash_50", "free_delivery", "percent_20")
ARMS = ("control", *OFFERS)
ARM_SHARES = (0.4, 0.2, 0.2, 0.2)
CAMPAIGN_DAY = HISTORY_DAYS - 90
CAMPAIGN_ACTIVE_DAYS = 60
VALID_DAYS = 14
RETURN_DAYS = 7.0  # a saved customer orders within so many days
FADING_DAYS = 60.0  # a save rate falls to 1/e after this many market days of silence
BAD_ORDER_FACTOR = 0.5  # times the save rate after an order that went badly


@dataclass(frozen=True)
class Treatment:
    """A later campaign as far as it matters to who is still a customer.

    Attributes
    ----------
    day, horizon_days
        The day on which it was sent, and the days after which its effects were over.
    treated
        Who got an offer, shape (n,).
    save_rate
        Probability that the offer saves the customer; 0 without one, shape (n,).
    """

    day: int
    horizon_days: int
    treated: NDArray[np.bool_]
    save_rate: NDArray[np.float64]


@dataclass(frozen=True)
class PlayedPlan:
    """The planned orders after the campaigns changed them.

    Attributes
    ----------
    plan
        With the order times of saved customers moved, and ``coupon`` set where an offer was redeemed.
    placed
        Which rows of the plan were really ordered, shape (m,).
    contacted
        Who took part in the campaign, control included, shape (n,).
    arm
        Index into ``ARMS``, shape (n,); meaningless for customers who were not contacted.
    redeemed
        Who redeemed an offer of the campaign, shape (n,).
    save_rate
        Probability that the arm's offer saves the customer; 0 without an offer, shape (n,).
    last
        Number of the order after which each customer churns; a huge one where that never happens, shape (n,).
    later
        What was sent after that campaign, the oldest first.
    """

    plan: Plan
    placed: NDArray[np.bool_]
    contacted: NDArray[np.bool_]
    arm: NDArray[np.int64]
    redeemed: NDArray[np.bool_]
    save_rate: NDArray[np.float64]
    last: NDArray[np.int64]
    later: tuple[Treatment, ...] = ()


@dataclass(frozen=True)
class Situation:
    """Where each customer stands in the plan at the start of a day, all of shape (n,).

    Attributes
    ----------
    last
        Number of the order after which each churns, a huge one where that never happens.
    placed
        How many orders each has placed.
    at, following
        Rows of the plan with each one's latest order, and with the order that would follow.
    still_customer
        Who has not churned.
    """

    last: NDArray[np.int64]
    placed: NDArray[np.int64]
    at: NDArray[np.int64]
    following: NDArray[np.int64]
    still_customer: NDArray[np.bool_]

    @classmethod
    def at_time(cls, plan: Plan, *, last: NDArray[np.int64], time: float) -> "Situation":
        """Return the situation at this market time."""
        planned = plan.count_orders(plan.when < time)
        placed = np.minimum(last + 1, planned)
        at = plan.start + np.maximum(placed, 1) - 1
        following = plan.start + np.minimum(placed, plan.count - 1)
        return cls(last, placed, at, following, last >= planned)


@dataclass(frozen=True)
class Chances:
    """Each customer's own random numbers of a campaign, uniform in [0, 1), of shape (n,).

    They decide what an offer would do, whichever it is, so that another draw of the arms changes nothing else.
    """

    saved: NDArray[np.float64]
    driven_away: NDArray[np.float64]
    redeems: NDArray[np.float64]
    returns: NDArray[np.float64]

    @classmethod
    def draw(cls, rng: np.random.Generator, n: int) -> "Chances":
        """Draw them for n customers."""
        return cls(rng.random(n), rng.random(n), rng.random(n), rng.random(n))

    def redeems_if_retained(self, people: People) -> NDArray[np.bool_]:
        """Return who redeems an offer although they would have ordered without, the more so if price-sensitive."""
        return self.redeems < redemption_probability(people)


def redemption_probability(people: People) -> NDArray[np.float64]:
    """Return the probability that a customer who would have ordered anyway redeems an offer, shape (n,)."""
    return redemption_share(people.price_sensitivity)


def redemption_share(price_sensitivity: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return :func:`redemption_probability` of customers this sensitive to prices."""
    return 0.25 + 0.5 * price_sensitivity


def move_orders(
    plan: Plan,
    situation: Situation,
    *,
    saved: NDArray[np.bool_],
    driven_away: NDArray[np.bool_],
    returns: NDArray[np.float64],
) -> tuple[Plan, NDArray[np.int64]]:
    """Return the plan in which saved customers order again from ``returns`` on, and everyone's last order.

    Parameters
    ----------
    plan, situation
        The plan, and where the n customers stand in it when the offer reaches them.
    saved, driven_away
        Who orders because of the offer, and who never orders again because of it, shape (n,).
    returns
        Market time of the order of those who are saved, shape (n,).
    """  # fmt: skip
    moved = saved[plan.person] & (plan.index >= situation.placed[plan.person])
    shift = returns - plan.when[situation.following]
    when = plan.when + np.where(moved, shift[plan.person], 0.0)
    last = np.where(driven_away, situation.placed - 1, situation.last)
    return replace(plan, when=when), np.where(saved, plan.first_order(plan.churns & moved), last)


def play_campaign(
    rng: np.random.Generator, people: People, plan: Plan, *, clock: NDArray[np.float64]
) -> PlayedPlan:
    """Let customers order and churn as planned, with a randomised campaign at the start of ``CAMPAIGN_DAY``.

    Every customer with an order in the ``CAMPAIGN_ACTIVE_DAYS`` before takes part, in a randomly drawn arm.
    A saved customer orders within a week, and continues their plan from there.
    """
    n, day = len(people), clock[CAMPAIGN_DAY]
    before = Situation.at_time(plan, last=plan.first_order(plan.churns), time=day)
    at, following = before.at, before.following
    contacted = (before.placed > 0) & (plan.when[at] >= clock[CAMPAIGN_DAY - CAMPAIGN_ACTIVE_DAYS])
    retained = before.still_customer & (plan.when[following] < clock[CAMPAIGN_DAY + HORIZON_DAYS])

    arm = rng.choice(len(ARMS), n, p=ARM_SHARES)
    rates = np.column_stack([np.zeros(n), save_rates(people, plan, at, silence=day - plan.when[at])])
    treated = contacted & (arm > 0)
    save_rate = np.where(treated, rates[np.arange(n), arm], 0.0)
    chances = Chances.draw(rng, n)
    saved = ~retained & (chances.saved < save_rate)
    driven_away = treated & retained & (chances.driven_away < people.touchiness)
    redeems = saved | (treated & retained & ~driven_away & chances.redeems_if_retained(people))

    returns = np.interp(CAMPAIGN_DAY + RETURN_DAYS * chances.returns, np.arange(len(clock)), clock)
    plan, last = move_orders(plan, before, saved=saved, driven_away=driven_away, returns=returns)
    placed = (plan.index <= last[plan.person]) & (plan.when < clock[DAYS])

    redeemed = redeems & placed[following] & (plan.when[following] < clock[CAMPAIGN_DAY + VALID_DAYS])
    coupon = plan.coupon.copy()
    coupon[following[redeemed]] = True
    return PlayedPlan(replace(plan, coupon=coupon), placed, contacted, arm, redeemed, save_rate, last)


def save_rates(
    people: People, plan: Plan, at: NDArray[np.int64], *, silence: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the probability that each offer saves a customer who would not have ordered.

    Parameters
    ----------
    people, plan
        n people and their plan.
    at
        Row of the plan with each person's last order, shape (n,).
    silence
        Market days since that order, shape (n,).

    Returns
    -------
    NDArray
        Shape (n, 3), in the order of ``OFFERS``. Cash and percent work on the price-sensitive
        (percent more on large baskets), free delivery on those whose membership does not include it.
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
    bad_order = plan.complaint[at] | (plan.feeling[at] < 3.5)
    fading = np.exp(-np.maximum(silence, 0.0) / FADING_DAYS) * np.where(bad_order, BAD_ORDER_FACTOR, 1.0)
    offers: NDArray[np.float64] = rates * fading[:, np.newaxis]
    return offers


@dataclass(frozen=True)
class RetentionProbabilities:
    """The true probabilities of each person at the start of the day after the cutoff, all of shape (n,).

    Attributes
    ----------
    no_offer
        Probability of an order within the horizon, given the traits and everything observed up to the
        cutoff, but not whether the person has churned already.
    with_offer
        The same with each of ``OFFERS``, shape (n, 3).
    still_customer
        Probability that the person has not churned by the cutoff.
    """

    no_offer: NDArray[np.float64]
    with_offer: NDArray[np.float64]
    still_customer: NDArray[np.float64]


def retention_probabilities(
    people: People,
    played: PlayedPlan,
    *,
    clock: NDArray[np.float64],
    cutoff_day: int = HISTORY_DAYS,
    horizon_days: int = HORIZON_DAYS,
) -> RetentionProbabilities:
    """Compute by Bayes' rule who is retained, from the exact probabilities of the model.

    With ``h`` the hazard after the last order and ``Q(t)`` the probability of silence up to ``t``, silence up
    to the cutoff has the probability ``(1 − h)·Q(cutoff)`` together with being active, and ``h`` together with
    having churned. If a campaign took place in between and did not save the customer, both shrink by
    ``1 − save rate``, and the second grows by the probability that the offer drove the customer away. The effects
    of each campaign must be over by the cutoff.
    """
    plan, cutoff, end = played.plan, clock[cutoff_day], clock[cutoff_day + horizon_days]
    orders = plan.count_orders(played.placed & (plan.when < cutoff))
    at = plan.start + orders - 1
    last, hazard = plan.when[at], plan.hazard[at]

    def silence(until: float) -> NDArray[np.float64]:
        return silence_probability(people, orders, until - last)

    unsaved, driven_away = np.ones(len(people)), np.zeros(len(people))
    past = Treatment(CAMPAIGN_DAY, HORIZON_DAYS, played.contacted & (played.arm > 0), played.save_rate)
    for treatment in (past, *played.later):
        offered = treatment.treated & (last < clock[treatment.day])
        not_saved = np.where(offered, 1.0 - treatment.save_rate, 1.0)
        within_campaign = silence(clock[treatment.day]) - silence(clock[treatment.day + treatment.horizon_days])
        newly_driven_away = np.where(offered, people.touchiness, 0.0) * within_campaign
        driven_away = driven_away * not_saved + unsaved * newly_driven_away
        unsaved = unsaved * not_saved
    active = (1.0 - hazard) * silence(cutoff) * unsaved
    churned = hazard * unsaved + (1.0 - hazard) * driven_away
    with np.errstate(invalid="ignore"):
        still_customer = np.where(active > 0.0, active / (active + churned), 0.0)
        orders_soon = np.where(active > 0.0, 1.0 - silence(end) / silence(cutoff), 0.0)
    no_offer = still_customer * orders_soon
    save_rate = save_rates(people, plan, at, silence=cutoff - last)
    with_offer = (no_offer * (1.0 - people.touchiness))[:, np.newaxis] + (1.0 - no_offer)[
        :, np.newaxis
    ] * save_rate
    return RetentionProbabilities(no_offer, with_offer, still_customer)
