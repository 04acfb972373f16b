"""The commands, as a script sees them: files in, JSON and exit codes out."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from retention.cli import main
from tests.files import telecom_customers, write


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> dict[str, Any]:
    """Run a command that must work and return its JSON object."""
    code = main([*map(str, arguments), "--json"])
    out, err = capsys.readouterr()
    assert code == 0, err
    result: dict[str, Any] = json.loads(out)
    return result


def refused(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    """Run a command that must be refused with one line, and return the line."""
    assert main([str(argument) for argument in arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert "Traceback" not in err
    return err


@pytest.mark.slow
def test_a_file_becomes_a_model(capsys: pytest.CaptureFixture[str], telecom_file: Path, tmp_path: Path) -> None:
    """Blanks, Yes/No labels and text categories need no preparation; the figures come with the model."""
    found = run(
        capsys, "train", telecom_file, "--id", "customerID", "--label", "Churn", "--out", tmp_path / "model"
    )
    assert found["customers"] == 1500
    assert found["churn_rate"] == pytest.approx((telecom_customers()["Churn"] == "Yes").mean())
    assert found["chosen"] in [candidate["name"] for candidate in found["candidates"]]
    assert found["metrics"]["roc_auc"] > 0.7
    assert found["metrics"]["mean_probability"] == pytest.approx(found["churn_rate"], abs=0.02)
    assert {path.name for path in (tmp_path / "model").iterdir()} == {
        "manifest.json", "model.json", "booster.json", "out_of_fold.parquet"
    }  # fmt: skip


@pytest.mark.slow
def test_training_tells_what_was_tried(
    capsys: pytest.CaptureFixture[str], telecom_file: Path, tmp_path: Path
) -> None:
    """A line a candidate, by how much the chosen one won, and what weighting did and calibration undid."""
    flags = ["--id", "customerID", "--label", "Churn", "--scale-pos-weight", "4", "--out", str(tmp_path / "model")]
    assert main(["train", str(telecom_file), *flags]) == 0
    words = capsys.readouterr().out
    for name in ("base rate", "one feature", "logistic regression", "xgboost", "blend"):
        assert f"  {name}: log-loss 0." in words
    assert "of log-loss below" in words
    assert "weighted by 4: " in words


def test_profit_needs_nothing_but_the_model(capsys: pytest.CaptureFixture[str], telecom_folder: Path) -> None:
    """All keys a script relies on are there, and every amount says what it rests on."""
    found = run(capsys, "profit", "--model", telecom_folder, "--value", 500, "--offer-cost", 50)
    matrix = found["matrix"]
    assert matrix["saved_amount"] == 450 * matrix["saved"]
    assert matrix["wasted_amount"] == -50 * matrix["wasted"]
    assert matrix["lost_amount"] == -500 * matrix["lost"]
    assert found["threshold_break_even"] == pytest.approx(0.1)
    assert found["profit_none"] == 0
    assert found["profit_perfect"] > found["profit_best"] > found["profit_random"]
    amounts = {key for key in found if key.startswith("profit_")} | {"matrix", "band"}
    assert amounts <= found["evidence"].keys()


def test_the_presets_and_flags_set_the_money(capsys: pytest.CaptureFixture[str], telecom_folder: Path) -> None:
    """A preset is a start, and a flag overrides it."""
    assert run(capsys, "profit", "--model", telecom_folder, "--preset", "realistic")["threshold_break_even"] == (
        pytest.approx(31 / 165, abs=1e-4)  # (1 + .6·50) / (.3·450 + .6·50)
    )
    found = run(capsys, "profit", "--model", telecom_folder, "--preset", "realistic", "--contact-cost", 0)
    assert found["threshold_break_even"] == pytest.approx(30 / 165)


def test_scoring_makes_a_send_list(
    capsys: pytest.CaptureFixture[str], telecom_folder: Path, telecom_file: Path, tmp_path: Path
) -> None:
    """One row an input customer, id first; an unseen category and a label nobody can read are no error."""
    table = pd.read_csv(telecom_file)
    table.loc[0, "Contract"] = "Weekly"
    table["Churn"] = "who knows"
    table.to_csv(tmp_path / "today.csv", index=False)
    out = tmp_path / "scored.csv"
    found = run(capsys, "score", tmp_path / "today.csv", "--model", telecom_folder, "--out", out)
    scored = pd.read_csv(out)
    assert list(scored.columns[:11]) == [
        "customerID", "churn_probability", "value", "expected_profit", "send", "offer", "reason_1", "reason_2",
        "reason_3", "value_evidence", "expected_profit_evidence",
    ]  # fmt: skip
    assert list(scored["customerID"]) == list(table["customerID"])
    assert found["customers"] == len(table) == len(scored)
    assert found["mean_probability"] == pytest.approx(scored["churn_probability"].mean())
    p = scored["churn_probability"]
    assert scored["expected_profit"].to_numpy() == pytest.approx((450 * p - 50 * (1 - p)).to_numpy(), abs=0.006)
    assert set(scored["send"]) == {"yes", "no"}
    assert set(scored.loc[scored["send"] == "yes", "offer"]) == {"cash_50"}


def test_top_keeps_the_most_profitable(
    capsys: pytest.CaptureFixture[str], telecom_folder: Path, telecom_file: Path, tmp_path: Path
) -> None:
    """--top caps the send list at those with the highest expected profit."""
    out = tmp_path / "scored.csv"
    run(capsys, "score", telecom_file, "--model", telecom_folder, "--out", out, "--top", 7)
    scored = pd.read_csv(out)
    sent = scored["send"] == "yes"
    assert sent.sum() == 7
    assert scored.loc[sent, "expected_profit"].min() >= scored.loc[~sent, "expected_profit"].max()


def test_everyone_on_the_send_list_gets_a_message(
    capsys: pytest.CaptureFixture[str], telecom_folder: Path, telecom_file: Path, tmp_path: Path
) -> None:
    """With no token and no network the backup library writes to all of them."""
    scored, out = tmp_path / "scored.csv", tmp_path / "messages.csv"
    run(capsys, "score", telecom_file, "--model", telecom_folder, "--out", scored)
    found = run(capsys, "offers", scored, "--out", out, "--ledger", tmp_path / "offers.sqlite")
    sent = (pd.read_csv(scored)["send"] == "yes").sum()
    messages = pd.read_csv(out)
    assert found["messages"] == len(messages) == sent
    assert found["customers"] == found["messages"] + found["held_back"]
    assert messages["message"].str.len().between(20, 160).all()
    assert messages["message"].str.contains("₹50").all()
    everyone = run(capsys, "offers", scored, "--out", tmp_path / "all.csv", "--everyone")
    assert everyone["messages"] == 1500


def test_the_held_back_are_told_with_the_reason(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A second campaign within the cool-down says how many wait and why; a shorter cool-down lets them through."""
    june, july = tmp_path / "june.csv", tmp_path / "july.csv"
    pd.DataFrame({"id": ["a", "b"], "send": "yes"}).to_csv(june, index=False)
    pd.DataFrame({"id": ["b", "c", "c"], "send": "yes"}).to_csv(july, index=False)
    common = ("--out", tmp_path / "messages.csv", "--ledger", tmp_path / "offers.sqlite")
    run(capsys, "offers", june, *common)
    held = tmp_path / "held.csv"
    found = run(capsys, "offers", july, *common, "--run", "july", "--held-back", held)
    assert (found["customers"], found["messages"], found["held_back"]) == (3, 1, 2)
    because = {"messaged less than 14 days ago": 1, "stands in the list twice": 1}
    assert found["held_back_because"] == because
    assert dict(pd.read_csv(held)[["id", "held_back_because"]].to_numpy()) == {
        "b": "messaged less than 14 days ago", "c": "stands in the list twice",
    }  # fmt: skip
    assert found["breaker"].keys() == {"state", "reason", "calls", "failures", "next_probe_s"}
    assert main(["offers", str(july), *map(str, common), "--run", "august", "--cool-down-days", "0"]) == 0
    words = capsys.readouterr().out
    assert "2 messages in" in words
    assert "held back: 1 stands in the list twice" in words
    assert "circuit breaker off: no language model is set up" in words
    assert "cool-down" in refused(capsys, "offers", july, *common, "--cool-down-days", "-1")


