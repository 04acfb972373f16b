"""What looks wrong in a whole table or in one column, and what does not."""

import numpy as np
import pandas as pd
import pytest

from retention.customers.audit import audit
from retention.customers.intake import read_customers
from tests.customers.audit.cases import ROWS, findings, labelled, random


def test_harmless_customers_have_no_findings() -> None:
    """An ordinary table has no findings."""
    assert findings() == []


@pytest.mark.parametrize(
    ("churned", "expected"),
    [
        (0, {"class_balance": "error"}),
        (1000, {"class_balance": "error"}),
        (9, {"class_balance": "warning", "few_churners": "error"}),
        (10, {"class_balance": "warning", "few_churners": "warning"}),
        (19, {"class_balance": "warning", "few_churners": "warning"}),
        (20, {"few_churners": "warning"}),
        (49, {"few_churners": "warning"}),
        (50, {}),
        (951, {"few_churners": "warning"}),
    ],
)
def test_both_classes_need_enough_customers(churned: int, expected: dict[str, str]) -> None:
    """Fewer than 10 are too few to learn from, fewer than 50 for firm figures, and under 2% are rare."""
    label = random().permutation(ROWS) < churned
    balance = [finding for finding in findings(churn=label) if finding.check in {"class_balance", "few_churners"}]
    assert {finding.check: finding.severity for finding in balance} == expected


def test_without_a_label_there_is_less_to_say() -> None:
    """Customers to score are audited too."""
    frame = pd.DataFrame({"id": ["a", "b"], "recency_days": [50.0, 50.0], "orders_30d": [1.0, 1.0]})
    assert {finding.check for finding in audit(read_customers(frame))} == {
        "contradiction",
        "constant",
        "repeated_rows",
        "no_label",
    }


@pytest.mark.parametrize(
    ("same", "expected"), [(1000, ["warning"]), (996, ["note"]), (995, ["note"]), (994, []), (500, [])]
)
def test_constant_columns(same: int, expected: list[str]) -> None:
    """One value for everyone is a warning, for 99.5% a note."""
    number = np.where(np.arange(ROWS) < same, 3.0, np.arange(ROWS))
    word = np.where(np.arange(ROWS) < same, "x", "y")
    assert [finding.severity for finding in findings("constant", number=number)] == expected
    assert [finding.severity for finding in findings("constant", word=word)] == expected


def test_repeated_rows() -> None:
    """Rows equal in all but the id are counted, and are suspicious where values are many."""
    rng = random()
    numbers = {f"n{number}": rng.normal(0, 1, ROWS) for number in range(4)}
    half = {name: np.concatenate([values[:500], values[:500]]) for name, values in numbers.items()}
    frame = pd.DataFrame({"id": [f"c{n}" for n in range(ROWS)], **half})
    finding, _no_label = audit(read_customers(frame))
    assert (finding.severity, finding.check, finding.affected) == ("warning", "repeated_rows", 0.5)
    few = pd.DataFrame({"id": [f"c{n}" for n in range(ROWS)], "a": rng.choice(["x", "y"], ROWS)})
    finding, _no_label = audit(read_customers(few))
    assert finding.severity == "note"
    assert findings("repeated_rows", **numbers) == []


def test_repeated_rows_are_counted_exactly() -> None:
    """The count is that of comparing all rows."""
    rng = random()
    frame = pd.DataFrame({f"n{number}": rng.integers(0, 4, 3000).astype(float) for number in range(5)})
    frame.loc[rng.random(3000) < 0.2, "n0"] = np.nan
    frame["w"] = rng.choice(np.array(["a", "b", None], dtype=object), 3000)
    expected = frame.duplicated().mean()
    customers = read_customers(frame.assign(id=[f"c{n}" for n in range(3000)]))
    (finding,) = [finding for finding in audit(customers) if finding.check == "repeated_rows"]
    assert finding.affected == pytest.approx(expected)


def test_columns_like_ids() -> None:
    """Text that is different for everyone and numbers that count up are ids; amounts are not."""
    text = [f"user {n}" for n in range(ROWS)]
    counted = random().permutation(ROWS) + 5000.0
    gaps = random().permutation(ROWS) * 2.0
    assert {finding.column for finding in findings("id_like", text=text, counted=counted, gaps=gaps)} == {
        "text",
        "counted",
    }


def test_disguised_blanks_are_named_but_kept() -> None:
    """A membership called None for 81% is named as a note, and stays a value."""
    membership = np.where(np.arange(ROWS) < 810, "None", "Gold")
    (finding,) = findings("disguised_blanks", membership=membership)
    assert (finding.severity, finding.column, finding.affected) == ("note", "membership", 0.81)
    assert finding.sentence == "'None' in 'membership' is 81% of rows, kept as a value of its own"


@pytest.mark.parametrize(
    ("blank", "expected"), [(499, []), (500, ["note"]), (949, ["note"]), (950, ["warning"]), (1000, ["warning"])]
)
def test_mostly_blank_columns(blank: int, expected: list[str]) -> None:
    """Half blank is a note, nearly all blank a warning."""
    values = np.where(random().permutation(ROWS) < blank, np.nan, random(1).normal(0, 1, ROWS))
    assert [finding.severity for finding in findings("mostly_blank", values=values)] == expected


def test_dates_are_named() -> None:
    """A model reads a date as a word, which a person should know."""
    (finding,) = findings("dates", joined=np.where(np.arange(ROWS) % 2, "2025-06-30", "2025-07-01"))
    assert finding.severity == "warning"


def test_nothing_to_learn_from() -> None:
    """Ids and labels alone are not enough."""
    frame = pd.DataFrame({"id": [f"c{n}" for n in range(200)], "churn": [1, 0] * 100})
    assert [finding.check for finding in audit(read_customers(frame))] == ["no_features"]


def test_errors_come_first() -> None:
    """Findings are in order of severity, then of how many customers they concern."""
    audited = findings(
        age=np.where(np.arange(ROWS) < 500, -1.0, 30.0), plan=["None"] * 900 + ["A"] * 100, same=1.0
    )
    assert [finding.severity for finding in audited] == sorted(
        (finding.severity for finding in audited), key=["error", "warning", "note"].index
    )
    assert audited[0].check == "contradiction"


def test_excluded_columns_are_not_audited() -> None:
    """What is not used cannot mislead."""
    rng = random()
    frame = pd.DataFrame({
        "id": [f"c{n}" for n in range(ROWS)],
        "n": rng.normal(0, 1, ROWS),
        "churn_reason": np.where(labelled(), np.array("price", dtype=object), np.array(None)),
        "churn": labelled(),
    })  # fmt: skip
    assert [finding.column for finding in audit(read_customers(frame))[:1]] == ["churn_reason"]
    assert audit(read_customers(frame, exclude=["churn_reason"])) == ()
