"""Continues a simulated market through campaigns of yours: each person's orders under the arms they were given."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retention.errors import InputError
from retention.progress import Progress, silent
from retention.simulation.experiment import CAMPAIGN_DAY, OFFERS, Chances, Situation
from retention.simulation.members import offers_received, positions, with_money
from retention.simulation.population import DAYS, FIRST_DAY, HORIZON_DAYS, market_clock
from retention.simulation.potential_outcomes import NO_OFFER, CampaignInMarket, OfferTerms, PotentialOutcomes
from retention.simulation.purchases import extend_orders
from retention.simulation.simulate import BLOCK_SIZE, Block, block_generator, order_log, simulate_blocks

TAIL_DAYS = 7  # the log goes on at least so long after the horizon, so that it is seen to be complete
FIRST_SENT_DAY, LAST_SENT_DAY = CAMPAIGN_DAY + HORIZON_DAYS, DAYS + 31
_EXTENSION, _LOG, _CHANCES = 1, 2, 3  # streams of random numbers of a block, beside the market's own


@dataclass(frozen=True, eq=False, kw_only=True)
class CampaignToPlay:
    """A campaign that a market is to be continued through.

    Attributes
    ----------
    assignments
        One row a customer: ``customer``, ``arm`` (``control``, an offer, or an arm of another name in which
        everyone gets the planned offer), ``offer`` (the planned one) and ``value`` (V, currency).
    sent_on
        First day of the horizon, mostly the day after the market's log ends.
    horizon_days
        Days in which an order counts as retained, at least 1.
    terms
        Cost and days of validity of each offer.
    contact_cost
        c, cost of contacting one customer (currency).
    """

    assignments: pd.DataFrame
    sent_on: dt.date
    horizon_days: int
    terms: Mapping[str, OfferTerms]
    contact_cost: float = 0.0

    @property
    def day(self) -> int:
        """The market's day on which it is sent."""
        return (pd.Timestamp(self.sent_on) - FIRST_DAY).days

    @property
    def tail_days(self) -> int:
        """Days that the log must go on after the horizon."""
        return max([TAIL_DAYS, *(offer.valid_days for offer in self.terms.values())])


@dataclass(frozen=True, eq=False)
class PlayedCampaigns:
    """A market continued through several campaigns: its whole log, and the truth of each campaign.

    The columns are those of :class:`PlayedCampaign`.
    """

    orders: pd.DataFrame
    truths: tuple[pd.DataFrame, ...]


@dataclass(frozen=True, eq=False)
class PlayedCampaign:
    """A market continued through a campaign.

    Attributes
    ----------
    orders
        The order log from the first day until, counted from the last day on which an offer is valid, another
        horizon is over: the columns of the market's own log, and ``offer``, the offer that the order redeems,
        empty for most. Up to the day before the campaign is sent the rows are those of the market's own log.
    truth
        One row a customer of the campaign, in its order: ``customer_id, arm, offer``,
        ``churn_probability`` if left alone, ``effect_<offer>`` (change of the probability to be retained) and
        ``redemption_<offer>`` (probability) of each offer, ``profit_<offer>`` (expected incremental profit,
        currency), the potential outcomes ``kept_no_offer``, ``kept_<offer>``, ``redeemed_<offer>``,
        ``stayed_on_no_offer`` and ``stayed_on_<offer>`` (yes/no; an order within a horizon once every offer has
        expired), and what the arm really brought against being left alone, ``profit`` for those kept and
        ``profit_stayed_on`` for those who stayed on (currency, 0 for control).
    """

    orders: pd.DataFrame
    truth: pd.DataFrame


def play(
    assignments: pd.DataFrame,
    *,
    customers: int,
    seed: int,
    sent_on: dt.date,
    horizon_days: int,
    terms: Mapping[str, OfferTerms],
    contact_cost: float = 0.0,
    progress: Progress = silent,
) -> PlayedCampaign:
    """Continue the market of :func:`retention.simulation.simulate.simulate` through a campaign.

    Control customers, and all who take no part, order as if left alone. The others are saved, driven away or
    unmoved by the market's true effects of their offer. Each person's own random numbers decide what any offer
    would do, so that another draw of the arms changes only what the arms change.

    Parameters
    ----------
    assignments
        One row a customer: ``customer``, ``arm`` (``control``, an offer, or an arm of another name in which
        everyone gets the planned offer), ``offer`` (the planned one) and ``value`` (V, currency).
    customers, seed
        The market, as for ``simulate``.
    sent_on
        First day of the horizon, mostly the day after the market's log ends.
    horizon_days
        Days in which an order counts as retained, at least 1.
    terms
        Cost and days of validity of each offer.
    contact_cost
        c, cost of contacting one customer (currency).
    progress
        Called before each thousand people.

    Raises
    ------
    InputError
        If the market has no such customer or offer, or its calendar no such day.
    """
    campaign = CampaignToPlay(
        assignments=assignments,
        sent_on=sent_on,
        horizon_days=horizon_days,
        terms=terms,
        contact_cost=contact_cost,
    )
    if not FIRST_SENT_DAY <= campaign.day <= LAST_SENT_DAY:
        raise InputError(
            f"the campaign is sent on {sent_on:%Y-%m-%d}, but the simulated log ends on {_date(DAYS - 1)}; "
            f"draw it with --sent-on {_date(DAYS)}"
        )
    end_day = max(campaign.day + horizon_days, DAYS) + campaign.tail_days
    played = _play_all([campaign], end_day=end_day, customers=customers, seed=seed, progress=progress)
    return PlayedCampaign(played.orders, played.truths[0])