def test_a_catalogue_sets_the_money_and_the_message(
    capsys: pytest.CaptureFixture[str], telecom_folder: Path, tmp_path: Path
) -> None:
    """The file's first offer is what the profit is worked out with, unless a flag says otherwise."""
    offers = write(tmp_path / "offers.toml", "[[offer]]\nid = 'tea'\ncost = 80\nsave_rate = 0.5\n"
                   "gives.en = '{cost} off your next tea'\n")  # fmt: skip
    command = ("profit", "--model", telecom_folder, "--catalogue", offers)
    # d / (γ(V − d) + d) with ρ = 1
    assert run(capsys, *command)["threshold_break_even"] == pytest.approx(80 / (0.5 * 420 + 80))
    dearer = run(capsys, *command, "--offer-cost", 100, "--save-rate", 1)
    assert dearer["threshold_break_even"] == pytest.approx(100 / (400 + 100))
    pd.DataFrame({"id": ["a"], "send": "yes"}).to_csv(tmp_path / "send.csv", index=False)
    run(capsys, "offers", tmp_path / "send.csv", "--out", tmp_path / "messages.csv", "--catalogue", offers)
    assert "₹80 off your next tea" in pd.read_csv(tmp_path / "messages.csv")["message"].iloc[0]


@pytest.mark.slow
def test_demo_does_it_all(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """The demo leaves every file and says what was earned against doing nothing and against everyone."""
    found = run(capsys, "demo", "--out", tmp_path / "demo", "--customers", 1500)
    assert found["profit_none"] == 0
    assert found["profit_model"] > 0
    assert found["evidence"].keys() == {"profit_model", "profit_all", "profit_none"}
    assert all(Path(file).exists() for file in found["files"])
    assert found["messages"] > 0


BAD_FILES: dict[str, str | bytes] = {
    "empty": "",
    "header only": "customer_id,tenure,churn\n",
    "binary": bytes(range(256)) * 10,
    "no id": "a,b,churn\n1,2,0\n3,4,1\n",
    "no label": "customer_id,tenure\n1,2\n3,4\n",
    "one class": "customer_id,tenure,churn\n" + "".join(f"{i},{i % 7},0\n" for i in range(50)),
    "same ids": "customer_id,tenure,churn\n" + "".join(f"a,{i},{i % 2}\n" for i in range(50)),
    "three labels": "customer_id,tenure,churn\n" + "".join(f"{i},{i},{i % 3}\n" for i in range(50)),
}


@pytest.mark.parametrize("kind", BAD_FILES)
def test_a_bad_file_is_refused_in_one_line(capsys: pytest.CaptureFixture[str], tmp_path: Path, kind: str) -> None:
    """Exit code 2, one line naming the file, and an older model stays as it was."""
    path = write(tmp_path / "bad.csv", BAD_FILES[kind])
    model = tmp_path / "model"
    assert "bad.csv" in refused(capsys, "train", path, "--out", model)
    assert not model.exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["train", "nowhere.csv", "--out", "m"], "nowhere.csv"),
        (["score", "nowhere.csv", "--model", "nowhere", "--out", "x"], "nowhere"),
        (["profit", "--model", "nowhere"], "nowhere"),
        (["profit", "--model", "{model}", "--save-rate", "1.5"], "save_rate"),
        (["profit", "--model", "{model}", "--threshold", "1.5"], "threshold"),
        (["train", "{file}", "--id", "nobody", "--out", "m"], "nobody"),
        (["train", "{file}", "--scale-pos-weight", "heavy", "--out", "m"], "heavy"),
        (["simulate", "--customers", "0", "--out", "x"], "customer"),
        (["fly"], "fly"),
        ([], "COMMAND"),
    ],
)
def test_a_wrong_request_is_refused_in_one_line(
    capsys: pytest.CaptureFixture[str], telecom_folder: Path, telecom_file: Path, arguments: list[str], words: str
) -> None:
    """What was wrong is named, whatever it was."""
    filled = [argument.format(model=telecom_folder, file=telecom_file) for argument in arguments]
    assert words in refused(capsys, *filled)


def test_a_changed_byte_in_a_model_is_refused(
    capsys: pytest.CaptureFixture[str], telecom_folder: Path, tmp_path: Path
) -> None:
    """A model that is not the one saved is never used."""
    copy = tmp_path / "model"
    copy.mkdir()
    for path in telecom_folder.iterdir():
        (copy / path.name).write_bytes(path.read_bytes())
    text = (copy / "booster.json").read_text()
    (copy / "booster.json").write_text(text.replace("0", "1", 1))
    assert "booster.json is not the file that was saved" in refused(capsys, "profit", "--model", copy)
