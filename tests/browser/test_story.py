"""What people do with the app, in a real browser."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from retention.churn.model import ChurnModel
from retention.customers.table import Customers
from retention.profit.economics import Economics
from retention.ui.handlers import profit
from retention.ui.session import Session
from tests.browser.server import ROOT
from tests.files import telecom_customers, write

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def open_tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name).click()


def figure(page: Page, label: str) -> int:
    """The amount or count on a card or a cell of the matrix."""
    box = page.locator(".card, .cell").filter(has=page.locator(".label", has_text=label))
    text = box.locator(".figure").inner_text()
    return int(re.sub(r"[^\d−]", "", text).replace("−", "-"))


def press_arrow(page: Page, times: int) -> None:
    page.locator("#threshold input[type=range]").focus()
    for _ in range(times):
        page.keyboard.press("ArrowRight")


def upload(page: Page, path: Path) -> None:
    open_tab(page, "Customers")
    page.locator("input[type=file]").first.set_input_files(str(path))


def command_line(*arguments: str) -> dict:
    done = subprocess.run(
        [sys.executable, "-m", "retention", *arguments, "--json"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


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
    before = figure(page, "Offers sent")
    press_arrow(page, 40)
    expect(page.locator(".card", has_text="Offers sent").locator(".figure")).not_to_have_text(f"{before:,}")
    assert figure(page, "Offers sent") < before
    marker = page.evaluate(
        "document.querySelector('#profit-curve .js-plotly-plot').data.find(t => t.name === 'You are here').x[0]"
    )
    assert marker == pytest.approx(float(page.locator("#threshold input[type=number]").input_value()))
    page.locator("#best").click()
    expect(page.locator(".card").first).to_contain_text("the best threshold")


def test_the_figures_follow_the_money_inputs(page: Page) -> None:
    """A dearer offer lowers the profit as soon as it is typed, and a wrong one is told in place."""
    before = figure(page, "Profit against doing nothing")
    cost = page.get_by_label("Cost of an offer")
    cost.fill("120")
    expect(page.locator(".card").first.locator(".figure")).not_to_have_text(f"₹{before:,}")
    page.wait_for_function(
        f"parseInt(document.querySelector('.card .figure').innerText.replace(/[^0-9]/g, '')) < {before}"
    )
    cost.fill("-5")
    expect(page.locator("#trouble")).to_contain_text("offer_cost")
    expect(page.locator("#cards .headline")).to_contain_text("Send an offer to")


def test_an_analyst_gets_from_a_file_to_a_send_list_and_the_command_line_agrees(
    page: Page, tmp_path: Path
) -> None:
    """Upload, train, set the slider, write, download: app and commands give the same amounts and people."""
    table = telecom_customers()
    source = tmp_path / "telecom.csv"
    table.to_csv(source, index=False)
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
    expect(page.locator(".card").first).not_to_contain_text("the best threshold")
    cells = {"saved_amount": "Saved customer", "wasted_amount": "Wasted budget", "lost_amount": "Lost revenue"}
    shown = {name: figure(page, label) for name, label in cells.items()}
    open_tab(page, "Offers")
    page.get_by_role("button", name="Write the messages").click()
    expect(page.locator("#breaker")).to_contain_text("messages in")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download CSV").click()
    download.value.save_as(tmp_path / "downloaded.csv")
    downloaded = pd.read_csv(tmp_path / "downloaded.csv")

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
    session = profit.priced(Session(customers=telecom, model=telecom_model), Economics())
    curve = profit.points(session)
    assert curve
    thresholds = [*(i / 1000 for i in range(1001)), curve["threshold_best"]]
    picked = page.evaluate("([ts, curve]) => ts.map((t) => window.desk.pick(t, curve))", [thresholds, curve])
    for threshold, point in zip(thresholds, picked, strict=True):
        answer = profit.decision(session, threshold)
        assert answer and answer.pop("context") == point.pop("context")
        assert point == pytest.approx(answer, abs=0.01)
