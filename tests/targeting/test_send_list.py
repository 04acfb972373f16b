"""The send list: the same from a table and from a file of any length, by a threshold and within limits."""

import gzip
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retention.churn.model import ChurnModel
from retention.cli import main
from retention.customers.intake import read_customers
from retention.customers.stream import open_customers
from retention.customers.table import Customers
from retention.errors import Cancelled, InputError, ModelError, RetentionError
from retention.messages.batch import write_messages
from retention.profit.catalogue import Offer
from retention.profit.economics import PRESETS, Economics
from retention.tabular.csv_export import write_csv
from retention.targeting import (
    SendPolicy,
    Spending,
    Summary,
    currency_of,
    known_kinds,
    offers_at,
    offers_priced,
    read_send_list,
    score,
    score_file,
)
from tests.files import telecom_customers, write

SMALL = Offer(id="small", gives={"en": "a little"}, cost=20, save_rate=0.2)
LARGE = Offer(id="large", gives={"en": "a lot"}, cost=100, save_rate=0.6)
TERMS = Economics(value=500, stayer_redemption=0.5, contact_cost=1)


def today(n: int = 60) -> pd.DataFrame:
    """Customers to score: other people than those the model learned from, with what messages may use."""
    table = telecom_customers(n, seed=3)
    table.insert(1, "name", ["Ana", "Raj, jun.", 'Tim "T"', "Li\nLi", "=Eve"] * (n // 5))
    table["cuisine"] = ["pizza", "None", "", "Thai", "sushi"] * (n // 5)
    table["recency"] = np.arange(n) % 90
    table["comment"] = [str(row) if row % 25 else "a stray word" for row in range(n)]  # nobody needs it
    return table


def table_of(path: Path, model: ChurnModel, *, exclude: tuple[str, ...] = ("comment",), **roles: Any) -> Customers:
    """Read the whole file, its columns as the model knows them."""
    return read_customers(path, ignore_label=True, kinds=known_kinds(model), exclude=exclude, **roles)


def whole_and_streamed(
    path: Path, model: ChurnModel, *, rows_at_once: int = 7, **options: Any
) -> tuple[bytes, bytes, Summary]:
    """Score a file as a whole and in parts; return both results as bytes."""
    roles = {name: options.pop(name) for name in ("value", "exclude") if name in options}
    table = table_of(path, model, **roles)
    one, other = path.with_name("whole.csv"), path.with_name("streamed.csv")
    policy = SendPolicy(**options)
    scored = score(table, model, policy)
    write_csv(scored.send_list, one)
    summary = score_file(path, other, model, policy, rows_at_once=rows_at_once, **roles)
    assert (summary.customers, summary.contacted) == (len(table), scored.contacted)
    assert (summary.drift, summary.threshold) == (scored.drift, scored.threshold)
    assert summary.mean_probability == pytest.approx(scored.mean_probability)
    return one.read_bytes(), other.read_bytes(), summary


# --- a file of any length -----------------------------------------------------------------------


def as_text(table: pd.DataFrame, **changes: Any) -> bytes:
    """Return the table as CSV."""
    text: str = table.assign(**changes).to_csv(index=False)
    return text.encode()


def spaced(table: pd.DataFrame) -> bytes:
    """Return it with blank lines, some of them next to each other."""
    return as_text(table).replace(b"\n0001-", b"\n\n0001-").replace(b"\n0042-", b"\n\n,,,,,,,,,,,\n\n0042-")


def grouped(table: pd.DataFrame) -> bytes:
    """Return it with an amount in groups of digits that only its last cell explains."""
    amounts = [f"{20 * amount:,.0f}" for amount in table["MonthlyCharges"]]
    return as_text(table, MonthlyCharges=[*amounts[:-1], "1,234.50"])


def late_marks(table: pd.DataFrame) -> bytes:
    """Return it with blanks of every kind, and one mark on a number in the last row."""
    total = [["NA", " ", "-", "", "12.5"][row % 5] for row in range(len(table))]
    return as_text(table, TotalCharges=[*total[:-1], "$1,200"])


def parquet(table: pd.DataFrame, folder: Path) -> bytes:
    """Return it as Parquet, ids as numbers, in groups of 20 rows."""
    table = table.assign(customerID=np.arange(len(table)) + 1000.0, TotalCharges=table["tenure"] * 20)
    table.to_parquet(folder / "made", index=False, row_group_size=20)
    return (folder / "made").read_bytes()


FILES: dict[str, Callable[[pd.DataFrame, Path], bytes]] = {
    "plain": lambda table, _: as_text(table),
    "Hindi names late": lambda table, _: as_text(table, name=["Ana"] * 40 + ["आशा"] * 20),
    "packed": lambda table, _: gzip.compress(as_text(table)),
    "UTF-16": lambda table, _: as_text(table).decode().encode("utf-16"),
    "Latin-1": lambda table, _: as_text(table, name="José").decode().encode("cp1252"),
    "with a mark and blank lines": lambda table, _: b"\xef\xbb\xbf\n" + spaced(table),
    "with its index": lambda table, _: table.to_csv().encode(),
    "semicolons and comma decimals": lambda table, _: table.to_csv(index=False, sep=";", decimal=",").encode(),
    "groups of digits": lambda table, _: grouped(table),
    "a mark in the last row": lambda table, _: late_marks(table),
    "numbers as codes": lambda table, _: as_text(table, tenure=[f"{months:03d}" for months in table["tenure"]]),
    "categories that are numbers": lambda table, _: as_text(table, Contract=["1", "1.0", "2"] * 20),
    "Parquet": parquet,
}


@pytest.mark.parametrize("kind", FILES)
def test_a_file_in_parts_gives_the_same_bytes(telecom_model: ChurnModel, tmp_path: Path, kind: str) -> None:
    """However the file is written and wherever it is cut, the result is the one of the whole table."""
    path = write(tmp_path / "today.csv", FILES[kind](today(), tmp_path))
    whole, streamed, _ = whole_and_streamed(path, telecom_model)
    assert streamed == whole


@pytest.mark.parametrize("rows_at_once", [1, 25, 59, 60, 1000])
def test_wherever_it_is_cut(telecom_model: ChurnModel, tmp_path: Path, rows_at_once: int) -> None:
    """One row at a time or more than there are."""
    path = write(tmp_path / "today.csv", as_text(today()))
    whole, streamed, _ = whole_and_streamed(path, telecom_model, rows_at_once=rows_at_once)
    assert streamed == whole


@pytest.mark.parametrize(
    "options",
    [
        {"threshold": 0.4},
        {"top": 11},
        {"value": "MonthlyCharges"},
        {"value": "MonthlyCharges", "top": 11},
        {"value": "MonthlyCharges", "every_offer": True, "catalogue": (SMALL, LARGE)},
        {"every_offer": True, "catalogue": (SMALL, LARGE), "budget": 900.0, "max_contacts": 20},
        {"budget": 500.0},
        {"economics": PRESETS["realistic"], "max_contacts": 9},
    ],
)
def test_every_way_to_decide_streams(telecom_model: ChurnModel, tmp_path: Path, options: dict[str, Any]) -> None:
    """A limit on the whole list is kept over all parts together."""
    path = write(tmp_path / "today.csv", as_text(today()))
    whole, streamed, summary = whole_and_streamed(path, telecom_model, **options)
    assert streamed == whole
    rows = pd.read_csv(path.with_name("streamed.csv"))
    sent = rows[rows["send"] == "yes"]
    assert summary.expected_profit == pytest.approx(sent["expected_profit"].sum())
    assert summary.contacted == len(sent) > 0


def test_numbers_need_no_whole_look(telecom_model: ChurnModel, tmp_path: Path) -> None:
    """Blanks and words for them are read part by part: no column is kept in memory for them."""
    table = today()
    table.loc[::9, "TotalCharges"] = "N/A"
    path = write(tmp_path / "today.csv", as_text(table))
    stream = open_customers(path, kinds=known_kinds(telecom_model), rows_at_once=25)
    assert dict(stream._whole) == {}
    assert [len(part) for part in stream] == [25, 25, 10]


BAD_FILES: dict[str, Callable[[pd.DataFrame], bytes]] = {
    "an id twice, far apart": lambda table: as_text(table, customerID=[*table["customerID"][:-1], "0000-ABCDE"]),
    "one id throughout": lambda table: as_text(table, customerID="me"),
    "blank ids": lambda table: as_text(table, customerID=[*table["customerID"][:-2], "", " "]),
    "a stray in the last row": lambda table: as_text(table, tenure=[*map(str, table["tenure"][:-1]), "abc"]),
    "infinity": lambda table: as_text(table, tenure=[*map(str, table["tenure"][:-1]), "inf"]),
    "text for numbers": lambda table: as_text(table, tenure=["long", "short"] * 30),
    "nothing but words for blanks": lambda table: as_text(table, tenure="NA"),
    "a row too long": lambda table: as_text(table) + b"1,2,3\n",
    "a NUL": lambda table: as_text(table) + b"\0",
    "an open quote": lambda table: as_text(table) + b'9999,"Ana\n\n',
    "no rows": lambda table: as_text(table[:0]),
    "values without a name": lambda table: as_text(table).replace(b"customerID,", b"customerID,,").replace(
        b"-ABCDE,", b"-ABCDE,x,"
    ),
    "a name twice": lambda table: as_text(table).replace(b"gender", b"name", 1),
    "no id": lambda table: as_text(table.drop(columns="customerID")),
    "a column missing": lambda table: as_text(table.drop(columns="tenure")),
    "two cutoffs": lambda table: as_text(table, cutoff="2025-06-30", customerID=table["customerID"].str[:3]),
}  # fmt: skip


@pytest.mark.parametrize(
    ("values", "words"),
    [([*[1] * 50, *[0] * 10], "is 0"), ([*[1] * 59, None], "is blank"), (["high", "low"] * 30, "is not a plain")],
)
def test_a_value_that_does_not_fit_is_refused_only_if_asked_for(
    telecom_model: ChurnModel, tmp_path: Path, values: list[Any], words: str
) -> None:
    """A column that is merely called like a value is left alone, with a warning, streamed or not."""
    path = write(tmp_path / "today.csv", as_text(today(), value=values))
    whole, streamed, summary = whole_and_streamed(path, telecom_model)
    assert streamed == whole
    assert "column 'value' is not used as the customers' value" in summary.warnings[0]
    assert words in summary.warnings[0]
    for read in (
        lambda: table_of(path, telecom_model, value="value"),
        lambda: score_file(path, path, telecom_model, SendPolicy(), rows_at_once=7, value="value"),
    ):
        with pytest.raises(InputError, match=words):
            read()


@pytest.mark.parametrize("kind", BAD_FILES)
def test_a_bad_file_gets_the_sentence_of_the_whole_table(
    telecom_model: ChurnModel, tmp_path: Path, kind: str
) -> None:
    """What is wrong is found across all parts, with its row, and the older result stays."""
    path = write(tmp_path / "bad.csv", BAD_FILES[kind](today()))
    out = write(tmp_path / "scored.csv", "the older one")
    with pytest.raises(RetentionError) as whole:
        score(table_of(path, telecom_model), telecom_model, SendPolicy())
    with pytest.raises(RetentionError) as streamed:
        score_file(path, out, telecom_model, SendPolicy(), rows_at_once=7)
    assert (type(streamed.value), str(streamed.value)) == (type(whole.value), str(whole.value))
    assert isinstance(streamed.value, InputError | ModelError)
    assert out.read_text() == "the older one"
    assert {file.name for file in tmp_path.iterdir()} == {"bad.csv", "scored.csv"}


def test_an_id_may_stand_at_each_cutoff_once(telecom_model: ChurnModel, tmp_path: Path) -> None:
    """A stack of snapshots is scored row by row."""
    table = pd.concat([today(40).assign(cutoff=day) for day in ("2025-05-31", "2025-06-30")])
    path = write(tmp_path / "today.csv", as_text(table))
    whole, streamed, _ = whole_and_streamed(path, telecom_model)
    assert streamed == whole


def test_stopping_leaves_the_older_file(telecom_model: ChurnModel, tmp_path: Path) -> None:
    """Whenever the person stops, nothing has been written; until then the share done only rises."""
    path = write(tmp_path / "today.csv", as_text(today()))
    out = write(tmp_path / "scored.csv", "the older one")
    told: list[float] = []
    score_file(path, tmp_path / "other.csv", telecom_model, SendPolicy(top=5), rows_at_once=20,
               progress=lambda share, _: told.append(share))  # fmt: skip
    assert len(told) == 9  # three parts, three times
    assert told == sorted(told)
    assert told[-1] == pytest.approx(1.0)
    for calls in range(1, 10):
        left = iter(range(calls - 1))

        def stop(share: float, words: str, left: Any = left) -> None:
            if next(left, None) is None:
                raise Cancelled("stopped")

        with pytest.raises(Cancelled):
            score_file(path, out, telecom_model, SendPolicy(top=5), rows_at_once=20, progress=stop)
        assert out.read_text() == "the older one"
    assert {file.name for file in tmp_path.iterdir()} == {"today.csv", "scored.csv", "other.csv"}


def test_a_file_that_changes_meanwhile_is_refused(telecom_model: ChurnModel, tmp_path: Path) -> None:
    """What was checked must be what is scored."""
    path = write(tmp_path / "today.csv", as_text(today()))

    def grow(share: float, words: str) -> None:
        with path.open("ab") as file:
            file.write(b"\n")

    with pytest.raises(InputError, match=r"today\.csv: was changed while it was read"):
        score_file(path, tmp_path / "out.csv", telecom_model, SendPolicy(), progress=grow)


def test_a_file_may_be_scored_onto_itself(telecom_model: ChurnModel, tmp_path: Path) -> None:
    """The input is read to the end before the result takes its place."""
    path = write(tmp_path / "today.csv", as_text(today()))
    score_file(path, path, telecom_model, SendPolicy(), rows_at_once=40)
    assert len(read_send_list(path)) == 60


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="asks the kernel for the most memory that was held")
def test_memory_hardly_grows_with_the_file(telecom_folder: Path, tmp_path: Path) -> None:
    """Three times the customers take a few bytes more for each, and not their rows."""
    code = (
        "import re, sys; from pathlib import Path; from retention.cli import main; main(sys.argv[1:]); "
        "print(re.search(r'VmHWM:\\s*(\\d+)', Path('/proc/self/status').read_text())[1])"
    )
    peaks = []
    for customers in (200_000, 600_000):
        path = tmp_path / f"{customers}.csv"
        telecom_customers(customers, seed=1).assign(customerID=np.arange(customers)).to_csv(path, index=False)
        command = ["score", path, "--model", telecom_folder, "--out", tmp_path / "out.csv"]
        done = subprocess.run([sys.executable, "-c", code, *map(str, command)], capture_output=True, check=True)
        peaks.append(int(done.stdout.split()[-1]) / 1024)
    assert peaks[1] - peaks[0] < 80  # MiB; as a whole they take 200 more


# --- several offers, a budget, a cap ------------------------------------------------------------


def test_the_best_offer_for_each_by_hand() -> None:
    """Nothing for the loyal, who are priced with the first offer; a budget buys what earns most for it."""
    policy = SendPolicy(economics=TERMS, catalogue=(SMALL, LARGE), every_offer=True)
    probability = np.array([0.02, 0.3, 0.9])
    free = policy.decide(probability, None)
    assert (free.send.tolist(), free.offer.tolist()) == ([False, True, True], [0, 1, 1])
    # .02·.2·480 − .98·10 − 1 = −8.88; .3·.6·400 − .7·50 − 1 = 36; .9·.6·400 − .1·50 − 1 = 210
    assert free.expected_profit == pytest.approx([-8.88, 36, 210])
    assert free.spend == pytest.approx([0, 54, 60])
    tight = replace(policy, budget=70.0).decide(probability, None)
    assert tight.offer.tolist() == [0, 0, 1]
    assert tight.send.tolist() == [False, True, True]
    # the next unit of budget: (36 − 20.8) / (54 − 9.2)
    assert tight.budget_price == pytest.approx(15.2 / 44.8, rel=1e-3)
    one = replace(policy, max_contacts=1).decide(probability, None)
    assert one.send.tolist() == [False, False, True]
    assert one.contact_price == pytest.approx(36)
    # who is left out is priced with the first offer: .3·.2·480 − .7·10 − 1
    assert one.expected_profit[1] == pytest.approx(20.8)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40), st.integers(1, 40))
