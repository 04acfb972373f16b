"""The HTML of the Churn model tab. Knows no gradio."""

from html import escape

from retention.churn.label_shift import ChurnRateEstimate
from retention.churn.model import ChurnModel
from retention.churn.out_of_time import OutOfTime
from retention.hub.reference import Reference
from retention.profit.evidence import in_brackets
from retention.ui.components.html import bullets, cards, empty, reading
from retention.ui.session import Session
from retention.wording.column_descriptions import feature_labels
from retention.wording.column_names import capitalize_first

_FEATURES_SHOWN = 12


def state(session: Session) -> str | None:
    """Return the selected candidate and its metrics; None without a model."""
    return None if session.model is None else f"{session.model.chosen}, AUC {session.model.metrics.roc_auc:.2f}"


def in_header(session: Session) -> list[str]:
    """Return the phrases about the model for the header."""
    return ["no model yet" if session.model is None else f"a model ({state(session)})"]


def model(trained: ChurnModel | None) -> str:
    """Return the figures of a model on customers it has not seen, and the candidates it was selected among."""
    if trained is None:
        return empty("No model yet. Press Train: it is fitted on the customers of the first tab.")
    metrics = trained.metrics
    figures = [
        ("Area under the ROC curve", f"{metrics.roc_auc:.3f}", "0.5 is a coin, 1 is certainty"),
        ("Brier score", f"{metrics.brier:.4f}", "mean squared error of the probabilities"),
        ("Mean probability", f"{metrics.mean_probability:.1%}", f"{trained.churn_rate:.1%} churned"),
        ("Selected", trained.chosen, _why_chosen(trained)),
    ]
    rows = "".join(
        f'<tr class="{"chosen" if candidate.name == trained.chosen else ""}"><td>{escape(candidate.name)}</td>'
        f'<td class="number">{candidate.log_loss:.4f}</td><td class="number">{candidate.roc_auc:.3f}</td></tr>'
        for candidate in trained.candidates
    )
    return (
        cards(figures)
        + '<table class="plain"><thead><tr><th>Candidate</th><th class="number">Log-loss</th>'
        + f'<th class="number">AUC</th></tr></thead><tbody>{rows}</tbody></table>'
        + '<p class="muted small">Every figure comes from customers the model had not seen.</p>'
        + _out_of_time(trained.out_of_time)
        + _calibrated(trained)
        + (reading(_sentence(trained.weighting["words"])) if trained.weighting else "")
        + (reading(_sentence(trained.left_alone.sentence)) if trained.left_alone else "")
        + bullets(trained.warnings)
    )


def directions(trained: ChurnModel | None) -> str:
    """Return the direction of the most influential features, by the regression and by the trees."""
    if trained is None:
        return ""
    labels = feature_labels(direction.feature for direction in trained.directions)
    shown = trained.directions[:_FEATURES_SHOWN]
    rows = "".join(
        f"<tr><td>{escape(capitalize_first(labels[direction.feature]))}</td><td>{escape(direction.effect)}</td>"
        f'<td class="number">{direction.coefficient:+.2f}</td>'
        f'<td class="number">{direction.sign_stability:.0%}</td>'
        f'<td class="number">{direction.mean_abs_shap:.2f}</td></tr>'
        for direction in shown
    )
    opposed = sum(not direction.agree for direction in shown)
    agreement = (
        "Regression and trees point the same way in all of them."
        if opposed == 0
        else f"In {opposed} of these {len(shown)} regression and trees point different ways; do not act on that."
    )
    return (
        '<table class="plain directions"><thead><tr><th>Feature, all others held constant</th><th>Direction</th>'
        '<th class="number">Coefficient</th><th class="number">Sign kept</th><th class="number">Mean |SHAP|</th>'
        f"</tr></thead><tbody>{rows}</tbody></table>"
        + reading(f"{agreement} A direction goes with churn; it need not be its cause.")
        + '<p class="muted small">Coefficient: of the regression, log-odds for one standard deviation or between '
        "the categories named. Sign kept: share of bootstrap samples that confirm it. Mean |SHAP|: how far the "
        "trees move the log-odds by this feature.</p>"
    )


def scored(session: Session) -> str:
    """Return what a model from the Hub predicts for the session's customers."""
    scores = session.scored
    if scores is None:
        return ""
    source = "" if session.model_at is None else f" from {Reference.parse(session.model_at).short}"
    words = (
        f"This model{source} scores {len(scores.send_list):,} customers at a mean probability of "
        f"{scores.mean_probability:.1%}; an offer pays for {scores.contacted:,} of them "
        f"{in_brackets(scores.evidence)}."
    )
    return reading(words) + bullets(scores.drift.reasons)


def churn_rate_today(estimate: ChurnRateEstimate | None, model: ChurnModel | None) -> str:
    """Say which churn rate today's scores point to, and what the probabilities are based on."""
    if model is None or estimate is None:
        return ""
    words = f"For today's customers {estimate.sentence}"
    if model.current_churn_rate is not None:
        return reading(f"{words}. Probabilities are re-based on {model.current_churn_rate:.1%}.")
    if not estimate.shifted:
        return reading(f"{words}: no difference beyond chance.")
    return reading(
        f"{words}: beyond chance. If only the share of churned customers changed, re-base the probabilities on "
        "it; if customers behave differently as well, train again."
    )


def _out_of_time(result: OutOfTime | None) -> str:
    """Return the test on the newest of several cutoffs, beside the cross-validated figures."""
    if result is None:
        return ""
    columns = (("AUC", "roc_auc", ".3f"), ("Brier score", "brier", ".4f"), ("Log-loss", "log_loss", ".4f"))
    rows = (
        (f"Out of time: {result.customers:,} customers at {result.cutoff}", result.metrics, ""),
        ("Cross-validated on the earlier cutoffs", result.cross_validated, ""),
        ("Gap", result.gap, "+"),
    )
    head = "".join(f'<th class="number">{name}</th>' for name, _, _ in columns)
    body = "".join(
        f"<tr><td>{escape(name)}</td>"
        + "".join(f'<td class="number">{getattr(figures, key):{sign}{shape}}</td>' for _, key, shape in columns)
        + "</tr>"
        for name, figures, sign in rows
    )
    return (
        f'<table class="plain"><thead><tr><th>The newest cutoff as a test</th>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table>" + reading(_sentence(result.sentence))
    )


def _sentence(words: str) -> str:
    return words[0].upper() + words[1:] + "."


def _calibrated(trained: ChurnModel) -> str:
    """Return what calibration did to the probabilities."""
    before, after = trained.before_calibration, trained.metrics
    if before is None:
        return reading("Not calibrated: no map from scores to probabilities lowered the log-loss beyond noise.")
    kind = trained.selection.calibration.kind
    where = kind if kind != "none" else "in some of the folds only"
    return reading(
        f"Calibrated ({where}): Brier score {before.metrics.brier:.4f} before and {after.brier:.4f} after, "
        f"log-loss {before.metrics.log_loss:.4f} and {after.log_loss:.4f}, mean probability "
        f"{before.metrics.mean_probability:.1%} and {after.mean_probability:.1%}, where "
        f"{trained.churn_rate:.1%} churned."
    )


def _why_chosen(trained: ChurnModel) -> str:
    simplest = trained.chosen == trained.candidates[0].name
    return "nothing else beats it beyond noise" if simplest else "beats the simpler ones beyond noise"
