"""What looks wrong in a table of customers, and what does not."""

import numpy as np
import pandas as pd
import pytest

from retention.customers.audit import Finding, audit
from retention.customers.audit.quantities import Quantity, quantity_in_name
from retention.customers.audit.separation import column_auc
from retention.customers.intake import read_customers

ROWS = 1000


def findings(check: str | None = None, *, rows: int = ROWS, **columns: object) -> list[Finding]:
    """Audit harmless customers plus the columns given."""
    rng = np.random.default_rng(3)
    frame = pd.DataFrame({
        "customer_id": [f"c{n}" for n in range(rows)],
        "basket": rng.gamma(4, 90, rows).round(2),
        "city": rng.choice(["Pune", "Delhi", "Goa"], rows),
        "churn": rng.random(rows) < 0.3,
    })  # fmt: skip
    found = audit(read_customers(frame.assign(**columns)))
    return [one for one in found if check in {None, one.check}]


def random(seed: int = 0, rows: int = ROWS) -> np.random.Generator:
    """Return a seeded generator."""
    return np.random.default_rng([seed, rows])


def test_harmless_customers_have_no_findings() -> None:
    """An ordinary table is left in peace."""
    assert findings() == []


# --- contradictions -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("recency", "orders"),
    [
        ("recency_days", "orders_30d"),
        ("Recency", "OrdersLast30Days"),
        ("days_since_last_order", "num_orders_last_30_days"),
        ("last_purchase_days_ago", "purchases_30d"),
        ("recency_days", "spend_30d"),
    ],
)
def test_orders_in_a_month_without_orders(recency: str, orders: str) -> None:
    """With the last order over 30 days ago, orders in the last 30 days are impossible: for 61%, an error."""
    impossible = np.arange(ROWS) < 610
    (found, *_) = findings(
        "contradiction", **{recency: np.where(impossible, 45.0, 10.0), orders: np.where(impossible, 2.0, 1.0)}
    )
    assert (found.severity, found.column, found.affected) == ("error", f"{recency}, {orders}", 0.61)
    assert "61% of customers" in found.sentence


def test_the_window_ends_where_it_says() -> None:
    """A recency of exactly 30 days fits either way; 31 with orders and 29 without do not."""
    assert findings("contradiction", recency_days=30.0, orders_30d=1.0) == []
    assert findings("contradiction", recency_days=30.0, orders_30d=0.0) == []
    assert len(findings("contradiction", recency_days=31.0, orders_30d=1.0)) == 1
    assert len(findings("contradiction", recency_days=29.0, orders_30d=0.0)) == 1


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"recency_days": 50.0, "tenure_days": 20.0}, "'recency_days' is longer than 'tenure_days'"),
        ({"days_since_last_order": 9.0, "days_since_signup": 5.0}, "is longer than 'days_since_signup'"),
        ({"orders_7d": 5.0, "orders_30d": 3.0}, "'orders_7d' is more than 'orders_30d'"),
        ({"orders_30d": 5.0, "total_orders": 3.0}, "'orders_30d' is more than 'total_orders'"),
        ({"total_orders": 5.0, "total_spend": 0.0}, "'total_spend' is 0 or less while 'total_orders' is above 0"),
        ({"num_orders": 0.0, "lifetime_spend": 8.0}, "'lifetime_spend' is above 0 while 'num_orders' is 0"),
        ({"min_basket": 9.0, "avg_basket": 5.0}, "'min_basket' is more than 'avg_basket'"),
        ({"basket_mean": 9.0, "basket_max": 5.0}, "'basket_mean' is more than 'basket_max'"),
        ({"recency_days": -1.0}, "'recency_days' is below 0"),
        ({"age": -1.0}, "'age' is below 0"),
    ],
)
def test_other_contradictions(columns: dict[str, float], words: str) -> None:
    """Each pair that cannot be true together is named."""
    half = np.arange(ROWS) % 2 == 0
    found = findings("contradiction", **{name: np.where(half, value, np.nan) for name, value in columns.items()})
    assert any(words in one.sentence and one.affected == 0.5 for one in found)


def test_a_few_slips_are_a_warning() -> None:
    """Below one row in a hundred it is a slip, from there on the column is wrong."""
    slips = np.arange(ROWS)
    assert findings("contradiction", age=np.where(slips < 9, -1.0, 30.0))[0].severity == "warning"
    assert findings("contradiction", age=np.where(slips < 10, -1.0, 30.0))[0].severity == "error"


