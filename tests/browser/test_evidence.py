"""Every amount of money that is on the screen says what it rests on."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.browser.visitor import open_tab, upload
from tests.files import telecom_customers, write

pytestmark = [pytest.mark.browser, pytest.mark.slow]

#: Finds amounts in the words on screen that have no evidence.
#:
#: An amount is a number beside the currency's sign. It belongs to the nearest card, cell, table, line of reading,
#: headline or chart around it, and that must hold a tag, or the same words in brackets. What a customer will read
#: (messages and lines) and what the visitor types in (fields and the table of offers) claim nothing. A chart
#: stands by its title's second line, whatever it shows now or when a pointer comes by.
WALK = r"""() => {
    const kind = "(?:assumed|backtested|measured|simulated truth)";
    const told = new RegExp(`\\((?:[^()]*[;,] )?${kind}(?:, ${kind})*\\)`);
    const tag = new RegExp(`^${kind}$`);
    const amount = /₹\s?\d|\d\s?₹/;
    const exempt = "#messages, #templates, #held, #message, #catalogue, input, textarea, script, style";
    const claims = ".card, .cell, table, .reading, .headline, .now, .finding, .breaker, [data-evidence]";
    const says = (box) =>
        told.test(box.textContent) || [...box.querySelectorAll(".tag")].some((one) => tag.test(one.textContent));
    const found = { tagged: 0, bare: [] };
    const count = (fine, words) => (fine ? (found.tagged += 1) : found.bare.push(words.trim().slice(0, 120)));
    const nodes = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (nodes.nextNode()) {
        const words = nodes.currentNode.data, at = nodes.currentNode.parentElement;
        if (!amount.test(words) || !at.checkVisibility() || at.closest(exempt + ", .js-plotly-plot")) continue;
        const box = at.closest(claims);
        count(box && says(box), words);
    }
    for (const plot of document.querySelectorAll(".js-plotly-plot")) {
        if (!plot.checkVisibility() || !amount.test(JSON.stringify([plot.data, plot.layout]))) continue;
        const line = plot.querySelector(".gtitle-subtitle")?.textContent ?? "";
        count(line && line.split(", ").every((word) => tag.test(word)), `chart: ${plot.textContent}`);
    }
    return found;
}"""
_AT_LEAST = {"Customers": 1, "Churn model": 1, "Profit": 16, "Offers": 2, "Campaign": 8, "Share": 1}


def test_no_amount_on_screen_stands_bare(page: Page) -> None:
    """In every tab, after the whole story: what-if opened, messages written, a customer's card chosen."""
    page.locator("#what-if").click()
    page.wait_for_selector("#save-rate .js-plotly-plot .gtitle")
    open_tab(page, "Offers")
    page.get_by_role("button", name="Write the messages").click()
    expect(page.locator("#breaker")).to_contain_text("messages in", timeout=60_000)
    page.locator("#messages [role=gridcell]").nth(8).click()
    expect(page.locator("#card")).to_contain_text("expected to earn ₹", timeout=60_000)
    for tab, at_least in _AT_LEAST.items():
        open_tab(page, tab)
        if tab == "Campaign":  # the example is played when the tab is first shown
            expect(page.locator("#campaign-tiles")).to_contain_text("Holdout cost", timeout=60_000)
        page.evaluate("document.querySelectorAll('button.label-wrap:not(.open)').forEach((one) => one.click())")
        page.wait_for_timeout(300)
        counted = page.evaluate(WALK)
        assert counted["bare"] == [], tab
        assert counted["tagged"] >= at_least, tab


def customer_by_customer(page: Page, folder: Path) -> None:
    """Within a budget and a cap, rates as campaigns see them."""
    page.get_by_label("Realistic").check()
    expect(page.locator("#matrix")).to_contain_text("30% accept (assumed)")
    page.get_by_label("Budget").fill("900.5")
    page.get_by_label("Most contacts").fill("40")
    expect(page.locator("#outcome .headline")).to_contain_text("One contact more would earn")
    expect(page.locator("#header")).to_contain_text("within a budget of ₹900.50 and 40 contacts (assumed)")


def own_values(page: Page, folder: Path) -> None:
    """Each customer with a value of their own; customer by customer is where the desk starts then."""
    table = telecom_customers()
    table["value"] = np.linspace(20.0, 900.0, len(table)).round(2)
    upload(page, write(folder / "valued.csv", table.to_csv(index=False)))
    page.get_by_role("button", name="Use these customers").click()
    expect(page.locator("#header")).to_contain_text("1,500 customers from valued.csv")
    open_tab(page, "Churn model")
    page.get_by_role("button", name="Train").click()
    expect(page.locator("#header")).to_contain_text("AUC", timeout=120_000)
    open_tab(page, "Profit")
    expect(page.get_by_label("the first offer")).to_be_checked()
    expect(page.locator("#outcome")).to_contain_text("than one threshold for all")


def no_offer_pays(page: Page, folder: Path) -> None:
    """An offer dearer than a customer."""
    page.get_by_label("Offer cost").fill("600.5")
    expect(page.locator("#reading")).to_contain_text("No offer pays: of a value of ₹500, an offer of ₹600.50")
    expect(page.locator("#cards .headline")).to_contain_text("nobody gets an offer")


@pytest.mark.parametrize("state", [customer_by_customer, own_values, no_offer_pays])
def test_no_amount_stands_bare_however_it_is_decided(
    page: Page, tmp_path: Path, state: Callable[[Page, Path], None]
) -> None:
    """Within limits, with a value column and where no offer pays, doubts opened: everywhere on the tab."""
    state(page, tmp_path)
    page.locator("#what-if").click()
    page.wait_for_selector("#save-rate .js-plotly-plot .gtitle")
    counted = page.evaluate(WALK)
    assert counted["bare"] == []
    assert counted["tagged"] >= 12


def test_the_walk_sees_what_is_bare(page: Page) -> None:
    """An amount outside of any card, a card without its tags, and a chart without its line are all found."""
    page.wait_for_selector("#profit-curve .js-plotly-plot .gtitle-subtitle")
    assert page.evaluate(WALK)["bare"] == []
    page.evaluate(
        "document.body.insertAdjacentHTML('beforeend', '<p>earns ₹5</p><input value=\"₹6\">');"
        "document.querySelector('.card .tags').remove();"
        "document.querySelector('#profit-curve .gtitle-subtitle').remove();"
    )
    bare = page.evaluate(WALK)["bare"]
    assert len(bare) == 3
    assert "earns ₹5" in bare
    assert [words for words in bare if words.startswith("chart: ")]
