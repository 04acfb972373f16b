"""``--rates``: what a campaign measured, in ``score``, ``profit``, ``report`` and ``holdout``."""

import datetime as dt
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from retention.campaign.learned_rates import LearnedRates
from retention.churn.model import ChurnModel
from retention.cli import main
from retention.profit.economics import PRESETS, Economics
from retention.profit.measured_rates import Rates
from retention.tabular.archives import write_archive
from retention.targeting import offers_at, profit_of_model
from tests.cli.commands import refused, run
from tests.files import telecom_customers
from tests.profit.rates_cases import offer_rates, rates_of
from tests.test_evidence import untagged

REALISTIC = PRESETS["realistic"]
EXPIRED = dt.date(2026, 4, 1)


def measured(economics: Economics = REALISTIC, *, expires_on: dt.date = dt.date(2999, 1, 1)) -> Rates:
    """Return rates of the first packaged offer: γ .4 (.3 to .5), ρ .5 (.45 to .55), s .01 (0 to .02)."""
    offer = offers_at(economics)[0]
    rates = offer_rates(offer, save_rate=(0.4, 0.3, 0.5), redemption=(0.5, 0.45, 0.55), harm_rate=(0.01, 0, 0.02))
    return rates_of(replace(rates, expires_on=expires_on), scores=(0.2, 0.9))


@pytest.fixture
def rates_zip(tmp_path: Path) -> Path:
    path = tmp_path / "rates.zip"
    LearnedRates(rates=measured()).save(path)
    return path


@pytest.fixture
def score(tmp_path: Path, telecom_folder: Path) -> tuple[object, ...]:
    """The command that scores 200 customers at the realistic preset."""
    path = tmp_path / "today.csv"
    telecom_customers(200, seed=3).to_csv(path, index=False)
    return ("score", path, "--model", telecom_folder, "--preset", "realistic")


def test_profit_is_that_of_the_measured_rates(
    capsys: pytest.CaptureFixture[str], telecom_folder: Path, telecom_model: ChurnModel, rates_zip: Path
) -> None:
    """The curve has γ = .4, ρ = .5, s = .01; its ends and the assumed plan stand beside it, all of it tagged."""
    answer = run(capsys, "profit", "--model", telecom_folder, "--preset", "realistic", "--rates", rates_zip)
    economics = replace(REALISTIC, save_rate=0.4, stayer_redemption=0.5, harm_rate=0.01)
    assert answer["profit_best"] == profit_of_model(telecom_model, economics).profit_best
    assert answer["threshold_break_even"] == pytest.approx(economics.break_even())
    assert answer["evidence"]["profit_best"] == ["backtested", "measured", "assumed"]
    assert untagged(answer) == []
    assert answer["rates"]["cash_50"]["measured"] is True
    assert answer["rates"]["percent_20"]["measured"] is False
    ends = {
        "assumed": REALISTIC,
        "low": replace(REALISTIC, save_rate=0.3, stayer_redemption=0.55, harm_rate=0.02),
        "measured": economics,
        "high": replace(REALISTIC, save_rate=0.5, stayer_redemption=0.45, harm_rate=0.0),
    }
    for name, inputs in ends.items():
        curve, plan = profit_of_model(telecom_model, inputs), answer["plans"][name]
        assert plan["profit_deployed"] == curve.deployed.profit
        assert plan["contacted"] == curve.deployed.contacted
    low, high = (answer["plans"][end]["profit_deployed"] for end in ("low", "high"))
    assert low < answer["profit_deployed"] < high


def test_the_text_of_profit_says_what_was_measured(
    capsys: pytest.CaptureFixture[str], telecom_folder: Path, rates_zip: Path
) -> None:
    """A person reads the rates with their intervals, and what the ends would have planned."""
    assert (
        main(["profit", "--model", str(telecom_folder), "--preset", "realistic", "--rates", str(rates_zip)]) == 0
    )
    text = capsys.readouterr().out
    assert "with measured rates and assumed amounts" in text
    assert (
        "cash_50: save rate 40% (30–50%), redemption by retained customers 50% (45–55%), harm rate 1% (0–2%)"
        in text
    )
    assert "free_delivery: save rate 30% assumed (never measured)" in text
    assert "At the measured rates" in text


@pytest.mark.parametrize("flags", [(), ("--every-offer", "--budget", "900"), ("--max-contacts", "20")])
def test_score_plans_with_them(
    capsys: pytest.CaptureFixture[str], score: tuple[object, ...], rates_zip: Path, flags: tuple[str, ...]
) -> None:
    """Each expected profit is V·τ − d·r − c of the offer's own rates, and its tag says what it rests on."""
    out = rates_zip.with_name("next.csv")
    answer = run(capsys, *score, "--rates", rates_zip, "--out", out, *flags)
    rows = pd.read_csv(out, keep_default_na=False)
    p, offer = rows["churn_probability"], rows["offer"].replace("", "cash_50")
    cash = 500 * (p * 0.4 - (1 - p) * 0.01) - 50 * (p * 0.4 + (1 - p) * 0.5) - 1
    assumed = 500 * p * 0.3 - rows["offer_cost"] * (p * 0.3 + (1 - p) * 0.6) - 1
    expected = cash.where(offer == "cash_50", assumed)
    assert rows["expected_profit"].to_numpy() == pytest.approx(expected.to_numpy(), abs=0.0051)
    tagged = (offer == "cash_50") & p.between(0.2, 0.9)
    assert (rows["expected_profit_evidence"] == "measured+assumed").tolist() == tagged.tolist()
    assert untagged(answer) == []
    assert answer["evidence"]["expected_profit"] == ["measured", "assumed"]


