"""The product's own formula with a save rate and a redemption that are fitted to each customer.

    profit = V·τ − d·r − c     τ = p·γ(x) − (1 − p)·s     r = p·γ(x) + (1 − p)·ρ(x)

A penalty shrinks γ(x) and ρ(x) to rates that depend on risk alone, and those of the offers to what was assumed and
to each other. See :mod:`retention.campaign.formula_likelihood`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from retention.campaign.effect import Floats
from retention.campaign.feature_columns import same_feature_columns
from retention.campaign.feature_scaling import FeatureScaling
from retention.campaign.formula_likelihood import Layout
from retention.errors import ModelError
from retention.profit.effects import Effects
from retention.profit.offer import Offer

FORMULA_FILE = "formula.json"

_LEAST_SCORE = 1e-4


@dataclass(frozen=True, eq=False)
class FittedFormula:
    """γ(x), ρ(x) and s of K offers.

    Attributes
    ----------
    offers
        Names of the K offers or treatments.
    scaling
        Of the q features that it uses.
    coefficients
        See :class:`retention.campaign.formula_likelihood.Layout`.
    score_middle, score_spread
        Mean and standard deviation of the logit of the score, in the campaigns.
    penalty
        Of the slopes; None where rates depend on risk alone.
    """

    offers: tuple[str, ...]
    scaling: FeatureScaling
    coefficients: Floats = field(repr=False)
    score_middle: float
    score_spread: float
    penalty: float | None

    @property
    def layout(self) -> Layout:
        """Where the coefficients stand."""
        return Layout(len(self.scaling.names), len(self.offers))

    def rates(self, probability: Floats, x: Floats) -> tuple[Floats, Floats, Floats]:
        """Return γ (n, K), s (K,) and ρ (n, K) for features (n, q) as they were measured."""
        z = self.scaling.apply(x)
        risk = (logit_of(probability) - self.score_middle) / self.score_spread
        parts = [self.layout.rates(self.coefficients, k, z, risk) for k in range(len(self.offers))]
        harm = np.array([part[1] for part in parts])
        redeem = np.column_stack([part[2] for part in parts]) * (1 - harm)
        return np.column_stack([part[0] for part in parts]), harm, redeem

    def kept_and_redeemed(self, probability: Floats, x: Floats) -> tuple[Floats, Floats]:
        """Return τ and r of each offer, (n, K) each, for features (n, q)."""
        save, harm, redeem = self.rates(probability, x)
        p = probability[:, np.newaxis]
        return p * save - (1 - p) * harm, np.clip(p * save + (1 - p) * redeem, 0.0, 1.0)

    def effects(self, probability: Floats, features: pd.DataFrame, offers: Sequence[Offer]) -> Effects:
        """Return the effects of offers; one that was not in the campaigns gets the mean of those that were."""
        x = same_feature_columns(self.scaling.names, features).to_numpy(np.float64)
        kept, redeemed = self.kept_and_redeemed(np.asarray(probability, dtype=np.float64), x)
        return Effects(
            *(columns_of([offer.id for offer in offers], self.offers, part) for part in (kept, redeemed))
        )

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {
            "offers": list(self.offers),
            "features": self.scaling.as_dict(),
            "coefficients": {name: self.coefficients[part].tolist() for name, part in self.layout.parts.items()},
            "score_middle": self.score_middle,
            "score_spread": self.score_spread,
            "penalty": self.penalty,
        }

    @classmethod
    def from_dict(cls, saved: Mapping[str, Any]) -> "FittedFormula":
        """Return what :meth:`as_dict` gave.

        Raises
        ------
        ModelError
            If it holds no formula.
        """
        try:
            scaling = FeatureScaling.from_dict(saved["features"])
            offers = tuple(map(str, saved["offers"]))
            layout = Layout(len(scaling.names), len(offers))
            parts = [np.array(saved["coefficients"][name], dtype=np.float64) for name in layout.parts]
            coefficients = np.concatenate(parts)
            penalty = saved["penalty"]
            middle, spread = float(saved["score_middle"]), float(saved["score_spread"])
        except (KeyError, TypeError, ValueError, AttributeError):
            raise ModelError(f"{FORMULA_FILE}: holds no fitted formula; learn it again") from None
        if len(coefficients) != layout.size or not np.isfinite(coefficients).all() or not spread > 0:
            raise ModelError(f"{FORMULA_FILE}: its numbers are not those of a formula; learn it again")
        return cls(offers, scaling, coefficients, middle, spread, None if penalty is None else float(penalty))


def columns_of(wanted: Sequence[str], names: Sequence[str], columns: Floats) -> Floats:
    """Return the columns (n, K) of the wanted offers, the mean of all where one is not among the names."""
    parts = [columns[:, names.index(name)] if name in names else columns.mean(axis=1) for name in wanted]
    return np.column_stack(parts) if parts else np.empty((len(columns), 0))


def logit_of(probability: Floats) -> Floats:
    """Return log-odds, of probabilities moved into [0.0001, 0.9999]."""
    p = np.clip(probability, _LEAST_SCORE, 1 - _LEAST_SCORE)
    return np.asarray(np.log(p / (1 - p)))
