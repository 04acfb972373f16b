"""What people do with the app, in a real browser."""

import html
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pandas as pd
import pytest
from playwright.sync_api import Browser, Page, expect

from retention.churn.model import ChurnModel
from retention.customers.table import Customers
from retention.profit.economics import Economics
from retention.simulation.simulate import simulate
from retention.ui.session import Session
from retention.ui.tabs.profit import handlers as profit
from retention.wording.money import in_currency
from tests.browser.server import ROOT
from tests.browser.visitor import DESK, PHONE, download, figure, open_tab, upload, visiting, write_and_approve
from tests.files import telecom_customers, write

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def press_arrow(page: Page, times: int) -> None:
    page.locator("#threshold input[type=range]").focus()
    for _ in range(times):
        page.keyboard.press("ArrowRight")


def command_line(*arguments: str) -> dict[str, Any]:
    """Return what a command prints with ``--json``."""
    done = subprocess.run(
        [sys.executable, "-m", "retention", *arguments, "--json"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def test_a_visitor_who_presses_nothing_sees_a_finished_example(page: Page) -> None:
    """The page opens on a priced example: a headline, cards, a curve, a matrix and a live slider."""
    expect(page.locator("#cards .headline")).to_contain_text("Send an offer to")
    expect(page.locator("#header")).to_contain_text("AUC")
    assert page.locator("#profit-curve .js-plotly-plot").count() == 1
    assert figure(page, "Profit against doing nothing") > 0
    assert figure(page, "Against sending to everyone") > 0
    assert figure(page, "Saved customer") + figure(page, "Wasted budget") == figure(
        page, "Profit against doing nothing"
    )


def test_the_figures_follow_the_slider_without_pressing_anything(page: Page) -> None:
    """Moving the slider changes cards, matrix and the marker on the curve."""
    before = figure(page, "Customers contacted")
    press_arrow(page, 40)
    expect(page.locator(".card", has_text="Customers contacted").locator(".figure")).not_to_have_text(
        f"{before:,}"
    )
    assert figure(page, "Customers contacted") < before
    marker = page.evaluate(
        "document.querySelector('#profit-curve .js-plotly-plot').data.find(t => t.name === 'You are here').x[0]"
    )
    assert marker == pytest.approx(float(page.locator("#threshold input[type=number]").input_value()))
    page.locator("#best").click()
    expect(page.locator(".card").first).to_contain_text("the best threshold, picked on these customers; on others")


def test_the_figures_follow_the_money_inputs(page: Page) -> None:
    """A dearer offer lowers the profit as soon as it is typed, and a wrong one is told in place."""
    before = figure(page, "Profit against doing nothing")
    cost = page.get_by_label("Offer cost")
    cost.fill("120")
    expect(page.locator(".card").first.locator(".figure")).not_to_have_text(f"₹{before:,}")
    page.wait_for_function(
        f"parseInt(document.querySelector('.card .figure').innerText.replace(/[^0-9]/g, '')) < {before}"
    )
    cost.fill("-5")
    expect(page.locator("#trouble")).to_contain_text("offer_cost")
    expect(page.locator("#cards .headline")).to_contain_text("Send an offer to")


def test_a_budget_says_what_more_of_it_would_earn_and_fewer_messages_go_out(page: Page) -> None:
    """Set beside the slider: customers are ranked, the price of the budget is told, the Offers tab keeps to it."""
    expect(page.locator("#outcome")).to_contain_text("The slider decides")
    by_slider = figure(page, "Customers contacted")
    page.get_by_label("Budget").fill("5000")
    expect(page.locator("#outcome .headline")).to_contain_text("The next ₹1,000 of budget would earn ₹")
    expect(page.get_by_label("the first offer")).to_be_checked()
    page.get_by_label("any offer of the table").check()
    expect(page.locator("#outcome tbody tr")).to_have_count(3)
    expect(page.locator("#header")).to_contain_text("the best offer of the table customer by customer")
    sent = figure(page, "Offers to send")
    assert 0 < sent < by_slider
    page.get_by_label("Most contacts").fill("0")
    expect(page.locator("#choosing-trouble")).to_contain_text("most contacts")
    page.get_by_label("Most contacts").fill("")
    expect(page.locator("#choosing-trouble")).to_have_text("")
    open_tab(page, "Offers")
    expect(page.locator("#recipients")).to_contain_text("within a budget of ₹5,000")
    page.get_by_role("button", name="Write the messages").click()
    expect(page.locator("#breaker")).to_contain_text(f"{sent:,} messages in")


def analysed(page: Page, source: Path) -> tuple[dict[str, int], int, pd.DataFrame]:
    """What the page shows at a threshold of 0.2 and at the best, and the send list it hands out."""
    upload(page, source)
    page.get_by_role("button", name="Use these customers").click()
    expect(page.locator("#header")).to_contain_text("1,500 customers from telecom.csv")
    open_tab(page, "Churn model")
    page.get_by_role("button", name="Train").click()
    expect(page.locator("#header")).to_contain_text("AUC", timeout=120_000)
    open_tab(page, "Profit")
    shown_best = figure(page, "Profit against doing nothing")
    page.locator("#threshold input[type=number]").fill("0.2")
    page.keyboard.press("Enter")
    expect(page.locator(".card").first).not_to_contain_text("from the break-even on")
    cells = {"saved_amount": "Saved customer", "wasted_amount": "Wasted budget", "lost_amount": "Lost revenue"}
    shown = {name: figure(page, label) for name, label in cells.items()}
    write_and_approve(page)
    download(page, "Download CSV", source.with_name("downloaded.csv"))
    return shown, shown_best, pd.read_csv(source.with_name("downloaded.csv"))


@pytest.mark.parametrize(("size", "theme"), [(DESK, "light"), (PHONE, "dark")], ids=["desk", "phone"])
def test_an_analyst_gets_from_a_file_to_a_send_list_and_the_command_line_agrees(
    browser: Browser, address: str, tmp_path: Path, size: tuple[int, int], theme: str
) -> None:
    """Upload, train, set the slider, write, download: app and commands give the same amounts and people."""
    source = tmp_path / "telecom.csv"
    telecom_customers().to_csv(source, index=False)
    with visiting(browser, address, size=size, theme=theme) as page:
        shown, shown_best, downloaded = analysed(page, source)

    model, scored, messages = (str(tmp_path / name) for name in ("model", "scored.csv", "messages.csv"))
    trained = command_line("train", str(source), "--id", "customerID", "--label", "Churn", "--out", model)
    assert trained["customers"] == 1500
    at = command_line("profit", "--model", model, "--threshold", "0.2")["matrix"]
    assert shown == {name: round(at[name]) for name in shown}
    best = command_line("profit", "--model", model)["matrix"]
    assert shown_best == round(best["saved_amount"] + best["wasted_amount"])
    command_line("score", str(source), "--model", model, "--threshold", "0.2", "--out", scored)
    written = command_line("offers", scored, "--out", messages)
    assert written["messages"] == len(downloaded) > 0
    pd.testing.assert_frame_equal(pd.read_csv(messages), downloaded)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("empty.csv", "", "empty"),
        ("header.csv", "customer_id,tenure,churn\n", "no rows"),
        ("rubbish.csv", bytes(range(256)) * 20, "rubbish.csv"),
        ("same.csv", "customer_id,tenure,churn\n" + "a,1,0\n" * 30, "same.csv"),
    ],
)
def test_a_bad_file_gets_one_sentence_and_changes_nothing(
    page: Page, tmp_path: Path, name: str, content: str | bytes, words: str
) -> None:
    """The sentence names the file, and the example stays on screen."""
    before = page.locator("#header").inner_text()
    upload(page, write(tmp_path / name, content))
    use = page.get_by_role("button", name="Use these customers")
    toast = page.locator(".toast-body").first
    if name == "same.csv":
        use.click()
    expect(toast).to_contain_text(words)
    assert "Traceback" not in page.content()
    assert page.locator("#header").inner_text() == before


