"""The columns of an order log are found by their names and by what they hold, and the first note says which."""

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest

from retention.errors import InputError
from retention.orders.order_log import Orders, read_orders

ROWS = 120
PEOPLE = [f"C{row % 30:02d}" for row in range(ROWS)]
DAYS = [str(dt.date(2024, 1, 1) + dt.timedelta(days=row)) for row in range(ROWS)]
AMOUNTS = [100.5 + row for row in range(ROWS)]


def read(**columns: list[Any]) -> Orders:
    """Read 120 orders of 30 people, four each."""
    return read_orders(pd.DataFrame(columns), today=dt.date(2026, 1, 1))


@pytest.mark.parametrize("name", ["signup_date", "birth_date", "created_at", "registered_on"])
def test_the_day_of_an_order_changes_within_a_customer(name: str) -> None:
    """A date that is the same in every row of a person is passed over, whatever it is called."""
    birthdays = [f"19{70 + row % 30}-05-02" for row in range(ROWS)]
    orders = read(customer_id=PEOPLE, **{name: birthdays}, txn_dt=DAYS, amount=AMOUNTS)
    assert orders.time == "txn_dt"
    assert f"time: txn_dt (it changes within a customer, '{name}' does not)" in orders.notes[0]


def test_a_date_that_never_changes_is_no_order_date() -> None:
    """Where it is the only date, the sentence asks for the right one."""
    with pytest.raises(InputError, match=r"'signup_date' is the same in all rows of a customer.*--time"):
        read(customer_id=PEOPLE, signup_date=[DAYS[row % 30] for row in range(ROWS)], amount=AMOUNTS)


def test_the_order_date_goes_before_a_delivery_that_changes_too() -> None:
    """Among dates that change, the names decide."""
    orders = read(customer_id=PEOPLE, delivered_on=DAYS[::-1], order_placed_on=DAYS, amount=AMOUNTS)
    assert orders.time == "order_placed_on"


@pytest.mark.parametrize(
    "name",
    ["actual_amount_paid", "Cart Total", "final_amount", "GROSS AMT", "mrr_amount", "MRR", "net_sales",
     "Total Amount (INR)", "tran_amount", "Order Total Amount", "Bill Amount Rs", "GMV"],
)  # fmt: skip
def test_amounts_are_known_by_many_names(name: str) -> None:
    """A column called money is the amount, and neither the cost nor a tax beside it."""
    orders = read(customer_id=PEOPLE, order_date=DAYS, cost=AMOUNTS, tax_amount=AMOUNTS, **{name: AMOUNTS})
    assert orders.amount == name
    assert name in orders.notes[0]


def test_a_flag_called_paid_is_no_amount() -> None:
    """Zeros and ones are no money where another column holds some; a cost is taken only where it stands alone."""
    flags = [float(row % 2) for row in range(ROWS)]
    assert read(customer_id=PEOPLE, order_date=DAYS, paid=flags, bill_amount=AMOUNTS).amount == "bill_amount"
    assert read(customer_id=PEOPLE, order_date=DAYS, cost=AMOUNTS).amount == "cost"


def test_numbers_that_may_be_amounts_are_named() -> None:
    """A column of numbers whose name says nothing is not taken but named in the advice."""
    orders = read(customer_id=PEOPLE, order_date=DAYS, x=AMOUNTS)
    assert orders.amount is None
    assert any("pass --amount ('x' may be" in note for note in orders.notes)


def test_who_rang_it_up_is_no_customer() -> None:
    """Two cashiers under ``user`` are passed over for the thirty people of another column."""
    rows = 40 * ROWS
    orders = read(
        user=[f"till-{row % 2}" for row in range(rows)],
        cust_ref=[f"C{row % 300}" for row in range(rows)],
        date=[DAYS[row % ROWS] for row in range(rows)],
    )
    assert orders.customer == "cust_ref"
    assert "'user' has 2 different values only" in orders.notes[0]


def test_a_phone_that_is_mostly_blank_or_a_flag_is_no_customer() -> None:
    """The e-mail address that is always there is the customer, or the household."""
    mails = [f"{person.lower()}@example.org" for person in PEOPLE]
    blank = [None if row % 4 else "+919800000000" for row in range(ROWS)]
    assert read(Email=mails, Phone=blank, date=DAYS).customer == "Email"
    flags = [row % 2 for row in range(ROWS)]
    assert read(Phone=flags, household_key=PEOPLE, date=DAYS).customer == "household_key"


def test_an_id_of_one_order_gives_way_to_one_that_repeats() -> None:
    """Some shops number the customer anew with every order."""
    orders = read(customer_id=[f"o{row}" for row in range(ROWS)], customer_ref=PEOPLE, date=DAYS)
    assert orders.customer == "customer_ref"


def test_a_name_that_changes_is_no_persons_name() -> None:
    """Dishes under ``name`` are no names; numbers under ``Name`` are the orders of a Shopify export."""
    dishes = [["Paneer Tikka", "Dal Makhani", "Masala Dosa"][row // 30 % 3] for row in range(ROWS)]
    assert read(customer_id=PEOPLE, date=DAYS, name=dishes).name is None
    people = read(customer_id=PEOPLE, date=DAYS, name=[f"Asha {chr(65 + row % 30 % 26)}" for row in range(ROWS)])
    assert people.name == "name"
    numbers = [f"#{1000 + row // 2}" for row in range(ROWS)]
    shop = read(Email=[f"u{row // 2 % 30}@example.org" for row in range(ROWS)], Name=numbers, date=DAYS)
    assert (shop.order, shop.name) == ("Name", None)


def test_dates_of_digits_phones_and_postcodes_are_no_quantities() -> None:
    """Neither has a mean: dates and phones are left out, a postcode stays as text."""
    people = [int(person[1:]) for person in PEOPLE]
    orders = read(
        msno=PEOPLE,
        transaction_date=[int(day.replace("-", "")) for day in DAYS],
        actual_amount_paid=AMOUNTS,
        membership_expire_date=[int(day.replace("-", "")) for day in DAYS[::-1]],
        whom=[9_800_000_000 + 7919 * person for person in people],
        zip_code=[400_001 + person for person in people],
    )
    assert orders.time == "transaction_date"
    assert orders.frame.columns.tolist() == ["msno", "transaction_date", "actual_amount_paid", "zip_code"]
    assert orders.frame["zip_code"].dtype != np.float64


def test_every_role_can_be_passed_and_columns_excluded() -> None:
    """What a person says goes before names and values, and the note says so."""
    columns = {"a": PEOPLE, "b": DAYS, "c": AMOUNTS, "d": ["ok"] * ROWS, "e": DAYS, "f": AMOUNTS}
    roles: dict[str, Any] = {"customer": "a", "time": "b", "amount": "c", "status": "d", "order": "e"}
    orders = read_orders(pd.DataFrame(columns), **roles, exclude=["f"], today=dt.date(2026, 1, 1))
    assert (orders.customer, orders.time, orders.amount) == ("a", "b", "c")
    assert orders.notes[0].count("as asked") == 4
    assert "f" not in orders.frame
    with pytest.raises(InputError, match="'c' is asked for by --amount and by --exclude"):
        read_orders(pd.DataFrame(columns), **roles, exclude=["c"])
