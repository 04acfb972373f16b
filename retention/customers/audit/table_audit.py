"""The audit of a whole table and of each of its columns, before a model is trained on it.

The audit changes and drops nothing: each finding is a sentence, and the person decides.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retention.customers.audit.contradictions import contradictions
from retention.customers.audit.findings import Finding, Severity
from retention.customers.audit.joint_leaks import joint_leaks
from retention.customers.audit.leakage import leaks
from retention.customers.table import Customers
from retention.tabular.columns import BLANK_WORDS
from retention.tabular.dates import is_date_column
from retention.wording.text import count_noun, format_share, quote, quote_cell

_SEVERITIES = ("error", "warning", "note")
_NEARLY_ALL = 0.995
_ROWS_SAMPLED = 20_000
_FEW_OF_A_CLASS, _TOO_FEW_OF_A_CLASS = 50, 10
_RARE = 0.02
_REPEATED = 0.01


def audit(customers: Customers) -> tuple[Finding, ...]:
    """Check these customers for what would make a model trained on them mislead.

    The checks cover the feature columns and the value; excluded columns are not used and so not checked.

    Returns
    -------
    tuple of Finding
        Errors first, then warnings, then notes; within each, those that affect most customers first.
    """
    features = customers.features
    findings = [
        *_check_balance(customers.label),
        *contradictions(features),
        *_check_repeated_rows(features, customers.label),
    ]
    if customers.label is not None and 0 < customers.label.mean() < 1:
        alone = list(leaks(features, customers.label))
        named = frozenset(finding.column for finding in alone if finding.column is not None)
        findings += [*alone, *joint_leaks(features, customers.label, named=named)]
    for name in features.columns:
        findings += _check_column(features[name], str(name))
    if features.shape[1] == 0:
        findings.append(
            Finding("error", "no_features", None, 1.0, "there is no column to learn from besides id and label")
        )
    return tuple(sorted(findings, key=lambda finding: (_SEVERITIES.index(finding.severity), -finding.affected)))


def _check_balance(label: NDArray[np.int8] | None) -> Iterator[Finding]:
    """Check that there are enough churned and retained customers to learn from and to measure on."""
    if label is None:
        sentence = "no label column was found, so leaks and the balance of churned and retained were not looked at"
        yield Finding("note", "no_label", None, 1.0, f"{sentence}; if there is one, pass it as --label")
        return
    churned = int(label.sum())
    if churned in {0, len(label)}:
        outcome = "churned" if churned else "was retained"
        sentence = f"everyone {outcome}; training needs churned and retained customers"
        yield Finding("error", "class_balance", None, 1.0, sentence)
        return
    fewer, outcome = min((churned, "churned"), (len(label) - churned, "were retained"))
    if fewer / len(label) < _RARE:
        yield Finding(
            "warning",
            "class_balance",
            None,
            fewer / len(label),
            f"only {format_share(fewer / len(label))} {outcome}; expect wide margins around every figure",
        )
    if fewer < _FEW_OF_A_CLASS:
        too_few = fewer < _TOO_FEW_OF_A_CLASS
        yield Finding(
            "error" if too_few else "warning",
            "few_churners",
            None,
            fewer / len(label),
            f"only {count_noun(fewer, 'customer')} {outcome}, "
            + ("too few to learn from" if too_few else "too few for firm figures")
            + "; add more history or take a longer horizon",
        )


def _check_repeated_rows(features: pd.DataFrame, label: NDArray[np.int8] | None) -> Iterator[Finding]:
    """Check for rows that are equal in everything but the id."""
    if features.shape[1] == 0 or len(features) < 2:
        return
    classes = np.zeros(len(features), dtype=np.int8) if label is None else label
    hashes = _mix_bits((classes + 1).astype(np.uint64))
    combinations = 1.0
    for position in range(features.shape[1]):
        codes, distinct = _value_codes(features.iloc[:, position])
        hashes = _mix_bits(hashes + codes)
        combinations *= distinct
    share = float(pd.Series(hashes).duplicated().mean())
    surprising = combinations > 100 * len(features)  # few columns of few values repeat by chance
    if share == 0 or (share < _REPEATED and not surprising):
        return
    yield Finding(
        "warning" if share >= _REPEATED and surprising else "note",
        "repeated_rows",
        None,
        share,
        f"{format_share(share)} of customers repeat an earlier row in everything but the id; "
        "if people were entered twice, keep one row each",
    )


def _mix_bits(hashes: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Spread every bit over all others (the finaliser of splitmix64), so that unequal rows stay unequal."""
    hashes = (hashes ^ (hashes >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    hashes = (hashes ^ (hashes >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return hashes ^ (hashes >> np.uint64(31))


def _value_codes(column: pd.Series) -> tuple[NDArray[np.uint64], int]:
    """Return a code for each value, (n,), and how many different values the first rows hold."""
    if column.dtype == np.float64:
        values = column.to_numpy() + 0.0  # turns −0 into 0, which has other bits
        return values.view(np.uint64), column.iloc[:_ROWS_SAMPLED].nunique(dropna=False)
    codes, words = pd.factorize(column)
    return codes.astype(np.int64).view(np.uint64), len(words) + 1


def _check_column(column: pd.Series, column_name: str) -> Iterator[Finding]:
    """Check one column by itself."""
    name = quote(column_name)
    blank = float(column.isna().mean())
    if blank >= 0.5:
        severity: Severity = "warning" if blank >= 0.95 else "note"
        sentence = f"{name} is blank for {format_share(blank)} of customers; check that it is meant to be"
        yield Finding(severity, "mostly_blank", column_name, blank, sentence)
    if blank == 1:
        return
    sample = column.iloc[:: max(1, len(column) // _ROWS_SAMPLED)]
    counts = sample.value_counts(dropna=False)
    top = counts.index[0]
    if counts.iloc[0] >= 0.99 * len(sample) and not pd.isna(top):
        share = float((column == top).mean())
        word = f"{top:.15g}" if isinstance(top, float) else quote_cell(top)
        if share == 1:
            sentence = f"{name} is {word} for everyone; it cannot tell customers apart"
            yield Finding("warning", "constant", column_name, 1.0, sentence)
        elif share >= _NEARLY_ALL:
            sentence = f"{name} is {word} for {format_share(share)} of customers; it can hardly tell them apart"
            yield Finding("note", "constant", column_name, share, sentence)
    if len(column) >= 50 and _is_like_an_id(column, distinct=len(counts) / len(sample)):
        sentence = f"{name} is different for nearly every customer, like an id or free text; exclude it"
        yield Finding("warning", "id_like", column_name, 1.0, sentence)
    if column.dtype != np.float64:
        if is_date_column(column):
            sentence = f"{name} holds dates, which no model uses as they are; replace it by a number of days"
            yield Finding("warning", "dates", column_name, 1.0 - blank, sentence)
        for word in counts.index[counts.index.isin(BLANK_WORDS)]:
            share = float((column == word).mean())
            sentence = f"{quote(word)} in {name} is {format_share(share)} of rows, kept as a value of its own"
            yield Finding("note", "disguised_blanks", column_name, share, sentence)


def _is_like_an_id(column: pd.Series, *, distinct: float) -> bool:
    """Whether text is different in nearly all rows, or whole numbers count up without a gap, in any order."""
    if distinct < 0.95:
        return False
    if column.dtype != np.float64:
        return bool(column.nunique() >= 0.95 * len(column))
    values = column.to_numpy()
    low, high = np.nanmin(values), np.nanmax(values)
    if not np.array_equal(values, np.trunc(values)) or high - low != len(values) - 1:
        return False
    return len(np.unique(values)) == len(values)
