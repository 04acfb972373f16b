"""The columns of a send list."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retention.churn.model import ChurnModel
from retention.customers.table import Customers
from retention.profit.economics import Economics
from retention.profit.evidence import ASSUMED, MEASURED, as_cell
from retention.targeting.message_columns import message_columns
from retention.targeting.send_decision import SendDecision
from retention.targeting.send_policy import SendPolicy

REASONS = ("reason_1", "reason_2", "reason_3")


def send_list_rows(
    customers: Customers,
    model: ChurnModel,
    policy: SendPolicy,
    decision: SendDecision,
    *,
    matrix: NDArray[np.float64],
    probability: NDArray[np.float64],
) -> pd.DataFrame:
    """Put the scores of n customers, and the decision about them, into columns.

    Parameters
    ----------
    customers, model, policy, decision
        The customers, the model that scored them, the send policy, and the decision about these n.
    matrix, probability
        The customers as the model sees them, (n, d), and their churn probability, (n,).

    Returns
    -------
    DataFrame
        See :class:`retention.targeting.Scored`.
    """
    value, offers = customers.value, policy.offers
    offered = np.array([offer.id for offer in offers], dtype=object)[decision.offer]
    rows = pd.DataFrame(index=customers.frame.index)
    rows[customers.roles.id] = customers.ids
    rows["churn_probability"] = probability
    rows["value"] = policy.economics.value if value is None else value
    rows["expected_profit"] = np.round(decision.expected_profit, 2)
    rows["send"] = np.where(decision.send, "yes", "no")
    rows["offer"] = np.where(decision.send, offered, "")
    rows = rows.join(_reasons(customers, model, _explained(policy, decision), matrix))
    rows["value_evidence"] = rows["expected_profit_evidence"] = ASSUMED
    if decision.measured.any():  # the value of a customer stays assumed
        rows["expected_profit_evidence"] = np.where(decision.measured, as_cell((MEASURED, ASSUMED)), ASSUMED)
    # So that `offers` writes of the cost, and in the currency, that was priced here.
    rows["offer_cost"] = np.array([offer.cost for offer in offers], dtype=np.float64)[decision.offer]
    rows["offer_cost_evidence"] = ASSUMED
    if policy.economics.currency != Economics.currency:  # a send list in ASCII stays one
        rows["currency"] = policy.economics.currency
    for name, column in message_columns(customers).items():
        rows[name] = column
    return rows.reset_index(drop=True)


def _explained(policy: SendPolicy, decision: SendDecision) -> NDArray[np.bool_]:
    """Return whose reasons the policy asks for, (n,)."""
    if policy.reasons == "list":
        return decision.send
    return np.full(len(decision.send), policy.reasons == "all")


def _reasons(
    customers: Customers, model: ChurnModel, explained: NDArray[np.bool_], matrix: NDArray[np.float64]
) -> pd.DataFrame:
    """Return the reasons of some of the customers, n rows; the others' are empty."""
    texts = pd.DataFrame("", index=customers.frame.index, columns=list(REASONS), dtype="str")
    if explained.any():
        chosen = np.flatnonzero(explained)
        texts.iloc[chosen] = model.top_reasons(customers.take(chosen), matrix=matrix[chosen]).to_numpy()
    return texts
