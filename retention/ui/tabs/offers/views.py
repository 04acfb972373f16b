"""The HTML of the Offers tab; all text from a visitor's file is escaped. Knows no gradio."""

import math
from collections.abc import Iterable
from html import escape

import pandas as pd

from retention.messages.llm.outcome import BreakerReport
from retention.messages.message import Message
from retention.messages.review import templates_to_read
from retention.messages.run import MessageRun
from retention.messages.segments import ANY_CUISINE, AWAY
from retention.profit.evidence import ASSUMED, evidence_of_plan, in_brackets
from retention.ui.components.html import bullets, empty, evidence_tags
from retention.ui.send_choice import SLIDER
from retention.ui.session import Session
from retention.ui.tabs.offers import handlers
from retention.wording.dates import day_and_month
from retention.wording.money import in_currency

_CONNECTION = {
    "closed": "circuit breaker closed",
    "open": "circuit breaker open",
    "half_open": "circuit breaker half open",
    "off": "no language model connected",
}


def state(session: Session) -> str | None:
    """Return how many messages there are and whether they can still be changed; None where there are none."""
    run = session.message_run
    return None if run is None else f"{run.message_count:,} messages {'approved' if run.approved else 'to review'}"


def in_header(session: Session) -> list[str]:
    """Return the phrase about the connection to the language model for the header."""
    return [_CONNECTION[handlers.breaker_report(session.language_model_on).state]]


def recipients(session: Session) -> str:
    """Return who gets a message, for the tab where they are written."""
    audience = "Everyone whose churn probability reaches the threshold of the Profit tab gets a message."
    if session.drawn is not None:
        design = session.drawn.holdout.design
        audience = (
            f"The send list is that of the campaign {escape(design.name)}: {session.drawn.scored.contacted:,} "
            f"customers get a message, {session.drawn.held_out:,} are held out until "
            f"{day_and_month(design.read_on)}."
        )
    elif session.send_choice.how != SLIDER:
        chosen = escape(session.send_choice.in_words(session.economics.currency))
        kinds = in_brackets(evidence_of_plan(session.measured))
        audience = f"As chosen in the Profit tab, the send list gives {chosen} {kinds}."
    return (
        f'<p class="reading">{audience} The language model words it while it can be reached; otherwise the backup '
        "library does, so that everyone gets one.</p>"
    )


def breaker(report: BreakerReport) -> str:
    """Return the state of the circuit breaker: why it is open, its counters, and the time to the next probe."""
    state = {"closed": "closed, calls go out", "open": "open, no call goes out", "half_open": "half open"}
    counters = [] if report.state == "off" else [f"{report.calls:,} calls", f"{report.failures:,} failed"]
    reason = report.reason
    if report.state == "off":
        reason = f"{reason}; the backup library writes every message"
    if report.next_probe_s is not None:
        wait = math.ceil(report.next_probe_s)
        counters.append(f"next probe in {wait} s" if wait > 0 else "the next call is a probe")
    return (
        f'<div class="breaker {escape(report.state)}" role="status">'
        f"<b>Circuit breaker: {escape(state.get(report.state, report.state))}</b>"
        f'<span class="muted">{escape(reason)}</span>'
        + "".join(f'<span class="count">{escape(counter)}</span>' for counter in counters)
        + "</div>"
    )


def run_summary(run: MessageRun | None) -> str:
    """Return how many messages there are, who wrote them, who is held back, and whether they are approved."""
    if run is None:
        return ""
    sources = ", ".join(f"{n:,} by {escape(source)}" for source, n in run.by_source.items())
    sentences = [f"{run.message_count:,} messages in {run.seconds:.1f} s: {sources or 'none were due'}."]
    if run.stopped:
        sentences.append(
            "Stopped before every new template had arrived; the other messages use the backup library."
        )
    if run.held_back_count:
        because = ", ".join(f"{n:,} {escape(reason)}" for reason, n in run.held_back_by_reason.items())
        sentences.append(f"{run.held_back_count:,} held back: {because}.")
    if run.let_out_count:
        sentences.append(f"{run.let_out_count:,} on lines of the model that a person has read and let out.")
    waiting = 0 if run.approved else len(templates_to_read(run))
    if waiting:
        sentences.append(
            f"Not used: {waiting:,} {'line' if waiting == 1 else 'lines'} of the model in words that nobody has "
            "reviewed. In the list of templates you can read each and use it."
        )
    if run.approved:
        sentences.append(f"Approved as run {escape(run.name)}: nothing changes any more.")
    elif run.message_count:
        sentences.append(
            "Not approved yet: read the templates below, reject or change what you would not send, then approve."
        )
    elif run.held_back_count:
        sentences.append("A shorter cool-down lets them through.")
    return f'<p class="reading">{" ".join(sentences)}</p>'


def no_card(run: MessageRun | None) -> str:
    """Return the invitation to choose a customer, or to write to them first."""
    if run is None or not run.message_count:
        return empty("No messages yet. Press Write: every customer on the send list gets one, whatever fails.")
    words = "Choose a row to see why this customer gets an offer"
    return empty(f"{words}." if run.approved else f"{words}, and to change the message.")


def offer_card(row: pd.Series, message: Message, currency: str) -> str:
    """Return one customer's segment, reasons, offer and what the offer is expected to earn."""
    segment = message.segment
    segment_notes = [
        "" if segment.cuisine == ANY_CUISINE else f"Likes {segment.cuisine}",
        "" if segment.away == AWAY[0] else f"Last order {segment.away} ago",
        f"Tone: {segment.tone}",
    ]
    tags = evidence_tags(str(row.get("expected_profit_evidence", ASSUMED)).split("+"))
    reasons = [row[name] for name in ("reason_1", "reason_2", "reason_3") if row[name]]
    return (
        f'<div class="card"><span class="label">Customer {escape(str(row.iloc[0]))}</span>'
        f'<span class="figure">{row["churn_probability"]:.0%} likely to churn</span>'
        f'<span class="note">{escape(". ".join(filter(None, segment_notes)))}</span>'
        f"{bullets(reasons)}"
        f'<span class="note">Offer <b>{escape(str(row["offer"]))}</b>, expected to earn '
        f"{in_currency(row['expected_profit'], escape(currency))} {tags}</span>"
        f'<span class="note">Written by {escape(str(row["message_source"]))}'
        f"{escape(f' ({row.message_note})' if row['message_note'] else '')}</span></div>"
    )


def mistakes(sentences: Iterable[str]) -> str:
    """Return what is wrong with a table, for the place beside it."""
    return "".join(f'<p class="finding error" role="alert">{escape(sentence)}</p>' for sentence in sentences)
