"""A profit curve in words: what to do, what it would earn, and when there is nothing to gain."""

from typing import Any

import numpy as np

from retention.profit.curve import ProfitCurve
from retention.profit.whatif import SaveRateCurve, break_even_save_rate
from retention.wording.money import in_currency

# Standard errors. The threshold was picked where many left, so one perfect model in eight is beyond two of them.
_BEYOND_CHANCE = 3.0


def headroom_sentence(curve: ProfitCurve) -> str:
    """Return one sentence on whether picking customers by this model pays."""
    if curve.per_customer_headroom:
        over = curve.bands.per_customer_over_threshold
        if over is not None and over.low > 0:
            return (
                "Deciding customer by customer clearly beats sending to everyone, doing nothing, "
                "and one threshold for all."
            )
        if not curve.headroom:
            return (
                "Deciding customer by customer clearly beats both sending to everyone and doing nothing; "
                "one threshold for all does not."
            )
    if curve.headroom:
        return "Picking customers by this model clearly beats both sending to everyone and doing nothing."
    if curve.profit_all > 0:
        return "No headroom: sending to everyone earns as much, within what chance alone would explain."
    return "No headroom: doing nothing earns as much, within what chance alone would explain."


def decides_per_customer(curve: ProfitCurve) -> bool:
    """Tell whether to decide customer by customer, each from their own break-even on, and not by one threshold."""
    own = curve.per_customer
    return own is not None and curve.per_customer_headroom and (own.over_threshold >= 0 or not curve.headroom)


def no_offer_pays_sentence(curve: ProfitCurve) -> str | None:
    """Return why nobody is worth an offer; None where somebody may be, as with values of their own."""
    reason = None if curve.per_customer else curve.economics.why_no_offer_pays()
    return None if reason is None else f"{reason.removesuffix('.')} (assumed)."


def below_break_even_sentence(curve: ProfitCurve) -> str | None:
    """Return why some are contacted whom their own probability would leave out; None where there are none.

    A best threshold below the break-even means that more of the customers in between left than it takes to pay. By
    chance that happens to perfect probabilities as well, so the model is blamed only where they left beyond
    three standard errors more often than their probabilities say, a half taken off for counting whole customers.
    """
    best, even = curve.threshold_best, curve.threshold_break_even
    if even is None or not best < even <= 1:
        return None
    ranking = curve.ranking
    between = (ranking.score >= best) & (ranking.score < even)
    people = int(np.count_nonzero(between))
    if people == 0:
        return None
    probability, left = ranking.score[between], int(ranking.label[between].sum())
    error = float(np.sqrt((probability * (1 - probability)).sum()))
    digits = 3 if f"{best:.3f}" != f"{even:.3f}" else 6
    lies = f"The best threshold on these customers, {best:.{digits}f}, lies below the break-even {even:.{digits}f}"
    if left - float(probability.sum()) - 0.5 <= _BEYOND_CHANCE * error:
        return f"{lies}, within what chance explains: sending from the break-even on would do as well."
    who = "1 of them" if people == 1 else f"{people:,} of them"
    have = "has" if people == 1 else "have"
    return (
        f"{lies}: the model understates risk there, beyond chance; {who} would get an offer and {have} a slightly "
        "negative expected profit."
    )


def save_rate_needed_sentence(curve: ProfitCurve, rates: SaveRateCurve) -> str:
    """Say which share of leavers the offer must keep to pay.

    Parameters
    ----------
    curve
        The profit as assumed.
    rates
        The profit at other save rates, from :func:`retention.profit.whatif.profit_by_save_rate`.
    """
    assumed = curve.economics.save_rate
    least = break_even_save_rate(curve)
    if least is not None:
        return (
            f"Sent to the same customers, the offer pays as long as it keeps at least {least:.1%} of those who "
            f"would leave; {assumed:.0%} is assumed."
        )
    paying = rates.save_rate[(rates.profit_best > 0) & (rates.save_rate > assumed)]
    if len(paying) == 0:
        return f"No save rate makes this pay; {assumed:.0%} is assumed."
    now = "Nobody is worth an offer" if curve.matrix().contacted == 0 else "The offer does not pay"
    return f"{now} at the assumed save rate of {assumed:.0%}; from about {float(paying[0]):.0%} on it would pay."


def save_rate_uncertainty_sentence(curve: ProfitCurve) -> str:
    """Say what the profit is when nobody knows the save rate well; see :mod:`retention.profit.empc`."""
    found = curve.empc
    earned = in_currency(found.profit, curve.economics.currency)
    return (
        f"With a save rate of about {found.save_rate:.0%}, give or take {100 * found.spread:.0f} points, the best "
        f"threshold at each earns {earned} per 1,000 customers; picked on these very customers, that is too "
        "hopeful (backtested, assumed)."
    )


def profit_summary(curve: ProfitCurve, threshold: float | None = None) -> str:
    """Return the curve as a few lines for a terminal; amounts are backtested on assumed rates."""
    sign = curve.economics.currency
    matrix = curve.matrix(threshold)

    def amount(number: Any) -> str:
        return in_currency(float(number), sign)

    break_even = curve.threshold_break_even
    low, high = curve.band
    told = [no_offer_pays_sentence(curve), below_break_even_sentence(curve)]
    return "\n".join(
        [
            f"profit per 1,000 customers, backtested on {curve.customers:,} customers with assumed money inputs:",
            f"  this model  {amount(curve.profit_best)}  (90% band {amount(low)} to {amount(high)})",
            *([] if curve.per_customer is None else [f"  one by one  {amount(curve.per_customer.profit)}"]),
            f"  everyone    {amount(curve.profit_all)}",
            f"  nobody      {amount(curve.profit_none)}",
            f"  at random   {amount(curve.profit_random)}",
            f"  perfect     {amount(curve.profit_perfect)}",
            headroom_sentence(curve),
            f"best threshold {curve.threshold_best:.4f}"
            + (
                f", break-even probability {break_even:.4f}"
                if break_even is not None and np.isfinite(break_even)
                else ""
            ),
            f"on the customers it was picked on it earns {amount(curve.profit_in_sample)}; the difference to this "
            f"model's, {amount(curve.optimism)}, comes from picking it there and is not to be expected of others",
            *(words for words in told if words is not None),
            f"at {matrix.threshold:.4f}: {matrix.saved:,} saved {amount(matrix.saved_amount)}, "
            f"{matrix.wasted:,} wasted {amount(matrix.wasted_amount)}, "
            f"{matrix.lost:,} lost {amount(matrix.lost_amount)}, {matrix.loyal:,} loyal; "
            f"profit {amount(matrix.profit)} over all customers",
        ]
    )
