"""The send policy: money inputs, offers and limits that decide which customer gets which offer."""

from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from retention.churn.model import ChurnModel
from retention.errors import InputError, ModelError
from retention.profit.catalogue import Offer, load_catalogue, packaged_catalogue
from retention.profit.curve import ProfitCurve, profit_curve
from retention.profit.economics import Economics
from retention.profit.knapsack import NO_OFFER, allocate_offers
from retention.targeting.send_decision import Amounts, SendDecision


@dataclass(frozen=True, kw_only=True)
class SendPolicy:
    """The money inputs, the offers, and how to select the customers who get one.

    By default everyone from a churn probability on gets the first offer. With ``every_offer``, a ``budget`` or
    ``max_contacts`` the expected profit of each customer decides instead, and there is no threshold.

    Attributes
    ----------
    economics
        The money inputs.
    catalogue
        The offers that can be sent. None stands for the packaged ones, the first at the economics' cost.
    threshold
        Send from this churn probability on, in [0, 1]. None: with a value column from each customer's own
        break-even probability on; otherwise from the threshold that :meth:`settle` takes from the model.
    top
        Send to this many customers at the most (1 or more), the highest expected profit first.
    every_offer
        Give each customer that offer of the catalogue which is expected to earn most, or none. With a catalogue
        of one offer, customer by customer that one or nothing.
    budget
        Cap on what the offers sent are expected to cost, contacts included (currency, >= 0). Those are sent that
        earn most together; see :func:`retention.profit.knapsack.allocate_offers`.
    max_contacts
        Cap on the customers contacted (>= 0); likewise.
    model_threshold
        The threshold that the model gives where none was asked for. It may lie above 1, or be infinite, where
        no offer pays. Only :meth:`settle` sets it.

    Raises
    ------
    InputError
        If a limit cannot be used, or two of them contradict each other.

    Examples
    --------
    >>> SendPolicy(threshold=0.3).decide(np.array([0.2, 0.3, 0.9]), None).send.tolist()
    [False, True, True]
    >>> SendPolicy(max_contacts=1).decide(np.array([0.2, 0.3, 0.9]), None).send.tolist()
    [False, False, True]
    """

    economics: Economics = field(default_factory=Economics)
    catalogue: tuple[Offer, ...] | None = None
    threshold: float | None = None
    top: int | None = None
    every_offer: bool = False
    budget: float | None = None
    max_contacts: int | None = None
    model_threshold: float | None = None

    def __post_init__(self) -> None:
        """Refuse limits that cannot be kept."""
        if self.threshold is not None and not 0 <= self.threshold <= 1:
            raise InputError(f"threshold: {self.threshold} is not a probability; pass a number from 0 to 1")
        if self.top is not None and self.top < 1:
            raise InputError(f"top: {self.top} is too few; pass 1 or more")
        if self.by_threshold:
            return
        if self.threshold is not None:
            raise InputError(
                "threshold: cannot go together with several offers, a budget or a cap on contacts, which weigh "
                "what each customer would earn; leave it out"
            )
        self.decide(np.empty(0), None)  # so that a limit out of bounds is refused before a long file is read

    @property
    def offers(self) -> tuple[Offer, ...]:
        """The offers that can be sent, in the catalogue's order."""
        return self.catalogue or offers_at(self.economics)

    @property
    def by_threshold(self) -> bool:
        """Whether everyone from a churn probability on gets the first offer."""
        return not self.every_offer and self.budget is None and self.max_contacts is None

    @property
    def choice(self) -> tuple[Offer, ...]:
        """The offers that are weighed customer by customer; empty where a threshold decides."""
        if self.by_threshold:
            return ()
        return self.offers if self.every_offer else self.offers[:1]

    @property
    def most_contacts(self) -> int | None:
        """How many customers get an offer at the most; None for no limit."""
        caps = [cap for cap in (self.top, self.max_contacts) if cap is not None]
        return min(caps, default=None)

    @property
    def send_from(self) -> float | None:
        """The churn probability from which on an offer is sent; None where each customer has their own."""
        return self.model_threshold if self.threshold is None else self.threshold

    @property
    def customer_by_customer(self) -> bool:
        """Whether a customer's offer depends on no other customer, so parts of a file can be decided alone."""
        return self.most_contacts is None and self.budget is None

    @property
    def caution(self) -> str | None:
        """One sentence on why the choice between the offers means nothing, if it does not."""
        rates = {offer.economics(self.economics).save_rate for offer in self.choice}
        if len(self.choice) < 2 or len(rates) > 1:
            return None
        return (
            f"every offer is assumed to have a save rate of {rates.pop():.0%}, so the cheapest always earns most; "
            "give each its own save_rate in the catalogue"
        )

    def settle(self, model: ChurnModel, *, has_values: bool) -> "SendPolicy":
        """Return the policy with the model's threshold filled in, where one is needed and none was passed.

        Parameters
        ----------
        model
            Its best threshold at these economics is taken, or the break-even probability where it came without
            out-of-fold rows.
        has_values
            Whether each customer has a value of their own, and so a break-even probability of their own.
        """
        if not self.by_threshold or self.threshold is not None or has_values:
            return self
        if model.out_of_fold is None:
            return replace(self, model_threshold=self.economics.break_even())
        return replace(self, model_threshold=profit_of_model(model, self.economics).threshold_best)

    def decide(self, probability: Amounts, value: Amounts | None) -> SendDecision:
        """Decide about n customers.

        A customer exactly at the break-even probability is contacted, as in the profit that is measured. Where
        offers or limits are weighed they are not, because an offer that earns nothing may take the place of one
        that does.

        Parameters
        ----------
        probability
            Calibrated churn probability, (n,), in [0, 1].
        value
            Margin kept if they stay, (n,), currency; None for the economics' one number.
        """
        choice = self.choice
        weighed = len(choice) > 1 or (choice and not self.customer_by_customer)
        return self._weigh(probability, value) if weighed else self._cut(probability, value)

    def _cut(self, probability: Amounts, value: Amounts | None) -> SendDecision:
        """Send one offer from a probability on, to those of the highest expected profit where there is a cap."""
        choice, most = self.choice, self.most_contacts
        economics = choice[0].economics(self.economics) if choice else self.economics
        expected = economics.expected_profit(probability, value)
        send = probability >= (economics.break_even(value) if self.send_from is None else self.send_from)
        if most is not None and send.sum() > most:
            ranked = np.argsort(-np.where(send, expected, -np.inf), kind="stable")
            send = np.zeros(len(probability), dtype=bool)
            send[ranked[:most]] = True
        return SendDecision(
            send=send,
            offer=np.zeros(len(send), dtype=np.int8),
            expected_profit=expected,
            spend=np.where(send, economics.expected_spend(probability), 0.0),
        )

    def _weigh(self, probability: Amounts, value: Amounts | None) -> SendDecision:
        """Choose the offers that earn most together within the limits."""
        chosen = allocate_offers(
            probability,
            value,
            self.choice,
            self.economics,
            budget=self.budget,
            max_contacts=self.most_contacts,
        )
        send = chosen.offer != NO_OFFER
        first = self.choice[0].economics(self.economics).expected_profit(probability, value)
        return SendDecision(
            send=send,
            offer=np.where(send, chosen.offer, 0).astype(np.int8),
            expected_profit=np.where(send, chosen.expected_profit, first),
            spend=chosen.expected_spend,
            budget_price=chosen.budget_price,
            next_thousand=chosen.next_thousand,
            contact_price=chosen.contact_price,
        )


def profit_of_model(model: ChurnModel, economics: Economics) -> ProfitCurve:
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


def offers_at(economics: Economics, path: Path | None = None) -> tuple[Offer, ...]:
    """Return the offers of a catalogue, by default the packaged one, the first as the money inputs say."""
    return (packaged_catalogue() if path is None else load_catalogue(path)).at(economics)
