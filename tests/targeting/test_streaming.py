"""A file of any length gives the same send list as the whole table."""

import gzip
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from retention.churn.model import ChurnModel
from retention.customers.stream import open_customers
from retention.errors import Cancelled, InputError
from retention.profit.economics import PRESETS
from retention.targeting import SendPolicy, read_send_list, score_file, scoring_kinds
from tests.files import telecom_customers, write
from tests.targeting.cases import LARGE, SMALL, as_text, today, whole_and_streamed


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
    """However the file is written and divided, the result is that of the whole table."""
    path = write(tmp_path / "today.csv", FILES[kind](today(), tmp_path))
    whole, streamed, _ = whole_and_streamed(path, telecom_model)
    assert streamed == whole


@pytest.mark.parametrize("rows_at_once", [1, 25, 59, 60, 1000])
def test_rows_at_once_do_not_matter(telecom_model: ChurnModel, tmp_path: Path, rows_at_once: int) -> None:
    """One row at a time, or more than the file has."""
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
def test_every_send_policy_streams(telecom_model: ChurnModel, tmp_path: Path, options: dict[str, Any]) -> None:
    """A limit on the whole list is kept over all parts together."""
    path = write(tmp_path / "today.csv", as_text(today()))
    whole, streamed, summary = whole_and_streamed(path, telecom_model, **options)
    assert streamed == whole
    rows = pd.read_csv(path.with_name("streamed.csv"))
    sent = rows[rows["send"] == "yes"]
    assert summary.expected_profit == pytest.approx(sent["expected_profit"].sum())
    assert summary.contacted == len(sent) > 0


def test_number_columns_are_never_read_whole(telecom_model: ChurnModel, tmp_path: Path) -> None:
    """Blanks, and words that stand for them, are read part by part: no column is kept in memory."""
    table = today()
    table.loc[::9, "TotalCharges"] = "N/A"
    path = write(tmp_path / "today.csv", as_text(table))
    stream = open_customers([path], kinds=scoring_kinds(telecom_model), rows_at_once=25)
    assert dict(stream._whole) == {}
    assert [len(part) for part in stream] == [25, 25, 10]


def test_of_a_panel_the_newest_cutoff_is_scored(telecom_model: ChurnModel, tmp_path: Path) -> None:
    """Forty customers at the older cutoff, 30 of them and no other at the newer: the list holds those 30 once."""
    newer, older = today(30).assign(cutoff="2025-06-30"), today(40).assign(cutoff="2025-05-31")
    path = write(tmp_path / "today.csv", as_text(pd.concat([newer.iloc[:12], older, newer.iloc[12:]])))
    whole, streamed, summary = whole_and_streamed(path, telecom_model)
    assert streamed == whole
    plain = write(tmp_path / "newest.csv", as_text(newer))
    assert streamed == whole_and_streamed(plain, telecom_model)[1]
    assert summary.customers == 30
    assert summary.warnings == (
        "the rows are of 2 cutoff dates; only the 30 rows of the newest, 2025-06-30, are scored; for who is "
        "active today, describe the orders with snapshot --today",
    )


def test_files_of_one_panel_have_one_newest_cutoff(telecom_model: ChurnModel, tmp_path: Path) -> None:
    """A file of the older cutoff alone adds nothing to the send lists of a folder."""
    folder = tmp_path / "panel"
    folder.mkdir()
    for name, day in (("a.csv", "2025-05-31"), ("b.csv", "2025-06-30"), ("c.csv", "2025-04-30")):
        write(folder / name, as_text(today(20).assign(cutoff=day)))
    summary = score_file(folder, tmp_path / "lists", telecom_model, SendPolicy())
    assert summary.customers == 20
    assert [path.name for path in (tmp_path / "lists").iterdir()] == ["b.csv"]


def test_stopping_leaves_the_older_file(telecom_model: ChurnModel, tmp_path: Path) -> None:
    """Whenever somebody stops the scoring, nothing is written; the progress never falls."""
    path = write(tmp_path / "today.csv", as_text(today()))
    out = write(tmp_path / "scored.csv", "the older one")
    shares: list[float] = []
    score_file(path, tmp_path / "other.csv", telecom_model, SendPolicy(top=5), rows_at_once=20,
               progress=lambda share, _: shares.append(share))  # fmt: skip
    assert len(shares) == 9  # three parts, three times
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1.0)
    for calls in range(1, 10):
        remaining = iter(range(calls - 1))

        def stop(share: float, words: str, remaining: Any = remaining) -> None:
            if next(remaining, None) is None:
                raise Cancelled("stopped")

        with pytest.raises(Cancelled):
            score_file(path, out, telecom_model, SendPolicy(top=5), rows_at_once=20, progress=stop)
        assert out.read_text() == "the older one"
    assert {file.name for file in tmp_path.iterdir()} == {"today.csv", "scored.csv", "other.csv"}


def test_a_file_that_changes_while_it_is_read_is_refused(telecom_model: ChurnModel, tmp_path: Path) -> None:
    """The file that is scored must be the one that was checked."""
    path = write(tmp_path / "today.csv", as_text(today()))

    def grow(share: float, words: str) -> None:
        with path.open("ab") as file:
            file.write(b"\n")

    with pytest.raises(InputError, match=r"today\.csv: was changed while it was read"):
        score_file(path, tmp_path / "out.csv", telecom_model, SendPolicy(), rows_at_once=20, progress=grow)


def test_a_file_that_changes_after_the_check_is_scored_as_it_was(
    telecom_model: ChurnModel, tmp_path: Path
) -> None:
    """What was checked is what is scored, also where the file has become another meanwhile."""
    path = write(tmp_path / "today.csv", as_text(today()))
    _, wanted, _ = whole_and_streamed(path, telecom_model)

    def empty_it(share: float, words: str) -> None:
        if words.startswith(("Looking", "Scored")):
            path.write_text("gone")

    score_file(path, tmp_path / "out.csv", telecom_model, SendPolicy(), exclude=("comment",), progress=empty_it)
    assert (tmp_path / "out.csv").read_bytes() == wanted


def test_a_file_may_be_scored_onto_itself(telecom_model: ChurnModel, tmp_path: Path) -> None:
    """The input is read to the end before the result takes its place."""
    path = write(tmp_path / "today.csv", as_text(today()))
    score_file(path, path, telecom_model, SendPolicy(), rows_at_once=40)
    assert len(read_send_list(path)) == 60


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads the peak memory from /proc")
def test_memory_hardly_grows_with_the_file(telecom_folder: Path, tmp_path: Path) -> None:
    """Three times as many customers take a few bytes more each, not their whole rows."""
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
