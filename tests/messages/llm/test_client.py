"""The writer with a server that fails in every way, on real sockets."""

import asyncio
import json
import logging
from collections.abc import Iterator

import httpx2
import huggingface_hub.utils._http as hub_http
import pytest
from huggingface_hub import set_async_client_factory
from pydantic import SecretStr

from retention.errors import InputError
from retention.messages.llm.breaker import Breaker
from retention.messages.llm.client import HubWriter, TemplateDraft, switched_off_writer, writer_from_settings
from retention.messages.llm.event_loop import LoopThread
from retention.messages.segments import MessageSegment
from retention.settings import Settings, settings
from tests.stand_ins.breaker_backend import Clock
from tests.stand_ins.fault_server import FAULTS, TEMPLATE, Answer, FaultServer, by_model, drip, hang, replies, says
from tests.stand_ins.small_model import SmallModel

DEADLINE_S = 0.2


@pytest.fixture
def writer(server: FaultServer) -> Iterator[HubWriter]:
    """A writer of two models on that server."""
    writing = HubWriter(("first", "second"), base_url=server.base_url)
    yield writing
    writing.close()


def draft(writer: HubWriter, segment: MessageSegment | None = None, deadline_s: float = 5.0) -> TemplateDraft:
    """Ask for a template."""
    return writer.submit(writer.write(segment or MessageSegment(), deadline_s=deadline_s)).result()


def test_a_good_template_is_returned_with_its_model(writer: HubWriter) -> None:
    """The template has its slots unfilled, and names the model."""
    assert draft(writer) == TemplateDraft(TEMPLATE, source="first")
    assert writer.report().state == "closed"


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_gives_a_reason_and_no_template(writer: HubWriter, server: FaultServer, fault: str) -> None:
    """Whatever the server sends, there is no template and no exception, but a reason that quotes nothing of it."""
    server.answer = FAULTS[fault]
    reply = draft(writer, deadline_s=DEADLINE_S if fault in {"hang", "headers then hang", "drip"} else 5.0)
    assert reply.template is None
    assert reply.note
    assert "evil" not in reply.note


@pytest.mark.parametrize(
    ("fault", "reason", "state"),
    [
        ("401", "the server does not accept the key (401); check RETENTION_API_KEY", "open"),
        ("402", "the server asks for payment (402)", "open"),
        ("403", "the server does not let this key make calls (403); check RETENTION_API_KEY", "open"),
        ("404", "nobody serves this model (404)", "open"),
        ("model not supported", "nobody serves this model (400)", "open"),
        ("429 with Retry-After", "the server asks to slow down (429)", "open"),
        ("400", "", "closed"),
        ("422", "", "closed"),
        ("503", "", "closed"),
    ],
)
def test_a_single_fault_has_its_own_consequence(
    writer: HubWriter, server: FaultServer, fault: str, reason: str, state: str
) -> None:
    """Account, models and pauses act at once and name their cause; one passing failure does not."""
    server.answer = FAULTS[fault]
    draft(writer)
    report = writer.report()
    assert (report.state, report.reason) == (state, reason)


@pytest.mark.parametrize(
    ("retry_after", "low", "high"),
    [
        ("7", 6, 7), ("1.5", 0.1, 1.5), ("Fri, 31 Dec 2100 23:59:59 GMT", 59, 60), ("soon", None, 0),
        ("nan", None, 0), ("-5", None, 0), ("Fri, 31 Dec 1999 23:59:59 GMT", None, 0),
    ],
)  # fmt: skip
def test_retry_after_is_read_as_seconds_or_date(
    writer: HubWriter, server: FaultServer, retry_after: str, low: float | None, high: float
) -> None:
    """Both forms of the header count, and nonsense does not."""
    server.answer = replies("", status=429, retry_after=retry_after)
    draft(writer)
    wait = writer.report().next_probe_s
    assert wait is None if low is None else wait is not None and low < wait <= high


def test_refused_connections_are_reported(server: FaultServer) -> None:
    """A writer that is switched off meets a real refused connection."""
    writer = switched_off_writer()
    reply = draft(writer)
    assert reply == TemplateDraft(None, note="the language model cannot be reached")
    writer.close()


def test_a_host_that_does_not_resolve_is_reported() -> None:
    """A host that does not exist is an outage like any other."""
    writer = HubWriter(("m",), base_url="http://nowhere.invalid/v1")
    assert draft(writer).template is None
    writer.close()


