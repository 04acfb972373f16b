"""Pseudonyms are the same for the same customer and salt, and reveal nothing without the salt."""

import hashlib
import hmac
import stat
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retention.errors import InputError
from retention.hub.pseudonyms import Salt

SALT = Salt(bytes(range(32)))


def test_a_pseudonym_is_an_hmac() -> None:
    """It is the first 32 hexadecimal digits of the HMAC-SHA256 of the id under the salt."""
    expected = hmac.new(bytes(range(32)), b"C-7", hashlib.sha256).hexdigest()[:32]
    assert SALT.pseudonyms(pd.Series(["C-7"])).tolist() == [expected]


@given(st.lists(st.text(min_size=1), unique=True, min_size=1))
def test_different_customers_get_different_pseudonyms(ids: list[str]) -> None:
    """No two ids share a pseudonym, and no pseudonym contains an id."""
    pseudonyms = SALT.pseudonyms(pd.Series(ids, dtype="str"))
    assert pseudonyms.nunique() == len(ids)
    assert pseudonyms.str.fullmatch("[0-9a-f]{32}").all()
    assert not set(pseudonyms) & set(ids)


def test_another_salt_gives_other_pseudonyms() -> None:
    """The ids alone, without the salt, do not reveal which customer a pseudonym is."""
    ids = pd.Series([f"C-{i}" for i in range(100)])
    assert not set(SALT.pseudonyms(ids)) & set(Salt.new().pseudonyms(ids))


def test_a_saved_salt_is_made_once_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    """The file is made the first time and read afterwards, and nobody else may read it."""
    path = tmp_path / "deep" / "salt"
    first = Salt.from_file(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert Salt.from_file(path) == first


def test_the_salt_is_saved_in_the_user_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a path it is saved in the user's own configuration folder."""
    monkeypatch.setenv("HOME", str(tmp_path))
    Salt.from_file()
    assert (tmp_path / ".config" / "retention" / "salt").is_file()


def test_a_salt_that_others_may_read_is_refused(tmp_path: Path) -> None:
    """The sentence says how to close the file."""
    path = tmp_path / "salt"
    Salt.from_file(path)
    path.chmod(0o644)
    with pytest.raises(InputError, match="chmod 600"):
        Salt.from_file(path)


@pytest.mark.parametrize("content", ["", "secret", "ab" * 31, "ü" * 64])
def test_another_file_is_refused_as_salt(tmp_path: Path, content: str) -> None:
    """A wrong path does not silently give other pseudonyms."""
    path = tmp_path / "salt"
    path.write_text(content, encoding="utf-8")
    path.chmod(0o600)
    with pytest.raises(InputError, match="is not a salt that this program wrote"):
        Salt.from_file(path)


def test_the_salt_is_not_printed() -> None:
    """Its repr and str hide the secret."""
    assert repr(SALT) == "Salt()"
    assert SALT.secret.hex() not in f"{SALT} {SALT!r}"
