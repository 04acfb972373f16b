"""The ledger on an ephemeral disk: encrypted shards in a private dataset, restored at the next start."""

from dataclasses import asdict
from pathlib import Path

import pandas as pd
import pytest
from pydantic import SecretStr

from retention.errors import InputError, ModelError, PublishError
from retention.hub.connection import Hub
from retention.hub.ledger_shards import merge_shards, new_shards, shard_of
from retention.hub.ledger_sync import synced_ledger
from retention.messages.ledger import Ledger, LedgerEntry
from tests.browser.server import running
from tests.campaign.cases import SALT, design
from tests.hub.conftest import TOKEN
from tests.stand_ins.hub_server import HubServer

REPO = "alice/ledger"
KEY = SecretStr("a long passphrase of Alice's")
NAME = "Canaryname"
HOURS = 60.0  # minutes between pushes: in a test only those happen that it asks for


def entry(customer: str) -> LedgerEntry:
    message = f"Hi {NAME}, ₹50 off\u2028tonight"
    return LedgerEntry(customer, "hash", "Hi {name}", message, "backup", "backup", "", "cash_50", 50.0)


def seal(ledger: Path, run: str, *customers: str) -> None:
    with Ledger(ledger) as opened:
        opened.approve(run, [entry(customer) for customer in customers], cool_down_days=7)


def shards(server: HubServer) -> list[bytes]:
    files = server.repos["dataset", REPO].head.files
    return [content for name, content in files.items() if name.startswith("shards/")]


def test_approved_rows_are_restored_after_the_disk_is_lost(server: HubServer, hub: Hub, tmp_path: Path) -> None:
    """A new machine has every message unchanged, and who must not be contacted again."""
    with synced_ledger(tmp_path / "old" / "offers.sqlite", REPO, key=KEY, hub=hub, every_minutes=HOURS):
        seal(tmp_path / "old" / "offers.sqlite", "june", "C-canary-1", "C-canary-2")
    new = tmp_path / "new" / "offers.sqlite"
    with synced_ledger(new, REPO, key=KEY, hub=hub, every_minutes=HOURS), Ledger(new) as ledger:
        assert ledger.entries("june") == {customer: entry(customer) for customer in ("C-canary-1", "C-canary-2")}
        assert set(ledger.recently_messaged("july", 7)) == {"C-canary-1", "C-canary-2"}
    assert server.repos["dataset", REPO].private
    assert len(shards(server)) == 1


def test_nothing_is_pushed_unencrypted(server: HubServer, hub: Hub, tmp_path: Path) -> None:
    """No file holds ids, names or the key; a shard can be read only with the key."""
    with synced_ledger(tmp_path / "l.sqlite", REPO, key=KEY, hub=hub, every_minutes=HOURS):
        seal(tmp_path / "l.sqlite", "june", "C-canary-1")
    everything = b"".join(
        content for commit in server.repos["dataset", REPO].commits for content in commit.files.values()
    )
    assert not any(word.encode() in everything for word in ("canary", NAME, "june", KEY.get_secret_value(), TOKEN))
    with (
        pytest.raises(ModelError, match="encrypted with another key; set the RETENTION_LEDGER_KEY"),
        synced_ledger(tmp_path / "x.sqlite", REPO, key=SecretStr("another"), hub=hub),
    ):
        pass


def test_a_row_is_pushed_once(server: HubServer, hub: Hub, tmp_path: Path) -> None:
    """Each push holds only new rows, in a shard of its own; without new rows there is no commit."""
    path = tmp_path / "l.sqlite"
    with synced_ledger(path, REPO, key=KEY, hub=hub, every_minutes=HOURS) as sync:
        seal(path, "june", "1", "2")
        sync.flush()
        seal(path, "june", "2", "3")
        sync.flush()
        commits = len(server.repos["dataset", REPO].commits)
        sync.flush()
    assert len(server.repos["dataset", REPO].commits) == commits
    assert len(shards(server)) == 2
    with synced_ledger(path, REPO, key=KEY, hub=hub, every_minutes=HOURS):
        pass
    assert len(server.repos["dataset", REPO].commits) == commits


