"""Replaying a decision from the Hub alone gives the same bits, or the difference is reported."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from retention.artifacts import MANIFEST, read_folder, with_manifest
from retention.customers.intake import read_customers
from retention.customers.table import Customers
from retention.errors import InputError, ModelError, PublishError
from retention.hub.connection import Hub
from retention.hub.dataset_release import plan_dataset
from retention.hub.model_release import plan_model
from retention.hub.planned_decision import PlannedDecision
from retention.hub.pseudonyms import Salt
from retention.hub.publish import PushResult, push
from retention.hub.pull import pull
from retention.hub.replay import replay_decision as replay
from retention.hub.snapshot import CUSTOMERS_FILE, SEND_LIST_FILE, from_parquet, to_parquet
from retention.profit.economics import Economics
from retention.targeting import SendPolicy, offers_at
from tests.files import telecom_customers
from tests.hub.conftest import MakeRelease
from tests.profit.rates_cases import offer_rates, rates_of
from tests.stand_ins.hub_server import HubServer

Share = Callable[..., PushResult]
MEASURED = rates_of(offer_rates(offers_at(Economics())[0], save_rate=(0.4, 0.3, 0.5)), scores=(0.2, 0.9))


@pytest.fixture
def customers() -> Customers:
    return read_customers(telecom_customers(300, seed=5))


@pytest.fixture
def model_at(hub: Hub, telecom_folder: Path) -> str:
    """The model, pushed without its evaluation rows."""
    return push(plan_model(telecom_folder, repo="alice/churn"), hub=hub).reference


@pytest.fixture
def share(hub: Hub, customers: Customers, telecom_folder: Path, model_at: str) -> Share:
    """Decide about the customers and push that."""

    def push_decision(
        decided: Customers = customers, *, model: Path = telecom_folder, policy: SendPolicy | None = None
    ) -> PushResult:
        planned = PlannedDecision(model=model, model_at=model_at, policy=policy or SendPolicy())
        return push(plan_dataset(decided, repo="alice/data", salt=Salt.new(), planned=planned), hub=hub)

    return push_decision


def reshare(
    server: HubServer, files: dict[str, bytes] | None = None, fields: dict[str, object] | None = None
) -> str:
    """Let the owner commit other files or manifest fields, with correct hashes, and return the reference."""
    repo = server.repos["dataset", "alice/data"]
    manifest = json.loads(repo.head.files[MANIFEST])
    content = {name: repo.head.files[name] for name in manifest.pop("files")} | (files or {})
    commit = repo.commit("again", {**repo.head.files, **with_manifest(content, {**manifest, **(fields or {})})})
    return f"alice/data@{commit.oid}"


@pytest.mark.parametrize(
    "policy",
    [
        SendPolicy(),
        SendPolicy(top=25),
        SendPolicy(threshold=0.3),
        SendPolicy(every_offer=True, budget=400.0, max_contacts=30),
        SendPolicy(
            economics=Economics(value=800, save_rate=0.3, stayer_redemption=0.6, contact_cost=1, currency="€")
        ),
        SendPolicy(rates=MEASURED),
        SendPolicy(rates=MEASURED, every_offer=True, budget=400.0),
    ],
    ids=[
        "best threshold",
        "top",
        "threshold",
        "several offers within limits",
        "other prices",
        "measured rates",
        "measured rates within a budget",
    ],
)
def test_a_shared_decision_comes_out_the_same(hub: Hub, share: Share, model_at: str, policy: SendPolicy) -> None:
    """The model travelled without its evaluation rows, so the best threshold had to travel by itself."""
    pushed = share(policy=policy)
    replayed = replay(pushed.reference, hub=hub)
    assert replayed.identical
    assert replayed.different == {}
    assert (replayed.repo, replayed.commit, replayed.model) == ("alice/data", pushed.commit, model_at)
    assert replayed.customers == 300


def test_a_decision_to_send_nothing_comes_out_the_same(
    hub: Hub, share: Share, telecom_folder: Path, tmp_path: Path
) -> None:
    """If no offer pays then no probability is high enough, which is a decision as well."""
    for path in telecom_folder.glob("*.json"):
        (tmp_path / path.name).write_bytes(path.read_bytes())  # without its evaluation rows
    pushed = share(model=tmp_path, policy=SendPolicy(economics=Economics(value=40)))
    assert replay(pushed.reference, hub=hub).identical


def test_each_customers_own_break_even_comes_out_the_same(hub: Hub, share: Share) -> None:
    """With a value column there is no single threshold, and none is recorded."""
    frame = telecom_customers(300, seed=5).assign(value=np.linspace(60, 3000, 300))
    pushed = share(read_customers(frame, value="value"))
    assert replay(pushed.reference, hub=hub).identical


def test_a_send_list_that_is_another_is_reported(server: HubServer, hub: Hub, share: Share) -> None:
    """If the shared list is not the decided one, with correct hashes, then the rows that differ are counted."""
    share()
    rows = from_parquet(server.repos["dataset", "alice/data"].head.files[SEND_LIST_FILE], "test")
    rows.loc[:2, "send"] = "no"
    rows.loc[0, "churn_probability"] = np.nextafter(rows["churn_probability"].to_numpy()[0], 1)
    replayed = replay(reshare(server, {SEND_LIST_FILE: to_parquet(rows)}), hub=hub)
    assert not replayed.identical
    assert replayed.different == {"churn_probability": 1, "send": 3}


def test_rows_added_to_a_send_list_are_reported(server: HubServer, hub: Hub, share: Share) -> None:
    """A list of another length is not identical."""
    share()
    rows = from_parquet(server.repos["dataset", "alice/data"].head.files[SEND_LIST_FILE], "test")
    longer = to_parquet(pd.concat([rows, rows.head(1)], ignore_index=True))
    replayed = replay(reshare(server, {SEND_LIST_FILE: longer}), hub=hub)
    assert not replayed.identical
    assert replayed.different == {"rows": 301}


def test_other_prices_than_those_recorded_are_reported(server: HubServer, hub: Hub, share: Share) -> None:
    """The recorded economics are used, so a decision made at others does not come out."""
    share()
    manifest = json.loads(server.repos["dataset", "alice/data"].head.files[MANIFEST])
    manifest["decision"]["economics"]["value"] = 501.0
    replayed = replay(reshare(server, fields={"decision": manifest["decision"]}), hub=hub)
    assert not replayed.identical
    assert "expected_profit" in replayed.different


@pytest.mark.parametrize("path", [CUSTOMERS_FILE, SEND_LIST_FILE])
def test_one_changed_byte_is_refused(server: HubServer, hub: Hub, share: Share, path: str) -> None:
    """Nothing is replayed on rows that are not the ones shared."""
    share()
    repo = server.repos["dataset", "alice/data"]
    changed = bytearray(repo.head.files[path])
    changed[len(changed) // 2] ^= 1
    repo.commit("tampered", {**repo.head.files, path: bytes(changed)})
    with pytest.raises(ModelError, match=f"{path} is not the file that was saved"):
        replay("alice/data", hub=hub)


def test_another_model_at_the_commit_is_refused(
    server: HubServer, hub: Hub, share: Share, release: MakeRelease
) -> None:
    """The model is compared with the hash in the decision, whatever the commit says."""
    share()
    other = push(release({"model.json": b"{}"}, repo="alice/other"), hub=hub)
    decision = json.loads(server.repos["dataset", "alice/data"].head.files[MANIFEST])["decision"]
    reference = reshare(server, fields={"decision": {**decision, "model": other.reference}})
    with pytest.raises(ModelError, match=r"is not the model that alice/data@\w+ was decided with"):
        replay(reference, hub=hub)


def test_a_deleted_model_is_reported(server: HubServer, hub: Hub, share: Share) -> None:
    """The sentence names the model, not the dataset."""
    share()
    del server.repos["model", "alice/churn"]
    with pytest.raises(PublishError, match=r"^alice/churn@\w+: there is no model of this name"):
        replay("alice/data", hub=hub)


def test_a_pulled_snapshot_is_whole(hub: Hub, share: Share, tmp_path: Path) -> None:
    """The folder holds the tables and the manifest at their paths, and can be verified."""
    share()
    pulled = pull("alice/data", kind="dataset", out=tmp_path / "data", hub=hub)
    assert pulled.files == (CUSTOMERS_FILE, "manifest.json", SEND_LIST_FILE)
    artifact = read_folder(tmp_path / "data", kind="customer-snapshot")
    assert set(artifact.files) == {CUSTOMERS_FILE, SEND_LIST_FILE}
    assert len(pd.read_parquet(tmp_path / "data" / CUSTOMERS_FILE)) == 300


def test_customers_without_a_decision_are_reported(hub: Hub, customers: Customers) -> None:
    """Without a decision there is nothing to replay, and the error suggests pulling."""
    push(plan_dataset(customers, repo="alice/data", salt=Salt.new()), hub=hub)
    with pytest.raises(PublishError, match="holds customers but no decision; pull it instead"):
        replay("alice/data", hub=hub)


@pytest.mark.parametrize(
    "fields",
    [
        {"decision": {}},
        {"decision": None},
        {"decision": {"model": "x"}},
        {"format": 2},
        {"roles": None},
        {"roles": {"id": "nobody", "label": None, "value": None}},
    ],
    ids=str,
)
def test_a_manifest_that_cannot_be_read_is_reported(
    server: HubServer, hub: Hub, share: Share, fields: dict[str, object]
) -> None:
    """Any invalid field ends in one sentence."""
    share()
    with pytest.raises(ModelError, match=r"^alice/data@"):
        replay(reshare(server, fields=fields), hub=hub)


def test_rows_that_are_no_parquet_are_reported(server: HubServer, hub: Hub, share: Share) -> None:
    """The hash is right, the file is not."""
    share()
    with pytest.raises(InputError, match="damaged Parquet file"):
        replay(reshare(server, {CUSTOMERS_FILE: b"PAR1 and then nothing"}), hub=hub)


def test_a_replay_needs_no_more_than_the_hub(
    hub: Hub, share: Share, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It writes no file where it runs, and it reports progress."""
    pushed = share()
    monkeypatch.chdir(tmp_path)
    reports: list[float] = []
    replay(
        pushed.reference,
        hub=hub,
        progress=lambda share, words: reports.append(share),
    )
    assert list(tmp_path.iterdir()) == []
    assert reports == sorted(reports)
    assert reports[-1] == 1.0


def test_a_decision_from_before_reasons_were_a_choice_explains_all(
    share: Share, hub: Hub, server: HubServer
) -> None:
    """A record without the choice is replayed with the reasons of everyone, as they were worked out then."""
    share(policy=SendPolicy(threshold=0.3, reasons="all"))
    manifest = json.loads(server.repos["dataset", "alice/data"].head.files[MANIFEST])
    decision = {name: value for name, value in manifest["decision"].items() if name != "reasons"}
    assert replay(reshare(server, fields={"decision": decision}), hub=hub).identical
