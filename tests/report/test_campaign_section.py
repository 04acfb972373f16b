"""The report's sheet about a measured campaign: the reading's numbers, tagged, and nothing before the day."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from retention.campaign.experiment import measure_experiment
from retention.campaign.experiment_table import ExperimentColumns
from retention.campaign.measurement import measure
from retention.campaign.metric_rows import metric_rows
from retention.campaign.reading import Reading
from retention.campaign.summary import promise_bars, tiles
from retention.churn.model import ChurnModel
from retention.cli import main
from retention.report import render_report
from retention.report.campaign_section import campaign_section
from retention.targeting import profit_of_model
from tests.campaign.campaigns import READ_ON, drawn, played
from tests.campaign.test_experiment import shuffled
from tests.report.test_report import AMOUNT, DAY, NASTY, REALISTIC, Node, evidence, read, row


@pytest.fixture(scope="module")
def measured() -> Reading:
    """A campaign of 2,000 customers, read on its day."""
    campaign = drawn()
    return measure(campaign, played(campaign), as_of=READ_ON)


def sheet(model: ChurnModel, reading: Reading | None) -> Node:
    """Return the page."""
    curve = profit_of_model(model, REALISTIC)
    return read(render_report(model, curve, made_at=DAY, reading=reading))


def test_the_sheet_says_what_the_reading_says(telecom_model: ChurnModel, measured: Reading) -> None:
    """Sentence, four tiles, checks and arms are the reading's own; the footer explains the third tag."""
    page = sheet(telecom_model, measured)
    (section,) = page.all("campaign")
    assert measured.sentence in section.words
    assert "90% interval; diwali, read on 12 Nov 2026" in section.words
    cells = [cell.words for cell in section.all("cell")]
    for tile, words in zip(tiles(measured), cells, strict=True):
        assert words.startswith(f"{tile.label} {tile.figure} {tile.note}")
        assert words.endswith(", ".join(tile.evidence))
    for check in measured.checks:
        assert check.sentence in section.words
    for metric in metric_rows(measured):
        cells = row(page, f"{metric.label} {', '.join(metric.evidence)}")
        assert cells == [metric.figure, metric.interval, metric.assumed]
    assert row(page, "cash_50")[0] == f"{measured.arms['cash_50'].customers:,}"
    assert "measured: against customers whom chance alone held out" in page.words
    assert "No amount here was measured" not in page.words
    assert not sheet(telecom_model, None).all("campaign")


def test_every_amount_of_the_sheet_is_measured_and_assumed(telecom_model: ChurnModel, measured: Reading) -> None:
    """Beside it, in the header of its column or in the caption of the chart."""
    page = sheet(telecom_model, measured)
    (section,) = page.all("campaign")
    amounts = [
        node
        for node in section.below()
        if any(isinstance(words, str) and AMOUNT.search(words) for words in node.children)
    ]
    assert len(amounts) >= 8
    for node in amounts:
        assert "measured, assumed" in evidence(page, node), node.words


def test_the_bars_are_at_their_numbers(measured: Reading) -> None:
    """Zero, the promise and the interval stand in proportion, and within the frame."""
    plot, bars = campaign_section(measured).plot, promise_bars(measured)
    assert plot is not None and bars is not None and bars.assumed is not None and plot.promise is not None
    per_amount = plot.promise[1] / bars.assumed
    assert plot.interval[1] - plot.interval[0] == pytest.approx(
        (bars.measured.high - bars.measured.low) * per_amount, abs=0.3
    )
    assert plot.x(bars.measured.value) - plot.zero == pytest.approx(bars.measured.value * per_amount, abs=0.3)
    assert plot.left <= min(plot.zero, plot.interval[0])
    assert max(plot.interval[1], sum(plot.promise)) <= plot.right + 0.1


def test_before_the_day_there_are_counts_and_no_amount(telecom_model: ChurnModel) -> None:
    """Nobody sees an effect early, not on paper either."""
    campaign = drawn()
    early = measure(campaign, played(campaign), as_of=READ_ON - dt.timedelta(days=1))
    (section,) = sheet(telecom_model, early).all("campaign")
    assert "diwali is read from 12 Nov on" in section.words
    assert [cell.words for cell in section.all("dd")][:2] == ["2,000", "400"]
    assert not AMOUNT.search(section.words)
    assert not section.all("figure") and not section.all("table")


def test_a_reading_that_is_not_valid_shows_no_effect(telecom_model: ChurnModel, measured: Reading) -> None:
    """The reason stands in place of the figures."""
    campaign = drawn()
    broken = measure(campaign, played(campaign), as_of=READ_ON, registered_sha256="0" * 64)
    (section,) = sheet(telecom_model, broken).all("campaign")
    assert "not valid" in section.words and "not shown" in section.words
    assert not section.all("figure")


def test_an_experiment_has_no_promise_and_its_words_are_escaped(telecom_model: ChurnModel) -> None:
    """Its arms may be named in any way."""
    table = shuffled()
    columns = ExperimentColumns(arm="arm", control="nothing", kept="kept", chance="0.5", money="spend")
    reading = measure_experiment(table, columns)
    assert campaign_section(reading).evidence == ("measured",)
    renamed = replace(reading, name=NASTY, sentence=NASTY, arms={NASTY: reading.overall}, notes=(NASTY,))
    page = sheet(telecom_model, renamed)
    (section,) = page.all("campaign")
    assert section.words.count("<script>alert(1)</script>") >= 4
    assert not {"script", "img"} & {node.tag for node in section.below()}
    assert "promised by the plan" not in section.words


def test_the_command_takes_a_reading(
    telecom_folder: Path, measured: Reading, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A zip of `measure` gives the sheet; any other file is refused, and no page is written."""
    measured.save(tmp_path / "reading.zip")
    out = tmp_path / "report.html"
    command = ["report", "--model", str(telecom_folder), "--out", str(out), "--reading"]
    (tmp_path / "t.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    assert main([*command, str(tmp_path / "t.csv")]) == 2
    assert "is no zip of a reading" in capsys.readouterr().err
    assert not out.exists()
    assert main([*command, str(tmp_path / "reading.zip")]) == 0
    assert measured.sentence in read(out.read_text(encoding="utf-8")).words
