"""What visitors start on: the example, or a model on the Hub that is pinned by its commit."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from retention.errors import InputError
from retention.hub.connection import Hub
from retention.hub.model_release import plan_model
from retention.hub.publish import PushResult, push
from retention.settings import settings
from retention.ui.start import Start, example, start
from retention.ui.tabs.offers import handlers as offers
from tests.stand_ins.hub_server import HubServer, Person

ROOT = Path(__file__).parents[2]
TOKEN = "hf_canaryofalicewhomaywrite"  # noqa: S105  opens nothing


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[HubServer]:
    """A Hub that knows Alice, and the only one this process knows."""
    from huggingface_hub import constants

    with HubServer() as server:
        server.people[TOKEN] = Person("alice")
        monkeypatch.setattr(constants, "ENDPOINT", server.url)
        template = f"{server.url}/{{repo_id}}/resolve/{{revision}}/{{filename}}"
        monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
        yield server


def pushed(server: HubServer, folder: Path, *, with_evaluation: bool = True) -> PushResult:
    planned = plan_model(folder, repo="alice/churn", with_evaluation=with_evaluation)
    return push(planned, hub=Hub(SecretStr(TOKEN), server.url))


def started(monkeypatch: pytest.MonkeyPatch, model_at: str) -> Start:
    monkeypatch.setenv("RETENTION_START_MODEL", model_at)
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    settings.cache_clear()
    return start()


def test_the_pinned_model_is_there_priced(
    server: HubServer, telecom_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a Space its owner's token fetches it, private as it is, and its own evaluation gives the curve."""
    reference = pushed(server, telecom_folder).reference
    server.repos["model", "alice/churn"].commit("newer", {})  # the pin is what counts
    monkeypatch.setenv("SPACE_ID", "alice/desk")
    beginning = started(monkeypatch, reference)
    assert beginning.warning is None
    assert beginning.session.model is not None
    assert beginning.session.model.customers == 1500
    assert beginning.session.curve is not None
    assert beginning.session.curve.customers == 1500
    assert beginning.session.customers is None
    with pytest.raises(InputError, match="no customers yet"):
        offers.write(beginning.session, 0.2)


@pytest.mark.slow
def test_without_the_model_the_example_is_there_and_says_why(
    server: HubServer, telecom_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A changed byte, no evaluation rows, no such commit: one sentence each."""
    pushed(server, telecom_folder)
    repo = server.repos["model", "alice/churn"]
    tampered = repo.commit("tampered", {**repo.head.files, "booster.json": b"{}"})
    bare = pushed(server, telecom_folder, with_evaluation=False)
    troubles = {
        f"alice/churn@{tampered.oid}": "booster.json is not the file that was saved",
        bare.reference: "has no evaluation rows, so no profit can be shown",
        f"alice/churn@{'0' * 40}": "there is no such commit",
    }
    for reference, words in troubles.items():
        beginning = started(monkeypatch, reference)
        assert beginning.session is example()
        assert words in str(beginning.warning)
        assert str(beginning.warning).startswith("this is an example")


@pytest.mark.slow
def test_without_network_the_example_is_there_and_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody answers at the Hub's address."""
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:1")
    monkeypatch.setattr("retention.hub.failures.ATTEMPTS", 1)
    beginning = started(monkeypatch, f"alice/other@{'1' * 40}")
    assert beginning.session is example()
    assert "the Hub cannot be reached" in str(beginning.warning)


@pytest.mark.parametrize("model", ["alice/churn", "alice/churn@main", "alice/churn@0123abc", "churn@" + "0" * 40])
def test_a_model_that_is_not_pinned_is_refused(monkeypatch: pytest.MonkeyPatch, model: str) -> None:
    """It might be another one tomorrow; the sentence names the variable and says what to pass."""
    with pytest.raises(InputError, match=r"^environment variable RETENTION_START_MODEL: .*pass OWNER/NAME@"):
        started(monkeypatch, model)


@pytest.mark.slow
def test_the_app_refuses_to_start_on_it_before_anything_heavy_is_loaded() -> None:
    """One sentence and no traceback; what only training and drawing need is imported when they begin."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "app.py"],
        cwd=ROOT, env={**os.environ, "RETENTION_START_MODEL": "alice/churn"}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 1
    printed = [line for line in done.stderr.splitlines() if not line.startswith("import time:")]
    assert printed == [
        "error: environment variable RETENTION_START_MODEL: names no commit; pass OWNER/NAME@ and all 40 digits, "
        "so that the model cannot change; change or unset it"
    ]
    loaded = set(re.findall(r"\|\s+(\w+)[.\w]*$", done.stderr, re.MULTILINE))
    assert "gradio" in loaded
    assert not {"sklearn", "scipy", "xgboost", "plotly", "datasets"} & loaded
