"""``simulate --play``: the same market, continued through a drawn campaign."""

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from retention.campaign.assignment import draw
from retention.campaign.campaign_file import Campaign
from retention.cli import main
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


def test_a_campaign_of_other_customers_is_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """One sentence names a customer whom the market does not have, and nothing is written."""
    campaign, out = saved_campaign(tmp_path / "x.zip", prefix="K"), tmp_path / "after.csv"
    error = refused(capsys, "simulate", *MARKET, "--play", campaign, "--out", out)
    assert "300 of 300 customers of the campaign, such as 'K0000001', are not in a simulated market" in error
    late = saved_campaign(tmp_path / "y.zip", sent_on=dt.date(2026, 7, 31))
    assert "sent on 2026-07-31" in refused(capsys, "simulate", *MARKET, "--play", late, "--out", out)
    assert not out.exists()
