"""Estimates save rate, harm rate and redemption of an offer from a randomised campaign.

If an offer keeps a share γ of the customers about to churn and drives a share s of the others away, its effect on
a customer with churn probability p is τ(p) = pγ − (1 − p)s = −s + (γ + s)·p. So doubly robust scores of the effect
[1]_ are regressed on p: the line gives −s at p = 0 and γ at p = 1. Both must be fitted together: what the harm
rate takes from the many who would have been retained would otherwise be missing from the save rate. Of the
treated, a share pγ + (1 − p)ρ redeems the offer, so a line through who redeemed gives ρ at p = 0.

References
----------
.. [1] Robins, J. M., Rotnitzky, A., Zhao, L. P. (1994). Estimation of regression coefficients when some regressors
   are not always observed. Journal of the American Statistical Association 89.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retention.campaign.effect import Bools, Estimate, Floats

_FEWEST = 20  # customers in an arm
_LEAST_SPREAD = 1e-3  # of churn probabilities; with less there is no line to fit


@dataclass(frozen=True, eq=False, kw_only=True)
class OfferSample:
    """The n customers of one campaign who could have got one offer or nothing, and got one of the two.

    Attributes
    ----------
    probability
        Churn probability at the draw, (n,), in [0, 1].
    treated
        Whether they got the offer, (n,); the others were held out.
    kept
        Whether they were kept, (n,).
    redeemed
        Whether they redeemed it, (n,); None where nothing says.
    weight
        1 / chance of the arm they got, given that it was one of the two, (n,).
    unit
        The group that was drawn as a whole, (n,); None where each was drawn alone.
    """

    probability: Floats
    treated: Bools
    kept: Bools
    redeemed: Bools | None
    weight: Floats
    unit: NDArray[np.int64] | None

    @property
    def enough(self) -> bool:
        """Whether both arms have customers enough for a line, whose churn probabilities differ."""
        sizes = int(self.treated.sum()), int((~self.treated).sum())
        return min(sizes) >= _FEWEST and float(self.probability.std()) > _LEAST_SPREAD


@dataclass(frozen=True)
class StructuralRates:
    """The rates of an offer as one or more campaigns show them, not yet weighed with what was assumed.

    Attributes
    ----------
    save_rate, harm_rate
        γ and s, with s at least 0.
    redemption
        ρ; None where no campaign says who redeemed.
    customers
        Treated and held out, all campaigns together.
    """

    save_rate: Estimate
    harm_rate: Estimate
    redemption: Estimate | None
    customers: int


def estimate_structural_rates(samples: Sequence[OfferSample]) -> StructuralRates | None:
    """Estimate the rates of one offer from one or more campaigns.

    Where the line gives a harm rate below 0, which cannot be, it is fitted again through τ(0) = 0. The errors of
    both fits are robust (HC1), to groups where whole groups were drawn.

    Parameters
    ----------
    samples
        One a campaign; those with too few customers are left out.

    Returns
    -------
    StructuralRates or None
        None where no campaign has enough customers.

    Examples
    --------
    Of those at p = 1, of whom nobody stays by himself, a fifth is kept; of those at p = 0 everybody stays anyway:

    >>> p = np.repeat([0.0, 1.0], 200)
    >>> treated = np.tile([False, True], 200)
    >>> kept = (p == 0) | (treated & (np.arange(400) // 2 % 5 == 0))
    >>> sample = OfferSample(
    ...     probability=p, treated=treated, kept=kept, redeemed=None, weight=np.full(400, 2.0), unit=None
    ... )
    >>> rates = estimate_structural_rates([sample])
    >>> round(rates.save_rate.value, 3), round(rates.harm_rate.value, 3)
    (0.2, 0.0)
    """
    used = [sample for sample in samples if sample.enough]
    if not used:
        return None
    p = np.concatenate([sample.probability for sample in used])
    score = np.concatenate([_effect_scores(sample) for sample in used])
    groups = _groups(used)
    line, covariance = _robust_line(np.column_stack([1 - p, p]), score, groups)  # at p = 0 and at p = 1
    save_rate, harm = _estimate(line[1], covariance[1, 1]), _estimate(-line[0], covariance[0, 0])
    if harm.value < 0:
        slope, variance = _robust_line(p[:, np.newaxis], score, groups)
        save_rate, harm = _estimate(slope[0], variance[0, 0]), Estimate(0.0, harm.standard_error)
    redemption = _redemption([sample for sample in used if sample.redeemed is not None])
    return StructuralRates(save_rate, harm, redemption, len(p))


def _redemption(samples: Sequence[OfferSample]) -> Estimate | None:
    """Return ρ, the share of customers at p = 0 who redeem the offer."""
    if not samples:
        return None
    p, redeemed, weight, unit = [], [], [], []
    groups = _groups(samples)
    start = 0
    for sample in samples:
        assert sample.redeemed is not None  # noqa: S101  those without were left out
        at = sample.treated
        p.append(sample.probability[at])
        redeemed.append(sample.redeemed[at].astype(np.float64))
        weight.append(sample.weight[at])
        if groups is not None:
            unit.append(groups[start : start + len(at)][at])
        start += len(at)
    line, covariance = _robust_line(
        np.column_stack([1 - np.concatenate(p), np.concatenate(p)]),
        np.concatenate(redeemed),
        np.concatenate(unit) if unit else None,
        weight=np.concatenate(weight),
    )
    return _estimate(line[0], covariance[0, 0])


def _effect_scores(sample: OfferSample) -> Floats:
    """Return doubly robust scores of the effect on who is kept, (n,); each arm's mean is a line in p."""
    p, treated = sample.probability, sample.treated
    x = np.column_stack([np.ones(len(p)), p])
    kept = sample.kept.astype(np.float64)
    fitted = {}
    for arm in (False, True):
        at = treated == arm
        root = np.sqrt(sample.weight[at])
        coefficients = np.linalg.lstsq(x[at] * root[:, np.newaxis], kept[at] * root, rcond=None)[0]
        fitted[arm] = x @ coefficients
    residual = sample.weight * (kept - np.where(treated, fitted[True], fitted[False]))
    scores: Floats = fitted[True] - fitted[False] + np.where(treated, residual, -residual)
    return scores


def _groups(samples: Sequence[OfferSample]) -> NDArray[np.int64] | None:
    """Return a number for each group that was drawn as a whole, over all campaigns; None where none was."""
    if all(sample.unit is None for sample in samples):
        return None
    numbers: list[NDArray[np.int64]] = []
    start = 0
    for sample in samples:
        own = np.arange(len(sample.treated)) if sample.unit is None else sample.unit
        own = np.unique(own, return_inverse=True)[1]
        numbers.append((own + start).astype(np.int64))
        start += int(own.max()) + 1
    return np.concatenate(numbers)


def _robust_line(
    x: Floats, y: Floats, groups: NDArray[np.int64] | None, *, weight: Floats | None = None
) -> tuple[Floats, Floats]:
    """Return weighted least squares coefficients (q,) and their robust covariance (q, q): HC1, or by groups."""
    weight = np.ones(len(y)) if weight is None else weight
    n, q = x.shape
    bread = np.linalg.inv(x.T @ (x * weight[:, np.newaxis]))
    coefficients: Floats = bread @ (x.T @ (weight * y))
    moments = x * (weight * (y - x @ coefficients))[:, np.newaxis]
    correction = n / max(n - q, 1)
    if groups is not None:
        count = int(groups.max()) + 1
        moments = np.column_stack([np.bincount(groups, weights=moments[:, k], minlength=count) for k in range(q)])
        correction = count / max(count - 1, 1) * (n - 1) / max(n - q, 1)
    covariance: Floats = correction * bread @ (moments.T @ moments) @ bread
    return coefficients, covariance


def _estimate(value: float, variance: float) -> Estimate:
    return Estimate(float(value) + 0.0, math.sqrt(max(float(variance), 0.0)))