def test_the_browser_and_the_server_compute_the_same_point(
    page: Page, telecom: Customers, telecom_model: ChurnModel
) -> None:
    """What the page picks for a slider position equals what the server answers, at every position."""
    session = Session(customers=telecom, model=telecom_model).priced(Economics())
    curve = profit.curve_points(session)
    assert curve
    thresholds = [*(i / 1000 for i in range(1001)), curve["threshold_best"], curve["threshold_deployed"]]
    picked = page.evaluate("([ts, curve]) => ts.map((t) => window.desk.pick(t, curve))", [thresholds, curve])
    for threshold, point in zip(thresholds, picked, strict=True):
        answer = profit.curve_point(session, threshold)
        assert answer and answer.pop("context") == point.pop("context")
        assert point == pytest.approx(answer, abs=0.01)


@pytest.mark.parametrize(("size", "theme"), [(DESK, "light"), (PHONE, "dark")], ids=["desk", "phone"])
def test_an_order_log_becomes_a_send_list(
    browser: Browser, address: str, tmp_path: Path, size: tuple[int, int], theme: str
) -> None:
    """Orders in, customers made from them, trained, written to, and an Excel file out: one row a message."""
    source = tmp_path / "orders.csv"
    simulate(600, seed=3).orders.to_csv(source, index=False)
    with visiting(browser, address, size=size, theme=theme) as page:
        upload(page, source)
        page.get_by_role("button", name="Create customers from these orders").click()
        expect(page.locator("#header")).to_contain_text("orders.csv, no model yet", timeout=60_000)
        open_tab(page, "Profit")
        expect(page.locator("#cards")).to_contain_text("Train a model")
        open_tab(page, "Churn model")
        page.get_by_role("button", name="Train", exact=True).click()
        expect(page.locator("#header")).to_contain_text("AUC", timeout=120_000)
        written = write_and_approve(page)
        download(page, "Download Excel", tmp_path / "send_list.xlsx")
        with zipfile.ZipFile(tmp_path / "send_list.xlsx") as book:
            sheet = book.read("xl/worksheets/sheet1.xml").decode()
        assert sheet.count("<row ") == written + 1 > 1
        assert "<f>" not in sheet


