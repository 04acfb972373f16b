"""Every bad input of a campaign, by command line and endpoint: a sentence, or a verdict that shows no effect."""

import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from gradio_client import Client

from retention.messages.ledger import Ledger
from tests.browser.server import running
from tests.campaign.campaigns import READ_ON, drawn, order_log, played
from tests.campaign.faces import Answer, Face, command_line, endpoints
from tests.campaign.test_experiment import shuffled
from tests.campaign.test_holdout import scored

pytestmark = pytest.mark.slow

DAY = READ_ON.isoformat()
PRICES: dict[str, Any] = {"save_rate": 0.3, "stayer_redemption": 0.6, "contact_cost": 1}


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Where the steps are served."""
    with running("-m", "tests.stand_ins.step_endpoints") as address:
        yield address


@pytest.fixture(params=["command", "endpoint"])
def face(request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str], address: str, tmp_path: Path) -> Face:
    """The two ways in."""
    if request.param == "command":
        return command_line(capsys)
    return endpoints(Client(address, verbose=False, download_files=str(tmp_path)))


class Files:
    """A campaign of 2,000 customers in files, with its outcomes as they should be."""

    def __init__(self, folder: Path, face: Face) -> None:
        self.folder, self._face, self._calls = folder, face, 0
        self.campaign = drawn()
        self.outcomes = played(self.campaign)
        self.zipped = folder / "diwali.zip"
        self.campaign.save(self.zipped)

    def ask(self, step: str, **arguments: Any) -> Answer:
        """Ask with a folder of its own for the answer's files."""
        self._calls += 1
        return self._face(step, self.folder / f"answer-{self._calls}", **arguments)

    def table(self, outcomes: pd.DataFrame) -> Answer:
        """Measure by a table of outcomes."""
        path = self.folder / "table.csv"
        outcomes.to_csv(path)
        return self.ask("measure", campaign=self.zipped, outcomes=path, as_of=DAY)

    def log(self, orders: pd.DataFrame) -> Answer:
        """Measure by an order log."""
        path = self.folder / "log.csv"
        orders.to_csv(path, index=False)
        return self.ask("measure", campaign=self.zipped, orders=path, as_of=DAY)

    def ledger(self) -> Path:
        """Return a ledger that holds the campaign."""
        path = self.folder / "l.sqlite"
        with Ledger(path) as ledger:
            ledger.register_campaign(self.campaign.design, bytes(16), self.campaign.assignments)
        return path


@pytest.fixture
def files(face: Face, tmp_path: Path) -> Files:
    """The campaign, to be measured by either face."""
    return Files(tmp_path, face)


def log_ends_early(files: Files) -> Answer:
    """The log stops a week before the day."""
    log = order_log(files.campaign, files.outcomes)
    return files.log(log[log["date"] <= "2026-11-04"])


def unknown_ids(files: Files) -> Answer:
    """None of the ids is known."""
    return files.table(files.outcomes.rename(index=lambda id: f"k{2 * int(id[2:])}x"))


def ids_without_prefix(files: Files) -> Answer:
    """The file has left the prefix out."""
    return files.table(files.outcomes.rename(index=lambda id: id.removeprefix("C-")))


def ids_without_zeros(files: Files) -> Answer:
    """A spreadsheet took the leading zeros away, in a log."""
    log = order_log(files.campaign, files.outcomes)
    return files.log(log.assign(customer_id=log["customer_id"].str.replace("C-0*", "C-", regex=True)))


def under_half_known(files: Files) -> Answer:
    """Only 900 of 2,000 are in the file."""
    return files.table(files.outcomes[:900])


def duplicate_rows(files: Files) -> Answer:
    """One customer stands there twice."""
    return files.table(pd.concat([files.outcomes, files.outcomes[:1]]))


def kept_is_neither(files: Files) -> Answer:
    """A cell says perhaps."""
    outcomes = files.outcomes.astype("object")
    outcomes.iloc[2, 0] = "perhaps"
    return files.table(outcomes)


def _experiment(files: Files, **columns: Any) -> Answer:
    path = files.folder / "experiment.csv"
    shuffled().to_csv(path, index=False)
    return files.ask("measure", experiment=path, arm="arm", kept="kept", **columns)


def without_control(files: Files) -> Answer:
    """Nobody says which arm got nothing."""
    return _experiment(files, chance="0.5")


def without_chances(files: Files) -> Answer:
    """Somebody else's test and control, and nobody says how they came about."""
    return _experiment(files, control="nothing")


def design_edited(files: Files) -> Answer:
    """The zip was opened and the share changed."""
    with zipfile.ZipFile(files.zipped) as packed:
        content = {name: packed.read(name) for name in packed.namelist()}
    design = json.loads(content["design.json"])
    content["design.json"] = json.dumps({**design, "holdout_share": 0.25}).encode()
    with zipfile.ZipFile(files.zipped, "w") as packed:
        for name, data in content.items():
            packed.writestr(name, data)
    return files.table(files.outcomes)


def name_reused(files: Files) -> Answer:
    """Another list under the name of a campaign that was drawn."""
    path = files.folder / "scored.csv"
    scored().to_csv(path, index=False)
    return files.ask(
        "holdout", scored=path, name="diwali", ledger=files.ledger(), sent_on="2026-10-13", share="0.2", **PRICES
    )


