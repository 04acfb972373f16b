"""Back up the message ledger to a private dataset, and restore it when the app starts.

A Space loses its disk whenever it sleeps, and with it the record of who was contacted. New rows are uploaded
every few minutes and when the app ends, as shards that are never written twice. They hold ids and messages with
names, so each is encrypted first (Fernet: AES-128-CBC and HMAC-SHA256, under a key that only the owner has).
"""

import base64
import hashlib
import json
import re
import signal
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from huggingface_hub import (
    CommitScheduler,
)  # imported here as the base class; this module is imported only where it is needed
from pydantic import SecretStr

from retention.errors import InputError, ModelError, PublishError
from retention.hub.connection import Hub
from retention.hub.ledger_shards import RowKey, Shard, merge_shards, new_shards, shard_of
from retention.hub.reference import Reference
from retention.hub.repository import download, read_state
from retention.messages.ledger import Ledger

if TYPE_CHECKING:
    from cryptography.fernet import Fernet
    from huggingface_hub import CommitInfo, HfApi

_SHARD: Final = re.compile(r"shards/[0-9a-f]{32}\.json")
_EVERY_MINUTES: Final = 5.0


@contextmanager
def synced_ledger(
    ledger: Path, repo: str, *, key: SecretStr | None, hub: Hub, every_minutes: float = _EVERY_MINUTES
) -> Iterator["LedgerUploader"]:
    """Restore a ledger from a private dataset, and upload its new rows until the block ends.

    A Space ends with SIGTERM, which ends the block; the last rows are then uploaded. Call this in the main
    thread.

    Parameters
    ----------
    ledger
        The SQLite file; its folder is created if necessary.
    repo
        ``OWNER/NAME`` of a private dataset, created if there is none.
    key
        The owner's passphrase, with which the shards are encrypted.
    hub
        The connection, which says in whose name.

    Raises
    ------
    InputError
        If there is no key, or the name cannot be used.
    PublishError
        If nobody is signed in, the dataset is public, or the Hub cannot be reached.
    ModelError
        If a shard was encrypted with another key, or changed.
    """
    shards = _restore(ledger, repo, cipher=_cipher(key), hub=hub, every_minutes=every_minutes)
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        yield shards
    finally:
        signal.signal(signal.SIGTERM, before)
        shards.close()


class LedgerUploader(CommitScheduler):
    """Writes the new rows of a ledger to a shard before each push; the base class schedules the pushes."""

    def __init__(
        self,
        ledger: Path,
        cipher: "Fernet",
        *,
        uploaded: set[RowKey],
        repo: str,
        hub: Hub,
        api: "HfApi",
        every: float,
    ) -> None:
        self._ledger, self._cipher, self._uploaded, self._hub = ledger, cipher, uploaded, hub
        self._folder = tempfile.TemporaryDirectory(prefix="ledger-")
        super().__init__(
            repo_id=repo, repo_type="dataset", private=True, folder_path=self._folder.name, path_in_repo="shards",
            every=every, hf_api=api,
        )  # fmt: skip

    def push_to_hub(self) -> "CommitInfo | None":
        """Write a shard of the new rows, and push it with the shards that failed before."""
        with Ledger(self._ledger) as ledger:
            for shard in new_shards(ledger, self._uploaded):
                text = json.dumps({"kind": shard.kind, "rows": shard.rows})
                encrypted = json.dumps({"sealed": self._cipher.encrypt(text.encode()).decode()})
                (self.folder_path / f"{uuid.uuid4().hex}.json").write_text(encrypted, encoding="ascii")
                self._uploaded |= shard.keys
        return super().push_to_hub()

    def flush(self) -> None:
        """Push the new rows now, and wait until they are uploaded.

        Raises
        ------
        PublishError
            If the push fails; the next push repeats it.
        """
        with self._hub.connect(Reference.parse(self.repo_id), "dataset"):
            self.trigger().result()

    def close(self) -> None:
        """Push the new rows, and stop the scheduler."""
        try:
            self.flush()
        finally:
            self.stop()
            self._folder.cleanup()


def _restore(ledger: Path, repo: str, *, cipher: "Fernet", hub: Hub, every_minutes: float) -> LedgerUploader:
    """Merge every shard of the dataset into the ledger, and start to upload the rows that are not in it."""
    from huggingface_hub.errors import RepositoryNotFoundError

    hub.check_token(repo)
    reference = Reference.parse(repo)
    shards: list[Shard] = []
    with hub.connect(reference, "dataset") as api:
        try:
            state = read_state(api, hub, reference, "dataset")
        except RepositoryNotFoundError:
            state = None
        if state is not None:
            if not state.private:
                raise PublishError(f"{repo}: is public, and a ledger names customers; make it private")
            shards += [
                _decrypt(download(api, hub, state, "dataset", name), cipher, f"{repo}/{name}")
                for name in filter(_SHARD.fullmatch, state.sizes)
            ]
        ledger.parent.mkdir(parents=True, exist_ok=True)
        with Ledger(ledger) as restored:
            merge_shards(restored, shards)
        uploaded = {key for shard in shards for key in shard.keys}
        return LedgerUploader(
            ledger, cipher, uploaded=uploaded, repo=reference.repo, hub=hub, api=api, every=every_minutes
        )


def _decrypt(content: bytes, cipher: "Fernet", source: str) -> Shard:
    from cryptography.fernet import InvalidToken

    try:
        return shard_of(json.loads(cipher.decrypt(json.loads(content)["sealed"])))
    except InvalidToken:
        raise ModelError(
            f"{source}: was changed, or encrypted with another key; set the RETENTION_LEDGER_KEY of that time"
        ) from None
    except (ValueError, KeyError, TypeError):
        raise ModelError(
            f"{source}: cannot be read as a part of a ledger; remove it, or choose another dataset"
        ) from None


def _cipher(key: SecretStr | None) -> "Fernet":
    """Stretch the passphrase, so that a short one is not quickly guessed (scrypt, RFC 7914)."""
    from cryptography.fernet import Fernet

    if key is None or not key.get_secret_value():
        raise InputError(
            "environment variable RETENTION_LEDGER_KEY: is not set, and a ledger is uploaded only encrypted; "
            "set it to a long passphrase, and keep that"
        )
    secret = hashlib.scrypt(key.get_secret_value().encode(), salt=b"retention ledger", n=2**14, r=8, p=1, dklen=32)
    return Fernet(base64.urlsafe_b64encode(secret))
