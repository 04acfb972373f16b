"""A profit curve in sentences: what to do, what it would earn, and whether there is anything to gain."""

from typing import Any

import numpy as np

from retention.profit.curve import ProfitCurve
from retention.profit.evidence import evidence_of_plan, in_brackets
from retention.profit.rates_text import rate_in_words
from retention.profit.whatif import SaveRateCurve, break_even_save_rate
from retention.wording.money import in_currency
from retention.wording.text import count_noun


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


def deployed_sentence(curve: ProfitCurve) -> str | None:
    """Return how the deployed threshold differs from the best one on these customers; None with a value column.

    None as well where both contact the same customers.
    """
    deployed, gap = curve.deployed, curve.miscalibration
    if deployed.threshold is None or gap is None:
        return None
    best, break_even = curve.threshold_best, curve.threshold_break_even
    digits = 3 if f"{best:.3f}" != f"{break_even:.3f}" else 6
    if break_even is None or not np.isfinite(break_even):
        return None
    thresholds = f"the best threshold on these customers, {best:.{digits}f}"
    of_customers = f"of {count_noun(gap.customers, 'customer')} in between {gap.churned:,} churned"
    if deployed.decided_by == "picked":
        way = "understates" if best < break_even else "overstates"
        return (
            f"{thresholds.capitalize()}, decides instead of the break-even {break_even:.{digits}f}: "
            f"{of_customers} where {gap.expected:,.1f} were expected, so the model {way} risk there, beyond "
            "chance."
        )
    if deployed.decided_by == "kept":
        return (
            f"Sending from {deployed.threshold:.{digits}f} on, and not from the break-even "
            f"{break_even:.{digits}f} of the measured rates: customers in between were in the plan before, and "
            "their own measured money does not speak against it (measured, assumed)."
        )
    gain = in_currency(curve.profit_in_sample - deployed.profit, curve.economics.currency)
    return (
        f"The break-even {break_even:.{digits}f} decides; {thresholds}, earned {gain} per 1,000 more on them "
        f"because it was picked there ({of_customers}, {gap.expected:,.1f} were expected: within chance), which "
        f"is not to be expected of others {in_brackets(curve.evidence)}."
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
    paying = rates.save_rate[(rates.profit_deployed > 0) & (rates.save_rate > curve.economics.save_rate)]
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
        Where to take the business confusion matrix; ``threshold_deployed`` by default.
    """
    sign = curve.economics.currency
    matrix = curve.matrix(threshold)

    def amount(number: Any) -> str:
        return in_currency(float(number), sign)

    break_even = curve.threshold_break_even
    deployed = curve.deployed
    inputs = "assumed money inputs" if curve.measured is None else "measured rates and assumed amounts"
    notes = [no_offer_pays_sentence(curve), deployed_sentence(curve), heavy_values_sentence(curve)]
    next_low, next_high = deployed.next_band
    return "\n".join(
        [
            f"profit per 1,000 customers, backtested on {curve.customers:,} customers with {inputs}:",
            f"  this model  {amount(deployed.profit)}  (90% band {amount(deployed.band.low)} to "
            f"{amount(deployed.band.high)}; {decided_by(curve)})",
            f"              as many other customers: {amount(next_low)} to {amount(next_high)} nine times in ten",
            f"  picked      {amount(curve.profit_best)}  (90% band {amount(curve.band.low)} to "
            f"{amount(curve.band.high)}; each part's threshold picked on the others)",
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


def heavy_values_sentence(curve: ProfitCurve) -> str | None:
    """Return a warning where a few customers of very high value decide the profit; None otherwise."""
    if not curve.deployed.heavy:
        return None
    return (
        "A few customers of very high value decide this profit: a 90% band covers about 85% here, so plan with "
        "its lower end, or cap the values."
    )


def decided_by(curve: ProfitCurve) -> str:
    """Return in words what decides who gets an offer in the deployed policy."""
    if curve.deployed.threshold is None:
        return "each customer's own break-even"
    return {
        "break-even": "the break-even",
        "picked": "the picked threshold",
        "kept": "the lowest risk not measured to lose",
    }[curve.deployed.decided_by]


def _save_rate(curve: ProfitCurve) -> str:
    if curve.measured is None:
        return f"{curve.economics.save_rate:.0%} is assumed"
    return f"{rate_in_words(curve.measured.save_rate)} was measured"
