"""Columns that know the answer: filled in after the customer left, or only because they left.

A model trained on one looks brilliant and is useless, since the column is empty or meaningless for
the customers one would like to keep.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retention.customers.audit.findings import Finding, Severity, percent
from retention.wording.column_names import tokenize_name
from retention.wording.text import quote

_LOOKED_AT = 10_000  # of each class; enough to tell .95 from .97
_FEWEST = 10  # of each class, below which one column tells them apart by chance
_SUSPECT, _CERTAIN, _SUPPORTED = 0.95, 0.99, 0.80
_BINS = 32

_OF_LEAVING = frozenset({"churn", "churned", "churner", "attrition", "attrited", "winback"})
_AFTERWARDS = frozenset({
    "exit", "exited", "cancel", "cancels", "cancelled", "canceled", "cancellation", "cancelation", "closed",
    "closure", "closing", "terminated", "termination", "deactivated", "deactivation", "unsubscribed", "departure",
    "resigned", "lapsed",
})  # fmt: skip
_OF_ORDERS = frozenset({
    "order", "orders", "rate", "share", "pct", "percent", "ratio", "num", "number", "count", "n", "trips", "rides",
    "items", "bookings", "deliveries", "delivery", "ticket", "tickets", "case", "cases", "complaint", "complaints",
    "mean", "avg", "flights",
})  # fmt: skip
_LOOKING_AHEAD = frozenset({"next", "future", "following", "subsequent", "after"})
_SETTLEMENT = frozenset({"refund", "bill", "invoice", "payment", "settlement"})
_OF_THIS_CALL = frozenset({("duration",), ("call", "duration")})


def leaks(features: pd.DataFrame, label: NDArray[np.int8]) -> Iterator[Finding]:
    """Find columns that give the label away.

    A column is suspected for what it does (it alone separates those who left from those who stayed,
    measured on customers other than those it was learnt from; or it is filled in for one side only)
    and for what it is called.

    Parameters
    ----------
    features
        n rows.
    label
        1 left, 0 stayed, length n; both occur.
    """
    rng = np.random.default_rng(0)
    sides = [np.flatnonzero(label == side) for side in (0, 1)]
    rows = rng.permutation(np.concatenate([rng.permutation(side)[:_LOOKED_AT] for side in sides]))
    enough = min(len(side) for side in sides) >= _FEWEST
    for place, name in enumerate(map(str, features.columns)):
        column = features.iloc[:, place]
        filled = column.notna().to_numpy()
        auc = separation(column.iloc[rows], label[rows]) if enough else 0.5
        if enough and (told := _filled_on_one_side(filled, sides)):
            words = f"{quote(name)} is filled in for {told}; it was written after the fact, exclude it"
            yield Finding("error", "leakage", name, float(filled.mean()), words)
        elif auc >= _SUSPECT:
            severity: Severity = "error" if auc >= _CERTAIN or _afterwards(name) else "warning"
            words = (
                f"{quote(name)} alone tells who left from who stayed (AUC {np.floor(auc * 100) / 100:.2f}); "
                "if it is only known afterwards, or the label was made from it, exclude it"
            )
            yield Finding(severity, "leakage", name, 1.0, words)
        elif _afterwards(name):
            words = f"{quote(name)} sounds like something known only after a customer left; if so, exclude it"
            yield Finding("error" if auc >= _SUPPORTED else "warning", "leakage", name, 1.0, words)


def separation(column: pd.Series, outcome: NDArray[np.int8]) -> float:
    """Return how well a column alone tells the two outcomes apart, as an area under the ROC curve.

    Numbers are cut into quantiles; each value's rate of leaving is learnt on one half of the rows and
    scored on the other, so that a column of ids scores 0.5 and not 1. Blanks are a value of their own.

    Parameters
    ----------
    column
        n values in random order.
    outcome
        1 left, 0 stayed, length n.

    Returns
    -------
    float
        In [0, 1]; 0.5 says nothing.

    Examples
    --------
    >>> left = np.array([0, 0, 1, 1] * 10, dtype=np.int8)
    >>> separation(pd.Series([5.0, 5.0, 1.0, 1.0] * 10), left)
    1.0
    """
    codes = _codes(column)
    score = np.empty(len(codes))
    half = np.arange(len(codes)) % 2 == 0
    for learnt, scored in ((half, ~half), (~half, half)):
        base = outcome[learnt].mean()
        size = int(codes.max()) + 1
        left = np.bincount(codes[learnt], weights=outcome[learnt], minlength=size)
        score[scored] = ((left + base) / (np.bincount(codes[learnt], minlength=size) + 1))[codes[scored]]
    places = np.unique(score.round(12), return_inverse=True)[1]
    left, stayed = (np.bincount(places[outcome == side], minlength=places.max() + 1) for side in (1, 0))
    below = np.cumsum(stayed) - stayed
    return float((left * (below + stayed / 2)).sum() / (left.sum() * stayed.sum()))


def _codes(column: pd.Series) -> NDArray[np.int64]:
    """Return the values' numbers from 0; blanks come last."""
    if column.dtype == np.float64:
        values = column.to_numpy()
        known = values[~np.isnan(values)]
        edges = np.unique(np.quantile(known, np.linspace(0, 1, _BINS + 1)[1:-1])) if len(known) else known
        codes = np.searchsorted(edges, values, side="left").astype(np.int64)
        codes[np.isnan(values)] = len(edges) + 1
        return codes
    codes = pd.factorize(column)[0].astype(np.int64)
    codes[codes < 0] = codes.max() + 1
    return codes


def _filled_on_one_side(filled: NDArray[np.bool_], sides: list[NDArray[np.int64]]) -> str | None:
    """Say so if blanks go with the label: (almost) all on one side, or cells filled on one side only."""
    shares = [float(filled[side].mean()) for side in sides]
    more = int(shares[1] > shares[0])
    high, low = shares[more], shares[1 - more]
    apart = low <= 0.01 and high >= 0.99
    only = low == 0 and high >= 0.05 and high * len(sides[more]) >= 20
    if not (apart or only):
        return None
    who = ("stayed", "left")
    return f"{percent(high)} of those who {who[more]} and {percent(low)} of those who {who[1 - more]}"


def _afterwards(name: str) -> bool:
    """Whether a column is called like something that happens at or after the end."""
    words = tokenize_name(name)
    have = frozenset(words)
    if have & _OF_LEAVING or words in _OF_THIS_CALL:
        return True
    if have & _AFTERWARDS and not have & _OF_ORDERS:
        return True
    return bool(
        ("final" in have and have & _SETTLEMENT) or (have & _LOOKING_AHEAD and any(w.isdigit() for w in words))
    )
