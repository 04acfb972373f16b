"""Pseudonyms for customer ids, which only the owner of the salt can reproduce.

A pseudonym is the HMAC-SHA256 (RFC 2104) of the id under a salt that never leaves its owner. The same
customer gets the same pseudonym in every release; without the salt even a full list of ids reveals nothing.
"""

import hmac
import os
import secrets
import stat
import tempfile
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from retention.errors import InputError
from retention.settings import settings

_BYTES = 32
_DIGITS = 32  # 128 bits: no two customers of any company share one


@dataclass(frozen=True)
class Salt:
    """The secret from which pseudonyms are made.

    Attributes
    ----------
    secret
        32 random bytes; never shown, never pushed.
    """

    secret: bytes = field(repr=False)

    @classmethod
    def new(cls) -> "Salt":
        """Return a random salt for a single release, whose pseudonyms not even the owner can reproduce later."""
        return cls(secrets.token_bytes(_BYTES))

    @classmethod
    def for_release(cls) -> "Salt":
        """Return the salt in the user's file; on a Space, which visitors share, return a random one."""
        return cls.new() if settings().on_space else cls.from_file()

    @classmethod
    def from_file(cls, path: Path | None = None) -> "Salt":
        """Read the salt from a file that only its owner can read; the first call creates the file.

        Parameters
        ----------
        path
            The file; ``~/.config/retention/salt`` if None.

        Raises
        ------
        InputError
            If the file does not hold a salt, or other users may read it.
        """
        path = path or Path.home() / ".config" / "retention" / "salt"
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            salt = cls.new()
            with tempfile.NamedTemporaryFile("w", dir=path.parent, encoding="ascii") as file:
                file.write(salt.secret.hex() + "\n")
                file.flush()
                with suppress(
                    FileExistsError
                ):  # the link appears complete or not at all, and never replaces a file
                    os.link(file.name, path)
                    return salt
        return cls(_read(path))

    def pseudonyms(self, ids: pd.Series) -> pd.Series:
        """Return the pseudonym of each id: 32 hexadecimal digits, length n.

        Examples
        --------
        >>> Salt(b"0" * 32).pseudonyms(pd.Series(["C-1", "C-2", "C-1"])).tolist()[0][:8]
        '763b6b1f'
        """
        pseudonyms = {
            id: hmac.digest(self.secret, str(id).encode(), "sha256").hex()[:_DIGITS] for id in ids.unique()
        }
        return ids.map(pseudonyms).astype("str")


def _read(path: Path) -> bytes:
    if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise InputError(f"{path}: others on this machine may read the salt; run `chmod 600` on it")
    try:
        secret = bytes.fromhex(path.read_text(encoding="ascii"))
    except ValueError:
        secret = b""
    if len(secret) != _BYTES:
        raise InputError(f"{path}: is not a salt that this program wrote; pass another file, or restore it")
    return secret
