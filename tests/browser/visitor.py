"""What a visitor does in a browser: opens the page, goes from tab to tab, brings files, reads figures."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

DESK, PHONE = (1440, 900), (390, 844)


@contextmanager
def visiting(
    browser: Browser, address: str, *, size: tuple[int, int] = DESK, theme: str = "light", query: str = ""
) -> Iterator[Page]:
    """Open the app as a visitor of one's own, with the example on it.

    On leaving, the page must have asked nobody but the app, and nothing may have gone wrong in its console.
    """
    width, height = size
    context = browser.new_context(viewport={"width": width, "height": height}, accept_downloads=True)
    page = context.new_page()
    requested: list[str] = []
    wrong: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.set_default_timeout(60_000)
    page.goto(f"{address}?__theme={theme}&{query}")
    page.wait_for_selector("#cards .headline", state="attached")
    page.wait_for_selector("#header .now", state="attached")
    yield page
    context.close()
    own = (address, "data:", f"blob:{address}", address.replace("http", "ws"))
    assert [url for url in requested if not url.startswith(own)] == []
    assert wrong == []


def open_tab(page: Page, name: str) -> None:
    """Go to a tab."""
    page.get_by_role("tab", name=name).click()


def figure(page: Page, label: str) -> int:
    """Return the amount or count on a card or a cell of the matrix."""
    box = page.locator(".card, .cell").filter(has=page.locator(".label", has_text=label))
    text = box.locator(".figure").inner_text()
    return int(re.sub(r"[^\d−]", "", text).replace("−", "-"))


def upload(page: Page, path: Path) -> None:
    """Bring a file to the first tab."""
    open_tab(page, "Customers")
    page.locator("input[type=file]").first.set_input_files(str(path))


def write_and_approve(page: Page) -> int:
    """Have everybody written to, seal what was written, and return how many messages there are."""
    open_tab(page, "Offers")
    page.get_by_role("button", name="Write the messages").click()
    expect(page.locator("#breaker")).to_contain_text("messages in", timeout=60_000)
    page.get_by_role("button", name="Approve").click()
    expect(page.locator("#breaker")).to_contain_text("nothing changes any more")
    return int(page.locator("#breaker").inner_text().split(" messages in")[0].split()[-1].replace(",", ""))


def download(page: Page, button: str, path: Path) -> str:
    """Press a button that hands a file out, keep the file and return the address it came from."""
    with page.expect_download() as handed:
        page.get_by_role("button", name=button).click()
    handed.value.save_as(path)
    return str(handed.value.url)
