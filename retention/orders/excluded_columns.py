"""Columns beside orders and profiles that must not become features: personal data, labels, dates, counters."""

from collections.abc import Collection

import pandas as pd

from retention.customers.privacy import find_contact_columns
from retention.customers.roles import find_row_number_columns, guess_roles
from retention.tabular.dates import dated


def unfit_columns(frame: pd.DataFrame, *, id: str, used: Collection[str | None] = ()) -> dict[str, str]:
    """Return the columns that are no features, each with a few words why.

    Parameters
    ----------
    frame
        Typed columns.
    id
        The column with the customer.
    used
        Columns that have a role already and are not asked about.

    Examples
    --------
    >>> unfit_columns(pd.DataFrame({"id": ["a"], "phone": ["1"], "born": ["2001-02-03"], "n": [1.0]}), id="id")
    {'phone': 'personal data', 'born': 'a date'}
    """
    free = [column for column in frame.columns if column != id and column not in used]
    guess = guess_roles([id, *free], "table", id=id)
    why = dict(guess.reasons)
    rest = [column for column in free if column not in why]
    why |= dict.fromkeys(find_contact_columns(frame, rest), "personal data")
    why |= dict.fromkeys(find_row_number_columns(frame, rest), "only numbers the rows")
    why |= {column: "a date" for column in rest if dated(frame[column])}
    if guess.roles.label is not None:
        why[guess.roles.label] = "a label"
    return {column: why[column] for column in free if column in why}


def unfit_notes(why: dict[str, str], where: str) -> list[str]:
    """Return the sentence about the columns that were left out, if any.

    >>> unfit_notes({"phone": "personal data", "born": "a date"}, "profile")
    ["profile: left out 'phone' (personal data), 'born' (a date)"]
    """
    return (
        [f"{where}: left out " + ", ".join(f"'{column}' ({words})" for column, words in why.items())]
        if why
        else []
    )
