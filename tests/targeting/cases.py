"""Customers to score, offers to choose from, and scoring a file both ways."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from retention.churn.model import ChurnModel
from retention.cli import main
from retention.customers.intake import read_customers
from retention.customers.table import Customers
from retention.profit.catalogue import Offer
from retention.profit.economics import Economics
from retention.tabular.csv_export import write_csv
from retention.targeting import SendPolicy, Summary, score, score_file, scoring_kinds
from tests.files import telecom_customers

SMALL = Offer(id="small", gives={"en": "a little"}, cost=20, save_rate=0.2)


LARGE = Offer(id="large", gives={"en": "a lot"}, cost=100, save_rate=0.6)


ECONOMICS = Economics(value=500, stayer_redemption=0.5, contact_cost=1)


CATALOGUE = """
[[offer]]
id = "cash_{cost}"
cost = 50
save_rate = 0.5
gives.en = "{cost} off your next order"
[[offer]]
id = "delivery"
cost = 20
save_rate = 0.2
gives.en = "free delivery"
"""


def today(n: int = 60) -> pd.DataFrame:
    """Return customers to score: others than in the training set, with the columns that messages may use."""
    table = telecom_customers(n, seed=3)
    table.insert(1, "name", ["Ana", "Raj, jun.", 'Tim "T"', "Li\nLi", "=Eve"] * (n // 5))
    table["cuisine"] = ["pizza", "None", "", "Thai", "sushi"] * (n // 5)
    table["recency"] = np.arange(n) % 90
    table["comment"] = [str(row) if row % 25 else "a stray word" for row in range(n)]  # not a feature
    return table


def as_text(table: pd.DataFrame, **changes: Any) -> bytes:
    """Return the table as CSV."""
    text: str = table.assign(**changes).to_csv(index=False)
    return text.encode()


def table_of(path: Path, model: ChurnModel, *, exclude: tuple[str, ...] = ("comment",), **roles: Any) -> Customers:
    """Read the whole file, its columns as the model knows them."""
    return read_customers(path, ignore_label=True, kinds=scoring_kinds(model), exclude=exclude, **roles)


def whole_and_streamed(
    path: Path, model: ChurnModel, *, rows_at_once: int = 7, **options: Any
) -> tuple[bytes, bytes, Summary]:
    """Score a file as a whole and in parts; return both results as bytes."""
    roles = {name: options.pop(name) for name in ("value", "exclude") if name in options}
    table = table_of(path, model, **roles)
    whole_csv, streamed_csv = path.with_name("whole.csv"), path.with_name("streamed.csv")
    policy = SendPolicy(**options)
    scored = score(table, model, policy)
    write_csv(scored.send_list, whole_csv)
    summary = score_file(path, streamed_csv, model, policy, rows_at_once=rows_at_once, **roles)
    assert (summary.customers, summary.contacted) == (len(table.newest()), scored.contacted)
    assert (summary.drift, summary.threshold) == (scored.drift, scored.threshold)
    assert summary.mean_probability == pytest.approx(scored.mean_probability)
    return whole_csv.read_bytes(), streamed_csv.read_bytes(), summary


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    """Run a command that must work and return what it prints."""
    assert main([str(argument) for argument in arguments]) == 0
    return capsys.readouterr().out
