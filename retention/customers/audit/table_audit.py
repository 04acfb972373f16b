"""What looks wrong in a table of customers, said before anybody believes a model trained on it.

Nothing is changed or dropped here: each finding is a sentence, and the person decides.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retention.customers.audit.contradictions import contradictions
from retention.customers.audit.findings import Finding, Severity, percent
from retention.customers.audit.leakage import leaks
from retention.customers.table import Customers
from retention.tabular.columns import BLANK_WORDS
from retention.tabular.dates import is_date_column
from retention.wording.text import count_noun, quote, quote_cell

__all__ = ["Finding", "audit"]

_SEVERITIES = ("error", "warning", "note")
_NEARLY_ALL = 0.995
_LOOKED_AT = 20_000
_FEW_LEFT, _TOO_FEW_LEFT = 50, 10
_RARE = 0.02
_REPEATED = 0.01


def audit(customers: Customers) -> tuple[Finding, ...]:
    """Look for what would make a model trained on these customers mislead.

    Columns without a role are examined, and the value; excluded ones are not used and so not looked at.

    Returns
    -------
    tuple of Finding
        Errors first, then warnings, then notes; within each, what concerns most customers first.
    """
    features = customers.features
    findings = [
        *_balance(customers.label),
        *contradictions(features),
        *_repeated(features, customers.label),
    ]
    if customers.label is not None and 0 < customers.label.mean() < 1:
        findings += leaks(features, customers.label)
    for name in features.columns:
        findings += _column(features[name], str(name))
    if features.shape[1] == 0:
        findings.append(
            Finding("error", "no_features", None, 1.0, "there is no column to learn from besides id and label")
        )
    return tuple(sorted(findings, key=lambda found: (_SEVERITIES.index(found.severity), -found.affected)))


def _balance(label: NDArray[np.int8] | None) -> Iterator[Finding]:
    """Look whether there are enough on either side to learn from and to measure by."""
    if label is None:
        return
    left = int(label.sum())
    if left in {0, len(label)}:
        what = "left" if left else "stayed"
        yield Finding(
            "error", "class_balance", None, 1.0, f"everyone {what}; training needs customers of both kinds"
        )
        return
    fewer, kind = min((left, "left"), (len(label) - left, "stayed"))
    if fewer / len(label) < _RARE:
        yield Finding(
            "warning",
            "class_balance",
            None,
            fewer / len(label),
            f"only {percent(fewer / len(label))} {kind}; expect wide margins around every figure",
        )
    if fewer < _FEW_LEFT:
        too_few = fewer < _TOO_FEW_LEFT
        yield Finding(
            "error" if too_few else "warning",
            "few_churners",
            None,
            fewer / len(label),
            f"only {count_noun(fewer, 'customer')} {kind}, "
            + ("too few to learn from" if too_few else "too few for firm figures")
            + "; add more history or take a longer horizon",
        )


def _repeated(features: pd.DataFrame, label: NDArray[np.int8] | None) -> Iterator[Finding]:
    """Rows that are the same in everything but the id."""
    if features.shape[1] == 0 or len(features) < 2:
        return
    kept = np.zeros(len(features), dtype=np.int8) if label is None else label
    marks = _mixed((kept + 1).astype(np.uint64))
    distinct = 1.0
    for place in range(features.shape[1]):
        codes, kinds = _marks(features.iloc[:, place])
        marks = _mixed(marks + codes)
        distinct *= kinds
    share = float(pd.Series(marks).duplicated().mean())
    surprising = distinct > 100 * len(features)  # few columns of few values repeat without anybody's fault
    if share == 0 or (share < _REPEATED and not surprising):
        return
    yield Finding(
        "warning" if share >= _REPEATED and surprising else "note",
        "repeated_rows",
        None,
        share,
        f"{percent(share)} of customers repeat an earlier row in everything but the id; "
        "if people were entered twice, keep one row each",
    )


def _mixed(marks: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Spread every bit over all others (the finaliser of splitmix64), so that unequal rows stay unequal."""
    marks = (marks ^ (marks >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    marks = (marks ^ (marks >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return marks ^ (marks >> np.uint64(31))


def _marks(column: pd.Series) -> tuple[NDArray[np.uint64], int]:
    """Return one number for each different value, and how many different ones the first rows hold."""
    if column.dtype == np.float64:
        values = column.to_numpy() + 0.0  # −0 and 0 are the same
        return values.view(np.uint64), column.iloc[:_LOOKED_AT].nunique(dropna=False)
    codes, words = pd.factorize(column)
    return codes.astype(np.int64).view(np.uint64), len(words) + 1


def _column(column: pd.Series, plain_name: str) -> Iterator[Finding]:
    """Look at one column by itself."""
    name = quote(plain_name)
    blank = float(column.isna().mean())
    if blank >= 0.5:
        severity: Severity = "warning" if blank >= 0.95 else "note"
        sentence = f"{name} is blank for {percent(blank)} of customers; check that it is meant to be"
        yield Finding(severity, "mostly_blank", plain_name, blank, sentence)
    if blank == 1:
        return
    sample = column.iloc[:: max(1, len(column) // _LOOKED_AT)]
    counts = sample.value_counts(dropna=False)
    top = counts.index[0]
    if counts.iloc[0] >= 0.99 * len(sample) and not pd.isna(top):
        share = float((column == top).mean())
        word = f"{top:.15g}" if isinstance(top, float) else quote_cell(top)
        if share == 1:
            sentence = f"{name} is {word} for everyone; it cannot tell customers apart"
            yield Finding("warning", "constant", plain_name, 1.0, sentence)
        elif share >= _NEARLY_ALL:
            sentence = f"{name} is {word} for {percent(share)} of customers; it can hardly tell them apart"
            yield Finding("note", "constant", plain_name, share, sentence)
    if len(column) >= 50 and _like_an_id(column, distinct=len(counts) / len(sample)):
        sentence = f"{name} is different for nearly every customer, like an id or free text; exclude it"
        yield Finding("warning", "id_like", plain_name, 1.0, sentence)
    if column.dtype != np.float64:
        if is_date_column(column):
            sentence = f"{name} holds dates, which no model uses as they are; replace it by a number of days"
            yield Finding("warning", "dates", plain_name, 1.0 - blank, sentence)
        for word in counts.index[counts.index.isin(BLANK_WORDS)]:
            share = float((column == word).mean())
            sentence = f"{quote(word)} in {name} is {percent(share)} of rows, kept as a value of its own"
            yield Finding("note", "disguised_blanks", plain_name, share, sentence)


def _like_an_id(column: pd.Series, *, distinct: float) -> bool:
    """Whether text is different in nearly all rows, or whole numbers count up without a gap."""
    if distinct < 0.95:
        return False
    if column.dtype != np.float64:
        return bool(column.nunique() >= 0.95 * len(column))
    values = column.to_numpy()
    low, high = np.nanmin(values), np.nanmax(values)
    if not np.array_equal(values, np.trunc(values)) or high - low != len(values) - 1:
        return False
    return len(np.unique(values)) == len(values)
