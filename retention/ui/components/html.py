"""Results as small pieces of HTML, every word of a visitor's file escaped. Knows no gradio."""

from collections.abc import Iterable
from html import escape

from retention.customers.audit import Finding
from retention.customers.audit.findings import percent
from retention.errors import InputError
from retention.orders.snapshot import Snapshot
from retention.profit.curve import ProfitCurve
from retention.profit.profit_text import below_break_even, nobody_pays
from retention.ui.session import Session
from retention.wording.money import in_currency


def customers(session: Session) -> str:
    """Return what is known about the customers: how many, who left, what was repaired."""
    people = session.customers
    if people is None:
        return empty("No customers yet. Upload a file, or simulate a market to see how it works.")
    everyone, people = people, people.newest()
    figures = [("Customers", f"{len(people):,}", people.source)]
    if isinstance(people, Snapshot):
        window = f"ordered in the {people.active_days} days up to {people.cutoff}"
        figures = [("Active customers", f"{len(people):,}", window)]
    if len(everyone) > len(people):
        earlier = f"with {len(everyone.cutoffs) - 1} earlier cutoffs, to learn from"
        figures.append(("Rows in all", f"{len(everyone):,}", earlier))
    if people.label is not None:
        figures.append(("Left", f"{people.label.mean():.1%}", f"{int(people.label.sum()):,} customers"))
    else:
        figures.append(("Left", "not known", "no label: these can be scored, not trained on"))
    if isinstance(people, Snapshot) and "one_time" in people.frame:
        once = int((people.frame["one_time"] == "yes").sum())
        figures.append(("One-time buyers", f"{once:,}", "marked: ordered on one day only, no rhythm yet"))
    figures.append(("Features", f"{len(people.feature_names):,}", "columns a model may use"))
    if session.today is not None:
        figures.append(
            ("To write to", f"{len(session.today):,}", "active customers as of the last day in the log")
        )
    return cards(figures) + bullets(people.notes)


def findings(found: Iterable[Finding]) -> str:
    """Return what looks wrong in the data, the worst first."""
    rows = "".join(
        f'<p class="finding {finding.severity}"><b>{finding.severity.capitalize()}.</b> '
        f'{escape(finding.sentence)} <span class="muted small">{_concerned(finding)}</span></p>'
        for finding in found
    )
    return rows or '<p class="muted">The audit found nothing that looks wrong.</p>'


def reading(sentence: str) -> str:
    """Return a line that says what the picture above it shows."""
    return f'<p class="reading">{escape(sentence)}</p>'


def picture_buttons(chart: str) -> str:
    """Return the buttons that save a chart, by its ``elem_id``; ``assets/desk.js`` listens to them."""
    name = escape(chart.replace("-", " ").replace("_", " "))
    buttons = "".join(
        f'<button type="button" data-picture="{escape(chart)}" data-format="{kind}" '
        f'aria-label="Save the {name} chart as {kind.upper()}">{kind.upper()}</button>'
        for kind in ("png", "svg")
    )
    return f'<p class="pictures">Save as {buttons}</p>'


def earnings(curve: ProfitCurve | None) -> str:
    """Return what the best threshold earns, on the customers it was picked on and on others."""
    if curve is None:
        return ""
    sign = curve.economics.currency
    if curve.matrix().contacted == 0:
        reason = nobody_pays(curve)
        return (
            ("" if reason is None else reading(reason))
            + reading(
                f"Sending to nobody is best: sending to everyone would earn {in_currency(curve.profit_all, sign)} "
                "per 1,000 customers (backtested, assumed)."
            )
            + picture_buttons("profit-curve")
        )
    share = curve.matrix().contacted / curve.customers
    below = below_break_even(curve)
    words = reading(
        f"Contacting {share:.0%} of customers earns the most: "
        f"{in_currency(curve.profit_in_sample, sign)} per 1,000 customers with the threshold picked on these very "
        f"customers, and {in_currency(curve.profit_best, sign)} with each part's threshold picked on the others, "
        f"which is what to expect; the difference, {in_currency(curve.optimism, sign)}, comes from picking it on "
        f"the customers it is paid for (90% band of what to expect {in_currency(curve.band.low, sign)} to "
        f"{in_currency(curve.band.high, sign)}; backtested, assumed)."
    )
    return words + (reading(below) if below else "") + picture_buttons("profit-curve")


def trouble(error: InputError) -> str:
    """Return what is wrong with an input, for the place where it was typed."""
    return f'<p class="finding error" role="alert">{escape(str(error))}</p>'


def cards(figures: Iterable[tuple[str, str, str]]) -> str:
    """Return cards in a row, each with a label, a figure and a note."""
    cells = "".join(
        f'<div class="card"><span class="label">{escape(label)}</span><span class="figure">{escape(figure)}</span>'
        f'<span class="note">{escape(note)}</span></div>'
        for label, figure, note in figures
    )
    return f'<div class="cards">{cells}</div>'


def bullets(sentences: Iterable[str]) -> str:
    """Return a list of sentences; nothing where there are none."""
    items = "".join(f"<li>{escape(sentence)}</li>" for sentence in sentences)
    return f'<ul class="facts">{items}</ul>' if items else ""


def empty(words: str) -> str:
    """Return an empty state that explains the next move."""
    return f'<p class="empty">{escape(words)}</p>'


def _concerned(finding: Finding) -> str:
    """Return how many a finding is about, where its sentence does not say."""
    share = percent(finding.affected)
    return "" if share in finding.sentence or finding.affected == 1 else f"Concerns {share} of customers."
