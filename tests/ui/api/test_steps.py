"""The steps behind the endpoints: the command line's answers, from plain values."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pandas as pd
import pytest

from retention.churn.model import ChurnModel
from retention.cli import main
from retention.errors import InputError
from retention.messages.languages.registry import LANGUAGES
from retention.messages.segments import TONES
from retention.profit.curve_json import curve_as_dict
from retention.profit.economics import Economics
from retention.targeting import profit_of_model
from retention.ui.api import archives as model_zip
from retention.ui.api.customers import audit, simulate, snapshot
from retention.ui.api.messages import offers
from retention.ui.api.model import profit, score, train

Run = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def telecom_zip(telecom_model: ChurnModel, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A trained model as it travels."""
    path = tmp_path_factory.mktemp("model") / "model.zip"
    model_zip.save_model(telecom_model, path)
    return path


@pytest.fixture
def command_line(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command and return its JSON object."""

    def run(*arguments: object) -> dict[str, Any]:
        assert main([*map(str, arguments), "--json"]) == 0
        summary: dict[str, Any] = json.loads(capsys.readouterr().out)
        return summary

    return run


def test_profit_is_the_curve(telecom_model: ChurnModel, telecom_zip: Path) -> None:
    """Every figure is the profit room's at these money inputs and this threshold."""
    summary = profit(
        telecom_zip, threshold=0.2, value=600.0, offer_cost=40.0, contact_cost=2.0, save_rate=0.5,
        stayer_redemption=0.6, harm_rate=0.1, currency="€",
    )  # fmt: skip
    economics = Economics(600.0, 40.0, 0.5, 0.6, 0.1, 2.0, "€")
    assert summary == curve_as_dict(profit_of_model(telecom_model, economics), 0.2)


def test_score_makes_the_command_lines_send_list(
    telecom_zip: Path, telecom_folder: Path, telecom_file: Path, command_line: Run, tmp_path: Path
) -> None:
    """The same customers, prices and cap give the same file and the same figures."""
    scored, summary = score(telecom_file, telecom_zip, top=7, offer_cost=80.0, folder=tmp_path)
    out = tmp_path / "expected.csv"
    expected = command_line(
        "score", telecom_file, "--model", telecom_folder, "--top", 7, "--offer-cost", 80, "--out", out
    )
    assert scored.read_bytes() == out.read_bytes()
    assert {name: summary[name] for name in expected} == expected | {"scored": "scored.csv"}


def test_score_says_whom_to_contact_first(telecom_zip: Path, telecom_file: Path, tmp_path: Path) -> None:
    """The JSON alone answers it: ids, probabilities, expected profits, reasons, and what the amounts rest on."""
    scored, summary = score(telecom_file, telecom_zip, top=5, folder=tmp_path)
    sent = pd.read_csv(scored).query("send == 'yes'").sort_values("expected_profit", ascending=False)
    assert [row["customer"] for row in summary["top"]] == list(sent["customerID"])
    assert [row["expected_profit"] for row in summary["top"]] == list(sent["expected_profit"])
    assert [row["churn_probability"] for row in summary["top"]] == list(sent["churn_probability"].round(4))
    assert all(row["reasons"] and all(row["reasons"]) for row in summary["top"])
    assert (summary["contacted"], summary["evidence"]["expected_profit"]) == (5, ["assumed"])


def test_ids_in_the_answer_are_the_customers_own(telecom_zip: Path, telecom_file: Path, tmp_path: Path) -> None:
    """The file keeps spreadsheets from running an id as a formula; the JSON has it as it came, zeros and all."""
    table = pd.read_csv(telecom_file, dtype="str")
    table["customerID"] = [f"={n}+1" if n % 2 else f"00{n}" for n in range(len(table))]
    table.to_csv(tmp_path / "today.csv", index=False)
    _, summary = score(tmp_path / "today.csv", telecom_zip, top=50, folder=tmp_path)
    assert {row["customer"] for row in summary["top"]} <= set(table["customerID"])


def test_a_long_list_is_cut_in_the_answer_and_whole_in_the_file(
    telecom_zip: Path, telecom_file: Path, tmp_path: Path
) -> None:
    """An agent is not drowned: 200 rows at the most, while the file has everybody."""
    scored, summary = score(telecom_file, telecom_zip, threshold=0.0, folder=tmp_path)
    assert (len(summary["top"]), summary["contacted"], len(pd.read_csv(scored))) == (200, 1500, 1500)


def test_where_no_offer_pays_the_answer_is_still_json(
    telecom_model: ChurnModel, telecom_file: Path, tmp_path: Path
) -> None:
    """With an offer dearer than the customer nobody is listed, and no number in the answer is infinite."""
    telecom_model.save(tmp_path / "model")
    (tmp_path / "model" / "out_of_fold.parquet").unlink()
    model_zip.save_model(ChurnModel.load(tmp_path / "model"), tmp_path / "model.zip")
    _, summary = score(telecom_file, tmp_path / "model.zip", value=40.0, folder=tmp_path)
    assert json.loads(json.dumps(summary, allow_nan=False))["threshold"] is None
    assert (summary["contacted"], summary["top"]) == (0, [])


def test_an_order_log_becomes_customers(command_line: Run, tmp_path: Path) -> None:
    """Simulated orders, their two snapshots and the audit are the command line's."""
    files = {name: tmp_path / f"expected-{name}.csv" for name in ("orders", "past", "today")}
    orders, simulated = simulate(customers=300, seed=3, folder=tmp_path)
    expected = command_line("simulate", "--customers", 300, "--seed", 3, "--out", files["orders"])
    assert simulated == expected | {"files": ["orders.csv"]}
    assert orders.read_bytes() == files["orders"].read_bytes()

    past, summary = snapshot(orders, customer="customer_id", horizon_days=20, folder=tmp_path)
    asked = ["--customer", "customer_id", "--horizon-days", 20]
    assert summary == command_line("snapshot", orders, *asked, "--out", files["past"])
    assert past.read_bytes() == files["past"].read_bytes()
    assert audit(past, label="churn") == command_line("audit", past, "--label", "churn")

    today, summary = snapshot(orders, today=True, folder=tmp_path)
    assert summary == command_line("snapshot", orders, "--today", "--out", files["today"])
    assert summary["churn_rate"] is None
    assert today.read_bytes() == files["today"].read_bytes()


def test_too_large_a_market_is_refused(tmp_path: Path) -> None:
    """Nobody can occupy the server with a market of a billion."""
    with pytest.raises(InputError, match="ask for up to 100,000"):
        simulate(customers=1_000_000_000, folder=tmp_path)


def test_offers_writes_to_the_send_list(
    telecom_zip: Path, telecom_file: Path, command_line: Run, tmp_path: Path
) -> None:
    """Messages give what was priced, in the tone and language asked for, to the list or to everyone."""
    scored, _ = score(telecom_file, telecom_zip, top=9, offer_cost=70.0, folder=tmp_path)
    messages, summary = offers(scored, folder=tmp_path)
    expected = command_line("offers", scored, "--out", tmp_path / "expected.csv")
    assert messages.read_bytes() == (tmp_path / "expected.csv").read_bytes()
    assert summary | {"seconds": 0} == expected | {"seconds": 0}
    assert pd.read_csv(messages)["message"].str.contains("₹70").all()
    messages, summary = offers(scored, language="hi", tone="brief", everyone=True, folder=tmp_path)
    assert summary["messages"] == 1500
    assert pd.read_csv(messages)["message"].str.contains("[\u0900-\u097f]").all()


def test_a_cost_that_is_no_number_gets_a_sentence(telecom_zip: Path, telecom_file: Path, tmp_path: Path) -> None:
    """A send list that somebody has edited is told what is wrong with it."""
    scored, _ = score(telecom_file, telecom_zip, top=9, folder=tmp_path)
    pd.read_csv(scored).assign(offer_cost="fifty").to_csv(scored, index=False)
    with pytest.raises(InputError, match="column 'offer_cost' must hold numbers"):
        offers(scored, folder=tmp_path)


def test_the_choices_are_those_there_are() -> None:
    """Tones and languages that the endpoint lists are the writer's."""
    types = get_type_hints(offers)
    assert (get_args(types["tone"]), get_args(types["language"])) == (TONES, LANGUAGES)


@pytest.mark.slow
def test_train_gives_the_command_lines_model(
    telecom_file: Path, telecom_zip: Path, command_line: Run, tmp_path: Path
) -> None:
    """The same file gives the same figures, and leavers count for more where that is asked for."""
    model, summary = train(telecom_file, id="customerID", label="Churn", folder=tmp_path)
    flags = ["--id", "customerID", "--label", "Churn", "--out", tmp_path / "model"]
    assert summary == command_line("train", telecom_file, *flags) | {"model": "model.zip"}
    assert profit(model) == profit(telecom_zip)
    weighted, _ = train(telecom_file, weighted=True, folder=tmp_path)
    assert model_zip.load_model(weighted).weighting is not None