def test_rows_of_a_failed_push_are_in_the_next_push(server: HubServer, hub: Hub, tmp_path: Path) -> None:
    """A lost connection is reported, and no row is lost with it."""
    path = tmp_path / "l.sqlite"
    with synced_ledger(path, REPO, key=KEY, hub=hub, every_minutes=HOURS) as sync:
        sync.flush()
        seal(path, "june", "1")
        server.fail("POST", "/commit/", how="lose request", times=99)
        with pytest.raises(PublishError, match="the connection to the Hub was lost"):
            sync.flush()
        server.faults.clear()
        seal(path, "june", "2")
    assert len(shards(server)) == 2
    with (
        synced_ledger(tmp_path / "new.sqlite", REPO, key=KEY, hub=hub, every_minutes=HOURS),
        Ledger(path) as ledger,
    ):
        assert set(ledger.entries("june")) == {"1", "2"}


def test_two_machines_do_not_overwrite_each_other(server: HubServer, hub: Hub, tmp_path: Path) -> None:
    """Each names its own shards, and the next start has the rows of both."""
    with synced_ledger(tmp_path / "a.sqlite", REPO, key=KEY, hub=hub, every_minutes=HOURS):
        seal(tmp_path / "a.sqlite", "june", "1")
        with synced_ledger(tmp_path / "b.sqlite", REPO, key=KEY, hub=hub, every_minutes=HOURS):
            seal(tmp_path / "b.sqlite", "june", "2")
    with synced_ledger(tmp_path / "c.sqlite", REPO, key=KEY, hub=hub, every_minutes=HOURS):
        pass
    with Ledger(tmp_path / "c.sqlite") as ledger:
        assert set(ledger.entries("june")) == {"1", "2"}
    assert len(shards(server)) == 2


def test_a_ledger_is_not_made_public(server: HubServer, hub: Hub, stranger: Hub, tmp_path: Path) -> None:
    """A public dataset, no token, no key, or a file that is no shard ends in one sentence, and no file is made."""
    path = tmp_path / "l.sqlite"
    refusals = [
        (REPO, KEY, stranger, PublishError, "pushing takes a token"),
        (REPO, None, hub, InputError, "RETENTION_LEDGER_KEY: is not set"),
        ("ledger", KEY, hub, InputError, "pass OWNER/NAME"),
        ("alice/public", KEY, hub, PublishError, "is public, and a ledger names customers"),
        ("alice/odd", KEY, hub, ModelError, "cannot be read as a part of a ledger"),
    ]
    server.create("dataset", "alice/public", private=False)
    odd = server.create("dataset", "alice/odd", private=True)
    odd.commit("odd", {f"shards/{'0' * 32}.json": b"{}"})
    for repo, key, connection, error, words in refusals:
        with pytest.raises(error, match=words), synced_ledger(path, repo, key=key, hub=connection):
            pass
    assert not path.exists()
    assert server.count_requests("POST", "/commit/") == 0


@pytest.mark.slow
def test_the_app_restores_the_ledger_and_pushes_the_last_rows_at_sigterm(
    server: HubServer, hub: Hub, tmp_path: Path
) -> None:
    """After a restart it has the rows of the Hub, and at SIGTERM it pushes the rows approved just before."""
    with synced_ledger(tmp_path / "old.sqlite", REPO, key=KEY, hub=hub, every_minutes=HOURS):
        seal(tmp_path / "old.sqlite", "june", "1")
    path = tmp_path / "space" / "l.sqlite"
    with running(
        RETENTION_LEDGER=str(path), RETENTION_LEDGER_REPO=REPO, HF_HUB_DISABLE_XET="1",
        RETENTION_LEDGER_KEY=KEY.get_secret_value(), HF_TOKEN=TOKEN, HF_ENDPOINT=server.url,
    ):  # fmt: skip
        with Ledger(path) as ledger:
            assert set(ledger.entries("june")) == {"1"}
        seal(path, "june", "2")
    with synced_ledger(tmp_path / "new.sqlite", REPO, key=KEY, hub=hub, every_minutes=HOURS):
        pass
    with Ledger(tmp_path / "new.sqlite") as ledger:
        assert set(ledger.entries("june")) == {"1", "2"}