def test_deciding_one_by_one_is_deciding_together(probability: list[float], cut: int) -> None:
    """Without a limit on the whole list, it does not matter who else is asked about."""
    p = np.array(probability)
    for policy in (
        SendPolicy(economics=TERMS, catalogue=(SMALL,), threshold=0.3),
        SendPolicy(economics=TERMS, catalogue=(SMALL, LARGE), every_offer=True),
    ):
        assert policy.customer_by_customer
        together = policy.decide(p, None)
        apart = [policy.decide(part, None) for part in (p[:cut], p[cut:])]
        assert np.concatenate([one.offer for one in apart]).tolist() == together.offer.tolist()
        assert np.concatenate([one.send for one in apart]).tolist() == together.send.tolist()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"threshold": 1.5}, "threshold: 1.5 is not a probability"),
        ({"top": 0}, "top: 0 is too few"),
        ({"budget": -1.0}, "budget: must be 0 or more"),
        ({"budget": float("nan")}, "budget: must be 0 or more"),
        ({"max_contacts": -1}, "max_contacts: must be 0 or more"),
        ({"threshold": 0.2, "budget": 5.0}, "threshold: cannot go together"),
        ({"threshold": 0.2, "every_offer": True}, "threshold: cannot go together"),
    ],
)
def test_limits_that_cannot_be_used(telecom_model: ChurnModel, options: dict[str, Any], words: str) -> None:
    """One sentence names the limit."""
    customers = read_customers(telecom_customers(20), ignore_label=True)
    with pytest.raises(InputError, match=words):
        score(customers, telecom_model, SendPolicy(**options))


