"""What an offer changes about each customer: τ, the effect on the chance to be kept, and r, the chance to redeem.

With the value ``V`` of a customer, the cost ``d`` of an offer and the cost ``c`` of a contact::

    profit = V·τ − d·r − c          spend = d·r + c

The money inputs are the special case τ = p·γ − (1 − p)·s and r = p·γ + (1 − p)·ρ, in which a customer's churn
probability p says everything. A formula or a learner that was adopted gives each customer a τ and an r of their
own. It has seen none but the customers who were randomised, so it counts inside their range of scores alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from retention.errors import InputError, ModelError
from retention.profit.economics import Economics, checked_probabilities
from retention.profit.measured_rates import Rates
from retention.profit.offer import Offer

Amounts = NDArray[np.float64]
_ROUNDING = 1e-9


@dataclass(frozen=True, eq=False)
class Effects:
    """The effects of k offers on n customers.

    Attributes
    ----------
    kept
        τ, by how much the offer changes the chance that the customer is kept, (n, k), in [−1, 1].
    redeemed
        r, the chance that the customer redeems it, (n, k), in [0, 1].

    Raises
    ------
    InputError
        If the two differ in shape, or one lies outside its bounds.

    Examples
    --------
    >>> effects = Effects(kept=np.array([[0.1]]), redeemed=np.array([[0.4]]))
    >>> offer = Offer(id="cash", gives={"en": "cash"}, cost=50)
    >>> effects.profit([offer], Economics(value=500, contact_cost=1)).tolist()
    [[29.0]]
    """

    kept: Amounts = field(repr=False)
    redeemed: Amounts = field(repr=False)

    def __post_init__(self) -> None:
        """Refuse effects out of bounds."""
        if self.kept.ndim != 2 or self.kept.shape != self.redeemed.shape:
            raise InputError(
                f"effects: kept has shape {self.kept.shape} and redeemed {self.redeemed.shape}; "
                "give both of each customer and offer"
            )
        for name, share, low in (("kept", self.kept, -1.0), ("redeemed", self.redeemed, 0.0)):
            if share.size and not (share.min() >= low - _ROUNDING and share.max() <= 1 + _ROUNDING):
                raise InputError(f"effects: {name} must be from {low:g} to 1 everywhere; correct the effects")

    def profit(self, offers: Sequence[Offer], economics: Economics, value: ArrayLike | None = None) -> Amounts:
        """Return the expected incremental profit V·τ − d·r − c of each offer, (n, k), currency.

        Parameters
        ----------
        offers
            The k offers, for their costs.
        economics
            The contact cost, and the value where ``value`` is None.
        value
            Margin kept if they stay, (n,), currency.
        """
        worth = np.asarray(economics.value if value is None else value, dtype=np.float64)
        return worth[..., np.newaxis] * self.kept - self.spend(offers, economics)

    def spend(self, offers: Sequence[Offer], economics: Economics) -> Amounts:
        """Return the expected cost d·r + c of each offer, (n, k), currency."""
        costs = np.array([offer.cost for offer in offers], dtype=np.float64)
        spend: Amounts = costs * self.redeemed + economics.contact_cost
        return spend


class EffectModel(Protocol):
    """A formula or a learner that was adopted because it earns more than the rates alone."""

    def effects(self, probability: Amounts, features: pd.DataFrame, offers: Sequence[Offer]) -> Effects:
        """Return the effects of k offers on n customers.

        Parameters
        ----------
        probability
            Calibrated churn probability, (n,), in [0, 1].
        features
            What else is known of them, n rows, as it was read: numbers and texts. Columns may be missing or new.
        offers
            The k offers.
        """


def priced(offer: Offer, economics: Economics, rates: Rates | None = None) -> Economics:
    """Return the money inputs of one offer, its measured rates over the assumed ones."""
    own = offer.economics(economics)
    return own if rates is None else rates.economics(offer, own)


def effects_of(
    probability: ArrayLike, offers: Sequence[Offer], economics: Economics, rates: Rates | None = None
) -> Effects:
    """Return the effects that follow from the rates: τ = p·γ − (1 − p)·s and r = p·γ + (1 − p)·ρ.

    Parameters
    ----------
    probability
        Calibrated churn probability, (n,), in [0, 1].
    offers
        The k offers.
    economics
        What is assumed; an offer may have its own save rate.
    rates
        What was measured, over what is assumed; None for nothing.

    Examples
    --------
    >>> offer = Offer(id="cash", gives={"en": "cash"}, cost=50)
    >>> effects = effects_of([0.5], [offer], Economics(save_rate=0.2, stayer_redemption=0.6))
    >>> effects.kept.tolist(), effects.redeemed.tolist()
    ([[0.1]], [[0.4]])
    """
    p = checked_probabilities(probability)[:, np.newaxis]
    own = [priced(offer, economics, rates) for offer in offers]
    saved, redeeming, harmed = (
        np.array([getattr(inputs, name) for inputs in own], dtype=np.float64)
        for name in ("save_rate", "stayer_redemption", "harm_rate")
    )
    return Effects(p * saved - (1 - p) * harmed, p * saved + (1 - p) * redeeming)


def concatenated(parts: Sequence[Effects]) -> Effects:
    """Return the effects of the same offers on the customers of all parts, in order."""
    return Effects(
        np.concatenate([part.kept for part in parts]), np.concatenate([part.redeemed for part in parts])
    )


def with_learned(
    learned: Effects, by_rates: Effects, probability: Amounts, offers: Sequence[Offer], rates: Rates
) -> Effects:
    """Return the learned effects where they count, and those of the rates elsewhere.

    They count inside the range of scores that was randomised, for an offer whose measured rates are in force.

    Parameters
    ----------
    learned, by_rates
        Of an adopted model, and from :func:`effects_of`, each (n, k).
    probability
        Calibrated churn probability, (n,).
    offers, rates
        The k offers, and what was measured of them.

    Raises
    ------
    ModelError
        If the learned effects are those of other customers or offers.
    """
    if learned.kept.shape != by_rates.kept.shape:
        raise ModelError(
            f"effects: the learned ones have shape {learned.kept.shape}, expected {by_rates.kept.shape}; "
            "learn from the campaigns again"
        )
    in_force = np.array([rates.of(offer) is not None for offer in offers], dtype=np.bool_)
    counts = inside_range(probability, rates)[:, np.newaxis] & in_force
    return Effects(
        np.where(counts, learned.kept, by_rates.kept), np.where(counts, learned.redeemed, by_rates.redeemed)
    )


def inside_range(probability: Amounts, rates: Rates) -> NDArray[np.bool_]:
    """Return whether each customer's score lies in the range that was randomised, ends included, (n,)."""
    inside: NDArray[np.bool_] = (probability >= rates.score_low) & (probability <= rates.score_high)
    return inside
