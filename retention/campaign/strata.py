"""Strata of a draw: planned offer × fifth of the churn risk × a chosen column; small ones are merged."""

from collections.abc import Iterator, Sequence
from itertools import groupby

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retention.errors import InputError

SMALLEST_STRATUM = 20
"""Strata of fewer customers (or units) are merged with their neighbours."""

MAX_SEGMENTS = 50
_FIFTHS = 5
_MIXED, _UNKNOWN, _EXPLORED = "mixed", "unknown", "not listed"

_Key = tuple[str, ...]


def strata_of(
    probability: NDArray[np.float64],
    *,
    offer: pd.Series | None,
    segment: pd.Series | None,
    listed: NDArray[np.bool_],
    lots: NDArray[np.uint64],
) -> NDArray[np.object_]:
    """Return the name of each customer's stratum, such as ``cash_50 / risk 4-5``, (n,).

    Risk is cut into fifths, 1 the lowest, among those listed and among the others. Neighbouring fifths of fewer
    than 20 are merged; then offers, then segments. Customers with the same lot form a unit: it counts once, at its
    mean risk, and under ``mixed`` where its customers differ in the segment.

    Parameters
    ----------
    probability
        Churn probability, (n,).
    offer, segment
        The planned offer and the value of the chosen column, n texts each; None to leave them out.
    listed
        Whether the customer is on the send list; a unit is if one of its customers is.
    lots
        The lots, (n,).

    Raises
    ------
    InputError
        If the segment has more than 50 values.
    """
    units, unit_of = np.unique(lots, return_inverse=True)
    if segment is not None:
        segment = segment.fillna(_UNKNOWN).replace("", _UNKNOWN)
        if segment.nunique() > MAX_SEGMENTS:
            raise InputError(
                f"segment: has {segment.nunique():,} values; choose a column of at most {MAX_SEGMENTS}, "
                "or group them"
            )
    any_listed = np.zeros(len(units), bool)
    np.logical_or.at(any_listed, unit_of, listed)
    sizes = np.bincount(unit_of)
    risk = np.bincount(unit_of, weights=probability) / sizes
    keys = pd.DataFrame(
        {
            "explored": np.where(any_listed, "", _EXPLORED),
            "segment": "" if segment is None else _common(segment, unit_of, len(units)),
            "offer": "" if offer is None else _common(offer, unit_of, len(units)),
            "fifth": np.where(any_listed, _fifths(risk, any_listed), _fifths(risk, ~any_listed)),
        }
    )
    cells = keys.value_counts(sort=False).sort_index()
    names = _merged(cells)
    numbers = keys.groupby(list(keys), sort=True, observed=True).ngroup().to_numpy()
    return np.asarray(np.array(names, dtype=object)[numbers][unit_of])


def _fifths(risk: NDArray[np.float64], among: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return the fifth of each risk, 1 to 5, with equal risks in the same one."""
    if not among.any():
        return np.ones(len(risk), dtype=np.int64)
    edges = np.quantile(risk[among], np.arange(1, _FIFTHS) / _FIFTHS)
    return np.searchsorted(edges, risk, side="right") + 1


def _common(texts: pd.Series, unit_of: NDArray[np.int64], count: int) -> NDArray[np.object_]:
    """Return each unit's text, or ``mixed`` where its customers have several."""
    codes, values = pd.factorize(texts, sort=True)
    low, high = np.full(count, len(values)), np.full(count, -1)
    np.minimum.at(low, unit_of, codes)
    np.maximum.at(high, unit_of, codes)
    return np.where(low == high, np.array([*values, ""], dtype=object)[high], _MIXED)


def _merged(cells: pd.Series) -> list[str]:
    """Return the name of the stratum of each cell, (explored, segment, offer, fifth) -> size, sorted."""
    keys: list[_Key] = [(*map(str, key[:3]), str(key[3])) for key in cells.index]
    sizes = cells.tolist()
    places: dict[int, _Key] = {}
    for _, group in groupby(range(len(keys)), key=lambda position: keys[position][:3]):
        for positions in _runs(list(group), sizes):
            low, high = keys[positions[0]][3], keys[positions[-1]][3]
            risk = f"risk {low}" if low == high else f"risk {low}-{high}"
            places |= dict.fromkeys(positions, (*keys[positions[0]][:3], risk))
    for parts in (2, 1):  # merge across offers within a segment, then across segments
        places = _pool_small(places, sizes, parts)
    return [" / ".join(part for part in places[position] if part) for position in range(len(keys))]


def _runs(positions: Sequence[int], sizes: Sequence[int]) -> Iterator[list[int]]:
    """Yield runs of neighbouring cells of at least the smallest size together; a short rest joins the last."""
    runs: list[list[int]] = [[]]
    for position in positions:
        if sum(sizes[member] for member in runs[-1]) >= SMALLEST_STRATUM:
            runs.append([])
        runs[-1].append(position)
    if len(runs) > 1 and sum(sizes[member] for member in runs[-1]) < SMALLEST_STRATUM:
        rest = runs.pop()
        runs[-1] += rest
    yield from runs


def _pool_small(places: dict[int, _Key], sizes: Sequence[int], parts: int) -> dict[int, _Key]:
    """Put the strata that are too small into one with the others that share their first ``parts`` parts."""
    totals: dict[_Key, int] = {}
    for position, place in places.items():
        totals[place] = totals.get(place, 0) + sizes[position]
    small = {place for place, size in totals.items() if size < SMALLEST_STRATUM}
    pools: dict[_Key, set[_Key]] = {}
    for place in small:
        pools.setdefault(place[:parts], set()).add(place)
    for prefix, pooled in pools.items():
        if sum(totals[place] for place in pooled) < SMALLEST_STRATUM:
            neighbours = [place for place in totals if place[:parts] == prefix and place not in small]
            if neighbours:
                pooled.add(min(neighbours, key=lambda place: (totals[place], place)))
        if len(pooled) > 1:
            merged = (*prefix, _MIXED)
            places = {position: merged if place in pooled else place for position, place in places.items()}
    return places
