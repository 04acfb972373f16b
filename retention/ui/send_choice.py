"""What a visitor chooses in the Profit tab: how customers are selected for an offer, and within which limits."""

import math
from dataclasses import dataclass

from retention.errors import InputError
from retention.profit.catalogue import Offer
from retention.profit.economics import Economics
from retention.targeting import SendPolicy
from retention.wording.money import in_currency

SLIDER, FIRST, EVERY = "slider", "first", "every"


@dataclass(frozen=True)
class SendChoice:
    """How customers are selected for an offer.

    Attributes
    ----------
    how
        ``SLIDER``: everyone from its threshold up gets the first offer. ``FIRST``: everyone from their own
        break-even up gets it. ``EVERY``: everyone gets the offer that earns most with them.
    budget
        Cap on what the offers are expected to cost (currency, > 0), those that earn most first; None for none.
    max_contacts
        Cap on the customers contacted (1 or more); None for none.

    Raises
    ------
    InputError
        If a limit cannot be used, or is set together with the slider.
    """

    how: str = SLIDER
    budget: float | None = None
    max_contacts: int | None = None

    def __post_init__(self) -> None:
        """Refuse limits that cannot be kept."""
        if self.how not in {SLIDER, FIRST, EVERY}:
            raise InputError(f"how to choose: must be {SLIDER}, {FIRST} or {EVERY}, got {self.how[:20]!r}")
        if self.budget is not None and not 0 < self.budget < math.inf:
            raise InputError(f"budget: must be above 0, got {self.budget:g}; raise it, or leave it blank for none")
        cap = self.max_contacts
        if cap is not None and not (cap >= 1 and float(cap).is_integer()):
            raise InputError(
                f"most contacts: must be a whole number from 1 up, got {cap:g}; "
                "raise it, or leave it blank for none"
            )
        if self.how == SLIDER and (self.budget is not None or cap is not None):
            raise InputError("a budget or a cap on contacts: needs customers ranked; choose customer by customer")

    def policy(
        self, economics: Economics, offers: tuple[Offer, ...], *, threshold: float | None = None
    ) -> SendPolicy:
        """Return the send policy of this choice at these money inputs, with these offers.

        Parameters
        ----------
        threshold
            Where the slider is; None while nobody has moved it. It plays no part unless the slider decides.
        """
        by_slider = self.how == SLIDER
        return SendPolicy(
            economics=economics,
            catalogue=offers[:1] if self.how == FIRST else offers,
            threshold=threshold if by_slider else None,
            every_offer=not by_slider,
            budget=self.budget,
            max_contacts=None if self.max_contacts is None else int(self.max_contacts),
        )

    def in_words(self, currency: str) -> str:
        """Describe the choice as part of a sentence; blank for the slider.

        >>> SendChoice(EVERY, budget=10_000, max_contacts=200).in_words("₹")
        'the best offer of the table customer by customer, within a budget of ₹10,000 and 200 contacts'
        """
        if self.how == SLIDER:
            return ""
        offer = "the first offer" if self.how == FIRST else "the best offer of the table"
        limits = []
        if self.budget is not None:
            limits.append(f"a budget of {in_currency(self.budget, currency, exactly=True)}")
        if self.max_contacts is not None:
            limits.append(f"{self.max_contacts:,.0f} contacts")
        within = f", within {' and '.join(limits)}" if limits else ""
        return f"{offer} customer by customer{within}"
