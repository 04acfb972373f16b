"""Reading order logs: column roles, rows that are left out, and the notes about them."""

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from retention.errors import InputError
from retention.orders.order_columns import looks_like_order_log
from retention.orders.order_log import Orders, read_orders

TODAY = dt.date(2026, 1, 1)


def log(**columns: list[object]) -> pd.DataFrame:
    """Three orders of two customers, with columns replaced or added."""
    return pd.DataFrame(
        {
            "customer_id": ["007", "007", "8"],
            "date": ["2025-01-03", "2025-02-01", "2025-01-05"],
            "amount": [10.0, 20.0, 30.0],
        }
        | columns
    )


def read(frame: pd.DataFrame, **columns: Any) -> Orders:
    """Read a frame as if on 1 January 2026."""
    return read_orders(frame, today=TODAY, **columns)


@pytest.mark.parametrize(
    ("names", "roles"),
    [
        (("customer_id", "date", "value"), (0, 1, 2)),
        (("UserID", "Order Date", "Total Price"), (0, 1, 2)),
        (("id", "client_id", "ordered_at", "amount"), (1, 2, 3)),
        (("order_id", "user", "created_at", "status_code", "revenue"), (1, 2, 4)),
        (("price", "when", "buyer id"), (2, 1, 0)),
        (("InvoiceNo", "CustomerID", "InvoiceDate", "order_value", "price"), (1, 2, 3)),
    ],
)
def test_roles_are_guessed_from_names(names: tuple[str, ...], roles: tuple[int, int, int]) -> None:
    """Customer, time and amount are found whatever their case, order and neighbours."""
    customer, time, amount = (names[at] for at in roles)
    frame = pd.DataFrame({name: ["x", "x"] for name in names})
    frame = frame.assign(**{time: "2025-01-03"}).assign(**{amount: [1.5, 2.5]})
    orders = read(frame)
    assert (orders.customer, orders.time, orders.amount) == (customer, time, amount)


def test_roles_can_be_overridden() -> None:
    """A column passed by name goes before what the names suggest."""
    frame = log(
        paid=[1.0, 2.0, 3.0], shipped=["2025-01-04", "2025-02-02", "2025-01-06"], household=["a", "a", "b"]
    )
    orders = read(frame, customer="household", time="shipped", amount="paid")
    assert (orders.customer, orders.time, orders.amount) == ("household", "shipped", "paid")


def test_the_time_is_found_by_content_when_no_name_matches() -> None:
    """A column of dates is the time when none is called so."""
    assert read(log().rename(columns={"date": "moment"})).time == "moment"


def test_types_are_canonical_and_names_stay(tmp_path: Path) -> None:
    """Ids stay text with their zeros, times are naive, amounts float64, names those of the file."""
    path = tmp_path / "shop.csv"
    log().rename(columns={"customer_id": "Client ID"}).to_csv(path, index=False)
    orders = read_orders(path, today=TODAY)
    assert orders.frame.columns.tolist() == ["Client ID", "date", "amount"]
    assert orders.frame["Client ID"].tolist() == ["007", "007", "8"]
    assert orders.frame.dtypes.astype(str).tolist() == ["str", "datetime64[us]", "float64"]
    assert orders.source == "shop.csv"


def test_numbers_as_ids_and_compact_dates_stay_exact(tmp_path: Path) -> None:
    """20250103 is a day and 0012 is an id, though both look like numbers."""
    path = tmp_path / "orders.csv"
    path.write_text("user_id,date,total\n0012,20250103,5\n0012,20250104,6\n")
    orders = read_orders(path, today=TODAY)
    assert orders.frame["user_id"].tolist() == ["0012", "0012"]
    assert orders.frame["date"].dt.day.tolist() == [3, 4]


def test_a_frames_own_times_are_taken_as_they_are() -> None:
    """Datetime columns need no parsing; those with a zone stay local, with a note."""
    times = pd.to_datetime(["2025-01-03 23:30", "2025-02-01 10:00", "2025-01-05 12:00"])
    assert read(log(date=list(times))).frame["date"].tolist() == list(times)
    zoned = read(log().assign(date=times.tz_localize("Asia/Kolkata")))
    assert zoned.frame["date"].iloc[0] == pd.Timestamp("2025-01-03 23:30")
    assert any("times stay local, as they are in Asia/Kolkata" in note for note in zoned.notes)


def test_rows_without_customer_or_date_are_left_out_with_a_note() -> None:
    """A row without a customer or a date is no order; the note names the first one."""
    orders = read(log(customer_id=["007", None, "8"], date=["2025-01-03", "2025-02-01", None]))
    assert orders.frame["customer_id"].tolist() == ["007"]
    assert "1 row without a customer left out (33%, first: row 3)" in orders.notes
    assert "1 row without a date left out (33%, first: row 4)" in orders.notes
    with pytest.raises(InputError, match="no row has both a customer and a date"):
        read(log(customer_id=[None, None, "8"], date=["2025-01-03", "2025-02-01", None]))


def test_duplicate_rows_are_left_out_when_times_have_a_clock() -> None:
    """The same time and equal cells everywhere: one order written twice."""
    frame = log(date=["2025-01-03 10:00", "2025-02-01 11:00", "2025-01-05 12:00"])
    orders = read(pd.concat([frame, frame.iloc[:1]]))
    assert len(orders) == 3
    assert any("1 row written twice" in note for note in orders.notes)


