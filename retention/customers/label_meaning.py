"""What a label column means where its cells alone do not say: who stayed, or when and why somebody left."""

from collections.abc import Iterable

import pandas as pd

from retention.customers.codes import is_flag
from retention.tabular.dates import looks_like_dates
from retention.wording.column_names import tokenize_name

_STAYED_WORDS = frozenset(
    {"retained", "retention", "stayed", "stay", "stays", "still", "renewed", "kept", "remained", "remains"}
    | {"reordered", "repurchased", "loyal"}
)
_ACTIVE_WORDS = frozenset(
    {"active", "subscribed", "current", "continuing", "existing", "renew", "renews", "renewal"}
)
_CHURN_WORDS = frozenset({"churn", "churned", "churner", "exited", "attrition", "attrited", "lapsed"})
_LEAVING_WORDS = _CHURN_WORDS | frozenset(
    {"cancel", "cancelled", "canceled", "cancellation", "exit", "left", "leaving", "leave", "termination"}
    | {"terminated", "unsubscribed", "deactivated", "closed", "closure"}
)
_WHEN_WORDS = frozenset({"date", "at", "on", "day", "time", "dt"})
_WHY_WORDS = frozenset({"reason", "category", "cause"})
_NO_LABEL_WORDS = frozenset(
    {"score", "probability", "prob", "risk", "offer", "program", "propensity", "not", "non"}
)


def says_retained(column: str) -> bool:
    """Whether yes in a column with this name means that the customer stayed.

    >>> [says_retained(name) for name in ("retained", "is_active", "Still Customer", "not_renewed", "churn")]
    [True, True, True, False, False]
    """
    words = set(tokenize_name(column))
    return bool(words & (_STAYED_WORDS | _ACTIVE_WORDS)) and not words & (_CHURN_WORDS | _NO_LABEL_WORDS)


def is_filled_for_churned(cells: pd.Series, column: str) -> bool:
    """Whether a column holds when or why somebody left, and so is blank for those who stayed.

    >>> dates = pd.Series(["2024-01-11", None, None])
    >>> is_filled_for_churned(dates, "left"), is_filled_for_churned(dates.fillna("2024-01-12"), "left")
    (True, False)
    """
    blank = cells.isna()
    if not blank.any() or blank.all() or pd.api.types.is_numeric_dtype(cells):
        return False
    words = set(tokenize_name(column))
    return looks_like_dates(cells) or bool(words & _LEAVING_WORDS and words & (_WHEN_WORDS | _WHY_WORDS))


def find_label_by_meaning(frame: pd.DataFrame, columns: Iterable[str]) -> str | None:
    """Return the column that says who churned: yes or no about churn or staying, or when or why somebody left.

    >>> find_label_by_meaning(pd.DataFrame({"Churn (next 30 days)": ["Yes", "No"]}), ["Churn (next 30 days)"])
    'Churn (next 30 days)'
    """
    columns = list(columns)
    words = {column: set(tokenize_name(column)) for column in columns}
    flags = [column for column in columns if frame[column].nunique() == 2 and is_flag(frame[column])]
    for meaning in (_CHURN_WORDS, _STAYED_WORDS):
        for column in flags:
            if words[column] & meaning and not words[column] & _NO_LABEL_WORDS:
                return column
    for kind in (_WHEN_WORDS, _WHY_WORDS):
        for column in columns:
            if (
                words[column] & _LEAVING_WORDS
                and words[column] & kind
                and is_filled_for_churned(frame[column], column)
            ):
                return column
    return None
