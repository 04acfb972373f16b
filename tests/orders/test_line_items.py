"""Order logs as companies have them: line items, credit notes, other names and notations."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from retention.errors import InputError
from retention.orders.order_columns import looks_like_order_log
from retention.orders.order_log import read_orders
from retention.orders.snapshot import take_snapshot

INVOICES = """InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
536365,85123A,WHITE HEART,6,12/1/2010 8:26,2.5,17850.0,United Kingdom
536365,71053,WHITE LANTERN,2,12/1/2010 8:26,4,17850.0,United Kingdom
536366,22633,HAND WARMER,10,12/15/2010 8:28,1.5,13047.0,United Kingdom
536367,21730,GLASS STAR,1,12/20/2010 9:01,10,17850.0,United Kingdom
C536368,85123A,WHITE HEART,-3,12/22/2010 9:32,2.5,17850.0,United Kingdom
536369,22752,NESTING BOXES,5,12/23/2010 10:03,7,,United Kingdom
536370,POST,POSTAGE,1,1/20/2011 11:00,18,13047.0,United Kingdom
536371,84879,BIRD ORNAMENT,-7,1/21/2011 11:00,0,13047.0,United Kingdom
"""


@pytest.fixture
def save(tmp_path: Path) -> Callable[[str], Path]:
    """Write a file and return its path."""

    def save(content: str, encoding: str = "utf-8") -> Path:
        path = tmp_path / "file.csv"
        path.write_text(content, encoding=encoding)
        return path

    return save


def test_line_items_become_orders(save: Callable[[str], Path]) -> None:
    """No amount but quantity and unit price, several lines an order, credit notes, no id: all are noted."""
    orders = read_orders(save(INVOICES))
    assert (orders.customer, orders.time, orders.amount) == ("CustomerID", "InvoiceDate", "Quantity × UnitPrice")
    assert orders.frame["CustomerID"].tolist() == ["17850", "17850", "13047", "17850", "17850", "13047"]
    assert orders.frame[orders.amount].tolist() == [15.0, 8.0, 15.0, 10.0, -7.5, 18.0]
    notes = " | ".join(orders.notes)
    assert "the amount of a row is computed: 'Quantity' times 'UnitPrice'" in notes
    assert "1 row without a customer left out (12%, first: row 7)" in notes
    assert "1 row taken back at no price left out (12%, first: row 9)" in notes
    assert "rows with the same 'InvoiceNo' are one order: 6 rows are 5 orders" in notes
    assert "a negative amount is a refund" in notes
    assert "column 'CustomerID': ids are read without the trailing '.0'" in notes


def test_features_count_orders_and_not_their_lines(save: Callable[[str], Path]) -> None:
    """By hand for 17850: two orders of 23 and 10, 7.50 given back; three articles in three lines."""
    table = take_snapshot(read_orders(save(INVOICES)), cutoff="2010-12-31", horizon_days=20, active_days=60).frame
    row = table.set_index("CustomerID").loc["17850"]
    assert (row["orders"], row["orders_30d"], row["gap_mean_days"], row["recency_days"]) == (2, 1, 19, 11)
    assert (row["spend_total"], row["spend_mean"], row["spend_last"], row["spend_trend"]) == (25.5, 16.5, 10, -13)
    assert (row["StockCode_kinds"], row["Quantity_mean"]) == (3, 3)
    assert row["churn"] == 1
    assert "InvoiceNo_usual" not in table


def test_the_order_of_lines_does_not_matter(save: Callable[[str], Path]) -> None:
    """Shuffled lines give the same snapshot."""
    header, *lines = INVOICES.splitlines()
    in_order = take_snapshot(read_orders(save(INVOICES)), cutoff="2010-12-31", horizon_days=20)
    reversed_lines = take_snapshot(
        read_orders(save("\n".join([header, *lines[::-1]]))), cutoff="2010-12-31", horizon_days=20
    )
    pd.testing.assert_frame_equal(in_order.frame, reversed_lines.frame, check_exact=True)


def test_lines_after_the_cutoff_change_no_feature(save: Callable[[str], Path]) -> None:
    """Further lines of an order, other orders and other customers afterwards: only the label may differ."""
    later = "536367,21730,GLASS STAR,9,1/5/2011 9:01,10,17850.0,France\n536380,1,X,1,1/6/2011 9:01,1,9.0,France\n"
    snapshots = [
        take_snapshot(read_orders(save(text)), cutoff="2010-12-31", horizon_days=20)
        for text in (INVOICES, INVOICES + later)
    ]
    pd.testing.assert_frame_equal(snapshots[0].features, snapshots[1].features, check_exact=True)
    assert [snapshot.frame.set_index("CustomerID")["churn"].to_dict() for snapshot in snapshots] == [
        {"13047": 0, "17850": 1},
        {"13047": 0, "17850": 0},
    ]


def test_an_order_number_of_its_own_in_each_row_changes_nothing(save: Callable[[str], Path]) -> None:
    """Without several lines an order, each row is an order."""
    orders = read_orders(save("order_id,user_id,date,total\n1,a,2025-01-01,5\n2,a,2025-02-01,7\n"))
    assert orders.order is None


@pytest.mark.parametrize(
    ("header", "amount"),
    [
        ("qty,price", "qty × price"),
        ("qty,price,total", "total"),
        ("n,price", "price"),
        ("quantity,unit_price,value", "value"),
    ],
)
def test_a_price_is_only_multiplied_where_nothing_better_is_there(
    save: Callable[[str], Path], header: str, amount: str
) -> None:
    """A column with the whole amount goes first; a price without a quantity is the amount."""
    cells = ",".join("2" for _ in header.split(","))
    orders = read_orders(save(f"user,date,{header}\n" + f"a,2025-01-03,{cells}\n" * 2))
    assert orders.amount == amount
    assert orders.frame[amount].tolist() == [4.0 if "×" in amount else 2.0] * 2


def test_a_product_can_be_asked_for(save: Callable[[str], Path]) -> None:
    """``--amount "a * b"`` multiplies two columns, and names one that is missing."""
    path = save("user,date,pieces,each,total\na,2025-01-03,2,3,5\n")
    assert read_orders(path, amount="pieces*each").frame["pieces × each"].tolist() == [6.0]
    with pytest.raises(InputError, match=r"column 'pieces\*eac' is missing"):
        read_orders(path, amount="pieces*eac")


def test_a_word_in_a_column_without_amounts_is_kept(save: Callable[[str], Path]) -> None:
    """One word among the numbers of another column makes it text, with a note; among amounts it is an error."""
    rows = [f"a,2025-01-{day:02},{day},{day}" for day in range(1, 29)]
    with_word = [*rows, "a,2025-01-29,5,tbd"]
    orders = read_orders(save("\n".join(["user,date,amount,table", *with_word])))
    assert any("column 'table' is kept as text" in note for note in orders.notes)
    with pytest.raises(InputError, match="column 'amount', row 30: 'tbd' is no amount that can be read"):
        read_orders(save("\n".join(["user,date,table,amount", *with_word])))


def test_a_log_in_another_language_and_notation(save: Callable[[str], Path]) -> None:
    """Semicolons, decimal commas, days first, in Latin-1."""
    rows = [f"K{day % 3};{day:02}.03.2025;{day},5" for day in range(1, 31)]
    orders = read_orders(save("\n".join(["kunde;datum;betrag", *rows])))
    assert (orders.customer, orders.time, orders.amount) == ("kunde", "datum", "betrag")
    assert orders.frame["betrag"].sum() == sum(range(1, 31)) + 15
    assert str(orders.days.max()) == "2025-03-30"


def test_the_customer_is_preferred_to_the_order() -> None:
    """Olist's ``customer_id`` is new in every order; ``customer_unique_id`` is the customer."""
    log = pd.DataFrame(
        {
            "order_id": ["o1", "o2", "o3"],
            "customer_id": ["c1", "c2", "c3"],
            "customer_unique_id": ["u1", "u1", "u2"],
            "order_purchase_timestamp": ["2017-10-02 10:56:33", "2017-11-02 10:56:33", "2017-10-03 10:56:33"],
            "payment_value": [18.12, 141.46, 179.12],
        }
    )
    assert looks_like_order_log(log)
    orders = read_orders(log)
    assert (orders.customer, orders.time, orders.amount) == (
        "customer_unique_id",
        "order_purchase_timestamp",
        "payment_value",
    )


def test_a_log_without_days_is_refused() -> None:
    """Instacart's days between orders do not tell when any of them was."""
    log = pd.DataFrame(
        {"order_id": [1, 2], "user_id": [1, 1], "order_dow": [2, 3], "days_since_prior_order": [np.nan, 8.0]}
    )
    assert not looks_like_order_log(log)
    with pytest.raises(InputError, match=r"column 'date' is missing.*days between orders are not enough"):
        read_orders(log)


def test_a_panel_of_snapshots_is_no_log() -> None:
    """Its ids repeat and it has dates, but each id stands at each cutoff once."""
    panel = pd.DataFrame({"user": ["a", "b", "a", "b"], "cutoff": ["2025-01-31"] * 2 + ["2025-02-28"] * 2})
    assert not looks_like_order_log(panel)
    assert looks_like_order_log(pd.concat([panel, panel]))
