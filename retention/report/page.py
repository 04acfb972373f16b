"""Compute the numbers of the one-page report and render its template.

``page.html`` holds the words, ``page.css`` the style and ``curve.svg`` the profit curve. The template engine
escapes everything that comes from a user's file.
"""

import json
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from retention.artifacts import MANIFEST, sha256
from retention.campaign.reading import Reading
from retention.churn.evaluation import calibration_table
from retention.churn.model import ChurnModel
from retention.customers.audit import Finding
from retention.profit.curve import ProfitCurve
from retention.profit.evidence import evidence_of_plan
from retention.profit.profit_text import decides_per_customer, headroom_sentence, no_offer_pays_sentence
from retention.profit.rates_text import rate_in_words
from retention.profit.whatif import break_even_save_rate, tornado
from retention.report.campaign_section import campaign_section
from retention.report.plot import CurveGeometry
from retention.targeting import Scored
from retention.wording.column_descriptions import feature_labels
from retention.wording.dates import day_in_words
from retention.wording.money import in_currency
from retention.wording.money_inputs import MONEY_INPUTS
from retention.wording.text import on_one_line, shorten

if TYPE_CHECKING:
    from jinja2 import Template


def render_report(
    model: ChurnModel,
    curve: ProfitCurve,
    *,
    made_at: date,
    source: str | None = None,
    findings: Sequence[Finding] | None = None,
    scored: Scored | None = None,
    folder: Path | None = None,
    reading: Reading | None = None,
) -> str:
    """Render the report as HTML. The same arguments give the same bytes.

    Parameters
    ----------
    model
        The model.
    curve
        Its profit on its own out-of-fold rows, at the prices to be reported.
    made_at
        The day to print.
    source
        Where the customers came from, e.g. a file's name.
    findings
        What the audit of the training customers found, the gravest first; None where nobody looked.
    scored
        The send list, if there is one. Nothing of it but counts and sums is shown.
    folder
        The saved model, whose manifest is then the one hashed; None for the manifest that saving it would write.
    reading
        What a campaign, or an experiment, was measured to have done; it takes a sheet of its own.

    Returns
    -------
    str
        HTML, complete in itself.
    """
    choices = _choices(curve)
    cautions = [("warning", sentence) for sentence in model.warnings]
    if scored is not None:
        kind = "error" if scored.drift.level == "severe" else "warning"
        cautions += [(kind, f"Drift: {sentence}") for sentence in scored.drift.reasons]
    shown = _fitting(cautions, letters=130, rows=3)
    rows = 5 if scored is None or scored.spending is None else 4  # the limits of the send list take room as well
    fitting_findings = _fitting(
        [(finding.severity, finding.sentence) for finding in findings or ()], letters=46, rows=rows
    )
    dense = sum(len(sentence) for _, sentence in shown + fitting_findings) > 250
    return _template(curve.economics.currency).render(
        model=model,
        feature_names=feature_labels(direction.feature for direction in model.directions),
        curve=curve,
        made_on=f"{made_at.day} {made_at:%B %Y}",
        source=source,
        audited=findings is not None,
        findings=fitting_findings,
        scored=scored,
        cautions=shown,
        dense=dense,
        several=scored is not None and _offers_sent(scored.send_list) > 1,
        expected=0.0 if scored is None else _expected_profit(scored.send_list),
        both=", ".join(curve.evidence),
        assumed="assumed",
        planned=", ".join(evidence_of_plan(curve.measured)),
        measured=curve.measured,
        measured_on=None if curve.measured is None else day_in_words(curve.measured.measured_on),
        expires_on=None if curve.measured is None else day_in_words(curve.measured.expires_on),
        verdict=headroom_sentence(curve),
        one_by_one=decides_per_customer(curve),
        no_offer_pays=no_offer_pays_sentence(curve) is not None,
        choices=choices,
        reach=_reach([*(number for _, number in choices), *curve.deployed.band]),
        groups=_groups(curve),
        inputs=_inputs(curve),
        enough=break_even_save_rate(curve),
        figures=_figures(model),
        plot=CurveGeometry(curve, height=162 if dense else 184),
        hashes=_hashes(model, curve, folder),
        campaign=None if reading is None else campaign_section(reading),
    )


def _template(currency: str) -> "Template":
    """Return the page's template, which writes amounts in a currency."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "money": lambda amount: in_currency(amount, currency),
        "exactly": lambda amount: in_currency(amount, currency, exactly=True),
        "share": lambda share: f"{share:.1%}",
        "count": lambda number: f"{number:,}",
        "plain": _plain,
    }
    return environment.get_template("page.html")


_DECIDED = {
    "break-even": "from the break-even on",
    "own break-even": "each by own break-even",
    "picked": "from the picked threshold on",
    "kept": "from the lowest risk not measured to lose on",
}


def _choices(curve: ProfitCurve) -> list[tuple[str, float]]:
    """Return what each way of choosing earns per 1,000 customers, the model's first."""
    choices = [
        (
            _DECIDED["own break-even" if curve.deployed.threshold is None else curve.deployed.decided_by],
            curve.deployed.profit,
        ),
        ("everyone", curve.profit_all),
        ("as many at random", curve.deployed.contacted / curve.customers * curve.profit_all),
        ("nobody", curve.profit_none),
        ("only churners (limit)", curve.profit_perfect),
    ]
    if curve.deployed.decided_by != "picked":
        choices.insert(1, ("from a picked threshold on", curve.profit_best))
    return choices


