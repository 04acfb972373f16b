"""Whose token a connection uses, and the sentences for refusals of the Hub."""

import logging
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr

from retention.errors import PublishError
from retention.hub.connection import Hub
from retention.hub.publish import push
from retention.hub.pull import fetch
from retention.settings import settings
from tests.hub.conftest import TOKEN, MakeRelease
from tests.stand_ins.hub_server import HubServer


def test_the_token_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """HF_TOKEN is used if it is set."""
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    settings.cache_clear()
    token = Hub.from_environment().token
    assert token is not None
    assert token.get_secret_value() == TOKEN


def test_a_saved_sign_in_is_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without HF_TOKEN the token that `hf auth login` saved is used; otherwise the connection is anonymous."""
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(tmp_path / "token"))
    assert Hub.from_environment().token is None
    (tmp_path / "token").write_text(TOKEN)
    assert Hub.from_environment().token == SecretStr(TOKEN)


def test_on_a_space_the_token_of_its_owner_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """A visitor who is not signed in does not push with the secret of the Space."""
    monkeypatch.setenv("SPACE_ID", "alice/app")
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    settings.cache_clear()
    assert Hub.from_environment().token is None


def test_an_anonymous_connection_uses_no_token_of_the_process(
    server: HubServer, hub: Hub, stranger: Hub, release: MakeRelease, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a token of its own a call does not fall back on HF_TOKEN."""
    push(release(), hub=hub)
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    with pytest.raises(PublishError, match="there is no model of this name"):
        fetch("alice/churn", kind="model", hub=stranger)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (400, "the Hub refused (400): no reason given"),
        (402, "asks for payment"),
        (403, "may not do that under alice"),
        (413, "too large"),
        (418, "the Hub refused (418)"),
        (429, "limits the rate of calls"),
        (500, "has a problem (500)"),
        (504, "has a problem (504)"),
    ],
)
def test_every_refusal_is_one_sentence(server: HubServer, hub: Hub, status: int, words: str) -> None:
    """The sentence names the repository, the cause and what to do."""
    server.create("model", "alice/churn", private=False)
    server.fail("GET", "/api/models/", status=status, times=99)
    with pytest.raises(PublishError) as error:
        fetch("alice/churn", kind="model", hub=hub)
    assert str(error.value).startswith("alice/churn: ")
    assert words in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("body", ["<html>nginx</html>", "", "{", '{"id": 5}', "[]"])
def test_an_invalid_answer_is_reported(server: HubServer, hub: Hub, body: str) -> None:
    """It may come from something else at the address, such as a proxy's login page."""
    server.fail("GET", "/api/models/", status=200, body=body, times=99)
    with pytest.raises(PublishError, match=r"^alice/churn: "):
        fetch("alice/churn", kind="model", hub=hub)


@pytest.mark.parametrize("path", ["/api/repos/create", "/commit/"])
def test_a_push_to_a_silent_hub_times_out(server: HubServer, hub: Hub, release: MakeRelease, path: str) -> None:
    """A silent connection is given up, and retried like a lost one."""
    server.fail("POST", path, how="hang", times=99)
    with pytest.raises(PublishError, match="did not answer in time; try again later"):
        push(release(), hub=replace(hub, timeout_s=0.1))


@pytest.mark.parametrize("path", ["/api/models/", "/resolve/"])
def test_a_pull_from_a_silent_hub_times_out(server: HubServer, hub: Hub, release: MakeRelease, path: str) -> None:
    """Reading times out too, though the client on its own would wait for ever."""
    push(release(), hub=hub)
    server.fail("GET", path, how="hang", times=99)
    with pytest.raises(PublishError, match="did not answer in time; try again later"):
        fetch("alice/churn", kind="model", hub=replace(hub, timeout_s=0.1))


def test_a_gated_repository_is_reported(server: HubServer, hub: Hub) -> None:
    """The sentence says that its owner grants access."""
    server.fail("GET", "/api/models/", status=403, headers={"X-Error-Code": "GatedRepo"})
    with pytest.raises(PublishError, match="grants access one by one"):
        fetch("alice/churn", kind="model", hub=hub)


def test_offline_mode_is_reported(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sentence names the variable that switches the client offline."""
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(PublishError, match="unset HF_HUB_OFFLINE"):
        fetch("alice/churn", kind="model", hub=hub)


def test_the_token_appears_nowhere(
    server: HubServer,
    hub: Hub,
    release: MakeRelease,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """No error (though the Hub repeats the token), log, printed value or pushed file holds it."""
    caplog.set_level(logging.DEBUG)
    spoken: list[str] = [repr(hub), str(hub), repr(vars(hub))]
    push(release(), hub=hub)
    caplog.set_level(logging.INFO)  # below that, the HTTP library logs the headers of answers
    for status in (400, 401, 403, 418, 503):
        echo = {"X-Error-Message": f"bad token {TOKEN}"}
        server.fail("POST", "/commit/", status=status, headers=echo, body=f"token {TOKEN}", times=99)
        with pytest.raises(PublishError) as error:
            push(release({"model.json": b"newer"}), hub=hub)
        spoken += [str(error.value), repr(error.value), repr(error.value.args)]
        server.faults.clear()
    spoken += [record.getMessage() for record in caplog.records]
    spoken += [text.decode() for text in server.repos["model", "alice/churn"].head.files.values()]
    spoken += capfd.readouterr()
    assert not any(TOKEN in text for text in spoken)
