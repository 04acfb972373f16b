"""What the app keeps of its visitors, and for how long."""

import datetime as dt
import tempfile
from collections.abc import Iterator
from pathlib import Path

import gradio as gr
import pytest
from gradio.route_utils import delete_files_created_by_app
from gradio.state_holder import StateHolder

from retention.ui.app import build
from retention.ui.handlers import export
from retention.ui.screen import Screen
from retention.ui.session import Session
from retention.ui.tabs import download

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
    path = Path(button.hand_out(export.text("ids", "list.csv"))[button.file])
    assert path.read_text(encoding="utf-8") == "ids"
    assert list((temporary / "temporary").iterdir()) == []
    delete_files_created_by_app(app, age=3600)
    assert path.exists()
    delete_files_created_by_app(app, age=None)
    assert not path.exists()


def test_files_last_an_hour() -> None:
    """Every ten minutes the app deletes what was uploaded or handed out more than an hour ago."""
    assert build().delete_cache == (600, 3600)


def test_a_visitor_who_left_is_forgotten() -> None:
    """The session of a page that was closed an hour ago, or left alone for half a day, is let go."""
    with gr.Blocks() as app:
        screen = Screen()
    app.state_session_capacity = 64
    sessions = StateHolder()
    sessions.set_blocks(app)
    for visitor, closed, hours in [("closed", True, 1.1), ("idle", False, 12.1), ("busy", False, 11.9)]:
        state = sessions[visitor]
        state[screen.session._id] = Session()
        state._state_ttl[screen.session._id] = (
            screen.session.time_to_live, dt.datetime.now() - dt.timedelta(hours=hours)
        )  # fmt: skip
        state.is_closed = closed
    sessions.delete_all_expired_state()
    left = {visitor for visitor in ("closed", "idle", "busy") if sessions[visitor].state_data}
    assert left == {"busy"}
