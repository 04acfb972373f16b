"""Estimates what a randomised treatment changes on average, by Lin's regression with robust errors.

A regression of the outcome on the treatment, centred covariates and their products is the same as one regression
an arm, read at the mean of the covariates [1]_. So each arm is fitted by itself, and the effect is the difference
of the two fitted means. Without covariates these are the arms' plain means. Errors are HC2 [2]_, or robust to
clusters where whole groups were drawn together [3]_.

References
----------
.. [1] Lin, W. (2013). Agnostic notes on regression adjustments to experimental data. Annals of Applied
   Statistics 7.
.. [2] MacKinnon, J. G., White, H. (1985). Some heteroskedasticity-consistent covariance matrix estimators with
   improved finite sample properties. Journal of Econometrics 29.
.. [3] Liang, K.-Y., Zeger, S. L. (1986). Longitudinal data analysis using generalized linear models.
   Biometrika 73.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from retention.errors import InputError

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

CONTROL_ROW, TREATED_ROW = 0, 1
"""The rows of :attr:`ArmMeans.means`."""

_ROWS_PER_COVARIATE = 10  # fewer rows than this for each covariate in an arm would fit noise
_COLLINEAR = 1e-10  # share of a column's variance that the columns before it leave unexplained
_FULL_LEVERAGE = 1e-9


@dataclass(frozen=True)
class Estimate:
    """A number that was estimated, and its standard error in the same unit."""

    value: float
    standard_error: float


@dataclass(frozen=True, eq=False)
class ArmMeans:
    """The mean outcome of control and of the treated, both at the mean of the covariates.

    Attributes
    ----------
    means
        (2, k): control and treated, for each of k outcomes.
    covariance
        (2k, 2k), of ``means.ravel()``.
    third_moments
        (2, k), the third central moment of each mean (outcome unit cubed), for the check of the tails.
    plain_variances
        (2, k), the variance of each mean without a correction for the leverage, which belongs to that check.
    covariates_used
        (p,), which covariates took part; a constant or collinear one, and one too many for the rows, does not.
    """

    means: Floats
    covariance: Floats
    third_moments: Floats
    plain_variances: Floats
    covariates_used: NDArray[np.bool_]

    def difference(self, outcome: int = 0) -> Estimate:
        """Return the effect: the mean of the treated minus that of control.

        >>> fit = arm_means([0, 1, 0, 1, 1, 1], [0, 0, 0, 1, 1, 1])
        >>> round(fit.difference().value, 3)
        0.667
        """
        k = self.means.shape[1]
        contrast = np.zeros(2 * k)
        contrast[outcome], contrast[k + outcome] = -1.0, 1.0
        return self.combination(contrast)

    def combination(self, contrast: Floats) -> Estimate:
        """Return a linear combination of the means; ``contrast`` (2k,) has control's outcomes first."""
        variance = float(contrast @ self.covariance @ contrast)
        return Estimate(float(contrast @ self.means.ravel()), math.sqrt(max(variance, 0.0)))

    def arm(self, arm: int, outcome: int = 0) -> Estimate:
        """Return the mean of one arm."""
        at = arm * self.means.shape[1] + outcome
        return Estimate(float(self.means[arm, outcome]), math.sqrt(max(float(self.covariance[at, at]), 0.0)))

    def covariance_of_differences(self, first: int, second: int) -> float:
        """Return the covariance of the effects on two outcomes, for ratios of them."""
        k = self.means.shape[1]
        blocks = self.covariance.reshape(2, k, 2, k)[:, first, :, second]
        return float(blocks[0, 0] + blocks[1, 1] - blocks[0, 1] - blocks[1, 0])


def arm_means(
    outcomes: ArrayLike,
    treated: ArrayLike,
    *,
    covariates: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    clusters: ArrayLike | None = None,
    centre: ArrayLike | None = None,
) -> ArmMeans:
    """Fit both arms of a randomised experiment.

    Parameters
    ----------
    outcomes
        (n,) or (n, k), finite.
    treated
        (n,), true for the treated, false for control.
    covariates
        (n, p), known before the treatment, finite; None for the plain means.
    weights
        (n,), 1 over the chance of the arm that a customer got, where chances differ; above 0.
    clusters
        (n,), integers; the group that was drawn as a whole. Errors then follow the sums of groups, with the
        correction G/(G − 1)·(n − 1)/(n − number of coefficients).
    centre
        (p,), where the means are read; the weighted mean of the covariates if None.

    Raises
    ------
    InputError
        If an arm has fewer than two customers, or fewer than two groups were drawn.

    Examples
    --------
    >>> kept = [1, 0, 1, 1, 0, 0, 1, 1]
    >>> effect = arm_means(kept, [0, 0, 0, 0, 1, 1, 1, 1]).difference()
    >>> effect.value, round(effect.standard_error, 3)
    (-0.25, 0.382)
    """
    y = np.asarray(outcomes, dtype=np.float64)
    y = y[:, np.newaxis] if y.ndim == 1 else y
    treatment = np.asarray(treated, dtype=bool)
    rows = [np.flatnonzero(~treatment), np.flatnonzero(treatment)]
    if min(map(len, rows)) < 2:
        raise InputError("effect: an arm has fewer than two customers; nothing can be compared")
    weight = None if weights is None else np.asarray(weights, dtype=np.float64)
    x, used = _usable_covariates(covariates, rows, weight, centre)
    n, k = y.shape
    means, third, plain = (np.empty((2, k)) for _ in range(3))
    influence = np.zeros((n, k))  # what each row's error moves its own arm's mean by
    hc2 = np.zeros((2 * k, 2 * k))
    for arm, at in enumerate(rows):
        means[arm], raw, inflated = _fit(y[at], x[at], None if weight is None else weight[at])
        influence[at] = raw
        third[arm], plain[arm] = (raw**3).sum(axis=0), (raw**2).sum(axis=0)
        hc2[arm * k : (arm + 1) * k, arm * k : (arm + 1) * k] = inflated.T @ inflated
    covariance = hc2
    if clusters is not None:
        groups = np.unique(np.asarray(clusters), return_inverse=True)[1]
        coefficients = 2 * (1 + x.shape[1])
        covariance, third = _clustered(influence, treatment, groups, coefficients)
        plain = np.diag(covariance).reshape(2, k)
    return ArmMeans(means, covariance, third, plain, used)


