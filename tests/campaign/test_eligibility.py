"""Who is left out before the draw."""

import datetime as dt

import numpy as np
import pandas as pd

from retention.campaign.eligibility import check_eligibility, duplicates, ledger_rules, standing_group
from retention.messages.ledger import Ledger
from retention.messages.standing_group import Quarter, StandingGroup
from tests.campaign.cases import SALT, design
from tests.messages.test_ledger import entry
from tests.messages.test_ledger_campaigns import assigned


def test_each_reason_is_counted_once() -> None:
    """Duplicates, the cool-down and live holdouts are left out, and a customer counts under the first reason."""
    with Ledger(":memory:") as ledger:
        ledger.approve("june", [entry("C-3")], cool_down_days=0)
        ledger.register_campaign(design(2, sent_on=dt.datetime.now(dt.UTC).date()), SALT, assigned(c4="control"))
        customers = pd.Series(["C-1", "C-2", "C-1", "C-3", "C-4", "C-3"])
        checked = check_eligibility(customers, [duplicates(), *ledger_rules(ledger, cool_down_days=14)])
    assert checked.eligible.tolist() == [True, True, False, False, False, False]
    assert checked.excluded(np.ones(6, bool)) == {"cool-down": 1, "duplicate": 2, "live holdout": 1}
    assert checked.excluded(np.arange(6) < 3) == {"duplicate": 1}


def test_the_standing_group_is_that_of_the_quarter() -> None:
    """About 2% of all, the same on every day of a quarter and for any list, and others in the next quarter."""
    customers = pd.Series([f"C-{number}" for number in range(20_000)])

    def group(day: dt.date, among: pd.Series = customers) -> set[str]:
        checked = check_eligibility(among, [standing_group([StandingGroup(0.02, SALT, Quarter.of(day).name)])])
        return set(among[~checked.eligible])

    july = group(dt.date(2026, 7, 1))
    assert 320 < len(july) < 480
    assert group(dt.date(2026, 9, 30)) == july
    assert group(dt.date(2026, 7, 1), customers[::2]) == july & set(customers[::2])
    assert len(group(dt.date(2026, 10, 1)) & july) < 40
