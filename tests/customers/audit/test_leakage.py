"""Columns that leak the label, by their values and by their names."""

import numpy as np
import pytest

from tests.customers.audit.cases import ROWS, findings, labelled, random


def test_a_column_that_is_the_label() -> None:
    """A number or a word that alone separates churned from retained customers is an error."""
    label = labelled()
    number = label * 9.0 + random().normal(0, 1, ROWS)
    word = np.where(label, "closed account", np.where(random(1).random(ROWS) < 0.5, "open", "fresh"))
    leaks = findings("leakage", churn=label, score9=number, state=word)
    assert {finding.column: finding.severity for finding in leaks} == {"score9": "error", "state": "error"}


def test_strong_is_not_certain() -> None:
    """At an AUC of 0.95 to 0.99 a person should look; a good feature at 0.85 raises no finding."""
    label, noise = labelled(), random().normal(0, 1, ROWS)
    strong, good = label * 2.75 + noise, label * 1.5 + noise
    assert [finding.severity for finding in findings("leakage", churn=label, strong=strong)] == ["warning"]
    assert findings("leakage", churn=label, good=good) == []


@pytest.mark.parametrize("churned", [0, 1])
def test_filled_in_for_one_class_only(churned: int) -> None:
    """A cell that is filled in only for churned (or only for retained) customers gives the label away."""
    label = labelled()
    (finding,) = findings(
        "leakage", churn=label, survey=np.where(label == churned, random().normal(0, 1, ROWS), np.nan)
    )
    assert finding.severity == "error"
    assert f"filled in for 100% of {'churned' if churned else 'retained'} customers and 0% of" in finding.sentence


def test_filled_in_for_some_of_one_class() -> None:
    """A reason given by a third of the churned, and by nobody else, is a leak; a few blanks are not."""
    label, row = labelled(), np.arange(ROWS)
    reason = np.where(label & (row % 3 == 0), np.array("price", dtype=object), np.array(None))
    (finding,) = findings("leakage", churn=label, remark=reason)
    assert finding.severity == "error"
    blank = np.where(~label & (row % 100 == 99), np.nan, random().normal(0, 1, ROWS))
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
    (finding,) = findings("leakage", **{name: random().normal(0, 1, ROWS)})
    assert (finding.severity, finding.column) == ("warning", name)


@pytest.mark.parametrize(
    "name", ["cancelled_orders_90d", "cancel_rate", "tickets_closed", "contract_duration", "tenure"]
)
def test_names_of_what_comes_before(name: str) -> None:
    """Cancelled orders are part of a customer's life."""
    assert findings("leakage", **{name: random().normal(5, 1, ROWS)}) == []
