"""The header and the tabs as a path: what this is, what lies on the desk, what is done and what is next."""

from html import escape

from retention.hub.reference import Reference
from retention.messages.llm.outcome import BreakerReport
from retention.ui.session import Session
from retention.wording.money import in_currency

#: The steps by the ids of their tabs, in order.
STEPS = {
    "customers": "Customers",
    "churn": "Churn model",
    "profit": "Profit",
    "offers": "Offers",
    "share": "Share",
}
_MOVES = {
    "customers": "bring a file",
    "churn": "train a model",
    "profit": "bring evaluation rows",
    "offers": "write messages",
    "share": "publish or pull",
}
_LINE = {
    "closed": "circuit breaker closed",
    "open": "circuit breaker open",
    "half_open": "circuit breaker half open",
    "off": "no language model connected",
}
_WAITING = {
    "customers": "none yet",
    "churn": "not trained yet",
    "profit": "needs a model",
    "offers": "none written yet",
    "share": "nothing published yet",
}


def header(session: Session, line: BreakerReport) -> str:
    """Return the title, what the app is for, and in two sentences what lies on the desk and what comes next.

    The steps that are done, and the next one, stand in its attributes for ``assets/style.css``.

    Parameters
    ----------
    line
        How the line to the language model stands.
    """
    done = " ".join(name for name, state in _states(session).items() if state)
    people, money, following = session.customers, session.economics, _next(session)
    chosen = session.send_choice.in_words(money.currency)
    facts = [
        "no customers yet" if people is None else f"{len(people.newest()):,} customers from {people.source}",
        "no model yet" if session.model is None else f"a model ({_model(session)})",
        f"{in_currency(money.offer_cost, money.currency, exactly=True)} an offer against "
        f"{in_currency(money.value, money.currency, exactly=True)} a kept customer (assumed)",
        *([f"a send list of {chosen} (assumed)"] if chosen else []),
        _LINE[line.state],
    ]
    advice = f" Next: {_MOVES[following]}." if following else ""
    return (
        "<h1>Retention desk</h1>"
        '<p class="purpose">Finds the customers about to stop ordering, works out whom an offer pays for, '
        "and writes to each of them.</p>"
        f'<p class="now" data-done="{done}" data-next="{following}">On the desk: '
        f"{', '.join(escape(fact) for fact in facts)}.{advice}</p>"
    )


def steps(session: Session) -> dict[str, str]:
    """Return the tabs' labels by tab: the step's name, and under it where the visitor stands or goes next."""
    states, following = _states(session), _next(session)
    labels = {}
    for number, (name, title) in enumerate(STEPS.items(), start=1):
        without = f"next: {_MOVES[name]}" if name == following else _WAITING[name]
        labels[name] = f"{number} {title}\n{states[name] or without}"
    return labels


def _states(session: Session) -> dict[str, str | None]:
    """Return what is there of each step, or None."""
    people, curve, campaign, place = session.customers, session.curve, session.message_run, session.model_at
    return {
        "customers": None if people is None else f"{len(people.newest()):,} from {people.source}",
        "churn": _model(session),
        "profit": None if curve is None else f"best threshold {curve.threshold_best:.3f}",
        "offers": None
        if campaign is None
        else f"{campaign.message_count:,} messages {'sealed' if campaign.approved else 'to read'}",
        "share": None if place is None else f"model at {Reference.parse(place).short}",
    }


def _next(session: Session) -> str:
    """Return the first step that is not done."""
    return next((name for name, state in _states(session).items() if not state), "")


def _model(session: Session) -> str | None:
    return None if session.model is None else f"{session.model.chosen}, AUC {session.model.metrics.roc_auc:.2f}"
