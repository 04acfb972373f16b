"""Which training rows a ledger leaves: windows worked out by hand, each customer with their own story."""

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from retention.campaign.treatments import rows_left_alone
from retention.churn.left_alone import LeftAloneRows
from retention.customers.table import Customers, Roles
from retention.errors import InputError
from retention.messages.ledger import Ledger, LedgerEntry
from tests.campaign.cases import SALT, design

SENT_ON = dt.date(2026, 10, 13)  # the offers of the design are valid for 7 to 14 days


def at(day: dt.date) -> float:
    """Return noon of a day (epoch seconds)."""
    return dt.datetime.combine(day, dt.time(12), dt.UTC).timestamp()


def customers(*ids: str, cutoffs: tuple[str, ...] = ()) -> Customers:
    """Return a table of these customers, once at each cutoff."""
    frames = [pd.DataFrame({"id": ids, "cutoff": cutoff, "churn": 0}) for cutoff in cutoffs or ("",)]
    roles = Roles(id="id", label="churn", cutoff="cutoff" if cutoffs else None)
    return Customers(pd.concat(frames, ignore_index=True), roles, "table.csv")


def entry(customer: str) -> LedgerEntry:
    """Return a message to a customer."""
    return LedgerEntry(customer, "input", "line", "message", "model", "model", "", "cash_50", 50.0)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """A ledger: C-1 is held out of a campaign, C-2 is treated, and C-3 got a message of an ordinary run."""
    clock = [at(SENT_ON - dt.timedelta(days=1))]
    opened = Ledger(tmp_path / "l.sqlite", now=lambda: clock[0])
    assignments = pd.DataFrame(
        {
            "customer": ["C-1", "C-2"], "arm": ["control", "cash_50"], "stratum": "1", "lot": "00" * 8,
            "chance_control": 0.2, "chance_cash_50": 0.8, "probability": 0.4, "value": 500.0,
        }
    )  # fmt: skip
    opened.register_campaign(design(2), SALT, assignments)
    opened.approve("diwali", [entry("C-2")], cool_down_days=0)
    opened.flush()
    clock[0] = at(dt.date(2026, 12, 1))
    opened.approve("ordinary", [entry("C-3")], cool_down_days=0)
    opened.flush()
    return opened


def left(rows: LeftAloneRows) -> list[float]:
    """Return the weight of each row, 0 where it is dropped."""
    return [float(weight) * bool(kept) for weight, kept in zip(rows.weight, rows.is_left_alone, strict=True)]


def test_a_window_over_the_campaign_drops_the_treated_and_weights_the_held_out(ledger: Ledger) -> None:
    """Held out with a chance of a fifth, C-1 stands for five; C-2 was treated; the others were left alone."""
    rows = rows_left_alone(customers("C-1", "C-2", "C-3", "C-4"), ledger, cutoff="2026-10-01", horizon_days=30)
    assert left(rows) == [5.0, 0.0, 1.0, 1.0]
    assert (rows.summary.campaigns, rows.summary.treated, rows.summary.held_out) == (1, 1, 1)


@pytest.mark.parametrize(
    ("cutoff", "horizon_days", "overlaps"),
    [("2026-10-02", 10, False), ("2026-10-02", 11, True), ("2026-10-18", 30, True), ("2026-12-20", 30, False)],
)
def test_the_window_begins_after_the_cutoff_and_ends_with_the_horizon(
    ledger: Ledger, cutoff: str, horizon_days: int, overlaps: bool
) -> None:
    """The 13th is the eleventh day after the 2nd; an offer that can still be redeemed after the cutoff counts."""
    rows = rows_left_alone(customers("C-1", "C-2"), ledger, cutoff=cutoff, horizon_days=horizon_days)
    assert left(rows) == ([5.0, 0.0] if overlaps else [1.0, 1.0])


def test_a_message_without_a_campaign_drops_the_row_and_nobody_stands_for_it(ledger: Ledger) -> None:
    """C-3 was written to on 1 December; the campaign's own message to C-2 is not counted twice."""
    rows = rows_left_alone(customers("C-2", "C-3"), ledger, cutoff="2026-11-20", horizon_days=30)
    assert left(rows) == [1.0, 0.0]
    assert (rows.summary.treated, rows.summary.written_to) == (0, 1)


def test_each_cutoff_of_a_panel_has_its_own_window(ledger: Ledger) -> None:
    """At the first cutoff nobody was written to, at the second the campaign runs, at the third the message."""
    table = customers("C-1", "C-2", "C-3", cutoffs=("2026-09-01", "2026-10-05", "2026-11-25"))
    rows = rows_left_alone(table, ledger, horizon_days=30)
    assert left(rows) == [1, 1, 1, 5, 0, 1, 1, 1, 0]


def test_held_out_twice_the_chances_multiply(ledger: Ledger) -> None:
    """A second campaign holds C-1 out with a chance of a half: 1 / (0.2 · 0.5) = 10."""
    assignments = pd.DataFrame(
        {
            "customer": ["C-1", "C-5"], "arm": ["control", "cash_50"], "stratum": "1", "lot": "00" * 8,
            "chance_control": 0.5, "chance_cash_50": 0.5, "probability": 0.4, "value": 500.0,
        }
    )  # fmt: skip
    ledger.register_campaign(design(2, name="next", sent_on=dt.date(2026, 11, 12)), SALT, assignments)
    rows = rows_left_alone(customers("C-1", "C-5"), ledger, cutoff="2026-10-10", horizon_days=60)
    assert left(rows) == [pytest.approx(10.0), 0.0]


def test_an_empty_ledger_changes_nothing(tmp_path: Path) -> None:
    """No treatment anywhere: every row counts once, and the sentence says why."""
    with Ledger(tmp_path / "empty.sqlite") as ledger:
        rows = rows_left_alone(customers("C-1", "C-2"), ledger, cutoff="2026-10-01", horizon_days=30)
    assert left(rows) == [1.0, 1.0]
    assert "holds no treatment within the label window of any row" in rows.summary.sentence


@pytest.mark.parametrize(
    ("cutoffs", "cutoff", "horizon_days", "words"),
    [
        ((), None, None, "pass cutoff and horizon-days"),
        ((), "2026-10-01", None, "pass horizon-days"),
        (("2026-10-01", "2026-11-01"), None, None, "pass horizon-days"),
        (("2026-10-01", "2026-11-01"), "2026-10-01", 30, "leave out cutoff"),
        ((), "yesterday", 30, "'yesterday' is no date"),
        ((), "2026-10-01", 0, "at least 1 day"),
    ],
)
def test_windows_that_are_not_known_are_asked_for(
    ledger: Ledger, cutoffs: tuple[str, ...], cutoff: str | None, horizon_days: int | None, words: str
) -> None:
    """Without its days a label cannot be matched with a treatment, and no day may be given twice."""
    with pytest.raises(InputError, match=words):
        rows_left_alone(customers("C-1", cutoffs=cutoffs), ledger, cutoff=cutoff, horizon_days=horizon_days)
