"""Finds the columns that must not become features: personal data, labels, dates and counters."""

from collections.abc import Collection

import pandas as pd

from retention.customers.codes import are_compact_dates
from retention.customers.privacy import find_contact_columns, find_repeated_phones
from retention.customers.roles import find_row_number_columns, guess_roles
from retention.tabular.dates import is_date_column


def excluded_columns(
    frame: pd.DataFrame, *, id: str, used: Collection[str | None] = (), exclude: Collection[str] = ()
) -> dict[str, str]:
    """Return the columns that must not become features, each with its reason in a few words.

    Parameters
    ----------
    frame
        Typed columns.
    id
        The column with the customer id.
    used
        Columns that have a role already and are not examined.
    exclude
        Columns that a person excluded.

    Examples
    --------
    >>> excluded_columns(pd.DataFrame({"id": ["a"], "phone": ["1"], "born": ["2001-02-03"], "n": [1.0]}), id="id")
    {'phone': 'personal data', 'born': 'a date'}
    """
    free = [column for column in frame.columns if column != id and column not in used]
    guess = guess_roles([id, *free], "table", id=id)
    reasons = dict(guess.reasons)
    rest = [column for column in free if column not in reasons]
    reasons |= dict.fromkeys(find_contact_columns(frame, rest), "personal data")
    reasons |= dict.fromkeys(find_row_number_columns(frame, rest), "only numbers the rows")
    reasons |= dict.fromkeys(find_repeated_phones(frame, rest), "personal data")
    reasons |= {
        column: "a date"
        for column in rest
        if is_date_column(frame[column]) or are_compact_dates(frame[column], column)
    }
    if guess.roles.label is not None:
        reasons[guess.roles.label] = "a label"
    reasons |= dict.fromkeys(exclude, "as asked")
    return {column: reasons[column] for column in free if column in reasons}


def exclusion_notes(reasons: dict[str, str], where: str) -> list[str]:
    """Return the sentence about the excluded columns, if there are any.

    >>> exclusion_notes({"phone": "personal data", "born": "a date"}, "profile")
    ["profile: left out 'phone' (personal data), 'born' (a date)"]
    """
    return (
        [f"{where}: left out " + ", ".join(f"'{column}' ({reason})" for column, reason in reasons.items())]
        if reasons
        else []
    )