def test_a_link_opens_the_same_view_for_a_colleague(browser: Browser, address: str) -> None:
    """Threshold, money inputs and tab travel; so do the figures that follow from them."""
    with visiting(browser, address) as page:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page.get_by_label("Offer cost").fill("80")
        expect(page.locator("#header")).to_contain_text("₹80 per offer")
        page.locator("#threshold input[type=number]").fill("0.3")
        page.keyboard.press("Enter")
        expect(page.locator(".card").first).not_to_contain_text("from the break-even on")
        labels = ("Customers contacted", "Saved customer", "Wasted budget")
        shown = [figure(page, label) for label in labels]
        open_tab(page, "Offers")
        page.get_by_role("button", name="Copy link").click()
        expect(page.get_by_role("button", name="Link copied")).to_be_visible()
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied == page.url
    with visiting(browser, address, query=urlsplit(copied).query) as page:
        assert page.get_by_role("tab", name="Offers").get_attribute("aria-selected") == "true"
        open_tab(page, "Profit")
        assert page.get_by_label("Offer cost").input_value() == "80"
        assert [
            figure(page, label) for label in ("Customers contacted", "Saved customer", "Wasted budget")
        ] == shown


def test_the_preset_says_what_the_inputs_are(browser: Browser, address: str) -> None:
    """None once an input was typed, and it can be chosen again; a link opens on its own; the currency stays."""
    with visiting(
        browser, address, query="save_rate=0.3&stayer_redemption=0.6&contact_cost=1&currency=EUR"
    ) as page:
        expect(page.get_by_label("Realistic")).to_be_checked()
        page.get_by_label("Contact cost").fill("2")
        expect(page.get_by_label("Realistic")).not_to_be_checked()
        expect(page.get_by_label("Original card")).not_to_be_checked()
        page.get_by_label("Realistic").check()
        expect(page.get_by_label("Contact cost")).to_have_value("1")
        expect(page.locator("#header")).to_contain_text("EUR\u202f50 per offer")
        page.get_by_label("Offer cost").fill("")
        expect(page.locator("#trouble")).to_contain_text("offer_cost: is blank; type a number")
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        for _ in range(2):  # the second while the first still says so
            page.locator("#link").click()
            expect(page.locator("#link")).to_have_text("Link copied")
        copied = page.evaluate("navigator.clipboard.readText()")
        assert "offer_cost" not in copied and "value=500" in copied
        expect(page.locator("#link")).to_have_text("Copy link")


