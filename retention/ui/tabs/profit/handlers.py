"""Money inputs, the curve, and its figures at the slider."""

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from retention import charts as figures
from retention.errors import InputError
from retention.pipeline.customers import true_profits
from retention.pipeline.report import render_report
from retention.profit import whatif
from retention.profit.curve import ProfitCurve
from retention.profit.economics import PRESETS, Economics
from retention.profit.profit_text import headroom_sentence, save_rate_needed_sentence
from retention.profit.ranking import GRID
from retention.ui.components import download
from retention.ui.session import Session

_SHOWN = (
    "contacted", "profit", "saved", "wasted", "lost", "loyal", "saved_amount", "wasted_amount", "lost_amount",
)  # fmt: skip


def first_threshold(session: Session) -> float:
    """Return where the slider begins: at the deployed threshold, or at the break-even if none was measured."""
    if session.curve is not None:
        return session.curve.threshold_deployed
    break_even, measured = session.send_policy().first_economics.break_even(), session.measured
    return min(break_even if measured is None else measured.threshold(break_even), 1.0)


def economics(**inputs: Any) -> Economics:
    """Return money inputs, checked.

    Raises
    ------
    InputError
        If one is blank or cannot be.
    """
    for name, value in inputs.items():
        if value is None:
            raise InputError(f"{name}: is blank; type a number")
    return Economics(**inputs)


def shown_economics(session: Session) -> Economics:
    """Return the money inputs as the screen shows them: the measured rates of the first offer over the assumed."""
    return session.send_policy().first_economics


def assumed_economics(session: Session, shown: Economics) -> Economics:
    """Return the money inputs that a visitor set; rates that are measured on screen stay as they were assumed."""
    measured = session.measured
    if measured is None:
        return shown
    return replace(shown, **{name: getattr(session.economics, name) for name in measured.by_name})


def preset_of(economics: Economics) -> str | None:
    """Return the preset that equals these money inputs in any currency; None if there is none."""
    for name, preset in PRESETS.items():
        if replace(preset, currency=economics.currency) == economics:
            return name
    return None


def curve_point(session: Session, threshold: float) -> dict[str, Any] | None:
    """Return the cards' figures at a threshold: what ``assets/desk.js`` computes in the browser."""
    if session.curve is None:
        return None
    curve = session.curve
    at_best, at_deployed = (
        abs(threshold - other) < 1e-9 for other in (curve.threshold_best, curve.threshold_deployed)
    )
    exactly = curve.threshold_best if at_best else curve.threshold_deployed if at_deployed else None
    matrix = curve.matrix(round(float(threshold), 3) if exactly is None else exactly)
    return {
        "threshold": matrix.threshold,
        "at_best": at_best,
        "at_deployed": at_deployed,
        **{name: getattr(matrix, name) for name in _SHOWN},
        "context": _context(curve),
    }


def curve_points(session: Session) -> dict[str, Any] | None:
    """Return the curve for the browser as columns: slider positions, then the best and the deployed threshold."""
    curve = session.curve
    if curve is None:
        return None
    best = int(np.searchsorted(curve.threshold, curve.threshold_best))
    slider = np.flatnonzero(np.isin(curve.threshold, GRID))
    order = np.append(slider, best)
    # To the last digit: amounts rounded here and again by who writes them would differ from the command line's.
    deployed = curve.matrix(curve.threshold_deployed)
    columns = {name: [*getattr(curve, name)[order].tolist(), getattr(deployed, name)] for name in _SHOWN}
    return {
        "points": columns,
        "threshold_best": curve.threshold_best,
        "threshold_deployed": curve.threshold_deployed,
        "context": _context(curve),
    }


def _context(curve: ProfitCurve) -> dict[str, Any]:
    return {
        "customers": curve.customers,
        "currency": curve.economics.currency,
        "profit_all": curve.matrix(0.0).profit,
        "profit_half": curve.matrix(0.5).profit,
        "profit_at_best": curve.matrix(curve.threshold_best).profit,
        "decided_by": curve.deployed.decided_by,
        "profit_on_others": curve.profit_best * curve.customers / 1000,
        "save_rate": curve.economics.save_rate,
        "evidence": list(curve.evidence),
        "verdict": headroom_sentence(curve),
    }


def true_profit(session: Session) -> float | None:
    """Return what the deployed policy really earns per 1,000 customers (currency), in a simulated market.

    None where the customers are real, the model was not trained on them here, or the market has no such offer.
    """
    model, truth, curve = session.model, session.truth, session.curve
    if (
        model is None
        or truth is None
        or curve is None
        or model.out_of_fold is None
        or session.model_source is None
    ):
        return None
    offer, prices = session.offers[0], curve.economics
    profits = true_profits(
        truth,
        offer.id,
        valid_days=offer.valid_days,
        value=prices.value,
        offer_cost=offer.cost,
        contact_cost=prices.contact_cost,
    )
    if profits is None:
        return None
    contacted = model.out_of_fold.score >= curve.threshold_deployed
    return 1000 * float(np.where(contacted, profits, 0.0).mean())


@dataclass(frozen=True)
class WhatIf:
    """What the profit does when the money inputs are wrong: a sentence, and two plotly figures."""

    sentence: str
    tornado: Any | None
    save_rate: Any


def what_if(session: Session) -> WhatIf:
    """Compute how much the profit depends on each money input.

    Raises
    ------
    InputError
        If there is no curve yet.
    """
    curve = session.curve
    if curve is None:
        raise InputError("no profit yet; train a model in the second tab")
    rates = whatif.profit_by_save_rate(curve)
    return WhatIf(
        save_rate_needed_sentence(curve, rates),
        figures.tornado_chart(whatif.tornado(curve), curve),
        figures.profit_against_save_rate(rates, curve),
    )


def report_file(session: Session) -> download.Download:
    """Return the one-page report.

    Raises
    ------
    InputError
        If there is no curve yet.
    """
    if session.model is None or session.curve is None:
        raise InputError("no profit yet; train a model in the second tab")
    html = render_report(
        session.model,
        session.curve,
        made_at=dt.datetime.now(dt.UTC).date(),
        source=session.model_source,
        findings=session.model_findings,
        scored=session.scored,
        reading=session.reading,
    )
    return download.text(html, "retention-report.html")
