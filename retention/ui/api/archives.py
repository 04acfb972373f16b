"""A model folder as one zip file; a zip that a stranger may have made is opened with limits on all it may hold."""

import re
import stat
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from retention.churn.model import ChurnModel
from retention.errors import InputError, ModelError
from retention.tabular import parquet
from retention.tabular.files import Limits

_MEGABYTE = 1_000_000
_MOST_FILES = 8
_MOST_DIRECTORY = 4096  # bytes; the table of contents of a model's four files takes some 300
_UNPACKED_FREELY = 16 * _MEGABYTE
_MOST_TIMES_LARGER = 100  # JSON of trees packs 5 to 10 times
_COLUMNS_OUT_OF_FOLD = 4
_PLAIN = re.compile(r"(?:\w[\w-]*/)?(\w[\w-]*(?:\.\w[\w-]*)*)")  # a file, or one in a folder that was zipped whole
_END = struct.Struct(
    "<4s4H2LH"
)  # the record that ends a zip: ..., size and place of the table of contents, comment
_LOCATOR = 20  # bytes before it where a zip of over 4 GB says that the record lies elsewhere


def save_model(model: ChurnModel, path: Path) -> None:
    """Write a model as a zip file."""
    with tempfile.TemporaryDirectory(prefix="model-") as folder:
        model.save(folder)
        zip_folder(Path(folder), path)


def zip_folder(folder: Path, path: Path) -> None:
    """Write a model's folder as a zip file."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for file in sorted(folder.iterdir()):
            packed.write(file, file.name)


def load_model(path: Path, *, limits: Limits | None = None) -> ChurnModel:
    """Read a model from a zip file that anybody may have made.

    It is unpacked into a private folder that is deleted on return.

    Parameters
    ----------
    path
        The zip of a model folder, or of the files in it.
    limits
        How large the zip, its content and its out-of-fold rows may be; those of the process if None.

    Raises
    ------
    InputError
        If it is no zip, holds anything but a few plainly named files, or unpacks to too much.
    ModelError
        If the files in it are no model, or not the ones that were saved.
    """
    with unzipped_model(path, limits=limits) as folder:
        return ChurnModel.load(folder)


@contextmanager
def unzipped_model(path: Path, *, limits: Limits | None = None) -> Iterator[Path]:
    """Yield a folder with the files of a zip, whose sizes are checked and whose content is not.

    An error about the folder that is raised meanwhile names the zip file.

    Raises
    ------
    InputError, ModelError
        As :func:`load`.
    """
    limits = limits or Limits.from_settings()
    with tempfile.TemporaryDirectory(prefix="model-") as place:
        folder = Path(place)
        for name, content in _files(path, limits):
            if name.endswith(".parquet"):  # a short file may decode to a billion rows
                parquet.parse_parquet(
                    content, f"{path.name}: {name}", replace(limits, columns=_COLUMNS_OUT_OF_FOLD)
                )
            (folder / name).write_bytes(content)
        try:
            yield folder
        except ModelError as error:
            raise ModelError(str(error).replace(place, path.name)) from None


def _files(path: Path, limits: Limits) -> Iterator[tuple[str, bytes]]:
    """Yield each file's name and content; raise at the first that cannot belong to a model."""
    _check_directory(path, limits)
    left = min(limits.megabytes * _MEGABYTE, max(_UNPACKED_FREELY, _MOST_TIMES_LARGER * path.stat().st_size))
    try:
        with zipfile.ZipFile(path) as packed:
            entries = [entry for entry in packed.infolist() if not entry.is_dir()]
            names = _plain_names(entries, path.name)
            for entry, name in zip(entries, names, strict=True):
                with packed.open(entry) as file:
                    content = file.read(left + 1)
                left -= len(content)
                if left < 0:
                    raise InputError(
                        f"{path.name}: unpacks to more than a model takes; pass the zip that was made"
                    )
                yield name, content
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError, UnicodeError):
        raise InputError(f"{path.name}: is a damaged or encrypted zip; make or fetch it again") from None


def _check_directory(path: Path, limits: Limits) -> None:
    """Check the end of a zip first, since opening it makes an object of each of its entries, be they a million."""
    size = path.stat().st_size
    if size > limits.megabytes * _MEGABYTE:
        raise InputError(f"{path.name}: is larger than the limit of {limits.megabytes:,} MB; pass a smaller model")
    with path.open("rb") as file:
        file.seek(max(0, size - _LOCATOR - _END.size))
        tail = file.read()
    before, end = tail[: -_END.size], tail[-_END.size :]
    if len(end) < _END.size or not end.startswith(b"PK\5\6") or before.startswith(b"PK\6\7"):
        raise InputError(f"{path.name}: is no zip of a model folder; pass the file that training made")
    *_, directory, _, comment = _END.unpack(end)
    if directory > _MOST_DIRECTORY or comment:
        raise InputError(f"{path.name}: holds more than a model; zip the model folder alone")


def _plain_names(entries: list[zipfile.ZipInfo], source: str) -> list[str]:
    """Return the names without their folder, if a model may have files of these names."""
    names = []
    for entry in entries:
        name = _PLAIN.fullmatch(entry.filename)
        kind = stat.S_IFMT(entry.external_attr >> 16)
        plain = kind in {0, stat.S_IFREG} and entry.compress_type in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
        if name is None or not plain:
            raise InputError(f"{source}: holds something that is no plain file; zip the model folder alone")
        names.append(name[1])
    if len(names) > _MOST_FILES or len(set(names)) < len(names):
        raise InputError(f"{source}: holds too many files, or one twice; zip the model folder alone")
    return names
