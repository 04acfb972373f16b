"""Score a table of customers and make its send list."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retention.churn.drift import Drift, DriftCounter
from retention.churn.model import ChurnModel
from retention.churn.schema import encode
from retention.customers.table import Customers
from retention.profit.evidence import ASSUMED
from retention.targeting.message_columns import message_columns
from retention.targeting.send_decision import SendDecision
from retention.targeting.send_list import send_list_rows
from retention.targeting.send_policy import SendPolicy
from retention.targeting.summary import Spending, spending_of


@dataclass(frozen=True, eq=False)
class Scored:
    """Customers with their churn probability, what an offer to each would earn, and which of them get one.

    Attributes
    ----------
    send_list
        One row per customer scored, in input order: id, ``churn_probability``, ``value`` and
        ``expected_profit`` (currency), ``send`` (yes/no), ``offer``, ``reason_1`` to ``reason_3`` (empty for
        those whose reasons the policy does not ask for), what the amounts rest on, ``offer_cost`` (currency),
        ``currency`` (sign or code) where it is not ₹, and the columns a message may use. A row without an offer
        is priced with the catalogue's first offer.
    id
        Name of the id column.
    mean_probability
        Mean churn probability.
    drift
        How these customers differ from those the model was trained on.
    threshold
        The churn probability from which on an offer is sent; None where each customer has their own.
    spending
        What the offers are expected to cost and what more would earn, where they were chosen customer by
        customer or within limits; else None.
    policy
        The send policy as it decided: with the model's threshold, and without the rates that drift set aside.
    evidence
        What the expected profit of the offers sent rests on.
    """

    send_list: pd.DataFrame
    id: str
    mean_probability: float
    drift: Drift
    threshold: float | None
    spending: Spending | None = None
    policy: SendPolicy | None = field(default=None, repr=False)
    evidence: tuple[str, ...] = (ASSUMED,)

    @property
    def contacted(self) -> int:
        """How many customers get an offer."""
        return int((self.send_list["send"] == "yes").sum())


def score(customers: Customers, model: ChurnModel, policy: SendPolicy) -> Scored:
    """Decide which customers get an offer, and put all of them on a send list.

    Parameters
    ----------
    customers
        Whom to score; a label column is ignored. Of a panel of several cutoffs the rows of the newest are scored.
    model
        What gives their churn probabilities, and the threshold where the policy needs one.
    policy
        The money inputs, the offers, and how to select.

    Raises
    ------
    ModelError
        If the customers lack a column that the model needs.
    """
    customers = customers.newest()
    matrix = encode(model.columns, customers)
    calibrated = model.score(matrix)
    probability = model.probability(calibrated)
    tally = DriftCounter(model)
    tally.add(customers, matrix, calibrated)
    drift = tally.drift()
    policy = policy.after(drift).settle(model, has_values=customers.roles.value is not None)
    decision = decide(customers, model, policy, probability)
    return Scored(
        send_list_rows(customers, model, policy, decision, matrix=matrix, probability=probability),
        customers.roles.id,
        float(probability.sum()) / max(1, len(probability)),
        drift,
        policy.send_from,
        spending_of(policy, decision, float(decision.spend.sum())),
        policy,
        decision.evidence,
    )


def decide(
    customers: Customers, model: ChurnModel, policy: SendPolicy, probability: NDArray[np.float64]
) -> SendDecision:
    """Decide about n customers of known churn probability, (n,); an effect model is asked about them first."""
    learned = None
    if policy.effect_model is not None:
        features = effect_features(customers, model)
        learned = policy.effect_model.effects(probability, features, policy.candidates)
    return policy.decide(probability, customers.value, learned)


def effect_features(customers: Customers, model: ChurnModel) -> pd.DataFrame:
    """Return what an effect model may use besides the churn probability, n rows.

    These are the columns of the churn model under their own names, and those that a send list keeps for messages
    under the names it gives them, because a campaign was drawn from a send list; never a person's name.
    """
    kept = {name: column for name, column in message_columns(customers).items() if name != "name"}
    return customers.frame[[column.name for column in model.columns]].assign(**kept)
