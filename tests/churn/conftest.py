"""Customers with a known truth, and models fitted on them once for all tests of this room."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from retention.churn.model import ChurnModel
from retention.customers.table import Customers, Roles
from tests.churn.cases import crossed, delivery, telecom


@pytest.fixture(scope="session")
def draw_crossed() -> Callable[..., Customers]:
    """Draw customers of whom trees are the best model."""
    return crossed


@pytest.fixture(scope="session")
def trees_model() -> ChurnModel:
    """A model that rests on trees, fitted on 1,000 customers."""
    return ChurnModel.fit(crossed())


@pytest.fixture(scope="session")
def draw_panel() -> Callable[..., Customers]:
    """Draw customers at several cutoffs."""
    return delivery


@pytest.fixture(scope="session")
def draw() -> Callable[..., Customers]:
    """Draw customers of one cutoff."""
    return telecom


@pytest.fixture(scope="session")
def customers() -> Customers:
    """500 customers of one cutoff."""
    return telecom()


@pytest.fixture(scope="session")
def model(customers: Customers) -> ChurnModel:
    """The model of the 500 customers."""
    return ChurnModel.fit(customers)


@pytest.fixture
def table() -> Callable[..., Customers]:
    """Build customers from columns; ids are numbered."""

    def build(*, label: Any = None, source: str = "table.csv", **columns: Any) -> Customers:
        n = len(next(iter(columns.values())))
        frame = pd.DataFrame({"id": pd.array([f"c{row}" for row in range(n)], dtype="str"), **columns})
        if label is not None:
            frame["churn"] = np.asarray(label, dtype=np.int8)
        return Customers(frame, Roles(id="id", label=None if label is None else "churn"), source)

    return build
