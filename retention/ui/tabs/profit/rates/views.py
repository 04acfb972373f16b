"""The HTML of the section: which rates are measured, their intervals, and what the ends would have planned."""

from html import escape

from retention.profit.effects import priced
from retention.profit.evidence import ASSUMED, MEASURED
from retention.profit.measured_rates import MeasuredRate, Rates
from retention.profit.offer import Offer
from retention.profit.rates_text import interval_in_words, rate_in_words, rates_in_words
from retention.ui.components.html import evidence_tags, reading
from retention.ui.session import Session
from retention.wording.dates import day_in_words
from retention.wording.text import format_share


def result(session: Session, plans: str) -> str:
    """Return a table of the rates of each offer, why some are assumed again, and the plans at their ends."""
    rates = session.rates
    if rates is None:
        return reading(
            "All rates are assumed. A campaign with a held-out group measures them; `learn` writes what it found."
        )
    rows = "".join(_row(offer, session, rates) for offer in session.offers)
    in_force = {offer.id for offer in session.offers if rates.of(offer) is not None}
    assumed_again = "".join(
        f'<p class="finding">{escape(sentence)}.</p>'
        for sentence in rates_in_words(session.offers, session.economics, rates)
        if (id := sentence.split(":")[0]) in rates.offers and id not in in_force
    )
    learned = (
        ""
        if session.effect_model is None
        else reading(
            "Inside the range of churn probabilities that was randomised, each customer has an effect of their "
            "own (measured); the curve above shows the rates."
        )
    )
    return (
        '<table class="plain"><thead><tr><th>Offer</th><th>Save rate</th><th>Redemption by retained</th>'
        f"<th>Harm rate</th><th></th></tr></thead><tbody>{rows}</tbody></table>"
        + assumed_again
        + learned
        + (reading(plans) if plans else "")
    )


def about_rate(session: Session, name: str) -> str | None:
    """Return what a slider says of a measured rate of the first offer; None where the rate is assumed."""
    measured = session.measured
    rate = None if measured is None else measured.by_name.get(name)
    if measured is None or rate is None:
        return None
    campaigns = escape(", ".join(measured.campaigns))
    return (
        f"Measured: {rate_in_words(rate)} by {campaigns}, until {day_in_words(measured.expires_on)}; "
        f"{format_share(rate.assumed)} was assumed"
    )


def _row(offer: Offer, session: Session, rates: Rates) -> str:
    measured = rates.of(offer)
    own = priced(offer, session.economics, rates)
    by_name: dict[str, MeasuredRate] = {} if measured is None else measured.by_name
    cells = "".join(
        f'<td class="number">{_cell(getattr(own, name), by_name.get(name))}</td>'
        for name in ("save_rate", "stayer_redemption", "harm_rate")
    )
    kind = ASSUMED if measured is None else MEASURED
    source = "" if measured is None else f' <span class="muted">until {day_in_words(measured.expires_on)}</span>'
    return f"<tr><td><b>{escape(offer.id)}</b></td>{cells}<td>{evidence_tags([kind])}{source}</td></tr>"


def _cell(rate: float, measured: MeasuredRate | None) -> str:
    interval = "" if measured is None else f' <span class="muted">{interval_in_words(measured)}</span>'
    return f"{format_share(rate)}{interval}"
