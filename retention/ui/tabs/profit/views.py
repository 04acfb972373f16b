"""The HTML of the Profit tab: what the best threshold earns."""

from retention.profit.curve import ProfitCurve
from retention.profit.evidence import evidence_of_plan, in_brackets
from retention.profit.profit_text import below_break_even_sentence, no_offer_pays_sentence
from retention.ui.components.html import picture_buttons, reading
from retention.ui.session import Session
from retention.wording.money import in_currency


def state(session: Session) -> str | None:
    """Return the best threshold; None where no profit was measured."""
    return None if session.curve is None else f"best threshold {session.curve.threshold_best:.3f}"


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
    """Return what the best threshold earns, on the customers it was picked on and on others."""
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
    share = curve.matrix().contacted / curve.customers
    below = below_break_even_sentence(curve)
    words = reading(
        f"Contacting {share:.0%} of customers earns the most: "
        f"{in_currency(curve.profit_in_sample, sign)} per 1,000 customers with the threshold picked on these very "
        f"customers, and {in_currency(curve.profit_best, sign)} with each part's threshold picked on the others, "
        f"which is what to expect; the difference, {in_currency(curve.optimism, sign)}, comes from picking it on "
        f"the customers it is paid for (90% band of what to expect {in_currency(curve.band.low, sign)} to "
        f"{in_currency(curve.band.high, sign)}; {', '.join(curve.evidence)})."
    )
    return words + (reading(below) if below else "") + picture_buttons("profit-curve")


def not_measured() -> str:
    """Return why a model has no profit."""
    return reading(
        "This model came without its evaluation rows, so no profit can be measured with it. The slider begins at "
        "the break-even probability of the money inputs (assumed)."
    )
