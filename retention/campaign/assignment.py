"""Draw the arms of a campaign: a salted hash orders each stratum, which is cut to exact shares.

Who is in which arm follows from the design, the customers and the salt alone, in any order of the rows; and from
the lots and strata that are stored, without the salt.
"""

import hashlib
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retention.campaign.design import CONTROL, UNIFORM_SHARE, Design
from retention.campaign.rounding import round_to_totals
from retention.campaign.strata import strata_of
from retention.errors import InputError
from retention.messages.lots import lots_of

_PLAN = "plan"


def draw(candidates: pd.DataFrame, design: Design, *, salt: bytes) -> pd.DataFrame:
    """Assign every candidate to an arm.

    The lot of a customer is the first 8 bytes of SHA-256(salt ‖ 0x1f ‖ id), and that of a unit is made of the
    unit's id. Each stratum is sorted by lot and cut to the shares of the arms. The shares of n customers are
    mostly no whole numbers; they are rounded up or down at random, so that each stratum and the whole list are
    exact within one customer and every chance is exactly its share.

    Parameters
    ----------
    candidates
        One row a customer to be drawn, n of them: ``customer`` (text), ``probability`` of churn, ``value`` (V,
        currency), ``offer`` (id of the planned offer), and, where there are any, ``listed`` (False for those
        drawn only to explore), ``segment`` and ``unit`` (text).
    design
        What is registered.
    salt
        128 random bits, kept in the ledger.

    Returns
    -------
    DataFrame
        The candidates' order and index: ``customer, unit, listed, stratum, lot`` (16 hexadecimal digits), ``arm,
        chance`` (of that arm), ``chance_<arm>`` for every arm, ``probability, value, offer`` (planned),
        ``offer_cost`` (d of the planned offer, currency), and ``segment`` if there is one. Without units, ``unit``
        is the customer.

    Raises
    ------
    InputError
        If a customer appears twice, an offer is not in the catalogue, or a segment has too many values.
    """
    _check_candidates(candidates, design)
    drawn_ids = candidates["unit" if design.unit else "customer"]
    lots = lots_of(drawn_ids.to_numpy(object), salt)
    listed = candidates["listed"].to_numpy(bool) if "listed" in candidates else np.ones(len(candidates), bool)
    stratum = strata_of(
        candidates["probability"].to_numpy(np.float64),
        offer=None if design.unit else candidates["offer"],
        segment=candidates["segment"] if design.segment else None,
        listed=listed,
        lots=lots,
    )
    arms = _cut_arms(stratum, lots, candidates["offer"], design)
    chances = chances_of_arms(candidates["offer"], design)
    costs = {offer.id: float(offer.cost) for offer in design.offers}
    position = pd.Index(design.arms).get_indexer(pd.Index(arms))
    return pd.DataFrame(
        {
            "customer": candidates["customer"].astype("str"),
            "unit": drawn_ids.astype("str"),
            "listed": listed,
            "stratum": pd.array(stratum, dtype="str"),
            "lot": pd.array(lots_as_hex(lots), dtype="str"),
            "arm": pd.array(arms, dtype="str"),
            "chance": chances[np.arange(len(position)), position],
            **{f"chance_{arm}": chances[:, column] for column, arm in enumerate(design.arms)},
            "probability": candidates["probability"].to_numpy(np.float64),
            "value": candidates["value"].to_numpy(np.float64),
            "offer": candidates["offer"].astype("str"),
            "offer_cost": candidates["offer"].map(costs).to_numpy(np.float64),
            **({"segment": candidates["segment"].astype("str").fillna("")} if design.segment else {}),
        },
        index=candidates.index,
    )


def recut(assignments: pd.DataFrame, design: Design) -> pd.Series:
    """Return the arms again from the stored strata, lots and planned offers, without the salt.

    Parameters
    ----------
    assignments
        As :func:`draw` returns them, in any order; ids are not needed.

    Returns
    -------
    Series of text
        The arm of each row; it differs from the stored one where somebody changed an assignment.
    """
    lots = lots_from_hex(assignments["lot"])
    arms = _cut_arms(assignments["stratum"].to_numpy(object), lots, assignments["offer"], design)
    return pd.Series(pd.array(arms, dtype="str"), index=assignments.index, name="arm")


def chances_of_arms(offer: pd.Series, design: Design) -> NDArray[np.float64]:
    """Return each customer's chance of each arm, (n, arms), in the order of the design's arms.

    With holdout share h and K offers: h for the control arm; in the design ``plan`` 1 − h for the planned offer;
    in ``text`` (1 − h)/2 for either; in ``offers`` (1 − h)·[0.8·1{planned} + 0.2/K] for each offer.

    Examples
    --------
    >>> import datetime as dt
    >>> from retention.profit.catalogue import read_offers
    >>> from retention.profit.economics import Economics
    >>> offers = read_offers()
    >>> design = Design(
    ...     name="diwali", kind="offers", holdout_share=0.1, sent_on=dt.date(2026, 10, 13), economics=Economics(),
    ...     offers=offers, arms=("control", *(offer.id for offer in offers)), eligible=1,
    ... )
    >>> chances_of_arms(pd.Series(["cash_50"]), design).round(4).tolist()
    [[0.1, 0.78, 0.06, 0.06]]
    """
    treated = 1 - design.holdout_share
    not_planned = {"plan": 0.0, "text": treated / 2, "offers": treated * UNIFORM_SHARE / (len(design.arms) - 1)}
    planned = {"plan": treated, "text": 0.0, "offers": treated * (1 - UNIFORM_SHARE)}[design.kind]
    chances = np.full((len(offer), len(design.arms)), not_planned[design.kind])
    chances[:, 0] = design.holdout_share
    for column, arm in enumerate(design.arms[1:], start=1):
        if planned:
            chances[(offer == arm).to_numpy(), column] += planned
    return chances


