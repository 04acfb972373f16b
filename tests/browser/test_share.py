"""Push, load and replay from the app, in a real browser, through a Hub on loopback."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import TOKEN
from tests.browser.visitor import open_tab
from tests.stand_ins.hub_server import HubServer

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def step(page: Page, name: str) -> Locator:
    """A step's tab: its name, and where the visitor stands."""
    return page.get_by_role("tab", name=name)


def preview(page: Page, what: str, repo: str) -> None:
    page.get_by_label(what).check()
    page.get_by_label("Repository on the Hub").fill(repo)
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#hub-plan")).to_contain_text(repo)


def push(page: Page, what: str, repo: str) -> str:
    """Look, agree, and return what the result says how to load it."""
    preview(page, what, repo)
    page.get_by_role("button", name="Publish exactly this").click()
    expect(page.locator("#hub-result")).to_contain_text(f"{repo}@")
    expect(page.locator("#hub-plan")).to_be_empty()
    return page.locator("#hub-result dd").last.inner_text()


def load(page: Page, box: str, reference: str) -> None:
    page.locator(f"#{box}").get_by_role("button", name="From the Hub").click()
    page.locator(f"#{box}").get_by_role("textbox").fill(reference)
    page.locator(f"#{box}").get_by_role("button", name="Load").click()


def test_what_is_pushed_is_loaded_and_replayed(page: Page, hub: HubServer) -> None:
    """Model, customers and decision go up; the decision is the same; a fresh visitor loads customers and model."""
    open_tab(page, "Share")
    expect(page.locator("#hub-model-status")).to_contain_text("not on the Hub yet")
    preview(page, "The model", "alice/churn")
    assert hub.repos == {}
    model = push(page, "The model", "alice/churn")
    assert model == f"alice/churn@{hub.repos['model', 'alice/churn'].head.oid}"
    expect(step(page, "Share")).to_contain_text(f"model at {model[: len('alice/churn@') + 8]}")
    customers = push(page, "The training customers", "alice/customers")
    decision = push(page, "A decision", "alice/decision")
    assert all(repo.private for repo in hub.repos.values())
    page.get_by_label("Decision on the Hub").fill(decision)
    page.get_by_role("button", name="Replay").click()
    expect(page.locator("#hub-replayed")).to_contain_text("yes, bit for bit")

    page.reload()
    page.wait_for_selector("#cards .headline")
    open_tab(page, "Customers")
    load(page, "customers-from-hub", customers)
    expect(page.locator("#header")).to_contain_text("from alice/customers@")
    expect(step(page, "Churn model")).to_contain_text("next: train")
    open_tab(page, "Churn model")
    load(page, "model-from-hub", "alice/churn")
    expect(step(page, "Share")).to_contain_text("model at alice/churn@")
    expect(step(page, "Profit")).to_contain_text("bring evaluation rows")
    open_tab(page, "Profit")
    expect(page.locator("#reading")).to_contain_text("came without its evaluation rows")


def test_another_choice_takes_the_plan_away(page: Page, hub: HubServer) -> None:
    """What can be pushed is what was looked at, so there is no button for anything else."""
    open_tab(page, "Share")
    preview(page, "The model", "alice/churn")
    page.get_by_label("Private").uncheck()
    expect(page.locator("#hub-plan")).to_be_empty()
    expect(page.get_by_role("button", name="Publish exactly this")).to_be_hidden()
    assert hub.requests == []


def test_what_the_hub_refuses_is_one_sentence(page: Page, hub: HubServer) -> None:
    """A conflict, another owner, a name that is not there: a toast, the plan stays, nothing is written."""
    open_tab(page, "Share")
    preview(page, "The model", "bob/churn")
    page.get_by_role("button", name="Publish exactly this").click()
    expect(page.locator(".toast-body").first).to_contain_text("the token may not do that under bob")
    expect(page.locator("#hub-plan")).to_contain_text("bob/churn")
    expect(page.get_by_role("button", name="Publish exactly this")).to_be_enabled()
    open_tab(page, "Churn model")
    load(page, "model-from-hub", "alice/nothing")
    expect(page.locator(".toast-body", has_text="there is no model of this name")).to_be_visible()
    expect(page.locator("#header")).to_contain_text(re.compile(r"AUC 0\.\d\d"))
    assert hub.repos == {}
    assert TOKEN not in page.content()
