"""What a send list comes to: the money, what it rests on, and what looser limits would earn."""

import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from retention.churn.model import ChurnModel
from retention.customers.intake import read_customers
from retention.targeting import SendPolicy, Spending, score
from tests.files import telecom_customers, write
from tests.targeting.cases import CATALOGUE, ECONOMICS, LARGE, SMALL, run


def test_spending_says_what_the_next_thousand_would_earn(telecom_model: ChurnModel) -> None:
    """Spent stays within the budget, and the shadow price is what a little more of it really earns."""
    customers = read_customers(telecom_customers(600, seed=2), ignore_label=True)
    policy = SendPolicy(economics=ECONOMICS, catalogue=(SMALL, LARGE), every_offer=True)

    def earned(budget: float) -> tuple[float, Spending]:
        scored = score(customers, telecom_model, replace(policy, budget=budget))
        assert scored.spending is not None
        assert scored.spending.spent <= budget
        sent = scored.send_list[scored.send_list["send"] == "yes"]
        return float(sent["expected_profit"].sum()), scored.spending

    (less, spending), (more, _) = earned(5000), earned(6000)
    assert spending.next_thousand == pytest.approx(more - less, abs=1)
    assert spending.budget_price == pytest.approx((more - less) / 1000, rel=0.1)
    rich = earned(1e9)[1]
    assert (rich.budget_price, rich.next_thousand) == (0, 0)


def test_the_command_reports_amounts_and_their_evidence(
    capsys: pytest.CaptureFixture[str], telecom_folder: Path, telecom_file: Path, tmp_path: Path
) -> None:
    """Every amount has an entry in ``evidence``; the text has the same amounts and tags."""
    command = ("score", telecom_file, "--model", telecom_folder, "--out", tmp_path / "scored.csv", "--every-offer",
               "--catalogue", write(tmp_path / "offers.toml", CATALOGUE), "--budget", 10_000)  # fmt: skip
    summary = json.loads(run(capsys, *command, "--json"))
    amounts = {"expected_profit", "budget", "budget_spent", "shadow_price", "next_thousand", "contact_price"}
    assert summary["evidence"] == {name: ["assumed"] for name in amounts}
    assert 9900 < summary["budget_spent"] <= summary["budget"] == 10_000
    assert 0 < summary["next_thousand"] < 1000 * summary["shadow_price"]
    assert summary["warnings"] == []
    rows = pd.read_csv(tmp_path / "scored.csv")
    sent = rows[rows["send"] == "yes"]
    assert summary["expected_profit"] == pytest.approx(sent["expected_profit"].sum())
    assert set(sent["offer"]) == {"cash_50", "delivery"}
    text = run(capsys, *command)
    assert "of a budget of ₹10,000 (assumed)" in text
    assert "the next ₹1,000 of budget would earn ₹" in text
    plain = json.loads(run(capsys, *command[:6], "--json"))
    assert plain["evidence"] == {"expected_profit": ["assumed"]}
    assert plain["budget_spent"] is None


def test_offers_of_equal_save_rates_are_pointed_out(
    capsys: pytest.CaptureFixture[str], telecom_folder: Path, telecom_file: Path, tmp_path: Path
) -> None:
    """The packaged catalogue has no save rates, so the cheapest offer is always chosen."""
    command = ("score", telecom_file, "--model", telecom_folder, "--out", tmp_path / "scored.csv", "--every-offer")
    assert "the cheapest always earns most" in run(capsys, *command)
