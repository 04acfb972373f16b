"""The header: what the session holds, and what comes next."""

from dataclasses import replace

import pytest

from retention.messages.llm.outcome import BreakerReport
from retention.settings import settings
from retention.ui.language_model import writer
from retention.ui.session import Session
from retention.ui.shell import stepper
from retention.ui.tabs import TABS
from retention.ui.tabs.offers import handlers as offers
from retention.ui.tabs.offers import views as offer_views


def test_the_header_names_the_next_step(trained: Session) -> None:
    """Also where there is no room for it on the tabs; each step done leads to the one after it."""
    steps = [
        (Session(), "Next: bring a file."),
        (replace(trained, model=None, curve=None), "Next: train a model."),
        (trained, "Next: write messages."),
        (offers.write(trained, 0.5), "Next: hold some back."),
    ]
    for session, words in steps:
        assert words in stepper.header(TABS, session)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("closed", "circuit breaker closed"),
        ("open", "circuit breaker open"),
        ("half_open", "circuit breaker half open"),
        ("off", "no language model connected"),
    ],
)
def test_the_header_names_the_state_of_the_circuit_breaker(
    trained: Session, monkeypatch: pytest.MonkeyPatch, state: str, words: str
) -> None:
    """In plain words, and as it is now, whatever it was when messages were written."""
    written = offers.write(trained, 0.5)
    monkeypatch.setattr(offers, "breaker_report", lambda language_model_on: BreakerReport(state))
    header = stepper.header(TABS, written)
    assert words in header and "half_open" not in header


def test_a_wrong_address_of_the_language_model_is_reported_on_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """The page opens all the same, and says which setting is wrong beside who writes instead."""
    monkeypatch.setenv("RETENTION_BASE_URL", "nowhere")
    settings.cache_clear()
    writer.cache_clear()
    report = offers.breaker_report(language_model_on=True)
    assert report.state == "off"
    assert "RETENTION_BASE_URL: is no address of a server" in report.reason
    assert "the backup library writes every message" in offer_views.breaker(report)
