"""The endpoint that trains, given the ledger of a past campaign: the command line's model of it."""

import datetime as dt
import json
from pathlib import Path

import pandas as pd
import pytest

from retention.cli import main
from retention.errors import InputError
from retention.messages.ledger import Ledger
from retention.ui.api.model import train
from tests.campaign.cases import SALT, design

SENT_ON = dt.date(2026, 10, 13)
HELD_OUT, TREATED = 40, 60


@pytest.fixture
def customers(telecom_file: Path, tmp_path: Path) -> Path:
    """The first 600 customers of the telecom set."""
    path = tmp_path / "customers.csv"
    pd.read_csv(telecom_file, dtype=str).head(600).to_csv(path, index=False)
    return path


@pytest.fixture
def ledger(customers: Path, tmp_path: Path) -> Path:
    """A campaign of the first 100 of them: 40 held out with a chance of 0.4, and 60 treated."""
    path = tmp_path / "sent.sqlite"
    noon = dt.datetime.combine(SENT_ON - dt.timedelta(days=1), dt.time(12), dt.UTC).timestamp()
    ids = pd.read_csv(customers, dtype=str)["customerID"].head(HELD_OUT + TREATED)
    assignments = pd.DataFrame(
        {
            "customer": ids, "arm": ["control"] * HELD_OUT + ["cash_50"] * TREATED, "stratum": "1",
            "lot": "00" * 8, "chance_control": 0.4, "chance_cash_50": 0.6, "probability": 0.4, "value": 500.0,
        }
    )  # fmt: skip
    with Ledger(path, now=lambda: noon) as opened:
        opened.register_campaign(design(HELD_OUT + TREATED), SALT, assignments)
    return path


@pytest.mark.slow
def test_a_ledger_leaves_out_who_was_treated(
    customers: Path, ledger: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """60 rows drop out, 40 weigh 2.5; figures are the command line's, and the ledger stays as it was sent."""
    sent = ledger.read_bytes()
    days = {"cutoff": "2026-10-01", "horizon_days": 30}
    _, summary = train(customers, left_alone=ledger, cutoff="2026-10-01", horizon_days=30, folder=tmp_path)
    assert summary["left_alone"]["treated"] == TREATED
    assert summary["left_alone"]["held_out"] == HELD_OUT
    assert ledger.read_bytes() == sent
    flags = [part for name, value in days.items() for part in (f"--{name.replace('_', '-')}", str(value))]
    assert main(["train", str(customers), "--left-alone", str(ledger), *flags, "--out", str(tmp_path / "m"),
                 "--json"]) == 0  # fmt: skip
    assert summary == json.loads(capsys.readouterr().out) | {"model": "model.zip"}


def test_days_need_a_ledger_and_a_ledger_needs_days(customers: Path, ledger: Path, tmp_path: Path) -> None:
    """Days without a ledger would do nothing; a foreign file is none, and a label without days has no window."""
    with pytest.raises(InputError, match=r"^cutoff: is for left_alone"):
        train(customers, cutoff="2026-10-01", folder=tmp_path)
    with pytest.raises(InputError, match=r"^horizon_days: is for left_alone"):
        train(customers, horizon_days=30, folder=tmp_path)
    with pytest.raises(InputError, match="cutoff"):
        train(customers, left_alone=ledger, folder=tmp_path)
    with pytest.raises(InputError, match=rf"^{customers.name}: is no ledger"):
        train(customers, left_alone=customers, cutoff="2026-10-01", horizon_days=30, folder=tmp_path)
    assert not (tmp_path / "model.zip").exists()