def test_spending_says_what_the_next_thousand_would_earn(telecom_model: ChurnModel) -> None:
    """Spent stays within the budget, and the shadow price is what a little more of it really earns."""
    customers = read_customers(telecom_customers(600, seed=2), ignore_label=True)
    policy = SendPolicy(economics=TERMS, catalogue=(SMALL, LARGE), every_offer=True)

    def earned(budget: float) -> tuple[float, Spending]:
        scored = score(customers, telecom_model, replace(policy, budget=budget))
        assert scored.spending is not None
        assert scored.spending.spent <= budget
        sent = scored.send_list[scored.send_list["send"] == "yes"]
        return float(sent["expected_profit"].sum()), scored.spending

    (less, spending), (more, _) = earned(5000), earned(6000)
    assert spending.next_thousand == pytest.approx(more - less, abs=1)
    assert spending.budget_price == pytest.approx((more - less) / 1000, rel=0.1)
    rich = earned(1e9)[1]
    assert (rich.budget_price, rich.next_thousand) == (0, 0)


def test_exactly_at_the_break_even_an_offer_is_sent() -> None:
    """Of 500 an offer of 50 breaks even at 0.1 and of 250 at 0.2: those just there get one, as when measured."""
    probability, value = np.array([0.1, np.nextafter(0.1, 0), 0.2, 0.19]), np.array([500.0, 500.0, 250.0, 250.0])
    own = SendPolicy().decide(probability, value)
    assert own.send.tolist() == [True, False, True, False]
    assert own.spend == pytest.approx([50, 0, 50, 0])
    one = SendPolicy(catalogue=offers_at(Economics())[:1], every_offer=True)
    assert one.decide(probability, value).send.tolist() == [True, False, True, False]
    assert not replace(one, budget=1e6).decide(probability[:1], value[:1]).send.any()


