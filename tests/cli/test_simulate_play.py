"""``simulate --play``: the same market, continued through a drawn campaign."""

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from retention.campaign.assignment import draw
from retention.campaign.campaign_file import Campaign
from retention.cli import main
from retention.simulation.simulate import simulate, truth_today
from tests.campaign.cases import SALT, candidates, design
from tests.cli.commands import refused, run

MARKET = ("--customers", "400", "--seed", "5")


def saved_campaign(path: Path, *, prefix: str = "C", sent_on: dt.date = dt.date(2025, 7, 31)) -> Path:
    """Draw a campaign of 300 customers of the market and save it."""
    people = candidates(300)
    people["customer"] = [f"{prefix}{number + 1:07d}" for number in range(300)]
    registered = design(300, sent_on=sent_on)
    Campaign(registered, draw(people, registered, salt=SALT)).save(path)
    return path


def test_the_log_goes_on_with_the_campaign(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """The plain log is the beginning of the played one, line by line; the truth has the campaign's customers."""
    before, after, truth = (tmp_path / name for name in ("before.csv", "after.csv", "truth.csv"))
    campaign = saved_campaign(tmp_path / "diwali.zip")
    plain = run(capsys, "simulate", *MARKET, "--out", before)
    result = run(capsys, "simulate", *MARKET, "--play", campaign, "--out", after, "--truth", truth)
    header, *lines = before.read_text(encoding="utf-8-sig").splitlines()
    played_header, *played = after.read_text(encoding="utf-8-sig").splitlines()
    assert played_header == f"{header},offer"
    assert played[: len(lines)] == [f'{line},""' for line in lines]
    assert result["orders"] == len(played) > plain["orders"]
    assert any(line.endswith(('"cash_50"', '"free_delivery"', '"percent_20"')) for line in played[len(lines) :])
    table = pd.read_csv(truth)
    assert table["customer_id"].tolist() == Campaign.load(campaign).assignments["customer"].tolist()
    assert result["true_profit"] == pytest.approx(table["profit"].sum())
    assert (result["campaign"], result["campaign_customers"]) == ("diwali", 300)
    assert main(["simulate", *MARKET, "--play", str(campaign), "--out", str(after)]) == 0
    assert "diwali: 300 customers, of whom the treated really brought" in capsys.readouterr().out


def test_the_past_campaign_and_the_truth_of_today_are_written(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """They are the market's own, beside a log and a truth that stay the same; with --play they are refused."""
    market, today = simulate(400, seed=5), truth_today(400, seed=5)
    files = [tmp_path / name for name in ("orders.csv", "truth.csv", "campaign.csv", "today.csv")]
    result = run(
        capsys, "simulate", *MARKET, "--out", files[0], "--truth", files[1], "--campaign", files[2],
        "--truth-today", files[3],
    )  # fmt: skip
    assert result["files"] == [str(path) for path in files]
    assert pd.read_csv(files[2])["customer_id"].tolist() == market.campaign["customer_id"].tolist()
    assert pd.read_csv(files[2])["arm"].tolist() == market.campaign["arm"].tolist()
    for path, truth in ((files[1], market.truth), (files[3], today)):
        assert pd.read_csv(path)["p_stay_no_offer"].to_numpy() == pytest.approx(
            truth["p_stay_no_offer"].to_numpy()
        )
    for flag in ("--campaign", "--truth-today"):
        out = tmp_path / "played.csv"
        error = refused(capsys, "simulate", *MARKET, "--play", "x.zip", "--out", out, flag, tmp_path / "y.csv")
        assert f"error: {flag}: is of the market before --play continues it" in error


def test_a_campaign_of_other_customers_is_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """One sentence names a customer whom the market does not have, and nothing is written."""
    campaign, out = saved_campaign(tmp_path / "x.zip", prefix="K"), tmp_path / "after.csv"
    error = refused(capsys, "simulate", *MARKET, "--play", campaign, "--out", out)
    assert "300 of 300 customers of the campaign, such as 'K0000001', are not in a simulated market" in error
    late = saved_campaign(tmp_path / "y.zip", sent_on=dt.date(2026, 7, 31))
    assert "sent on 2026-07-31" in refused(capsys, "simulate", *MARKET, "--play", late, "--out", out)
    assert not out.exists()
