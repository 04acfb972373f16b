"""Small customers worked out by hand, and the slow way to every number."""

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from retention.profit.economics import Economics

# Eight customers, highest score first; two of them share 0.6.
SCORE = np.array([0.9, 0.8, 0.6, 0.6, 0.4, 0.3, 0.2, 0.05])
LABEL = np.array([1, 1, 0, 1, 0, 0, 1, 0])
FOLD = np.array([0, 1, 0, 1, 0, 1, 0, 1])
VALUE = np.array([500.0, 100.0, 300.0, 40.0, 800.0, 200.0, 1000.0, 60.0])


def brute_profit(
    score: NDArray[np.float64],
    label: NDArray[np.int64],
    value: NDArray[np.float64] | float,
    economics: Economics,
    threshold: float,
) -> float:
    """Sum the money head by head over those with score >= threshold."""
    head = economics.amounts_per_customer(np.broadcast_to(value, np.shape(score)))
    return float(np.where(label == 1, head.saved, head.wasted)[score >= threshold].sum())


@st.composite
def customers(draw: st.DrawFn, largest: int = 40) -> dict[str, NDArray[np.float64] | None]:
    """Draw customers with ties, scores on and just beside the grid, and perhaps a value column."""
    edge = st.integers(0, 1000).map(lambda step: step / 1000)
    beside = edge.map(lambda score: float(np.clip(np.nextafter(score, 0.5), 0, 1)))
    below = edge.map(lambda score: float(np.clip(np.nextafter(score, 0), 0, 1)))
    scores = st.one_of(st.floats(0, 1), edge, beside, below, st.sampled_from([0.0, 0.25, 0.5, 1.0]))
    n = draw(st.integers(2, largest))

    def column(numbers: st.SearchStrategy) -> NDArray[np.float64]:
        return np.array(draw(st.lists(numbers, min_size=n, max_size=n)))

    return {
        "score": column(scores),
        "label": column(st.integers(0, 1)),
        "fold": np.append([0, 1], column(st.integers(0, 3))[2:]),
        "value": column(st.floats(0, 2000)) if draw(st.booleans()) else None,
    }


terms = st.builds(
    Economics,
    value=st.sampled_from([500.0, 60.0, 20.0]),
    offer_cost=st.sampled_from([50.0, 0.0, 100.0]),
    save_rate=st.sampled_from([1.0, 0.3, 0.0]),
    stayer_redemption=st.sampled_from([1.0, 0.6, 0.0]),
    contact_cost=st.sampled_from([0.0, 1.0, 30.0]),
)
