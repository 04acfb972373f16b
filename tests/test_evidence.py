"""Every amount of money in files and JSON is tagged as assumed, backtested or measured."""

import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from retention.churn.model import ChurnModel
from retention.cli import main
from retention.profit.curve import profit_curve
from retention.profit.curve_json import curve_as_dict
from retention.tabular.workbook import write_workbook
from retention.ui.api import archives as model_zip
from retention.ui.api import messages
from retention.ui.api import model as steps
from tests.campaign.campaigns import READ_ON, drawn, played
from tests.campaign.test_holdout import scored

KINDS = {"assumed", "backtested", "measured", "simulated truth"}
#: Names of amounts, in JSON and as columns.
AMOUNT_NAME = re.compile(
    r"profit|amount|budget|price|thousand|cost|(?<!p_)value|over_threshold|spen[dt]|money|(^|\.)band"
)


def amounts(value: Any, above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the path to every number whose name, or a name above it, is that of an amount."""
    if isinstance(value, dict):
        for name, below in value.items():
            if name not in {"evidence", "evidence_of", "churn_rate"}:  # the value of a rate is no amount
                yield from amounts(below, (*above, name))
    elif isinstance(value, list):
        for below in value:
            yield from amounts(below, above)
    elif isinstance(value, int | float) and not isinstance(value, bool) and AMOUNT_NAME.search(".".join(above)):
        yield above


def untagged(result: dict[str, Any]) -> list[tuple[str, ...]]:
    """Return the amounts that neither by their own name nor by one above are listed under ``evidence``."""
    evidence = result.get("evidence_of", result["evidence"])  # a reading's own evidence is one word
    tagged = {name for name, kinds in evidence.items() if kinds and set(kinds) <= KINDS}
    paths = list(amounts(result))
    assert paths
    return [path for path in paths if not tagged & set(path)]


def untagged_columns(table: pd.DataFrame) -> list[str]:
    """Return the columns of amounts without a column that tags them in every row."""
    numbers = [
        name
        for name in map(str, table)
        if AMOUNT_NAME.search(name) and pd.api.types.is_numeric_dtype(table[name].to_numpy())
    ]
    assert {"value", "expected_profit", "offer_cost"} <= set(numbers)
    return [
        name
        for name in numbers
        if not {kind for cell in set(table.get(f"{name}_evidence", [""])) for kind in cell.split("+")} <= KINDS
    ]


def run_json(capsys: pytest.CaptureFixture[str], *arguments: object) -> dict[str, Any]:
    """Run a command and return its JSON."""
    assert main([*map(str, arguments), "--json"]) == 0
    result: dict[str, Any] = json.loads(capsys.readouterr().out)
    return result


def test_the_rule_finds_untagged_amounts() -> None:
    """An amount, a nested one and a column without a tag are told; counts and rates are none."""
    result = {"profit_all": 5.0, "matrix": {"saved": 3, "saved_amount": 9.0}, "customers": 7, "evidence": {}}
    assert untagged(result) == [("profit_all",), ("matrix", "saved_amount")]
    result["evidence"] = {"matrix": ["backtested"], "profit_all": ["hoped"]}
    assert untagged(result) == [("profit_all",)]
    table = pd.DataFrame(
        {"value": [1.0], "expected_profit": [2.0], "offer_cost": [3.0], "churn_probability": [0.1]}
    )
    assert untagged_columns(table) == ["value", "expected_profit", "offer_cost"]
    assert untagged_columns(table.assign(value_evidence="assumed")) == ["expected_profit", "offer_cost"]


def test_commands_and_endpoints_tag_every_amount(
    capsys: pytest.CaptureFixture[str],
    telecom_model: ChurnModel,
    telecom_folder: Path,
    telecom_file: Path,
    tmp_path: Path,
) -> None:
    """This covers ``profit``, ``score`` with and without limits, and the send lists in CSV and Excel."""
    scored, written = tmp_path / "scored.csv", tmp_path / "messages.csv"
    assert untagged(run_json(capsys, "profit", "--model", telecom_folder, "--threshold", 0.3)) == []
    score = ("score", telecom_file, "--model", telecom_folder, "--out", scored)
    assert untagged(run_json(capsys, *score, "--every-offer", "--budget", 5_000, "--max-contacts", 90)) == []
    assert untagged(run_json(capsys, *score)) == []
    run_json(capsys, "offers", scored, "--out", written)

    packed = tmp_path / "model.zip"
    model_zip.save_model(telecom_model, packed)
    (tmp_path / "answers").mkdir()
    assert untagged(steps.profit(packed)) == []
    file, result = steps.score(telecom_file, packed, top=20, budget=5_000.0, folder=tmp_path / "answers")
    assert untagged(result) == []
    with_messages, _ = messages.offers(file, folder=tmp_path / "answers")
    for path in (scored, written, file, with_messages):
        assert untagged_columns(pd.read_csv(path)) == [], path.name

    write_workbook(pd.read_csv(written), tmp_path / "send_list.xlsx", sheet="send_list")
    with zipfile.ZipFile(tmp_path / "send_list.xlsx") as book:
        headings = re.findall(r"<t[^>]*>([^<]*)</t>", book.read("xl/worksheets/sheet1.xml").decode())
    assert {f"{name}_evidence" for name in ("value", "expected_profit", "offer_cost")} <= set(headings)


def test_an_own_value_for_each_customer_is_tagged_too() -> None:
    """The profit of deciding by each customer's own break-even is tagged."""
    curve = profit_curve([0.9, 0.6, 0.3, 0.1], [1, 0, 1, 0], fold=[0, 1, 0, 1], value=[500, 90, 60, 40])
    result = curve_as_dict(curve)
    assert {"profit_personal", "personal_over_threshold"} <= result.keys()
    assert untagged(result) == []


def test_a_campaign_tags_every_amount_and_says_which_campaign_measured_it(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """What a draw expects is assumed; what it measured has its interval, and campaign and day beside it."""
    scored().to_csv(tmp_path / "scored.csv", index=False)
    files = ("--ledger", tmp_path / "l.sqlite", "--out", tmp_path / "send.csv", "--campaign", tmp_path / "c.zip")
    held_out = run_json(
        capsys, "holdout", tmp_path / "scored.csv", "--name", "holi", "--preset", "realistic", *files
    )
    assert untagged(held_out) == []
    assert held_out["evidence"] == {"holdout": ["assumed"]}

    campaign = drawn()
    campaign.save(tmp_path / "diwali.zip")
    played(campaign).assign(spend=120.0).to_csv(tmp_path / "t.csv")
    command = (
        "measure",
        tmp_path / "diwali.zip",
        "--outcomes",
        tmp_path / "t.csv",
        "--as-of",
        READ_ON.isoformat(),
    )
    measured = run_json(capsys, *command)
    assert untagged(measured) == []
    assert (measured["name"], measured["read_on"]) == ("diwali", "2026-11-12")
    for name, kinds in measured["evidence_of"].items():
        assert set(kinds) <= KINDS
        if "measured" in kinds and isinstance(measured.get(name), dict):
            assert {"low", "high"} <= measured[name].keys(), name
