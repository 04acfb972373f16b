"""Outcomes from order logs and tables, and the sentence for each bad input."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from retention.campaign.outcomes import outcomes_from_orders, outcomes_from_table
from retention.errors import InputError
from retention.orders.order_log import read_orders
from retention.orders.snapshot import take_snapshot
from tests.campaign.campaigns import READ_ON, SENT_ON, drawn, order_log, played

CAMPAIGN = drawn(400)
PLAYED = played(CAMPAIGN)
TODAY = dt.date(2027, 3, 1)


def table(**columns: Any) -> pd.DataFrame:
    """A table of outcomes with these columns changed."""
    frame = PLAYED.reset_index().rename(columns={"customer": "customer_id"})
    frame["kept"] = frame["kept"].map({True: "yes", False: "no"})
    frame["redeemed"] = frame["redeemed"] * 1
    return frame.assign(**columns)


def test_a_log_gives_who_was_kept() -> None:
    """An order on the first or on the last day of the horizon counts, and a later one or a refund does not."""
    log = order_log(CAMPAIGN, PLAYED)
    outcomes = outcomes_from_orders(CAMPAIGN, read_orders(log, today=TODAY), as_of=READ_ON)
    assert (outcomes["kept"] == PLAYED["kept"]).all()
    churned = PLAYED.index[~PLAYED["kept"]]
    extra = pd.DataFrame({"customer_id": churned[:4], "amount": [10.0, 10.0, 10.0, -10.0]})
    extra["date"] = [str(SENT_ON), str(READ_ON - dt.timedelta(days=1)), str(READ_ON), str(SENT_ON)]
    orders = read_orders(pd.concat([log, extra], ignore_index=True), today=TODAY)
    outcomes = outcomes_from_orders(CAMPAIGN, orders, as_of=TODAY)
    assert outcomes.loc[churned[:4], "kept"].tolist() == [True, True, False, False]


def test_a_log_gives_who_redeemed_where_it_names_the_offer() -> None:
    """Only orders in the horizon with an offer of the campaign count; without any, nothing is known of it."""
    log = order_log(CAMPAIGN, PLAYED)
    redeeming = log["customer_id"].isin(PLAYED.index[PLAYED["redeemed"]])
    offer = redeeming.map({True: CAMPAIGN.design.offer_ids[0], False: "somebody else's"})
    outcomes = outcomes_from_orders(CAMPAIGN, read_orders(log.assign(offer=offer), today=TODAY), as_of=READ_ON)
    assert (outcomes["redeemed"] == PLAYED["redeemed"]).all()
    for column in ("", "somebody else's"):
        orders = read_orders(log.assign(offer=column), today=TODAY)
        assert "redeemed" not in outcomes_from_orders(CAMPAIGN, orders, as_of=READ_ON)


def test_kept_is_the_snapshots_retained() -> None:
    """The rule is that of the label of a snapshot at the eve of the campaign."""
    orders = read_orders(order_log(CAMPAIGN, PLAYED), today=TODAY)
    snapshot = take_snapshot(orders, cutoff=str(SENT_ON - dt.timedelta(days=1)), horizon_days=30).frame
    churned = snapshot.set_index("customer_id")["churn"].reindex(CAMPAIGN.assignments["customer"])
    kept = outcomes_from_orders(CAMPAIGN, orders, as_of=READ_ON)["kept"]
    assert ((churned == 0) == kept).all()


def test_stayed_on_waits_for_its_days() -> None:
    """It is there once the log reaches 30 days beyond the last day of the offers."""
    valid = dt.timedelta(days=CAMPAIGN.design.valid_days)
    log = order_log(CAMPAIGN, PLAYED, until=READ_ON + valid)
    assert "stayed_on" not in outcomes_from_orders(CAMPAIGN, read_orders(log, today=TODAY), as_of=READ_ON)
    outcomes = outcomes_from_orders(CAMPAIGN, read_orders(log, today=TODAY), as_of=READ_ON + valid)
    ordered_late = PLAYED["kept"].to_numpy() & (pd.RangeIndex(400) % 28 >= CAMPAIGN.design.valid_days)
    assert (outcomes["stayed_on"].to_numpy() == ordered_late).all()


def test_a_log_that_ends_early_is_refused() -> None:
    """Both dates are named, and the campaign."""
    log = order_log(CAMPAIGN, PLAYED)
    short = log[log["date"] <= "2026-11-04"]
    with pytest.raises(InputError, match="orders: ends 4 Nov; diwali is read from 12 Nov on"):
        outcomes_from_orders(CAMPAIGN, read_orders(short, today=TODAY), as_of=READ_ON)


@pytest.mark.parametrize(
    ("written", "difference"),
    [
        (lambda id: id.lower(), "upper and lower case"),
        (lambda id: id[2:], "a prefix"),
        (lambda id: id[2:].lstrip("0") or "0", "a prefix and leading zeros"),
        (lambda id: f"other {hash(id) % 7}{id[::-1]}", ""),
    ],
)
def test_other_ids_are_shown_side_by_side(written: Callable[[str], str], difference: str) -> None:
    """Both formats and, where it is clear, what they differ by."""
    log = order_log(CAMPAIGN, PLAYED)
    log["customer_id"] = [written(id) for id in log["customer_id"]]
    with pytest.raises(InputError, match="ids like 'C-0") as refusal:
        outcomes_from_orders(CAMPAIGN, read_orders(log, today=TODAY), as_of=READ_ON)
    assert difference in str(refusal.value)


def test_a_table_of_outcomes(tmp_path: Path) -> None:
    """The id column is found by its contents; yes/no and 1/0 are read; others' rows are left out with a note."""
    frame = table(note="x")
    stranger = pd.DataFrame({"customer_id": ["C-99999"], "kept": ["yes"], "redeemed": [0], "note": ["x"]})
    frame = pd.concat([frame, stranger], ignore_index=True)
    frame[["note", "kept", "redeemed", "customer_id"]].to_csv(tmp_path / "t.csv", index=False)
    outcomes = outcomes_from_table(CAMPAIGN, tmp_path / "t.csv")
    assert (outcomes["kept"] == PLAYED["kept"].loc[outcomes.index]).all()
    assert (outcomes["redeemed"] == PLAYED["redeemed"].loc[outcomes.index]).all()
    assert len(outcomes) == 400
    assert outcomes.attrs["notes"] == ("left out: 1 row of customers who are not of the campaign",)


