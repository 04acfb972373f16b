"""Campaign after campaign in one simulated market: plan, draw, send, measure, and train the next model."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retention.campaign.assignment import draw
from retention.campaign.campaign_file import Campaign
from retention.campaign.design import CONTROL, Design
from retention.campaign.measurement import measure
from retention.campaign.outcomes import outcomes_from_orders
from retention.campaign.rate_learning import learn_rates
from retention.campaign.treatments import rows_left_alone
from retention.churn.left_alone import LeftAloneRows
from retention.customers.table import Customers
from retention.messages.ledger import Ledger, LedgerEntry
from retention.orders.order_log import read_orders
from retention.orders.snapshot import Snapshot, take_snapshot
from retention.pipeline.play import play_campaigns
from retention.profit.catalogue import Offer
from retention.profit.economics import Economics
from retention.profit.measured_rates import Rates
from retention.simulation.simulate import simulate

Floats = NDArray[np.float64]
Predict = Callable[[Customers], Floats]
Train = Callable[[Customers, LeftAloneRows | None], Predict]

OFFER = Offer("cash_50", gives={"en": "₹50 off"}, cost=50.0, valid_days=7)
HORIZON_DAYS, HOLDOUT_SHARE, ROUNDS = 30, 0.2, 3
SENT_ON = tuple(dt.date(2025, 7, 31) + dt.timedelta(days=HORIZON_DAYS * number) for number in range(ROUNDS))
UNTIL = SENT_ON[-1] + dt.timedelta(days=2 * HORIZON_DAYS)


@dataclass(frozen=True)
class PlanValue:
    """What a plan expects to earn, and what it really earns on average, per 1,000 active customers (currency)."""

    expected: float
    true: float


@dataclass(frozen=True)
class Calibration:
    """Predicted and true churn probability, if left alone, of customers not trained on, by fifth of predicted."""

    predicted: Floats
    true: Floats

    @property
    def bias(self) -> float:
        """Mean predicted less mean true probability of the two highest fifths."""
        return float((self.predicted - self.true)[-2:].mean())


class MarketRounds:
    """A simulated market in which each campaign finds the customers as those before left them."""

    def __init__(self, *, customers: int, seed: int, train: Train, folder: Path) -> None:
        self._customers, self._seed, self._train = customers, seed, train
        self._clock = 0.0
        self._ledger_path = folder / f"{seed}.sqlite"
        self.campaigns: list[Campaign] = []
        self._logs: dict[int, pd.DataFrame] = {}
        self._truths: dict[tuple[int, Economics], pd.DataFrame] = {}

    @cached_property
    def first_model(self) -> Predict:
        """The model that was trained before the first campaign."""
        return self._train(take_snapshot(read_orders(self._log(SENT_ON[0])), horizon_days=HORIZON_DAYS), None)

    def next_model(self, number: int) -> Predict:
        """Train on the customers left alone over the horizon that ends before a round, the first one aside."""
        if number == 0:
            return self.first_model
        table = self._labelled(number - 1)
        return self._train(table, self._left_alone(table))

    def active(self, number: int) -> Snapshot:
        """Return the customers who are active on the day before a round, without a label."""
        return take_snapshot(read_orders(self._log(SENT_ON[number])), horizon_days=None)

    def send(
        self, number: int, people: Snapshot, probability: Floats, economics: Economics, send_from: float = 1.0
    ) -> Campaign:
        """Draw everybody from the break-even on, or from lower; register it, and write to the treated."""
        listed = probability >= min(economics.break_even(), send_from)
        candidates = pd.DataFrame(
            {
                "customer": people.ids.to_numpy()[listed],
                "probability": probability[listed],
                "value": economics.value,
                "offer": OFFER.id,
            }
        )
        design = Design(
            name=f"round {number + 1}", holdout_share=HOLDOUT_SHARE, sent_on=SENT_ON[number],
            horizon_days=HORIZON_DAYS, arms=(CONTROL, OFFER.id), economics=economics, offers=(OFFER,),
            eligible=len(candidates),
        )  # fmt: skip
        salt = bytes([self._seed % 256, number]) * 8
        campaign = Campaign(design, draw(candidates, design, salt=salt))
        self._clock = dt.datetime.combine(SENT_ON[number], dt.time(9), dt.UTC).timestamp()
        treated = campaign.assignments.loc[campaign.assignments["arm"] != CONTROL, "customer"]
        with Ledger(self._ledger_path, now=lambda: self._clock) as ledger:
            ledger.register_campaign(design, salt, campaign.assignments)
            ledger.approve(design.name, map(_message, treated), cool_down_days=0)
        self.campaigns.append(campaign)
        return campaign

    def value_of(
        self, number: int, people: Snapshot, probability: Floats, economics: Economics, send_from: float = 1.0
    ) -> PlanValue:
        """Return what the plan expects of a round, and what it really earns on average."""
        truth = self._left_alone_truth(number, economics).loc[people.ids]
        listed = probability >= min(economics.break_even(), send_from)
        expected = economics.expected_profit(probability[listed])
        per_1000 = 1000 / len(people)
        true = truth[f"profit_{OFFER.id}"].to_numpy()[listed]
        return PlanValue(float(expected.sum()) * per_1000, float(true.sum()) * per_1000)

    def outcomes(self, number: int) -> pd.DataFrame:
        """Return the outcomes of a campaign as the order log shows them on the day that it is read."""
        orders = read_orders(self._log(SENT_ON[number] + dt.timedelta(days=HORIZON_DAYS)))
        return outcomes_from_orders(self.campaigns[number], orders, as_of=self.campaigns[number].design.read_on)

    def calibration(self, number: int, *, left_alone: bool) -> Calibration:
        """Train on the even customers over the horizon of a round, and compare the odd ones with the truth."""
        table = self._labelled(number)
        odd = table.ids.str[-1].astype(int).to_numpy() % 2 == 1
        trained_on = table.take(~odd)
        rows = self._left_alone(trained_on) if left_alone else None
        tested = table.take(odd)
        predicted = self._train(trained_on, rows)(tested)
        true = self._left_alone_truth(number, self.campaigns[0].design.economics)
        p = true.loc[tested.ids, "churn_probability"].to_numpy()
        fifth = np.argsort(np.argsort(predicted)) * 5 // len(p)
        means = [(predicted[fifth == group].mean(), p[fifth == group].mean()) for group in range(5)]
        return Calibration(*np.array(means).T)

    def _labelled(self, number: int) -> Snapshot:
        """Return the customers active before a round, labelled over its horizon."""
        log = read_orders(self._log(SENT_ON[number] + dt.timedelta(days=HORIZON_DAYS)))
        return take_snapshot(log, cutoff=SENT_ON[number] - dt.timedelta(days=1), horizon_days=HORIZON_DAYS)

    def _left_alone(self, table: Customers) -> LeftAloneRows:
        assert isinstance(table, Snapshot)
        with Ledger(self._ledger_path, now=lambda: self._clock) as ledger:
            return rows_left_alone(table, ledger, cutoff=table.cutoff, horizon_days=table.horizon_days)

    def _log(self, until: dt.date) -> pd.DataFrame:
        """Return the order log before a day."""
        played = len(self.campaigns)
        if played not in self._logs:
            self._logs[played] = (
                play_campaigns(self.campaigns, until=UNTIL, customers=self._customers, seed=self._seed)
                if played
                else simulate(self._customers, seed=self._seed)
            ).orders
        orders = self._logs[played]
        return orders[orders["ordered_at"] < pd.Timestamp(until)]

    def _left_alone_truth(self, number: int, economics: Economics) -> pd.DataFrame:
        """Return the truth of everybody in a round, after the campaigns before it, by customer."""
        if (number, economics) in self._truths:
            return self._truths[number, economics]
        ids = [f"C{person + 1:07d}" for person in range(self._customers)]
        everybody = pd.DataFrame({"customer": ids, "arm": CONTROL, "offer": OFFER.id, "value": economics.value})
        design = Design(
            name="nobody", holdout_share=0.5, sent_on=SENT_ON[number], horizon_days=HORIZON_DAYS,
            arms=(CONTROL, OFFER.id), economics=economics, offers=(OFFER,), eligible=len(ids),
        )  # fmt: skip
        played = play_campaigns(
            [*self.campaigns[:number], Campaign(design, everybody)],
            until=UNTIL, customers=self._customers, seed=self._seed,
        )  # fmt: skip
        self._truths[number, economics] = played.truths[-1].set_index("customer_id")
        return self._truths[number, economics]


def learned_economics(assumed: Economics, campaigns: Sequence[tuple[Campaign, pd.DataFrame]]) -> Economics:
    """Return the money inputs with the rates that the program learns from campaigns and their outcomes."""
    return learned_rates(campaigns).economics(OFFER, assumed)


def learned_rates(campaigns: Sequence[tuple[Campaign, pd.DataFrame]]) -> Rates:
    """Return the rates that the program learns from campaigns and their outcomes."""
    readings = [measure(campaign, outcomes, as_of=campaign.design.read_on) for campaign, outcomes in campaigns]
    return learn_rates(readings).rates


def _message(customer: str) -> LedgerEntry:
    return LedgerEntry(customer, "input", "line", "message", "backup", "library", "", OFFER.id, OFFER.cost)
