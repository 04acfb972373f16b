"""What one offer costs and earns: the money inputs and the formulas.

For a customer with churn probability ``p`` and value ``V``, with offer cost ``d``, contact cost ``c``, save rate
``γ``, redemption by retained customers ``ρ`` and harm rate ``s``::

    expected incremental profit of contacting = p·γ·(V − d) − (1 − p)·(ρ·d + s·V) − c
    break-even probability  p* = (c + ρ·d + s·V) / (γ·(V − d) + ρ·d + s·V)

Every profit is measured against doing nothing. The defaults give 450 for a saved customer and −50 for a wasted
offer.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from numbers import Real
from types import MappingProxyType
from typing import Any, NamedTuple, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from retention.errors import InputError
from retention.wording.money import in_currency
from retention.wording.typed_numbers import currency_fault

MAX_AMOUNT = 1e12
"""The largest amount accepted (currency), so that sums over millions of customers stay exact."""


class CustomerAmounts(NamedTuple):
    """Profit per customer against doing nothing (currency); floats, or arrays of the values' shape.

    Attributes
    ----------
    saved
        Of a customer who would churn and is contacted, the save rate included.
    wasted
        Of a customer who would stay anyway and is contacted.
    lost
        The value of a customer who churns and was not contacted, below 0; shown, and no part of the profit.
    """

    saved: Any
    wasted: Any
    lost: Any


@dataclass(frozen=True)
class Economics:
    """The money inputs of one kind of offer.

    Attributes
    ----------
    value
        V, margin kept over the horizon if the customer stays (currency, > 0); a value column replaces it.
    offer_cost
        d, cost of the offer when it is redeemed (currency, >= 0).
    save_rate
        γ, share of churning customers whom the offer keeps, in [0, 1].
    stayer_redemption
        ρ, share of retained customers who redeem it anyway, in [0, 1].
    harm_rate
        s, share of retained customers whom the contact drives away, in [0, 1]; ρ + s is at most 1.
    contact_cost
        c, cost of contacting one customer (currency, >= 0).
    currency
        Sign or code shown beside amounts.

    Raises
    ------
    InputError
        If an input is outside its bounds.

    Examples
    --------
    >>> Economics().break_even()
    0.1
    >>> Economics().amounts_per_customer()
    CustomerAmounts(saved=450.0, wasted=-50.0, lost=-500.0)
    """

    value: float = 500.0
    offer_cost: float = 50.0
    save_rate: float = 1.0
    stayer_redemption: float = 1.0
    harm_rate: float = 0.0
    contact_cost: float = 0.0
    currency: str = "₹"

    def __post_init__(self) -> None:
        """Refuse inputs out of bounds, and keep every number as a float."""
        for name in ("value", "offer_cost", "contact_cost"):
            object.__setattr__(self, name, _checked_number(name, getattr(self, name), MAX_AMOUNT))
        if self.value == 0:
            raise InputError("value: must be above 0, got 0; give the margin kept when a customer stays")
        for name in ("save_rate", "stayer_redemption", "harm_rate"):
            object.__setattr__(self, name, _checked_number(name, getattr(self, name), 1.0))
        if self.stayer_redemption + self.harm_rate > 1 + 1e-12:
            raise InputError(
                "stayer_redemption + harm_rate: must be at most 1 together, got "
                f"{self.stayer_redemption:g} + {self.harm_rate:g}; lower one of them"
            )
        if fault := currency_fault(self.currency):
            raise InputError(f"currency: {fault}, got {self.currency!r}; pass a sign such as ₹, or a code")

    @overload
    def expected_profit(self, probability: float, value: float | None = None) -> float: ...
    @overload
    def expected_profit(self, probability: ArrayLike, value: ArrayLike | None = None) -> NDArray[np.float64]: ...
    def expected_profit(self, probability: ArrayLike, value: ArrayLike | None = None) -> Any:
        """Return the expected incremental profit of contacting: p·γ·(V − d) − (1 − p)·(ρ·d + s·V) − c.

        Parameters
        ----------
        probability
            Calibrated churn probability, in [0, 1]; a number or any array.
        value
            Margin kept by each customer, broadcast against ``probability``; None for ``self.value``.

        Returns
        -------
        float or ndarray
            Currency per customer, against not contacting them.

        Raises
        ------
        InputError
            If a probability lies outside [0, 1] or a value is negative or not finite.

        Examples
        --------
        >>> Economics().expected_profit(0.5)
        200.0
        """
        p, v = checked_probabilities(probability), self._values(value)
        gain, loss = self._gain_if_churning(v), self._loss_if_retained(v)
        return _float_or_array(p * gain - (1 - p) * loss - self.contact_cost)

    def expected_spend(self, probability: ArrayLike) -> Any:
        """Return what contacting is expected to cost: c + d·(p·γ + (1 − p)·ρ), currency per customer.

        Parameters
        ----------
        probability
            Calibrated churn probability, in [0, 1]; a number or any array.

        Examples
        --------
        >>> Economics(save_rate=0.5, stayer_redemption=0.5, contact_cost=1).expected_spend(0.3)
        26.0
        """
        p = checked_probabilities(probability)
        redeemed = p * self.save_rate + (1 - p) * self.stayer_redemption
        return _float_or_array(self.contact_cost + self.offer_cost * redeemed)

    @overload
    def break_even(self, value: float | None = None) -> float: ...
    @overload
    def break_even(self, value: ArrayLike) -> NDArray[np.float64]: ...
    def break_even(self, value: ArrayLike | None = None) -> Any:
        """Return the probability from which contacting pays: (c + ρ·d + s·V) / (γ·(V − d) + ρ·d + s·V).

        Parameters
        ----------
        value
            Margin kept by each customer, any shape; None for ``self.value``.

        Returns
        -------
        float or ndarray
            In [0, 1], or ``inf`` where no probability is high enough: where γ·(V − d) <= 0
            or the formula exceeds 1. Never NaN, so ``probability >= break_even`` is always the decision.

        Examples
        --------
        >>> round(PRESETS["realistic"].break_even(), 3)
        0.188
        >>> Economics(value=40).break_even()
        inf
        """
        v = self._values(value)
        gain, loss = self._gain_if_churning(v), self._loss_if_retained(v)
        pays = (gain > 0) & (self.contact_cost <= gain)
        ratio = np.divide(self.contact_cost + loss, gain + loss, out=np.full_like(v, np.inf), where=pays)
        return _float_or_array(ratio)

    def amounts_per_customer(self, value: ArrayLike | None = None) -> CustomerAmounts:
        """Return the profit of one saved, one wasted and one lost customer.

        Saved γ·(V − d) − c; wasted −(ρ·d + s·V) − c; lost −V. A loyal customer costs nothing.
        """
        v = self._values(value)
        saved, wasted = (
            self._gain_if_churning(v) - self.contact_cost,
            -self._loss_if_retained(v) - self.contact_cost,
        )
        return CustomerAmounts(_float_or_array(saved), _float_or_array(wasted), _float_or_array(-v))

    def profit_lines(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the profit of contacting as a line in V: (intercepts, slopes), each for (retained, churned).

        The sum over several customers is then intercept · their number + slope · the sum of their values.

        Examples
        --------
        >>> intercept, slope = Economics(save_rate=0.5, contact_cost=1).profit_lines()
        >>> intercept.tolist(), slope.tolist()
        ([-51.0, -26.0], [-0.0, 0.5])
        """
        d, c = self.offer_cost, self.contact_cost
        intercept = np.array([-self.stayer_redemption * d - c, -self.save_rate * d - c])
        return intercept, np.array([-self.harm_rate, self.save_rate])

    def why_no_offer_pays(self) -> str | None:
        """Return one sentence on why no customer of value ``value`` is worth contacting; None if one may be."""
        if math.isfinite(self.break_even()):
            return None
        gain = self.save_rate * (self.value - self.offer_cost)
        value, cost, earned, contact = (
            in_currency(amount, self.currency, exactly=True)
            for amount in (self.value, self.offer_cost, gain, self.contact_cost)
        )
        if gain <= 0:
            return (
                f"No offer pays: of a value of {value}, an offer of {cost} "
                f"with a save rate of {self.save_rate:.0%} earns {earned} per churning customer."
            )
        return (
            f"No offer pays: contacting costs {contact} and earns at most {earned}, "
            "even from a customer certain to churn."
        )

    def _gain_if_churning(self, value: NDArray[np.float64]) -> NDArray[np.float64]:
        return self.save_rate * (value - self.offer_cost)

    def _loss_if_retained(self, value: NDArray[np.float64]) -> NDArray[np.float64]:
        return self.stayer_redemption * self.offer_cost + self.harm_rate * value

    def _values(self, value: ArrayLike | None) -> NDArray[np.float64]:
        return np.asarray(self.value) if value is None else checked_values(value)


