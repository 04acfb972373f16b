"""Long work goes on, or is stopped, while its visitor does something else, in a real browser."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.server import running
from tests.browser.visitor import open_tab, upload
from tests.files import telecom_customers

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True)


def at_80(page: Page) -> None:
    """Set the cost of an offer, and wait until everything follows."""
    open_tab(page, "Profit")
    page.get_by_label("Offer cost").fill("80")
    expect(page.locator("#header")).to_contain_text("₹80 per offer")
    open_tab(page, "Churn model")


@pytest.fixture(scope="module")
def other_visitors_pipe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is written to when somebody else's training is to end."""
    pipe = tmp_path_factory.mktemp("busy") / "pipe"
    os.mkfifo(pipe)
    return pipe


@pytest.fixture(scope="module")
def address(other_visitors_pipe: Path) -> Iterator[str]:
    """An app where somebody trains already, so whoever trains now waits in the queue."""
    with running("-m", "tests.stand_ins.busy_desk", str(other_visitors_pipe)) as address:
        yield address


def train(page: Page) -> None:
    """Press Train, and wait in the queue."""
    open_tab(page, "Churn model")
    button(page, "Train").click()
    expect(page.get_by_text("you are next in the queue")).to_be_visible()


def test_a_training_is_stopped_after_prices_were_changed(page: Page) -> None:
    """Who waits in the queue sees so, changes a price and can still stop; the price stays."""
    train(page)
    at_80(page)
    expect(button(page, "Train")).to_be_disabled()
    button(page, "Stop").click()
    expect(page.locator(".toast-body.info", has_text="nothing was changed")).to_be_visible()
    expect(button(page, "Train")).to_be_enabled()
    expect(button(page, "Stop")).to_be_disabled()
    expect(page.locator("#header")).to_contain_text("₹80 per offer")


def test_a_price_changed_during_training_stays(page: Page, other_visitors_pipe: Path) -> None:
    """The model that comes is priced at it."""
    train(page)
    at_80(page)
    other_visitors_pipe.write_text("done")
    expect(button(page, "Train")).to_be_enabled(timeout=120_000)
    expect(button(page, "Stop")).to_be_disabled()
    expect(page.locator("#header")).to_contain_text("₹80 per offer")
    open_tab(page, "Profit")
    expect(page.get_by_label("Offer cost")).to_have_value("80")


def test_customers_loaded_during_training_stay(page: Page, other_visitors_pipe: Path, tmp_path: Path) -> None:
    """The model of those before does not come back with them; a sentence says what to do."""
    telecom_customers(300).to_csv(tmp_path / "mine.csv", index=False)
    train(page)
    upload(page, tmp_path / "mine.csv")
    button(page, "Use these customers").click()
    expect(page.locator("#header")).to_contain_text("300 customers from mine.csv, no model yet")
    other_visitors_pipe.write_text("done")
    toast = page.locator(".toast-body", has_text="the customers changed during the training; train again")
    expect(toast).to_be_visible(timeout=120_000)
    expect(page.locator("#header")).to_contain_text("300 customers from mine.csv, no model yet")
