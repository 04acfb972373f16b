"""What the app keeps of its visitors, and for how long."""

import asyncio
import datetime as dt
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import gradio as gr
import pytest
from gradio.route_utils import delete_files_created_by_app
from gradio.state_holder import StateHolder

from retention.ui.api import endpoints
from retention.ui.app import build
from retention.ui.components import download
from retention.ui.gradio_runtime import traffic
from retention.ui.gradio_runtime.visits import Visit, Visits
from retention.ui.session import Session
from retention.ui.shell.screen import Screen
from retention.ui.tabs.offers.handlers import with_ledger

pytestmark = pytest.mark.slow


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A temporary directory and a file cache of their own."""
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    return tmp_path


def test_a_download_is_deleted_as_uploads_are(temporary: Path) -> None:
    """One copy is kept, where the app's schedule deletes it an hour later; the folder it was made in is gone."""
    with gr.Blocks(delete_cache=(600, 3600)) as app:
        button = download.build("Download")
    path = Path(button.hand_out(download.text("ids", "list.csv"))[button.file])
    assert path.read_text(encoding="utf-8") == "ids"
    assert list((temporary / "temporary").iterdir()) == []
    delete_files_created_by_app(app, age=3600)
    assert path.exists()
    delete_files_created_by_app(app, age=None)
    assert not path.exists()


def test_what_a_step_made_is_deleted_as_uploads_are(temporary: Path) -> None:
    """By the app's schedule, whether or not another call comes."""

    def answer(*, folder: Path) -> tuple[Path, dict[str, str]]:
        """Make a file.

        Returns
        -------
        file
            The file.
        summary
            Nothing.
        """
        (folder / "made.csv").touch()
        return folder / "made.csv", {}

    with traffic.AppBlocks() as app:
        endpoints.build({answer: {}})
    (endpoint,) = (fn for fn in app.fns.values() if fn.api_name == "answer")
    called = SimpleNamespace(headers={}, app=SimpleNamespace(state_holder=StateHolder()))
    request = gr.Request(called, session_hash="canary")
    made = Path(asyncio.run(endpoint.fn(request))[0]["path"])
    delete_files_created_by_app(app, age=3600)
    assert made.exists()
    delete_files_created_by_app(app, age=0)
    assert not made.exists()


def test_files_last_an_hour() -> None:
    """Every ten minutes the app deletes what was uploaded or handed out more than an hour ago."""
    assert build().delete_cache == (600, 3600)


HOUR = dt.timedelta(hours=1)


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


def test_who_has_to_make_room_is_forgotten_whole(visits: Visits, screen: Screen) -> None:
    """With one visit too many, the one longest away goes, and so does the ledger it kept."""
    kept, _ = with_ledger(Session())
    assert kept.own_ledger is not None
    came(visits, screen, "first", kept)
    for name in ("second", "third", "fourth"):
        assert kept.own_ledger.parent.exists()
        came(visits, screen, name)
    assert list(visits.session_data) == ["second", "third", "fourth"]
    assert not kept.own_ledger.parent.exists()
