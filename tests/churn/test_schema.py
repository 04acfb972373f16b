from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest

from retention.churn.schema import MAX_CATEGORIES, Column, blank_shares, encode, learn_columns
from retention.customers.table import Customers
from retention.errors import ModelError


def text(values: Sequence[str | None]) -> Any:
    """Return a text column."""
    return pd.array(values, dtype="str")


def test_numbers_and_texts_become_columns_in_table_order(table: Callable[..., Customers]) -> None:
    """Each feature keeps its name and place; categories are sorted."""
    customers = table(city=text(["Pune", "Delhi"] * 20), age=np.arange(40.0))
    columns, warnings = learn_columns(customers)
    assert columns == (Column("city", "category", ("Delhi", "Pune")), Column("age", "number"))
    assert warnings == ()


def test_columns_that_are_the_same_for_everyone_are_left_out_with_a_sentence(
    table: Callable[..., Customers],
) -> None:
    """Constants and empty columns carry no information; the warning names a few of them."""
    same = {f"flag_{at}": np.ones(40) for at in range(5)}
    customers = table(age=np.arange(40.0), land=text(["IN"] * 40), **same, gone=np.full(40, np.nan))
    columns, warnings = learn_columns(customers)
    assert [column.name for column in columns] == ["age"]
    assert warnings == (
        "columns 'land', 'flag_0', 'flag_1', 'flag_2' and 2 more are the same for everyone and were left out",
        "column 'gone' is blank for everyone and was left out",
    )


def test_one_value_with_blanks_is_kept(table: Callable[..., Customers]) -> None:
    """Whether a value is there at all can separate customers."""
    columns, _ = learn_columns(table(flag=np.array([1.0, np.nan] * 20)))
    assert columns == (Column("flag", "number"),)


def test_a_second_id_is_left_out_with_a_sentence(table: Callable[..., Customers]) -> None:
    """Texts that nearly all differ, such as addresses, would be learned by heart."""
    customers = table(age=np.arange(300.0), address=text([f"street {row}" for row in range(300)]))
    columns, warnings = learn_columns(customers)
    assert [column.name for column in columns] == ["age"]
    assert warnings == ("column 'address' holds too many different texts to learn from, so it was left out",)


@pytest.mark.parametrize(("filled", "kept"), [(9, False), (10, True)])
def test_a_column_that_hardly_anybody_has_is_called_almost_blank(
    table: Callable[..., Customers], filled: int, kept: bool
) -> None:
    """In a table of three hundred a value needs ten customers; nine of one value are not too many texts."""
    customers = table(age=np.arange(300.0), club=text(["gold"] * filled + [None] * (300 - filled)))
    columns, warnings = learn_columns(customers)
    assert [column.name for column in columns] == ["age", "club"][: 1 + kept]
    assert warnings == (() if kept else ("column 'club' is almost blank and was left out",))


def test_dates_are_left_out_with_advice(table: Callable[..., Customers]) -> None:
    """A past date as a category would never occur again; digits may number anything and are kept."""
    days = [f"2025-0{1 + row % 6}-01" for row in range(120)]
    codes = [f"0010{row % 6}001" for row in range(120)]
    columns, warnings = learn_columns(table(last_login=text(days), branch=text(codes)))
    assert [column.name for column in columns] == ["branch"]
    assert warnings == ("column 'last_login' holds dates, so it was left out; replace it by a number of days",)


def test_rare_categories_are_not_kept(table: Callable[..., Customers]) -> None:
    """A category needs ten customers in a table of three hundred, and 64 at most are kept."""
    cities = ["Pune"] * 200 + ["Delhi"] * 91 + ["Goa"] * 9
    columns, _ = learn_columns(table(city=text(cities)))
    assert columns[0].categories == ("Delhi", "Pune")
    many = [f"city {row % 100:03}" for row in range(3000)]
    columns, _ = learn_columns(table(city=text(many)))
    assert len(columns[0].categories) == MAX_CATEGORIES


