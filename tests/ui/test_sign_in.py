"""As whom the app speaks to the Hub: whoever runs it, on a Space whoever signed in, and never the Space itself."""

import base64
import hashlib
import json
import re
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import gradio as gr
import itsdangerous
import pytest

from retention.settings import settings
from retention.ui.sign_in import hub_for_caller
from tests.browser.server import ROOT, running
from tests.stand_ins.hub_server import HubServer, Person
from tests.ui.visitor import Visitor

MINE, SPACES, VERAS = "hf_canaryofthismachine", "hf_canaryofthespace", "hf_canaryofvera"
SECRET = "canarysecretofthespace"  # noqa: S105
HOST = "acme-desk.hf.space"


@dataclass
class Call:
    """What gradio tells a handler about a call."""

    headers: dict[str, str] = field(default_factory=dict)


def asks(token: str | None, **headers: str) -> str | None:
    """With which token the Hub is asked for a call with these headers."""
    injected = None if token is None else gr.OAuthToken(token, "contribute-repos", 0)
    hub_token = hub_for_caller(injected, Call(headers)).token
    return None if hub_token is None else hub_token.get_secret_value()


@pytest.fixture
def signed_in_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", MINE)


@pytest.fixture
def space(monkeypatch: pytest.MonkeyPatch) -> None:
    """A Space whose owner gave it a secret."""
    monkeypatch.setenv("HF_TOKEN", SPACES)
    monkeypatch.setenv("SPACE_ID", "acme/desk")
    monkeypatch.setenv("SPACE_HOST", f"{HOST}, desk.acme.example")


@pytest.mark.parametrize(
    ("headers", "token"),
    [
        ({"host": "127.0.0.1:7860", "origin": "http://127.0.0.1:7860"}, MINE),
        ({"host": "localhost:7860", "origin": "http://localhost:7860"}, MINE),
        ({"host": "127.0.0.1:7860", "x-forwarded-for": "203.0.113.9"}, None),
        ({"host": "127.0.0.1:7860", "X-Forwarded-Proto": "https"}, None),
        ({"host": "127.0.0.1:7860", "forwarded": "for=203.0.113.9"}, None),
        ({"host": "127.0.0.1:7860", "x-real-ip": "203.0.113.9"}, None),
        ({"host": "[::1]:7860"}, MINE),
        ({"host": "127.0.0.1:7860", "origin": "https://evil.example"}, None),
        ({"host": "127.0.0.1:7860", "origin": "http://127.0.0.1:3000"}, None),
        ({"host": "127.0.0.1:7860", "origin": "null"}, None),
        ({"host": "rebound.evil.example:7860", "origin": "http://rebound.evil.example:7860"}, None),
        ({"host": "192.168.0.7:7860"}, None),
        ({"host": "[::1", "origin": "http://[::1"}, None),
        ({}, None),
    ],
    ids=str,
)
@pytest.mark.usefixtures("signed_in_machine")
def test_the_machines_token_is_for_its_own_pages(headers: dict[str, str], token: str | None) -> None:
    """Another site's page, or a name that was turned to this machine, speaks for nobody."""
    assert asks(None, **headers) == token


@pytest.mark.parametrize(
    ("headers", "token"),
    [
        ({"host": HOST, "origin": f"https://{HOST}"}, VERAS),
        ({"host": HOST, "origin": "https://desk.acme.example"}, VERAS),
        ({"host": HOST}, VERAS),
        ({"host": HOST, "origin": "https://evil.example"}, None),
        ({"host": HOST, "origin": "null"}, None),
    ],
    ids=str,
)
@pytest.mark.usefixtures("space")
def test_a_visitors_token_is_for_the_spaces_own_pages(headers: dict[str, str], token: str | None) -> None:
    """A browser sends the cookie along whatever page asks."""
    assert asks(VERAS, **headers) == token


@pytest.mark.parametrize("headers", [{"host": HOST}, {"host": "127.0.0.1:7860"}, {}], ids=str)
@pytest.mark.usefixtures("space")
def test_a_space_never_lends_its_own_token(headers: dict[str, str]) -> None:
    """Nobody is nobody, whatever they say where they are."""
    assert asks(None, **headers) is None


def test_visitors_sign_in_only_where_the_space_lets_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """Gradio's button crashes anywhere else."""
    assert not settings().visitors_sign_in
    settings.cache_clear()
    monkeypatch.setenv("SPACE_ID", "acme/desk")
    assert not settings().visitors_sign_in
    settings.cache_clear()
    monkeypatch.setenv("OAUTH_CLIENT_ID", "client")
    assert settings().visitors_sign_in


def cookie(token: str, name: str) -> dict[str, str]:
    """The cookie gradio sets for somebody who signed in, made with what only the Space knows."""
    person = {"name": name, "preferred_username": name, "profile": "", "picture": ""}
    info = {
        "access_token": token,
        "scope": "contribute-repos",
        "expires_at": time.time() + 3600,
        "userinfo": person,
    }
    key = hashlib.sha256(f"{SECRET}-v4".encode()).hexdigest()
    signed = itsdangerous.TimestampSigner(key).sign(base64.b64encode(json.dumps({"oauth_info": info}).encode()))
    return {"cookie": f"session={signed.decode()}"}


