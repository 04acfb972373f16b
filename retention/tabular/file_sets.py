"""Several files under one name: a folder, or a pattern such as ``customers/*.parquet``."""

import glob
from pathlib import Path

from retention.errors import InputError


def files_of(path: Path) -> tuple[Path, ...] | None:
    """Return the files of a folder or of a pattern, by name; None where the path names a single file.

    Hidden files are left out, and so are folders. A file that exists is itself, even where its name looks like a
    pattern.

    Raises
    ------
    InputError
        If there are none, or two of the same name in different folders.
    """
    if path.is_dir():
        files = [file for file in path.iterdir() if not file.name.startswith((".", "_"))]
    elif glob.has_magic(str(path)) and not path.exists():
        files = [Path(name) for name in glob.glob(str(path), recursive=True)]
    else:
        return None
    chosen = sorted(file for file in files if file.is_file())
    if not chosen:
        raise InputError(f"{path}: there is no file of this kind; check the folder and the pattern")
    names = [file.name for file in chosen]
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"{path}: two folders have a file {name}; rename one, or pass each folder by itself")
    return tuple(chosen)
