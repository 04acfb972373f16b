"""What each step found, as the JSON object that scripts rely on; the command line prints the same keys."""

from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from retention.churn.model import ChurnModel
from retention.customers.checks.findings import Finding
from retention.customers.orders import Snapshot
from retention.customers.reading.formulas import unescape
from retention.customers.simulate import Market
from retention.offers.batch import Campaign
from retention.send_list import REASONS

Found = dict[str, Any]
_ROWS_AT_ONCE = 65_536


def of_market(market: Market, *, files: Iterable[str]) -> Found:
    """Return how large a simulated market is, and where its files are."""
    return {"customers": len(market.customers), "orders": len(market.orders), "files": list(files)}


def of_snapshot(customers: Snapshot) -> Found:
    """Return how many customers there are, how many left (null if nobody knows yet), and as of which day."""
    label = customers.label
    return {
        "customers": len(customers),
        "churn_rate": None if label is None else float(label.mean()),
        "features": len(customers.feature_names),
        "cutoff": customers.cutoff,
    }


def of_findings(findings: Iterable[Finding]) -> Found:
    """Return what an audit found, the worst first."""
    return {"findings": [asdict(finding) for finding in findings]}


def of_model(model: ChurnModel, *, file: str) -> Found:
    """Return what was trained, among what it was chosen, and how good it is on customers it had not seen."""
    return {
        "model": file,
        "customers": model.customers,
        "churn_rate": model.churn_rate,
        "chosen": model.chosen,
        "candidates": [asdict(candidate) for candidate in model.candidates],
        "metrics": asdict(model.metrics),
        "warnings": list(model.warnings),
    }


def first_in_line(send_list: Path, *, most: int) -> list[Found]:
    """Return those to contact first: at most so many of a send list, the highest expected profit first.

    Parameters
    ----------
    send_list
        The CSV that scoring wrote; it is read some rows at a time, however long it is.
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
            due = part[part["send"] == "yes"].astype({"expected_profit": "float64"})
            first = (pd.concat([first, due]) if len(first) else due).nlargest(most, "expected_profit")
    return [
        {
            "customer": _read_back(row[id]),
            "churn_probability": round(float(row["churn_probability"]), 4),
            "expected_profit": row["expected_profit"],
            "offer": row["offer"],
            "reasons": [_read_back(row[reason]) for reason in REASONS if row[reason]],
        }
        for row in first.to_dict("records")
    ]


def of_campaign(campaign: Campaign) -> Found:
    """Return how many messages were written, by whom, and how the line to the language model stands."""
    return {
        "customers": campaign.customers,
        "messages": campaign.written,
        "held_back": campaign.held_back,
        "by_source": dict(campaign.by_source),
        "seconds": round(campaign.seconds, 3),
        "breaker": asdict(campaign.breaker),
    }


def _read_back(cell: str) -> str:
    """Return a cell's text as it was before it was made safe for spreadsheets."""
    import pyarrow as pa

    return str(unescape(pa.array([cell]))[0])
