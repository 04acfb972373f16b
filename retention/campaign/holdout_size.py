"""How many customers to hold out: what a list of this size can show, and what holding out is expected to cost."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from retention.campaign.campaign_money import effects_by_offer
from retention.campaign.power import POWER, customers_needed, detectable_effect, power_of
from retention.campaign.verdict import LEAST_CUSTOMERS, LEAST_OUTCOMES
from retention.errors import InputError
from retention.profit.catalogue import Offer
from retention.profit.economics import Economics
from retention.wording.money import in_currency
from retention.wording.text import count_noun, format_share

SHARES = (0.05, 0.10, 0.15, 0.20, 0.30)
"""The holdout shares that are tried, from the smallest."""


@dataclass(frozen=True, kw_only=True)
class HoldoutPlan:
    """What a holdout of a list costs and can show, under the assumed money inputs.

    Attributes
    ----------
    share
        h, the share held out.
    customers, held_out
        How many are drawn, and held out.
    cost
        n·h·E[profit]: the profit that holding out is expected to forgo (currency).
    expected_profit_per_head
        E[profit] of treating a customer of the list (currency).
    power_profit, power_save_rate
        Chance that the 90% interval of the profit, and of the kept customers, lies above 0.
    detectable_profit_per_head, detectable_save_rate
        The smallest profit a head (currency) and save rate that are shown with a power of 80%.
    customers_for_profit, customers_for_save_rate
        How many customers it takes to show them at this share; None where nothing is expected to be shown.
    readable
        Whether each arm is expected to be large enough for an interval at all.
    currency
        Sign or code of the amounts.
    words
        Sentences that say all this.
    """

    share: float
    customers: int
    held_out: int
    cost: float
    expected_profit_per_head: float
    power_profit: float
    power_save_rate: float
    detectable_profit_per_head: float
    detectable_save_rate: float | None
    customers_for_profit: int | None
    customers_for_save_rate: int | None
    readable: bool
    currency: str
    words: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the plan ready for JSON."""
        amounts = ("cost", "expected_profit_per_head", "power_profit", "detectable_profit_per_head")
        own = {**vars(self), "words": list(self.words)}
        rounded = {name: round(number, 4) if isinstance(number, float) else number for name, number in own.items()}
        return {
            **rounded,
            "cost": round(self.cost, 2),
            "evidence": {name: ["assumed"] for name in (*amounts, "customers_for_profit")},
        }


def plan_holdout(
    probability: ArrayLike,
    value: ArrayLike,
    economics: Economics,
    *,
    offers: Sequence[Offer] = (),
    offer: pd.Series | None = None,
    share: float | Literal["auto"] = "auto",
    explained_variance: float = 0.0,
    units: int | None = None,
    text_design: bool = False,
) -> HoldoutPlan:
    """Choose how many customers are held out, and say what that costs and can show.

    ``auto`` takes the smallest of 5, 10, 15, 20 and 30% that shows the assumed profit with a power of 80%; else
    the smallest that shows the assumed save rate; else 30%.

    Parameters
    ----------
    probability, value
        Churn probability, and V (currency), of the n customers to be drawn.
    economics
        The assumed money inputs.
    offers, offer
        The catalogue, and each customer's planned offer; without them everybody's is that of the economics.
    share
        h, or ``auto``.
    explained_variance
        R², the share of the outcome's variance that the scores explain, as backtested; 0 where it is not known.
    units
        How many units are drawn, where they are drawn whole: as many count as independent.
    text_design
        Whether model and library texts are compared within the treated, which is said in addition.

    Raises
    ------
    InputError
        If the share is outside its bounds, or there is nobody.
    """
    p, v = np.asarray(probability, dtype=np.float64), np.asarray(value, dtype=np.float64)
    if p.size == 0:
        raise InputError("send list: nobody is left to draw; widen the list")
    if share != "auto" and not 0 < share <= 0.5:
        raise InputError(f"share: must be auto or a share above 0 to 0.5, got {share:g}; change it")
    if not 0 <= explained_variance < 1:
        raise InputError(f"explained variance: must be a share below 1, got {explained_variance:g}; change it")
    priced = [(np.ones(p.size, bool), economics)]
    if offer is not None:
        priced = [((offer == entry.id).to_numpy(), entry.economics(economics)) for entry in offers]
    assumed = effects_by_offer(p, v, priced)
    churn = float(p.mean())
    variance = churn * (1 - churn) * (1 - explained_variance)
    money_variance = variance * float(np.mean(v**2))
    count = p.size if units is None else units
    sizing = _Sizing(
        float(assumed.profit.mean()), money_variance, float(assumed.kept.mean()), variance, churn, count
    )
    holdout_share = sizing.smallest_share() if share == "auto" else share
    return sizing.plan(holdout_share, customers=p.size, currency=economics.currency, text_design=text_design)


