"""The one-page report, printed by a real browser."""

import re
from dataclasses import replace
from datetime import date

import pytest
from playwright.sync_api import Browser

from retention.campaign.measurement import measure
from retention.churn.drift import Drift
from retention.churn.model import ChurnModel
from retention.customers.audit import Finding, audit
from retention.customers.table import Customers
from retention.profit.economics import Economics
from retention.report import render_report
from retention.targeting import SendPolicy, profit_of_model, score
from tests.campaign.campaigns import READ_ON, drawn, played

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LONG = "column 'a_name_somebody_chose_long_ago' tells nearly all about who left; check that it was known before"


def printed_pages(browser: Browser, html: str) -> int:
    """Print a page on the paper it asks for and count the sheets; it must ask nobody for anything."""
    page = browser.new_page()
    requested: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    page.set_content(html)
    paper = page.pdf(prefer_css_page_size=True, print_background=True)
    page.close()
    assert requested == []
    return len(re.findall(rb"/Type\s*/Page\b", paper))


def test_the_report_prints_on_one_page(browser: Browser, telecom: Customers, telecom_model: ChurnModel) -> None:
    """With a send list and an audit, and with nothing but the curve."""
    economics = Economics()
    curve = profit_of_model(telecom_model, economics)
    full = render_report(
        telecom_model,
        curve,
        made_at=date(2025, 7, 1),
        source="telecom.csv",
        findings=audit(telecom),
        scored=score(telecom, telecom_model, SendPolicy(economics=economics)),
    )
    assert printed_pages(browser, full) == 1
    assert printed_pages(browser, render_report(telecom_model, curve, made_at=date(2025, 7, 1))) == 1


def test_the_report_prints_on_one_page_with_much_to_say(
    browser: Browser, telecom: Customers, telecom_model: ChurnModel
) -> None:
    """Amounts in crores, long warnings, a long audit, long names and severe drift still fit."""
    economics = Economics(value=5_000_000, save_rate=0.0213, stayer_redemption=0.9, harm_rate=0.01)
    directions = tuple(replace(direction, feature=LONG, effect=LONG) for direction in telecom_model.directions)
    model = replace(telecom_model, warnings=(LONG,) * 5, directions=directions)
    limited = score(telecom, model, SendPolicy(economics=economics, budget=7_654_321.5, max_contacts=1_234))
    scored = replace(limited, drift=Drift("severe", (LONG,) * 4))
    for findings in ([LONG] * 9, ["short enough"] * 30):
        page = render_report(
            model,
            profit_of_model(model, economics),
            made_at=date(2025, 7, 1),
            source=LONG,
            findings=[Finding("warning", "constant", None, 1.0, sentence) for sentence in findings],
            scored=scored,
        )
        assert printed_pages(browser, page) == 1


def test_a_measured_campaign_takes_one_sheet_more(browser: Browser, telecom_model: ChurnModel) -> None:
    """Also where much was left out, and on a phone nothing is to scroll sideways for."""
    campaign = drawn()
    reading = measure(campaign, played(campaign), as_of=READ_ON)
    reading = replace(reading, notes=(LONG,) * 9)
    html = render_report(
        telecom_model, profit_of_model(telecom_model, Economics()), made_at=date(2025, 7, 1), reading=reading
    )
    assert printed_pages(browser, html) == 2
    page = browser.new_page(viewport={"width": 360, "height": 740})
    page.set_content(html)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.close()


def test_it_stays_light_and_within_a_phone(browser: Browser, telecom_model: ChurnModel) -> None:
    """White ground where dark is preferred, and nothing to scroll sideways for."""
    page = browser.new_page(viewport={"width": 360, "height": 740}, color_scheme="dark")
    page.set_content(
        render_report(telecom_model, profit_of_model(telecom_model, Economics()), made_at=date(2025, 7, 1))
    )
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.close()
