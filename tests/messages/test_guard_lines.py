"""What the guard refuses and lets through, counted by kind on tables of lines in every language.

``audit.tsv`` is half of a review by others. ``bad.tsv`` and ``ordinary.tsv`` were written before the vocabulary;
half of them, by a hash, were never looked at while it grew. ``later.tsv`` came after it.
"""

import csv
import hashlib
import sys
from collections import Counter
from pathlib import Path

import pytest

from retention.messages.guard import check_template

FOLDER = Path(__file__).parent / "guard_lines"
ORDINARY = "ordinary"


def lines(file: str, *, held_out: bool | None = None) -> list[dict[str, str]]:
    """Return the rows of a table: all, those that were held out, or those that were looked at."""
    with (FOLDER / file).open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [row for row in rows if held_out is None or _is_held_out(row["line"]) is held_out]


def _is_held_out(line: str) -> bool:
    return hashlib.blake2b(line.encode()).digest()[0] % 2 == 1


def fit_by_kind(rows: list[dict[str, str]]) -> dict[str, tuple[int, int]]:
    """Return by kind how many lines are fit, and how many there are; and print it."""
    total = Counter(row["kind"] for row in rows)
    fit = Counter(row["kind"] for row in rows if check_template(row["line"], row["language"]).fit)
    counts = {kind: (fit[kind], total[kind]) for kind in sorted(total)}
    sys.stdout.writelines(f"{kind}: {fit} of {n} let through\n" for kind, (fit, n) in counts.items())
    return counts


@pytest.mark.parametrize(
    ("file", "held_out", "bad", "ordinary"),
    [("audit.tsv", None, 174, 27), ("bad.tsv", False, 165, 0), ("bad.tsv", True, 206, 0),
     ("ordinary.tsv", False, 0, 85), ("ordinary.tsv", True, 0, 68), ("later.tsv", None, 36, 54)],
)  # fmt: skip
def test_the_tables_are_judged(file: str, held_out: bool | None, bad: int, ordinary: int) -> None:
    """At most 1% of the bad lines pass, and at most 15% of the ordinary ones are refused."""
    counts = fit_by_kind(lines(file, held_out=held_out))
    fit, total = counts.pop(ORDINARY, (0, 0))
    assert (sum(n for _, n in counts.values()), total) == (bad, ordinary)
    assert sum(passed for passed, _ in counts.values()) <= 0.01 * bad
    assert total - fit <= 0.15 * ordinary


def test_every_kind_and_language_is_there() -> None:
    """The tables hold each kind of bad line in English, and bad and ordinary lines in each language."""
    rows = lines("audit.tsv") + lines("bad.tsv") + lines("ordinary.tsv")
    assert {row["kind"] for row in rows} == {
        "amount", "back", "brand", "date", "disguised", "grammar", "insult", "link", "ordinary", "privacy",
        "promise", "role", "sense", "wronglang",
    }  # fmt: skip
    kinds = Counter((row["language"], row["kind"] == ORDINARY) for row in rows)
    assert min(kinds.values()) >= 35
    assert len(kinds) == 6


def test_what_a_person_may_let_out_is_unusual_not_denied() -> None:
    """An ordinary line that is refused is one that a person may approve, unless it holds a denied word."""
    refused = [row for row in lines("ordinary.tsv") if not check_template(row["line"], row["language"]).fit]
    checks = [check_template(row["line"], row["language"]) for row in refused]
    assert sum(check.for_a_person for check in checks) >= len(checks) - 2
