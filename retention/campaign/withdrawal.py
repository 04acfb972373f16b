"""Decides from where on an offer stays in the plan although its measured rates would withdraw it.

One save rate for all risks is a line through the effects. Where that line runs below them at low risk, or chance
pulls it down, its break-even withdraws the offer from customers whom it pays for, and nobody is measured there any
more who could show it. So an offer is withdrawn only from those whose own measured money speaks against it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from retention.campaign.effect import Bools, Estimate, Floats, arm_means
from retention.campaign.reading_rows import ReadingRows
from retention.campaign.verdict import LEAST_CUSTOMERS

_LOOK_Z = 1.96  # one-sided 2.5% at each of two looks, 5% at both
_SLIVER = 0.01  # the lowest score of a sample lies a little above the threshold that it was drawn from


@dataclass(frozen=True, eq=False, kw_only=True)
class MeasuredMoney:
    """The n listed customers of one or more campaigns for whom an offer was planned.

    Attributes
    ----------
    probability
        Churn probability at the draw, (n,), in [0, 1].
    treated
        Whether they were treated, (n,).
    money
        What they brought, the offer and the contact taken off, (n,), currency.
    weight
        1 / chance of their arm, (n,).
    """

    probability: Floats
    treated: Bools
    money: Floats
    weight: Floats

    @classmethod
    def of_offer(cls, rows: Sequence[ReadingRows], offer: str) -> "MeasuredMoney":
        """Take them from the rows of campaigns; those without money or churn probabilities are left out."""
        columns: list[tuple[Floats, Bools, Floats, Floats]] = [
            (np.empty(0), np.empty(0, dtype=np.bool_), np.empty(0), np.empty(0))
        ]
        for part in rows:
            if part.probability is not None and part.offer is not None and part.money is not None:
                at = part.listed & (part.offer.astype(str) == offer)
                columns.append((part.probability[at], part.treated[at], part.money[at], 1 / part.own_chance[at]))
        probability, treated, money, weight = (np.concatenate(column) for column in zip(*columns, strict=True))
        return cls(probability=probability, treated=treated, money=money, weight=weight)

    def effect(self, low: float, high: float) -> Estimate | None:
        """Return the effect a head of those at risks in [low, high); None with under 50 customers in an arm."""
        at = (self.probability >= low) & (self.probability < high)
        if min(int(self.treated[at].sum()), int((~self.treated[at]).sum())) < LEAST_CUSTOMERS:
            return None
        fit = arm_means(self.money[at][:, np.newaxis], self.treated[at], weights=self.weight[at])
        return fit.difference()

    def loses(self, low: float, high: float) -> bool:
        """Return whether these customers were measured to lose money, beyond chance."""
        effect = self.effect(low, high)
        return effect is not None and effect.value + _LOOK_Z * effect.standard_error < 0


def send_from(customers: MeasuredMoney, *, before: float, after: float) -> float | None:
    """Return the churn probability from which on an offer stays in the plan.

    Of the customers whom the measured rates would withdraw it from, all are looked at, and then the half at lower
    risk; it is withdrawn from those who were measured to lose. Both looks together are wrong in a twentieth of
    cases where the effect is zero.

    Parameters
    ----------
    customers
        Who was measured.
    before, after
        The break-even probability at the assumed and at the measured rates; may be infinite.

    Returns
    -------
    float or None
        None where the measured rates withdraw nobody who was measured, or only those who were measured to lose.
    """
    if not len(customers.probability) or not before < after:
        return None
    lowest = max(before, float(customers.probability.min()))
    withdrawn = (customers.probability >= lowest) & (customers.probability < after)
    if not withdrawn.any():
        return None
    if customers.loses(lowest, after):
        return None
    middle = float(np.median(customers.probability[withdrawn]))
    if customers.loses(lowest, middle):
        return middle
    return before if lowest - before < _SLIVER else lowest
