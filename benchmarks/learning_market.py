"""A simulated market with a past randomised campaign to learn from, and the truth of the next offers."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retention.campaign.learning_rows import LearningRows
from retention.churn.schema import encode
from retention.churn.training_set import build_training_set
from retention.orders.order_log import Orders, read_orders
from retention.orders.snapshot import Snapshot, take_snapshot
from retention.profit.economics import Economics
from retention.profit.offer import Offer
from retention.simulation.experiment import ARM_SHARES, ARMS, CAMPAIGN_DAY, OFFERS, VALID_DAYS
from retention.simulation.play import play
from retention.simulation.population import FIRST_DAY, HISTORY_DAYS, HORIZON_DAYS
from retention.simulation.potential_outcomes import OfferTerms
from retention.simulation.simulate import simulate

Floats = NDArray[np.float64]

ACTIVE_DAYS = 60
REALISTIC = Economics(value=500, save_rate=0.3, stayer_redemption=0.6, contact_cost=1)
COSTS = (50.0, 30.0, 80.0)
CATALOGUE = tuple(Offer(name, gives={"en": name}, cost=cost) for name, cost in zip(OFFERS, COSTS, strict=True))


@dataclass(frozen=True, eq=False)
class LearningMarket:
    """What a campaign shows, and whom the next one is for.

    Attributes
    ----------
    rows
        The customers of the campaign, 90 days before; a risk model from 30 days earlier scores them.
    probability, features
        Of the customers active now, scored by a risk model from 30 days earlier.
    profit
        The true expected profit of each offer to each of them, (n, K), currency.
    """

    rows: LearningRows
    probability: Floats
    features: pd.DataFrame
    profit: Floats

    def earned(self, expected: Floats) -> float:
        """Return what it truly earns per 1,000 customers to send the offer with the largest expected profit."""
        best = expected.argmax(axis=1)
        sent = expected.max(axis=1) > 0
        return 1000 * float(np.where(sent, self.profit[np.arange(len(best)), best], 0.0).mean())


def learning_market(customers: int, seed: int) -> LearningMarket:
    """Simulate a market, its campaign, and the truth at the end of its history."""
    market = simulate(customers, seed=seed)
    orders = read_orders(market.orders)
    profile = market.customers.drop(columns=["name", "joined"])
    then = _scored(orders, profile, CAMPAIGN_DAY - 1)
    campaign = market.campaign[["customer_id", "arm", "redeemed"]].merge(then, on="customer_id")
    day = market.orders["ordered_at"]
    within = (day >= _date(CAMPAIGN_DAY)) & (day < _date(CAMPAIGN_DAY + HORIZON_DAYS))
    kept = campaign["customer_id"].isin(set(market.orders.loc[within, "customer_id"])).to_numpy(np.float64)
    arm = pd.Index(ARMS).get_indexer(pd.Index(campaign["arm"])).astype(np.int64)
    redeemed = (campaign["redeemed"] == "yes").to_numpy(np.float64)
    names = [name for name in then.columns if name not in {"customer_id", "probability"}]
    rows = LearningRows(
        treatments=OFFERS,
        arm=arm,
        chances=np.tile(ARM_SHARES, (len(arm), 1)),
        kept=kept.astype(np.float64),
        redeemed=redeemed.astype(np.float64),
        money=REALISTIC.value * kept - np.array([0.0, *COSTS])[arm] * redeemed - (arm > 0),
        probability=campaign["probability"].to_numpy(np.float64),
        value=np.full(len(arm), REALISTIC.value),
        unit=None,
        features=campaign[names].to_numpy(np.float64),
        feature_names=tuple(names),
    )
    now = _scored(orders, profile, HISTORY_DAYS - 1)
    assignments = pd.DataFrame(
        {"customer": now["customer_id"], "arm": "control", "offer": OFFERS[0], "value": REALISTIC.value}
    )
    truth = play(
        assignments,
        customers=customers,
        seed=seed,
        sent_on=_date(HISTORY_DAYS).date(),
        horizon_days=HORIZON_DAYS,
        terms={offer.id: OfferTerms(cost=offer.cost, valid_days=VALID_DAYS) for offer in CATALOGUE},
        contact_cost=REALISTIC.contact_cost,
    ).truth
    profit = truth[[f"profit_{name}" for name in OFFERS]].to_numpy(np.float64)
    return LearningMarket(rows, now["probability"].to_numpy(np.float64), now[names], profit)


def _scored(orders: Orders, profile: pd.DataFrame, day: int) -> pd.DataFrame:
    """Return id, churn probability and features as numbers of those active on a day."""
    from xgboost import QuantileDMatrix, train

    past, now = (
        take_snapshot(
            orders, cutoff=_date(cutoff).date(), horizon_days=horizon, active_days=ACTIVE_DAYS, profile=profile
        )
        for cutoff, horizon in ((day - HORIZON_DAYS, HORIZON_DAYS), (day, None))
    )
    training_set, _ = build_training_set(past)
    types = ["c" if column.kind == "category" else "q" for column in training_set.columns]
    settings = {"objective": "binary:logistic", "max_depth": 3, "learning_rate": 0.1, "min_child_weight": 10,
                "subsample": 0.75, "nthread": 1, "seed": 0}  # fmt: skip
    data = QuantileDMatrix(
        training_set.matrix.astype(np.float32), training_set.label, feature_types=types, enable_categorical=True
    )
    booster = train(settings, data, 60 if len(training_set) < 10_000 else 150)
    probability = booster.inplace_predict(encode(training_set.columns, now).astype(np.float32))
    return _numbers(now).assign(probability=probability.astype(np.float64))


def _numbers(snapshot: Snapshot) -> pd.DataFrame:
    """Return numbers as they are, and yes/no, city and membership as a column for each value but the first."""
    frame = snapshot.frame
    columns: dict[str, object] = {"customer_id": frame[frame.columns[0]].astype("str")}
    for name in frame.columns[1:]:
        cells = frame[name]
        if pd.api.types.is_numeric_dtype(cells):
            columns[name] = cells.to_numpy(np.float64)
            continue
        values = sorted(cells.dropna().astype("str").unique())
        if name in {"city", "membership"} or set(values) <= {"yes", "no"}:
            columns |= {f"{name}={value}": (cells == value).to_numpy(np.float64) for value in values[1:]}
    return pd.DataFrame(columns)


def _date(day: int) -> pd.Timestamp:
    return FIRST_DAY + pd.Timedelta(days=day)
