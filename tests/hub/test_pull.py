"""Pulling writes the verified bytes that were pushed, or nothing at all."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from retention.artifacts import MANIFEST, read_folder, sha256
from retention.errors import Cancelled, ModelError, PublishError, RetentionError
from retention.hub.connection import Hub
from retention.hub.publish import push
from retention.hub.pull import pull
from tests.hub.conftest import MakeRelease
from tests.stand_ins.hub_server import FaultKind, HubServer


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


def test_a_pulled_folder_equals_the_pushed_one(hub: Hub, release: MakeRelease, tmp_path: Path) -> None:
    """The files of the artifact come back byte for byte; the card stays on the Hub."""
    planned = release()
    pushed = push(planned, hub=hub)
    pulled = pull("alice/churn", kind="model", out=tmp_path / "model", hub=hub)
    assert (pulled.repo, pulled.commit) == (pushed.repo, pushed.commit)
    assert pulled.files == ("booster.json", "manifest.json", "model.json")
    for name in pulled.files:
        assert (tmp_path / "model" / name).read_bytes() == planned.content[name]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["model"]
    assert read_folder(tmp_path / "model", kind="churn-model").fields == {"kind": "churn-model", "format": 1}


def test_a_pinned_commit_gives_the_same_files(hub: Hub, release: MakeRelease, tmp_path: Path) -> None:
    """A reference with a commit fetches the older release though a newer one exists; nine digits suffice."""
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
    """The error names the file, and an older folder stays as it is."""
    planned = release()
    push(planned, hub=hub)
    pull("alice/churn", kind="model", out=tmp_path / "model", hub=hub)
    changed = bytearray(planned.content[name])
    changed[0] ^= 1
    change(server, name, bytes(changed))
    assert f"alice/churn: {name} is not the file that was saved" in refused("alice/churn", tmp_path / "model", hub)
    assert (tmp_path / "model" / name).read_bytes() == planned.content[name]


def test_a_missing_file_is_refused(server: HubServer, hub: Hub, release: MakeRelease, tmp_path: Path) -> None:
    """A model without one of its files is not written."""
    push(release(), hub=hub)
    change(server, "booster.json", None)
    assert "booster.json is missing" in refused("alice/churn", tmp_path / "model", hub)


def test_optional_rows_may_be_missing(hub: Hub, release: MakeRelease, tmp_path: Path) -> None:
    """A release without its evaluation rows is complete."""
    planned = release()
    manifest = json.loads(planned.content[MANIFEST])
    manifest["files"]["out_of_fold.parquet"] = {"sha256": sha256(b"rows"), "optional": True}
    content = {**planned.content, MANIFEST: json.dumps(manifest).encode()}
    push(replace(planned, content=content), hub=hub)
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
    """Any invalid manifest ends in one sentence."""
    push(release(), hub=hub)
    change(server, MANIFEST, manifest)
    refused("alice/churn", tmp_path / "model", hub)


def test_a_repository_of_something_else_is_refused(server: HubServer, hub: Hub, tmp_path: Path) -> None:
    """A repository without a manifest holds no artifact."""
    repo = server.create("model", "alice/churn", private=False)
    repo.commit("weights", {"model.safetensors": b"weights"})
    assert "no manifest.json here" in refused("alice/churn", tmp_path / "model", hub)


def test_a_file_over_the_size_limit_is_not_fetched(
    server: HubServer, hub: Hub, release: MakeRelease, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The upload limit also holds for a download, and is checked before anything is read."""
    monkeypatch.setenv("RETENTION_MAX_UPLOAD_MB", "1")
    push(release({"model.json": b"{}", "booster.json": b" " * 1_100_000}), hub=hub)
    assert "booster.json is larger than the limit of 1 MB" in refused("alice/churn", tmp_path / "model", hub)
    assert server.count_requests("GET", "/resolve/.*booster") == 0


def test_a_folder_of_other_files_is_not_replaced(hub: Hub, release: MakeRelease, tmp_path: Path) -> None:
    """A folder with files that the program did not write stays as it is."""
    push(release(), hub=hub)
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "thesis.txt").write_text("years of work")
    assert "already holds other files" in refused("alice/churn", tmp_path / "model", hub)


