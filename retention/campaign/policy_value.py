"""What a policy earns in a randomised experiment, and whether a new one may take over from the plan.

Every customer gets an augmented inverse-probability score of each treatment against control [1]_,

    G_k = μ̂_k − μ̂_0 + 1{arm = k}(Y − μ̂_k)/e_k − 1{arm = 0}(Y − μ̂_0)/e_0,

with the chances e that are known and μ̂ fitted on the other folds. Its mean is the effect whatever μ̂ is. A policy
that was fitted on the other folds too is worth the mean of the scores of the treatments it gives.

References
----------
.. [1] Athey, S., Wager, S. (2021). Policy learning with observational data. Econometrica 89.
"""

import math

import numpy as np
from numpy.typing import NDArray

from retention.campaign.effect import Estimate, Floats
from retention.campaign.learning_rows import Bools, Ints, LearningRows

NOBODY = -1
"""What a policy gives to a customer who is not contacted; else it gives the position of a treatment."""

ONE_SIDED_Z = 1.2815515655446004
"""The normal quantile that leaves 10% below."""

_RIDGE = 1.0  # of standardised covariates; next to nothing, but for columns that repeat each other


def treatment_scores(rows: LearningRows, outcome: Floats, folds: Ints) -> Floats:
    """Return G, the score of each treatment against control, (n, K), in the unit of the outcome.

    Parameters
    ----------
    rows
        Arms, chances and covariates.
    outcome
        Y, (n,).
    folds
        The fold of each customer, (n,); each μ̂ is fitted on the other folds.
    """
    x = outcome_covariates(rows)
    arms = len(rows.treatments) + 1
    fitted = np.empty((len(rows), arms))
    for fold in np.unique(folds):
        inside, outside = folds == fold, folds != fold
        for arm in range(arms):
            at = outside & (rows.arm == arm)
            fitted[inside, arm] = _ridge(x[at], outcome[at], x[inside])
    gained = np.zeros((len(rows), arms))
    at = np.arange(len(rows))
    gained[at, rows.arm] = (outcome - fitted[at, rows.arm]) / rows.own_chance
    arm_scores = fitted + gained
    scores: Floats = arm_scores[:, 1:] - arm_scores[:, :1]
    return scores


def outcome_covariates(rows: LearningRows) -> Floats:
    """Return what an outcome is regressed on, standardised and without blanks, (n, q)."""
    columns = [rows.features]
    if rows.probability is not None:
        p = np.clip(rows.probability, 1e-4, 1 - 1e-4)
        columns += [p[:, np.newaxis], np.log(p / (1 - p))[:, np.newaxis]]
        if rows.value is not None:
            columns.append((rows.value * (1 - p))[:, np.newaxis])
    x = np.concatenate(columns, axis=1)
    if not x.shape[1]:
        return x
    counts = (~np.isnan(x)).sum(axis=0)
    means = np.where(counts > 0, np.nansum(x, axis=0) / np.maximum(counts, 1), 0.0)
    x = np.where(np.isnan(x), means, x) - means
    low, high = np.quantile(x, [0.005, 0.995], axis=0)
    x = np.where(high > low, np.clip(x, low, high), x)
    spread = x.std(axis=0)
    return np.asarray(np.divide(x, spread, out=np.zeros_like(x), where=spread > 1e-12))


def value_of(policy: Ints, scores: Floats, unit: Ints | None = None) -> Estimate:
    """Return what a policy brings per customer against contacting nobody.

    Parameters
    ----------
    policy
        Position of each customer's treatment, or :data:`NOBODY`, (n,).
    scores
        From :func:`treatment_scores`, (n, K).
    unit
        The group that was drawn as a whole, (n,).

    Examples
    --------
    >>> scores = np.array([[2.0], [4.0], [-6.0]])
    >>> value_of(np.array([0, 0, NOBODY]), scores).value
    2.0
    """
    return mean_estimate(gains(policy, scores), unit)


def value_over(new: Ints, plan: Ints, scores: Floats, unit: Ints | None = None) -> Estimate:
    """Return mean[(π_new − π_plan)·G], what a policy brings per customer over another one."""
    return mean_estimate(gains(new, scores) - gains(plan, scores), unit)


def one_sided_low(estimate: Estimate) -> float:
    """Return the lower end of the one-sided 90% interval; a policy is adopted only if it is above 0.

    >>> round(one_sided_low(Estimate(2.0, 1.0)), 4)
    0.7184
    """
    return estimate.value - ONE_SIDED_Z * estimate.standard_error


def gains(policy: Ints, scores: Floats) -> Floats:
    """Return the score of the treatment that each customer gets, 0 for nobody, (n,)."""
    own = scores[np.arange(len(policy)), np.maximum(policy, 0)]
    return np.where(policy == NOBODY, 0.0, own)


def best_policy(effects: Floats, possible: Bools) -> Ints:
    """Return the treatment with the largest predicted effect above 0 among the possible ones, (n,)."""
    allowed = np.where(possible, effects, -np.inf)
    best = allowed.argmax(axis=1)
    return np.where(allowed.max(axis=1) > 0, best, NOBODY).astype(np.int64)


def mean_estimate(numbers: Floats, unit: Ints | None = None) -> Estimate:
    """Return a mean with its standard error, robust to units that were drawn whole.

    >>> round(mean_estimate(np.array([1.0, 2.0, 3.0])).standard_error, 4)
    0.5774
    """
    mean, n = float(numbers.mean()), len(numbers)
    if unit is None:
        return Estimate(mean, float(numbers.std(ddof=1)) / math.sqrt(n))
    groups: NDArray[np.int64] = np.unique(unit, return_inverse=True)[1]
    sums = np.bincount(groups, weights=numbers - mean)
    count = len(sums)
    return Estimate(mean, math.sqrt(count / max(count - 1, 1) * float(sums @ sums)) / n)


def _ridge(x: Floats, y: Floats, at: Floats) -> Floats:
    """Return the fitted values at other customers of a linear regression with a slight ridge."""
    if not len(y):
        return np.zeros(len(at))
    middle, mean = x.mean(axis=0), float(y.mean())
    centred = x - middle
    moments = centred.T @ centred + _RIDGE * np.eye(x.shape[1])
    fitted: Floats = mean + (at - middle) @ np.linalg.solve(moments, centred.T @ (y - mean))
    return fitted
