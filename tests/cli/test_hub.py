"""The commands ``push``, ``pull`` and ``replay``, each in its own process, with a Hub on this machine."""

import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pydantic import SecretStr

from retention.hub.connection import Hub
from retention.hub.model_release import plan_model
from retention.hub.publish import PushResult, push
from retention.hub.snapshot import SEND_LIST_FILE, from_parquet
from tests.campaign.campaigns import READ_ON, SENT_ON, drawn, order_log, played
from tests.files import telecom_customers
from tests.stand_ins.hub_server import HubServer, Person

ROOT = Path(__file__).parents[2]
TOKEN = "hf_canaryofalicewhomaywrite"  # noqa: S105  opens nothing
#: Runs the command line without waiting before a retry.
WITHOUT_WAITING = (
    "import sys, time; time.sleep = lambda seconds: None; from retention.cli import main; sys.exit(main())"
)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def running_server() -> Iterator[HubServer]:
    with HubServer() as server:
        yield server


@pytest.fixture
def server(running_server: HubServer) -> HubServer:
    """An empty Hub that knows Alice."""
    running_server.clear()
    running_server.people[TOKEN] = Person("alice")
    return running_server


@dataclass(frozen=True)
class Machine:
    """A user's machine: a folder, the address of the Hub, and a token if the user is signed in."""

    folder: Path
    url: str
    token: str | None = TOKEN

    def environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "HOME": str(self.folder / "home"),
            "HF_HOME": str(self.folder / "hf"),
            "HF_ENDPOINT": self.url,
            "HF_HUB_DISABLE_XET": "1",
            "HF_HUB_DISABLE_TELEMETRY": "1",
            **({"HF_TOKEN": self.token} if self.token else {}),
        }

    def start(
        self, *arguments: object, program: tuple[str, ...] = ("-m", "retention")
    ) -> subprocess.CompletedProcess[str]:
        """Run a command without a terminal; the token must not be in its output."""
        done = subprocess.run(
            [sys.executable, *program, *map(str, arguments)],
            cwd=self.folder, env=self.environment(), stdin=subprocess.DEVNULL, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        assert TOKEN not in done.stdout + done.stderr
        return done

    def run(self, *arguments: object) -> dict[str, Any]:
        """Run a command that must work, and return its JSON object."""
        done = self.start(*arguments, "--json")
        assert done.returncode == 0, done.stderr
        result: dict[str, Any] = json.loads(done.stdout)
        return result

    def refused(self, *arguments: object) -> str:
        """Run a command that must be refused, and return its one line on stderr."""
        done = self.start(*arguments, program=("-c", WITHOUT_WAITING))
        assert done.returncode == 2, done.stdout + done.stderr
        assert done.stdout == ""
        assert done.stderr.count("\n") == 1, done.stderr
        assert done.stderr.startswith("error: ")
        return done.stderr


@pytest.fixture
def machine(server: HubServer, telecom_folder: Path, tmp_path: Path) -> Machine:
    """Alice's machine, with a model, customers and an older folder on it."""
    (tmp_path / "home").mkdir()
    (tmp_path / "model").mkdir()
    for path in telecom_folder.iterdir():
        (tmp_path / "model" / path.name).write_bytes(path.read_bytes())
    with_names(telecom_customers(300, seed=5)).to_csv(tmp_path / "customers.csv", index=False)
    return Machine(tmp_path, server.url)


@pytest.fixture
def released(machine: Machine) -> PushResult:
    """The model, already on the Hub."""
    return push(plan_model(machine.folder / "model", repo="alice/churn"), hub=Hub(SecretStr(TOKEN), machine.url))


def with_names(customers: pd.DataFrame) -> pd.DataFrame:
    """Return the customers with names and phones, which must not be published."""
    return customers.assign(name="Canaryname", phone=[f"+91 98765 {i:05d}" for i in range(len(customers))])


def test_a_decision_goes_to_the_hub_and_back(server: HubServer, machine: Machine) -> None:
    """Pushed, then pulled and replayed by the cards' commands: the same send list, bit for bit, without names."""
    model = machine.run("push", "model/", "alice/churn", "--yes")
    assert (model["repo"], model["kind"], model["private"]) == ("alice/churn", "model", True)
    assert {"README.md", "manifest.json", "model.json", "booster.json"} <= set(model["files"])
    assert "out_of_fold.parquet" not in model["files"]
    at = f"alice/churn@{model['commit']}"

    money = ("--value", 700, "--save-rate", 0.4, "--every-offer", "--budget", 900)
    data = machine.run(
        "push", "customers.csv", "alice/data", "--model", "model/", "--model-at", at, *money, "--yes"
    )
    fates = {column["name"]: column["fate"] for column in data["columns"]}
    assert (fates["customerID"], fates["name"], fates["phone"]) == ("pseudonymised", "left out", "left out")

    results = {
        line.split()[0]: machine.run(*line.split())
        for line in commands_on_the_cards(server, commit=data["commit"])
    }
    assert list(results) == ["pull", "score", "replay"]
    replayed = results["replay"]
    assert replayed["identical"] is True
    assert replayed["different"] == {}
    assert (replayed["repo"], replayed["commit"], replayed["model"]) == ("alice/data", data["commit"], at)
    assert replayed["customers"] == results["score"]["customers"] == 300
    assert results["pull"]["commit"] == data["commit"]
    assert SEND_LIST_FILE in results["pull"]["files"]

    machine.run("score", "customers.csv", "--model", "model/", *money, "--out", "scored.csv")
    scored = pd.read_csv(machine.folder / "scored.csv")
    shared = from_parquet((machine.folder / "data" / SEND_LIST_FILE).read_bytes(), "test")
    for column in ("churn_probability", "expected_profit", "offer_cost"):
        assert sorted(shared[column]) == sorted(scored[column])
    assert (shared["send"] == "yes").sum() == (scored["send"] == "yes").sum() > 0
    everything = b"".join(server.repos["dataset", "alice/data"].head.files.values())
    salt = (machine.folder / "home" / ".config" / "retention" / "salt").read_text().strip()
    assert not any(secret.encode() in everything for secret in ("Canaryname", "98765", "-ABCDE", salt, TOKEN))


def commands_on_the_cards(server: HubServer, *, commit: str) -> list[str]:
    """Return the commands on the cards of the model and the data, with the placeholders filled in."""
    cards = "".join(
        server.repos[place].head.files["README.md"].decode()
        for place in [("model", "alice/churn"), ("dataset", "alice/data")]
    )
    commands = [" ".join(command.split()) for command in re.findall(r"`python -m retention ([^`]+)`", cards)]
    assert commands[0] == "pull alice/churn --out model"
    return [command.replace("<commit>", commit).replace("DIR", "data") for command in commands]


def test_a_campaign_is_registered_read_and_replayed(server: HubServer, machine: Machine) -> None:
    """Pushed before it is sent, again with its log, pulled and replayed by the card's commands; without ids."""
    campaign = drawn(600)
    campaign.save(machine.folder / "diwali.zip")
    order_log(campaign, played(campaign)).to_csv(machine.folder / "after.csv", index=False)
    server.now = f"{SENT_ON}T08:00:00.000Z"
    registered = machine.run("push", "diwali.zip", "alice/diwali", "--yes")
    assert (registered["kind"], registered["private"]) == ("campaign", True)
    measured = machine.run("measure", "diwali.zip", "--orders", "after.csv", "--as-of", READ_ON)
    read = machine.run("push", "diwali.zip", "alice/diwali", "--orders", "after.csv", "--as-of", READ_ON, "--yes")
    files = server.repos["dataset", "alice/diwali"].head.files
    card = files["README.md"].decode()
    assert "Pre-registered" in card and measured["sentence"] in card
    commands = re.findall(r"`python -m retention ([^`]+)`", card)
    results = [
        machine.run(*command.replace("<commit>", read["commit"]).replace("DIR", "pulled").split())
        for command in commands
    ]
    assert [result["commit"] for result in results] == [read["commit"]] * 2
    assert results[0]["kind"] == "campaign" and "reading.json" in results[0]["files"]
    assert results[1]["identical"] is True and results[1]["different"] == {}
    assert results[1]["registration"] == {
        "commit": registered["commit"], "on": str(SENT_ON), "timing": "before outcomes",
    }  # fmt: skip
    assert results[1]["reading"] == measured["sentence"]
    salt = (machine.folder / "home" / ".config" / "retention" / "salt").read_text().strip()
    assert not any(secret.encode() in b"".join(files.values()) for secret in ("C-00", salt, TOKEN))


def test_messages_are_published_without_names(server: HubServer, machine: Machine) -> None:
    """The messages that `offers` wrote are published under pseudonyms; the name becomes a slot."""
    machine.run("score", "customers.csv", "--model", "model/", "--top", 5, "--out", "scored.csv")
    machine.run("offers", "scored.csv", "--out", "messages.csv")
    assert "Canaryname" in (machine.folder / "messages.csv").read_text()
    machine.run("push", "customers.csv", "alice/data", "--messages", "messages.csv", "--yes")
    files = server.repos["dataset", "alice/data"].head.files
    shared = from_parquet(files["messages/train-00000-of-00001.parquet"], "test")
    assert len(shared) == 5
    assert shared["message"].str.contains("{name}", regex=False).all()
    assert b"Canaryname" not in b"".join(files.values())


def test_a_user_sees_everything_before_the_push_and_may_decline(server: HubServer, machine: Machine) -> None:
    """Files, sizes and columns are shown; only a yes pushes."""

    def answer(word: str) -> tuple[int, str]:
        keyboard, terminal = pty.openpty()
        os.write(keyboard, f"{word}\n".encode())
        done = subprocess.run(
            [sys.executable, "-m", "retention", "push", "customers.csv", "alice/data"],
            cwd=machine.folder, env=machine.environment(), stdin=terminal, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        os.close(keyboard)
        os.close(terminal)
        return done.returncode, done.stderr

    code, shown = answer("no")
    assert code == 2
    assert "(private: only you and your organisation see it)" in shown
    assert re.search(r"data/train-00000-of-00001\.parquet  \d+ kB", shown)
    assert "column customerID: pseudonymised, HMAC-SHA256 with your salt" in shown
    assert "column phone: left out" in shown
    assert "nothing was pushed" in shown
    assert server.repos == {}
    assert answer("y")[0] == 0
    assert ("dataset", "alice/data") in server.repos


def test_a_push_without_a_terminal_needs_yes(server: HubServer, machine: Machine) -> None:
    """A script must pass --yes; without it nothing happens."""
    assert "pass --yes" in machine.refused("push", "model/", "alice/churn")
    assert server.requests == []


@pytest.mark.parametrize(
    "arguments", [("push", "model/", "alice/churn", "--yes"), ("pull", "alice/churn", "--out", "x")]
)
def test_a_missing_token_is_reported(server: HubServer, machine: Machine, arguments: tuple[str, ...]) -> None:
    """A push and a private repository need a token; the error says how to sign in."""
    server.create("model", "alice/churn", private=True)
    signed_out = Machine(machine.folder, machine.url, token=None)
    assert "sign in with `hf auth login` or set HF_TOKEN" in signed_out.refused(*arguments)
    assert not (machine.folder / "x").exists()


@pytest.mark.usefixtures("released")
def test_a_changed_byte_is_reported(server: HubServer, machine: Machine) -> None:
    """A damaged model is not pulled, and the folder keeps its files."""
    repo = server.repos["model", "alice/churn"]
    changed = repo.head.files["booster.json"].replace(b"0", b"1", 1)
    repo.commit("tampered", {**repo.head.files, "booster.json": changed})
    before = {path.name: path.read_bytes() for path in (machine.folder / "model").iterdir()}
    error = machine.refused("pull", "alice/churn", "--out", "model")
    assert "booster.json is not the file that was saved" in error
    assert {path.name: path.read_bytes() for path in (machine.folder / "model").iterdir()} == before
    assert {path.name for path in machine.folder.iterdir()} <= {"home", "hf", "model", "customers.csv"}


@pytest.mark.usefixtures("released")
def test_a_concurrent_release_is_reported(server: HubServer, machine: Machine) -> None:
    """If somebody else releases during the upload, their release is not overwritten."""
    theirs = {"model.json": b"{}"}
    server.before_commit.append(lambda repo: repo.commit("theirs", {**repo.head.files, **theirs}))
    error = machine.refused("push", "model/", "alice/churn", "--with-evaluation", "--yes")
    assert "somebody else changed it meanwhile" in error
    head = server.repos["model", "alice/churn"].head
    assert head.title == "theirs"
    assert "out_of_fold.parquet" not in head.files


def test_a_taken_name_is_reported(server: HubServer, machine: Machine) -> None:
    """A repository with other files in it is not overwritten."""
    repo = server.create("model", "alice/churn", private=True)
    repo.commit("weights", {**repo.head.files, "model.safetensors": b"0"})
    error = machine.refused("push", "model/", "alice/churn", "--yes")
    assert "the name is taken and holds files of something else; choose another name" in error
    assert repo.head.title == "weights"
    assert "may not do that under bob" in machine.refused("push", "model/", "bob/churn", "--yes")


@pytest.mark.parametrize(("method", "path"), [("PUT", "/lfs/"), ("POST", "/commit/")])
def test_a_connection_lost_midway_is_reported(server: HubServer, machine: Machine, method: str, path: str) -> None:
    """Lost during the upload or the commit, it leaves no commit, and the same command works later."""
    arguments = ("push", "model/", "alice/churn", "--with-evaluation", "--yes")
    server.fail(method, path, how="lose request", times=99)
    assert "the connection to the Hub was lost" in machine.refused(*arguments)
    assert len(server.repos["model", "alice/churn"].commits) == 1
    server.faults.clear()
    assert "out_of_fold.parquet" in machine.run(*arguments)["files"]


@pytest.mark.usefixtures("released")
def test_a_pull_cut_off_midway_leaves_nothing(server: HubServer, machine: Machine) -> None:
    """Half a download leaves no folder."""
    server.fail("GET", "/resolve/", how="cut", times=99)
    assert "the connection to the Hub was lost" in machine.refused("pull", "alice/churn", "--out", "x")
    assert {path.name for path in machine.folder.iterdir()} <= {"home", "hf", "model", "customers.csv"}


@pytest.mark.usefixtures("released")
def test_a_decision_with_another_model_is_refused(server: HubServer, machine: Machine) -> None:
    """The model here and the one on the Hub must be the same, or the decision could not be replayed."""
    manifest = machine.folder / "model" / "manifest.json"
    manifest.write_text(manifest.read_text().replace("{", '{"note": "another",', 1))
    arguments = ("push", "customers.csv", "alice/data", "--model", "model/", "--model-at", "alice/churn", "--yes")
    assert "is not the model in model" in machine.refused(*arguments)
    assert ("dataset", "alice/data") not in server.repos


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("push model/ alice/churn --top 3 --yes", "--top: is for a dataset, and this is a model"),
        ("push customers.csv alice/data --with-evaluation --yes", "--with-evaluation: is for a model"),
        ("push customers.csv alice/data --threshold 0 --yes", "pass --model-at as well"),
        ("push model/ alice/churn --orders log.csv --yes", "--orders: is for a campaign, and this is a model"),
        ("push diwali.zip alice/diwali --top 3 --yes", "--top: is for a dataset, and this is a campaign"),
        ("push diwali.zip alice/diwali --as-of 2026-11-12 --yes", "is the day of a reading; pass --orders"),
        ("push diwali.zip alice/diwali --orders l.csv --as-of soon --yes", "'soon' is no date"),
        ("push diwali.zip alice/diwali --yes", "diwali.zip: there is no such file"),
        ("push customers.csv alice/data --model model/ --yes", "push it, and pass its --model-at"),
        ("push nowhere.csv alice/data --yes", "nowhere.csv"),
        ("push model/ alice --yes", "pass OWNER/NAME"),
        ("pull alice/nothing --out x", "there is neither a model nor a dataset of this name"),
        ("replay alice/nothing", "there is no dataset of this name"),
    ],
)
def test_a_wrong_request_is_refused_in_one_line(
    server: HubServer, monkeypatch: pytest.MonkeyPatch, machine: Machine, arguments: str, words: str
) -> None:
    """The sentence names the flag or the place; run in the test's process to save time."""
    from huggingface_hub import constants

    from retention.cli import main

    monkeypatch.chdir(machine.folder)
    monkeypatch.setenv("HOME", str(machine.folder / "home"))
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    monkeypatch.setattr(constants, "ENDPOINT", server.url)
    with redirect_stdout(StringIO()) as out, redirect_stderr(StringIO()) as err:
        assert main(arguments.split()) == 2
    assert out.getvalue() == ""
    assert words in err.getvalue()
    assert err.getvalue().count("\n") == 1
    assert [method for method, _ in server.requests if method != "GET"] == []
