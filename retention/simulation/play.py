"""Continues a simulated market through a campaign of yours: each person's orders under the arm they were given."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retention.errors import InputError
from retention.progress import Progress, silent
from retention.simulation.experiment import CAMPAIGN_DAY, OFFERS, Chances, Situation
from retention.simulation.population import DAYS, FIRST_DAY, HORIZON_DAYS, market_clock
from retention.simulation.potential_outcomes import NO_OFFER, CampaignInMarket, OfferTerms, PotentialOutcomes
from retention.simulation.purchases import extend_orders
from retention.simulation.simulate import BLOCK_SIZE, Block, block_generator, order_log, simulate_blocks

CONTROL = "control"
TAIL_DAYS = 7  # the log goes on at least so long after the horizon, so that it is seen to be complete
FIRST_SENT_DAY, LAST_SENT_DAY = CAMPAIGN_DAY + HORIZON_DAYS, DAYS + 31
_EXTENSION, _LOG, _CHANCES = 1, 2, 3  # streams of random numbers of a block, beside the market's own


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
    day = (pd.Timestamp(sent_on) - FIRST_DAY).days
    if not FIRST_SENT_DAY <= day <= LAST_SENT_DAY:
        raise InputError(
            f"the campaign is sent on {sent_on:%Y-%m-%d}, but the simulated log ends on {_date(DAYS - 1)}; "
            f"draw it with --sent-on {_date(DAYS)}"
        )
    tail_days = max([TAIL_DAYS, *(offer.valid_days for offer in terms.values())])
    campaign = CampaignInMarket(
        day=day,
        horizon_days=horizon_days,
        clock=market_clock(max(day + horizon_days, DAYS) + tail_days),
        terms=terms,
        contact_cost=contact_cost,
    )
    offers = _offers_received(assignments, terms)
    number = _positions(assignments["customer"], customers=customers)
    logs: list[pd.DataFrame] = []
    later_logs: list[pd.DataFrame] = []
    truths: list[pd.DataFrame] = []
    for block in simulate_blocks(customers, seed=seed, progress=progress):
        rows = np.flatnonzero(number // BLOCK_SIZE == block.number)
        members = number[rows] % BLOCK_SIZE
        received = np.full(BLOCK_SIZE, NO_OFFER)
        received[members] = offers[rows]
        orders, later, truth = _play_block(block, received, campaign, seed=seed)
        logs += block.first_people(orders)
        later_logs += block.first_people(later)
        truths.append(
            _with_money(truth.iloc[members], assignments.iloc[rows], offers[rows], campaign).set_axis(rows)
        )
    return PlayedCampaign(
        orders=pd.concat([_by_time(logs), _by_time(later_logs)], ignore_index=True),
        truth=pd.concat(truths).sort_index().reset_index(drop=True),
    )


def _play_block(
    block: Block, received: NDArray[np.int64], campaign: CampaignInMarket, *, seed: int
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return a block's log before the campaign, its log from then on, and the truth of each of its people.

    ``received`` holds the position of the offer that each person gets, or ``NO_OFFER``, shape (n,).
    """
    people, clock, n = block.people, campaign.clock, len(block.people)
    log_day = min(campaign.day, DAYS)
    plan = extend_orders(
        block_generator(seed, block.number, _EXTENSION), people, block.played.plan, end=float(clock[-1])
    )
    alone = replace(
        block.played, plan=plan, placed=(plan.index <= block.played.last[plan.person]) & (plan.when < clock[-1])
    )
    chances = Chances.draw(block_generator(seed, block.number, _CHANCES), n)
    outcomes = PotentialOutcomes(people, alone, chances, campaign)
    played, last = outcomes.move_orders(received)
    redeems = np.flatnonzero((received >= 0) & outcomes.redeemed[np.arange(n), received])
    redeemed = np.full(len(plan.person), -1)
    redeemed[outcomes.before.following[redeems]] = received[redeems]
    played = replace(played, coupon=played.coupon | (redeemed >= 0))

    log_start = Situation.at_time(plan, last=alone.last, time=float(clock[log_day]))
    rows = np.flatnonzero(plan.index >= log_start.placed[plan.person])
    later = order_log(
        block_generator(seed, block.number, _LOG), block.ids, people, played, rows, clock=clock
    ).assign(offer=np.array(["", *OFFERS])[redeemed[rows] + 1])
    placed = (played.index <= last[played.person]) & (played.when < clock[-1])
    early = block.orders[(block.orders["ordered_at"] < FIRST_DAY + pd.Timedelta(days=log_day)).to_numpy()]
    return early.assign(offer=""), later[placed[rows]], outcomes.truth(block.ids)


