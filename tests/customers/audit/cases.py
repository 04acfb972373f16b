"""Harmless customers, to which a test adds the columns to audit."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retention.customers.audit import Finding, audit
from retention.customers.intake import read_customers

ROWS = 1000

Cells = NDArray[Any] | list[str] | float
"""All cells of a column, or the one value that they share."""


def findings(check: str | None = None, **columns: Cells) -> list[Finding]:
    """Return the findings of one check, or of all, for harmless customers with these columns added."""
    rng = np.random.default_rng(3)
    frame = pd.DataFrame({
        "customer_id": [f"c{n}" for n in range(ROWS)],
        "basket": rng.gamma(4, 90, ROWS).round(2),
        "city": rng.choice(["Pune", "Delhi", "Goa"], ROWS),
        "churn": rng.random(ROWS) < 0.3,
    })  # fmt: skip
    audited = audit(read_customers(frame.assign(**columns)))
    return [finding for finding in audited if check in {None, finding.check}]


def random(seed: int = 0, rows: int = ROWS) -> np.random.Generator:
    """Return a seeded generator."""
    return np.random.default_rng([seed, rows])


def labelled(share: float = 0.3) -> NDArray[np.bool_]:
    """Return a label with this share of churned customers, (ROWS,)."""
    return np.arange(ROWS) % 100 < 100 * share
