from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from retention.churn.calibration import Calibration
from retention.churn.candidates import CANDIDATES, Blend
from retention.churn.model import ChurnModel
from retention.churn.schema import encode
from retention.churn.selection import Selection
from retention.customers.table import Customers
from retention.errors import ModelError


def chosen(model: ChurnModel, name: str, *, share: float = 0.5) -> ChurnModel:
    """Return the model with another candidate chosen."""
    candidates = {**model.selection.candidates, "blend": replace(model.selection.get(Blend), share=share)}
    calibrations = {name: Calibration() for name in candidates}
    return replace(model, selection=Selection(name, calibrations, candidates))


@pytest.fixture
def extremes(customers: Customers) -> Customers:
    """A customer at high risk and one at low risk, otherwise equal."""
    frame = customers.frame.iloc[:2].copy()
    frame["tenure"] = [1.0, 70.0]
    frame["contract"] = pd.array(["Monthly", "Yearly"], dtype="str")
    frame["monthly_fee"], frame["noise"] = 70.0, 0.0
    return Customers(frame, customers.roles)


@pytest.mark.parametrize("name", ["logistic regression", "xgboost", "blend"])
def test_the_customers_own_values_become_reasons(model: ChurnModel, extremes: Customers, name: str) -> None:
    """A short tenure and a monthly contract raise the risk in every model, and become the reasons."""
    reasons = chosen(model, name).top_reasons(extremes).iloc[0].tolist()
    assert {"tenure is 1, low against a typical 38.5", "contract is Monthly"} == set(reasons[:2])


def test_what_lowers_the_risk_is_no_reason(model: ChurnModel, extremes: Customers) -> None:
    """Somebody with a long tenure and a yearly contract gets empty texts rather than far-fetched ones."""
    reasons = chosen(model, "logistic regression").top_reasons(extremes).iloc[1]
    assert not reasons.str.contains("tenure|contract").any()
    assert reasons["reason_3"] == ""


def test_reasons_are_text_columns_indexed_like_the_customers(model: ChurnModel, customers: Customers) -> None:
    """They can be joined to the send list, whatever its index."""
    rows = customers.take(np.array([9, 4]))
    reasons = model.top_reasons(rows, top=2)
    assert reasons.columns.tolist() == ["reason_1", "reason_2"]
    assert reasons.index.tolist() == [9, 4]
    assert reasons.notna().all(axis=None)
    assert model.top_reasons(customers.take(np.array([], dtype=np.int64))).shape == (0, 3)


@pytest.mark.parametrize("name", [candidate.name for candidate in CANDIDATES])
def test_contributions_add_up(model: ChurnModel, customers: Customers, name: str) -> None:
    """Summed over columns they differ between customers by as much as the log-odds do."""
    selection = chosen(model, name).selection
    matrix = encode(model.columns, customers)
    added, log_odds = selection.contributions(matrix).sum(axis=1), selection.predict_log_odds(matrix)
    np.testing.assert_allclose(added - added[0], log_odds - log_odds[0], atol=1e-4)


def test_the_base_rate_has_no_reasons(model: ChurnModel, customers: Customers) -> None:
    """The same probability for everybody has no reasons."""
    assert (chosen(model, "base rate").top_reasons(customers) == "").all(axis=None)


def test_a_missing_column_is_named(model: ChurnModel, customers: Customers) -> None:
    """As for scoring."""
    with pytest.raises(ModelError, match="column 'tenure' is missing"):
        model.top_reasons(Customers(customers.frame.drop(columns="tenure"), customers.roles))


def test_directions_match_the_truth_of_the_market(model: ChurnModel) -> None:
    """Longer tenure goes with less churn, monthly contracts with more; noise has no clear direction."""
    directions = {direction.feature: direction for direction in model.directions}
    assert directions["tenure"].effect == "higher values go with less churn"
    assert directions["contract"].effect == "most churn with Monthly, least with Yearly"
    assert directions["noise"].effect == "no clear direction in the regression"
    assert directions["tenure"].agree and directions["contract"].agree
    sizes = [direction.mean_abs_contribution for direction in model.directions]
    assert sizes == sorted(sizes, reverse=True)
