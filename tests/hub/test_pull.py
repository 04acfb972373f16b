"""Pulling: the bytes that were pushed, checked, or nothing at all."""

import json
from pathlib import Path

import pytest

from retention.artifacts import MANIFEST, read_folder, sha256
from retention.errors import Cancelled, ModelError, PublishError, RetentionError
from retention.hub.connection import Hub
from retention.hub.publish import push
from retention.hub.pull import pull
from tests.hub.conftest import MakeRelease
from tests.stand_ins.hub_server import HubServer


def change(server: HubServer, path: str, content: bytes | None) -> str:
    """Let somebody commit another content of a file (None: remove it) and return the commit."""
    repo = server.repos["model", "alice/churn"]
    files = {**repo.head.files, path: content}
    return repo.commit("tampered", {name: text for name, text in files.items() if text is not None}).oid


def refused(reference: str, out: Path, hub: Hub) -> str:
    """The sentence a pull ends with; nothing is left at ``out`` or beside it."""
    before = sorted(out.parent.rglob("*"))
    with pytest.raises(RetentionError) as error:
        pull(reference, kind="model", out=out, hub=hub)
    assert "\n" not in str(error.value)
    assert sorted(out.parent.rglob("*")) == before
    return str(error.value)


def test_a_pulled_folder_is_the_pushed_one(hub: Hub, release: MakeRelease, tmp_path: Path) -> None:
    """What the program reads comes back byte for byte; the card stays on the Hub."""
    planned = release()
    pushed = push(planned, hub=hub)
    pulled = pull("alice/churn", kind="model", out=tmp_path / "model", hub=hub)
    assert (pulled.repo, pulled.commit) == (pushed.repo, pushed.commit)
    assert pulled.files == ("booster.json", "manifest.json", "model.json")
    for name in pulled.files:
        assert (tmp_path / "model" / name).read_bytes() == planned.content[name]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["model"]
    assert read_folder(tmp_path / "model", kind="churn-model").fields == {"kind": "churn-model", "format": 1}


def test_a_commit_stays_what_it_was(hub: Hub, release: MakeRelease, tmp_path: Path) -> None:
    """Pinned, an older release is fetched though a newer one is there; nine digits will do."""
    older = release()
    first = push(older, hub=hub)
    push(release({"model.json": b"newer"}), hub=hub)
    for reference in (f"alice/churn@{first.commit}", f"alice/churn@{first.commit[:9]}"):
        pulled = pull(reference, kind="model", out=tmp_path / "model", hub=hub)
        assert pulled.commit == first.commit
        assert (tmp_path / "model" / "model.json").read_bytes() == older.content["model.json"]
    pull("alice/churn", kind="model", out=tmp_path / "model", hub=hub)
    assert (tmp_path / "model" / "model.json").read_bytes() == b"newer"


@pytest.mark.parametrize("name", ["model.json", "booster.json"])
def test_one_changed_byte_is_refused(
    server: HubServer, hub: Hub, release: MakeRelease, tmp_path: Path, name: str
) -> None:
    """The file is named, and an older folder stays as it is."""
    planned = release()
    push(planned, hub=hub)
    pull("alice/churn", kind="model", out=tmp_path / "model", hub=hub)
    changed = bytearray(planned.content[name])
    changed[0] ^= 1
    change(server, name, bytes(changed))
    assert f"alice/churn: {name} is not the file that was saved" in refused("alice/churn", tmp_path / "model", hub)
    assert (tmp_path / "model" / name).read_bytes() == planned.content[name]


def test_a_missing_file_is_refused(server: HubServer, hub: Hub, release: MakeRelease, tmp_path: Path) -> None:
    """Half a model is none."""
    push(release(), hub=hub)
    change(server, "booster.json", None)
    assert "booster.json is missing" in refused("alice/churn", tmp_path / "model", hub)


def test_optional_rows_may_be_missing(hub: Hub, release: MakeRelease, tmp_path: Path) -> None:
    """A release without its evaluation rows is whole."""
    planned = release()
    manifest = json.loads(planned.content[MANIFEST])
    manifest["files"]["out_of_fold.parquet"] = {"sha256": sha256(b"rows"), "optional": True}
    planned.content[MANIFEST] = json.dumps(manifest).encode()
    push(planned, hub=hub)
    assert "out_of_fold.parquet" not in pull("alice/churn", kind="model", out=tmp_path / "model", hub=hub).files


@pytest.mark.parametrize("name", ["model.pkl", "run.py", "../model.json", "/etc/passwd", "a/b/c.json", "x.json/"])
def test_only_data_files_are_read(
    server: HubServer, hub: Hub, release: MakeRelease, tmp_path: Path, name: str
) -> None:
    """A manifest that lists a program, a pickle or a path elsewhere is refused before it is fetched."""
    planned = release()
    push(planned, hub=hub)
    manifest = json.loads(planned.content[MANIFEST])
    manifest["files"][name] = {"sha256": sha256(b"evil")}
    change(server, name, b"evil")
    change(server, MANIFEST, json.dumps(manifest).encode())
    refused("alice/churn", tmp_path / "model", hub)
    assert server.count_requests("GET", f"/resolve/.*{Path(name).name}$") in (
        {0, 1} if name == "../model.json" else {0}
    )


