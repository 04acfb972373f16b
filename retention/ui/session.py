"""A visitor's session: customers, model, money inputs, offers and messages."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retention.campaign.design import CONTROL
from retention.churn.drift import Drift, measure_drift
from retention.churn.model import ChurnModel
from retention.churn.schema import encode
from retention.customers.audit import Finding
from retention.customers.table import Customers
from retention.messages.run import MessageRun
from retention.pipeline.profit import profit_of_policy
from retention.pipeline.targeting import score
from retention.profit.catalogue import Catalogue, Offer, packaged_catalogue
from retention.profit.curve import ProfitCurve
from retention.profit.economics import Economics
from retention.profit.effects import EffectModel
from retention.profit.measured_rates import OfferRates, Rates
from retention.targeting import Scored, SendPolicy
from retention.ui.send_choice import FIRST, SLIDER, SendChoice

if TYPE_CHECKING:
    from retention.pipeline.campaign import Holdout
    from retention.pipeline.measure import Reading
    from retention.pipeline.play import PlayedToTheEnd


class Scores:
    """Churn probabilities, and the send list last made of them, kept while what they rest on is the same."""

    def __init__(self) -> None:
        self._of: tuple[ChurnModel, Customers] | None = None
        self._drift: Drift | None = None
        self._scores: NDArray[np.float64] = np.empty(0)
        self._list: tuple[ChurnModel, Customers, SendPolicy, Scored] | None = None

    def of(self, model: ChurnModel, customers: Customers) -> NDArray[np.float64]:
        """Return the churn probabilities of these customers, (n,)."""
        if self._of is None or self._of[0] is not model or self._of[1] is not customers:
            self._scores = model.predict(customers)
            self._of, self._drift = (model, customers), None
        return self._scores

    def drift_of(self, model: ChurnModel, customers: Customers) -> Drift:
        """Return how these customers differ from those the model was trained on."""
        self.of(model, customers)
        if self._drift is None:
            self._drift = measure_drift(model, customers, model.score(encode(model.columns, customers)))
        return self._drift

    def send_list(self, model: ChurnModel, customers: Customers, policy: SendPolicy) -> Scored:
        """Return the send list of these customers by a policy."""
        last = self._list  # other visits of the example may put theirs in its place meanwhile
        if last is None or last[0] is not model or last[1] is not customers or last[2] != policy:
            last = model, customers, policy, score(customers, model, policy)
            self._list = last
        return last[3]


@dataclass(frozen=True, eq=False)
class DrawnCampaign:
    """A campaign that was drawn in this visit.

    Attributes
    ----------
    holdout
        The draw: its design, its plan, and the campaign as it is registered in the ledger.
    scored
        The send list with the draw's columns; only the treated have ``send = yes``.
    """

    holdout: "Holdout"
    scored: Scored

    @property
    def held_out(self) -> int:
        """How many customers are held out."""
        return int((self.scored.send_list["arm"] == CONTROL).sum())


@dataclass(frozen=True, eq=False)
class Session:
    """One visitor's customers, model, prices and messages; each step returns a new one.

    Compared and hashed by identity, because gradio hashes the state after every event.

    Attributes
    ----------
    customers
        Customers with known outcome, to train on; or those to be scored when there is no label.
    today
        Active customers today, to whom messages go; None means those in ``customers``.
    findings
        What the audit of ``customers`` found.
    pictures
        Plotly figures of the customers by name, drawn once; None where there is nothing to draw.
    economics, catalogue
        The money inputs, and the offer catalogue; its first offer takes cost and save rate from the money inputs.
    rates, effect_model
        What campaigns measured, which stands over the assumed rates of ``economics`` while it is in force, and the
        model of each customer's effect that was adopted with it; None for nothing.
    earlier_rates
        What stood in their place before in this visit, the oldest first.
    chosen
        How the visitor selects customers for an offer; None until they choose. See ``send_choice``.
    model, curve
        The trained model, and its profit at every threshold under ``economics``; no profit for a model from the
        Hub that came without its evaluation rows.
    model_source, model_findings
        What the model was trained on here, and what the audit found in it; None for a loaded model.
    model_at
        ``OWNER/NAME@commit`` of this model on the Hub; None where it is not there.
    scored, message_run
        The send list, and the messages written for it.
    drawn
        The campaign that was drawn in this visit; its list is the one that messages are written from. None where
        nobody is held out.
    reading
        What the last measurement in this visit found; of ``drawn``, or of a campaign or experiment from files.
    example
        Plays a simulated campaign of these customers to its end, beside its truth, at the first call; None where
        the customers are not the example's.
    truth
        What only a simulated market tells of ``customers``, in their order; None where they are real.
    language_model_on
        Whether the visitor has the language model switched on.
    own_ledger
        The file in which this visit alone records sent messages; None while it needs none.
    scores
        The recipients' churn probabilities, and their send list last made.
    """

    customers: Customers | None = None
    today: Customers | None = None
    findings: tuple[Finding, ...] = ()
    pictures: Mapping[str, Any] = field(default_factory=dict)
    economics: Economics = field(default_factory=Economics)
    catalogue: Catalogue = field(default_factory=packaged_catalogue)
    rates: Rates | None = None
    earlier_rates: tuple[Rates, ...] = field(default=(), repr=False)
    effect_model: EffectModel | None = field(default=None, repr=False)
    chosen: SendChoice | None = None
    model: ChurnModel | None = None
    model_source: str | None = None
    model_findings: tuple[Finding, ...] | None = None
    model_at: str | None = None
    curve: ProfitCurve | None = None
    scored: Scored | None = None
    message_run: MessageRun | None = None
    drawn: DrawnCampaign | None = None
    reading: "Reading | None" = None
    example: "Callable[[], PlayedToTheEnd] | None" = field(default=None, repr=False)
    truth: pd.DataFrame | None = field(default=None, repr=False)
    language_model_on: bool = True
    own_ledger: Path | None = None
    scores: Scores = field(default_factory=Scores, repr=False)

    def with_model(self, model: ChurnModel, *, at: str | None = None) -> "Session":
        """Return the session with a loaded model, and without the results of the one before."""
        return replace(
            self,
            model=model,
            model_at=at,
            model_source=None,
            model_findings=None,
            curve=None,
            scored=None,
            message_run=None,
        )

    def with_own_model(self, model: ChurnModel) -> "Session":
        """Return the session with a model trained on its customers, noting source and audit for the report."""
        source = None if self.customers is None else self.customers.source
        return replace(self.with_model(model), model_source=source, model_findings=self.findings)

    def priced(self, economics: Economics) -> "Session":
        """Return the session at other money inputs, without the messages that were written at the old ones."""
        session = replace(self, economics=economics)
        if self.model is None:
            return session
        policy, curve = session.send_policy(), self.curve
        if curve is not None:
            curve = curve.reprice(policy.first_economics, policy.measured)
        elif self.model.out_of_fold is not None:
            curve = profit_of_policy(self.model, policy)
        return replace(session, curve=curve, scored=None, message_run=None)

    def with_rates(self, rates: Rates | None, effect_model: EffectModel | None = None) -> "Session":
        """Return the session planned with rates that campaigns measured; None returns to the assumed ones."""
        replaced = () if self.rates is None or self.rates == rates else (self.rates,)
        earlier = (*self.earlier_rates, *replaced)
        session = replace(self, rates=rates, earlier_rates=earlier, effect_model=effect_model)
        return session.priced(self.economics)

    @property
    def send_choice(self) -> SendChoice:
        """How customers are selected for an offer: by the slider, or customer by customer within limits.

        Until the visitor chooses, as in commands and scripts: by the slider, or, where each customer has a value
        of their own, by each customer's own break-even.
        """
        if self.chosen is not None:
            return self.chosen
        people = self.recipients
        return SendChoice(SLIDER if people is None or people.roles.value is None else FIRST)

    def send_policy(self, threshold: float | None = None) -> SendPolicy:
        """Return the visitor's send policy at the current money inputs and offers.

        Parameters
        ----------
        threshold
            Where the slider is; None while nobody has moved it.
        """
        policy = self.send_choice.policy(self.economics, self.offers, threshold=threshold)
        return replace(policy, rates=self.rates, effect_model=self.effect_model)

    @property
    def measured(self) -> OfferRates | None:
        """The measured rates of the first offer; None where they are assumed."""
        return self.send_policy().measured

    @property
    def expired(self) -> bool:
        """Whether gradio forgot this visit and began an empty one: a visit starts with customers or a model."""
        return self.customers is None and self.model is None

    @property
    def recipients(self) -> Customers | None:
        """The customers that a send list covers: those of today, of a panel those of the newest cutoff."""
        customers = self.customers if self.today is None else self.today
        return None if customers is None else customers.newest()

    @property
    def offers(self) -> tuple[Offer, ...]:
        """The offers at the money inputs, which set the first offer's cost and save rate."""
        return self.catalogue.at(self.economics)

    @property
    def message_terms(self) -> tuple[tuple[Offer, ...], str]:
        """The offers and the currency that messages are written with: of the drawn campaign, if there is one."""
        if self.drawn is None:
            return self.offers, self.economics.currency
        design = self.drawn.holdout.design
        return design.offers, design.economics.currency
