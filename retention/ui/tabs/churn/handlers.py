"""Train a model, and draw what it learned."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from retention import charts as figures
from retention.churn.label_shift import ChurnRateEstimate
from retention.churn.label_shift import rebase as rebase_probability
from retention.churn.model import ChurnModel
from retention.errors import InputError
from retention.pipeline.churn import find_rows_left_alone, train_model
from retention.pipeline.customers import SIMULATED
from retention.progress import Progress, silent
from retention.settings import settings
from retention.ui.session import Session
from retention.ui.training_queue import TRAINING_QUEUE
from retention.wording.column_descriptions import feature_labels
from retention.wording.column_names import capitalize_first


def train(
    session: Session,
    *,
    weighted: bool,
    left_alone: bool = False,
    cutoff: str = "",
    horizon_days: float | None = None,
    progress: Progress = silent,
) -> Session:
    """Fit a model on the session's customers, and price its thresholds.

    Parameters
    ----------
    session
        The visit.
    weighted
        Whether churned customers count more in the fits.
    left_alone
        Whether customers written to while their label was observed are left out; the ledger of the visit says who.
    cutoff, horizon_days
        The days of the labels; blank where the customers came from an order log.
    progress
        Called after each fit; may raise Cancelled.

    Raises
    ------
    InputError
        If there are no customers, no ledger, or the days of the labels are not known.
    """
    if session.customers is None:
        raise InputError("no customers yet; upload a file or simulate a market in the first tab")
    rows = None
    if left_alone:
        rows = find_rows_left_alone(
            session.customers,
            _ledger_of(session),
            cutoff=cutoff.strip() or None,
            horizon_days=None if horizon_days is None else int(horizon_days),
        )
    with TRAINING_QUEUE.wait_for_turn(progress, limit_s=settings().training_limit_s) as report:
        model = train_model(
            session.customers,
            scale_pos_weight="balanced" if weighted else None,
            left_alone=rows,
            progress=report,
        )
    return session.with_own_model(model).priced(session.economics)


def _ledger_of(session: Session) -> Path:
    """Return the ledger that the visit's campaigns and messages are in, if there is one yet."""
    shared = settings().ledger
    simulated = session.customers is not None and session.customers.source == SIMULATED
    path = shared if shared is not None and not simulated else session.own_ledger
    if path is None or not path.is_file():
        raise InputError(
            "no message and no campaign is in the ledger yet, so nobody has to be left out; untick the box"
        )
    return path


def churn_rate_today(session: Session) -> ChurnRateEstimate | None:
    """Return the churn rate that the scores of today's customers point to; None without a model that shows it."""
    model, people = session.model, session.recipients
    if model is None or people is None or people.roles.label is not None:
        return None
    probability = session.scores.of(model, people)
    if model.current_churn_rate is not None:
        probability = rebase_probability(probability, trained=model.current_churn_rate, current=model.churn_rate)
    return model.estimate_churn_rate(probability)


def rebase(session: Session, percent: float | None) -> Session:
    """Return the session with its probabilities re-based on a churn rate in per cent; a blank undoes it.

    Raises
    ------
    InputError
        If there is no model yet, or the rate is not between 0 and 100.
    """
    if session.model is None:
        raise InputError("no model yet; press Train first")
    if percent is not None and not 0 < percent < 100:
        raise InputError(f"churn rate: {percent:g}% is out of bounds; type a number between 0 and 100")
    model = session.model.at_churn_rate(None if percent is None else percent / 100)
    return replace(session, model=model, scored=None, message_run=None)


def importance(model: ChurnModel) -> Any:
    """Draw which features move the scores most."""
    return figures.feature_importance(model.directions)


def reliability(model: ChurnModel) -> Any | None:
    """Draw whether the probabilities mean what they say; None without out-of-fold rows."""
    if model.out_of_fold is None:
        return None
    before = model.before_calibration
    return figures.reliability_diagram(model.out_of_fold, before=() if before is None else before.groups)


def over_time(model: ChurnModel) -> Any | None:
    """Draw the metrics at each cutoff; None where there is only one."""
    return None if model.out_of_time is None else figures.metrics_over_time(model.out_of_time)


def features(model: ChurnModel | None) -> list[tuple[str, str]]:
    """Return the features that can be charted, the most influential first: (label, column name)."""
    if model is None:
        return []
    called = feature_labels(direction.feature for direction in model.directions)
    return [(capitalize_first(called[direction.feature]), direction.feature) for direction in model.directions]


def feature_chart(session: Session, feature: str | None) -> Any | None:
    """Draw the effect of one feature on the odds to churn."""
    if session.model is None or session.customers is None or not feature:
        return None
    return figures.feature_effect(session.model, session.customers, feature)


def customer_chart(session: Session, id: str) -> Any | None:
    """Draw how one customer's probability comes about, by id, looking among today's customers first.

    Raises
    ------
    InputError
        If there is no model yet, or nobody has this id.
    """
    if session.model is None:
        raise InputError("no model yet; press Train first")
    for people in (session.today, session.customers):
        if people is not None:
            rows = np.flatnonzero(people.ids.to_numpy() == id.strip())
            if len(rows):
                return figures.customer_waterfall(session.model, people, int(rows[-1]))  # of a stack, the newest
    raise InputError("no customer has this id; copy one from the first rows in the Customers tab")
