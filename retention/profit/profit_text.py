"""A profit curve in sentences: what to do, what it would earn, and whether there is anything to gain."""

from typing import Any

import numpy as np

from retention.profit.curve import ProfitCurve
from retention.profit.evidence import evidence_of_plan, in_brackets
from retention.profit.rates_text import rate_in_words
from retention.profit.whatif import SaveRateCurve, break_even_save_rate
from retention.wording.money import in_currency

# In standard errors. The threshold was picked where many churned, so one in eight perfect models exceeds two.
_BEYOND_CHANCE = 3.0


def headroom_sentence(curve: ProfitCurve) -> str:
    """Return one sentence on whether the model earns more than contacting everyone or nobody (headroom)."""
    if curve.per_customer_headroom:
        gain_over_threshold = curve.bands.per_customer_over_threshold
        if gain_over_threshold is not None and gain_over_threshold.low > 0:
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
    """Tell whether to contact each customer from their own break-even on rather than by one threshold."""
    per_customer = curve.per_customer
    if per_customer is None or not curve.per_customer_headroom:
        return False
    return per_customer.over_threshold >= 0 or not curve.headroom


def no_offer_pays_sentence(curve: ProfitCurve) -> str | None:
    """Return why no customer is worth an offer; None where one may be, as always with a value column."""
    reason = None if curve.per_customer else curve.economics.why_no_offer_pays()
    return (
        None if reason is None else f"{reason.removesuffix('.')} {in_brackets(evidence_of_plan(curve.measured))}."
    )


def below_break_even_sentence(curve: ProfitCurve) -> str | None:
    """Return why some customers below the break-even probability are contacted; None where none are.

    A best threshold below the break-even means that more of the customers in between churned than it takes to pay.
    That happens to perfect probabilities as well, by chance. So the sentence calls the model's probabilities too
    low only where the number who churned exceeds their sum by more than three standard errors and a half (the
    continuity correction).
    """
    best, break_even = curve.threshold_best, curve.threshold_break_even
    if break_even is None or not best < break_even <= 1:
        return None
    ranking = curve.ranking
    is_between = (ranking.score >= best) & (ranking.score < break_even)
    customers = int(np.count_nonzero(is_between))
    if customers == 0:
        return None
    probability, churned = ranking.score[is_between], int(ranking.label[is_between].sum())
    standard_error = float(np.sqrt((probability * (1 - probability)).sum()))
    digits = 3 if f"{best:.3f}" != f"{break_even:.3f}" else 6
    below = (
        f"The best threshold on these customers, {best:.{digits}f}, lies below "
        f"the break-even {break_even:.{digits}f}"
    )
    if churned - float(probability.sum()) - 0.5 <= _BEYOND_CHANCE * standard_error:
        return f"{below}, within what chance explains: sending from the break-even on would do as well."
    contacted = "1 of them" if customers == 1 else f"{customers:,} of them"
    have = "has" if customers == 1 else "have"
    return (
        f"{below}: the model understates risk there, beyond chance; {contacted} would get an offer and {have} a "
        "slightly negative expected profit."
    )


def save_rate_needed_sentence(curve: ProfitCurve, rates: SaveRateCurve) -> str:
    """Return one sentence on the save rate that the offer needs to pay.

    Parameters
    ----------
    curve
        The profit as assumed.
    rates
        The profit at other save rates, from :func:`retention.profit.whatif.profit_by_save_rate`.
    """
    needed = break_even_save_rate(curve)
    if needed is not None:
        return (
            f"Sent to the same customers, the offer pays as long as its save rate is at least {needed:.1%}; "
            f"{_save_rate(curve)}."
        )
    paying = rates.save_rate[(rates.profit_best > 0) & (rates.save_rate > curve.economics.save_rate)]
    if len(paying) == 0:
        return f"No save rate makes this pay; {_save_rate(curve)}."
    problem = "Nobody is worth an offer" if curve.matrix().contacted == 0 else "The offer does not pay"
    kind = "assumed" if curve.measured is None else "measured"
    return (
        f"{problem} at the {kind} save rate of {curve.economics.save_rate:.0%}; "
        f"from about {float(paying[0]):.0%} on it would pay."
    )


def save_rate_uncertainty_sentence(curve: ProfitCurve) -> str:
    """Return one sentence on the profit with an uncertain save rate; see :mod:`retention.profit.empc`."""
    empc = curve.empc
    earned = in_currency(empc.profit, curve.economics.currency)
    return (
        f"With a save rate of about {empc.save_rate:.0%}, give or take {100 * empc.spread:.0f} points, the best "
        f"threshold at each earns {earned} per 1,000 customers; picked on these very customers, that is too "
        f"hopeful {in_brackets(curve.evidence)}."
    )


def profit_summary(curve: ProfitCurve, threshold: float | None = None) -> str:
    """Return the curve in a few lines for a terminal; amounts are backtested.

    Parameters
    ----------
    threshold
        Where to take the business confusion matrix; ``threshold_best`` by default.
    """
    sign = curve.economics.currency
    matrix = curve.matrix(threshold)

    def amount(number: Any) -> str:
        return in_currency(float(number), sign)

    break_even = curve.threshold_break_even
    low, high = curve.band
    inputs = "assumed money inputs" if curve.measured is None else "measured rates and assumed amounts"
    notes = [no_offer_pays_sentence(curve), below_break_even_sentence(curve)]
    return "\n".join(
        [
            f"profit per 1,000 customers, backtested on {curve.customers:,} customers with {inputs}:",
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
            *(note for note in notes if note is not None),
            f"at {matrix.threshold:.4f}: {matrix.saved:,} saved {amount(matrix.saved_amount)}, "
            f"{matrix.wasted:,} wasted {amount(matrix.wasted_amount)}, "
            f"{matrix.lost:,} lost {amount(matrix.lost_amount)}, {matrix.loyal:,} loyal; "
            f"profit {amount(matrix.profit)} over all customers",
        ]
    )


def _save_rate(curve: ProfitCurve) -> str:
    if curve.measured is None:
        return f"{curve.economics.save_rate:.0%} is assumed"
    return f"{rate_in_words(curve.measured.save_rate)} was measured"
