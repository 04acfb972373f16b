"""The catalogue as a table: what the table shows is what is used, and mistakes are named by row and column."""

import tomllib
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retention.errors import InputError
from retention.profit.catalogue import load_catalogue, packaged_catalogue, read_offers
from retention.profit.catalogue_table import COLUMNS, as_table, catalogue_from_table, find_mistakes
from retention.profit.economics import Economics


def edited(row: int, column: str, cell: str | None) -> pd.DataFrame:
    """Return the packaged offers as a table, with one cell changed."""
    table = as_table(packaged_catalogue(), Economics()).astype(object)
    table.loc[row - 1, column] = cell
    return table


def test_a_table_left_alone_is_the_same_catalogue() -> None:
    """Showing and reading back changes no offer, at any money inputs."""
    for economics in (Economics(), Economics(offer_cost=62.5, save_rate=0.3, currency="€")):
        table = as_table(packaged_catalogue(), economics)
        assert table.columns.tolist() == list(COLUMNS)
        assert find_mistakes(table, currency=economics.currency) == ()
        again = catalogue_from_table(table, currency=economics.currency)
        assert again.economics(Economics(currency=economics.currency)) == economics
        assert again.at(economics) == packaged_catalogue().at(economics)


def test_the_first_row_shows_what_the_money_inputs_say() -> None:
    """Whichever was edited last, the table, the money inputs and the message give one amount."""
    assert as_table(packaged_catalogue(), Economics(offer_cost=80)).loc[0, "Cost when redeemed"] == "80"
    typed = catalogue_from_table(edited(1, "Cost when redeemed", "70"), currency="₹")
    economics = typed.economics(Economics(value=900))
    assert economics == Economics(value=900, offer_cost=70)
    assert typed.at(economics)[0].gives["en"] == "₹70 off your next order"
    assert typed.at(replace(economics, offer_cost=90))[0].id == "cash_90"


def test_what_is_typed_is_what_is_given() -> None:
    """Numbers may hold commas, a share may be in percent, and blanks mean what the headings say."""
    table = edited(2, "Cost when redeemed", "1,250.50")
    table.loc[1, ["Save rate", "Minimum basket", "In Hindi"]] = ["30%", None, ""]
    offer = catalogue_from_table(table, currency="₹").at(Economics())[1]
    assert (offer.cost, offer.save_rate, offer.minimum_basket) == (1250.5, 0.3, 0)
    assert offer.languages == ("en", "hinglish")


@pytest.mark.parametrize(
    ("column", "cell", "sentence"),
    [
        ("Id", "Tea time!", "must be 1 to 40 small letters, digits or _.-, got 'Tea time!'"),
        ("Id", "", "must be 1 to 40 small letters"),
        ("Id", "cash_{cost}", "'cash_{cost}' is already in row 1; choose another"),
        ("Cost when redeemed", "soon", "must be a number, such as 2.50 or 1,250, got 'soon'"),
        ("Cost when redeemed", None, "must be a number"),
        ("Cost when redeemed", "-1", "must be a number from 0 to 1e+12, got '-1'"),
        ("Cost when redeemed", "nan", "must be a number, such as 2.50 or 1,250, got 'nan'"),
        ("Save rate", "130%", "must be a number from 0 to 1, got '130%'"),
        ("Minimum basket", "inf", "must be a number, such as 2.50 or 1,250, got 'inf'"),
        ("Valid for days", "2.5", "must be a whole number from 1 to 366, got '2.5'"),
        ("Valid for days", "", "must be a number"),
        ("What it gives, in English", "", "must hold the words for 'en', which every offer needs"),
        ("What it gives, in English", "o" * 71, "must be 1 to 70 printable characters"),
        ("In Hindi", "{price} की छूट", "has a slot other than {cost} and {currency}"),
    ],
)
def test_a_mistake_is_named_by_row_and_column(column: str, cell: str | None, sentence: str) -> None:
    """One sentence says where it is and what would be right."""
    (mistake,) = find_mistakes(edited(2, column, cell), currency="₹")
    assert mistake.startswith(f"row 2, column '{column}': {sentence}")
    with pytest.raises(InputError, match="row 2"):
        catalogue_from_table(edited(2, column, cell), currency="₹")


def test_every_mistake_is_named_at_once() -> None:
    """A person can correct the whole table at once."""
    table = edited(1, "Cost when redeemed", "soon")
    table.loc[2, ["Id", "Save rate"]] = ["Two words", "x"]
    assert [sentence.split(":")[0] for sentence in find_mistakes(table, currency="₹")] == [
        "row 1, column 'Cost when redeemed'", "row 3, column 'Id'", "row 3, column 'Save rate'",
    ]  # fmt: skip


def test_rows_without_content_are_left_out() -> None:
    """A blank row that a table widget adds is no offer, and a table of blanks is refused."""
    table = pd.concat(
        [as_table(packaged_catalogue(), Economics()), pd.DataFrame([[None] * 8], columns=list(COLUMNS))]
    )
    assert len(catalogue_from_table(table, currency="₹").entries) == 3
    assert "must hold 1 to 100 rows, got 0" in find_mistakes(table.tail(1), currency="₹")[0]


def test_columns_count_by_position() -> None:
    """A heading that was typed over changes nothing, and a missing column is reported."""
    table = as_table(packaged_catalogue(), Economics())
    assert find_mistakes(table.rename(columns={"Id": "x"}), currency="₹") == ()
    assert "must have 8 columns, got 7" in find_mistakes(table.drop(columns="Id"), currency="₹")[0]


def test_ids_that_are_equal_once_the_cost_is_filled_in_are_refused() -> None:
    """cash_50 and cash_{cost} at 50 would be one offer in a file."""
    (mistake,) = find_mistakes(edited(2, "Id", "cash_50"), currency="₹")
    assert "offer 2 (cash_50): appears twice" in mistake


@given(st.lists(st.lists(st.one_of(st.none(), st.text(), st.floats(), st.integers()), min_size=8, max_size=8)))
def test_any_cells_are_a_catalogue_or_mistakes(rows: list[list[object]]) -> None:
    """No content makes the table fail: it has mistakes, or it is a catalogue."""
    table = pd.DataFrame(rows, columns=list(COLUMNS), dtype=object)
    if not find_mistakes(table, currency="₹"):
        assert catalogue_from_table(table, currency="₹").at(Economics())


def test_a_downloaded_catalogue_is_the_one_on_screen(tmp_path: Path) -> None:
    """The file explains its fields, gives the same offers and money inputs, and leaves blanks out."""
    economics = Economics(offer_cost=75, save_rate=0.4)
    table = as_table(packaged_catalogue(), economics)
    table.loc[1, "Save rate"] = "0.2"
    catalogue = catalogue_from_table(table, currency="₹")
    path = tmp_path / "catalogue.toml"
    path.write_text(catalogue.as_toml(economics), encoding="utf-8")
    assert load_catalogue(path).at(economics) == catalogue.at(economics)
    assert load_catalogue(path).economics(Economics()) == economics
    assert read_offers(path)[0].gives["hi"] == "अगले ऑर्डर पर ₹75 की छूट"
    text = path.read_text(encoding="utf-8")
    assert text.startswith("# The offer catalogue.")
    assert "save_rate" not in tomllib.loads(text)["offer"][2]
