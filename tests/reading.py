"""Files that a test writes and reads, with small limits."""

from collections.abc import Callable
from pathlib import Path

import pytest

from retention.customers.intake import Limits, Table, read_customers, read_table
from retention.errors import InputError

LIMITS = Limits(megabytes=20, rows=50_000, columns=300, cells=1_000_000)

Save = Callable[[str | bytes], Path]


def save_in(folder: Path) -> Save:
    """Return a function that writes a file into a folder and returns its path."""

    def save(content: str | bytes) -> Path:
        path = folder / "customers.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return save


def table(path: Path, **more: object) -> Table:
    """Read with small limits."""
    return read_table(path, limits=LIMITS, **more)  # type: ignore[arg-type]


def refusal(path: Path, **more: object) -> str:
    """Return the sentence with which the file is refused."""
    with pytest.raises(InputError) as refused:
        read_customers(path, limits=LIMITS, **more)  # type: ignore[arg-type]
    sentence = str(refused.value)
    assert str(path.parent) not in sentence
    assert "\n" not in sentence
    return sentence


def column(save: Save, *cells: str) -> tuple[list[object], tuple[str, ...]]:
    """Read one column ``x`` of a semicolon-separated file."""
    read = table(save("who;x\n" + "".join(f"a{number};{cell}\n" for number, cell in enumerate(cells))))
    return read.frame["x"].astype(object).tolist(), read.notes
