"""Customers with a known truth, and what they look like as a training set."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retention.churn.candidates import Blend, Logistic, XGBoost
from retention.churn.schema import Column, encode, learn_columns
from retention.churn.selection import Selection
from retention.churn.training_set import TrainingSet
from retention.customers.table import Customers, Roles


def sigmoid(log_odds: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the probabilities of log-odds."""
    return 1 / (1 + np.exp(-log_odds))


def telecom(n: int = 500, *, seed: int = 0, shuffled: bool = False, rate_shift: float = 0.0) -> Customers:
    """Draw customers whose risk falls with tenure and is higher on monthly contracts; 'noise' has no effect."""
    rng = np.random.default_rng(seed)
    tenure = rng.integers(0, 72, n).astype(float)
    fee = np.round(rng.normal(70, 20, n), 2)
    contract = rng.choice(["Monthly", "Yearly"], n, p=[0.6, 0.4])
    log_odds = -1.0 - 0.05 * (tenure - 30) + 1.5 * (contract == "Monthly") + rate_shift
    label = (rng.random(n) < sigmoid(log_odds)).astype(np.int8)
    frame = pd.DataFrame(
        {
            "customer_id": pd.array([f"C{number}" for number in range(n)], dtype="str"),
            "tenure": tenure,
            "contract": pd.array(contract, dtype="str"),
            "monthly_fee": np.where(rng.random(n) < 0.05, np.nan, fee),
            "noise": rng.normal(size=n),
            "churn": rng.permutation(label) if shuffled else label,
        }
    )
    return Customers(frame, Roles(id="customer_id", label="churn", value="monthly_fee"), "telecom.csv")


def delivery(n: int = 160, *, cutoffs: int = 2, seed: int = 0, last_shift: float = 0.0) -> Customers:
    """Draw customers at monthly cutoffs, most of them at each: risk rises with days since the last order."""
    rng = np.random.default_rng(seed)
    propensity = rng.normal(size=n)
    frames = []
    for period in range(cutoffs):
        active = np.flatnonzero(rng.random(n) < 0.85)
        recency = rng.integers(0, 60, len(active)).astype(float)
        log_odds = -3 + 0.1 * recency + propensity[active] + (last_shift if period == cutoffs - 1 else 0.0)
        frame = {
            "customer_id": pd.array([f"C{number}" for number in active], dtype="str"),
            "cutoff": pd.array([f"2025-{period + 1:02}-28"] * len(active), dtype="str"),
            "recency": recency,
            "orders": np.round(np.exp(2 - propensity[active] / 2 + rng.normal(0, 0.3, len(active)))),
            "margin": np.round(rng.uniform(100, 900, len(active)), 2),
            "churn": (rng.random(len(active)) < sigmoid(log_odds)).astype(np.int8),
        }
        frames.append(pd.DataFrame(frame))
    roles = Roles(id="customer_id", label="churn", value="margin", cutoff="cutoff")
    return Customers(pd.concat(frames, ignore_index=True), roles, "delivery.csv")


def crossed(n: int = 1000, *, seed: int = 0) -> Customers:
    """Draw customers whose risk is in how columns go together, so that trees find it best; nine more are noise."""
    rng = np.random.default_rng(seed)
    cells = rng.normal(size=(n, 13))
    log_odds = -1 + 1.2 * np.sign(cells[:, 0] * cells[:, 1]) + (np.abs(cells[:, 2]) > 1) - 0.7 * cells[:, 3]
    frame = pd.DataFrame(cells, columns=[f"c{column}" for column in range(13)])
    frame.insert(0, "id", pd.Series([str(row) for row in range(n)], dtype="str"))
    frame["churn"] = (rng.random(n) < sigmoid(log_odds)).astype(np.int8)
    return Customers(frame, Roles(id="id", label="churn"), "crossed.csv")


def tenure_and_plan() -> TrainingSet:
    """Draw 600 customers whose log-odds are linear in a number with blanks and in a category."""
    rng = np.random.default_rng(0)
    tenure = rng.normal(30, 10, 600)
    plan = rng.integers(0, 2, 600).astype(float)
    log_odds = -0.1 * (tenure - 30) + 1.0 * plan - 0.5
    label = (rng.random(600) < 1 / (1 + np.exp(-log_odds))).astype(np.int8)
    tenure[:60] = np.nan
    columns = (Column("tenure", "number"), Column("plan", "category", ("gold", "none")))
    return TrainingSet(columns, np.column_stack([tenure, plan]), label)


def training_set_of(customers: Customers, *, churned_weight: float = 1.0) -> TrainingSet:
    """Encode labelled customers."""
    columns, _ = learn_columns(customers)
    return TrainingSet(columns, encode(columns, customers), labels_of(customers), churned_weight)


def labels_of(customers: Customers) -> NDArray[np.int8]:
    """Return the labels of customers that have some."""
    assert customers.label is not None
    return customers.label


def numbers(matrix: NDArray[np.float64], label: NDArray[Any]) -> TrainingSet:
    """Return a training set of number columns x0, x1, ...; ``label`` may be a mask."""
    columns = tuple(Column(f"x{position}", "number") for position in range(matrix.shape[1]))
    return TrainingSet(columns, matrix, label.astype(np.int8))


def chosen_settings(selection: Selection) -> tuple[Any, ...]:
    """Return everything that was chosen, so that two choices can be compared."""
    settings = (selection.get(Logistic).ridge, selection.get(XGBoost).tuned, selection.get(Blend).share)
    return (selection.chosen, selection.calibrations, *settings)
