"""Push, pull and replay by gradio_client, through a Hub on loopback: in whose name, and what is refused."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError

from retention.churn.model import ChurnModel
from retention.customers.intake import read_customers
from retention.ui.api import archives as model_zip
from tests.browser.server import running
from tests.campaign.campaigns import READ_ON, drawn, played
from tests.stand_ins.hub_server import HubServer, Person

pytestmark = pytest.mark.slow

MINE, SPACES, VERAS = "hf_canaryofthismachine", "hf_canaryofthespace", "hf_canaryofvera"
PROGRAM = ("-m", "tests.stand_ins.hub_endpoints")


@pytest.fixture(scope="module")
def running_hub() -> Iterator[HubServer]:
    with HubServer() as hub:
        yield hub


@pytest.fixture(scope="module")
def here(running_hub: HubServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an app on a machine that is signed in."""
    home = tmp_path_factory.mktemp("home")
    (home / "token").write_text(MINE)
    with running(*PROGRAM, HF_ENDPOINT=running_hub.url, HF_HOME=str(home), HOME=str(home)) as address:
        yield address


@pytest.fixture(scope="module")
def space(running_hub: HubServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of one on a Space whose owner gave it a token."""
    home = str(tmp_path_factory.mktemp("home"))
    with running(
        *PROGRAM, HF_ENDPOINT=running_hub.url, SPACE_ID="acme/desk", HF_TOKEN=SPACES, HF_HOME=home, HOME=home
    ) as address:
        yield address


@pytest.fixture
def hub(running_hub: HubServer) -> HubServer:
    """An empty Hub that knows the three."""
    running_hub.clear()
    running_hub.people.update({MINE: Person("alice"), SPACES: Person("acme"), VERAS: Person("vera")})
    return running_hub


@pytest.fixture(scope="module")
def packed(telecom_model: ChurnModel, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A trained model as it travels."""
    path = tmp_path_factory.mktemp("model") / "model.zip"
    model_zip.save_model(telecom_model, path)
    return handle_file(path)


def script(address: str, folder: Path, token: str | None = None) -> Client:
    return Client(address, verbose=False, download_files=str(folder), oauth_token=token)


def test_a_script_pushes_pulls_and_replays(
    hub: HubServer, here: str, packed: Any, telecom_file: Path, tmp_path: Path
) -> None:
    """Model up and down again, customers with the decision up, and the decision comes out the same."""
    client = script(here, tmp_path)
    planned = client.predict(packed, "alice/churn", api_name="/push")
    assert planned["commit"] is None
    assert planned["files"]["model.json"] > 1000
    assert "Contract" in {column["name"] for column in planned["columns"]}
    assert hub.repos == {}

    pushed = client.predict(packed, "alice/churn", confirm=True, api_name="/push")
    assert {**pushed, "commit": None} == planned
    assert pushed["commit"] == hub.repos["model", "alice/churn"].head.oid
    file, summary = client.predict(f"alice/churn@{pushed['commit']}", api_name="/pull")
    assert summary["commit"] == pushed["commit"]
    telecom = read_customers(telecom_file)
    fetched, trained = (model_zip.load_model(Path(item)).predict(telecom) for item in (file, packed["path"]))
    assert (fetched == trained).all()

    decided = client.predict(
        handle_file(telecom_file), "alice/decision", kind="dataset", model_at="alice/churn", save_rate=0.4,
        confirm=True, api_name="/push",
    )  # fmt: skip
    replayed = client.predict(f"alice/decision@{decided['commit']}", api_name="/replay")
    assert replayed["identical"] is True
    assert replayed["customers"] == 1500
    assert replayed["model"] == f"alice/churn@{pushed['commit']}"
    table, summary = client.predict("alice/decision", kind="dataset", api_name="/pull")
    assert len(read_customers(table, id="customerID", label="Churn")) == 1500
    assert summary["repo"] == "alice/decision"


def test_refusals_are_one_sentence_and_write_nothing(
    hub: HubServer, here: str, packed: Any, tmp_path: Path
) -> None:
    """Another owner, a name that is no name, a model that is not there, a busy Hub, a lost line."""
    client = script(here, tmp_path)
    for repo, words in (
        ("bob/churn", "the token may not do that under bob"),
        ("churn", "not a repository of the Hub"),
    ):
        with pytest.raises(AppError, match=words):
            client.predict(packed, repo, confirm=True, api_name="/push")
    for name in ("/pull", "/replay"):
        with pytest.raises(AppError, match=r"there is no (model|dataset) of this name"):
            client.predict("alice/nothing", api_name=name)
    hub.fail("GET", "/api/", status=429, headers={"Retry-After": "600"}, times=9)
    with pytest.raises(AppError, match="try again in 600 seconds"):
        client.predict(packed, "alice/churn", confirm=True, api_name="/push")
    assert hub.repos == {}


def test_on_a_space_a_caller_acts_with_a_token_of_their_own(
    hub: HubServer, space: str, packed: Any, tmp_path: Path
) -> None:
    """Passed along by the client; nobody gets the Space's, to write or to read."""
    hub.create("model", "acme/secret", private=True)
    vera, anonymous = script(space, tmp_path, VERAS), script(space, tmp_path)
    vera.predict(packed, "vera/churn", confirm=True, api_name="/push")
    assert ("model", "vera/churn") in hub.repos
    with pytest.raises(AppError, match="this Space may only write under acme"):
        vera.predict(packed, "acme/new", confirm=True, api_name="/push")
    with pytest.raises(AppError, match="pushing takes a token"):
        anonymous.predict(packed, "acme/new", confirm=True, api_name="/push")
    for repo in ("acme/secret", "vera/churn"):
        with pytest.raises(AppError, match="or it is private"):
            anonymous.predict(repo, api_name="/pull")
    assert set(hub.repos) == {("model", "acme/secret"), ("model", "vera/churn")}


def test_the_token_is_no_parameter(here: str, tmp_path: Path) -> None:
    """What an endpoint takes is listed; the token travels beside it, and the Hub is the app's own."""
    listed = script(here, tmp_path).view_api(print_info=False, return_format="dict")["named_endpoints"]
    assert set(listed) == {"/push", "/pull", "/replay"}
    for endpoint in listed.values():
        assert endpoint["oauth_token"] == "optional"  # noqa: S105
        assert not {"token", "hub", "request"} & {item["parameter_name"] for item in endpoint["parameters"]}
    assert MINE not in json.dumps(listed)


def test_a_script_registers_a_campaign_and_replays_it(hub: HubServer, here: str, tmp_path: Path) -> None:
    """Planned, pushed before it is sent, read on top, pulled as a zip; arms and reading come out the same."""
    campaign = drawn(400)
    campaign.save(tmp_path / "diwali.zip")
    client, zipped = script(here, tmp_path), handle_file(tmp_path / "diwali.zip")
    planned = client.predict(zipped, "alice/diwali", kind="campaign", api_name="/push")
    assert planned["commit"] is None and hub.repos == {}
    pushed = client.predict(zipped, "alice/diwali", kind="campaign", confirm=True, api_name="/push")
    assert pushed["commit"] == hub.repos["dataset", "alice/diwali"].head.oid
    played(campaign).reset_index(names="customer_id").to_csv(tmp_path / "outcomes.csv", index=False)
    read = client.predict(
        zipped, "alice/diwali", kind="campaign", confirm=True, outcomes=handle_file(tmp_path / "outcomes.csv"),
        as_of=str(READ_ON), api_name="/push",
    )  # fmt: skip
    assert read["commit"] != pushed["commit"]
    file, summary = client.predict(f"alice/diwali@{read['commit']}", kind="campaign", api_name="/pull")
    assert "design.json" in summary["files"]
    assert Path(file).stat().st_size > 1000
    again = client.predict(f"alice/diwali@{read['commit']}", api_name="/replay")
    assert again["identical"] is True and again["different"] == {}
    with pytest.raises(AppError, match="is no date"):
        client.predict(zipped, "alice/diwali", kind="campaign", as_of="someday", api_name="/push")
