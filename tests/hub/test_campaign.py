"""A campaign on the Hub: registered before its outcomes, read on top, pulled, and replayed bit for bit."""

import datetime as dt
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from retention.artifacts import MANIFEST, read_folder, with_manifest
from retention.campaign.assignment import draw
from retention.campaign.campaign_file import Campaign
from retention.campaign.design import CONTROL
from retention.campaign.measurement import measure
from retention.customers.intake import read_customers
from retention.errors import InputError, ModelError, PublishError
from retention.hub.campaign_release import PlannedReading, plan_campaign
from retention.hub.campaign_replay import CampaignReplay, replay_campaign
from retention.hub.campaign_rows import (
    ASSIGNMENTS_TABLE,
    CAMPAIGN_KIND,
    DESIGN_FILE,
    OUTCOMES_TABLE,
    READING_FILE,
    registered_pseudonyms,
)
from retention.hub.connection import Hub
from retention.hub.dataset_release import plan_dataset
from retention.hub.pseudonyms import Salt
from retention.hub.publish import PushResult, push
from retention.hub.pull import pull
from retention.hub.release import Release
from retention.hub.snapshot import from_parquet, to_parquet
from tests.campaign.campaigns import READ_ON, SENT_ON, drawn, played
from tests.files import telecom_customers
from tests.stand_ins.hub_server import HubServer
from tests.stand_ins.hub_store import Repo

SALT = Salt(bytes(range(32)))
BEFORE = SENT_ON - dt.timedelta(days=1)
COMMIT = "/commit/"


@pytest.fixture(scope="module")
def campaign() -> Campaign:
    """1,000 customers, a fifth held out, with columns that must stay at home."""
    plain = drawn(1000)
    secret = {"feature_last_basket": 777.25, "feature_city_Canarytown": 1.0}
    return Campaign(plain.design, plain.assignments.assign(**secret))


@pytest.fixture(scope="module")
def outcomes(campaign: Campaign) -> pd.DataFrame:
    rows = played(campaign).assign(spend=np.arange(1000.0), opted_out=False)
    rows.attrs["notes"] = ("kept means: an order",)
    return rows


def planned(
    hub: Hub, campaign: Campaign, outcomes: pd.DataFrame | None = None, *, as_of: dt.date = READ_ON, **options: Any
) -> Release:
    """Plan the release of a campaign, or of its reading."""
    reading = None if outcomes is None else PlannedReading(outcomes, as_of)
    return plan_campaign(
        campaign, **{"repo": "alice/diwali", "salt": SALT, "hub": hub, "reading": reading, **options}
    )


@dataclass(frozen=True)
class Shelf:
    """A Hub, its owner's connection, and a campaign with its outcomes to be published there as alice/diwali."""

    server: HubServer
    hub: Hub
    campaign: Campaign
    outcomes: pd.DataFrame

    @property
    def repo(self) -> Repo:
        return self.server.repos["dataset", "alice/diwali"]

    @property
    def files(self) -> dict[str, bytes]:
        return self.repo.head.files

    @property
    def card(self) -> str:
        return self.files["README.md"].decode()

    def register(self, *, at: dt.date = BEFORE) -> PushResult:
        """Push the campaign alone, on that day by everybody's clock."""
        self.server.now = f"{at}T12:00:00.000Z"
        return push(planned(self.hub, self.campaign, today=at), hub=self.hub)

    def read(self, outcomes: pd.DataFrame | None = None, **options: Any) -> PushResult:
        """Push its reading, on the registered day."""
        self.server.now = f"{READ_ON}T12:00:00.000Z"
        options = {"campaign": self.campaign, **options}
        return push(
            planned(self.hub, outcomes=self.outcomes if outcomes is None else outcomes, **options), hub=self.hub
        )

    def replay(self, reference: str = "alice/diwali") -> CampaignReplay:
        return replay_campaign(reference, hub=self.hub)

    def republish(self, files: dict[str, bytes], at: dt.date | None = None, **fields: Any) -> str:
        """Let the owner commit other files or manifest fields, with correct hashes, and return the reference."""
        manifest = json.loads(self.files[MANIFEST])
        content = {name: self.files[name] for name in manifest.pop("files")} | files
        whole = {**self.files, **with_manifest(content, {**manifest, **fields})}
        commit = self.repo.commit("again", whole, None if at is None else f"{at}T12:00:00.000Z")
        return f"alice/diwali@{commit.oid}"