@pytest.mark.parametrize(
    ("rates", "cost", "why"),
    [
        (measured(expires_on=EXPIRED), 50, "expired on 1 Apr 2026"),
        (measured(), 50.5, "never measured"),
        (measured(Economics(currency="€")), 50, "the terms of the offer changed"),
    ],
)
def test_rates_that_do_not_hold_any_more_leave_the_list_as_assumed(
    capsys: pytest.CaptureFixture[str],
    score: tuple[object, ...],
    tmp_path: Path,
    *,
    rates: Rates,
    cost: float,
    why: str,
) -> None:
    """Expired, another offer, other words: the list is byte for byte the assumed one, and it is said why."""
    path = tmp_path / "old.zip"
    LearnedRates(rates=rates).save(path)
    score = (*score, "--offer-cost", cost)
    answer = run(capsys, *score, "--rates", path, "--out", tmp_path / "with.csv")
    run(capsys, *score, "--out", tmp_path / "without.csv")
    assert (tmp_path / "with.csv").read_bytes() == (tmp_path / "without.csv").read_bytes()
    first = next(iter(answer["rates"].values()))
    assert first["measured"] is False
    assert why in first["words"]
    assert answer["evidence"]["expected_profit"] == ["assumed"]


def test_a_draw_registers_what_the_list_was_priced_with(
    capsys: pytest.CaptureFixture[str], score: tuple[object, ...], rates_zip: Path, tmp_path: Path
) -> None:
    """`holdout --rates` promises the profit of the measured rates, which the later reading is held against."""
    out, campaign = tmp_path / "next.csv", tmp_path / "next.zip"
    priced = ("--preset", "realistic", "--rates", rates_zip)
    run(capsys, *score, "--rates", rates_zip, "--out", out)
    run(
        capsys, "holdout", out, *priced, "--ledger", tmp_path / "l.sqlite", "--name", "next",
        "--share", "0.3", "--out", tmp_path / "send.csv", "--campaign", campaign,
    )  # fmt: skip
    with zipfile.ZipFile(campaign) as packed:
        design = json.loads(packed.read("design.json"))
    assert design["economics"]["save_rate"] == 0.4
    assert design["economics"]["harm_rate"] == 0.01
    assert design["offers"][0]["save_rate"] == 0.4
    assert design["offers"][1]["save_rate"] is None


def test_a_report_names_the_campaign(
    capsys: pytest.CaptureFixture[str], telecom_folder: Path, rates_zip: Path, tmp_path: Path
) -> None:
    """The page says measured beside its amounts, and by which campaign."""
    page = tmp_path / "report.html"
    run(capsys, "report", "--model", telecom_folder, "--preset", "realistic", "--rates", rates_zip, "--out", page)
    assert "40% (30–50%) measured" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize("content", [b"no zip", None])
def test_a_file_that_holds_no_rates_is_refused(
    capsys: pytest.CaptureFixture[str], telecom_folder: Path, tmp_path: Path, content: bytes | None
) -> None:
    """One sentence names the file; nothing is written."""
    path = tmp_path / "rates.zip"
    if content is not None:
        path.write_bytes(content)
    assert "rates.zip: " in refused(capsys, "profit", "--model", telecom_folder, "--rates", path)


def test_a_changed_byte_is_refused(
    capsys: pytest.CaptureFixture[str], telecom_folder: Path, rates_zip: Path
) -> None:
    """A save rate that somebody raised by hand does not match the manifest."""
    with zipfile.ZipFile(rates_zip) as packed:
        files = {name: packed.read(name) for name in packed.namelist()}
    files["rates.json"] = files["rates.json"].replace(b"0.4", b"0.9")
    write_archive(files, rates_zip)
    assert "rates.json" in refused(capsys, "profit", "--model", telecom_folder, "--rates", rates_zip)


def test_a_list_with_measured_rates_is_drawn_at_what_priced_it(
    capsys: pytest.CaptureFixture[str], score: tuple[object, ...], rates_zip: Path, tmp_path: Path
) -> None:
    """Other inputs would register another promise than the list's; the line says that the rates count as well."""
    out = tmp_path / "next.csv"
    run(capsys, *score, "--rates", rates_zip, "--out", out)
    draw = ("--ledger", tmp_path / "l.sqlite", "--name", "next", "--dry-run")
    line = refused(
        capsys, "holdout", out, "--preset", "realistic", "--contact-cost", 9, "--rates", rates_zip, *draw
    )
    assert "pass the money inputs and the rates that score had" in line