def test_the_next_model_answers_for_the_first(writer: HubWriter, server: FaultServer) -> None:
    """After a model that is not served, fails or writes badly, the next one is asked."""
    for fault in ("404", "503", "unusable text"):
        server.answer = by_model({"first": FAULTS[fault]}, otherwise=says())
        assert draft(writer) == TemplateDraft(TEMPLATE, source="second")


def test_the_deadline_ends_a_slow_reply(writer: HubWriter, server: FaultServer) -> None:
    """The call ends in time, although every single read is fast."""
    server.answer = drip
    assert draft(writer, deadline_s=DEADLINE_S).note == "no answer within 0.2 s"


def test_waiting_for_a_free_place_counts_towards_the_deadline(writer: HubWriter, server: FaultServer) -> None:
    """With the only place taken by a hung call, the next one gives up in time as well."""
    server.answer = hang

    async def crowd() -> TemplateDraft:
        hung = asyncio.create_task(writer.write(MessageSegment(), deadline_s=2.0))
        await asyncio.sleep(0)
        late = await writer.write(MessageSegment(), deadline_s=DEADLINE_S)
        hung.cancel()
        await asyncio.gather(hung, return_exceptions=True)
        return late

    assert writer.submit(crowd()).result() == TemplateDraft(
        None, note="too many messages are being written at once"
    )
    assert writer.report().failures == 0


ESCAPES = {
    "redirect to a port that cannot be": replies("", status=307, location="http://127.0.0.1:99999/v1"),
    "redirect to another scheme": replies("", status=307, location="ftp://127.0.0.1/v1"),
    "redirect to a broken host": replies("", status=307, location="http://[::1/v1"),
    "charset=hex": replies("00", kind="application/json; charset=hex"),
    "charset=hex, 503": replies("00", kind="text/plain; charset=hex", status=503),
    "charset=hex, 400": replies("00", kind="text/plain; charset=hex", status=400),
    "charset=rot13": replies("{}", kind="application/json; charset=rot13"),
    "an integer of 5,000 digits": replies("9" * 5000),
    "a lone surrogate": replies('{"choices": [{"message": {"content": "\\ud800 {name} {offer}"}}]}'),
}
"""Answers that raise something other than an error of HTTP in a client."""


@pytest.mark.parametrize("answer", ESCAPES.values(), ids=ESCAPES.keys())
def test_whatever_a_call_raises_is_a_failed_call(writer: HubWriter, server: FaultServer, answer: Answer) -> None:
    """No exception of a library comes through, and there is a reason."""
    server.answer = answer
    drafted = draft(writer)
    assert drafted.template is None
    assert drafted.note


@pytest.mark.parametrize(
    "base_url",
    ["http://127.0.0.1:80800/v1", "http://127.0.0.1:http/v1", "http://[::1/v1", "http:///v1",
     "https://ex ample/v1", "http://" + "a" * 300 + "/v1"],
)  # fmt: skip
def test_an_address_that_cannot_be_is_a_failed_call(base_url: str) -> None:
    """One digit too many in the port leaves everyone with a hand-written message, and a reason."""
    writer = HubWriter(("m",), base_url=base_url)
    drafted = draft(writer)
    writer.close()
    assert drafted.template is None
    assert drafted.note


@pytest.mark.parametrize("name", ["HTTP_PROXY", "ALL_PROXY"])
@pytest.mark.parametrize(
    "proxy", ["socks5://127.0.0.1:9", "http://127.0.0.1:9", "gopher://127.0.0.1:9", "http://[::1"]
)
def test_a_proxy_is_neither_an_obstacle_to_this_machine_nor_a_crash(
    server: FaultServer, monkeypatch: pytest.MonkeyPatch, name: str, proxy: str
) -> None:
    """A local model is reached beside it, and a distant one has a reason."""
    monkeypatch.setenv(name, proxy)
    for base_url, template in ((server.base_url, TEMPLATE), ("http://nowhere.invalid/v1", None)):
        writer = HubWriter(("m",), base_url=base_url)
        drafted = draft(writer)
        writer.close()
        assert drafted.template == template
        assert bool(drafted.note) == (template is None)


