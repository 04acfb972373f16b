"""Bringing a log of orders whose columns nobody knows, in a real browser."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def choose(page: Page, box: str, column: str) -> None:
    page.get_by_label(box, exact=True).first.click()
    page.get_by_role("option", name=column, exact=True).first.click()


def test_a_person_maps_a_log_with_other_column_names(page: Page, tmp_path: Path) -> None:
    """Semicolons, decimal commas, days first: three columns chosen, defaults appear, another label is picked."""
    random = np.random.default_rng(1)
    day = pd.Timestamp("2024-01-01") + pd.to_timedelta(random.integers(0, 420, 3000), unit="D")
    paid = [f"{amount:.2f}".replace(".", ",") for amount in random.gamma(2, 300, 3000)]
    customer = [f"K{number:03}" for number in random.integers(0, 150, 3000)]
    log = pd.DataFrame({"wer": customer, "wann": day.strftime("%d.%m.%Y"), "wieviel": paid})
    log.to_csv(tmp_path / "log.csv", sep=";", index=False)
    page.get_by_role("tab", name="Customers").click()
    page.locator("input[type=file]").first.set_input_files(str(tmp_path / "log.csv"))
    cutoff = page.get_by_placeholder("YYYY-MM-DD")
    expect(cutoff).to_have_value("")
    choose(page, "Customer", "wer")
    choose(page, "Time of the order", "wann")
    choose(page, "Amount", "wieviel")
    expect(cutoff).to_have_value("2025-01-24")
    expect(page.get_by_label("Horizon (days)")).to_have_value("30")
    expect(page.get_by_label("Cutoff dates")).to_have_value("")
    page.get_by_label("silent for longer than their usual gap").check()
    expect(cutoff).not_to_have_value("2025-01-24")
    page.get_by_label("Active within (days)").fill("80")
    page.get_by_role("button", name="Create customers from these orders").click()
    expect(page.locator("#header")).to_contain_text("from log.csv")
    expect(page.locator(".card", has_text="ordered in the 80 days up to")).to_be_visible()
    expect(page.get_by_text("silent for 3 times one's own mean gap, counted")).to_be_visible()
    expect(page.get_by_text("One-time buyers")).to_be_visible()
