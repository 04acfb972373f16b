"""The offer catalogue: the packaged one fits the default money inputs; errors name file and entry."""

import copy
from pathlib import Path

import pytest

from retention.errors import InputError
from retention.profit.catalogue import Offer, read_offers
from retention.profit.economics import Economics

GOOD = """
[[offer]]
id = "tea"
cost = 12.5
save_rate = 0.2
minimum_basket = 100
valid_days = 3
gives = {en = "{cost} off your next tea", hi = "चाय पर {cost} की छूट"}
"""


def write(folder: Path, text: str) -> Path:
    """Put a catalogue into a file."""
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_default_offer_costs_what_the_default_economics_say() -> None:
    """The first packaged offer is the ₹50 of the default economics, in every language."""
    first = read_offers()[0]
    assert (first.id, first.cost, first.save_rate) == ("cash_50", Economics().offer_cost, None)
    assert first.languages == ("en", "hi", "hinglish")
    assert all("₹50 " in text for text in first.gives.values())
    assert first.economics(Economics()) == Economics()


def test_the_packaged_offers() -> None:
    """Three offers with known costs; all assume the save rate of the money inputs."""
    offers = {offer.id: offer for offer in read_offers()}
    assert {name: offer.cost for name, offer in offers.items()} == {
        "cash_50": 50, "free_delivery": 30, "percent_20": 80,
    }  # fmt: skip
    assert offers["percent_20"].gives["en"] == "20% off your next order, up to ₹100"
    assert all(offer.save_rate is None and offer.valid_days > 0 for offer in offers.values())


def test_a_message_gives_what_the_profit_was_worked_out_with() -> None:
    """Another offer cost or currency changes the first offer's words, cost and id together."""
    first, second, _ = read_offers(currency="€", offer_cost=1250)
    assert (first.id, first.cost, first.gives["en"]) == ("cash_1250", 1250, "€1,250 off your next order")
    assert second.cost == 30
    assert read_offers(offer_cost=4.5)[0].gives["en"].startswith("₹4.50 off")


def test_an_own_catalogue(tmp_path: Path) -> None:
    """Every field is read, and an offer's own save rate replaces the assumed one."""
    (tea,) = read_offers(write(tmp_path, GOOD))
    assert tea == Offer(
        id="tea", cost=12.5, save_rate=0.2, minimum_basket=100, valid_days=3,
        gives={"en": "₹12.50 off your next tea", "hi": "चाय पर ₹12.50 की छूट"},
    )  # fmt: skip
    assert tea.economics(Economics(value=300)) == Economics(value=300, offer_cost=12.5, save_rate=0.2)
    assert copy.deepcopy(tea) == tea


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("cost = 12.5", "", "offer 1 .tea.: cost is missing"),
        ("cost = 12.5", "cost = -1", "cost must be a number from 0"),
        ("cost = 12.5", 'cost = "12"', "cost must be a number"),
        ("cost = 12.5", "cost = nan", "cost must be a number"),
        ("cost = 12.5", "cost = true", "cost must be a number"),
        ("save_rate = 0.2", "save_rate = 1.2", "save_rate must be a number from 0 to 1"),
        ("save_rate = 0.2", "saverate = 0.2", "saverate is not a field"),
        ("minimum_basket = 100", "minimum_basket = -5", "minimum_basket must be"),
        ("valid_days = 3", "valid_days = 0", "valid_days must be a whole number from 1 to 366"),
        ("valid_days = 3", "valid_days = 367", "valid_days must be"),
        ("valid_days = 3", "valid_days = 2.5", "valid_days must be"),
        ('id = "tea"', 'id = "Tea time!"', "offer 1 .Tea time!.: id must be"),
        ('id = "tea"', "", "offer 1 .without id.: id is missing"),
        ('id = "tea"', "id = 7", "id must be"),
        ("{en =", "{de =", "gives must hold the words for 'en'"),
        ('"{cost} off your next tea"', '""', "gives.en must be 1 to 70"),
        ('"{cost} off your next tea"', '"a\\nb"', "gives.en must be 1 to 70 printable"),
        ("{cost} off", "{price} off", "gives.en has a slot other than"),
        ("off your next tea", "off" * 30, "gives.en must be 1 to 70"),
    ],
)
def test_a_wrong_entry_is_named(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    """One sentence says file, entry and field."""
    assert old in GOOD
    with pytest.raises(InputError, match=f"^mine.toml: .*{sentence}"):
        read_offers(write(tmp_path, GOOD.replace(old, new, 1)))


@pytest.mark.parametrize("text", ["", "[offer]\nid = 'x'", "offer = 5", "offer = []", "offer = [5]"])
def test_a_catalogue_without_offers(tmp_path: Path, text: str) -> None:
    """A file that lists none is refused."""
    with pytest.raises(InputError, match=r"mine.toml: holds no \[\[offer\]\] table"):
        read_offers(write(tmp_path, text))


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    """No file, no TOML, no UTF-8, a folder: one sentence each."""
    with pytest.raises(InputError, match="no such file"):
        read_offers(tmp_path / "absent.toml")
    with pytest.raises(InputError, match=r"mine\.toml: is not TOML"):
        read_offers(write(tmp_path, "[[offer"))
    (tmp_path / "latin.toml").write_bytes("# caf\xe9".encode("latin-1"))
    with pytest.raises(InputError, match=r"latin\.toml: cannot be read"):
        read_offers(tmp_path / "latin.toml")
    with pytest.raises(InputError, match="cannot be read"):
        read_offers(tmp_path)


def test_an_offer_appears_once(tmp_path: Path) -> None:
    """Two offers of one id are refused, also when the id comes from the cost."""
    with pytest.raises(InputError, match=r"offer 2 \(tea\): appears twice"):
        read_offers(write(tmp_path, GOOD + GOOD))
