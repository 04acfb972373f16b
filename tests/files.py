"""Files as people bring them, made here."""

from pathlib import Path

import numpy as np
import pandas as pd


def telecom_customers(n: int = 1500, seed: int = 0) -> pd.DataFrame:
    """A telecom customer table: text categories, a Yes/No label, blanks in a numeric column."""
    random = np.random.default_rng(seed)
    tenure = random.integers(0, 72, n)
    contract = random.choice(["Month-to-month", "One year", "Two year"], n, p=[0.55, 0.2, 0.25])
    monthly = random.uniform(18, 118, n).round(2)
    internet = random.choice(["DSL", "Fiber optic", "No"], n)
    risk = 0.2 - 0.06 * tenure + 1.6 * (contract == "Month-to-month") + 0.9 * (internet == "Fiber optic")
    churned = random.random(n) < 1 / (1 + np.exp(-risk + 0.6))
    total = (tenure * monthly).round(2).astype(str)
    total[tenure == 0] = " "
    return pd.DataFrame(
        {
            "customerID": [f"{i:04d}-ABCDE" for i in range(n)],
            "gender": random.choice(["Female", "Male"], n),
            "tenure": tenure,
            "Contract": contract,
            "InternetService": internet,
            "MonthlyCharges": monthly,
            "TotalCharges": total,
            "Churn": np.where(churned, "Yes", "No"),
        }
    )


def write(path: Path, content: str | bytes) -> Path:
    """Write a file, text as UTF-8."""
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path