def test_equal_rows_with_dates_alone_are_kept() -> None:
    """Without a clock two equal rows may be two orders of the day; both are kept, with a note."""
    orders = read(pd.concat([log(), log().iloc[:1]]))
    assert len(orders) == 4
    assert any("further orders of the day" in note for note in orders.notes)


def test_rows_that_differ_in_any_cell_are_two_orders() -> None:
    """Two dishes at the same time are not one row written twice."""
    frame = log(
        date=["2025-01-03 10:00"] * 3, customer_id=["a"] * 3, amount=[5.0] * 3, dish=["rice", "dal", "dal"]
    )
    assert read(frame).frame["dish"].tolist() == ["rice", "dal"]


def test_a_few_future_dates_are_mistakes() -> None:
    """Up to one row in a hundred dated after today is left out; today itself is not the future."""
    frame = pd.concat([log()] * 50).assign(amount=np.arange(150.0))
    frame.iloc[0, 1] = "2062-01-03"
    frame.iloc[1, 1] = "2026-01-01"
    orders = read(frame)
    assert len(orders) == 149
    assert any("1 row dated after today (2026-01-01) left out" in note for note in orders.notes)


def test_many_future_dates_are_kept_with_a_note() -> None:
    """If much of a log lies in the future, the clock may be wrong, so the rows are kept."""
    orders = read_orders(log(), today=dt.date(2025, 1, 4))
    assert len(orders) == 3
    assert any("dated after today (2025-01-04) and kept: 2 rows" in note for note in orders.notes)


def test_unusual_amounts_get_a_note() -> None:
    """Free orders, refunds and blanks each get a note."""
    notes = read(log(amount=[0.0, -5.0, None])).notes
    assert "an amount of 0 counts as an order (1 row)" in notes
    assert any(note.startswith("a negative amount is a refund") for note in notes)
    assert "a missing amount counts as an order (1 row)" in notes


def test_a_log_without_amounts_can_be_read() -> None:
    """A customer and a time are enough; the note says what is missing."""
    orders = read(log().drop(columns="amount"))
    assert orders.amount is None
    assert any("no column with amounts" in note for note in orders.notes)


def test_personal_data_labels_and_other_dates_are_left_out() -> None:
    """Columns that must not be summarised are left out, with a reason that shows none of their cells."""
    frame = log(
        email=["a@example.org", "a@example.org", "b@example.org"],
        delivered=["2025-01-03", "2025-02-02", "2025-01-05"],
        churned=["no", "no", "yes"],
        name=["Asha", "Asha", "Ravi"],
        city=["Pune", "Pune", "Delhi"],
    )
    orders = read(frame)
    assert orders.frame.columns.tolist() == ["customer_id", "date", "amount", "name", "city"]
    assert orders.name == "name"
    note = next(note for note in orders.notes if note.startswith("columns: left out"))
    assert all(word in note for word in ("'email' (personal data)", "'delivered' (a date)", "'churned' (a label)"))
    assert "example.org" not in " ".join(orders.notes)


@pytest.mark.parametrize(
    ("frame", "columns", "sentence"),
    [
        (log().rename(columns={"customer_id": "x"}), {}, "column 'customer_id' is missing; rename yours or pass"),
        (log(date=["a", "b", "c"]).rename(columns={"date": "d"}), {}, "column 'date' is missing; rename yours or"),
        (log(), {"customer": "custmer_id"}, r"did you mean 'customer_id'\?.*--customer"),
        (log(), {"amount": "date"}, "two of them are the same"),
        (log(amount=["many", "few", "none"]), {}, "row 2: 'many' is no amount that can be read"),
        (
            log(date=["2025-01-03", "yesterday", "2025-01-05"]),
            {},
            "column 'date', row 3: 'yesterday' is not a date",
        ),
    ],
)
def test_unusable_logs_are_refused_in_one_sentence(
    frame: pd.DataFrame, columns: dict[str, str], sentence: str
) -> None:
    """The sentence names the wrong column or cell, and what to do."""
    with pytest.raises(InputError, match=sentence) as error:
        read(frame, **columns)
    assert str(error.value).startswith("orders: ")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("frame", "expected"),
    [
        (log(), True),
        (log().assign(date=pd.to_datetime(log()["date"])), True),
        (log(date=[20250103, 20250201, 20250105]), True),
        (log(date=[1751241600, 1751328000, 1751414400]), True),
        (log(date=["1751241600123", "1751328000123", "1751414400123"]), True),
        (log(date=[1751241600, 1751328000, 1751414400]).rename(columns={"date": "phone"}), False),
        (log().rename(columns={"date": "moment"}), True),
        (log(customer_id=["1", "2", "3"]), False),
        (log().drop(columns="date"), False),
        (log(date=[1.0, 2.0, 3.0]), False),
        (log().rename(columns={"customer_id": "x"}), False),
    ],
)
def test_order_logs_are_recognised_among_customer_tables(frame: pd.DataFrame, expected: bool) -> None:
    """Repeated ids and a date column make a log."""
    assert looks_like_order_log(frame) is expected


def test_a_column_called_like_a_time_may_hold_seconds_since_1970() -> None:
    """Midnight of 2025-06-30 in UTC and the two days after it."""
    orders = read(log(date=[1751241600, 1751328000, 1751414400]))
    assert orders.days.astype(str).tolist() == ["2025-06-30", "2025-07-01", "2025-07-02"]
    assert any("seconds since 1970" in note for note in orders.notes)
