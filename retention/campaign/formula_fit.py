"""Fits the formula by penalised maximum likelihood, from the strongest penalty to the weakest."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from retention.campaign.effect import Floats
from retention.campaign.feature_scaling import FeatureScaling
from retention.campaign.fitted_formula import FittedFormula, logit_of
from retention.campaign.formula_likelihood import FormulaLikelihood, Layout
from retention.campaign.learning_rows import Ints, LearningRows
from retention.profit.economics import Economics
from retention.profit.offer import Offer

FEATURES = 8
"""Features that γ(x) and ρ(x) may depend on beside risk; those that a score test finds most telling."""

_SPREAD = 0.15  # standard deviation of a true rate around what was assumed
_OFFER_PRECISION = 100.0  # of the logit of an offer's rate around that of all offers: about a tenth of the rate
_HARM_OFFER = 4.0
_LEAST_HARM = 0.01
_OTHER_FEATURE = 1000.0
_RISK_PENALTY = 10.0
_BASE_PENALTY = 1000.0
_MOST_STEPS = 150


@dataclass(frozen=True, eq=False)
class FormulaPrior:
    """What the constant rates are shrunk to: centres and precisions of logits.

    Attributes
    ----------
    save, redeem, harm
        Assumed γ, ρ and s of each of K offers, in (0, 1).
    save_precision, redeem_precision
        Of the logits of γ and ρ of all offers together.
    offer_precision
        Of the logit of an offer's own rate around that of all.
    """

    save: Floats
    redeem: Floats
    harm: Floats
    save_precision: float
    redeem_precision: float
    offer_precision: float = _OFFER_PRECISION

    @classmethod
    def of_offers(cls, offers: Sequence[Offer], economics: Economics, rows: LearningRows) -> "FormulaPrior":
        """Return that of offers with assumed rates."""
        own = [offer.economics(economics) for offer in offers]
        save, redeem, harm = (
            np.clip([getattr(inputs, name) for inputs in own], low, 0.95)
            for name, low in (("save_rate", 0.02), ("stayer_redemption", 0.02), ("harm_rate", _LEAST_HARM))
        )
        return cls(save, redeem, harm, _precision(save), _precision(redeem))

    @classmethod
    def of_experiment(cls, rows: LearningRows) -> "FormulaPrior":
        """Return that of an experiment about whose treatments nothing was assumed."""
        k = len(rows.treatments)
        save = np.full(k, np.clip(_crude_save_rate(rows), 1e-3, 0.9))
        return cls(save, np.full(k, 0.5), np.full(k, _LEAST_HARM), 0.25, 0.25, 1.0)


def fit_formula(rows: LearningRows, prior: FormulaPrior, penalties: Sequence[float | None]) -> list[FittedFormula]:
    """Fit the formula at each penalty of its slopes, None for rates that depend on risk alone.

    Parameters
    ----------
    rows
        With churn probabilities.
    prior
        Of the constant rates.
    penalties
        Precisions of the slopes, of one standard deviation of a feature; the largest first is quickest.
    """
    order = np.argsort(rows.arm, kind="stable")
    logit = logit_of(rows.risk[order])
    middle, spread = float(logit.mean()), float(logit.std())
    spread = spread if spread > 1e-9 else 1.0
    k = len(rows.treatments)
    whole = FormulaLikelihood(
        Layout(0, k),
        np.searchsorted(rows.arm[order], np.arange(k + 2)).astype(np.int64),
        np.empty((len(order), 0)),
        (logit - middle) / spread,
        rows.kept[order],
        None if rows.redeemed is None else rows.redeemed[order],
    )
    constant = _maximise(whole, prior, middle, spread, penalty=np.empty((2, 0)), start=None)
    none = np.empty(0, dtype=np.int64)
    scaling = FeatureScaling.learn(rows.feature_names, rows.features[order])
    fitted: list[FittedFormula] = []
    likelihood, at, start, telling = whole, none, constant, np.empty((2, 0))
    for penalty in penalties:
        if penalty is None or not rows.feature_names:
            fitted.append(FittedFormula(rows.treatments, scaling.select(none), constant, middle, spread, None))
            continue
        if likelihood is whole:
            x = scaling.apply(rows.features[order])
            at, telling = _telling_features(whole, constant, x)
            likelihood = replace(whole, layout=Layout(len(at), k), x=x[:, at])
            start = _with_features(constant, whole.layout, likelihood.layout)
        start = _maximise(likelihood, prior, middle, spread, penalty=penalty * telling, start=start)
        fitted.append(FittedFormula(rows.treatments, scaling.select(at), start, middle, spread, penalty))
    return fitted


def log_likelihood(formula: FittedFormula, rows: LearningRows) -> float:
    """Return the log-likelihood of customers, such as those of a fold that was left out."""
    order = np.argsort(rows.arm, kind="stable")
    at = [rows.feature_names.index(name) for name in formula.scaling.names]
    likelihood = FormulaLikelihood(
        formula.layout,
        np.searchsorted(rows.arm[order], np.arange(len(rows.treatments) + 2)).astype(np.int64),
        formula.scaling.apply(rows.features[order][:, at]),
        (logit_of(rows.risk[order]) - formula.score_middle) / formula.score_spread,
        rows.kept[order],
        None if rows.redeemed is None else rows.redeemed[order],
    )
    return -likelihood.loss(formula.coefficients)[0]


def _maximise(
    likelihood: FormulaLikelihood,
    prior: FormulaPrior,
    middle: float,
    spread: float,
    *,
    penalty: Floats,
    start: Floats | None,
) -> Floats:
    """Return the coefficients of the largest penalised likelihood, by L-BFGS on scaled coefficients."""
    from scipy.optimize import minimize

    centre, precision = _prior_of(likelihood.layout, prior, middle, spread, penalty)
    scale = 1 / np.sqrt(precision + 0.03 * len(likelihood.kept))

    def loss(u: Floats) -> tuple[float, Floats]:
        away = u * scale
        value, gradient, _ = likelihood.loss(centre + away)
        return value + 0.5 * float(precision @ away**2), (gradient + precision * away) * scale

    first = np.zeros(len(centre)) if start is None else (start - centre) / scale
    options = {"maxiter": _MOST_STEPS, "ftol": 1e-9, "gtol": 1e-2, "maxcor": 20}
    result = minimize(loss, first, jac=True, method="L-BFGS-B", options=options)
    return np.asarray(centre + result.x * scale)


def _prior_of(
    layout: Layout, prior: FormulaPrior, middle: float, spread: float, penalty: Floats
) -> tuple[Floats, Floats]:
    """Return the centre and the precision of each coefficient."""
    at = layout.parts
    centre, precision = np.zeros(layout.size), np.empty(layout.size)
    centre[at["a"]], precision[at["a"]] = middle, 0.01
    centre[at["b"]], precision[at["b"]] = spread, 4 / spread**2
    precision[at["base"]] = _BASE_PENALTY
    save, redeem, harm = logit_of(prior.save), logit_of(prior.redeem), logit_of(prior.harm)
    for name, logits, own in (
        ("save", save, prior.save_precision),
        ("redeem", redeem, prior.redeem_precision),
        ("harm", harm, 1.0),
    ):
        precision[at[name]] = own
        centre[at[f"{name}_offer"]] = logits
        precision[at[f"{name}_offer"]] = _HARM_OFFER if name == "harm" else prior.offer_precision
    precision[at["save_risk"]] = precision[at["redeem_risk"]] = _RISK_PENALTY
    precision[at["save_x"]], precision[at["redeem_x"]] = penalty
    precision[at["save_x_offer"]] = np.tile(penalty[0], layout.offers)
    return centre, precision


def _telling_features(likelihood: FormulaLikelihood, constant: Floats, x: Floats) -> tuple[Ints, Floats]:
    """Return the features that score tests find most telling, and by what to multiply the penalty of their slopes.

    A feature is one of the first for γ, over all offers or for one of them, or for ρ. Where it is not, its slope
    is penalised until next to nothing is left.

    Returns
    -------
    positions, factors
        (q,), and (2, q) for γ and ρ.
    """
    save, redeem = likelihood.save_influence(constant), likelihood.redeem_influence(constant)
    starts = likelihood.starts
    treated = slice(int(starts[1]), len(x))
    by_save = _score_statistics(save[treated], x[treated])
    if likelihood.layout.offers > 1:
        for first, last in pairwise(starts[1:]):
            by_save = np.maximum(by_save, _score_statistics(save[first:last], x[first:last]))
    by_redeem = _score_statistics(redeem[treated], x[treated])
    first_of = [np.argsort(-statistics, kind="stable")[:FEATURES] for statistics in (by_save, by_redeem)]
    positions = np.unique(np.concatenate(first_of))
    factors = np.array([np.where(np.isin(positions, first), 1.0, _OTHER_FEATURE) for first in first_of])
    return positions.astype(np.int64), factors


def _score_statistics(influence: Floats, x: Floats) -> Floats:
    """Return the squared score statistic of each feature's slope, (q,)."""
    x = x - x.mean(axis=0)
    spread = (x**2).T @ influence**2
    return np.asarray(np.divide((x.T @ influence) ** 2, spread, out=np.zeros_like(spread), where=spread > 0))


def _with_features(t: Floats, old: Layout, new: Layout) -> Floats:
    """Return coefficients for more features, whose slopes are 0."""
    wider = np.zeros(new.size)
    for name, part in old.parts.items():
        if part.stop > part.start:
            wider[new.parts[name]] = t[part]
    return wider


def _precision(rates: Floats) -> float:
    """Return the precision of a logit whose rate has the standard deviation _SPREAD."""
    middle = float(np.clip(rates.mean(), 0.1, 0.9))
    return (middle * (1 - middle) / _SPREAD) ** 2


def _crude_save_rate(rows: LearningRows) -> float:
    """Return 1 − churned(treated)/churned(control), bare."""
    control = rows.arm == 0
    churned = float(1 - rows.kept[control].mean())
    return 1 - float(1 - rows.kept[~control].mean()) / churned if churned > 0 else 0.0
