"""The HTML of the Customers tab: a summary of the customers, and the findings of the audit."""

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
    """Return the phrases about the customers for the header."""
    customers = session.customers
    if customers is None:
        return ["no customers yet"]
    return [f"{len(customers.newest()):,} customers from {customers.source}"]


def summary(session: Session) -> str:
    """Return what is known about the customers: how many, who churned, what was repaired."""
    customers = session.customers
    if customers is None:
        return empty("No customers yet. Upload a file, or simulate a market to see how it works.")
    newest = customers.newest()
    figures = [("Customers", f"{len(newest):,}", newest.source)]
    if isinstance(newest, Snapshot):
        window = f"ordered in the {newest.active_days} days up to {newest.cutoff}"
        figures = [("Active customers", f"{len(newest):,}", window)]
    if len(customers) > len(newest):
        earlier = f"with {len(customers.cutoffs) - 1} earlier cutoffs, to train on"
        figures.append(("Rows", f"{len(customers):,}", earlier))
    if newest.label is not None:
        figures.append(("Churned", f"{newest.label.mean():.1%}", f"{int(newest.label.sum()):,} customers"))
    else:
        figures.append(("Churned", "not known", "no label: these customers can be scored, not trained on"))
    if isinstance(newest, Snapshot) and "one_time" in newest.frame:
        once = int((newest.frame["one_time"] == "yes").sum())
        figures.append(("One-time buyers", f"{once:,}", "marked: they ordered on one day only"))
    figures.append(("Features", f"{len(newest.feature_names):,}", "columns a model may use"))
    if session.today is not None:
        figures.append(("Active customers today", f"{len(session.today):,}", "as of the last day in the log"))
    return cards(figures) + bullets(newest.notes)


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
