"""Reads the names of order sources that the app may show: a file that whoever runs the app writes.

A page shows the names alone. Addresses stay on the server, and secrets stay in its environment.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from retention.errors import InputError
from retention.orders.sources import is_address, kind_of, read_address
from retention.wording.text import quote

_FROM_ENVIRONMENT = "env:"


@dataclass(frozen=True)
class NamedSource:
    """An order log under a name.

    Attributes
    ----------
    name
        What the app lists.
    url
        Its address without a secret, ``env:NAME``, or a pattern of Parquet files of the machine.
    table
        The table with the orders; None where the address names files.
    customer, time, amount
        Its columns; None to find them by their names.
    timezone
        The time zone of the business; None for UTC.
    """

    name: str
    url: str
    table: str | None = None
    customer: str | None = None
    time: str | None = None
    amount: str | None = None
    timezone: str | None = None


def read_named_sources(path: Path) -> dict[str, NamedSource]:
    """Return the sources of a file by name, in its order; none if there is no such file.

    Raises
    ------
    InputError
        If the file cannot be read, a key is unknown or no text, or an address holds a secret.
    """
    try:
        written = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read as a file of sources ({type(error).__name__})") from None
    except tomllib.TOMLDecodeError:
        raise InputError(f"{path}: is no TOML; write a table such as [shop], with url and table") from None
    return {name: _read(path, name, entry) for name, entry in written.items()}


def _read(path: Path, name: str, entry: Any) -> NamedSource:
    place = f"{path}: source {quote(name)}"
    keys = [field.name for field in fields(NamedSource) if field.name != "name"]
    if not isinstance(entry, Mapping) or not isinstance(entry.get("url"), str):
        raise InputError(f"{place}: has no url; write a table such as [shop], with url and table")
    for key, value in entry.items():
        if key not in keys:
            raise InputError(f"{place}: key {quote(key)} is not read; these are: {', '.join(keys)}")
        if not isinstance(value, str) or not value:
            raise InputError(f"{place}: {key} must be text in quotes")
    source = NamedSource(name, **entry)
    is_pattern = not is_address(source.url) and source.url.endswith(".parquet")
    if not is_pattern and not source.url.startswith(_FROM_ENVIRONMENT):  # whose variable may be set later
        try:
            kind_of(read_address(source.url))
        except InputError as error:
            raise InputError(f"{place}: {error}") from None
    return source