@pytest.mark.parametrize("manifest", [b"", b"[]", b"\xff\xfe", b'{"kind": "other", "files": {}}', b'{"files": 1}'])
def test_a_broken_manifest_is_refused(
    server: HubServer, hub: Hub, release: MakeRelease, tmp_path: Path, manifest: bytes
) -> None:
    """Whatever stands there ends in one sentence."""
    push(release(), hub=hub)
    change(server, MANIFEST, manifest)
    refused("alice/churn", tmp_path / "model", hub)


def test_a_repository_of_something_else_is_refused(server: HubServer, hub: Hub, tmp_path: Path) -> None:
    """No manifest, no artifact."""
    repo = server.create("model", "alice/churn", private=False)
    repo.commit("weights", {"model.safetensors": b"weights"})
    assert "no manifest.json here" in refused("alice/churn", tmp_path / "model", hub)


def test_what_is_too_large_is_not_fetched(
    server: HubServer, hub: Hub, release: MakeRelease, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The limit of an upload holds for a download as well, and is told before anything is read."""
    monkeypatch.setenv("RETENTION_MAX_UPLOAD_MB", "1")
    push(release({"model.json": b"{}", "booster.json": b" " * 1_100_000}), hub=hub)
    assert "booster.json is larger than the limit of 1 MB" in refused("alice/churn", tmp_path / "model", hub)
    assert server.count_requests("GET", "/resolve/.*booster") == 0


def test_a_folder_of_other_files_is_left_alone(hub: Hub, release: MakeRelease, tmp_path: Path) -> None:
    """Nothing that is not ours is replaced."""
    push(release(), hub=hub)
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "thesis.txt").write_text("years of work")
    assert "already holds other files" in refused("alice/churn", tmp_path / "model", hub)


def test_who_may_not_see_it_is_told(
    server: HubServer, hub: Hub, stranger: Hub, release: MakeRelease, tmp_path: Path
) -> None:
    """A private model does not exist for a stranger; the sentence says what may be the matter."""
    push(release(), hub=hub)
    sentence = refused("alice/churn", tmp_path / "model", stranger)
    assert "there is no model of this name, or it is private; check it, or sign in" in sentence


def test_a_commit_that_is_not_there_is_told(hub: Hub, release: MakeRelease, tmp_path: Path) -> None:
    """A mistyped commit is not taken for the newest."""
    push(release(), hub=hub)
    assert "there is no such commit" in refused("alice/churn@0123456789", tmp_path / "model", hub)


def test_a_passing_trouble_is_waited_out(
    server: HubServer, hub: Hub, release: MakeRelease, waits: list[float], tmp_path: Path
) -> None:
    """Reading is repeated while the Hub is busy or the line drops."""
    push(release(), hub=hub)
    server.fail("GET", "/api/models/", status=503)
    server.fail("GET", "/resolve/", how="lose request")
    server.fail("GET", "/resolve/.*/booster.json", how="cut")
    pull("alice/churn", kind="model", out=tmp_path / "model", hub=hub)
    assert waits == [1.0, 1.0, 1.0]
    assert read_folder(tmp_path / "model", kind="churn-model").files["booster.json"] == b"{}"


@pytest.mark.parametrize("how", ["lose request", "cut", "refuse"])
def test_a_line_that_stays_lost_leaves_no_folder(
    server: HubServer, hub: Hub, release: MakeRelease, tmp_path: Path, how: str
) -> None:
    """Some files were here already when the line dropped for good: they are not left lying about."""
    push(release(), hub=hub)
    server.fail("GET", "/resolve/.*/model.json", how=how, times=99)
    sentence = refused("alice/churn", tmp_path / "model", hub)
    assert ("connection to the Hub was lost" if how != "refuse" else "has a problem (503)") in sentence


def test_it_can_be_stopped(hub: Hub, release: MakeRelease, tmp_path: Path) -> None:
    """A person who stops the download finds nothing of it."""
    push(release(), hub=hub)

    def stop(share: float, words: str) -> None:
        if words == "Fetching model.json":
            raise Cancelled("stopped")

    with pytest.raises(Cancelled):
        pull("alice/churn", kind="model", out=tmp_path / "model", hub=hub, progress=stop)
    assert list(tmp_path.iterdir()) == []


def test_another_kind_of_repository_is_told(hub: Hub, release: MakeRelease, tmp_path: Path) -> None:
    """A model is not found among the datasets."""
    push(release(), hub=hub)
    with pytest.raises(PublishError, match="there is no dataset of this name"):
        pull("alice/churn", kind="dataset", out=tmp_path / "data", hub=hub)


def test_another_kind_of_artifact_is_told(
    server: HubServer, hub: Hub, release: MakeRelease, tmp_path: Path
) -> None:
    """A model in a dataset repository is no snapshot."""
    repo = server.create("dataset", "alice/data", private=True)
    repo.commit("odd", dict(release().content))
    with pytest.raises(ModelError, match="holds a 'churn-model', not a 'customer-snapshot'"):
        pull("alice/data", kind="dataset", out=tmp_path / "data", hub=hub)