def test_blank_outcomes_are_missing() -> None:
    """A customer without kept is not in the result; a blank spend is 0."""
    frame = table()
    frame.loc[:9, "kept"] = ""
    frame["spend"] = ["12.5", ""] * 200
    outcomes = outcomes_from_table(CAMPAIGN, frame)
    assert len(outcomes) == 390
    assert set(outcomes["spend"]) == {12.5, 0.0}


def test_wrong_cells_name_their_row() -> None:
    """A customer twice, a kept that is neither yes nor no, and a spend that is no number."""
    frame = table()
    twice = pd.concat([frame, frame.iloc[[7]]], ignore_index=True)
    with pytest.raises(InputError, match="column 'customer_id', row 402: customer 'C-00007' stands in row 9"):
        outcomes_from_table(CAMPAIGN, twice)
    frame.loc[4, "kept"] = "perhaps"
    with pytest.raises(InputError, match="column 'kept', row 6: 'perhaps' is neither yes nor no"):
        outcomes_from_table(CAMPAIGN, frame)
    with pytest.raises(InputError, match="column 'spend', row 2: 'much' is no plain number"):
        outcomes_from_table(CAMPAIGN, table(spend="much"))
    with pytest.raises(InputError, match="column 'kept' is missing"):
        outcomes_from_table(CAMPAIGN, table().drop(columns="kept"))


def test_a_table_of_other_customers_is_refused() -> None:
    """Under half of the campaign's customers found ends with both formats."""
    frame = table()
    frame["customer_id"] = [f"user {number}" for number in range(400)]
    with pytest.raises(InputError, match=r"holds 0 of the 400 customers of diwali.*'C-00000'.*'user 0'"):
        outcomes_from_table(CAMPAIGN, frame)
