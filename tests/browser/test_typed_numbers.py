"""Numbers typed into the page's boxes are read right or refused in place, and the figures follow what is shown."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.visitor import figure

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_thirty_in_the_slider_means_thirty_percent(page: Page) -> None:
    """The box then shows 0.3, and the figures are those of 0.3; no error is shown."""
    box = page.locator("#threshold input[type=number]")
    box.fill("0.3")
    box.press("Tab")
    page.wait_for_function("document.querySelector('#threshold input[type=range]').value === '0.3'")
    at_30_percent = figure(page, "Customers contacted")
    box.fill("0.1")
    box.press("Tab")
    page.wait_for_function("document.querySelector('#threshold input[type=range]').value === '0.1'")
    assert figure(page, "Customers contacted") != at_30_percent
    box.click()
    box.press("Control+a")
    page.keyboard.type("30")
    box.press("Tab")
    expect(box).to_have_value("0.3")
    page.wait_for_function("document.querySelector('#threshold input[type=range]').value === '0.3'")
    assert figure(page, "Customers contacted") == at_30_percent
    assert page.get_by_text("Error", exact=True).count() == 0


def test_what_a_box_cannot_read_is_refused_in_place(page: Page) -> None:
    """A comma or a foreign digit is not dropped from the middle of a number: the box says how to write it."""
    box = page.get_by_label("Offer cost", exact=True)
    for typed in ("2,50", "1,00", "٣", "२५"):
        box.click()
        box.press("Control+a")
        box.press("Delete")
        page.keyboard.type(typed)
        refusal: str = box.evaluate("(box) => box.validationMessage")
        assert "such as 2.50" in refusal
        assert box.input_value() in {"", typed[0]}