@pytest.fixture
def shelf(server: HubServer, hub: Hub, campaign: Campaign, outcomes: pd.DataFrame) -> Shelf:
    return Shelf(server, hub, campaign, outcomes)


def test_a_registration_is_one_private_commit_before_the_outcomes(shelf: Shelf) -> None:
    """Design, arms, manifest and card, and the card says what is registered and since when."""
    pushed = shelf.register()
    repo = shelf.repo
    assert repo.private
    assert [commit.title for commit in repo.commits] == ["initial commit", "Register a campaign"]
    assert set(pushed.files) == {"README.md", MANIFEST, DESIGN_FILE, ASSIGNMENTS_TABLE}
    text = shelf.card
    assert "Pre-registered: the design and the arms were published no later than the day of sending" in text
    assert "`diwali` to 1,000 customers, of whom 200 are\nheld out at random" in text
    for words in ("| read from | 2026-11-12 |", "| share held out | 20% |", "| save rate | 0.3 | assumed |"):
        assert words in text, words
    assert json.loads(repo.head.files[MANIFEST])["design_sha256"] in text


def test_nothing_personal_is_in_any_pushed_byte(shelf: Shelf) -> None:
    """No id, unit, salt or feature, in text, cells or raw bytes of Parquet, and no column beyond those named."""
    shelf.register()
    shelf.read()
    files = shelf.files
    frames = {path: pd.read_parquet(io.BytesIO(files[path])) for path in (ASSIGNMENTS_TABLE, OUTCOMES_TABLE)}
    content = b"\n".join([*files.values(), *(frame.to_csv().encode() for frame in frames.values())])
    secrets = ["feature_", "Canarytown", "777.25", SALT.secret.hex(), *shelf.campaign.assignments["customer"]]
    for secret in secrets:
        assert secret.encode() not in content, secret
    for secret in (SALT.secret, bytes(16)):
        assert secret not in b"".join(value for path, value in files.items() if not path.endswith(".parquet"))
    assert list(frames[ASSIGNMENTS_TABLE]) == [
        "customer", "listed", "stratum", "lot", "arm", "chance",
        *(f"chance_{arm}" for arm in shelf.campaign.design.arms), "probability", "value", "offer",
    ]  # fmt: skip
    assert list(frames[OUTCOMES_TABLE]) == ["customer", "kept", "redeemed", "spend"]
    for frame in frames.values():
        assert frame["customer"].is_monotonic_increasing  # the order of the send list is not there either


