"""What the app keeps of its visitors, and for how long."""

import asyncio
import tempfile
from pathlib import Path
from types import SimpleNamespace

import gradio as gr
import pytest
from gradio.route_utils import delete_files_created_by_app
from gradio.state_holder import StateHolder

from retention.ui.api import endpoints
from retention.ui.app import build
from retention.ui.components import download
from retention.ui.gradio_runtime.blocks import AppBlocks

pytestmark = pytest.mark.slow


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
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

    with AppBlocks() as app:
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