def _fit(y: Floats, x: Floats, weight: Floats | None) -> tuple[Floats, Floats, Floats]:
    """Fit one arm; return its means at 0 of ``x`` (k,), and each row's influence, as it is and for HC2 (n, k)."""
    root = np.ones(len(y)) if weight is None else np.sqrt(weight)
    design = np.column_stack([root, x * root[:, np.newaxis]])
    q, r = np.linalg.qr(design)
    # The fitted mean is row · (root · y); `row` is the first row of the pseudo-inverse, R⁻¹Qᵀ.
    first = np.linalg.solve(r.T, np.eye(len(r))[0]) if len(r) == 1 else np.linalg.inv(r)[0]
    row = q @ first
    scaled = y * root[:, np.newaxis]
    mean: Floats = row @ scaled
    residual = scaled - q @ (q.T @ scaled)
    free = 1.0 - np.einsum("ij,ij->i", q, q)
    # A row that determines its own fitted value has no residual, and so tells nothing about the error.
    inflate = np.where(free > _FULL_LEVERAGE, 1.0 / np.sqrt(np.maximum(free, _FULL_LEVERAGE)), 0.0)
    influence = row[:, np.newaxis] * residual
    return mean, influence, influence * inflate[:, np.newaxis]


def _clustered(
    influence: Floats, treatment: NDArray[np.bool_], groups: NDArray[np.int64], coefficients: int
) -> tuple[Floats, Floats]:
    """Return the covariance of the means (2k, 2k) from the sums of groups, and their third moments (2, k)."""
    n, k = influence.shape
    count = int(groups.max()) + 1
    if count < 2:
        raise InputError("effect: all customers belong to one unit; at least two must have been drawn")
    sums = np.column_stack(
        [
            np.bincount(
                groups, weights=np.where(treatment == bool(arm), influence[:, outcome], 0.0), minlength=count
            )
            for arm in (CONTROL_ROW, TREATED_ROW)
            for outcome in range(k)
        ]
    )
    correction = count / (count - 1) * (n - 1) / max(n - coefficients, 1)
    return correction * (sums.T @ sums), (sums**3).sum(axis=0).reshape(2, k)


def _usable_covariates(
    covariates: ArrayLike | None, rows: list[NDArray[np.int64]], weight: Floats | None, centre: ArrayLike | None
) -> tuple[Floats, NDArray[np.bool_]]:
    """Return the centred and scaled covariates that both arms can estimate (n, q), and which they are (p,)."""
    n = sum(map(len, rows))
    if covariates is None:
        return np.empty((n, 0)), np.zeros(0, dtype=bool)
    x = np.asarray(covariates, dtype=np.float64)
    x = x[:, np.newaxis] if x.ndim == 1 else x
    if not x.shape[1]:
        return x, np.zeros(0, dtype=bool)
    middle = np.average(x, axis=0, weights=weight) if centre is None else np.asarray(centre, dtype=np.float64)
    x = x - middle
    spread = np.sqrt(np.average(x**2, axis=0, weights=weight))
    varies = spread > 1e-12 * np.maximum(1e-300, np.abs(middle))
    x = np.divide(x, spread, out=np.zeros_like(x), where=varies)
    used = varies.copy()
    for at in rows:
        used &= independent_columns(x[at], used)
    allowed = max(0, min(map(len, rows)) // _ROWS_PER_COVARIATE - 1)
    used &= np.cumsum(used) <= allowed
    return x[:, used], used


def independent_columns(x: Floats, candidates: NDArray[np.bool_] | None = None) -> NDArray[np.bool_]:
    """Return which columns vary and are no linear function of the ones before them, a constant included.

    Parameters
    ----------
    x
        (n, p).
    candidates
        (p,), the columns that may be taken; all if None.

    Examples
    --------
    >>> x = np.array([[1.0, 2.0, 5.0], [2.0, 4.0, 5.0], [4.0, 8.0, 5.0]])
    >>> independent_columns(x).tolist()
    [True, False, False]
    """
    p = x.shape[1]
    independent = np.zeros(p, dtype=bool)
    centred = x - x.mean(axis=0)
    moments = centred.T @ centred
    variance = np.diag(moments).copy()
    floor = 1e-20 * (x**2).sum(axis=0)
    basis: list[Floats] = []  # Cholesky of the moments, one column at a time
    for column in range(p):
        if (candidates is not None and not candidates[column]) or variance[column] <= floor[column]:
            continue
        rest = moments[:, column] - sum((b * b[column] for b in basis), np.zeros(p))
        if rest[column] <= _COLLINEAR * variance[column]:
            continue
        basis.append(rest / math.sqrt(rest[column]))
        independent[column] = True
    return independent
