"""The likelihood of the product's own formula with a save rate and a redemption that depend on the customer.

Of a customer with churn probability p, features x and, if treated, offer k::

    P(kept | control)       = 1 − p
    P(kept | treated)       = (1 − p)(1 − s) + p·γ(x)
    P(redeemed | treated)   = p·γ(x) + (1 − p)·ρ(x)·(1 − s)

γ and ρ are logistic in risk and in x, s has one number an offer. Since the score predates the campaign, its logit
gets an intercept, a slope, and a strongly shrunk line in x. Whoever is saved redeems; so, where nobody redeems
without being kept, each treated customer is kept with the offer, kept without it, or lost, and the three have one
likelihood. Elsewhere kept and redeemed count side by side.
"""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from retention.campaign.effect import Floats

_TINY = 1e-9


@dataclass(frozen=True)
class Layout:
    """Where the coefficients of q features and K offers stand in one vector.

    The parts are ``a`` and ``b`` (intercept and slope of the score's logit), ``base`` (its line in x); for γ
    ``save`` (common), ``save_offer`` (K), ``save_risk``, ``save_x`` (q) and ``save_x_offer`` (K·q); ``harm`` and
    ``harm_offer`` (K); ``redeem``, ``redeem_offer`` (K), ``redeem_risk`` and ``redeem_x`` (q).
    """

    features: int
    offers: int

    @cached_property
    def parts(self) -> dict[str, slice]:
        """The slice of each part."""
        q, k = self.features, self.offers
        sizes = {
            "a": 1, "b": 1, "base": q,
            "save": 1, "save_offer": k, "save_risk": 1, "save_x": q, "save_x_offer": k * q,
            "harm": 1, "harm_offer": k, "redeem": 1, "redeem_offer": k, "redeem_risk": 1, "redeem_x": q,
        }  # fmt: skip
        ends = np.cumsum(list(sizes.values())).tolist()
        return {name: slice(end - size, end) for (name, size), end in zip(sizes.items(), ends, strict=True)}

    @property
    def size(self) -> int:
        """Length of the vector."""
        return int(self.parts["redeem_x"].stop)

    def rates(self, t: Floats, offer: int, x: Floats, risk: Floats) -> tuple[Floats, float, Floats]:
        """Return γ (n,), s and ρ (n,) of one offer.

        Parameters
        ----------
        t
            The coefficients.
        offer
            Its position.
        x
            Standardised features, (n, q).
        risk
            Standardised logit of the score, (n,).
        """
        at, q = self.parts, self.features
        slopes = t[at["save_x"]] + t[at["save_x_offer"]].reshape(self.offers, q)[offer]
        save = t[at["save"]] + t[at["save_offer"]][offer] + t[at["save_risk"]] * risk + x @ slopes
        redeem = (
            t[at["redeem"]] + t[at["redeem_offer"]][offer] + t[at["redeem_risk"]] * risk + x @ t[at["redeem_x"]]
        )
        harm = t[at["harm"]][0] + t[at["harm_offer"]][offer]
        from scipy.special import expit

        return expit(save), float(expit(harm)), expit(redeem)


