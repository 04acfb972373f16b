"""A real server in a process of its own, and a real browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.chromium import installed
from tests.browser.server import FLAGS, running
from tests.browser.visitor import visiting


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """The app's address; the server ends with the tests."""
    with running() as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A headless Chromium; gone with its module, because its event loop bars others in the same thread."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=installed(), args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """A fresh visitor's page at a desk, its chart drawn."""
    with visiting(browser, address) as page:
        page.wait_for_selector("#profit-curve .js-plotly-plot")
        yield page
