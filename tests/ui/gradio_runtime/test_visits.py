"""How long a visit is remembered, and that gradio itself still does it otherwise."""

import asyncio
import datetime as dt

import gradio as gr
import pytest
from gradio.state_holder import SessionState, StateHolder

from retention.ui.app import build
from retention.ui.gradio_runtime.visits import Visit, Visits
from retention.ui.session import Session
from retention.ui.shell.screen import Screen
from retention.ui.tabs.offers.handlers import with_ledger

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def laid_out() -> tuple[gr.Blocks, Screen]:
    """A page, and its components."""
    with gr.Blocks() as page:
        screen = Screen(page)
    page.state_session_capacity = 3
    return page, screen


@pytest.fixture
def screen(laid_out: tuple[gr.Blocks, Screen]) -> Screen:
    """The components."""
    return laid_out[1]


@pytest.fixture
def visits(laid_out: tuple[gr.Blocks, Screen]) -> Visits:
    """What the server keeps of that page's visitors: three at the most."""
    visits = Visits()
    visits.set_blocks(laid_out[0])
    return visits


def came(visits: Visits, screen: Screen, name: str, session: Session | None = None) -> Visit:
    """Somebody opens the page, or does something on it."""
    visit = visits[name]
    visit[screen.session._id] = session or Session()
    return visit


def passed(visit: Visit, hours: float) -> None:
    """Let hours go by."""
    visit._state_ttl = {
        state: (lasts, since - dt.timedelta(hours=hours)) for state, (lasts, since) in visit._state_ttl.items()
    }


@pytest.mark.parametrize(("hours", "known"), [(0.99, True), (1.01, False)])
def test_a_visit_is_forgotten_an_hour_after_its_page_was_closed(
    visits: Visits, screen: Screen, hours: float, known: bool
) -> None:
    """The hour begins with the closing, however long ago the last change was; then nothing of it is kept."""
    visit = came(visits, screen, "anna")
    passed(visit, 5)
    visit.is_closed = True
    visits.delete_all_expired_state()
    assert "anna" in visits
    passed(visit, hours)
    visit.is_closed = True
    visits.delete_all_expired_state()
    assert ("anna" in visits) is known


@pytest.mark.parametrize(("hours", "known"), [(11.9, True), (12.1, False)])
def test_a_page_left_alone_for_half_a_day_is_forgotten(
    visits: Visits, screen: Screen, hours: float, known: bool
) -> None:
    """It may be open still; what a closed page would lose in an hour it keeps so long."""
    visit = came(visits, screen, "anna")
    passed(visit, hours)
    visits.delete_all_expired_state()
    assert (screen.session._id in visit.state_data) is known


def test_a_page_whose_connection_broke_goes_on_when_it_is_used(visits: Visits) -> None:
    """A call shows that the page is there: the visit is an open one again."""
    visit = visits["anna"]
    visit.is_closed = True
    page = build()
    call = next(fn for fn in page.fns.values() if fn.preprocess and not fn.inputs)
    asyncio.run(page.preprocess_data(call, [], visit))
    assert not visit.is_closed


def test_the_visit_idle_longest_is_dropped_with_its_ledger(visits: Visits, screen: Screen) -> None:
    """With one visit too many, the one longest away goes, and so does the ledger it kept."""
    kept, _ = with_ledger(Session())
    assert kept.own_ledger is not None
    came(visits, screen, "first", kept)
    for name in ("second", "third", "fourth"):
        assert kept.own_ledger.parent.exists()
        came(visits, screen, name)
    assert list(visits.session_data) == ["second", "third", "fourth"]
    assert not kept.own_ledger.parent.exists()


def test_gradio_itself_counts_from_the_last_change_and_drops_visits_without_a_word(screen: Screen) -> None:
    """Once this fails, gradio has learned it: take the override out."""
    holder = StateHolder()
    holder.set_blocks(screen.blocks)
    visit = holder["anna"]
    visit[screen.session._id] = Session()
    (ttl_s, since) = visit._state_ttl[screen.session._id]
    visit._state_ttl[screen.session._id] = (ttl_s, since - dt.timedelta(hours=5))
    visit.is_closed = True  # just now, so the hour has only begun
    holder.delete_all_expired_state()
    assert screen.session._id not in visit.state_data
    assert "anna" in holder  # its shell stays
    kept, _ = with_ledger(Session())
    assert kept.own_ledger is not None
    holder["bela"][screen.session._id] = kept
    for name in ("first", "second", "third"):
        holder[name]
    assert "bela" not in holder
    assert kept.own_ledger.parent.exists()  # nobody was told that the visit is over


def test_gradio_itself_describes_every_component_of_a_new_visit(screen: Screen) -> None:
    """Once this fails, a new visit costs gradio nothing: take the overrides of the description out."""
    visit = SessionState(screen.blocks)
    assert len(visit.config_values) > 100
    component = screen.header._id
    visit.config_values.pop(component)
    visit[component] = screen.header
    assert component in visit.config_values
