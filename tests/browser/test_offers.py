"""Reviewing, changing and approving messages in a real browser."""

import re
import tomllib
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import Locator, Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def cell(page: Page, table: str, row: int, column: int, columns: int) -> Locator:
    """A cell of a table, by position."""
    return page.locator(f"#{table} [role=gridcell]").nth(row * columns + column)


def test_an_offer_is_edited_templates_are_reviewed_and_approval_ends_it(page: Page) -> None:
    """A cost typed into the table reaches every message; lines struck or changed are so in what is downloaded."""
    page.get_by_role("tab", name="Offers").click()
    page.get_by_text("Offer catalogue").click()
    for typed, right in (("soon", False), ("80", True)):
        cell(page, "catalogue", 0, 1, 8).dblclick()
        editor = cell(page, "catalogue", 0, 1, 8).locator("textarea, input")
        editor.fill(typed)
        editor.press("Enter")
        page.get_by_role("button", name="Use these offers").click()
        trouble = page.locator("#catalogue-trouble")
        if right:
            expect(trouble).not_to_contain_text("row 1")
        else:
            expect(trouble).to_contain_text(
                "row 1, column 'Cost when redeemed': must be a number, such as 2.50 or 1,250, got 'soon'"
            )
    with page.expect_download() as saved:
        page.get_by_role("button", name="Download catalogue.toml").click()
    assert tomllib.loads(Path(saved.value.path()).read_text(encoding="utf-8"))["offer"][0]["cost"] == 80
    page.get_by_text("Offer catalogue").click()

    page.get_by_label("Use the language model").click()
    page.get_by_role("button", name="Write the messages").click()
    expect(page.locator("#written")).to_contain_text("Not approved yet")
    circuit = page.locator("#circuit")
    expect(circuit).to_contain_text("the language model cannot be reached")
    expect(page.locator("#header")).to_contain_text("circuit breaker open")
    countdown = {re.sub(r".*next probe in (\d+) s.*", r"\1", circuit.inner_text().replace("\n", " "))}
    expect(circuit).not_to_contain_text(f"in {countdown.pop()} s")  # it counts down by itself

    template_cell = cell(page, "templates", 0, 0, 4)
    template = template_cell.inner_text().strip()
    template_cell.click()
    page.get_by_role("button", name="Reject").click()
    expect(page.locator("#templates")).not_to_contain_text(template)
    cell(page, "templates", 0, 0, 4).click()
    page.get_by_label("Template, for every customer who has it").fill(
        "Hello {name}, a table is ready, with {offer}."
    )
    page.get_by_role("button", name="Save my template").click()
    expect(page.locator("#written")).to_contain_text("by person")
    page.get_by_role("button", name="Approve").click()
    expect(page.locator("#written")).to_contain_text("nothing changes any more")
    expect(page.get_by_role("button", name="Reject")).to_be_hidden()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download CSV").click()
    messages = pd.read_csv(download.value.path())
    assert messages["message"].str.contains("₹80").all()
    assert messages["message"].str.contains("a table is ready, with ₹80").any()
    assert not messages["message"].str.contains(template.split("{name}")[1].split("{offer}")[0], regex=False).any()
    page.get_by_label("Brief").click()
    page.get_by_role("button", name="Write the messages").click()
    expect(page.locator("#written")).to_contain_text("messaged less than 14 days ago")


def test_a_customers_card_shows_segment_reasons_profit_and_lets_the_message_be_changed(page: Page) -> None:
    """Chosen by its row, the card says why; own words replace that message alone."""
    page.get_by_role("tab", name="Offers").click()
    page.get_by_label("Cool-down (days)").fill("")  # the usual one
    page.get_by_role("button", name="Write the messages").click()
    expect(page.locator("#written")).to_contain_text("Not approved yet")
    cell(page, "messages", 1, 3, 5).click()
    card = page.locator("#card")
    expect(card).to_contain_text("likely to churn")
    expect(card).to_contain_text("expected to earn ₹")
    expect(card).to_contain_text("assumed")
    expect(card).to_contain_text("Last order")
    assert card.locator("li").count() >= 1
    page.get_by_label("Message", exact=True).fill("Come back soon")
    page.get_by_role("button", name="Save my message").click()
    expect(page.locator("#written")).to_contain_text("1 by person")
    expect(cell(page, "messages", 1, 3, 5)).to_contain_text("Come back soon")
