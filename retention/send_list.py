"""The send list: who gets which offer, with the reasons and the money beside it."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from retention.churn.drift import Drift, drift
from retention.churn.model import ChurnModel
from retention.churn.reasons import top_reasons
from retention.customers.reading.files import Limits
from retention.customers.reading.tables import read_table
from retention.customers.table import Customers
from retention.errors import InputError, ModelError
from retention.offers.facts import message_facts
from retention.profit.catalogue import Offer, read_catalogue
from retention.profit.curve import ProfitCurve, profit_curve
from retention.profit.economics import Economics

#: What these amounts rest on: inputs nobody has measured yet.
ASSUMED = "assumed"
REASONS = ("reason_1", "reason_2", "reason_3")


@dataclass(frozen=True, eq=False)
class Scored:
    """Customers with their probability to leave, what an offer to each would earn, and who gets one.

    Attributes
    ----------
    send_list
        One row an input customer, in input order: id, ``churn_probability``, ``value`` and
        ``expected_profit`` (currency), ``send`` (yes/no), ``offer``, ``reason_1`` to ``reason_3``, what
        the amounts rest on, and the facts a message may use.
    id
        Name of the id column.
    mean_probability
        Mean churn probability.
    drift
        How these customers differ from those the model was trained on.
    threshold
        The probability from which on customers were put on the list; None where each had their own.
    """

    send_list: pd.DataFrame
    id: str
    mean_probability: float
    drift: Drift
    threshold: float | None

    @property
    def contacted(self) -> int:
        """How many customers get an offer."""
        return int((self.send_list["send"] == "yes").sum())


def offers_at(economics: Economics, path: Path | None = None) -> tuple[Offer, ...]:
    """Return the catalogue with the first offer at the economics' cost, so that messages give what was priced."""
    return read_catalogue(path, currency=economics.currency, offer_cost=economics.offer_cost)


def profit(model: ChurnModel, economics: Economics) -> ProfitCurve:
    """Price every threshold on the model's out-of-fold scores.

    Raises
    ------
    ModelError
        If the model came without its out-of-fold rows.
    """
    rows = model.out_of_fold
    if rows is None:
        raise ModelError(
            "this model came without its out-of-fold rows, so no profit can be measured; "
            "train it here, or ask for a copy with evaluation"
        )
    return profit_curve(score=rows.score, label=rows.label, fold=rows.fold, value=rows.value, economics=economics)


def score(
    customers: Customers,
    model: ChurnModel,
    economics: Economics,
    *,
    threshold: float | None = None,
    top: int | None = None,
    catalogue: tuple[Offer, ...] | None = None,
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
        The offers there are; the first one is sent. None: the packaged ones, at the economics' cost.

    Raises
    ------
    InputError
        If ``threshold`` or ``top`` cannot be used.
    ModelError
        If the customers lack a column that the model needs.
    """
    if threshold is not None and not 0 <= threshold <= 1:
        raise InputError(f"threshold: {threshold} is not a probability; pass a number from 0 to 1")
    if top is not None and top < 1:
        raise InputError(f"top: {top} is too few; pass 1 or more")
    offer = (catalogue or offers_at(economics))[0]
    probability = model.predict(customers)
    value = customers.value
    expected = economics.expected_profit(probability, value)
    if threshold is None and value is None:
        threshold = profit(model, economics).threshold_best if model.out_of_fold else economics.break_even()
    send = expected > 0 if threshold is None else probability >= threshold
    if top is not None and send.sum() > top:
        ranked = np.argsort(-np.where(send, expected, -np.inf), kind="stable")
        send = np.zeros(len(customers), dtype=bool)
        send[ranked[:top]] = True

    rows = pd.DataFrame(index=customers.frame.index)
    rows[customers.roles.id] = customers.ids
    rows["churn_probability"] = probability
    rows["value"] = economics.value if value is None else value
    rows["expected_profit"] = np.round(expected, 2)
    rows["send"] = np.where(send, "yes", "no")
    rows["offer"] = np.where(send, offer.id, "")
    rows = rows.join(top_reasons(model, customers))
    rows["value_evidence"] = rows["expected_profit_evidence"] = ASSUMED
    rows["offer_cost"] = offer.cost  # so that `offers` gives what was priced here
    rows["offer_cost_evidence"] = ASSUMED
    for name, column in message_facts(customers).items():
        rows[name] = column
    return Scored(
        rows.reset_index(drop=True),
        customers.roles.id,
        float(probability.mean()),
        drift(model, customers, probability),
        threshold,
    )


def read_send_list(path: Path) -> pd.DataFrame:
    """Read a scored CSV back; its first column is the id and stays text."""
    table = read_table(
        path,
        limits=Limits.from_settings(),
        text_columns=lambda columns: {columns[0], "send", "offer", "name", "cuisine", *REASONS},
    )
    return table.frame