def test_encoding_finds_columns_by_name_and_ignores_others(table: Callable[..., Customers]) -> None:
    """Order does not matter, and columns the model does not know are left alone."""
    columns = (Column("city", "category", ("Delhi", "Pune")), Column("age", "number"))
    customers = table(extra=np.zeros(3), age=np.array([1.0, np.nan, 3.0]), city=text(["Pune", "Delhi", None]))
    np.testing.assert_array_equal(encode(columns, customers), [[1, 1], [0, np.nan], [np.nan, 3]])


def test_an_unseen_category_counts_as_a_blank(table: Callable[..., Customers]) -> None:
    """A new value at scoring is no error."""
    columns = (Column("city", "category", ("Delhi", "Pune")),)
    assert np.isnan(encode(columns, table(city=text(["Goa"])))).all()


def test_missing_columns_are_named(table: Callable[..., Customers]) -> None:
    """The sentence says which file lacks which column."""
    columns = (Column("city", "category", ("Delhi",)), Column("age", "number"), Column("fee", "number"))
    with pytest.raises(ModelError, match=r"new\.csv: column 'fee' is missing"):
        encode(columns, table(city=text(["Delhi"]), age=np.zeros(1), source="new.csv"))
    with pytest.raises(ModelError, match="columns 'age', 'fee' are missing"):
        encode(columns, table(city=text(["Delhi"])))


def test_numbers_that_arrive_as_text_are_parsed(table: Callable[..., Customers]) -> None:
    """A stray text cell in a file makes a whole column text; its numbers still count."""
    customers = table(age=text(["41", " 7.5 ", "", None, "1e2"]))
    np.testing.assert_array_equal(
        encode((Column("age", "number"),), customers)[:, 0], [41, 7.5, np.nan, np.nan, 100]
    )


def test_text_that_is_no_number_is_refused_by_row(table: Callable[..., Customers]) -> None:
    """The sentence names the column and the row, not the value, which may be personal."""
    with pytest.raises(ModelError, match=r"column 'age' was a number in training, but row 3 holds text") as error:
        encode((Column("age", "number"),), table(age=text(["41", "Asha"])))
    assert "Asha" not in str(error.value)


def test_numbers_in_a_category_column_are_compared_as_written(table: Callable[..., Customers]) -> None:
    """A plan called 1 in training is 1.0 once a file holds numbers only."""
    columns = (Column("plan", "category", ("1", "2", "2.5")),)
    encoded = encode(columns, table(plan=np.array([2.0, 1.0, 2.5, np.nan, 7.0])))
    np.testing.assert_array_equal(encoded[:, 0], [1, 0, 2, np.nan, np.nan])


def test_infinite_numbers_count_as_blanks(table: Callable[..., Customers]) -> None:
    """A division by zero upstream must not reach the model."""
    encoded = encode((Column("ratio", "number"),), table(ratio=np.array([np.inf, -np.inf, 1.0])))
    np.testing.assert_array_equal(encoded[:, 0], [np.nan, np.nan, 1.0])


def test_huge_numbers_are_kept_within_what_can_be_computed_with(table: Callable[..., Customers]) -> None:
    """A stray 1e300 must not turn into infinity on the way to the trees."""
    encoded = encode((Column("balance", "number"),), table(balance=np.array([1e300, -1e300])))
    assert encoded[:, 0].tolist() == [1e30, -1e30]


def test_blank_shares_count_missing_values_only(table: Callable[..., Customers]) -> None:
    """An unknown category is not a blank."""
    columns = (Column("city", "category", ("Delhi",)), Column("age", "number"))
    customers = table(city=text(["Goa", None, "Delhi", "Delhi"]), age=np.array([1.0, np.nan, np.nan, 2.0]))
    assert blank_shares(columns, customers).tolist() == [0.25, 0.5]