def test_the_top_and_a_cap_are_both_kept(telecom_model: ChurnModel) -> None:
    """The smaller of the two counts."""
    customers = read_customers(telecom_customers(100), ignore_label=True)
    scored = score(customers, telecom_model, SendPolicy(top=7, max_contacts=9))
    assert scored.contacted == 7


# --- the command, and the messages that follow --------------------------------------------------


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    """Run a command that must work and return what it prints."""
    assert main([str(argument) for argument in arguments]) == 0
    return capsys.readouterr().out


CATALOGUE = """
[[offer]]
id = "cash_{cost}"
cost = 50
save_rate = 0.5
gives.en = "{cost} off your next order"
[[offer]]
id = "delivery"
cost = 20
save_rate = 0.2
gives.en = "free delivery"
"""


def test_the_command_tells_money_and_what_it_rests_on(
    capsys: pytest.CaptureFixture[str], telecom_folder: Path, telecom_file: Path, tmp_path: Path
) -> None:
    """Every amount stands in ``evidence``; the words carry the same amounts and tags."""
    command = ("score", telecom_file, "--model", telecom_folder, "--out", tmp_path / "scored.csv", "--every-offer",
               "--catalogue", write(tmp_path / "offers.toml", CATALOGUE), "--budget", 10_000)  # fmt: skip
    found = json.loads(run(capsys, *command, "--json"))
    amounts = {"expected_profit", "budget", "budget_spent", "shadow_price", "next_thousand", "contact_price"}
    assert found["evidence"] == {name: ["assumed"] for name in amounts}
    assert 9900 < found["budget_spent"] <= found["budget"] == 10_000
    assert 0 < found["next_thousand"] < 1000 * found["shadow_price"]
    assert found["warnings"] == []
    rows = pd.read_csv(tmp_path / "scored.csv")
    sent = rows[rows["send"] == "yes"]
    assert found["expected_profit"] == pytest.approx(sent["expected_profit"].sum())
    assert set(sent["offer"]) == {"cash_50", "delivery"}
    words = run(capsys, *command)
    assert "of a budget of ₹10,000 (assumed)" in words
    assert "the next ₹1,000 of budget would earn ₹" in words
    plain = json.loads(run(capsys, *command[:6], "--json"))
    assert plain["evidence"] == {"expected_profit": ["assumed"]}
    assert plain["budget_spent"] is None