@pytest.mark.parametrize(
    "columns",
    [
        {"recency_days": 50.0, "tenure": 20.0},  # tenure may be in months
        {"recency_days": 50.0, "avg_orders_30d": 3.0},  # an average need not be of that window
        {"recency_days": 50.0, "logins_30d": 3.0},  # one may look without ordering
        {"days_since_last_login": 50.0, "orders_30d": 3.0},
        {"recency_score": 50.0, "orders_30d": 3.0},
        {"volatility_30d": 3.0, "volatility_60d": 1.0},
        {"MonthlyCharges": 3.0, "TotalCharges": 0.0},
    ],
)
def test_no_false_alarm(columns: dict[str, float]) -> None:
    """Where names leave a doubt, nothing is claimed."""
    assert findings("contradiction", **columns) == []


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("orders_30d", Quantity("sum", "orders", window=(30, 30), whole=True, stem=("orders",))),
        ("spend_last_2_weeks", Quantity("sum", "money", window=(14, 14), whole=True, stem=("spend",))),
        ("weekend_orders_1m", Quantity("sum", "orders", window=(28, 31), stem=("weekend", "orders"))),
        ("days_since_first_order", Quantity("tenure", unit="d")),
        ("last_visit_days", Quantity("recency", "visits", "d")),
        ("orders_last_month", None),
        ("average_order_value", None),
        ("cancelled_orders_30d", None),
    ],
)
def test_names_are_read_word_by_word(name: str, expected: Quantity | None) -> None:
    """A name says what is counted and since when, or nothing."""
    assert quantity_in_name(name) == expected


# --- leakage ------------------------------------------------------------------------------------


def labelled(share: float = 0.3) -> np.ndarray:
    """Return a label with that share of ones."""
    return np.arange(ROWS) % 100 < 100 * share


def test_a_column_that_is_the_label() -> None:
    """A number or a word that alone tells who left is an error."""
    label = labelled()
    number = label * 9.0 + random().normal(0, 1, ROWS)
    word = np.where(label, "closed account", np.where(random(1).random(ROWS) < 0.5, "open", "fresh"))
    found = findings("leakage", churn=label, score9=number, state=word)
    assert {one.column: one.severity for one in found} == {"score9": "error", "state": "error"}


def test_strong_is_not_certain() -> None:
    """At an AUC of 0.95 to 0.99 a person should look; a good feature at 0.85 is none of our business."""
    label, noise = labelled(), random().normal(0, 1, ROWS)
    strong, good = label * 2.75 + noise, label * 1.5 + noise
    assert [one.severity for one in findings("leakage", churn=label, strong=strong)] == ["warning"]
    assert findings("leakage", churn=label, good=good) == []


def test_many_different_values_are_no_leak() -> None:
    """Texts that are different for everyone say nothing about others, whatever they look like."""
    values = pd.Series([f"v{n // 2}" for n in random().permutation(ROWS)])
    assert 0.3 < column_auc(values, labelled().astype(np.int8)) < 0.7


def test_a_leak_in_the_middle_is_seen() -> None:
    """It need not be the high or the low values that give the answer away."""
    label = labelled(0.5).astype(np.int8)
    values = np.where(label == 1, random().normal(0, 1, ROWS), np.where(random(1).random(ROWS) < 0.5, -50.0, 50.0))
    order = random(2).permutation(ROWS)
    assert column_auc(pd.Series(values[order]), label[order]) > 0.99


@pytest.mark.parametrize("side", [0, 1])
def test_filled_in_for_one_side_only(side: int) -> None:
    """A cell that exists only for those who left (or stayed) gives them away."""
    label = labelled()
    (found,) = findings(
        "leakage", churn=label, survey=np.where(label == side, random().normal(0, 1, ROWS), np.nan)
    )
    assert found.severity == "error"
    assert f"filled in for 100% of {'churned' if side else 'retained'} customers and 0% of" in found.sentence


def test_filled_in_for_some_of_one_side() -> None:
    """A reason given by a third of those who left, and by nobody else, is a leak; a few new customers are not."""
    label, place = labelled(), np.arange(ROWS)
    reason = np.where(label & (place % 3 == 0), "price", None)
    (found,) = findings("leakage", churn=label, remark=reason)
    assert found.severity == "error"
    blank = np.where(~label & (place % 100 == 99), np.nan, random().normal(0, 1, ROWS))
    assert findings("leakage", churn=label, total=blank) == []


@pytest.mark.parametrize(
    "name",
    [
        "days_since_cancel",
        "churn_reason",
        "ClosedDate",
        "exit_survey",
        "final_refund",
        "duration",
        "orders_next_30d",
    ],
)
def test_names_of_what_comes_afterwards(name: str) -> None:
    """A name that speaks of the end is a warning even where the values look innocent."""
    (found,) = findings("leakage", **{name: random().normal(0, 1, ROWS)})
    assert (found.severity, found.column) == ("warning", name)


@pytest.mark.parametrize(
    "name", ["cancelled_orders_90d", "cancel_rate", "tickets_closed", "contract_duration", "tenure"]
)
def test_names_of_what_comes_before(name: str) -> None:
    """Cancelled orders are part of a customer's life."""
    assert findings("leakage", **{name: random().normal(5, 1, ROWS)}) == []


# --- the table and its columns ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("left", "expected"),
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
def test_enough_on_both_sides(left: int, expected: dict[str, str]) -> None:
    """Fewer than 10 cannot be learnt from, fewer than 50 give no firm figures, under 2% is rare."""
    label = random().permutation(ROWS) < left
    found = [one for one in findings(churn=label) if one.check in {"class_balance", "few_churners"}]
    assert {one.check: one.severity for one in found} == expected


