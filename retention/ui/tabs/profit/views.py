"""The HTML of the Profit tab: what the best threshold earns."""

from retention.profit.curve import ProfitCurve
from retention.profit.evidence import SIMULATED_TRUTH, evidence_of_plan, in_brackets
from retention.profit.profit_text import (
    decided_by,
    deployed_sentence,
    heavy_values_sentence,
    no_offer_pays_sentence,
)
from retention.ui.components.html import picture_buttons, reading
from retention.ui.session import Session
from retention.wording.money import in_currency


def state(session: Session) -> str | None:
    """Return the deployed threshold; None where no profit was measured."""
    return None if session.curve is None else f"send from {session.curve.threshold_deployed:.3f} on"


def in_header(session: Session) -> list[str]:
    """Return the phrases about the money inputs and the send policy for the header."""
    economics = session.economics
    prices = (
        f"{in_currency(economics.offer_cost, economics.currency, exactly=True)} per offer against "
        f"{in_currency(economics.value, economics.currency, exactly=True)} per retained customer (assumed)"
    )
    chosen = session.send_choice.in_words(economics.currency)
    if not chosen:
        return [prices]
    return [prices, f"a send list of {chosen} {in_brackets(evidence_of_plan(session.measured))}"]


def earnings(curve: ProfitCurve | None) -> str:
    """Return what the deployed policy earns, and the best threshold where it was picked and on others."""
    if curve is None:
        return ""
    sign = curve.economics.currency
    if curve.matrix().contacted == 0:
        reason = no_offer_pays_sentence(curve)
        return (
            ("" if reason is None else reading(reason))
            + reading(
                f"Sending to nobody is best: sending to everyone would earn {in_currency(curve.profit_all, sign)} "
                f"per 1,000 customers {in_brackets(curve.evidence)}."
            )
            + picture_buttons("profit-curve")
        )
    deployed, difference = curve.deployed, deployed_sentence(curve)
    by = (
        "By each customer's own break-even an offer"
        if deployed.threshold is None
        else f"Sending from {decided_by(curve)} {deployed.threshold:.3f} on"
    )
    goes = "goes to" if deployed.threshold is None else "contacts"
    words = reading(
        f"{by} {goes} {deployed.contacted / curve.customers:.0%} of customers and earns "
        f"{in_currency(deployed.profit, sign)} per 1,000 (90% band {in_currency(deployed.band.low, sign)} to "
        f"{in_currency(deployed.band.high, sign)} for what is to be expected, "
        f"{in_currency(deployed.next_band.low, sign)} to {in_currency(deployed.next_band.high, sign)} for as many "
        "other customers). The best threshold earns "
        f"{in_currency(curve.profit_in_sample, sign)} on these very customers, and "
        f"{in_currency(curve.profit_best, sign)} with each part's threshold picked on the others; the difference, "
        f"{in_currency(curve.optimism, sign)}, comes from picking it on the customers it is paid for "
        f"{in_brackets(curve.evidence)}."
    )
    heavy = heavy_values_sentence(curve)
    notes = "".join(reading(sentence) for sentence in (difference, heavy) if sentence)
    return words + notes + picture_buttons("profit-curve")


def announced_against_true(curve: ProfitCurve | None, true_profit: float | None) -> str:
    """Return what the plan really earns beside what it announces; nothing where the truth is not known.

    Parameters
    ----------
    curve
        With the deployed policy and its announced profit.
    true_profit
        Per 1,000 customers (currency).
    """
    if curve is None or true_profit is None or curve.matrix().contacted == 0:
        return ""
    sign, truth = curve.economics.currency, in_brackets((SIMULATED_TRUTH,))
    announced, really = in_currency(curve.deployed.profit, sign), in_currency(true_profit, sign)
    gap = in_currency(abs(curve.deployed.profit - true_profit), sign)
    return reading(
        f"In this simulated market the truth is known: the plan announces {announced} per 1,000 customers "
        f"{in_brackets(curve.evidence)} and would really earn {really} {truth}; that gap of {gap} {truth} is what "
        "“assumed” means."
    )


def not_measured() -> str:
    """Return why a model has no profit."""
    return reading(
        "This model came without its evaluation rows, so no profit can be measured with it. The slider begins at "
        "the break-even probability of the money inputs (assumed)."
    )
