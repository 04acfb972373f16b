"""Results as small pieces of HTML, every word of a visitor's file escaped. Knows no gradio."""

from collections.abc import Iterable
from html import escape

from retention.churn.model import ChurnModel
from retention.churn.time import OutOfTime
from retention.customers.audit import Finding
from retention.customers.checks.findings import percent
from retention.customers.names import begun, factor_names
from retention.customers.orders import Snapshot
from retention.errors import InputError
from retention.hub.reference import Reference
from retention.profit.curve import ProfitCurve
from retention.profit.money import in_currency
from retention.profit.verdict import below_break_even, nobody_pays
from retention.ui.session import Session

_FACTORS_TOLD = 12


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
    return _cards(figures) + bullets(people.notes)


def findings(found: Iterable[Finding]) -> str:
    """Return what looks wrong in the data, the worst first."""
    rows = "".join(
        f'<p class="finding {finding.severity}"><b>{finding.severity.capitalize()}.</b> '
        f'{escape(finding.sentence)} <span class="muted small">{_concerned(finding)}</span></p>'
        for finding in found
    )
    return rows or '<p class="muted">The audit found nothing that looks wrong.</p>'


def model(trained: ChurnModel | None) -> str:
    """Return the honest figures of a model, and what it was chosen among."""
    if trained is None:
        return empty("No model yet. Press Train: it is fitted on the customers of the first tab.")
    metrics = trained.metrics
    figures = [
        ("Area under the ROC curve", f"{metrics.roc_auc:.3f}", "0.5 is a coin, 1 is certainty"),
        ("Brier score", f"{metrics.brier:.4f}", "mean squared error of the probabilities"),
        ("Mean probability", f"{metrics.mean_probability:.1%}", f"{trained.churn_rate:.1%} really left"),
        ("Chosen", trained.chosen, _why_chosen(trained)),
    ]
    rows = "".join(
        f'<tr class="{"chosen" if candidate.name == trained.chosen else ""}"><td>{escape(candidate.name)}</td>'
        f'<td class="number">{candidate.log_loss:.4f}</td><td class="number">{candidate.roc_auc:.3f}</td></tr>'
        for candidate in trained.candidates
    )
    return (
        _cards(figures)
        + '<table class="plain"><thead><tr><th>Candidate</th><th class="number">Log-loss</th>'
        + f'<th class="number">AUC</th></tr></thead><tbody>{rows}</tbody></table>'
        + '<p class="muted small">Every figure comes from customers the model had not seen.</p>'
        + _out_of_time(trained.out_of_time)
        + _calibrated(trained)
        + (reading(_sentence(trained.weighting["words"])) if trained.weighting else "")
        + bullets(trained.warnings)
    )


def directions(trained: ChurnModel | None) -> str:
    """Return which way the factors that move the scores most point, by the regression and by the trees."""
    if trained is None:
        return ""
    called = factor_names(one.feature for one in trained.directions)
    shown = trained.directions[:_FACTORS_TOLD]
    rows = "".join(
        f"<tr><td>{escape(begun(called[one.feature]))}</td><td>{escape(one.effect)}</td>"
        f'<td class="number">{one.coefficient:+.2f}</td><td class="number">{one.sign_stability:.0%}</td>'
        f'<td class="number">{one.mean_abs_shap:.2f}</td></tr>'
        for one in shown
    )
    apart = sum(not one.agree for one in shown)
    agreement = (
        "Regression and trees point the same way in all of them."
        if apart == 0
        else f"In {apart} of these {len(shown)} regression and trees point different ways; do not act on that."
    )
    return (
        '<table class="plain directions"><thead><tr><th>Factor, the others held still</th><th>Direction</th>'
        '<th class="number">Coefficient</th><th class="number">Sign kept</th><th class="number">Mean |SHAP|</th>'
        f"</tr></thead><tbody>{rows}</tbody></table>"
        + reading(f"{agreement} A direction goes along with leaving; it need not be its cause.")
        + '<p class="muted small">Coefficient: of the regression, log-odds for one standard deviation or between '
        "the categories named. Sign kept: share of bootstrap samples that confirm it. Mean |SHAP|: how far the "
        "trees move the log-odds by this factor.</p>"
    )


def scored(session: Session) -> str:
    """Return what a model that was brought along says about the session's customers."""
    found = session.scored
    if found is None:
        return ""
    source = "" if session.model_at is None else f" from {Reference.parse(session.model_at).short}"
    words = (
        f"This model{source} scores {len(found.send_list):,} customers at a mean probability of "
        f"{found.mean_probability:.1%}; an offer pays for {found.contacted:,} of them (assumed)."
    )
    return reading(words) + bullets(found.drift.reasons)


def not_measured() -> str:
    """Return why a model has no profit."""
    return reading(
        "This model came without its evaluation rows, so no profit can be measured with it. The slider begins at "
        "the break-even probability of the money inputs (assumed)."
    )


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


def _out_of_time(went: OutOfTime | None) -> str:
    """Return how the newest of several cutoffs went, beside what cross-validation promised."""
    if went is None:
        return ""
    columns = (("AUC", "roc_auc", ".3f"), ("Brier score", "brier", ".4f"), ("Log-loss", "log_loss", ".4f"))
    rows = (
        (f"Out of time: {went.customers:,} customers at {went.cutoff}", went.metrics, ""),
        ("Cross-validated on the earlier cutoffs", went.cross_validated, ""),
        ("Gap", went.gap, "+"),
    )
    head = "".join(f'<th class="number">{name}</th>' for name, _, _ in columns)
    body = "".join(
        f"<tr><td>{escape(name)}</td>"
        + "".join(f'<td class="number">{getattr(one, key):{sign}{shape}}</td>' for _, key, shape in columns)
        + "</tr>"
        for name, one, sign in rows
    )
    return (
        f'<table class="plain"><thead><tr><th>The newest cutoff as a test</th>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table>" + reading(_sentence(went.words))
    )


def _sentence(words: str) -> str:
    return words[0].upper() + words[1:] + "."


def _calibrated(trained: ChurnModel) -> str:
    """Return what calibration did to the probabilities."""
    before, after = trained.before_calibration, trained.metrics
    if before is None:
        return reading("Not calibrated: no map from scores to probabilities lowered the log-loss beyond noise.")
    kind = trained.ladder.plan.calibrations[trained.chosen].kind
    where = kind if kind != "none" else "in some of the folds only"
    return reading(
        f"Calibrated ({where}): Brier score {before.metrics.brier:.4f} before and {after.brier:.4f} after, "
        f"log-loss {before.metrics.log_loss:.4f} and {after.log_loss:.4f}, mean probability "
        f"{before.metrics.mean_probability:.1%} and {after.mean_probability:.1%}, where "
        f"{trained.churn_rate:.1%} left."
    )


def _why_chosen(trained: ChurnModel) -> str:
    simplest = trained.chosen == trained.candidates[0].name
    return "nothing else beats it beyond noise" if simplest else "beats the simpler ones beyond noise"


def _cards(figures: Iterable[tuple[str, str, str]]) -> str:
    cells = "".join(
        f'<div class="card"><span class="label">{escape(label)}</span><span class="figure">{escape(figure)}</span>'
        f'<span class="note">{escape(note)}</span></div>'
        for label, figure, note in figures
    )
    return f'<div class="cards">{cells}</div>'