def test_a_private_model_is_reported_as_missing(
    server: HubServer, hub: Hub, stranger: Hub, release: MakeRelease, tmp_path: Path
) -> None:
    """An anonymous user is told that it does not exist or is private, and to check or sign in."""
    push(release(), hub=hub)
    sentence = refused("alice/churn", tmp_path / "model", stranger)
    assert "there is no model of this name, or it is private; check it, or sign in" in sentence


def test_an_unknown_commit_is_reported(hub: Hub, release: MakeRelease, tmp_path: Path) -> None:
    """The newest commit is not used in place of a mistyped one."""
    push(release(), hub=hub)
    assert "there is no such commit" in refused("alice/churn@0123456789", tmp_path / "model", hub)


def test_a_temporary_failure_is_retried(
    server: HubServer, hub: Hub, release: MakeRelease, waits: list[float], tmp_path: Path
) -> None:
    """Reading is repeated while the Hub is busy or the connection drops."""
    push(release(), hub=hub)
    server.fail("GET", "/api/models/", status=503)
    server.fail("GET", "/resolve/", how="lose request")
    server.fail("GET", "/resolve/.*/booster.json", how="cut")
    pull("alice/churn", kind="model", out=tmp_path / "model", hub=hub)
    assert waits == [1.0, 1.0, 1.0]
    assert read_folder(tmp_path / "model", kind="churn-model").files["booster.json"] == b"{}"


@pytest.mark.parametrize("how", ["lose request", "cut", "refuse"])
def test_a_connection_that_stays_lost_leaves_no_folder(
    server: HubServer, hub: Hub, release: MakeRelease, tmp_path: Path, how: FaultKind
) -> None:
    """Files that were already fetched are removed."""
    push(release(), hub=hub)
    server.fail("GET", "/resolve/.*/model.json", how=how, times=99)
    sentence = refused("alice/churn", tmp_path / "model", hub)
    assert ("connection to the Hub was lost" if how != "refuse" else "has a problem (503)") in sentence


def test_a_pull_can_be_stopped(hub: Hub, release: MakeRelease, tmp_path: Path) -> None:
    """A stopped download leaves no file."""
    push(release(), hub=hub)

    def stop(share: float, words: str) -> None:
        if words == "Fetching model.json":
            raise Cancelled("stopped")

    with pytest.raises(Cancelled):
        pull("alice/churn", kind="model", out=tmp_path / "model", hub=hub, progress=stop)
    assert list(tmp_path.iterdir()) == []


def test_another_kind_of_repository_is_reported(hub: Hub, release: MakeRelease, tmp_path: Path) -> None:
    """A model is not found among the datasets."""
    push(release(), hub=hub)
    with pytest.raises(PublishError, match="there is no dataset of this name"):
        pull("alice/churn", kind="dataset", out=tmp_path / "data", hub=hub)


def test_another_kind_of_artifact_is_reported(
    server: HubServer, hub: Hub, release: MakeRelease, tmp_path: Path
) -> None:
    """A model in a dataset repository is no snapshot."""
    repo = server.create("dataset", "alice/data", private=True)
    repo.commit("odd", dict(release().content))
    with pytest.raises(ModelError, match="holds a 'churn-model', not a 'customer-snapshot'"):
        pull("alice/data", kind="dataset", out=tmp_path / "data", hub=hub)


REFUSALS: dict[str, tuple[int, dict[str, str]]] = {
    "the Hub does not accept the token": (401, {}),
    "the token may not do that": (403, {}),
    "its owner grants access one by one": (403, {"X-Error-Code": "GatedRepo"}),
    "asks for payment": (402, {}),
    "the Hub limits the rate of calls; try again in 600 seconds": (429, {"Retry-After": "600"}),
    "the Hub has a problem (503)": (503, {}),
}


@pytest.mark.parametrize("words", REFUSALS)
@pytest.mark.parametrize("name", [MANIFEST, "model.json"])
def test_a_refusal_of_one_file_is_told_as_that(  # noqa: PLR0917
    server: HubServer, hub: Hub, release: MakeRelease, tmp_path: Path, words: str, name: str
) -> None:
    """It is the Hub's refusal in the Hub's words, and not a damaged model."""
    push(release(), hub=hub)
    status, headers = REFUSALS[words]
    headers = {"X-Error-Message": "canary sentence of the Hub", **headers}
    server.fail("GET", f"/{name}", status=status, headers=headers, times=9)
    sentence = refused("alice/churn", tmp_path / "model", hub)
    assert words in sentence
    assert "manifest" not in sentence
    assert "(the Hub says: canary sentence of the Hub)" in sentence