def checked_values(value: ArrayLike) -> NDArray[np.float64]:
    """Return per-customer values as float64; a value of 0 is allowed, and such a customer is never worth an offer.

    Raises
    ------
    InputError
        If one is missing, negative, above 1e12 or not a number.
    """
    values = _as_floats("value", value)
    if values.size and not (values.min() >= 0 and values.max() <= MAX_AMOUNT):
        wrong = np.count_nonzero(~((values >= 0) & (values <= MAX_AMOUNT)))
        raise InputError(
            f"value: {wrong} of {values.size} are missing, negative or above 1e12; "
            "give every customer a value from 0 up"
        )
    return values


def checked_probabilities(probability: ArrayLike) -> NDArray[np.float64]:
    """Return churn probabilities as float64.

    Raises
    ------
    InputError
        If one is missing or outside [0, 1].
    """
    p = _as_floats("probability", probability)
    wrong = np.count_nonzero(~((p >= 0) & (p <= 1)))
    if wrong:
        raise InputError(f"probability: {wrong} of {p.size} are missing or outside 0 to 1; pass probabilities")
    return p


def _as_floats(name: str, numbers: ArrayLike) -> NDArray[np.float64]:
    try:
        return np.asarray(numbers, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError(f"{name}: holds something that is not a number; pass numbers only") from None


def _checked_number(name: str, number: object, high: float) -> float:
    value = float(number) if isinstance(number, Real) and not isinstance(number, bool) else math.nan
    if not 0 <= value <= high:
        low = "above 0" if name == "value" else "at least 0"
        raise InputError(f"{name}: must be a number {low} and at most {high:g}, got {number!r}; change it")
    return value


def _float_or_array(result: NDArray[np.float64]) -> Any:
    return float(result) if np.ndim(result) == 0 else result


PRESETS: Mapping[str, Economics] = MappingProxyType(
    {
        "original": Economics(),
        "realistic": Economics(save_rate=0.30, stayer_redemption=0.60, contact_cost=1.0),
    }
)
"""Named starting points: the project's first money inputs, and rates closer to those of real campaigns."""