def explored(candidates: pd.DataFrame, *, unit: str | None, share: float, salt: bytes) -> NDArray[np.bool_]:
    """Return which candidates are drawn, (n,): everyone listed, and a share of the others, those of lowest lots.

    With units, a unit counts as listed if one of its customers is.
    """
    _, at, unit_of = np.unique(
        lots_of(candidates["unit" if unit else "customer"].to_numpy(object), salt),
        return_index=True,
        return_inverse=True,
    )
    listed = np.zeros(len(at), bool)
    np.logical_or.at(listed, unit_of, candidates["listed"].to_numpy(bool))
    drawn = listed.copy()
    unlisted = np.flatnonzero(~listed)  # unique lots are sorted
    drawn[unlisted[: int(share * len(unlisted) + 0.5)]] = True
    return np.asarray(drawn[unit_of])


@dataclass(frozen=True, eq=False)
class _Units:
    """What is drawn, one entry a unit, sorted by stratum and then by lot."""

    stratum: NDArray[np.int64]
    strata: int
    order: NDArray[np.int64]
    unit_of: NDArray[np.int64]
    lots: NDArray[np.uint64]


def _cut_arms(
    stratum: NDArray[np.object_], lots: NDArray[np.uint64], offer: pd.Series, design: Design
) -> NDArray[np.object_]:
    """Return the arm of each customer; customers with the same lot are a unit."""
    unique, at, unit_of = np.unique(lots, return_index=True, return_inverse=True)
    codes, names = pd.factorize(stratum, sort=True)
    units = _Units(codes[at], len(names), np.lexsort((unique, codes[at])), unit_of, unique)
    offers = pd.Categorical(offer, categories=design.offer_ids).codes
    only_offer = _only_offers(codes, offers, len(names))
    cells, shares = _cell_shares(only_offer, design)
    counts = np.bincount(units.stratum, minlength=units.strata)
    quotas = round_to_totals(counts, shares, seed=hashlib.sha256(unique.astype(">u8").tobytes()).digest())
    drawn = np.empty(len(unique), dtype=np.int64)
    drawn[units.order] = np.repeat(np.tile(np.arange(len(cells)), units.strata), quotas.ravel())
    arms = np.array(cells, dtype=object)[drawn[units.unit_of]]
    to_plan = arms == _PLAN
    arms[to_plan] = np.array(design.offer_ids, dtype=object)[offers[to_plan]]
    return np.asarray(arms)


def _cell_shares(only_offer: NDArray[np.int64], design: Design) -> tuple[tuple[str, ...], NDArray[np.float64]]:
    """Return what a stratum is cut into, and the shares, (strata, cells).

    A stratum whose customers have one planned offer is cut into arms. One of several planned offers is cut into
    ``plan``, whatever that is for each customer, and the arms.
    """
    h = design.holdout_share
    if design.kind == "plan":
        return (CONTROL, _PLAN), np.tile([h, 1 - h], (len(only_offer), 1))
    if design.kind == "text":
        return design.arms, np.tile([h, (1 - h) / 2, (1 - h) / 2], (len(only_offer), 1))
    ids = design.offer_ids
    shares = np.full((len(only_offer), len(ids) + 2), (1 - h) * UNIFORM_SHARE / len(ids))
    shares[:, 0], shares[:, 1] = h, np.where(only_offer < 0, (1 - h) * (1 - UNIFORM_SHARE), 0.0)
    of_one = np.flatnonzero(only_offer >= 0)
    shares[of_one, only_offer[of_one] + 2] += (1 - h) * (1 - UNIFORM_SHARE)
    return (CONTROL, _PLAN, *ids), shares


def _only_offers(strata: NDArray[np.int64], offers: NDArray[np.int8], count: int) -> NDArray[np.int64]:
    """Return the position of each stratum's planned offer; −1 where its customers have several."""
    low, high = np.full(count, np.iinfo(np.int64).max), np.full(count, -1)
    np.minimum.at(low, strata, offers)
    np.maximum.at(high, strata, offers)
    return np.where(low == high, high, -1)


def lots_from_hex(texts: pd.Series) -> NDArray[np.uint64]:
    """Return the lots that :func:`lots_as_hex` wrote.

    Raises
    ------
    ValueError
        If one is no text of 16 hexadecimal digits.
    """
    lots = np.frombuffer(bytes.fromhex("".join(texts.to_numpy(object))), ">u8").astype(np.uint64)
    if len(lots) != len(texts):
        raise ValueError("a lot has other than 16 digits")
    return lots


def lots_as_hex(lots: NDArray[np.uint64]) -> list[str]:
    """Return lots as text of 16 hexadecimal digits."""
    digits = lots.astype(">u8").tobytes().hex()
    return [digits[at : at + 16] for at in range(0, len(digits), 16)]


def _check_candidates(candidates: pd.DataFrame, design: Design) -> None:
    if len(candidates) == 0:
        raise InputError("send list: nobody is left to draw; widen the list")
    twice = candidates["customer"].duplicated()
    if twice.any():
        raise InputError("send list: holds a customer twice; leave out one of the rows")
    unknown = ~candidates["offer"].isin(design.offer_ids)
    if unknown.any():
        raise InputError(
            f"send list: names the offer {candidates['offer'][unknown].iloc[0]!r}, which is not in the catalogue; "
            f"use one of {', '.join(design.offer_ids)}"
        )
    if design.kind == "plan" and not set(candidates["offer"].unique()) <= set(design.arms):
        raise InputError("arms: an offer of the plan is none of the design's arms; make the design from this list")
