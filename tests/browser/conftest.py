"""A real server in a process of its own, and a real browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.chromium import installed
from tests.browser.server import FLAGS, running
from tests.browser.visitor import visiting
from tests.stand_ins.hub_server import HubServer, Person

expect.set_options(timeout=20_000)  # a busy machine is slow, not wrong

TOKEN = "hf_canaryofthismachine"  # noqa: S105  opens nothing


@pytest.fixture(scope="session")
def running_hub() -> Iterator[HubServer]:
    with HubServer() as server:
        yield server


@pytest.fixture(scope="session")
def address(running_hub: HubServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app's address, on a machine that is signed in to a Hub; the server ends with the tests."""
    home = tmp_path_factory.mktemp("home")
    (home / "token").write_text(TOKEN)
    with running(HF_ENDPOINT=running_hub.url, HF_HOME=str(home), HOME=str(home)) as address:
        yield address


@pytest.fixture
def hub(running_hub: HubServer) -> HubServer:
    """The Hub the app speaks to, empty; the machine's user is Alice there."""
    running_hub.clear()
    running_hub.people[TOKEN] = Person("alice")
    return running_hub


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