def test_a_drag_of_the_slider_speaks_once(page: Page) -> None:
    """Screen readers are told the headline when it has come to rest, with what it rests on."""
    expect(page.locator("#spoken")).to_contain_text("more than doing nothing. (backtested, assumed)")
    page.evaluate(
        "window.announcements = 0; new MutationObserver(() => (window.announcements += 1))"
        ".observe(document.getElementById('spoken'), { childList: true })"
    )
    press_arrow(page, 20)
    threshold = float(page.locator("#threshold input[type=number]").input_value())
    expect(page.locator("#spoken")).to_contain_text(f"at least {threshold:.3f}")
    assert page.evaluate("window.announcements") == 1


def test_a_link_that_cannot_be_is_one_sentence(browser: Browser, address: str) -> None:
    """The sentence says what is wrong, and the page opens as it does without a link."""
    with visiting(browser, address, query="threshold=2&value=<b>") as page:
        expect(page.locator(".toast-body").first).to_contain_text("threshold: must be from 0 to 1")
        expect(page.locator(".card").first).to_contain_text("from the break-even on")


@pytest.mark.parametrize("kind", ["PNG", "SVG"])
def test_a_chart_is_saved_in_dark_ink_on_white(browser: Browser, address: str, tmp_path: Path, kind: str) -> None:
    """Also from the dark theme, so that it can be read on paper; the name says which chart it is."""
    with visiting(browser, address, theme="dark") as page:
        page.wait_for_selector("#profit-curve .js-plotly-plot .legend")
        with page.expect_download() as handed:
            page.get_by_role("button", name=f"Save the profit curve chart as {kind}").click()
        assert handed.value.suggested_filename == f"retention-profit-curve.{kind.lower()}"
        handed.value.save_as(tmp_path / "chart")
        content = (tmp_path / "chart").read_bytes()
        if kind == "SVG":
            words = content.decode()
            assert "Profit against doing nothing" in words
            assert "rgb(255, 255, 255)" in words and "rgb(51, 65, 85)" in words
        else:
            assert content.startswith(b"\x89PNG")


@pytest.mark.parametrize("currency", ["₹", "$", "€", "EUR", "R$"])
def test_the_browser_and_the_server_write_the_same_amounts(page: Page, currency: str) -> None:
    """Halves, zero, debts and billions read alike whoever writes them, and a sign stays text."""
    amounts = [0, 0.4, 0.5, 2.5, 999.5, 99_999, 100_000, 12_345_678.9, 1e15]
    amounts += [-amount for amount in amounts]
    written = page.evaluate(
        "([amounts, currency]) => amounts.map(window.desk.formats({ currency }).money)", [amounts, currency]
    )
    wanted = [in_currency(amount, currency) for amount in amounts]
    assert [html.unescape(words) for words in written] == wanted
    assert not any("<" in words for words in written)
