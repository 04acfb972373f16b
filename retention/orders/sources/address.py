"""Takes the address of an order log apart, and keeps its secret out of everything that is shown."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote

from retention.errors import InputError
from retention.wording.text import quote

_SCHEME = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+]+):(?P<rest>.*)", re.DOTALL)
_ENVIRONMENT = "env:"
_HOST_AND_PORT = re.compile(r"(?P<host>\[[0-9a-fA-F:]+\]|[^:/\[\]]*)(?::(?P<port>\d{1,5}))?")
_SECRET_OPTION = re.compile(r"pass|pwd|token|secret|key|credential", re.IGNORECASE)


@dataclass(frozen=True)
class Address:
    """Where an order log is: ``scheme://user:password@host:port/path?options``.

    Attributes
    ----------
    scheme
        What is before the colon, in lower case.
    host
        Name of the server, of the account, the project or the bucket; empty where there is none.
    port
        None where the usual one is meant.
    user
        None where there is none.
    password
        Never part of ``repr`` or ``str``.
    path
        What follows the host, without the first slash.
    options
        What follows the question mark; it may hold secrets, and is never part of ``repr`` either.
    """

    scheme: str
    host: str = ""
    port: int | None = None
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    path: str = ""
    options: Mapping[str, str] = field(default_factory=dict, repr=False)

    def __str__(self) -> str:
        """Return the address without a password and without options, for notes and errors."""
        if not self.host:
            return f"{self.scheme}:{self.path}" if self.path else self.scheme
        user = f"{self.user}@" if self.user else ""
        port = f":{self.port}" if self.port else ""
        path = f"/{self.path}" if self.path else ""
        return f"{self.scheme}://{user}{self.host}{port}{path}"

    @property
    def parts(self) -> tuple[str, ...]:
        """The path, at its slashes."""
        return tuple(part for part in self.path.split("/") if part)


def is_address(location: str) -> bool:
    """Whether a location has a scheme, or names a variable with one; a path has none.

    >>> [is_address(text) for text in ("postgres://shop@host/db", "env:ORDERS_URL", "spark:", "orders.csv")]
    [True, True, True, False]
    >>> is_address("C:/orders.csv")
    False
    """
    return _SCHEME.fullmatch(location) is not None


def read_address(location: str) -> Address:
    """Take an address apart; ``env:NAME`` reads it from the environment, where it may hold a password.

    Parameters
    ----------
    location
        The address as a person wrote it.

    Raises
    ------
    InputError
        If it cannot be read, or holds a secret although it is an argument. The message shows none of it.

    Examples
    --------
    >>> address = read_address("postgres://shop@db.internal:5433/orders?sslmode=require")
    >>> address.host, address.port, address.user, address.path, dict(address.options)
    ('db.internal', 5433, 'shop', 'orders', {'sslmode': 'require'})
    """
    if not location.startswith(_ENVIRONMENT):
        address = _parse(location, location.partition(":")[0])
        _refuse_secrets(address)
        return address
    name = location.removeprefix(_ENVIRONMENT)
    url = os.environ.get(name, "").strip()
    if not url:
        raise InputError(
            f"{location}: there is no environment variable {quote(name)}; set it to the address of the orders"
        )
    if url.startswith(_ENVIRONMENT):
        raise InputError(f"{location}: names another variable; set it to the address of the orders itself")
    return _parse(url, location)


def _parse(url: str, shown: str) -> Address:
    """Take a URL apart; ``shown`` is what an error calls it, because the URL may hold a secret."""
    match = _SCHEME.fullmatch(url)
    if match is None:
        raise InputError(f"{shown}: is no address; write one such as postgres://user@host:5432/database")
    scheme, rest = match["scheme"].lower(), match["rest"]
    if not rest.startswith("//"):
        path, _, query = rest.partition("?")
        return Address(scheme, path=unquote(path), options=dict(parse_qsl(query)))
    user_and_password, has_user, rest = _split_user(rest[2:])
    location, _, query = rest.replace("/;", "?", 1).partition("?")  # Spark Connect writes /;token=…;user_id=…
    host_and_port, _, path = location.partition("/")
    host = _HOST_AND_PORT.fullmatch(host_and_port)
    if host is None or not 0 < int(host["port"] or 1) < 65536:
        raise InputError(
            f"{shown}: its server or port cannot be read; write the address as {scheme}://user@host:port/…, with "
            "special characters as in %40"
        )
    user, has_password, password = user_and_password.partition(":")
    return Address(
        scheme,
        host=unquote(host["host"]).strip("[]") if ":" in host["host"] else unquote(host["host"]),
        port=int(host["port"]) if host["port"] else None,
        user=unquote(user) if has_user and user else None,
        password=unquote(password) if has_password else None,
        path=unquote(path),
        options=dict(parse_qsl(query.replace(";", "&"))),
    )


def _split_user(rest: str) -> tuple[str, bool, str]:
    """Return what is before the last ``@`` of the server's part, whether there is one, and what follows it.

    A password may hold characters that end the server's part elsewhere; it is still no part of what is shown.
    """
    before_path = rest.split("/", 1)[0]
    if "@" not in before_path and not ("@" in rest and ":" in before_path):
        return "", False, rest
    place = before_path if "@" in before_path and "@" not in rest[len(before_path) :].partition("?")[0] else rest
    user, _, _ = place.rpartition("@")
    return user, True, rest[len(user) + 1 :]


def _refuse_secrets(address: Address) -> None:
    secret_options = [name for name in address.options if _SECRET_OPTION.search(name)]
    if address.password is None and not secret_options:
        return
    what = "password" if address.password is not None else f"option {quote(secret_options[0])}"
    raise InputError(
        f"{address.scheme}: leave the {what} out of the address, where others on this machine can read it; put "
        "the whole address into an environment variable, and pass env: and its name"
    )
