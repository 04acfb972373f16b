"""Numbers and currencies that a person types are read right or refused, on every face."""

from pathlib import Path

import pytest

from retention.cli.command import number, whole_number
from retention.errors import InputError
from retention.profit.catalogue import load_catalogue
from retention.profit.economics import Economics
from retention.ui.shell.links import read
from retention.wording.typed_numbers import currency_fault, read_typed_number
from tests.cli.commands import refused
from tests.files import write

SEVERAL_MEANINGS = ["2,50", "1.250,00", "1.000.000", "0,125", "1,2345", "12,34,5", ",5", "1,,000", "1 250", "1e",
                    "nan", "inf", "0x10", "½", "२,५०"]  # fmt: skip


@pytest.mark.parametrize("text", SEVERAL_MEANINGS)
def test_what_could_be_meant_otherwise_is_refused(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    """In a table, a flag and a link."""
    assert read_typed_number(text) is None
    assert "--value: " in refused(capsys, "profit", "--model", "nowhere", "--value", text)
    with pytest.raises(InputError, match="value: must be a number"):
        read({"value": text}, ["profit"])


@pytest.mark.parametrize(
    ("text", "meant"),
    [("1,250", 1250), ("1,00,000", 100_000), ("12,34,567.5", 1_234_567.5), ("1.250", 1.25), ("٣", 3), ("२", 2),
     ("٢٥٠", 250), ("-4", -4), ("1e3", 1000), (".5", 0.5), (" 7 ", 7)],
)  # fmt: skip
def test_what_has_one_meaning_is_read(text: str, meant: float) -> None:
    """Thousands by threes or as in India, and the digits of any script; the point stands before decimals."""
    assert read_typed_number(text) == number(text) == meant
    if float(meant).is_integer():
        assert whole_number(text) == meant


@pytest.mark.parametrize("written", ["2,50", "1,00,000", "٣", "२", '"2,50"', '"1.250"'])
def test_a_catalogue_is_read_right_or_refused(written: str, tmp_path: Path) -> None:
    """TOML knows one way of writing a number, and a text is none."""
    text = (
        f'[[offer]]\nid = "a"\ncost = {written}\nminimum_basket = 0\nvalid_days = 7\ngives = {{en = "a treat"}}\n'
    )
    with pytest.raises(InputError):
        load_catalogue(write(tmp_path / "offers.toml", text)).at(Economics())


@pytest.mark.parametrize("sign", ["₹1", "-", "1", "€5", "−", "२", "$-", ".", " ", "<b>", "+", "EUR 1", "%"])
def test_a_currency_that_changes_amounts_is_refused_everywhere(
    sign: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A digit or a sign before an amount would be read as part of it."""
    assert currency_fault(sign)
    with pytest.raises(InputError, match="currency: must be"):
        Economics(currency=sign)
    with pytest.raises(InputError, match="currency: must be"):
        read({"currency": sign}, ["profit"])
    assert "currency: must be" in refused(capsys, "profit", "--model", "nowhere", f"--currency={sign}")


@pytest.mark.parametrize("sign", ["₹", "Rs.", "US$", "zł", "EUR", "R$", "د.إ", "kr", "﷼", "रु"])
def test_signs_and_codes_are_currencies(sign: str) -> None:
    """In any script."""
    assert Economics(currency=sign).currency == sign
