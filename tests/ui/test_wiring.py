"""Events as the page calls them: what a person is told, and which buttons work meanwhile."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import gradio as gr
import pytest

from retention.progress import Progress
from retention.ui.tab import Updates
from retention.ui.wiring import Stop, run_job
from tests.browser.server import running
from tests.ui.visitor import Visitor

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The app's address."""
    with running() as address:
        yield address


def sentences(answer: dict[str, Any]) -> str:
    """What a person was told on the way."""
    return " ".join(message.get("log", "") for message in answer["messages"])


def words_of_progress(answer: dict[str, Any]) -> str:
    """What stood beside the progress bar."""
    descriptions = [message.get("progress_data") or () for message in answer["messages"]]
    return " ".join(str(part["desc"]) for parts in descriptions for part in parts)


def test_an_expired_session_asks_for_a_reload(address: str) -> None:
    """At the press of a button and at a download; to a visit that is known nothing is said."""
    stranger = Visitor(address, name="stranger")
    presses: list[tuple[Any, ...]] = [
        ("Train", None, False, False, "", None),
        ("Show", None, "nobody"),
        ("Download report", None),
    ]
    for press in presses:
        assert "this session expired" in sentences(stranger.press(*press))
    visitor = Visitor(address, name="visitor")
    visitor.load()
    warning = sentences(visitor.press("Show", None, "nobody"))
    assert "no customer has this id" in warning and "expired" not in warning


def test_the_second_to_train_sees_its_place(address: str) -> None:
    """Of two who press Train at once one hears that it is next in the queue; both are served."""
    visitors = [Visitor(address, name=name) for name in ("anna", "bela")]
    for visitor in visitors:
        visitor.load()
    with ThreadPoolExecutor() as both:
        answers = list(both.map(lambda visitor: visitor.press("Train", None, False, False, "", None), visitors))
    assert all(answer["success"] for answer in answers)
    waited = [bool(re.search("you are next in the queue", words_of_progress(answer))) for answer in answers]
    assert sorted(waited) == [False, True]


def test_after_a_bug_the_buttons_work_as_before() -> None:
    """Whatever went wrong is raised on, and the work can be begun again."""
    start, second_start, button, work = gr.Button(), gr.Button(), gr.Button(), gr.State(None)

    def broken(progress: Progress) -> None:
        raise KeyError("nobody foresaw this")

    shown: list[Updates] = []
    with pytest.raises(KeyError, match="nobody foresaw this"):
        shown.extend(run_job([start, second_start], Stop(button, work), gr.Progress(), broken, lambda result: {}))
    first, last = shown[0], shown[-1]
    assert [first[component].interactive for component in (start, second_start, button)] == [False, False, True]
    assert [last[component].interactive for component in (start, second_start, button)] == [True, True, False]
    assert first[work] is not None and last[work] is None