def test_values_of_a_segment_and_units_are_not_published_and_the_arms_still_follow(shelf: Shelf) -> None:
    """Strata become numbers that sort as their names do; customers of one unit share a lot and nothing else."""
    base = drawn(600)
    cities = np.array(["Pune Canary", "Agra Canary", "Delhi Canary"])[np.arange(600) // 2 % 3]
    candidates = base.assignments[["customer", "probability", "value", "offer"]].assign(
        segment=cities, unit=[f"Canaryhouse {number // 2}" for number in range(600)]
    )
    design = type(base.design)(**{**vars(base.design), "segment": "city", "unit": "household"})
    campaign = Campaign(design, draw(candidates, design, salt=b"s" * 16))
    assert campaign.assignments["stratum"].str.contains("Canary").any()
    push(planned(shelf.hub, campaign, today=BEFORE), hub=shelf.hub)
    rows = pd.read_parquet(io.BytesIO(shelf.files[ASSIGNMENTS_TABLE]))
    assert rows["stratum"].str.fullmatch(r"\d+").all()
    assert "unit" not in rows and rows["lot"].nunique() == 300
    assert b"anary" not in b"".join(shelf.files.values()) + rows.to_csv().encode()
    outcomes = played(campaign)
    pushed = push(planned(shelf.hub, campaign, outcomes), hub=shelf.hub)
    replayed = shelf.replay(pushed.reference)
    assert replayed.identical
    shown = json.loads(shelf.files[READING_FILE])
    local = measure(campaign, outcomes, as_of=READ_ON).as_dict()
    assert shown["sentence"] == local["sentence"]
    assert shown["kept"]["low"] == pytest.approx(local["kept"]["low"])


def test_pushed_read_pulled_and_replayed(shelf: Shelf, tmp_path: Path) -> None:
    """The reading is a commit on top; the folder is verified; arms and reading come out again bit for bit."""
    registered = shelf.register()
    pushed = shelf.read()
    assert [commit.title for commit in shelf.repo.commits][-2:] == [
        "Register a campaign",
        "Read a campaign",
    ]
    pulled = pull("alice/diwali", kind="campaign", out=tmp_path / "diwali", hub=shelf.hub)
    assert pulled.files == (ASSIGNMENTS_TABLE, DESIGN_FILE, MANIFEST, OUTCOMES_TABLE, READING_FILE)
    assert set(read_folder(tmp_path / "diwali", kind=CAMPAIGN_KIND).files) == set(pulled.files) - {MANIFEST}
    replayed = shelf.replay(pushed.reference)
    assert replayed.identical and replayed.different == {}
    assert replayed.registration.commit == registered.commit
    assert replayed.registration.on == BEFORE and replayed.registration.is_registration
    local = measure(shelf.campaign, shelf.outcomes, as_of=READ_ON)
    assert replayed.reading == local.sentence
    shown = json.loads((tmp_path / "diwali" / READING_FILE).read_text())
    assert shown["profit"]["amount"] == pytest.approx(local.as_dict()["profit"]["amount"])
    assert json.loads(json.dumps(replayed.as_dict()))["registration"]["timing"] == "before outcomes"
    text = shelf.card
    assert f"**{local.sentence}**" in text
    assert "| measured + assumed |" in text and "| as registered | ok |" in text
    alone = shelf.replay(registered.reference)  # the registration itself can be replayed as well
    assert alone.identical and alone.reading is None and alone.customers == 1000


def test_pushing_again_changes_nothing(shelf: Shelf) -> None:
    """The registration, the reading, and the campaign alone once it was read: each leaves the commits alone."""
    first = shelf.register()
    assert (
        shelf.register(at=SENT_ON + dt.timedelta(days=9)).commit == first.commit
    )  # a later push makes it no later
    read = shelf.read()
    assert shelf.read().commit == read.commit
    assert shelf.register(at=READ_ON).commit == read.commit
    assert len(shelf.repo.commits) == 3


@pytest.mark.parametrize(
    ("on", "timing", "words"),
    [
        (SENT_ON, "before outcomes", "Pre-registered"),
        (SENT_ON + dt.timedelta(days=1), "late", "when some outcomes existed"),
        (READ_ON - dt.timedelta(days=1), "late", "when some outcomes existed"),
        (READ_ON, "after the reading day", "when the outcomes existed already"),
    ],
)
def test_a_late_push_is_no_registration(shelf: Shelf, on: dt.date, timing: str, words: str) -> None:
    """From the day after sending on, title, warning, card and replay say plainly that it is late."""
    release = planned(shelf.hub, shelf.campaign, today=on)
    pushed = shelf.register(at=on)
    replayed = shelf.replay(pushed.reference)
    assert replayed.registration.timing == timing
    assert words in shelf.card and words in replayed.registered
    late = timing != "before outcomes"
    assert len(release.warnings) == late
    assert ("too late for a pre-registration" in release.title) == late
    assert ("no pre-registration" in shelf.card) == late


def test_the_hubs_clock_decides_and_not_the_pushers(shelf: Shelf) -> None:
    """A push that claims to be early is dated by its commit when it is replayed, or read."""
    shelf.server.now = f"{READ_ON}T00:00:01.000Z"
    pushed = push(planned(shelf.hub, shelf.campaign, today=BEFORE), hub=shelf.hub)
    assert shelf.replay(pushed.reference).registration.timing == "after the reading day"
    push(planned(shelf.hub, shelf.campaign, shelf.outcomes), hub=shelf.hub)
    assert "Pre-registered" not in shelf.card and "no pre-registration" in shelf.card


def test_an_earlier_commit_of_something_else_registers_nothing(shelf: Shelf) -> None:
    """Arms that were exchanged after the first commit count from their own commit on."""
    shelf.register()
    rows = from_parquet(shelf.files[ASSIGNMENTS_TABLE], "test")
    original = to_parquet(rows)
    rows.loc[0, "value"] = 501.0
    reference = shelf.republish({ASSIGNMENTS_TABLE: to_parquet(rows)}, at=READ_ON)
    assert shelf.replay(reference).registration.timing == "after the reading day"
    back = shelf.republish({ASSIGNMENTS_TABLE: original})
    assert shelf.replay(back).registration.on == BEFORE


def test_a_reading_needs_its_registration(shelf: Shelf) -> None:
    """Without one, with another design or other arms, or before the day, it is refused and nothing is written."""
    with pytest.raises(PublishError, match="does not hold diwali yet; push the campaign alone first"):
        shelf.read()
    assert shelf.server.repos == {}
    shelf.register()
    commits = len(shelf.repo.commits)
    other = drawn(1000, share=0.3)
    with pytest.raises(PublishError, match="registered there with another design"):
        shelf.read(played(other), campaign=other)
    redrawn = drawn(1000)
    moved = Campaign(redrawn.design, redrawn.assignments.assign(value=501.0))
    with pytest.raises(PublishError, match="registered there with other arms or customers"):
        shelf.read(campaign=moved)
    with pytest.raises(InputError, match="read from 12 Nov on"):
        shelf.read(as_of=READ_ON - dt.timedelta(days=1))
    assert len(shelf.repo.commits) == commits


def test_a_second_different_reading_names_the_first(shelf: Shelf) -> None:
    """It stands on top; the first, by its commit, stays the registered one, also after a third."""
    shelf.register()
    first = shelf.read()
    sentence = shelf.replay().reading or ""
    for seed in (5, 6):
        changed = shelf.outcomes.assign(kept=np.random.default_rng(seed).random(1000) < 0.6)
        changed.attrs = shelf.outcomes.attrs
        pushed = shelf.read(changed)
        assert f"second, different reading. The first one, at commit `{first.commit}`" in shelf.card
        assert sentence in shelf.card
        assert shelf.replay(pushed.reference).identical


def test_a_reading_pushed_with_another_salt_keeps_the_registered_pseudonyms(shelf: Shelf) -> None:
    """As on a Space, where each release has a salt of its own: the lots tell which row is whose."""
    shelf.register()
    expected = SALT.pseudonyms(shelf.campaign.assignments["customer"]).tolist()
    shelf.read(salt=Salt.new())
    rows = pd.read_parquet(io.BytesIO(shelf.files[OUTCOMES_TABLE])).set_index("customer")
    assert rows.loc[expected, "spend"].tolist() == shelf.outcomes["spend"].tolist()


def test_rows_of_another_campaign_have_no_pseudonyms() -> None:
    """Another number of rows, another column, or another value: they are not the registered rows."""
    rows = pd.DataFrame({"customer": ["b", "a"], "lot": ["1", "2"], "value": [1.0, 2.0]})
    other_salt = rows.assign(customer=["y", "x"])
    pseudonyms = registered_pseudonyms(rows, other_salt[::-1])
    assert pseudonyms is not None and pseudonyms.tolist() == ["y", "x"]
    for others in (rows[:1], rows.assign(value=3.0), rows.rename(columns={"value": "worth"})):
        assert registered_pseudonyms(rows, others) is None


@pytest.mark.parametrize("path", [DESIGN_FILE, ASSIGNMENTS_TABLE, OUTCOMES_TABLE, READING_FILE, MANIFEST])
def test_a_changed_byte_of_any_file_is_refused(shelf: Shelf, tmp_path: Path, path: str) -> None:
    """Neither pulled nor replayed, and no reading goes on top of it."""
    shelf.register()
    shelf.read()
    files = shelf.files
    content = bytearray(files[path])
    content[len(content) // 2] ^= 1
    shelf.repo.commit("tampered", {**files, path: bytes(content)})
    with pytest.raises(ModelError):
        shelf.replay("alice/diwali")
    with pytest.raises(ModelError):
        pull("alice/diwali", kind="campaign", out=tmp_path / "out", hub=shelf.hub)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ModelError):
        shelf.read()


def test_a_swap_with_correct_hashes_is_reported(shelf: Shelf) -> None:
    """Two customers who change arms leave every count; their lots and the reading's checks tell."""
    shelf.register()
    shelf.read()
    rows = from_parquet(shelf.files[ASSIGNMENTS_TABLE], "test")
    arms = rows["arm"].to_numpy(object, copy=True)
    places = [int(np.argmax(arms == CONTROL)), int(np.argmax(arms != CONTROL))]
    arms[places] = arms[places[::-1]]
    reference = shelf.republish({ASSIGNMENTS_TABLE: to_parquet(rows.assign(arm=pd.array(arms, dtype="str")))})
    replayed = shelf.replay(reference)
    assert not replayed.identical
    assert replayed.different["arm"] == 2 and replayed.different["chance"] == 2
    assert {"verdict", "checks", "valid"} <= set(replayed.different)
    assert "NOT identical: arm (2 rows)" in replayed.sentence


def test_another_outcome_or_another_figure_is_reported(shelf: Shelf) -> None:
    """One customer's outcome, or the last digit of one figure, with correct hashes."""
    shelf.register()
    shelf.read()
    files = dict(shelf.files)
    rows = from_parquet(files[OUTCOMES_TABLE], "test")
    rows.loc[7, "kept"] = not rows["kept"].iloc[7]
    replayed = shelf.replay(shelf.republish({OUTCOMES_TABLE: to_parquet(rows)}))
    assert "kept.points" in replayed.different and "profit.amount" in replayed.different
    shown = json.loads(files[READING_FILE])
    shown["profit"]["amount"] = float(np.nextafter(shown["profit"]["amount"], np.inf))
    forged = {OUTCOMES_TABLE: files[OUTCOMES_TABLE], READING_FILE: json.dumps(shown).encode()}
    assert shelf.replay(shelf.republish(forged)).different == {"profit.amount": 1}


@pytest.mark.parametrize(
    ("files", "fields"),
    [
        ({DESIGN_FILE: b"[]"}, {}),
        ({DESIGN_FILE: b"{"}, {}),
        ({ASSIGNMENTS_TABLE: b"PAR1 and then nothing"}, {}),
        ({ASSIGNMENTS_TABLE: to_parquet(pd.DataFrame({"customer": ["a"]}))}, {}),
        ({OUTCOMES_TABLE: to_parquet(pd.DataFrame({"customer": ["a"], "kept": [True]}))}, {}),
        ({OUTCOMES_TABLE: to_parquet(pd.DataFrame({"customer": ["a"], "name": ["Priya"]}))}, {}),
        ({READING_FILE: b"[1]"}, {}),
        ({}, {"design_sha256": "0" * 64}),
        ({}, {"format": 2}),
        ({}, {"reading": None}),
        ({}, {"reading": {"as_of": "soon", "notes": []}}),
    ],
    ids=str,
)
def test_files_that_are_no_campaign_are_reported(shelf: Shelf, files: dict[str, bytes], fields: Any) -> None:
    """Whatever stands in them under correct hashes ends in one sentence that names the commit."""
    shelf.register()
    shelf.read()
    with pytest.raises((ModelError, InputError), match=r"^alice/diwali@"):
        shelf.replay(shelf.republish(files, **fields))


@pytest.mark.parametrize("how", ["lose request", "refuse"])
def test_a_push_that_breaks_off_leaves_nothing_half(shelf: Shelf, how: Any) -> None:
    """Killed before its commit, the registration stands as it was; repeated, the push writes all of it."""
    shelf.register()
    before = dict(shelf.files)
    shelf.server.fail("POST", COMMIT, how=how, times=99)
    with pytest.raises(PublishError):
        shelf.read()
    assert shelf.files == before
    shelf.server.faults.clear()
    pushed = shelf.read()
    assert shelf.replay(pushed.reference).identical


def test_an_answer_lost_after_the_commit_makes_no_second_one(shelf: Shelf) -> None:
    """The reading is there once, and repeating the push changes nothing."""
    shelf.register()
    shelf.server.fail("POST", COMMIT, how="lose answer")
    pushed = shelf.read()
    assert shelf.read().commit == pushed.commit
    assert len(shelf.repo.commits) == 3


def test_a_name_that_holds_customers_is_taken(shelf: Shelf) -> None:
    """A campaign does not replace a snapshot, and a snapshot does not replace a campaign."""
    push(plan_dataset(read_customers(telecom_customers(50)), repo="alice/diwali", salt=SALT), hub=shelf.hub)
    with pytest.raises(ModelError, match="holds a 'customer-snapshot', not a 'published-campaign'"):
        planned(shelf.hub, shelf.campaign)
    push(planned(shelf.hub, shelf.campaign, repo="alice/other"), hub=shelf.hub)
    with pytest.raises(PublishError, match="the name is taken and holds a published-campaign"):
        push(plan_dataset(read_customers(telecom_customers(50)), repo="alice/other", salt=SALT), hub=shelf.hub)


def test_a_preview_says_what_becomes_of_each_column(shelf: Shelf) -> None:
    """Every column of the zip has its fate, and features stay at home."""
    release = planned(shelf.hub, shelf.campaign, today=BEFORE)
    fates = {column.name: column.fate for column in release.columns}
    assert set(fates) == set(shelf.campaign.assignments.columns)
    assert fates["customer"] == "pseudonymised"
    assert {name for name, fate in fates.items() if fate == "left out"} == {
        "unit", "offer_cost", "feature_last_basket", "feature_city_Canarytown"
    }  # fmt: skip