def test_offers_that_keep_the_same_share_are_pointed_out(
    capsys: pytest.CaptureFixture[str], telecom_folder: Path, telecom_file: Path, tmp_path: Path
) -> None:
    """The packaged catalogue has no save rates, so choosing from it means the cheapest for all."""
    command = ("score", telecom_file, "--model", telecom_folder, "--out", tmp_path / "scored.csv", "--every-offer")
    assert "the cheapest always earns most" in run(capsys, *command)


def test_messages_give_what_was_priced(telecom_model: ChurnModel, tmp_path: Path) -> None:
    """With several offers in a file, each message gives its own, at the cost of the scoring."""
    catalogue, economics = write(tmp_path / "offers.toml", CATALOGUE), Economics(offer_cost=75, save_rate=0.5)
    path = write(tmp_path / "today.csv", as_text(today()))
    policy = SendPolicy(economics=economics, every_offer=True, catalogue=offers_at(economics, catalogue))
    score_file(path, tmp_path / "scored.csv", telecom_model, policy)
    rows = read_send_list(tmp_path / "scored.csv")
    sent = rows[rows["send"] == "yes"].sort_values("offer", ascending=False)
    assert sent["offer"].iloc[0] == "delivery"  # the first row's cost is not the first offer's
    offers = offers_priced(sent, Economics(), catalogue)
    assert [(offer.id, offer.cost) for offer in offers] == [("cash_75", 75), ("delivery", 20)]
    messages = write_messages(sent, id="customerID", offers=offers).messages_frame
    given = np.where(messages["offer"] == "cash_75", "₹75 off", "free delivery")
    assert all(words in text for words, text in zip(given, messages["message"], strict=True))
    cheaper = write(tmp_path / "offers.toml", CATALOGUE.replace("cost = 20", "cost = 30"))
    with pytest.raises(InputError, match="priced at 20 with an offer that costs 30"):
        offers_priced(sent, Economics(), cheaper)


