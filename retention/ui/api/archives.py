"""A model folder as one zip file; a zip that a stranger may have made is opened with limits on all it may hold."""

import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from retention.churn.model import ChurnModel
from retention.tabular.archives import ArchiveKind, read_archive
from retention.tabular.files import Limits

_MODEL = ArchiveKind("model", "the file that training made", parquet_columns=4)  # 4 in the out-of-fold rows


def save_model(model: ChurnModel, path: Path) -> None:
    """Write a model as a zip file."""
    with tempfile.TemporaryDirectory(prefix="model-") as folder:
        model.save(folder)
        zip_folder(Path(folder), path)


def zip_folder(folder: Path, path: Path) -> None:
    """Write a folder that was saved or pulled as a zip file."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for file in sorted(file for file in folder.rglob("*") if file.is_file()):
            packed.write(file, file.relative_to(folder).as_posix())


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
    with unzipped_model(path, limits=limits) as (_, model):
        return model


@contextmanager
def unzipped_model(path: Path, *, limits: Limits | None = None) -> Iterator[tuple[Path, ChurnModel]]:
    """Yield a folder with the files of a zip, and the model in it.

    Raises
    ------
    InputError, ModelError
        As :func:`load`.
    """
    limits = limits or Limits.from_settings()
    with tempfile.TemporaryDirectory(prefix="model-") as place:
        folder = Path(place)
        for name, content in read_archive(path, _MODEL, limits=limits):
            (folder / name).write_bytes(content)
        yield folder, ChurnModel.load(folder, source=path.name)
