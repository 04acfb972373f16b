"""What the Campaign tab says: countdown, verdict with its evidence, health strip, tables."""

import datetime as dt
import re
from dataclasses import replace

import pytest

from retention.campaign.measurement import measure
from retention.campaign.reading import Reading
from retention.profit.economics import PRESETS
from retention.ui.session import Session
from retention.ui.tabs.campaign import handlers as campaign
from retention.ui.tabs.campaign import views
from retention.ui.tabs.campaign.handlers import DrawForm
from tests.campaign.campaigns import READ_ON, SENT_ON, drawn, played


def measured() -> Reading:
    """A reading of a campaign that kept many."""
    sent = drawn()
    return measure(sent, played(sent), as_of=READ_ON)


@pytest.fixture
def with_campaign(trained: Session) -> Session:
    """A visitor who has drawn a campaign."""
    form = DrawForm(name="diwali", share="20%", sent_on=str(SENT_ON))
    return campaign.draw(trained.priced(PRESETS["realistic"]), 0.1, form)


def test_the_verdict_is_one_sentence_with_its_tags_and_its_basis() -> None:
    """The reading's own sentence, its interval, campaign and day, and which outcome counts."""
    reading = measured()
    html = views.verdict(reading, today=READ_ON)
    assert reading.sentence in html
    assert re.findall(r'class="tag"[^>]*>(\w+)<', html) == ["measured", "assumed"]
    assert "90% interval; diwali, read on 12 Nov 2026." in html
    assert "The money counts who was kept" in html
    assert 'title="Measured against customers held out at random: 90% interval; diwali' in html


def test_every_tile_with_a_measured_figure_is_tagged() -> None:
    """Kept is measured; profit, save rate beside the assumed one and holdout cost are measured and assumed."""
    cells = views.tiles(measured()).split('<div class="card">')[1:]
    tagged = [re.findall(r'class="tag"[^>]*>(\w+)<', cell) for cell in cells]
    assert tagged == [["measured"], ["measured", "assumed"], ["measured", "assumed"], ["measured", "assumed"]]


def test_a_measurement_that_is_not_valid_shows_the_reason_and_no_effect() -> None:
    """Half of the held-out customers redeemed: no tag, no number of an effect, and a mark in the strip."""
    sent = drawn()
    outcomes = played(sent)
    control = (sent.assignments["arm"] == "control").to_numpy()
    outcomes.loc[control, "redeemed"] = [number % 2 == 0 for number in range(int(control.sum()))]
    reading = measure(sent, outcomes, as_of=READ_ON)
    html = views.verdict(reading, today=READ_ON)
    assert reading.verdict == "not valid" and "not valid, so no effect is shown" in html
    assert 'class="tag"' not in html and "₹" not in html
    assert '<li class="not-valid"><b>✗ Untouched</b>' in views.strip(reading)
    assert views.strip(reading).count('<li class="ok">') == len(reading.checks) - 1
    assert "not shown" in views.tiles(reading)
    assert not re.search(r"₹\d", views.tables(reading))


def test_before_the_day_there_is_a_countdown(with_campaign: Session) -> None:
    """Days and counts; the header and the tab say how many are held out; on the day it asks for the log."""
    held_out = with_campaign.drawn.held_out if with_campaign.drawn else 0
    html = views.headline(with_campaign, today=READ_ON - dt.timedelta(days=12))
    assert "diwali is read on 12 Nov 2026: 12 days to go." in html
    assert f">{held_out}<" in html and "no effect" in html
    assert "its day was 12 Nov 2026. Upload the order log below." in views.headline(with_campaign, today=READ_ON)
    assert views.state(with_campaign) == f"{held_out} held out"
    assert views.in_header(with_campaign) == [f"campaign diwali with {held_out} held out until 12 Nov 2026"]
    early = replace(with_campaign, reading=measure(drawn(), played(drawn()), as_of=SENT_ON))
    html = views.headline(early, today=SENT_ON)
    assert "30 days to go" in html and "Redeemed so far" in html and "₹" not in html
    assert views.state(early) == "too early"


def test_the_draw_is_shown_before_and_after(with_campaign: Session) -> None:
    """Before: share, cost, chances, who is left out; after: the arms and what to do with the files."""
    holdout = campaign.preview(campaign.put_aside(with_campaign), 0.1, DrawForm(name="next", sent_on=str(SENT_ON)))
    html = views.preview(replace(holdout, design=replace(holdout.design, excluded={"cool-down": 3})))
    assert f"of {holdout.plan.customers:,} customers" in html
    assert "Cost of holding out" in html and ">assumed<" in html
    assert "Left out before the draw: 3 messaged within the cool-down." in html
    assert "nobody held out gets a message until 12 Nov 2026" in html
    assert with_campaign.drawn is not None
    html = views.drawn(with_campaign.drawn)
    assert f"control {with_campaign.drawn.held_out:,}" in html
    assert f"writes to the {with_campaign.drawn.scored.contacted:,} who are treated" in html


def test_names_from_files_are_text() -> None:
    """An arm, a campaign and a note that hold markup are shown as they are written."""
    reading = measured()
    odd = replace(reading, name="<b>x", sentence="<b>x kept", arms={"<i>": reading.overall}, notes=("<script>",))
    html = views.verdict(odd, today=READ_ON) + views.tables(odd) + views.tiles(odd)
    assert "<b>x" not in html and "<i>" not in html and "<script>" not in html
    assert "&lt;i&gt;" in html


def test_without_anything_the_tab_says_what_it_is_for(trained: Session) -> None:
    """One sentence, and no state."""
    assert "what the campaign really earned" in views.headline(trained, today=READ_ON)
    assert views.state(trained) is None
    assert views.in_header(trained) == []