@dataclass(frozen=True)
class _Sizing:
    """Expected effects a head and their variances, of so many independent customers or units."""

    profit: float
    money_variance: float
    kept: float
    variance: float
    churn: float
    count: int

    def smallest_share(self) -> float:
        shares = [share for share in SHARES if self.is_readable(share)]
        for effect, variance in ((self.profit, self.money_variance), (self.kept, self.variance)):
            for share in shares:
                if power_of(effect, variance, share, self.count) >= POWER:
                    return share
        return SHARES[-1]

    def is_readable(self, share: float) -> bool:
        smaller = min(share, 1 - share) * self.count
        # Counted without the effect: an assumed save rate of 1 would leave nobody who churns in the treated arm.
        return smaller >= LEAST_CUSTOMERS and smaller * min(self.churn, 1 - self.churn) >= LEAST_OUTCOMES

    def plan(self, share: float, *, customers: int, currency: str, text_design: bool) -> HoldoutPlan:
        smallest_kept = detectable_effect(self.variance, share, self.count)
        plan = HoldoutPlan(
            share=share,
            customers=customers,
            held_out=int(share * customers + 0.5),
            cost=customers * share * self.profit,
            expected_profit_per_head=self.profit,
            power_profit=power_of(self.profit, self.money_variance, share, self.count),
            power_save_rate=power_of(self.kept, self.variance, share, self.count),
            detectable_profit_per_head=detectable_effect(self.money_variance, share, self.count),
            detectable_save_rate=smallest_kept / self.churn if self.churn > 0 else None,
            customers_for_profit=_rounded_up(
                customers_needed(self.profit, self.money_variance, share), customers, self.count
            ),
            customers_for_save_rate=_rounded_up(
                customers_needed(self.kept, self.variance, share), customers, self.count
            ),
            readable=self.is_readable(share),
            currency=currency,
            words=(),
        )
        return replace(plan, words=tuple(self._words(plan, text_design=text_design)))

    def _words(self, plan: HoldoutPlan, *, text_design: bool) -> Iterator[str]:
        share, currency = plan.share, plan.currency
        amount = in_currency(round(self.profit, 2), currency, exactly=True)
        yield (
            f"Holding out {share:.0%} of {count_noun(plan.customers, 'customer')} ({plan.held_out:,}) is expected "
            f"to forgo {in_currency(plan.cost, currency)} of profit (assumed {amount} a head)."
        )
        if self.count != plan.customers:
            yield f"They count as {count_noun(self.count, 'unit')}, as the customers of a unit may act alike."
        if not plan.readable:
            yield (
                f"This list is too small for any interval: each arm needs {LEAST_CUSTOMERS} customers, and "
                f"{LEAST_OUTCOMES} who churn and {LEAST_OUTCOMES} who are retained."
            )
        yield _can_show("the profit", self.profit, plan.power_profit, plan.customers_for_profit, share)
        yield _can_show("the save rate", self.kept, plan.power_save_rate, plan.customers_for_save_rate, share)
        if plan.detectable_save_rate is not None:
            smallest = in_currency(round(plan.detectable_profit_per_head, 2), currency, exactly=True)
            yield (
                f"The smallest that it shows four times in five: {smallest} of profit a head, "
                f"or a save rate of {format_share(min(1.0, plan.detectable_save_rate))}."
            )
        if not plan.readable or plan.power_profit < POWER:
            yield "To show more, pool campaigns or widen the list."
        if text_design:
            treated = math.ceil(customers_needed(0.01, self.variance, 0.5))
            yield (
                f"Between the model's texts and the library's, a difference of one point takes about "
                f"{treated:,} treated customers; this list has {plan.customers - plan.held_out:,}."
            )


def _rounded_up(needed: float, customers: int, count: int) -> int | None:
    """Return a number of independent units as customers, rounded up; None where no number is enough."""
    return None if math.isinf(needed) else math.ceil(needed * customers / count)


def _can_show(what: str, effect: float, power: float, needed: int | None, share: float) -> str:
    if effect <= 0 or needed is None:
        return f"It cannot show {what}: under the assumed inputs there is none to be shown."
    if power >= POWER:
        return f"It can show {what} that is assumed: a chance of {format_share(power)}."
    return (
        f"It can hardly show {what} that is assumed: a chance of {format_share(power)}; "
        f"{share:.0%} of about {needed:,} customers would."
    )
