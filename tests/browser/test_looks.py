"""Every tab in both themes and at both widths: whole, readable, labelled, open to the keyboard."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.server import ROOT
from tests.browser.visitor import DESK, PHONE, open_tab, visiting

pytestmark = [pytest.mark.browser, pytest.mark.slow]

#: Kept for eyes, out of git.
PICTURES = ROOT / "build" / "screenshots"
_TABS = {
    "Customers": "#recency_frequency .js-plotly-plot",
    "Churn model": "#reliability .js-plotly-plot",
    "Profit": "#save-rate .js-plotly-plot",
    "Offers": "#breaker",
    "Campaign": "#promise .js-plotly-plot",
    "Share": "#hub-model-status",
}
_AXE = {"runOnly": ["wcag2a", "wcag2aa"], "resultTypes": ["violations"]}


def complaints(page: Page) -> list[str]:
    """What the accessibility checker finds wrong: contrast, labels, roles, names."""
    violations = Axe().run(page, options=_AXE).response["violations"]
    return [f"{violation['id']}: {node['html'][:200]}" for violation in violations for node in violation["nodes"]]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_every_tab_is_whole(browser: Browser, address: str, size: tuple[int, int], theme: str) -> None:
    """No tab is wider than the page, contrast is AA and every input has a name; a picture of each is kept."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with visiting(browser, address, size=size, theme=theme) as page:
        page.locator("#what-if").click()
        page.wait_for_selector(_TABS["Profit"])
        page.get_by_label("Budget").fill("5000")
        expect(page.locator("#outcome")).to_contain_text("of budget would earn")
        open_tab(page, "Offers")
        page.get_by_role("button", name="Write the messages").click()
        expect(page.locator("#breaker")).to_contain_text("messages in")
        for tab, sign in _TABS.items():
            open_tab(page, tab)
            page.wait_for_selector(sign)
            page.screenshot(path=PICTURES / f"{tab.split()[0].lower()}-{size[0]}-{theme}.png", full_page=True)
            assert page.evaluate("document.documentElement.scrollWidth") <= size[0], tab
            if size == DESK:  # colours and names are the same at any width, and the checker takes its time
                assert complaints(page) == [], tab


def test_the_keyboard_goes_everywhere_and_is_seen(page: Page) -> None:
    """Tab by tab stop, whatever has the focus shows it, and the arrows move the slider."""
    stops = []
    for _ in range(12):
        page.keyboard.press("Tab")
        stops.append(
            page.evaluate(
                "(() => { const at = document.activeElement, look = getComputedStyle(at);"
                " return [at.tagName, at.id || at.textContent.trim().slice(0, 20),"
                " look.outlineStyle !== 'none' && parseFloat(look.outlineWidth) >= 2]; })()"
            )
        )
    assert [stop for stop in stops if not stop[2]] == []
    assert "link" in [name for _, name, _ in stops]
    assert ["INPUT", True] in [[kind, seen] for kind, _, seen in stops]
    slider = page.locator("#threshold input[type=range]")
    slider.focus()
    before = float(slider.input_value())
    page.keyboard.press("ArrowRight")
    assert float(slider.input_value()) > before
    expect(page.locator(".card").first).not_to_contain_text("from the break-even on")
