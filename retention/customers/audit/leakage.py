"""Columns that leak the label: filled in after a customer churned, or only because they churned.

A model trained on such a column looks excellent and is useless, since the column is empty or meaningless for
the customers whom a campaign could still keep.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retention.customers.audit.findings import Finding, Severity
from retention.customers.audit.separation import column_auc
from retention.wording.column_names import tokenize_name
from retention.wording.text import format_share, quote

_SAMPLED = 10_000  # of each class; enough to tell an AUC of 0.95 from one of 0.97
_FEWEST = 10  # of each class; below, one column separates the classes by chance
_SUSPECT_AUC, _CERTAIN_AUC, _SUPPORTING_AUC = 0.95, 0.99, 0.80

_CHURN_WORDS = frozenset({"churn", "churned", "churner", "attrition", "attrited", "winback"})
_ENDING_WORDS = frozenset({
    "exit", "exited", "cancel", "cancels", "cancelled", "canceled", "cancellation", "cancelation", "closed",
    "closure", "closing", "terminated", "termination", "deactivated", "deactivation", "unsubscribed", "departure",
    "resigned", "lapsed",
})  # fmt: skip
_ORDER_WORDS = frozenset({
    "order", "orders", "rate", "share", "pct", "percent", "ratio", "num", "number", "count", "n", "trips", "rides",
    "items", "bookings", "deliveries", "delivery", "ticket", "tickets", "case", "cases", "complaint", "complaints",
    "mean", "avg", "flights",
})  # fmt: skip
_LOOK_AHEAD_WORDS = frozenset({"next", "future", "following", "subsequent", "after"})
_SETTLEMENT_WORDS = frozenset({"refund", "bill", "invoice", "payment", "settlement"})
_DURATION_OF_THE_CALL = frozenset({("duration",), ("call", "duration")})


def leaks(features: pd.DataFrame, label: NDArray[np.int8]) -> Iterator[Finding]:
    """Find columns that give the label away.

    A column is suspected for its values (by itself it separates churned from retained customers, measured on
    customers other than those it was learned from; or it is filled in for one class only) and for its name.

    Parameters
    ----------
    features
        n rows.
    label
        1 churned, 0 retained, (n,); both occur.
    """
    rng = np.random.default_rng(0)
    classes = [np.flatnonzero(label == churned) for churned in (0, 1)]
    rows = rng.permutation(np.concatenate([rng.permutation(members)[:_SAMPLED] for members in classes]))
    enough = min(len(members) for members in classes) >= _FEWEST
    for position, name in enumerate(map(str, features.columns)):
        column = features.iloc[:, position]
        filled = column.notna().to_numpy()
        auc = column_auc(column.iloc[rows], label[rows]) if enough else 0.5
        if enough and (shares := _filled_in_one_class(filled, classes)):
            sentence = f"{quote(name)} is filled in for {shares}; it was written after the fact, exclude it"
            yield Finding("error", "leakage", name, float(filled.mean()), sentence)
        elif auc >= _SUSPECT_AUC:
            severity: Severity = "error" if auc >= _CERTAIN_AUC or _is_known_afterwards(name) else "warning"
            sentence = (
                f"{quote(name)} alone separates churned from retained customers "
                f"(AUC {np.floor(auc * 100) / 100:.2f}); "
                "if it is only known afterwards, or the label was made from it, exclude it"
            )
            yield Finding(severity, "leakage", name, 1.0, sentence)
        elif _is_known_afterwards(name):
            severity = "error" if auc >= _SUPPORTING_AUC else "warning"
            sentence = (
                f"{quote(name)} sounds like something known only after a customer churned; if so, exclude it"
            )
            yield Finding(severity, "leakage", name, 1.0, sentence)


def _filled_in_one_class(filled: NDArray[np.bool_], classes: list[NDArray[np.int64]]) -> str | None:
    """Return the shares filled in, in words, if cells are filled in (almost) only for one class; else None."""
    shares = [float(filled[members].mean()) for members in classes]
    fuller = int(shares[1] > shares[0])
    high, low = shares[fuller], shares[1 - fuller]
    separates = low <= 0.01 and high >= 0.99
    only = low == 0 and high >= 0.05 and high * len(classes[fuller]) >= 20
    if not (separates or only):
        return None
    names = ("retained", "churned")
    return f"{format_share(high)} of {names[fuller]} customers and {format_share(low)} of {names[1 - fuller]} ones"


def _is_known_afterwards(name: str) -> bool:
    """Whether a column is called like something that happens at or after the end of a customer's life."""
    words = tokenize_name(name)
    distinct = frozenset(words)
    if distinct & _CHURN_WORDS or words in _DURATION_OF_THE_CALL:
        return True
    if distinct & _ENDING_WORDS and not distinct & _ORDER_WORDS:
        return True
    is_settlement = "final" in distinct and distinct & _SETTLEMENT_WORDS
    looks_ahead = distinct & _LOOK_AHEAD_WORDS and any(word.isdigit() for word in words)
    return bool(is_settlement or looks_ahead)