def play_in_sequence(
    campaigns: Sequence[CampaignToPlay],
    *,
    customers: int,
    seed: int,
    until: dt.date,
    progress: Progress = silent,
) -> PlayedCampaigns:
    """Continue a market through several campaigns, each of which finds the customers as those before left them.

    Whoever was saved goes on ordering, whoever was driven away stays away until another offer saves them. With the
    same ``until``, a further campaign changes no order before it is sent, so that rounds can be played one by one:
    read the log up to a campaign's day, draw it, and play again with it.

    Parameters
    ----------
    campaigns
        In the order in which they are sent, each at least the horizon of the one before later.
    customers, seed
        The market, as for :func:`retention.simulation.simulate.simulate`.
    until
        The last day of the log; the horizon of the last campaign, and its offers, must be over by then.
    progress
        Called before each thousand people.

    Raises
    ------
    InputError
        If the market has no such customer or offer, or the campaigns do not follow each other in its calendar.
    """
    end_day = (pd.Timestamp(until) - FIRST_DAY).days + 1
    earliest = FIRST_SENT_DAY
    for campaign in campaigns:
        needed = campaign.day + campaign.horizon_days + campaign.tail_days
        if campaign.day < earliest or needed > end_day:
            raise InputError(
                f"the campaign sent on {campaign.sent_on:%Y-%m-%d} does not fit: it may be sent from "
                f"{_date(earliest)} on, and the log must go on until {_date(needed - 1)}; change the days"
            )
        earliest = campaign.day + campaign.horizon_days
    return _play_all(campaigns, end_day=end_day, customers=customers, seed=seed, progress=progress)


def _play_all(
    campaigns: Sequence[CampaignToPlay], *, end_day: int, customers: int, seed: int, progress: Progress
) -> PlayedCampaigns:
    clock = market_clock(end_day)
    in_market = [
        CampaignInMarket(
            day=campaign.day,
            horizon_days=campaign.horizon_days,
            clock=clock,
            terms=campaign.terms,
            contact_cost=campaign.contact_cost,
        )
        for campaign in campaigns
    ]
    offers = [offers_received(campaign.assignments, campaign.terms) for campaign in campaigns]
    numbers = [positions(campaign.assignments["customer"], customers=customers) for campaign in campaigns]
    logs: list[pd.DataFrame] = []
    later_logs: list[pd.DataFrame] = []
    truths: list[list[pd.DataFrame]] = [[] for _ in campaigns]
    for block in simulate_blocks(customers, seed=seed, progress=progress):
        rows = [np.flatnonzero(number // BLOCK_SIZE == block.number) for number in numbers]
        received = [np.full(BLOCK_SIZE, NO_OFFER) for _ in campaigns]
        for place, number, offer, at in zip(received, numbers, offers, rows, strict=True):
            place[number[at] % BLOCK_SIZE] = offer[at]
        orders, later, of_campaign = _play_block(block, received, in_market, seed=seed)
        logs += block.first_people(orders)
        later_logs += block.first_people(later)
        for k, truth in enumerate(of_campaign):
            members = truth.iloc[numbers[k][rows[k]] % BLOCK_SIZE]
            assigned = campaigns[k].assignments.iloc[rows[k]]
            truths[k].append(with_money(members, assigned, offers[k][rows[k]], in_market[k]).set_axis(rows[k]))
    return PlayedCampaigns(
        orders=pd.concat([_by_time(logs), _by_time(later_logs)], ignore_index=True),
        truths=tuple(pd.concat(parts).sort_index().reset_index(drop=True) for parts in truths),
    )


def _play_block(
    block: Block, received: Sequence[NDArray[np.int64]], campaigns: Sequence[CampaignInMarket], *, seed: int
) -> tuple[pd.DataFrame, pd.DataFrame, list[pd.DataFrame]]:
    """Return a block's log before the first campaign, its log from then on, and the truth in each campaign.

    ``received`` holds for each campaign the position of the offer that each person gets, or ``NO_OFFER``, (n,).
    """
    people, clock, n = block.people, campaigns[0].clock, len(block.people)
    log_day = min(campaigns[0].day, DAYS)
    plan = extend_orders(
        block_generator(seed, block.number, _EXTENSION), people, block.played.plan, end=float(clock[-1])
    )
    market = replace(
        block.played, plan=plan, placed=(plan.index <= block.played.last[plan.person]) & (plan.when < clock[-1])
    )
    log_start = Situation.at_time(plan, last=market.last, time=float(clock[log_day]))
    redeemed, truths = np.full(len(plan.person), NO_OFFER), []
    for k, (campaign, offers) in enumerate(zip(campaigns, received, strict=True)):
        stream = (_CHANCES,) if k == 0 else (_CHANCES, k)
        chances = Chances.draw(block_generator(seed, block.number, *stream), n)
        outcomes = PotentialOutcomes(people, market, chances, campaign)
        truths.append(outcomes.truth(block.ids))
        market, newly_redeemed = outcomes.played(offers)
        redeemed = np.where(newly_redeemed == NO_OFFER, redeemed, newly_redeemed)

    rows = np.flatnonzero(plan.index >= log_start.placed[plan.person])
    later = order_log(
        block_generator(seed, block.number, _LOG), block.ids, people, market.plan, rows, clock=clock
    ).assign(offer=np.array(["", *OFFERS])[redeemed[rows] + 1])
    early = block.orders[(block.orders["ordered_at"] < FIRST_DAY + pd.Timedelta(days=log_day)).to_numpy()]
    return early.assign(offer=""), later[market.placed[rows]], truths


def _by_time(frames: list[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat(frames, ignore_index=True).sort_values("ordered_at", kind="stable", ignore_index=True)


def _date(day: int) -> str:
    return f"{FIRST_DAY + pd.Timedelta(days=day):%Y-%m-%d}"
