"""The profit curve by threshold or by the share of customers contacted, drawn in the browser alone."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.visitor import PHONE, figure, open_tab, visiting

pytestmark = [pytest.mark.browser, pytest.mark.slow]

_SHARE = "Share of customers who get an offer"
_CHART = """() => {
    const plot = document.querySelector('#profit-curve .js-plotly-plot');
    const line = plot._fullData.find((trace) => trace.name === 'This model');
    const here = plot._fullData.find((trace) => trace.name === 'You are here');
    return { title: plot.layout.xaxis.title.text, first: line.x[0], last: line.x[line.x.length - 1],
             top: Math.max(...line.y), x: here.x[0], y: here.y[0], mark: plot.layout.shapes[0].x0,
             ticks: [...plot.querySelectorAll('.xtick text')].map((one) => one.textContent) };
}"""


_MARKER_MATCHES_CARDS = """() => {
    const here = document.querySelector('#profit-curve .js-plotly-plot').data.at(-1);
    const number = (text) => Number(text.replace(/[^0-9]/g, ''));
    const cards = [...document.querySelectorAll('.card')];
    const card = cards.find((one) => one.innerText.startsWith('Customers contacted'));
    const [sent, of] = ['.figure', '.note'].map((part) => number(card.querySelector(part).innerText));
    return Math.abs(here.x[0] - sent / of) < 1e-6;
}"""


def chart(page: Page, title: str) -> dict[str, Any]:
    """What the curve shows, once its horizontal axis has this title."""
    expect(page.locator("#profit-curve .xtitle")).to_have_text(title)
    shown: dict[str, Any] = page.evaluate(_CHART)
    return shown


def chart_by_share(page: Page) -> dict[str, Any]:
    """What the curve shows by share, once its marker stands where the cards say."""
    page.wait_for_function(_MARKER_MATCHES_CARDS)
    return chart(page, _SHARE)


def test_the_curve_is_drawn_by_share_without_asking_the_server(page: Page) -> None:
    """Axis, line and break-even change; marker and cards agree at the start and wherever the slider goes."""
    requested: list[str] = []
    page.wait_for_selector("#profit-curve .xtitle")
    before = chart(page, "Threshold: offer from this probability on")
    assert (before["first"], before["last"]) == (0, 1)
    page.on("request", lambda request: requested.append(request.url))
    page.get_by_label("Share of customers contacted").click()
    after = chart_by_share(page)
    assert (after["first"], after["last"]) == (1, 0)
    assert (after["top"], after["y"]) == (before["top"], before["y"])
    assert after["ticks"][-1] == "100%" and after["mark"] != before["mark"]
    page.locator("#threshold input[type=range]").focus()
    for _ in range(5):
        page.keyboard.press("PageUp")
    expect(page.locator(".card").first).not_to_contain_text("from the break-even on")
    page.wait_for_function(f"({_CHART})().x < {after['x']}")
    moved = chart_by_share(page)
    assert moved["y"] == figure(page, "Profit against doing nothing")
    page.get_by_label("Threshold", exact=True).click()
    back = chart(page, "Threshold: offer from this probability on")
    assert back["x"] == pytest.approx(float(page.locator("#threshold input[type=number]").input_value()))
    assert (back["first"], back["last"], back["mark"]) == (0, 1, before["mark"])
    assert requested == []


def test_the_axis_stays_when_the_curve_comes_anew(browser: Browser, address: str) -> None:
    """On a phone in the dark, by keyboard: other money inputs and another tab leave the share where it was."""
    with visiting(browser, address, size=PHONE, theme="dark") as page:
        page.wait_for_selector("#profit-curve .xtitle")
        page.get_by_label("Threshold", exact=True).focus()
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
        before = chart(page, _SHARE)
        page.get_by_label("Offer cost").fill("80")
        expect(page.locator("#header")).to_contain_text("₹80 per offer")
        page.wait_for_function(f"({_CHART})().mark < {before['mark'] - 0.01}")
        again = chart_by_share(page)
        assert again["first"] == 1 and again["top"] < before["top"]
        open_tab(page, "Offers")
        open_tab(page, "Profit")
        assert chart(page, _SHARE) == again
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
