"""Tables from the Hub: a shared snapshot as it was shared, or the only table of a repository."""

from pathlib import Path

import pandas as pd
import pytest

from retention.artifacts import MANIFEST
from retention.customers.intake import read_customers
from retention.customers.table import Roles
from retention.errors import ModelError, PublishError
from retention.hub.connection import Hub
from retention.hub.dataset_release import plan_dataset
from retention.hub.pseudonyms import Salt
from retention.hub.publish import push
from retention.hub.snapshot import CUSTOMERS_FILE
from retention.hub.tables import pull_table
from tests.files import telecom_customers
from tests.stand_ins.hub_server import HubServer

CSV = b"customer_id,tenure,churn\nC-1,4,0\nC-2,1,1\n"


def put(server: HubServer, files: dict[str, bytes]) -> str:
    """Let somebody put files into a dataset repository and return the commit."""
    return server.create("dataset", "alice/data", private=False).commit("files", files).oid


def refused(hub: Hub, out: Path) -> str:
    """The sentence it ends with; nothing is left in the folder."""
    with pytest.raises((PublishError, ModelError)) as error:
        pull_table("alice/data", out=out, hub=hub)
    assert list(out.iterdir()) == []
    return str(error.value)


def test_a_shared_snapshot_comes_back_with_its_roles(hub: Hub, tmp_path: Path) -> None:
    """The file is named after its repository and commit, and the roles of its columns are known."""
    customers = read_customers(telecom_customers(50))
    pushed = push(plan_dataset(customers, repo="alice/data", salt=Salt.new()), hub=hub)
    pulled = pull_table("alice/data", out=tmp_path, hub=hub)
    assert pulled.path == tmp_path / f"data@{pushed.commit[:8]}.parquet"
    assert (pulled.repo, pulled.commit) == (pushed.repo, pushed.commit)
    assert pulled.roles == Roles("customerID", "Churn")
    assert len(pd.read_parquet(pulled.path)) == 50


@pytest.mark.parametrize("name", ["orders.csv", "data/train-00000-of-00001.csv", "t.tsv", "t.csv.gz"])
def test_the_only_table_of_a_repository_is_fetched(server: HubServer, hub: Hub, tmp_path: Path, name: str) -> None:
    """Cards, scripts and settings beside it do not matter, and a pinned commit gives the same bytes."""
    commit = put(server, {"README.md": b"# data", name: CSV, "dataset_infos.json": b"{}", ".x.csv": CSV})
    server.repos["dataset", "alice/data"].commit("newer", {name: b"other"})
    pulled = pull_table(f"alice/data@{commit}", out=tmp_path, hub=hub)
    assert pulled.path.read_bytes() == CSV
    assert pulled.roles is None


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"README.md": b"", "data.pkl": b"", "images.zip": b""}, "holds no CSV or Parquet file"),
        ({f"{n}.csv": CSV for n in "edcba"}, "holds 5 tables (a.csv, b.csv, c.csv, …); download the one you mean"),
        ({MANIFEST: b'{"kind": "churn-model", "files": {}}'}, "holds a 'churn-model', not a 'customer-snapshot'"),
        ({MANIFEST: b'{"kind": "customer-snapshot", "files": {}}'}, "holds no customers"),
    ],
    ids=["none", "several", "a model", "an empty snapshot"],
)
def test_a_repository_without_exactly_one_table_is_reported(
    server: HubServer, hub: Hub, tmp_path: Path, files: dict[str, bytes], words: str
) -> None:
    """One sentence names the repository, and no file is left."""
    put(server, files)
    sentence = refused(hub, tmp_path)
    assert sentence.startswith("alice/data")
    assert words in sentence


def test_a_table_over_the_size_limit_is_not_fetched(
    server: HubServer, hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The upload limit holds, and is checked before anything is read."""
    monkeypatch.setenv("RETENTION_MAX_UPLOAD_MB", "1")
    put(server, {"orders.csv": b" " * 1_000_001})
    assert "orders.csv is larger than the limit of 1 MB" in refused(hub, tmp_path)
    assert server.count_requests("GET", "/resolve/") == 0


def test_one_changed_byte_of_a_snapshot_is_refused(server: HubServer, hub: Hub, tmp_path: Path) -> None:
    """A snapshot is checked against its manifest."""
    push(plan_dataset(read_customers(telecom_customers(50)), repo="alice/data", salt=Salt.new()), hub=hub)
    repo = server.repos["dataset", "alice/data"]
    repo.commit("tampered", {**repo.head.files, CUSTOMERS_FILE: repo.head.files[CUSTOMERS_FILE][:-1] + b"x"})
    assert "is not the file that was saved" in refused(hub, tmp_path)


def test_a_private_dataset_is_reported_as_missing(server: HubServer, stranger: Hub, tmp_path: Path) -> None:
    """A private dataset does not exist for an anonymous user."""
    server.create("dataset", "alice/data", private=True).commit("files", {"orders.csv": CSV})
    assert "there is no dataset of this name, or it is private" in refused(stranger, tmp_path)


def test_a_lost_connection_leaves_no_file(server: HubServer, hub: Hub, tmp_path: Path) -> None:
    """A download that breaks off for good leaves no partial file."""
    put(server, {"orders.csv": CSV})
    server.fail("GET", "/resolve/", how="cut", times=99)
    assert "the connection to the Hub was lost" in refused(hub, tmp_path)
