"""The send policy: money inputs, offers and limits that decide which customer gets which offer."""

from dataclasses import dataclass, field, replace
from typing import Literal, get_args

import numpy as np

from retention.churn.drift import Drift
from retention.churn.model import ChurnModel
from retention.errors import InputError, ModelError
from retention.profit.catalogue import Offer
from retention.profit.curve import ProfitCurve
from retention.profit.economics import Economics
from retention.profit.effects import EffectModel, Effects, priced
from retention.profit.measured_rates import OfferRates, Rates
from retention.targeting.priced_offers import PricedOffers
from retention.targeting.pricing import offers_at, profit_of_model
from retention.targeting.send_decision import Amounts, SendDecision

Reasons = Literal["list", "all", "none"]
"""Whose reasons a send list holds: of the customers on the list, of all, or of none."""

DRIFTED = "these customers drifted severely from those the model learned from"


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
    rates
        What campaigns measured of the offers, over what is assumed, while it is in force. None for nothing.
    effect_model
        A formula or learner that was adopted: it gives each customer of the range of scores that was randomised
        an effect of their own, and then each customer's own profit decides unless ``threshold`` is passed.
    reasons
        Whose reasons are worked out: of the customers who get an offer (``list``), of all, or of none. Reasons
        take nearly all of the time of scoring, and nobody is contacted for those of the others.
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
    rates: Rates | None = None
    effect_model: EffectModel | None = field(default=None, repr=False)
    reasons: Reasons = "list"
    model_threshold: float | None = None

    def __post_init__(self) -> None:
        """Refuse limits that cannot be kept."""
        if self.threshold is not None and not 0 <= self.threshold <= 1:
            raise InputError(f"threshold: {self.threshold} is not a probability; pass a number from 0 to 1")
        if self.top is not None and self.top < 1:
            raise InputError(f"top: {self.top} is too few; pass 1 or more")
        if self.reasons not in get_args(Reasons):
            raise InputError(f"reasons: {self.reasons!r} is no choice; pass {', '.join(get_args(Reasons))}")
        if self.effect_model is not None and self.rates is None:
            raise InputError("effect_model: counts where its campaigns randomised; pass their rates with it")
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
    def measured_offers(self) -> tuple[Offer, ...]:
        """The offers with their measured save rates over the assumed ones."""
        return self.offers if self.rates is None else tuple(map(self.rates.measured_offer, self.offers))

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
    def candidates(self) -> tuple[Offer, ...]:
        """The offers of which one may be sent to a customer."""
        return self.choice or self.offers[:1]

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
        rates = {priced(offer, self.economics, self.rates).save_rate for offer in self.choice}
        if len(self.choice) < 2 or len(rates) > 1 or self.effect_model is not None:
            return None
        return (
            f"every offer is assumed to have a save rate of {rates.pop():.0%}, so the cheapest always earns most; "
            "give each its own save_rate in the catalogue"
        )

    @property
    def first_economics(self) -> Economics:
        """The money inputs of the first offer, its measured rates over the assumed ones."""
        if self.choice:
            return priced(self.choice[0], self.economics, self.rates)
        return self.economics if self.rates is None else self.rates.economics(self.offers[0], self.economics)

    @property
    def measured(self) -> OfferRates | None:
        """The measured rates of the first offer; None where they are assumed."""
        return None if self.rates is None else self.rates.of(self.candidates[0])

    def after(self, drift: Drift) -> "SendPolicy":
        """Return the policy for customers with this drift: where it is severe, no measured rate is in force."""
        if self.rates is None or drift.level != "severe":
            return self
        return replace(self, rates=self.rates.all_set_aside(DRIFTED))

    def profit_curve(self, model: ChurnModel) -> ProfitCurve:
        """Price every threshold on the model's out-of-fold scores, for the first offer.

        Raises
        ------
        ModelError
            If the model came without its out-of-fold rows.
        """
        return profit_of_model(model, self.first_economics, self.measured)

    def settle(self, model: ChurnModel, *, has_values: bool) -> "SendPolicy":
        """Return the policy with the model's threshold filled in, where one is needed and none was passed.

        Parameters
        ----------
        model
            The break-even probability at these economics is taken, unless its out-of-fold rows show that its
            probabilities are off there; see :mod:`retention.profit.deployed`.
        has_values
            Whether each customer has a value of their own, and so a break-even probability of their own.
        """
        if not self.by_threshold or self.threshold is not None or has_values or self.effect_model is not None:
            return self
        if model.out_of_fold is None:
            break_even, measured = self.first_economics.break_even(), self.measured
            threshold = break_even if measured is None else measured.threshold(break_even)
            return replace(self, model_threshold=threshold)
        return replace(self, model_threshold=self.profit_curve(model).threshold_deployed)

    def decide(self, probability: Amounts, value: Amounts | None, learned: Effects | None = None) -> SendDecision:
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
        learned
            What the effect model expects of these customers and the :attr:`candidates`, (n, candidates).

        Raises
        ------
        ModelError
            If the policy has an effect model, and ``learned`` is missing or that of other customers.
        """
        if self.effect_model is not None and learned is None and len(probability):
            raise ModelError("effect_model: has not been asked about these customers; pass what it learned")
        choice = self.choice
        offers = PricedOffers(self.candidates, self.economics, self.first_economics, self.rates)
        if len(choice) > 1 or (choice and not self.customer_by_customer):
            return offers.weigh(probability, value, learned, budget=self.budget, max_contacts=self.most_contacts)
        return offers.cut(probability, value, learned, send_from=self.send_from, most=self.most_contacts)
