"""The Campaign tab in a browser: the example beside its truth, then a draw, its log, and one verdict."""

import datetime as dt
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from retention.campaign.campaign_file import Campaign
from retention.pipeline.measure import measure_campaign
from retention.pipeline.play import play_campaign
from tests.browser.visitor import download, figure, open_tab, write_and_approve

pytestmark = [pytest.mark.browser, pytest.mark.slow]

READ_ON = dt.date(2025, 8, 30)


def test_from_the_send_list_to_a_verdict(page: Page, tmp_path: Path) -> None:
    """The example's truth at once; then hold a fifth back, write to the others, measure, plan again."""
    open_tab(page, "Campaign")
    campaign = page.locator("#campaign")
    expect(campaign).to_contain_text("This is a simulated campaign whose truth is known")
    expect(campaign).to_contain_text("The truth: it kept")
    expect(page.locator("#promise .js-plotly-plot")).to_be_visible()
    expect(page.locator("#health")).to_contain_text("As registered")

    expect(page.locator("#plan")).to_contain_text("Cost of holding out")  # before anything is pressed
    page.get_by_label("Name").fill("Diwali")
    page.get_by_label("Share held out").fill("20%")
    page.get_by_label("Share held out").press("Enter")
    expect(page.locator("#plan")).to_contain_text("20% of")
    page.locator("#draw").click()
    expect(page.locator("#drawn")).to_contain_text("Diwali")
    download(page, "Download campaign (zip)", tmp_path / "diwali.zip")
    drawn = Campaign.load(tmp_path / "diwali.zip")
    control = int((drawn.assignments["arm"] == "control").sum())
    assert control == pytest.approx(0.2 * len(drawn.assignments), abs=1)
    assert write_and_approve(page) == len(drawn.assignments) - control

    played = play_campaign(drawn)  # 5,000 customers and seed 7, as the example
    played.orders.to_csv(tmp_path / "orders.csv", index=False)
    open_tab(page, "Campaign")
    expect(campaign).not_to_contain_text("whose truth is known")
    boxes = page.locator("button", has_text="Drop File Here").locator("visible=true")
    with page.expect_file_chooser() as chooser:
        boxes.nth(1).click()
    chooser.value.set_files(str(tmp_path / "orders.csv"))
    page.get_by_label("As of").fill(str(READ_ON))
    page.locator("#measure").click()
    reading = measure_campaign(drawn, orders=tmp_path / "orders.csv", as_of=READ_ON)
    expect(campaign).to_contain_text(reading.sentence, timeout=60_000)
    assert figure(page, "Profit, ") == round(reading.as_dict()["profit"]["amount"])

    page.locator("#plan-again").click()
    expect(page.locator("#learned")).to_contain_text("expired on", timeout=60_000)  # a market of 2025
    expect(page.locator("#rates-history .js-plotly-plot")).to_be_visible()
    page.get_by_text("Effect by risk, arms, segments and notes").click()
    expect(page.locator("#effect-by-risk .js-plotly-plot")).to_be_visible()
