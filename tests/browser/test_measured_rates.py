"""Rates that a campaign measured, opened in the Profit tab: sliders and cards follow, and there is a way back."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from retention.campaign.learned_rates import LearnedRates
from retention.profit.economics import Economics
from retention.targeting import offers_at
from tests.browser.visitor import figure
from tests.profit.rates_cases import offer_rates, rates_of

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_measured_rates_are_opened_and_returned(page: Page, tmp_path: Path) -> None:
    """The save rate shows 30% (25–35%) and cannot be moved, amounts say measured; another cost undoes it."""
    offer = offers_at(Economics())[0]
    measured = offer_rates(offer, save_rate=(0.3, 0.25, 0.35), redemption=(0.6, 0.5, 0.7))
    path = tmp_path / "rates.zip"
    LearnedRates(rates=rates_of(replace(measured, expires_on=dt.date(2999, 1, 1)))).save(path)
    before = figure(page, "Profit against doing nothing")
    page.get_by_role("button", name="Measured rates").click()
    page.locator("#measured-rates input[type=file]").set_input_files(str(path))

    save_rate = page.get_by_label("number input for Save rate")
    expect(save_rate).to_have_value("0.3")
    expect(save_rate).to_be_disabled()
    expect(page.get_by_text("Measured: 30% (25–35%) by diwali")).to_be_visible()
    expect(page.locator("#rates")).to_contain_text("At the measured rates")
    expect(page.locator("#cards .tag", has_text="measured").first).to_be_visible()
    assert figure(page, "Profit against doing nothing") < before

    page.get_by_label("Offer cost").fill("60")  # another offer
    expect(save_rate).to_be_enabled()
    expect(save_rate).to_have_value("1")
    expect(page.locator("#rates")).to_contain_text("cash_50: no longer among the offers (last measured 30%")
    page.get_by_label("Offer cost").fill("50")
    expect(save_rate).to_be_disabled()
    expect(save_rate).to_have_value("0.3")

    page.get_by_role("button", name="Return to the assumed rates").click()
    expect(save_rate).to_be_enabled()
    expect(save_rate).to_have_value("1")
    expect(page.locator("#cards .tag", has_text="measured")).to_have_count(0)
    assert figure(page, "Profit against doing nothing") == before