@dataclass
class Space:
    """The app as a Space, the Hub it speaks to, and what it printed."""

    address: str
    hub: HubServer
    printed: list[str]

    def visitor(self, name: str, **headers: str) -> Visitor:
        """A visitor with the example on their page."""
        visitor = Visitor(self.address, headers, name)
        visitor.load()
        return visitor


@pytest.fixture(scope="module")
def running_space(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Space]:
    home = tmp_path_factory.mktemp("space")
    printed: list[str] = []
    with HubServer() as hub:
        variables = {
            "SPACE_ID": "acme/desk", "SYSTEM": "spaces", "HF_TOKEN": SPACES, "HF_ENDPOINT": hub.url,
            "HF_HOME": str(home), "HOME": str(home), "OPENID_PROVIDER_URL": hub.url, "OAUTH_CLIENT_ID": "client",
            "OAUTH_CLIENT_SECRET": SECRET, "OAUTH_SCOPES": "openid profile contribute-repos",
        }  # fmt: skip
        with running(python=Path(sys.executable), folder=ROOT, heard=printed, **variables) as address:
            yield Space(address.replace("localhost", "127.0.0.1"), hub, printed)


@pytest.fixture
def as_space(running_space: Space) -> Space:
    """A Hub on which the Space's owner has a private model, and Vera nothing."""
    hub = running_space.hub
    hub.clear()
    hub.people.update({SPACES: Person("acme"), VERAS: Person("vera")})
    hub.create("model", "acme/secret", private=True)
    return running_space


PREVIEW = ("model", True, False, False, 0.1)


def preview_model(visitor: Visitor, repo: str) -> None:
    what, *others = PREVIEW
    assert visitor.press("Preview", None, what, repo, *others)["success"]


def sentences(answer: dict[str, Any]) -> str:
    """What a person was told on the way."""
    return " ".join(message.get("log", "") for message in answer["messages"])


@pytest.mark.slow
def test_an_anonymous_direct_call_is_refused(as_space: Space) -> None:
    """By the number of the function, without a page: no push, no private model, nothing asked with a token."""
    visitor = as_space.visitor("anonymous")
    preview_model(visitor, "acme/new")
    assert "pushing takes a token; sign in on the Share tab" in sentences(
        visitor.press("Publish exactly this", None)
    )
    calls: list[tuple[int, tuple[Any, ...]]] = [
        *((button, (None, "acme/secret")) for button in visitor.buttons("Load")),
        *((button, ("acme/secret@0123456",)) for button in visitor.buttons("Replay")),
    ]
    for call, inputs in calls:
        refusal = sentences(visitor.call(call, *inputs))
        assert re.search(r"there is no (model|dataset) of this name, or it is private", refusal), refusal
    assert len(calls) == 3
    assert set(as_space.hub.repos) == {("model", "acme/secret")}
    assert as_space.hub.count_requests("POST", "") == 0


@pytest.mark.slow
def test_a_visitor_acts_in_their_own_name(as_space: Space) -> None:
    """Signed in, Vera pushes to a repository of hers; the Space's owner's she can neither see nor write to."""
    vera = as_space.visitor("vera", **cookie(VERAS, "vera"))
    preview_model(vera, "vera/churn")
    vera.press("Publish exactly this", None)
    assert ("model", "vera/churn") in as_space.hub.repos
    preview_model(vera, "acme/new")
    assert "this Space may only write under acme" in sentences(vera.press("Publish exactly this", None))
    assert set(as_space.hub.repos) == {("model", "acme/secret"), ("model", "vera/churn")}


@pytest.mark.slow
def test_another_sites_page_cannot_act_for_a_visitor(as_space: Space) -> None:
    """The cookie comes along, but the page is not the Space's."""
    vera = as_space.visitor("elsewhere", **cookie(VERAS, "vera"), origin="https://evil.example")
    preview_model(vera, "vera/churn")
    assert "pushing takes a token" in sentences(vera.press("Publish exactly this", None))
    assert ("model", "vera/churn") not in as_space.hub.repos


@pytest.mark.slow
def test_a_forged_or_outdated_cookie_is_nobody(as_space: Space) -> None:
    """Only what the Space signed counts."""
    forged = cookie(VERAS, "vera")
    forged["cookie"] = forged["cookie"][:-3] + "abc"
    visitor = as_space.visitor("forged", **forged)
    preview_model(visitor, "vera/churn")
    assert "pushing takes a token" in sentences(visitor.press("Publish exactly this", None))


@pytest.mark.slow
def test_no_token_is_in_any_answer_or_log(as_space: Space, tmp_path: Path) -> None:
    """Pushed, refused and failed: neither token is printed, sent to a browser, or left in a file."""
    vera = as_space.visitor("canary", **cookie(VERAS, "vera"))
    preview_model(vera, "vera/churn")
    answers = [vera.press("Publish exactly this", None)]
    as_space.hub.fail("GET", "/api/", status=401, times=99, body=f"bad token {VERAS}")
    answers += [vera.call(call, None, "vera/churn") for call in vera.buttons("Load")]
    as_space.hub.clear()
    seen = json.dumps(answers) + json.dumps(vera.config) + "".join(as_space.printed)
    assert "does not accept the token" in seen
    for canary in (VERAS, SPACES, SECRET):
        assert canary not in seen