def test_without_a_label_there_is_less_to_say() -> None:
    """Customers to score are audited too."""
    frame = pd.DataFrame({"id": ["a", "b"], "recency_days": [50.0, 50.0], "orders_30d": [1.0, 1.0]})
    assert {one.check for one in audit(read_customers(frame))} == {"contradiction", "constant", "repeated_rows"}


@pytest.mark.parametrize(
    ("same", "expected"), [(1000, ["warning"]), (996, ["note"]), (995, ["note"]), (994, []), (500, [])]
)
def test_constant_columns(same: int, expected: list[str]) -> None:
    """One value for everyone is a warning, for 99.5% a note."""
    number = np.where(np.arange(ROWS) < same, 3.0, np.arange(ROWS))
    word = np.where(np.arange(ROWS) < same, "x", "y")
    assert [one.severity for one in findings("constant", number=number)] == expected
    assert [one.severity for one in findings("constant", word=word)] == expected


def test_repeated_rows() -> None:
    """Rows equal in all but the id are counted, and are suspicious where values are many."""
    rng = random()
    numbers = {f"n{place}": rng.normal(0, 1, ROWS) for place in range(4)}
    half = {name: np.concatenate([values[:500], values[:500]]) for name, values in numbers.items()}
    frame = pd.DataFrame({"id": [f"c{n}" for n in range(ROWS)], **half})
    (found,) = audit(read_customers(frame))
    assert (found.severity, found.check, found.affected) == ("warning", "repeated_rows", 0.5)
    few = pd.DataFrame({"id": [f"c{n}" for n in range(ROWS)], "a": rng.choice(["x", "y"], ROWS)})
    assert [one.severity for one in audit(read_customers(few))] == ["note"]
    assert findings("repeated_rows", **numbers) == []


def test_repeated_rows_are_counted_exactly() -> None:
    """The count is that of comparing all rows."""
    rng = random()
    frame = pd.DataFrame({f"n{place}": rng.integers(0, 4, 3000).astype(float) for place in range(5)})
    frame.loc[rng.random(3000) < 0.2, "n0"] = np.nan
    frame["w"] = rng.choice(["a", "b", None], 3000)
    expected = frame.duplicated().mean()
    customers = read_customers(frame.assign(id=[f"c{n}" for n in range(3000)]))
    (found,) = [one for one in audit(customers) if one.check == "repeated_rows"]
    assert found.affected == pytest.approx(expected)


def test_columns_like_ids() -> None:
    """Text that is different for everyone and numbers that count up are ids; amounts are not."""
    text = [f"user {n}" for n in range(ROWS)]
    counted = random().permutation(ROWS) + 5000.0
    gaps = random().permutation(ROWS) * 2.0
    assert {one.column for one in findings("id_like", text=text, counted=counted, gaps=gaps)} == {
        "text",
        "counted",
    }


def test_disguised_blanks_are_told_but_kept() -> None:
    """A membership called None for 81% is named as a note, and stays a value."""
    membership = np.where(np.arange(ROWS) < 810, "None", "Gold")
    (found,) = findings("disguised_blanks", membership=membership)
    assert (found.severity, found.column, found.affected) == ("note", "membership", 0.81)
    assert found.sentence == "'None' in 'membership' is 81% of rows, kept as a value of its own"


@pytest.mark.parametrize(
    ("blank", "expected"), [(499, []), (500, ["note"]), (949, ["note"]), (950, ["warning"]), (1000, ["warning"])]
)
def test_mostly_blank_columns(blank: int, expected: list[str]) -> None:
    """Half blank is a note, nearly all blank a warning."""
    values = np.where(random().permutation(ROWS) < blank, np.nan, random(1).normal(0, 1, ROWS))
    assert [one.severity for one in findings("mostly_blank", values=values)] == expected


def test_dates_are_named() -> None:
    """A date is a word to a model, which a person should know."""
    (found,) = findings("dates", joined=np.where(np.arange(ROWS) % 2, "2025-06-30", "2025-07-01"))
    assert found.severity == "warning"


def test_nothing_to_learn_from() -> None:
    """Ids and labels alone are not enough."""
    frame = pd.DataFrame({"id": [f"c{n}" for n in range(200)], "churn": [1, 0] * 100})
    assert [one.check for one in audit(read_customers(frame))] == ["no_features"]


def test_errors_come_first() -> None:
    """Findings are in order of severity, then of how many customers they concern."""
    found = findings(age=np.where(np.arange(ROWS) < 500, -1.0, 30.0), plan=["None"] * 900 + ["A"] * 100, same=1.0)
    assert [one.severity for one in found] == sorted(
        (one.severity for one in found), key=["error", "warning", "note"].index
    )
    assert found[0].check == "contradiction"


def test_excluded_columns_are_not_audited() -> None:
    """What is not used cannot mislead."""
    rng = random()
    frame = pd.DataFrame({
        "id": [f"c{n}" for n in range(ROWS)],
        "n": rng.normal(0, 1, ROWS),
        "churn_reason": np.where(labelled(), "price", None),
        "churn": labelled(),
    })  # fmt: skip
    assert [one.column for one in audit(read_customers(frame))[:1]] == ["churn_reason"]
    assert audit(read_customers(frame, exclude=["churn_reason"])) == ()
