"""The standing control group: no run writes to it before its quarter ends."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from retention.messages import review
from retention.messages.batch import write_messages
from retention.messages.ledger import Ledger
from retention.messages.lots import lot_of, lots_of
from retention.messages.standing_group import Quarter, StandingGroup
from retention.profit.catalogue import read_offers
from tests.campaign.cases import SALT, design
from tests.messages.test_ledger import entry
from tests.messages.test_ledger_campaigns import START, assigned, send_list

CUSTOMERS = [f"S-{number}" for number in range(60)]
NEW_YEAR = dt.datetime(2027, 1, 1, tzinfo=dt.UTC).timestamp()


def registered(ledger: Ledger, *, standing: float = 0.25, **fields: Any) -> set[str]:
    """Register a campaign with a standing group, and return who of the customers is in it, by the formula."""
    salt = ledger.standing_salt()
    campaign = design(2, standing=standing, **fields)
    arms = assigned(c1="control", c2="cash_50")
    ledger.register_campaign(campaign, SALT, arms.assign(customer=f"{campaign.name}-" + arms["customer"]))
    return {customer for customer in CUSTOMERS if lot_of(f"2026-Q4\x1f{customer}", salt) / 2**64 < standing}


def test_no_run_writes_to_the_standing_group_before_the_quarter_ends(tmp_path: Path) -> None:
    """A run for everyone holds them back and says until when; in the new quarter they are written to."""
    clock = [START]
    with Ledger(tmp_path / "l.sqlite", now=lambda: clock[0]) as ledger:
        group = registered(ledger)
        assert 5 < len(group) < 25
        clock[0] = NEW_YEAR - 1  # the campaign itself has ended
        run = write_messages(
            send_list(*CUSTOMERS), id="id", offers=read_offers(), ledger=ledger, run="all", everyone=True
        )
        assert {message.customer for message in run.messages} == set(CUSTOMERS) - group
        assert run.held_back_by_reason == {"in the standing control group until 1 Jan": len(group)}
        assert {customer.customer for customer in run.held_back} == group
        clock[0] = NEW_YEAR
        later = write_messages(
            send_list(*CUSTOMERS), id="id", offers=read_offers(), ledger=ledger, run="later", cool_down_days=0
        )
        assert later.message_count == 60


def test_approving_is_where_it_is_decided(tmp_path: Path) -> None:
    """A campaign that another program registers after the messages were written counts, too."""
    path = tmp_path / "l.sqlite"
    with Ledger(path, now=lambda: START) as ledger, Ledger(path, now=lambda: START) as another:
        run = write_messages(
            send_list(*CUSTOMERS), id="id", offers=read_offers(), ledger=ledger, run="june", review=True
        )
        assert run.message_count == 60
        group = registered(another)
        approved = review.approve(run, ledger=ledger)
        assert {message.customer for message in approved.messages} == set(CUSTOMERS) - group
        assert approved.held_back_by_reason == {"in the standing control group until 1 Jan": len(group)}
        ledger.approve("direct", [entry(customer) for customer in CUSTOMERS], cool_down_days=0)
        ledger.flush()
        assert ledger.entries("direct").keys() == set(CUSTOMERS) - group


@pytest.mark.parametrize(
    ("sent_on", "standing", "protects"),
    [
        (dt.date(2026, 10, 1), 0.25, True),
        (dt.date(2026, 12, 31), 0.25, True),
        (dt.date(2026, 9, 30), 0.25, False),  # a campaign of an earlier quarter, or one replayed
        (dt.date(2027, 1, 1), 0.25, False),
        (dt.date(2026, 10, 13), 0.0, False),
    ],
)
def test_the_campaigns_of_a_quarter_decide(
    tmp_path: Path, sent_on: dt.date, standing: float, protects: bool
) -> None:
    """A group is protected in the quarter of the day on which its campaign is sent."""
    with Ledger(tmp_path / "l.sqlite", now=lambda: START) as ledger:
        group = registered(ledger, sent_on=sent_on, standing=standing)
        assert ledger.protected(CUSTOMERS).keys() == (group if protects else set())
        assert ledger.standing_groups(sent_on) == (
            (StandingGroup(0.25, ledger.standing_salt(), Quarter.of(sent_on).name),) if standing else ()
        )


def test_the_largest_share_counts_and_a_holdout_is_named_first(tmp_path: Path) -> None:
    """A smaller group is a part of the larger one; a held-out customer is shown as held out."""
    with Ledger(tmp_path / "l.sqlite", now=lambda: START) as ledger:
        small = registered(ledger, standing=0.1)
        large = registered(ledger, standing=0.5, name="holi")
        assert small < large
        assert ledger.protected(CUSTOMERS).keys() == large
        both = min(large)
        arms = assigned(c1="control", c2="cash_50").replace("C-1", both)
        ledger.register_campaign(design(2, name="xmas"), SALT, arms)
        assert ledger.protected([both]) == {both: "held out of xmas until 12 Nov"}


def test_after_a_merge_the_groups_of_both_ledgers_are_protected(tmp_path: Path) -> None:
    """Each ledger drew its group with a salt of its own; nobody of either is written to."""
    with (
        Ledger(tmp_path / "a.sqlite", now=lambda: START) as ledger,
        Ledger(tmp_path / "b.sqlite", now=lambda: START) as another,
    ):
        group, other_group = registered(ledger), registered(another)
        assert group != other_group
        ledger.merge_readings((), another.standing_salts())
        assert ledger.protected(CUSTOMERS).keys() == group | other_group
        ledger.approve("run", [entry(customer) for customer in CUSTOMERS], cool_down_days=0)
        ledger.flush()
        assert ledger.entries("run").keys() == set(CUSTOMERS) - group - other_group


def test_lots_of_many_are_the_lots_of_each() -> None:
    """Also of an id with letters beyond ASCII, and of an empty one; so are the members of a standing group."""
    ids = ["C-1", "ä", "", "C-1", *CUSTOMERS]
    assert lots_of(ids, SALT).tolist() == [lot_of(id, SALT) for id in ids]
    for share in (0.0, 0.3, 0.5):
        group = StandingGroup(share, SALT, "2026-Q4")
        assert group.members(ids).tolist() == [customer in group for customer in ids]
    assert group.members([]).shape == (0,)


def test_quarters_begin_and_end() -> None:
    """Each day belongs to the quarter that its months say, to the day."""
    for number, first, after in [
        (1, dt.date(2026, 1, 1), dt.date(2026, 4, 1)),
        (2, dt.date(2026, 4, 1), dt.date(2026, 7, 1)),
        (3, dt.date(2026, 7, 1), dt.date(2026, 10, 1)),
        (4, dt.date(2026, 10, 1), dt.date(2027, 1, 1)),
    ]:
        quarter = Quarter(2026, number)
        assert (quarter.first_day, quarter.first_day_after) == (first, after)
        assert Quarter.of(first) == Quarter.of(after - dt.timedelta(days=1)) == quarter