def test_messages_speak_of_the_currency_that_was_priced(
    capsys: pytest.CaptureFixture[str], telecom_folder: Path, telecom_file: Path, tmp_path: Path
) -> None:
    """The list carries it from `score` to `offers`; a flag overrides it; two in one list are refused."""
    scored, out = tmp_path / "scored.csv", tmp_path / "messages.csv"
    run(capsys, "score", telecom_file, "--model", telecom_folder, "--out", scored, "--top", 3, "--currency", "€")
    rows = read_send_list(scored)
    assert set(rows["currency"]) == {"€"} == {currency_of(rows)}
    run(capsys, "offers", scored, "--out", out)
    assert pd.read_csv(out)["message"].str.contains("€50").all()
    run(capsys, "offers", scored, "--out", out, "--currency", "$")
    assert pd.read_csv(out)["message"].str.contains("$50", regex=False).all()
    mixed = pd.DataFrame({"id": ["a", "b", "c"], "currency": ["€", "", "$"]})
    with pytest.raises(InputError, match="'€' and '\\$'"):
        currency_of(mixed)
    assert currency_of(mixed[["id"]]) is None
    assert currency_of(mixed[1:2]) is None


def test_a_list_without_prices_takes_the_economics(tmp_path: Path) -> None:
    """A hand-made file names offers at most; one that prices in words is refused."""
    hand_made = pd.DataFrame({"id": ["a"], "offer": ["cash_60"]})
    assert offers_priced(hand_made, Economics(offer_cost=60))[0].id == "cash_60"
    with pytest.raises(InputError, match="'offer_cost' must hold numbers"):
        offers_priced(hand_made.assign(offer_cost="sixty"), Economics())
