"""A table of customers -> their send list."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from retention.churn.drift import Drift, DriftCounter
from retention.churn.model import ChurnModel
from retention.churn.schema import encode
from retention.customers.table import Customers
from retention.profit.catalogue import Offer
from retention.profit.economics import Economics
from retention.tabular.files import Limits
from retention.tabular.tables import read_table
from retention.targeting.policy import policy_for
from retention.targeting.send_list import REASONS, send_list_rows
from retention.targeting.summary import Spending, spending_of


@dataclass(frozen=True, eq=False)
class Scored:
    """Customers with their probability to leave, what an offer to each would earn, and who gets one.

    Attributes
    ----------
    send_list
        One row an input customer, in input order: id, ``churn_probability``, ``value`` and
        ``expected_profit`` (currency), ``send`` (yes/no), ``offer``, ``reason_1`` to ``reason_3``, what
        the amounts rest on, ``offer_cost`` (currency), ``currency`` (sign or code) where it is not ₹, and the
        facts a message may use. A row without an offer is priced with the catalogue's first.
    id
        Name of the id column.
    mean_probability
        Mean churn probability.
    drift
        How these customers differ from those the model was trained on.
    threshold
        The probability from which on customers were put on the list; None where each had their own.
    spending
        What the offers are expected to cost and what more would earn, where they were chosen customer by
        customer or within limits; else None.
    """

    send_list: pd.DataFrame
    id: str
    mean_probability: float
    drift: Drift
    threshold: float | None
    spending: Spending | None = None

    @property
    def contacted(self) -> int:
        """How many customers get an offer."""
        return int((self.send_list["send"] == "yes").sum())


def score(
    customers: Customers,
    model: ChurnModel,
    economics: Economics,
    *,
    threshold: float | None = None,
    top: int | None = None,
    catalogue: tuple[Offer, ...] | None = None,
    every_offer: bool = False,
    budget: float | None = None,
    max_contacts: int | None = None,
) -> Scored:
    """Put customers on the send list.

    Parameters
    ----------
    customers
        Whom to score; a label column is ignored.
    threshold
        Send from this churn probability on. None: with a value column each customer's own
        break-even; else the model's best threshold at these economics, or the break-even
        probability where the model came without out-of-fold rows.
    top
        Send to this many at the most, the highest expected profit first.
    catalogue
        The offers there are; the first one is sent. None: the packaged ones, the first at the economics' cost.
    every_offer
        Give each customer that offer of the catalogue which is expected to earn most, or none.
    budget
        Cap on what the offers sent are expected to cost, contacts included (currency). Those are sent that
        earn most together (see :func:`retention.profit.knapsack.choose`), not those above a threshold.
    max_contacts
        Cap on the customers contacted; likewise.

    Raises
    ------
    InputError
        If a limit cannot be used, or two of them contradict each other.
    ModelError
        If the customers lack a column that the model needs.
    """
    policy = policy_for(
        model,
        economics,
        values=customers.roles.value is not None,
        threshold=threshold,
        top=top,
        catalogue=catalogue,
        every_offer=every_offer,
        budget=budget,
        max_contacts=max_contacts,
    )
    matrix = encode(model.columns, customers)
    probability = model.selection.probability(matrix)
    decision = policy.decide(probability, customers.value)
    tally = DriftCounter(model)
    tally.add(customers, matrix, probability)
    return Scored(
        send_list_rows(customers, model, policy, decision, matrix=matrix, probability=probability),
        customers.roles.id,
        tally.mean_probability,
        tally.drift(),
        policy.threshold,
        spending_of(policy, decision, float(decision.spend.sum())),
    )


def read_send_list(path: Path) -> pd.DataFrame:
    """Read a scored CSV back; its first column is the id and stays text."""
    table = read_table(
        path,
        limits=Limits.from_settings(),
        text_columns=lambda columns: {columns[0], "send", "offer", "currency", "name", "cuisine", *REASONS},
    )
    return table.frame