@dataclass(frozen=True, eq=False)
class FormulaLikelihood:
    """n customers sorted by arm.

    Attributes
    ----------
    layout
        Of the coefficients.
    starts
        Where each arm begins, and n, (K + 2,).
    x, risk
        Standardised features (n, q), and standardised logit of the score (n,).
    kept, redeemed
        0 or 1, (n,); redeemed is None where nothing says.
    """

    layout: Layout
    starts: NDArray[np.int64]
    x: Floats = field(repr=False)
    risk: Floats = field(repr=False)
    kept: Floats = field(repr=False)
    redeemed: Floats | None = field(repr=False)

    @cached_property
    def joint(self) -> bool:
        """Whether redeemed and kept have one likelihood: nobody redeems without being kept."""
        treated = slice(self.starts[1], None)
        return self.redeemed is not None and not (self.redeemed[treated] > self.kept[treated]).any()

    def loss(self, t: Floats) -> tuple[float, Floats, Floats]:
        """Return −log-likelihood, its gradient, and the n log-likelihoods."""
        at, q, k_offers = self.layout.parts, self.layout.features, self.layout.offers
        from scipy.special import expit  # when a formula is fitted, so that the app starts as fast as before

        p = expit(t[at["a"]] + t[at["b"]] * self.risk + self.x @ t[at["base"]])
        slope = p * (1 - p)
        by_logit = np.empty(len(p))  # of the loss, with respect to the logit of p
        log_likelihood = np.empty(len(p))
        gradient = np.zeros(self.layout.size)
        rows = slice(0, self.starts[1])
        by_logit[rows] = self.kept[rows] - (1 - p[rows])
        log_likelihood[rows] = np.log(np.where(self.kept[rows] > 0, 1 - p[rows], p[rows]) + _TINY)
        for k in range(k_offers):
            rows = slice(self.starts[k + 1], self.starts[k + 2])
            x, risk = self.x[rows], self.risk[rows]
            save, harm, redeem = self.layout.rates(t, k, x, risk)
            by_p, by_save, by_harm, by_redeem, log_likelihood[rows] = self._treated(
                rows, p[rows], save, harm, redeem
            )
            by_logit[rows] = by_p * slope[rows]
            save_logit, redeem_logit = by_save * save * (1 - save), by_redeem * redeem * (1 - redeem)
            harm_logit = float(by_harm.sum()) * harm * (1 - harm)
            x_save = x.T @ save_logit
            for name, total in (("save", save_logit.sum()), ("harm", harm_logit), ("redeem", redeem_logit.sum())):
                gradient[at[name]] += total
                gradient[at[f"{name}_offer"].start + k] = total
            gradient[at["save_risk"]] += risk @ save_logit
            gradient[at["save_x"]] += x_save
            gradient[at["save_x_offer"]].reshape(k_offers, q)[k] = x_save
            gradient[at["redeem_risk"]] += risk @ redeem_logit
            gradient[at["redeem_x"]] += x.T @ redeem_logit
        gradient[at["a"]] = by_logit.sum()
        gradient[at["b"]] = by_logit @ self.risk
        gradient[at["base"]] = self.x.T @ by_logit
        return -float(log_likelihood.sum()), gradient, log_likelihood

    def save_influence(self, t: Floats) -> Floats:
        """Return the gradient of each treated customer's loss by the logit of γ, 0 for control, (n,)."""
        return self._influences(t)[0]

    def redeem_influence(self, t: Floats) -> Floats:
        """Return the gradient of each treated customer's loss by the logit of ρ, 0 for control, (n,)."""
        return self._influences(t)[1]

    def _influences(self, t: Floats) -> tuple[Floats, Floats]:
        at = self.layout.parts
        from scipy.special import expit  # when a formula is fitted, so that the app starts as fast as before

        p = expit(t[at["a"]] + t[at["b"]] * self.risk + self.x @ t[at["base"]])
        by_save, by_redeem = np.zeros(len(p)), np.zeros(len(p))
        for k in range(self.layout.offers):
            rows = slice(self.starts[k + 1], self.starts[k + 2])
            save, harm, redeem = self.layout.rates(t, k, self.x[rows], self.risk[rows])
            _, saved, _, redeemed, _ = self._treated(rows, p[rows], save, harm, redeem)
            by_save[rows], by_redeem[rows] = saved * save * (1 - save), redeemed * redeem * (1 - redeem)
        return by_save, by_redeem

    def _treated(
        self, rows: slice, p: Floats, save: Floats, harm: float, redeem: Floats
    ) -> tuple[Floats, Floats, Floats, Floats, Floats]:
        """Return the derivatives of the loss by p, γ, s and ρ, and the log-likelihood, each of one arm's rows."""
        kept = self.kept[rows] > 0
        if self.redeemed is None or not self.joint:
            return self._side_by_side(rows, p, save, harm, redeem)
        with_offer = self.redeemed[rows] > 0
        alone = kept & ~with_offer
        q = 1 - p
        chance = (
            np.where(
                with_offer,
                p * save + q * (1 - harm) * redeem,
                np.where(alone, q * (1 - harm) * (1 - redeem), p * (1 - save) + q * harm),
            )
            + _TINY
        )

        def pick(redeeming: Floats, staying: Floats | float, churning: Floats) -> Floats:
            return -np.where(with_offer, redeeming, np.where(alone, staying, churning)) / chance

        return (
            pick(save - (1 - harm) * redeem, -(1 - harm) * (1 - redeem), 1 - save - harm),
            pick(p, 0.0, -p),
            pick(-q * redeem, -q * (1 - redeem), q),
            pick(q * (1 - harm), -q * (1 - harm), np.zeros(len(p))),
            np.log(chance),
        )

    def _side_by_side(
        self, rows: slice, p: Floats, save: Floats, harm: float, redeem: Floats
    ) -> tuple[Floats, Floats, Floats, Floats, Floats]:
        kept = self.kept[rows]
        chance = np.clip((1 - p) * (1 - harm) + p * save, _TINY, 1 - _TINY)
        by_chance = (chance - kept) / (chance * (1 - chance))
        by_p, by_save = by_chance * (save - 1 + harm), by_chance * p
        by_harm, by_redeem = -by_chance * (1 - p), np.zeros(len(p))
        log_likelihood = np.log(np.where(kept > 0, chance, 1 - chance))
        if self.redeemed is not None:
            redeemed = self.redeemed[rows]
            share = np.clip(p * save + (1 - p) * (1 - harm) * redeem, _TINY, 1 - _TINY)
            by_share = (share - redeemed) / (share * (1 - share))
            by_p = by_p + by_share * (save - (1 - harm) * redeem)
            by_save = by_save + by_share * p
            by_harm = by_harm - by_share * (1 - p) * redeem
            by_redeem = by_share * (1 - p) * (1 - harm)
            log_likelihood = log_likelihood + np.log(np.where(redeemed > 0, share, 1 - share))
        return by_p, by_save, by_harm, by_redeem, log_likelihood