def test_campaigns_come_back_with_their_holdout(server: HubServer, hub: Hub, tmp_path: Path) -> None:
    """A new machine knows the design, the salts, everybody's arm and the readings; each goes up once."""
    old, new = tmp_path / "old.sqlite", tmp_path / "new.sqlite"
    arms = pd.DataFrame(
        {
            "customer": ["C-canary-1", "C-2"], "arm": ["control", "cash_50"], "stratum": "risk 1", "lot": "0" * 16,
            "chance_control": 0.5, "chance_cash_50": 0.5, "probability": 0.4, "value": 500.0,
        }
    )  # fmt: skip
    with synced_ledger(old, REPO, key=KEY, hub=hub, every_minutes=HOURS) as sync:
        seal(old, "june", "1")
        with Ledger(old) as ledger:
            ledger.register_campaign(design(2), SALT, arms)
            ledger.add_reading("diwali", "hash", "{}")
            standing = ledger.standing_salt()
        sync.flush()
        sync.flush()
    assert len(shards(server)) == 4
    assert not any(
        b"canary" in shard or b"diwali" in shard or SALT.hex().encode() in shard for shard in shards(server)
    )
    with (
        synced_ledger(new, REPO, key=KEY, hub=hub, every_minutes=HOURS),
        Ledger(new) as ledger,
        Ledger(old) as first,
    ):
        assert ledger.campaigns() == first.campaigns()
        assert ledger.assignments("diwali") == first.assignments("diwali")
        assert ledger.readings() == first.readings()
        assert ledger.standing_salt() == standing
        assert ledger.held_out(at=0).keys() == {"C-canary-1"}
        assert set(ledger.entries("june")) == {"1"}
    assert len(shards(server)) == 4


def test_two_campaigns_of_one_name_protect_both_holdouts(tmp_path: Path) -> None:
    """A campaign of another machine with a name that is taken is kept beside the one that is here."""
    arms = pd.DataFrame(
        {
            "customer": ["C-1"], "arm": ["control"], "stratum": "risk 1", "lot": "0" * 16, "chance_control": 0.5,
            "probability": 0.4, "value": 500.0,
        }
    )  # fmt: skip
    with Ledger(tmp_path / "a.sqlite") as here, Ledger(tmp_path / "b.sqlite") as there:
        here.register_campaign(design(1), SALT, arms)
        there.register_campaign(design(1), bytes(16), arms.assign(customer="C-2"))
        merge_shards(here, new_shards(there, set()))
        merge_shards(here, new_shards(there, set()))
        assert [record.name for record in here.campaigns()] == ["diwali", "diwali (00000000)"]
        assert here.held_out(at=0).keys() == {"C-1", "C-2"}


def test_shards_of_before_there_were_campaigns_are_read(tmp_path: Path) -> None:
    """A shard that is a list holds messages."""
    saved = [{"run": "june", "entry": asdict(entry("C-1")), "sealed_at": 1.0}]
    with Ledger(tmp_path / "a.sqlite") as ledger:
        merge_shards(ledger, [shard_of(saved)])
        assert ledger.entries("june") == {"C-1": entry("C-1")}
    for broken in ({}, {"kind": "other", "rows": [{}]}, {"kind": "campaign", "rows": [{}]}, 7):
        with pytest.raises((KeyError, TypeError, ValueError)):
            shard_of(broken)
