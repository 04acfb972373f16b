"""Checks whether an experiment was dealt and recorded as it was declared, before any effect is read from it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from retention.campaign.effect import Floats, independent_columns
from retention.wording.text import count_noun, format_share

ALARM = 0.001
"""The p-value below which a split is taken for broken."""
WARN_CONTAMINATED, MOST_CONTAMINATED = 0.01, 0.05
WARN_MISSING, MOST_MISSING = 0.02, 0.10

Severity = Literal["ok", "warning", "not valid"]


@dataclass(frozen=True)
class Check:
    """The result of one check.

    Attributes
    ----------
    name
        Short name, e.g. ``split``.
    severity
        Whether the measurement is sound, needs a second look, or must not be used.
    sentence
        What was seen, for a person.
    p_value
        Of the check's test; None where there is none.
    """

    name: str
    severity: Severity
    sentence: str
    p_value: float | None = None

    def as_dict(self) -> dict[str, object]:
        """Return it for JSON."""
        return {
            "name": self.name, "severity": self.severity, "sentence": self.sentence, "p_value": self.p_value
        }  # fmt: skip


def check_split(counts: Mapping[str, int], expected: Mapping[str, float]) -> Check:
    """Compare the customers with an outcome in each arm with the declared chances (sample ratio mismatch).

    Parameters
    ----------
    counts
        Customers by arm.
    expected
        Expected customers by arm under the declared chances; only their ratios matter.

    Examples
    --------
    >>> check_split({"control": 500, "treated": 500}, {"control": 1, "treated": 1}).severity
    'ok'
    >>> check_split({"control": 800, "treated": 1200}, {"control": 1, "treated": 1}).severity
    'not valid'
    """
    from scipy import stats

    arms = list(expected)
    observed = np.array([counts.get(arm, 0) for arm in arms], dtype=np.float64)
    share = np.array([expected[arm] for arm in arms], dtype=np.float64)
    share /= share.sum()
    if observed.sum() == 0 or len(arms) < 2:
        return Check("split", "ok", "The split cannot be checked without outcomes.")
    p_value = float(stats.chisquare(observed, share * observed.sum()).pvalue)
    return split_check(p_value, " : ".join(f"{int(count):,}" for count in observed), share)


def split_check(p_value: float, observed: str, share: Sequence[float] | Floats) -> Check:
    """Return the check of a split with its p-value; ``observed`` shows the counts."""
    declared = " : ".join(f"{100 * part:.3g}" for part in share)
    if p_value < ALARM:
        sentence = (
            f"The arms hold {observed} customers with an outcome where {declared} was declared "
            f"({_show_p(p_value)}): something other than the draw decided who is counted."
        )
        return Check("split", "not valid", sentence, p_value)
    return Check("split", "ok", f"The arms hold {observed} customers, as declared ({declared}).", p_value)


def check_contamination(contaminated: int, control: int) -> Check:
    """Judge how many of the held-out customers redeemed an offer or were contacted.

    >>> check_contamination(3, 100).severity, check_contamination(6, 100).severity
    ('warning', 'not valid')
    """
    share = contaminated / control if control else 0.0
    severity: Severity = "ok"
    if share > WARN_CONTAMINATED:
        severity = "warning" if share <= MOST_CONTAMINATED else "not valid"
    held_out = "customers held out redeemed an offer or were contacted"
    sentence = (
        f"{contaminated:,} of {control:,} {held_out} ({format_share(share)})."
        if contaminated
        else "Nobody held out redeemed an offer or was contacted, as far as the outcomes say."
    )
    return Check("untouched", severity, sentence)


def check_missing(missing: Mapping[str, int], drawn: Mapping[str, int]) -> Check:
    """Judge how many customers of each arm have no outcome, and whether the arms differ in that.

    >>> check_missing({"control": 0, "treated": 0}, {"control": 500, "treated": 500}).severity
    'ok'
    >>> check_missing({"control": 30, "treated": 0}, {"control": 500, "treated": 500}).severity
    'not valid'
    """
    from scipy import stats

    arms = list(drawn)
    absent = np.array([missing.get(arm, 0) for arm in arms], dtype=np.float64)
    total = np.array([drawn[arm] for arm in arms], dtype=np.float64)
    if not absent.sum():
        return Check("complete", "ok", "Every customer has an outcome.")
    share = float(absent.sum() / total.sum())
    p_value = None
    if len(arms) > 1 and absent.sum() < total.sum():
        p_value = float(stats.chi2_contingency(np.vstack([absent, total - absent]), correction=False).pvalue)
    words = f"{count_noun(int(absent.sum()), 'customer')} of {int(total.sum()):,} "
    words += f"{'has' if absent.sum() == 1 else 'have'} no outcome ({format_share(share)})"
    if p_value is not None and p_value < ALARM:
        by_arm = ", ".join(
            f"{arm} {format_share(a / t)}" for arm, a, t in zip(arms, absent, total, strict=True) if t
        )
        sentence = f"{words}, and the arms differ in that ({by_arm}): those who are missing may not be alike."
        return Check("complete", "not valid", sentence, p_value)
    if share > MOST_MISSING:
        return Check("complete", "not valid", f"{words}: too many to know what the campaign did.", p_value)
    return Check("complete", "warning" if share > WARN_MISSING else "ok", f"{words}.", p_value)


def check_registered(*, same_design: bool, moved: int) -> Check:
    """Judge whether the campaign is the registered one: its design, and the arms that follow from its lots.

    Parameters
    ----------
    same_design
        Whether the design has the registered hash.
    moved
        Customers whose arm does not follow from the lots that were drawn.

    Examples
    --------
    >>> check_registered(same_design=True, moved=0).severity, check_registered(same_design=True, moved=1).severity
    ('ok', 'not valid')
    """
    if not same_design:
        sentence = (
            "The design is not the one that was registered before sending: something was changed afterwards."
        )
    elif moved:
        sentence = (
            f"{count_noun(moved, 'customer')} {'is' if moved == 1 else 'are'} in another arm than the draw gives: "
            "arms were changed after the draw."
        )
    else:
        sentence = "The design is the one that was drawn, and the arms follow from its lots."
    return Check("as registered", "not valid" if moved or not same_design else "ok", sentence)


def check_balance(features: Floats, arms: NDArray[np.int64], *, weights: Floats | None = None) -> Check:
    """Compare the means of all features across the arms in one test; chance alone should have made them alike.

    The statistic is Σₐ nₐ·(x̄ₐ − x̄)ᵀS⁻¹(x̄ₐ − x̄), which is χ² with (arms − 1)·(independent features) degrees of
    freedom under random assignment. With weights, each arm's mean has its own robust covariance.

    Parameters
    ----------
    features
        (n, p), finite, known before the treatment.
    arms
        (n,), 0 to the number of arms − 1.
    weights
        (n,), 1 over the chance of the arm that a customer got, where chances differ.
    """
    from scipy import stats

    x = features[:, independent_columns(features)]
    n, p = x.shape
    count = int(arms.max()) + 1
    if p == 0 or count < 2 or n <= p + count:
        return Check("balance", "ok", "There is no feature whose balance could be checked.")
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    if weights is None:
        statistic = _pooled_statistic(x, arms, count)
    else:
        statistic = _weighted_statistic(x, arms, count, weights)
    p_value = float(stats.chi2.sf(statistic, p * (count - 1)))
    if p_value < ALARM:
        sentence = (
            f"The arms differ in the features before the treatment ({_show_p(p_value)}, one test of all): "
            "chance alone did not decide who got what."
        )
        return Check("balance", "not valid", sentence, p_value)
    return Check("balance", "ok", f"The arms are alike in the features before (p = {p_value:.2g}).", p_value)


def _pooled_statistic(x: Floats, arms: NDArray[np.int64], count: int) -> float:
    whitened = np.linalg.qr(x - x.mean(axis=0))[0] * np.sqrt(len(x) - 1)  # covariance is the identity
    means = [whitened[arms == arm].mean(axis=0) for arm in range(count)]
    return float(sum((arms == arm).sum() * mean @ mean for arm, mean in enumerate(means)))


def _weighted_statistic(x: Floats, arms: NDArray[np.int64], count: int, weights: Floats) -> float:
    means, precisions = [], []
    for arm in range(count):
        at = arms == arm
        share = weights[at] / weights[at].sum()
        mean = share @ x[at]
        error = (x[at] - mean) * share[:, np.newaxis]
        means.append(mean)
        precisions.append(np.linalg.pinv(error.T @ error, hermitian=True))
    centre = np.linalg.pinv(sum(precisions)) @ sum(
        precision @ mean for precision, mean in zip(precisions, means, strict=True)
    )
    return float(
        sum(
            (mean - centre) @ precision @ (mean - centre)
            for precision, mean in zip(precisions, means, strict=True)
        )
    )


def _show_p(p_value: float) -> str:
    return f"p = {p_value:.1g}" if p_value >= 1e-12 else "p < 1e-12"
