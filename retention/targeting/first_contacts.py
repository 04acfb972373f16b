"""Which customers of a send list to contact first."""

from pathlib import Path
from typing import Any

import pandas as pd

from retention.tabular.formulas import unescape
from retention.targeting.send_list import REASONS

_ROWS_AT_ONCE = 65_536


def first_contacts(send_list: Path, *, most: int) -> list[dict[str, Any]]:
    """Return the customers who get an offer, the highest expected profit first, at most so many.

    Parameters
    ----------
    send_list
        The CSV that scoring wrote; it is read some rows at a time, so it may be of any length.
    most
        How many customers at most.

    Returns
    -------
    list of dict
        ``customer`` (the id), ``churn_probability``, ``expected_profit`` (currency), ``offer`` and
        ``reasons`` (in words).
    """
    id = pd.read_csv(send_list, nrows=0, encoding="utf-8-sig").columns[0]
    columns = [id, "churn_probability", "expected_profit", "send", "offer", *REASONS]
    first = pd.DataFrame(columns=columns)
    with pd.read_csv(
        send_list,
        usecols=columns,
        dtype="str",
        keep_default_na=False,
        encoding="utf-8-sig",
        chunksize=_ROWS_AT_ONCE,
    ) as parts:
        for part in parts:
            sent = part[part["send"] == "yes"].astype({"expected_profit": "float64"})
            first = (pd.concat([first, sent]) if len(first) else sent).nlargest(most, "expected_profit")
    return [
        {
            "customer": _without_escape(row[id]),
            "churn_probability": round(float(row["churn_probability"]), 4),
            "expected_profit": row["expected_profit"],
            "offer": row["offer"],
            "reasons": [_without_escape(row[reason]) for reason in REASONS if row[reason]],
        }
        for row in first.to_dict("records")
    ]


def _without_escape(cell: str) -> str:
    """Return a cell's text as it was before it was escaped for spreadsheets."""
    import pyarrow as pa

    return str(unescape(pa.array([cell]))[0])
