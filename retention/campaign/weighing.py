"""Weighs a measured rate with what was assumed, after shrinking several offers to what they have in common.

w = 0.15² / (0.15² + SE²): a campaign of a thousand customers measures a save rate with an error of about 0.10, and
a good guess is better than that alone. A guess that the measurement refutes, by more than two joint errors,
does not count. Several offers are shrunk to their common rate first, as far as their spread is what chance alone
gives [1]_, because the one that looks best was partly lucky.

References
----------
.. [1] DerSimonian, R., Laird, N. (1986). Meta-analysis in clinical trials. Controlled Clinical Trials 7.
"""

import math
from collections.abc import Sequence

import numpy as np

from retention.campaign.effect import Estimate, Floats
from retention.campaign.intervals import Z
from retention.profit.measured_rates import MeasuredRate

_ASSUMED_ERROR = 0.15  # how far an assumed rate may be off
_REFUTED = 1.96  # joint errors between both, in a twentieth of cases by chance


def shrink(estimates: Sequence[Estimate]) -> list[Estimate]:
    """Shrink estimates to their common mean, as far as their spread is what chance alone gives.

    Examples
    --------
    Two rates that differ no more than chance become one, and its error is smaller; a single one stays:

    >>> both = shrink([Estimate(0.2, 0.1), Estimate(0.3, 0.1)])
    >>> [round(rate.value, 3) for rate in both], round(both[0].standard_error, 4)
    ([0.25, 0.25], 0.0707)
    >>> shrink([Estimate(0.2, 0.1)])
    [Estimate(value=0.2, standard_error=0.1)]
    """
    if len(estimates) < 2 or any(rate.standard_error == 0 for rate in estimates):
        return list(estimates)
    value = np.array([rate.value for rate in estimates])
    variance = np.array([rate.standard_error**2 for rate in estimates])
    weight: Floats = 1 / variance
    mean = float((weight * value).sum() / weight.sum())
    excess = float((weight * (value - mean) ** 2).sum()) - (len(value) - 1)
    between = max(0.0, excess / float(weight.sum() - (weight**2).sum() / weight.sum()))
    common = 1 / (variance + between)
    mean, of_mean = float((common * value).sum() / common.sum()), 1 / float(common.sum())
    own = between / (between + variance)
    errors = np.sqrt(own * variance + (1 - own) ** 2 * of_mean)
    return [
        Estimate(float(shrunk), float(error))
        for shrunk, error in zip(own * value + (1 - own) * mean, errors, strict=True)
    ]


def weigh(measured: Estimate, assumed: float) -> MeasuredRate:
    """Weigh a measured rate with the assumed one, unless it refutes that, and bound it to [0, 1].

    Examples
    --------
    With an error as large as that of the assumption, both count the same:

    >>> weigh(Estimate(0.2, 0.15), 0.3)
    MeasuredRate(value=0.25, low=0.0755..., high=0.4244..., assumed=0.3)
    """
    variance = measured.standard_error**2
    joint = _ASSUMED_ERROR**2 + variance
    refuted = abs(measured.value - assumed) > _REFUTED * math.sqrt(joint)
    own = 1.0 if refuted else _ASSUMED_ERROR**2 / joint
    value = own * measured.value + (1 - own) * assumed
    margin = Z * math.sqrt(own * variance)
    value, low, high = (min(max(bound, 0.0), 1.0) for bound in (value, value - margin, value + margin))
    return MeasuredRate(value=value, low=low, high=high, assumed=assumed)
