"""The endpoints as scripts and agents reach them: the app in a process of its own, gradio_client, HTTP and MCP."""

import asyncio
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client
from mcp.types import CallToolResult

from retention.churn.model import ChurnModel
from retention.profit.curve_json import curve_as_dict
from retention.profit.economics import Economics
from retention.targeting import profit_of_model
from retention.ui.api import archives as model_zip
from tests.browser.server import ROOT, running

pytestmark = pytest.mark.slow

NAMES = [
    "simulate", "snapshot", "audit", "train", "profit", "score", "holdout", "offers", "measure", "learn",
    "push", "pull", "replay",
]  # fmt: skip


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The app's address."""
    with running() as address:
        yield address


@pytest.fixture(scope="module")
def odd_address() -> Iterator[str]:
    """Where steps that misbehave are served."""
    with running("-m", "tests.stand_ins.odd_endpoints") as address:
        yield address


@pytest.fixture(scope="module")
def client(address: str, tmp_path_factory: pytest.TempPathFactory) -> Client:
    """A script's way in."""
    return Client(address, verbose=False, download_files=str(tmp_path_factory.mktemp("downloads")))


@pytest.fixture(scope="module")
def telecom_zip(telecom_model: ChurnModel, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A trained model as it travels."""
    path = tmp_path_factory.mktemp("model") / "model.zip"
    model_zip.save_model(telecom_model, path)
    return path


# Scripts


def test_the_app_lists_these_endpoints_and_no_other(client: Client) -> None:
    """Buttons and sliders of the screen are no part of the API; all that is has a type and words."""
    listed = client.view_api(print_info=False, return_format="dict")["named_endpoints"]
    assert list(listed) == [f"/{name}" for name in NAMES]
    values = [value for endpoint in listed.values() for value in (*endpoint["parameters"], *endpoint["returns"])]
    assert all(value["python_type"]["type"] and value["python_type"]["description"] for value in values)
    assert "GradioModel" not in json.dumps(listed)
    assert client.view_api(print_info=False, return_format="dict")["unnamed_endpoints"] == {}


def test_what_may_be_left_out_says_what_it_then_is(client: Client) -> None:
    """Files are required, everything else has its default, and results are a file and an object."""
    listed = client.view_api(print_info=False, return_format="dict")["named_endpoints"]["/score"]
    arguments = {item["parameter_name"]: item for item in listed["parameters"]}
    assert [name for name, item in arguments.items() if not item["parameter_has_default"]] == [
        "customers",
        "model",
    ]
    assert arguments["top"]["python_type"]["type"] == "int"
    assert {name: item["parameter_default"] for name, item in arguments.items()}.items() >= {
        "top": None, "threshold": None, "value": 500.0, "offer_cost": 50.0, "save_rate": 1.0, "currency": "₹",
    }.items()  # fmt: skip
    assert [item["python_type"]["type"] for item in listed["returns"]] == ["filepath", "dict(str, Any)"]


def test_a_script_gets_the_figures_of_the_program(
    client: Client, telecom_model: ChurnModel, telecom_zip: Path
) -> None:
    """Money inputs arrive as they are; null means the default, as leaving out does."""
    model = handle_file(telecom_zip)
    summary = client.predict(model=model, offer_cost=80, save_rate=None, currency="€", api_name="/profit")
    assert summary == curve_as_dict(profit_of_model(telecom_model, Economics(offer_cost=80, currency="€")))


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"threshold": "high"}, "threshold: should be a valid number"),
        ({"threshold": 7}, "threshold: must be from 0 to 1"),
        ({"save_rate": 4}, "save_rate: must be a number at least 0 and at most 1"),
        ({"value": [500]}, "value: should be a valid number"),
        ({"currency": 5}, "currency: should be a valid string"),
        ({"model": None}, "model: no file was passed"),
        ({"model": "/etc/passwd"}, "model: no file was passed"),
        ({"model": {"path": "/etc/passwd"}}, "model: no file was passed"),
        (
            {"model": "https://example.com/model.zip"},
            "model: this address belongs to no file that was uploaded here",
        ),
        ({"model": "a\0b"}, "model: no file was passed"),
        ({"model": "http://[bad"}, "model: this address belongs to no file"),
        ({"model": "m" * 5000}, "model: no file was passed"),
        ({"model": "data:;base64,?"}, "model: this data: URL is no base64"),
        ({"model": "data:,hello"}, "model: is no zip of a model folder"),
        (
            {"model": {"path": "https://example.com/m.zip", "meta": {"_type": "gradio.FileData"}}},
            "model: this address belongs to no file that was uploaded here",
        ),
        ({"model": handle_file(__file__)}, "test_endpoints.py: is no zip of a model folder"),
    ],
)
def test_what_cannot_be_used_gets_one_sentence(
    client: Client, telecom_zip: Path, arguments: dict[str, Any], sentence: str
) -> None:
    """It names the parameter or the file, says what to do, and shows no path of the server."""
    with pytest.raises(AppError) as refusal:
        client.predict(**{"model": handle_file(telecom_zip), **arguments}, api_name="/profit")
    assert str(refusal.value).startswith(sentence)
    assert "\n" not in str(refusal.value)
    assert "/tmp" not in str(refusal.value)  # noqa: S108 - a place that must not be named


def test_a_file_lies_under_a_name_nobody_can_guess(address: str) -> None:
    """The same answer twice is two addresses, and neither follows from the content."""
    client = Client(address, verbose=False, download_files=False)
    first, second = (client.predict(customers=20, api_name="/simulate")[0] for _ in range(2))
    folders = [Path(file["path"]).parent.name for file in (first, second)]
    assert folders[0] != folders[1]
    assert all(re.fullmatch(r"[\w-]{22}", folder) for folder in folders)
    assert httpx.get(first["url"]).text == httpx.get(second["url"]).text


# Steps that misbehave


def test_a_bug_says_nothing_of_itself(odd_address: str) -> None:
    """The caller, script or agent, learns that it failed, and no more."""
    with pytest.raises(AppError) as failure:
        Client(odd_address, verbose=False).predict(api_name="/broken")
    assert "secret" not in str(failure.value)
    answer: CallToolResult = requested(odd_address, lambda agent: agent.call_tool("broken", {}))
    assert answer.isError
    assert "secret" not in answer.model_dump_json()


def test_a_failed_step_leaves_no_file(odd_address: str) -> None:
    """What was written until then is gone when the error arrives."""
    with pytest.raises(AppError) as refusal:
        Client(odd_address, verbose=False).predict(api_name="/halfway")
    folder = Path(str(refusal.value))
    assert folder.parent.is_dir()
    assert not folder.exists()


def test_a_caller_who_gives_up_ends_the_work(odd_address: str) -> None:
    """One call works at a time and the others wait; the next in the queue takes the place of a call that stops."""
    first = Client(odd_address, verbose=False).submit(forever=True, api_name="/patient")
    assert next(iter(first)) == (None, {"progress": 0.5, "words": "working"})
    second = Client(odd_address, verbose=False).submit(api_name="/patient")
    first.cancel()
    file, summary = second.result(timeout=30)
    assert (Path(file).name, summary) == ("made.txt", {"forever": False})


def test_scripts_do_not_push_visitors_out(odd_address: str) -> None:
    """Calls leave no session behind, so the few that the server keeps stay those of people."""
    visitor = Client(odd_address, verbose=False)
    assert visitor.predict(api_name="/count") == 1
    for arguments in ({}, {"forever": "perhaps"}) * 2:
        http(odd_address, "patient", arguments)
    http(odd_address, "halfway", {})
    assert visitor.predict(api_name="/count") == 2


# Plain HTTP


def uploaded(address: str, file: Path) -> str:
    """Bring a file and return its path on the server."""
    with file.open("rb") as content:
        path: str = httpx.post(f"{address}/gradio_api/upload", files={"files": content}).json()[0]
    return path


def http(address: str, name: str, arguments: dict[str, Any]) -> tuple[str, Any]:
    """Call an endpoint as curl would, and return the last event and its data."""
    event = httpx.post(f"{address}/gradio_api/call/v2/{name}", json=arguments).json()["event_id"]
    answer = httpx.get(f"{address}/gradio_api/call/{name}/{event}", timeout=60).text
    kind, data = re.findall(r"event: (\w+)\ndata: (.*)\n", answer)[-1]
    return kind, json.loads(data)


@pytest.mark.parametrize(
    "path",
    ["/etc/passwd", "", "nowhere.zip", "../x", "a\0b", "data:;base64,?", "m" * 5000, "http://127.0.0.1:1/x"],
)
def test_a_path_that_was_not_given_out_gets_a_sentence_too(address: str, path: str) -> None:
    """Written by hand as gradio's clients write theirs, it does not fail before anybody can say why."""
    kind, data = http(address, "profit", {"model": {"path": path, "meta": {"_type": "gradio.FileData"}}})
    assert kind == "error"
    assert data["error"].startswith("model: ")


def test_too_many_values_get_a_sentence(address: str) -> None:
    """A call by position says which positions there are."""
    event = httpx.post(f"{address}/gradio_api/call/audit", json={"data": [None] * 9}).json()["event_id"]
    answer = httpx.get(f"{address}/gradio_api/call/audit/{event}").text
    assert "audit: takes 6 values, in this order: customers, id, label" in answer


def test_plain_http_takes_the_path_that_an_upload_returned(
    address: str, telecom_zip: Path, telecom_model: ChurnModel
) -> None:
    """Upload, call with named values, fetch: no client library is needed."""
    kind, data = http(address, "profit", {"model": uploaded(address, telecom_zip), "offer_cost": 80})
    assert (kind, data) == ("complete", [curve_as_dict(profit_of_model(telecom_model, Economics(offer_cost=80)))])
    kind, data = http(address, "profit", {"model": "model.zip"})
    assert kind == "error"
    assert data["error"].startswith("model: no file was passed; upload it to /gradio_api/upload")


@pytest.mark.parametrize(
    ("name", "arguments", "status", "sentence"),
    [
        ("prophet", {}, 404, "prophet: there is no such endpoint; see /gradio_api/openapi.json"),
        ("profit", {}, 422, "profit: No value provided for required argument: model; see"),
        (
            "profit",
            {"model": "m", "prize": 5},
            422,
            "profit: Parameter `prize` is not a valid key-word argument; see",
        ),
    ],
)
def test_a_misspelt_call_gets_what_is_wrong(
    address: str, name: str, arguments: dict[str, Any], status: int, sentence: str
) -> None:
    """The commonest mistakes of a script by hand do not end in "Internal Server Error"."""
    answer = httpx.post(f"{address}/gradio_api/call/v2/{name}", json=arguments)
    assert answer.status_code == status
    assert answer.json()["error"].startswith(sentence)


def test_openapi_describes_the_values(address: str) -> None:
    """Generators of clients find the endpoints, their types and the words."""
    paths = httpx.get(f"{address}/gradio_api/openapi.json").json()["paths"]
    calls = [path for path in paths if path.startswith("/gradio_api/call/v2/")]
    assert calls == [f"/gradio_api/call/v2/{name}" for name in NAMES]
    body = paths["/gradio_api/call/v2/score"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert body["properties"]["top"]["type"] == "integer"
    assert body["properties"]["top"]["description"].startswith("Contact at most this many customers")


# Agents


def requested(address: str, question: Callable[[ClientSession], Awaitable[Any]]) -> Any:
    """Connect as an agent does, ask, and return the answer."""

    async def ask() -> Any:
        url = f"{address}/gradio_api/mcp/"
        async with streamable_http_client(url) as (read, write, _), ClientSession(read, write) as agent:
            await agent.initialize()
            return await question(agent)

    return asyncio.run(ask())


def texts(answer: CallToolResult) -> list[str]:
    """Return the parts of an answer."""
    return [part.text for part in answer.content if part.type == "text"]


def test_agents_find_documented_tools(address: str) -> None:
    """Each endpoint is a tool that says what it is for, what it takes and what comes back."""
    tools = {tool.name: tool for tool in requested(address, lambda agent: agent.list_tools()).tools}
    assert list(tools) == NAMES
    score = tools["score"]
    assert "who should I call this week?" in score.description
    assert "highest expected profit first" in score.description
    assert score.inputSchema["required"] == ["customers", "model"]
    assert score.inputSchema["properties"]["top"]["type"] == "integer"
    assert all(
        item["description"] for tool in tools.values() for item in tool.inputSchema.get("properties", {}).values()
    )


@pytest.mark.parametrize("watching", [False, True])
def test_an_agent_learns_whom_to_call(address: str, telecom_zip: Path, telecom_file: Path, watching: bool) -> None:
    """From two addresses it gets the address of the send list and, as JSON, who comes first and why."""
    files = {"customers": telecom_file, "model": telecom_zip}
    arguments = {name: f"{address}/gradio_api/file={uploaded(address, file)}" for name, file in files.items()}

    async def seen(progress: float, total: float | None, message: str | None) -> None:
        """Watch the work."""

    answer: CallToolResult = requested(
        address,
        lambda agent: agent.call_tool(
            "score", {**arguments, "top": 3}, progress_callback=seen if watching else None
        ),
    )
    assert not answer.isError
    send_list, summary = texts(answer)
    top = json.loads(summary)["top"]
    assert len(top) == 3
    assert all(row["customer"] and row["expected_profit"] > 0 and row["reasons"] for row in top)
    assert httpx.get(send_list).text.startswith("customerID,churn_probability")


def test_an_agent_may_pass_a_small_file_as_it_is(address: str) -> None:
    """A data: URL is a file too."""
    answer: CallToolResult = requested(
        address, lambda agent: agent.call_tool("audit", {"customers": "data:text/csv;base64,aWQseAoxLDIK"})
    )
    assert not answer.isError
    assert "findings" in json.loads(texts(answer)[0])


@pytest.mark.parametrize(
    ("model", "sentence"),
    [
        ("{own}", "telecom.csv: is no zip of a model folder; pass the file that training made"),
        ("{address}/gradio_api/file=/etc/passwd", "model: this address belongs to no file that was uploaded here"),
        ("https://example.com/model.zip", "model: this address belongs to no file that was uploaded here"),
    ],
)
def test_an_agent_gets_the_sentence_as_an_error(
    address: str, telecom_file: Path, model: str, sentence: str
) -> None:
    """`isError` is set and the words are those a person would read."""
    own = f"{address}/gradio_api/file={uploaded(address, telecom_file)}"
    arguments = {"model": model.format(own=own, address=address)}
    answer: CallToolResult = requested(address, lambda agent: agent.call_tool("profit", arguments))
    assert answer.isError
    assert texts(answer)[0].startswith(sentence)


# The examples


def test_the_examples_run(address: str, tmp_path: Path) -> None:
    """Script, shell and agent, one after the other, each on what the one before has left."""

    def run(name: str, *program: str) -> str:
        text = (ROOT / "examples" / name).read_text(encoding="utf-8")
        (tmp_path / name).write_text(text.replace("http://127.0.0.1:7860", address), encoding="utf-8")
        done = subprocess.run([*program, name], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    printed = run("steps.py", sys.executable)
    assert "20 messages by {'backup': 20}" in printed
    first = re.search(r"^(C\d{7}) 0\.\d+ \w", printed, re.MULTILINE)
    assert re.search(r"diwali is read from \d+ \w+ on", run("campaign.py", sys.executable))
    if shutil.which("curl"):
        assert '"profit_best"' in run("profit.sh", "bash")
    first_contacts = json.loads(run("agent.py", sys.executable).splitlines()[0])
    assert first
    assert first_contacts["top"][0]["customer"] == first[1]