def _with_money(
    truth: pd.DataFrame, assignments: pd.DataFrame, received: NDArray[np.int64], campaign: CampaignInMarket
) -> pd.DataFrame:
    """Add arms, planned offers and the profit, expected of each offer and really brought by the arm."""
    value = assignments["value"].to_numpy(np.float64)
    brought = {kind: np.zeros(len(truth)) for kind in ("kept", "stayed_on")}
    expected = {}

    def happens(name: str) -> NDArray[np.float64]:
        return np.asarray(truth[name] == "yes", dtype=np.float64)

    for k, offer in enumerate(OFFERS):
        if offer not in campaign.terms:
            continue
        cost = campaign.terms[offer].cost
        effect, redemption = truth[f"effect_{offer}"].to_numpy(), truth[f"redemption_{offer}"].to_numpy()
        expected[f"profit_{offer}"] = value * effect - cost * redemption - campaign.contact_cost
        spent = cost * happens(f"redeemed_{offer}") + campaign.contact_cost
        for kind, money in brought.items():
            gained = value * (happens(f"{kind}_{offer}") - happens(f"{kind}_no_offer"))
            brought[kind] = np.where(received == k, gained - spent, money)
    front = {"arm": assignments["arm"].to_numpy(), "offer": assignments["offer"].to_numpy()}
    return pd.concat(
        [
            truth[["customer_id"]].assign(**front),
            truth.drop(columns="customer_id").assign(
                **expected, profit=brought["kept"], profit_stayed_on=brought["stayed_on"]
            ),
        ],
        axis=1,
    )


def _offers_received(assignments: pd.DataFrame, terms: Mapping[str, OfferTerms]) -> NDArray[np.int64]:
    """Return the position in ``OFFERS`` of the offer that each customer gets, −1 for control, shape (n,)."""
    arm = assignments["arm"].astype(object)
    offer = arm.where(arm.isin([CONTROL, *terms]), assignments["offer"].astype(object)).to_numpy()
    unknown = sorted({str(name) for name in set(offer) - {CONTROL, *OFFERS}})
    if unknown:
        raise InputError(
            f"the simulated market knows the offers {', '.join(OFFERS)}, but the campaign has {unknown[0]!r}; "
            "draw it with the packaged offer catalogue"
        )
    return pd.Index(OFFERS).get_indexer(pd.Index(offer))


def _positions(ids: pd.Series, *, customers: int) -> NDArray[np.int64]:
    """Return the position in the market of each customer, shape (n,)."""
    texts = ids.astype(str)
    digits = texts.str.extract(r"\AC(\d{7,})\Z", expand=False)
    number = pd.to_numeric(digits).fillna(0).to_numpy(np.int64)
    absent = (number < 1) | (number > customers)
    if absent.any():
        raise InputError(
            f"{absent.sum():,} of {len(ids):,} customers of the campaign, such as {texts[absent].iloc[0]!r}, are "
            f"not in a simulated market of {customers:,}; give the --customers and --seed of its order log"
        )
    return number - 1


def _by_time(frames: list[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat(frames, ignore_index=True).sort_values("ordered_at", kind="stable", ignore_index=True)


def _date(day: int) -> str:
    return f"{FIRST_DAY + pd.Timedelta(days=day):%Y-%m-%d}"
