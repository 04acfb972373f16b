"""The Customers tab as small pieces of HTML: what is known about the customers, and what looks wrong in them."""

from collections.abc import Iterable
from html import escape

from retention.customers.audit import Finding
from retention.orders.snapshot import Snapshot
from retention.ui.components.html import bullets, cards, empty
from retention.ui.session import Session
from retention.wording.text import format_share


def state(session: Session) -> str | None:
    """Return how many customers there are and where they come from; None where there are none."""
    customers = session.customers
    return None if customers is None else f"{len(customers.newest()):,} from {customers.source}"


def in_header(session: Session) -> list[str]:
    """Return what the header says of the customers."""
    customers = session.customers
    if customers is None:
        return ["no customers yet"]
    return [f"{len(customers.newest()):,} customers from {customers.source}"]


def summary(session: Session) -> str:
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


def findings(findings: Iterable[Finding]) -> str:
    """Return what looks wrong in the data, the worst first."""
    rows = "".join(
        f'<p class="finding {finding.severity}"><b>{finding.severity.capitalize()}.</b> '
        f'{escape(finding.sentence)} <span class="muted small">{_concerned(finding)}</span></p>'
        for finding in findings
    )
    return rows or '<p class="muted">The audit found nothing that looks wrong.</p>'


def _concerned(finding: Finding) -> str:
    """Return how many a finding is about, where its sentence does not say."""
    share = format_share(finding.affected)
    return "" if share in finding.sentence or finding.affected == 1 else f"Concerns {share} of customers."