def _reach(amounts: Sequence[float]) -> Callable[[float, float], tuple[float, float]]:
    """Return a function that places an interval on a bar 100 wide on which all amounts, and 0, have room."""
    low, high = min(0.0, *amounts), max(0.0, *amounts)
    scale = 100 / (high - low or 1.0)

    def reach(start: float, end: float) -> tuple[float, float]:
        return round((min(start, end) - low) * scale, 1), round(abs(start - end) * scale, 1)

    return reach


def _groups(curve: ProfitCurve) -> list[tuple[str, str, str]]:
    accept = f"{100 * curve.economics.save_rate:.6g}% accept"
    return [
        ("saved", "Saved customer", f"churners, {accept}"),
        ("wasted", "Wasted budget", "retained, offered"),
        ("lost", "Lost revenue", "churners, no offer"),
        ("loyal", "Loyal, no cost", "retained, no offer"),
    ]


def _fitting(sentences: Sequence[tuple[str, str]], *, letters: int, rows: int) -> list[tuple[str, str]]:
    """Return the first (kind, sentence) that fit into rows of so many letters, and how many were left out."""
    shown: list[tuple[str, str]] = []
    for kind, sentence in sentences:
        words = _plain(sentence, 180)
        rows -= 1 + len(words) // letters
        if shown and rows < 0:
            return [*shown, ("quiet", f"and {len(sentences) - len(shown)} more")]
        shown.append((kind, words))
    return shown


@dataclass(frozen=True)
class _Input:
    """One money input: what it means, what it is set to, and the profit if it were lower or higher."""

    meaning: str
    setting: str
    lower: float | None
    higher: float | None


def _inputs(curve: ProfitCurve) -> list[_Input]:
    economics = curve.economics
    rates = {} if curve.measured is None else curve.measured.by_name
    swings = {swing.name: swing for swing in tornado(curve)}
    inputs = []
    for name, words in MONEY_INPUTS.items():
        now, swing = getattr(economics, name), swings.get(name)
        if name == "value" and curve.ranking.value is not None:
            setting = "column"
        elif name in {"value", "offer_cost", "contact_cost"}:
            setting = in_currency(now, economics.currency, exactly=True)
        else:
            rate = rates.get(name)
            setting = f"{100 * now:.6g}%" if rate is None else f"{rate_in_words(rate)} measured"
        lower = None if swing is None or swing.low == now else swing.profit_low
        higher = None if swing is None or swing.high == now else swing.profit_high
        inputs.append(_Input(words.label, setting, lower, higher))
    return inputs


def _figures(model: ChurnModel) -> list[tuple[str, str, str]]:
    """Return the figures of the model's probabilities, each with its name and what to hold it against."""
    metrics, rate = model.metrics, model.churn_rate
    figures = [
        ("Churned ranked above retained (ROC AUC)", f"{metrics.roc_auc:.3f}", "chance: 0.5"),
        ("Average precision", f"{metrics.average_precision:.3f}", f"chance: {rate:.3f}"),
        ("Brier score, 0 is best", f"{metrics.brier:.3f}", f"one risk for all: {rate * (1 - rate):.3f}"),
        ("Mean probability", f"{metrics.mean_probability:.1%}", f"churned: {rate:.1%}"),
    ]
    if out_of_time := model.out_of_time:
        figures.insert(1, (
            f"… at {out_of_time.cutoff}; on the cutoffs before, cross-validated",
            f"{out_of_time.cross_validated.roc_auc:.3f}",
            f"gap: {out_of_time.gap.roc_auc:+.3f}",
        ))  # fmt: skip
    if left_alone := model.left_alone:
        left_out = left_alone.treated + left_alone.written_to
        figures.append((
            "Rows left out, since the customer was written to",
            f"{left_out:,} of {left_alone.rows:,}",
            f"held-out rows weighted: {left_alone.held_out:,}",
        ))  # fmt: skip
    rows = model.out_of_fold
    bins = () if rows is None else calibration_table(rows.label, rows.score, weight=rows.weight)
    ends = (("highest", bins[-1]), ("lowest", bins[0])) if len(bins) > 1 else ()
    for words, end in ends:
        name = f"… of the {end.customers:,} {words}"
        figures.append((name, f"{end.predicted:.1%}", f"churned: {end.observed:.1%}"))
    return figures


def _offers_sent(send_list: pd.DataFrame) -> int:
    return int(send_list.loc[send_list["send"] == "yes", "offer"].nunique())


def _expected_profit(send_list: pd.DataFrame) -> float:
    return float(send_list.loc[send_list["send"] == "yes", "expected_profit"].sum())


def _hashes(model: ChurnModel, curve: ProfitCurve, folder: Path | None) -> list[tuple[str, str]]:
    """Return what this page can be traced by, as SHA-256."""
    if folder is None:
        with tempfile.TemporaryDirectory() as scratch:
            model.save(Path(scratch) / "model")
            return _hashes(model, curve, Path(scratch) / "model")
    manifest = (folder / MANIFEST).read_bytes()
    rows = json.loads(manifest)["files"].get("out_of_fold.parquet", {"sha256": "not in this copy"})
    economics = json.dumps(asdict(curve.economics), sort_keys=True)
    return [
        ("Model manifest, SHA-256", sha256(manifest)),
        ("Out-of-fold rows, SHA-256", rows["sha256"]),
        ("Money inputs (JSON), SHA-256", sha256(economics.encode())),
    ]


def _plain(text: str, longest: int) -> str:
    """Put foreign text on one line without control characters, cut to a length."""
    return shorten(on_one_line(text), longest)
