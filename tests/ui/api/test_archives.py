"""A model as a zip file, and what strangers may try with one."""

import io
import stat
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from retention.artifacts import MANIFEST, with_manifest
from retention.churn.model import ChurnModel
from retention.customers.table import Customers
from retention.errors import InputError, ModelError, RetentionError
from retention.tabular.files import Limits
from retention.ui.api import archives as model_zip

LIMITS = Limits(megabytes=20, rows=2000, columns=300, cells=600_000)


@pytest.fixture(scope="module")
def content(telecom_folder: Path) -> dict[str, bytes]:
    """The files of a saved model."""
    return {file.name: file.read_bytes() for file in telecom_folder.iterdir()}


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary folders are made, to see that nothing stays in it."""
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    return place


def packed(path: Path, files: dict[str, bytes], *, compression: int = zipfile.ZIP_DEFLATED) -> Path:
    """Write a zip of these files."""
    with zipfile.ZipFile(path, "w", compression) as made:
        for name, data in files.items():
            made.writestr(name, data)
    return path


def refused(path: Path, *, limits: Limits = LIMITS) -> str:
    """Load a zip that must be refused, and return the sentence."""
    with pytest.raises(RetentionError) as refusal:
        model_zip.load_model(path, limits=limits)
    assert str(refusal.value).startswith(path.name)
    assert tempfile.gettempdir() not in str(refusal.value)
    return str(refusal.value)


def test_a_model_comes_back_as_it_was(
    telecom_model: ChurnModel, telecom: Customers, tmp_path: Path, temporary: Path
) -> None:
    """Saved and loaded it gives the same probabilities and keeps its held-out rows; no folder is left behind."""
    path = tmp_path / "model.zip"
    model_zip.save_model(telecom_model, path)
    loaded = model_zip.load_model(path)
    assert np.array_equal(loaded.predict(telecom), telecom_model.predict(telecom))
    assert loaded.out_of_fold is not None
    assert list(temporary.iterdir()) == []


def test_a_model_folder_may_be_zipped_whole(content: dict[str, bytes], tmp_path: Path) -> None:
    """What `zip -r model.zip model/` makes is taken too."""
    path = tmp_path / "model.zip"
    with zipfile.ZipFile(path, "w") as made:
        made.mkdir("model")
        for name, data in content.items():
            made.writestr(f"model/{name}", data)
    assert model_zip.load_model(path, limits=LIMITS).customers == 1500


def test_a_changed_byte_is_refused(content: dict[str, bytes], tmp_path: Path, temporary: Path) -> None:
    """The hashes are checked, the sentence names the zip, and the unpacked files go away on errors as well."""
    changed = {**content, "model.json": content["model.json"].replace(b"1500", b"1501")}
    assert "model.json is not the file that was saved" in refused(packed(tmp_path / "m.zip", changed))
    assert list(temporary.iterdir()) == []


def test_what_is_no_model_is_reported(tmp_path: Path, telecom_file: Path) -> None:
    """A CSV, nothing, a cut zip and a zip of something else each get one sentence."""
    assert "is no zip of a model folder" in refused(telecom_file)
    (tmp_path / "empty.zip").write_bytes(b"")
    assert "is no zip of a model folder" in refused(tmp_path / "empty.zip")
    whole = packed(tmp_path / "other.zip", {"readme.txt": b"hello"})
    assert "no manifest.json" in refused(whole)
    (tmp_path / "cut.zip").write_bytes(whole.read_bytes()[:-30])
    assert "is no zip of a model folder" in refused(tmp_path / "cut.zip")


@pytest.mark.parametrize(
    "name",
    ["../model.json", "/etc/model.json", "a/b/model.json", "a\\model.json", ".hidden", "C:model.json", "a/.b"],
)
def test_only_plain_names_are_unpacked(content: dict[str, bytes], tmp_path: Path, name: str) -> None:
    """A name that leads elsewhere is refused before anything is written."""
    assert "no plain file" in refused(packed(tmp_path / "m.zip", {**content, name: b"x"}))


def test_links_and_doubles_are_refused(content: dict[str, bytes], tmp_path: Path) -> None:
    """A symbolic link is no plain file, and no file may stand in a zip twice."""
    link = zipfile.ZipInfo("link.json")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "link.zip", "w") as made:
        made.writestr(link, "/etc/passwd")
    assert "no plain file" in refused(tmp_path / "link.zip")
    assert "one twice" in refused(packed(tmp_path / "two.zip", {"model.json": b"a", "model/model.json": b"b"}))


def test_a_zip_bomb_is_not_unpacked(tmp_path: Path, temporary: Path) -> None:
    """A small file that unpacks a thousandfold is left at the bound."""
    path = packed(tmp_path / "bomb.zip", {"model.json": bytes(60_000_000)})
    assert path.stat().st_size < 100_000
    assert "unpacks to more than a model takes" in refused(path)
    assert list(temporary.iterdir()) == []


def test_thousands_of_files_are_refused_unread(tmp_path: Path) -> None:
    """The table of contents is bounded before it is read, also where the zip says it lies elsewhere."""
    many = packed(tmp_path / "many.zip", {f"{i}.json": b"" for i in range(5000)}, compression=zipfile.ZIP_STORED)
    assert "more than a model" in refused(many)
    data = many.read_bytes()
    (tmp_path / "commented.zip").write_bytes(data[:-2] + b"\x04\x00abcd")
    assert "is no zip of a model folder" in refused(tmp_path / "commented.zip")
    end = data[-22:-12] + bytes(12)  # claims an empty table; a record for large zips would say otherwise
    (tmp_path / "elsewhere.zip").write_bytes(data[:-22] + b"PK\6\7" + bytes(16) + end)
    assert "is no zip of a model folder" in refused(tmp_path / "elsewhere.zip")


def test_encrypted_and_oddly_packed_files_are_refused(content: dict[str, bytes], tmp_path: Path) -> None:
    """Only what needs no key and unpacks in bounds is opened."""
    data = bytearray(packed(tmp_path / "m.zip", content).read_bytes())
    first = data.find(b"PK\1\2")
    data[first + 8] |= 1
    (tmp_path / "key.zip").write_bytes(data)
    assert "damaged or encrypted" in refused(tmp_path / "key.zip")
    assert "no plain file" in refused(packed(tmp_path / "lzma.zip", content, compression=zipfile.ZIP_LZMA))


def test_held_out_rows_are_bounded(content: dict[str, bytes], tmp_path: Path) -> None:
    """A short file of rows that decodes to very many is refused before the model is read."""
    buffer = io.BytesIO()
    rows = np.zeros(300_000)
    pd.DataFrame({"score": rows, "label": rows, "fold": rows}).to_parquet(buffer)
    assert len(buffer.getvalue()) < 10_000
    path = packed(tmp_path / "m.zip", {**content, "out_of_fold.parquet": buffer.getvalue()})
    with pytest.raises(InputError, match="has more rows than the limit of 2,000"):
        model_zip.load_model(path, limits=LIMITS)


@pytest.mark.parametrize("name", ["manifest.json", "model.json"])
def test_json_without_a_bottom_is_refused(content: dict[str, bytes], tmp_path: Path, name: str) -> None:
    """Brackets nested a hundred thousand deep end in a sentence, also where the hashes are right."""
    files = {file: data for file, data in content.items() if file != MANIFEST}
    made = with_manifest({**files, "model.json": b"[" * 100_000}, {"kind": "churn-model", "format": 1})
    assert "cannot be read as a" in refused(packed(tmp_path / "m.zip", {**made, name: b"[" * 100_000}))


def test_a_zip_over_the_limit_is_not_opened(content: dict[str, bytes], tmp_path: Path) -> None:
    """The process's limit of an upload holds for a model too."""
    noise = np.random.default_rng(0).bytes(1_100_000)
    path = packed(tmp_path / "m.zip", {**content, "noise.json": noise})
    assert "limit of 1 MB" in refused(path, limits=Limits(megabytes=1, rows=2000, columns=300, cells=600_000))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.floats(0, 1, exclude_max=True), byte=st.integers(1, 255))
def test_damage_anywhere_gets_a_sentence(
    content: dict[str, bytes], tmp_path: Path, place: float, byte: int
) -> None:
    """Whatever byte is changed, the model loads or is refused in words."""
    data = bytearray(packed(tmp_path / "m.zip", content).read_bytes())
    data[int(place * len(data))] ^= byte
    path = tmp_path / "damaged.zip"
    path.write_bytes(data)
    try:
        model = model_zip.load_model(path, limits=LIMITS)
    except (InputError, ModelError) as refusal:
        sentence = str(refusal)
    else:
        sentence = f"damaged.zip: {model.customers}"
    assert sentence.startswith("damaged.zip: ")
