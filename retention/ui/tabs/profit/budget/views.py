"""The HTML of the section: how customers are selected, and what selecting them one by one costs and earns."""

from html import escape

from retention.profit.curve import ProfitCurve
from retention.ui.components.html import evidence_tags, reading
from retention.ui.send_choice import SLIDER
from retention.ui.session import Session
from retention.ui.tabs.profit.budget.handlers import Outcome
from retention.wording.money import in_currency


def result(session: Session, outcome: Outcome | None) -> str:
    """Return the cost and profit of a choice, and what selecting one by one earned on held-out customers."""
    if session.model is None:
        return ""
    if outcome is not None:
        outcome_html = _outcome(outcome, session.economics.currency)
    elif session.send_choice.how != SLIDER:
        outcome_html = reading(
            "No customers yet to choose from; upload a file or simulate a market in the first tab."
        )
    else:
        outcome_html = reading(
            "The slider decides: everyone from its threshold up gets the first offer. With a budget or a cap on "
            "contacts, the customers who earn most for it come first."
        )
    return outcome_html + reading(_gain(session.curve))


def _outcome(outcome: Outcome, currency: str) -> str:
    spending, sign = outcome.spending, escape(currency)
    tags, kinds = f'<span class="tags">{evidence_tags(spending.evidence)}</span>', ", ".join(spending.evidence)

    def in_sign(amount: float) -> str:
        return in_currency(amount, sign)

    share = f" ({outcome.contacted / outcome.customers:.1%})" if outcome.customers else ""
    margins = " ".join(map(_sentence, spending.at_the_margin(sign)))
    limit = (
        "no budget set"
        if spending.budget is None
        else f"of a budget of {in_currency(spending.budget, sign, exactly=True)}"
    )
    cap = "" if spending.max_contacts is None else f", at most {spending.max_contacts:,}"
    cards = [
        ("Expected profit", in_sign(outcome.profit), "against doing nothing", tags),
        ("Expected cost", in_sign(spending.spent), limit, tags),
        ("Offers to send", f"{outcome.contacted:,}", f"of {outcome.customers:,} customers{cap}", ""),
    ]
    if spending.budget is not None:
        note = "is what it would earn" if spending.budget_price > 0 else "the budget does not bind"
        cards.append((f"The next {in_sign(1000)} of budget", in_sign(spending.next_thousand), note, tags))
    caution = outcome.caution
    rows = "".join(
        f'<tr><td><b>{escape(total.offer)}</b> <span class="muted">{escape(total.gives)}</span></td>'
        f'<td class="number">{total.customers:,}</td><td class="number">{in_sign(total.cost)}</td>'
        f'<td class="number">{in_sign(total.profit)}</td></tr>'
        for total in outcome.offers
    )
    return (
        f'<p class="headline">Send an offer to <b>{outcome.contacted:,} customers</b>{share}: it is expected to '
        f'earn <b>{in_sign(outcome.profit)}</b> ({kinds}). <span class="muted">{margins}</span></p>'
        f'<div class="cards">{"".join(_card(*card) for card in cards)}</div>'
        '<table class="plain"><thead><tr><th>Offer</th><th class="number">Customers</th>'
        f'<th class="number">Cost ({kinds})</th><th class="number">Profit ({kinds})</th></tr></thead>'
        f"<tbody>{rows}</tbody></table>"
        + ("" if caution is None else f'<p class="finding warning">{escape(_sentence(caution))}</p>')
        + reading("The curve, the cards and the matrix above still show one threshold for all.")
    )


def _card(label: str, figure: str, note: str, tags: str) -> str:
    return (
        f'<div class="card"><span class="label">{label}</span><span class="figure">{figure}</span>'
        f'<span class="note">{note}</span>{tags}</div>'
    )


def _gain(curve: ProfitCurve | None) -> str:
    """Return how much more selecting by each customer's own break-even earned than one threshold for all."""
    if curve is None:
        return "This model came without its evaluation rows, so what customer by customer earned is not known."
    band = curve.bands.per_customer_over_threshold
    if curve.per_customer is None or band is None:
        return (
            "Without a value column every customer has the same break-even, so customer by customer means: from "
            "that probability on, ranked by expected profit."
        )
    sign, gain = curve.economics.currency, curve.per_customer.over_threshold
    low, high = (in_currency(float(end), sign) for end in band)
    than = "more" if gain >= 0 else "less"
    return (
        f"On customers the model had not seen, the first offer by each one's own break-even earned "
        f"{in_currency(abs(gain), sign)} {than} per 1,000 customers than one threshold for all "
        f"(90% band {low} to {high}; {', '.join(curve.evidence)})."
    )


def _sentence(clause: str) -> str:
    return f"{clause[0].upper()}{clause[1:]}."