def other_prices(files: Files) -> Answer:
    """The list was priced at other rates than those that would be registered."""
    path = files.folder / "scored.csv"
    scored().to_csv(path, index=False)
    return files.ask("holdout", scored=path, name="holi")


@pytest.mark.parametrize(
    ("bad_input", "sentence"),
    [
        (log_ends_early, "ends 4 Nov; diwali is read from 12 Nov on"),
        (unknown_ids, "the campaign has ids like 'C-00000', the file like 'k0x'"),
        (ids_without_prefix, "(they differ by a prefix)"),
        (ids_without_zeros, "(they differ by a prefix and leading zeros)"),
        (under_half_known, "holds 900 of the 2,000 customers of diwali"),
        (duplicate_rows, "column 'customer', row 2,002: customer 'C-00000' stands in row 2 already"),
        (kept_is_neither, "column 'kept', row 4: 'perhaps' is neither yes nor no"),
        (without_control, "without --control nothing says what would have happened anyway"),
        (without_chances, "without --chance nothing says what would have happened anyway"),
        (design_edited, "design.json is not the file that was saved"),
        (name_reused, "campaign 'diwali': was drawn already"),
        (other_prices, "pass the money inputs that score had"),
    ],
)
def test_a_bad_input_gets_its_sentence(files: Files, bad_input: Callable[[Files], Answer], sentence: str) -> None:
    """One line, exit code 2, and nothing half-written."""
    assert sentence in bad_input(files).refusal


def control_redeems(files: Files) -> Answer:
    """A tenth of those held out redeemed an offer."""
    held_out = files.campaign.assignments.query("arm == 'control'")["customer"][:40]
    files.outcomes.loc[held_out, "redeemed"] = True
    return files.table(files.outcomes)


def split_broken(files: Files) -> Answer:
    """A third of those held out is not in the file."""
    held_out = files.campaign.assignments.query("arm == 'control'")["customer"][:133]
    return files.table(files.outcomes.drop(held_out))


def outcomes_missing(files: Files) -> Answer:
    """A seventh of all has no outcome."""
    return files.table(files.outcomes[len(files.outcomes) // 7 :])


@pytest.mark.parametrize(
    ("bad_outcomes", "reason"),
    [
        (control_redeems, "held out redeemed an offer"),
        (split_broken, "something other than the draw decided who is counted"),
        (outcomes_missing, "too many to know what the campaign did"),
    ],
)
def test_outcomes_that_cannot_be_trusted_show_no_money(
    files: Files, bad_outcomes: Callable[[Files], Answer], reason: str
) -> None:
    """The verdict is "not valid" with the reason, and there is no amount in it."""
    measured = bad_outcomes(files).summary
    assert (measured["verdict"], measured["valid"]) == ("not valid", False)
    assert reason in " ".join(measured["reasons"])
    assert "₹" not in measured["sentence"]
    for part in ("profit", "profit_per_head", "holdout_cost"):
        assert measured[part]["low"] is None, part
    assert measured["kept"]["points"] is None


def test_without_redemptions_the_redemption_stays_assumed(files: Files) -> None:
    """It is tagged so; with them it is measured."""
    assert files.table(files.outcomes).summary["evidence_of"]["redemption"] == ["measured"]
    measured = files.table(files.outcomes[["kept"]]).summary
    assert measured["evidence_of"]["redemption"] == ["assumed"]
    assert measured["redemption"]["value"] is None
    assert 0 < measured["redemption"]["assumed"] < 1


def test_live_holdouts_are_left_out_and_counted(files: Files) -> None:
    """The same draw resumes; a second campaign draws nobody whom the first holds out."""
    path = files.folder / "scored.csv"
    scored().to_csv(path, index=False)
    first = files.ask("holdout", scored=path, name="holi", share="0.2", **PRICES)
    again = files.ask("holdout", scored=path, name="holi", share="0.2", ledger=first.files[2], **PRICES)
    assert again.summary == {**first.summary, "resumed": True}
    second = files.ask("holdout", scored=path, name="pongal", share="0.2", ledger=first.files[2], **PRICES)
    assert second.summary["excluded"] == {"live holdout": first.summary["held_out"]}
    assert second.summary["customers"] == first.summary["customers"] - first.summary["held_out"]


def test_a_second_reading_is_kept_beside_the_first(files: Files) -> None:
    """The first stays the registered one, and the second says so."""
    path = files.folder / "table.csv"
    files.outcomes.to_csv(path)
    arguments = {"campaign": files.zipped, "outcomes": path, "as_of": DAY}
    first = files.ask("measure", ledger=files.ledger(), **arguments)
    played(files.campaign, seed=3).to_csv(path)
    second = files.ask("measure", ledger=first.files[1], **arguments)
    assert first.summary["sentence"] in second.summary["notes"][-1]
    with Ledger(second.files[1]) as ledger:
        sentences = [json.loads(reading.reading)["sentence"] for reading in ledger.readings("diwali")]
    assert sentences == [first.summary["sentence"], second.summary["sentence"]]
