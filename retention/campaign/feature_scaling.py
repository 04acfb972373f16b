"""Turns features into standardised numbers without blanks, alike for those learned from and those scored later."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retention.campaign.effect import Floats

_CLIPPED = 0.005  # share of customers at each end whose value is moved to the value at that share
_SKEWED = 2.0


@dataclass(frozen=True)
class FeatureScaling:
    """How each of q features is filled, shortened and standardised; every field has q entries.

    Attributes
    ----------
    names
        Of the features.
    fill
        What stands for a blank: the mean.
    logarithm
        Whether log(1 + x) is taken, which long-tailed numbers from 0 up need.
    low, high
        Values beyond are moved here (after the logarithm).
    mean, spread
        What is taken off, and divided by; a spread of 0 leaves the feature out.
    """

    names: tuple[str, ...]
    fill: tuple[float, ...]
    logarithm: tuple[bool, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    mean: tuple[float, ...]
    spread: tuple[float, ...]

    @classmethod
    def learn(cls, names: Sequence[str], x: Floats) -> "FeatureScaling":
        """Learn it from the features of n customers, (n, q), NaN for a blank."""
        counts = (~np.isnan(x)).sum(axis=0)
        fill = np.where(counts > 0, np.nansum(x, axis=0) / np.maximum(counts, 1), 0.0)
        filled = np.where(np.isnan(x), fill, x)
        spread = np.maximum(filled.std(axis=0), 1e-300)
        skewness = ((filled - fill) ** 3).mean(axis=0) / spread**3
        flags = ((filled == 0) | (filled == 1)).all(axis=0)
        logarithm = (filled.min(axis=0, initial=0.0) >= 0) & (skewness > _SKEWED) & ~flags
        filled[:, logarithm] = np.log1p(filled[:, logarithm])
        low, high = np.quantile(filled, [_CLIPPED, 1 - _CLIPPED], axis=0)
        low, high = np.where(high > low, low, filled.min(axis=0)), np.where(high > low, high, filled.max(axis=0))
        clipped = np.clip(filled, low, high)
        spread = clipped.std(axis=0)
        spread = np.where(spread > 1e-9 * np.maximum(1.0, np.abs(fill)), spread, 0.0)
        numbers = (fill, low, high, clipped.mean(axis=0), spread)
        fills, lows, highs, means, spreads = (tuple(map(float, column)) for column in numbers)
        return cls(tuple(names), fills, tuple(map(bool, logarithm)), lows, highs, means, spreads)

    def select(self, columns: NDArray[np.int64]) -> "FeatureScaling":
        """Return that of the features at these positions."""
        parts = {name: tuple(getattr(self, name)[int(at)] for at in columns) for name in self.__annotations__}
        return FeatureScaling(**parts)

    def apply(self, x: Floats) -> Floats:
        """Return the standardised features, (n, q)."""
        z = np.where(np.isnan(x), np.array(self.fill), x)
        at = np.array(self.logarithm, dtype=np.bool_)
        z[:, at] = np.log1p(np.maximum(z[:, at], 0.0))
        z = np.clip(z, np.array(self.low), np.array(self.high)) - np.array(self.mean)
        spread = np.array(self.spread)
        return np.asarray(np.divide(z, spread, out=np.zeros_like(z), where=spread > 0))

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {name: list(getattr(self, name)) for name in self.__annotations__}

    @classmethod
    def from_dict(cls, saved: Mapping[str, Any]) -> "FeatureScaling":
        """Return what :meth:`as_dict` gave."""
        return cls(
            names=tuple(map(str, saved["names"])),
            logarithm=tuple(map(bool, saved["logarithm"])),
            **{name: tuple(map(float, saved[name])) for name in ("fill", "low", "high", "mean", "spread")},
        )
