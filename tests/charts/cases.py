"""Customers, orders and models small enough to work out by hand."""

from types import MappingProxyType

import numpy as np
import pandas as pd

from retention.churn.bins import Bins
from retention.churn.calibration import Calibration
from retention.churn.candidates.base_rate import BaseRate
from retention.churn.candidates.blend import Blend
from retention.churn.candidates.logistic import Logistic
from retention.churn.candidates.logistic_terms import Term
from retention.churn.candidates.one_feature import OneFeature
from retention.churn.candidates.xgboost import TreeSettings, TunedTrees, XGBoost
from retention.churn.evaluation import Metrics
from retention.churn.explanation.directions import Direction
from retention.churn.model import ChurnModel
from retention.churn.out_of_time import OutOfTime, RollingOrigin
from retention.churn.profile import BinShares, Profile
from retention.churn.schema import Column
from retention.churn.selection import Selection
from retention.customers.table import Customers, Roles
from retention.orders.order_log import Orders, read_orders

COLUMNS = (Column("tenure", "number"), Column("contract", "category", ("Monthly", "Yearly")))


def directions(**size: float) -> tuple[Direction, ...]:
    """Return directions with these mean contributions, the largest first."""
    return tuple(Direction(name, "", 0.0, 1.0, 0.0, moved, True) for name, moved in size.items())


def hand_model(chosen: str = "logistic regression", calibration: Calibration | None = None) -> ChurnModel:
    """Return a model with log-odds of −1 − (tenure − 20) / 10 ± 0.5 (Monthly, Yearly); a blank tenure adds 0.3."""
    calibration = calibration or Calibration()
    tenure = Term((-1.0,), 0.3, high=60.0, centre=20.0, scale=10.0)
    logistic = Logistic(-1.0, (tenure, Term((0.5, -0.5), 0.0)))
    trees = XGBoost(b"", COLUMNS, TunedTrees(TreeSettings(2, 0.1), 1))
    fitted = (BaseRate(-1.0), OneFeature(0, Bins(1, ()), (0.5, 0.5), -1.0), logistic, trees)
    candidates = {candidate.name: candidate for candidate in (*fitted, Blend(0.5, logistic, trees))}
    selection = Selection(chosen, MappingProxyType({chosen: calibration}), candidates)
    shares = BinShares(Bins(1, ()), (1.0, 0.0), 0.0, 0.0)
    return ChurnModel(
        columns=COLUMNS,
        roles=Roles(id="id", label="churn"),
        selection=selection,
        candidates=(),
        metrics=Metrics(0.5, 0.5, 0.25, 0.7, 0.5),
        warnings=(),
        scale_pos_weight=1.0,
        directions=(),
        profile=Profile(2, (shares, shares), shares, 0.5, 0.1, shares.shares, 0.5),
        customers=2,
        churn_rate=0.5,
        trained_at="2025-06-30T00:00:00+00:00",
        seed=0,
        versions=MappingProxyType({}),
        out_of_fold=None,
    )


def people(tenure: list[float], contract: list[str | None]) -> Customers:
    """Return customers with the model's two columns."""
    frame = pd.DataFrame(
        {
            "id": pd.array([f"secret-{number}" for number in range(len(tenure))], dtype="str"),
            "tenure": np.array(tenure, dtype=np.float64),
            "contract": pd.array(contract, dtype="str"),
        }
    )
    return Customers(frame, Roles(id="id"))


def active(recency: list[float], orders: list[float], label: list[int] | None = None) -> Customers:
    """Return active customers with two columns of a snapshot."""
    frame = pd.DataFrame(
        {
            "id": pd.array([f"secret-{number}" for number in range(len(recency))], dtype="str"),
            "recency_days": np.array(recency, dtype=np.float64),
            "orders": np.array(orders, dtype=np.float64),
        }
    )
    if label is None:
        return Customers(frame, Roles(id="id"))
    return Customers(frame.assign(churn=np.array(label, dtype=np.int8)), Roles(id="id", label="churn"))


def log(days: dict[str, list[int]], *, amounts: list[float] | None = None) -> Orders:
    """Return the order log of these customers, by the days of their orders counted from 1 January 2025."""
    rows = [(customer, day) for customer, own_days in days.items() for day in own_days]
    frame = pd.DataFrame(rows, columns=["customer", "day"])
    frame["date"] = pd.Timestamp("2025-01-01") + pd.to_timedelta(frame.pop("day"), unit="D")
    frame["amount"] = amounts or 100.0
    return read_orders(frame, customer="customer", time="date", amount="amount")


def hundred_newcomers() -> Orders:
    """Return 100 new customers of day 0 (40 return on day 35, 10 on days 65 and 89), and 50 of day 40."""
    orders = {f"secret-{number}": [0] for number in range(100)}
    orders |= {f"secret-{number}": [0, 35] for number in range(40)}
    orders |= {f"secret-{number}": [0, 35, 65, 89] for number in range(10)}
    return log(orders | {f"late-{number}": [40] for number in range(50)})


def three_cutoffs(*, auc: float = 0.74) -> OutOfTime:
    """Return the metrics at the second and third of three cutoffs, each from a model trained on those before."""
    before, now = (Metrics(roc_auc, 0.5, 0.16, 0.5, 0.3) for roc_auc in (0.76, auc))
    earlier = (RollingOrigin("2025-05-31", 900, 0.3, before),)
    return OutOfTime("2025-06-30", 1000, 0.31, now, before, -0.05, 0.01, 2800, earlier)