def test_offline_mode_is_the_hubs_and_not_of_a_local_model(
    server: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With HF_HUB_OFFLINE the own server answers, and Inference Providers have a reason."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    own = HubWriter(("m",), base_url=server.base_url)
    providers = HubWriter(("m",), token="hf_x")  # noqa: S106
    assert draft(own).template == TEMPLATE
    assert draft(providers).note == "offline mode is on; unset HF_HUB_OFFLINE"
    own.close()
    providers.close()


def test_a_key_goes_to_the_own_server_alone(server: FaultServer) -> None:
    """The server that is set gets its key as bearer, trimmed, and its refusal is told in its own words."""
    own = Settings(base_url=server.base_url, api_key=" sk-mine\n", hf_token="hf_canary")  # noqa: S106
    writer = writer_from_settings(own)
    assert writer is not None
    draft(writer)
    server.answer = FAULTS["401"]
    assert draft(writer).note == "the server does not accept the key (401); check RETENTION_API_KEY"
    writer.close()
    head = server.requests[0].head.lower()
    assert "authorization: bearer sk-mine\r\n" in head
    assert "canary" not in head


def test_a_key_does_not_follow_a_redirect_to_another_server(server: FaultServer) -> None:
    """Whoever the server points to sees the prompt, and not the key."""
    with FaultServer() as elsewhere:
        url = elsewhere.base_url.replace("127.0.0.1", "localhost") + "/chat/completions"
        server.answer = replies("", status=307, location=url)
        writer = HubWriter(("m",), base_url=server.base_url, key=SecretStr("sk-mine"))
        draft(writer)
        writer.close()
        assert elsewhere.requests
        assert "sk-mine" not in elsewhere.requests[0].head


@pytest.mark.parametrize("token", ["hf_a b", "hf_a\nb", "hf_a\u200b", "hf_é"])
def test_a_token_that_cannot_be_one_is_named(monkeypatch: pytest.MonkeyPatch, token: str) -> None:
    """A blank or a line break within it is told before any call."""
    settings.cache_clear()
    monkeypatch.setenv("HF_TOKEN", token)
    with pytest.raises(InputError, match="environment variable HF_TOKEN: holds a blank"):
        settings()
    settings.cache_clear()


@pytest.mark.parametrize("status", ["400", "422"])
def test_a_model_that_does_not_take_the_request_is_followed_by_the_next(
    writer: HubWriter, server: FaultServer, status: str
) -> None:
    """The second model answers; alone, the first is counted as failed and its reason is told."""
    server.answer = by_model({"first": FAULTS[status]}, otherwise=says())
    assert draft(writer) == TemplateDraft(TEMPLATE, source="second")
    alone = HubWriter(("first",), base_url=server.base_url)
    drafts = [draft(alone) for _ in range(8)]
    report = alone.report()
    alone.close()
    assert {drafted.note for drafted in drafts} == {f"the server did not take the request ({status})"}
    assert (report.calls, report.failures, report.state) == (5, 5, "open")
    assert report.reason == f"the server did not take the request ({status})"


def test_a_line_for_a_person_comes_through_the_breaker(writer: HubWriter, server: FaultServer) -> None:
    """A text that only a person may let out is handed on with its model, although no model wrote a better one."""
    line = "Hi {name}, the moonlit biryani misses you, {offer} is here."
    server.answer = says(line)
    drafted = draft(writer)
    assert drafted.template is None
    assert (drafted.unreviewed, drafted.source) == (line, "first")


def test_a_healthy_model_is_used_again_within_the_run(server: FaultServer) -> None:
    """Requests that are refused during the probe wait for its outcome, and then go out."""
    clock = Clock()
    writer = HubWriter(("m",), base_url=server.base_url)
    writer._breaker = Breaker(("m",), reset_s=30.0, clock=clock)
    server.answer = FAULTS["503"]
    for _ in range(5):
        draft(writer)
    assert writer.report().state == "open"
    clock.now += 30
    server.answer = says(after_s=0.05)

    async def run() -> list[TemplateDraft]:
        calls = [writer.write(MessageSegment(), deadline_s=5.0) for _ in range(16)]
        return await asyncio.gather(*calls)

    writer._pace._set(16)
    drafts = writer.submit(run()).result()
    writer.close()
    assert [drafted.template for drafted in drafts] == [TEMPLATE] * 16


def test_only_the_segment_is_sent(writer: HubWriter, server: FaultServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The Hub's token stays here even when it is in the environment, and the body holds the prompt alone."""
    monkeypatch.setenv("HF_TOKEN", "hf_canary")
    draft(writer, MessageSegment(cuisine="pizza", reason="price"))
    (request,) = server.requests
    assert "canary" not in request.head + request.body
    sent = json.loads(request.body)
    assert sent.keys() == {"model", "messages", "max_tokens", "temperature", "stream"}
    assert "pizza" in sent["messages"][-1]["content"]


class _ToLoopback(httpx2.AsyncHTTPTransport):
    """A network in which the Hub's router stands on loopback."""

    def __init__(self, server: FaultServer) -> None:
        super().__init__()
        self.server = server
        self.hosts: list[str] = []

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self.hosts.append(request.url.host)
        loopback = httpx2.URL(self.server.base_url)
        request.url = request.url.copy_with(scheme="http", host=loopback.host, port=loopback.port)
        return await super().handle_async_request(request)


def test_a_token_goes_to_the_router_and_asks_by_model(
    server: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Inference Providers are asked through the router, one call a template, with the token as bearer."""
    network = _ToLoopback(server)
    monkeypatch.setattr(hub_http, "_GLOBAL_ASYNC_CLIENT_FACTORY", hub_http._GLOBAL_ASYNC_CLIENT_FACTORY)
    set_async_client_factory(lambda: httpx2.AsyncClient(transport=network))
    writer = writer_from_settings(Settings(hf_token=SecretStr("hf_visible"), llm_models="org/first,org/second"))
    assert writer is not None
    assert draft(writer) == TemplateDraft(TEMPLATE, source="org/first")
    writer.close()
    assert network.hosts == ["router.huggingface.co"]
    assert "authorization: bearer hf_visible" in server.requests[0].head.lower()
    assert server.requests[0].model == "org/first"


def test_the_settings_choose_the_server(server: FaultServer) -> None:
    """The owner's own server comes before the token; with neither there is no writer."""
    assert writer_from_settings(Settings()) is None
    assert writer_from_settings(Settings(hf_token=SecretStr("not the Hub's"))) is None
    own = Settings(hf_token=SecretStr("hf_canary"), base_url=server.base_url, deadline_s=3)
    writer = writer_from_settings(own)
    assert writer is not None
    assert writer.deadline_s == 3
    draft(writer)
    writer.close()
    assert "canary" not in server.requests[0].head


def test_an_address_without_a_scheme_is_refused() -> None:
    """Otherwise it would be taken for the name of a model."""
    with pytest.raises(InputError, match="RETENTION_BASE_URL: is no address"):
        writer_from_settings(Settings(base_url="localhost:8080/v1"))


def test_nothing_of_a_reply_is_logged(
    writer: HubWriter, server: FaultServer, caplog: pytest.LogCaptureFixture
) -> None:
    """The log holds the breaker's changes, and nothing of a reply."""
    caplog.set_level(logging.WARNING)
    server.answer = replies('{"error": "canary"}', status=402)
    draft(writer)
    server.answer = says("canary {name} {offer}")
    draft(writer)
    assert caplog.records
    assert "canary" not in caplog.text


def test_closing_cancels_what_is_under_way(server: FaultServer) -> None:
    """A hung call ends with its writer, and closing twice is fine."""
    server.answer = hang
    writer = HubWriter(("m",), base_url=server.base_url)
    waiting = writer.submit(writer.write(MessageSegment(), deadline_s=60))
    writer.close()
    writer.close()
    assert waiting.cancelled()


def test_a_loop_thread_runs_coroutines_beside_the_caller() -> None:
    """Results come back through futures, from one thread."""

    async def on_close() -> None:
        closed.append("closed")

    async def double(number: int) -> int:
        return 2 * number

    closed: list[str] = []
    loop = LoopThread("test")
    assert [loop.submit(double(number)).result() for number in range(3)] == [0, 2, 4]
    loop.close(on_close)
    assert closed == ["closed"]


@pytest.mark.slow
def test_a_real_model_keeps_the_contract() -> None:
    """With a real, poor model, every call gives either a template that the guard accepts or a reason."""
    with SmallModel() as model:
        writer = HubWriter(("smollm2",), base_url=model.base_url)
        drafts = [draft(writer, MessageSegment(cuisine="pizza", reason="away"), deadline_s=30.0) for _ in range(6)]
        report = writer.report()
        writer.close()
    assert report.calls >= 5
    assert all((reply.template is None) == bool(reply.note) for reply in drafts)
    assert report.failures == report.calls - sum(reply.template is not None for reply in drafts)
    assert not any("reached" in reply.note or "form" in reply.note for reply in drafts)
