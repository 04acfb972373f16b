"""A few customers worked out by hand, and slow but plain ways to the numbers."""

from typing import Any, TypedDict

import numpy as np
from hypothesis import strategies as st
from numpy.typing import ArrayLike, NDArray

from retention.profit.economics import Economics


class HeldOut(TypedDict):
    """What ``profit_curve`` and ``rank_customers`` take of n held-out customers."""

    score: NDArray[np.float64]
    label: NDArray[Any]
    fold: NDArray[Any]


class ValuedHeldOut(HeldOut):
    """The same with a value column, or None in its place."""

    value: NDArray[np.float64] | None


def held_out(score: ArrayLike, label: ArrayLike, fold: ArrayLike) -> HeldOut:
    """Return customers as arrays."""
    return {"score": np.asarray(score, dtype=np.float64), "label": np.asarray(label), "fold": np.asarray(fold)}


def with_value(case: HeldOut, value: NDArray[np.float64] | None) -> ValuedHeldOut:
    """Return the customers with values of their own."""
    return {**case, "value": value}


# Eight customers, highest score first; two of them share 0.6.
SCORE = np.array([0.9, 0.8, 0.6, 0.6, 0.4, 0.3, 0.2, 0.05])
LABEL = np.array([1, 1, 0, 1, 0, 0, 1, 0])
FOLD = np.array([0, 1, 0, 1, 0, 1, 0, 1])
VALUE = np.array([500.0, 100.0, 300.0, 40.0, 800.0, 200.0, 1000.0, 60.0])
HAND = held_out(SCORE, LABEL, FOLD)


def brute_profit(
    score: NDArray[np.float64],
    label: NDArray[Any],
    value: NDArray[np.float64] | float,
    economics: Economics,
    threshold: float,
) -> float:
    """Sum the profit customer by customer over those with score >= threshold."""
    amounts = economics.amounts_per_customer(np.broadcast_to(value, np.shape(score)))
    return float(np.where(label == 1, amounts.saved, amounts.wasted)[score >= threshold].sum())


@st.composite
def customers(draw: st.DrawFn, largest: int = 40) -> ValuedHeldOut:
    """Draw customers with ties, scores on and just beside the grid, and perhaps a value column."""
    edge = st.integers(0, 1000).map(lambda step: step / 1000)
    beside = edge.map(lambda score: float(np.clip(np.nextafter(score, 0.5), 0, 1)))
    below = edge.map(lambda score: float(np.clip(np.nextafter(score, 0), 0, 1)))
    scores = st.one_of(st.floats(0, 1), edge, beside, below, st.sampled_from([0.0, 0.25, 0.5, 1.0]))
    n = draw(st.integers(2, largest))

    def column(numbers: st.SearchStrategy[float]) -> NDArray[np.float64]:
        return np.array(draw(st.lists(numbers, min_size=n, max_size=n)))

    return {
        "score": column(scores),
        "label": column(st.integers(0, 1)),
        "fold": np.append([0, 1], column(st.integers(0, 3))[2:]),
        "value": column(st.floats(0, 2000)) if draw(st.booleans()) else None,
    }


economics = st.builds(
    Economics,
    value=st.sampled_from([500.0, 60.0, 20.0]),
    offer_cost=st.sampled_from([50.0, 0.0, 100.0]),
    save_rate=st.sampled_from([1.0, 0.3, 0.0]),
    stayer_redemption=st.sampled_from([1.0, 0.6, 0.0]),
    contact_cost=st.sampled_from([0.0, 1.0, 30.0]),
)
