"""Rows of randomised campaigns whose true save rates, redemption and harm are known."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retention.profit.economics import Economics
from retention.profit.offer import Offer

Floats = NDArray[np.float64]
VALUE, CONTACT_COST = 500.0, 1.0
NAMES, COSTS = ("cash_50", "free_delivery", "percent_20"), (50.0, 30.0, 80.0)


@dataclass(frozen=True, eq=False, kw_only=True)
class Rows:
    """What the learning reads of a reading."""

    arm: NDArray[np.object_]
    chances: pd.DataFrame
    probability: Floats | None
    value: Floats | None
    offer: NDArray[np.object_] | None
    kept: NDArray[np.bool_]
    redeemed: NDArray[np.bool_] | None
    money: Floats | None
    unit: NDArray[np.int64] | None
    features: pd.DataFrame


@dataclass(frozen=True, eq=False)
class Trial:
    """A campaign among n customers with K offers, and its truth.

    Attributes
    ----------
    rows
        What a reading holds.
    economics, offers
        Money inputs and offers that assume the mean of the true rates.
    profit
        True expected profit of each offer, (n, K), currency.
    """

    rows: Rows
    economics: Economics
    offers: tuple[Offer, ...]
    profit: Floats


def trial(
    seed: int,
    *,
    customers: int = 4000,
    offers: int = 1,
    save_rate: float = 0.2,
    redemption: float = 0.3,
    harm: float = 0.02,
    split: float = 0.0,
    held_out: float = 0.3,
) -> Trial:
    """Draw a campaign; with a ``split``, the save rate is so much higher or lower by the sign of x0."""
    rng = np.random.default_rng([seed, customers, offers])
    p = rng.beta(1.3, 1.87, customers)
    x = rng.normal(size=(customers, 6))
    x[:, 1] += np.log(p / (1 - p))
    x[:, 2] = rng.lognormal(size=customers)
    x[:, 3] = rng.random(customers) < 0.3
    names, costs = NAMES[:offers], np.array(COSTS[:offers])
    shares = np.r_[held_out, np.full(offers, (1 - held_out) / offers)]
    arm = rng.choice(offers + 1, customers, p=shares)
    save = np.clip(save_rate + split * np.sign(x[:, 0]), 0.0, 1.0)
    luck = rng.random((customers, 3))
    retained, treated = luck[:, 0] >= p, arm > 0
    saved = treated & ~retained & (luck[:, 1] < save)
    away = treated & retained & (luck[:, 1] < harm)
    redeemed = saved | (treated & retained & ~away & (luck[:, 2] < redemption / (1 - harm)))
    kept = (retained | saved) & ~away
    cost = np.r_[0.0, costs][arm]
    rows = Rows(
        arm=np.array(["control", *names], dtype=object)[arm],
        chances=pd.DataFrame(np.tile(shares, (customers, 1)), columns=["control", *names]),
        probability=p,
        value=np.full(customers, VALUE),
        offer=np.full(customers, names[0], dtype=object),
        kept=kept,
        redeemed=redeemed,
        money=VALUE * kept - cost * redeemed - CONTACT_COST * treated,
        unit=None,
        features=pd.DataFrame(x, columns=[f"x{column}" for column in range(x.shape[1])]),
    )
    economics = Economics(
        value=VALUE,
        save_rate=save_rate,
        stayer_redemption=redemption,
        harm_rate=harm,
        contact_cost=CONTACT_COST,
    )
    catalogue = tuple(Offer(name, gives={"en": name}, cost=cost) for name, cost in zip(names, costs, strict=True))
    effect, redeems = p * save - (1 - p) * harm, p * save + (1 - p) * redemption
    profit = VALUE * effect[:, np.newaxis] - costs * redeems[:, np.newaxis] - CONTACT_COST
    return Trial(rows, economics, catalogue, profit)
