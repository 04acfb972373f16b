"""Training, and what the model learned."""

from dataclasses import asdict, replace

import pandas as pd

from retention import pipeline
from retention.churn.model import ChurnModel
from retention.errors import InputError
from retention.progress import Progress, silent
from retention.ui.handlers.profit import priced
from retention.ui.session import Session


def train(session: Session, *, weighted: bool, progress: Progress = silent) -> Session:
    """Fit a model on the session's customers, and price its thresholds."""
    if session.customers is None:
        raise InputError("no customers yet; upload a file or simulate a market in the first tab")
    model = pipeline.train(session.customers, scale_pos_weight="balanced" if weighted else None, progress=progress)
    return priced(replace(session, model=model, curve=None), session.economics)


def importance(model: ChurnModel) -> pd.DataFrame:
    """Return which way each feature points and how much it moves the scores, the strongest first."""
    return pd.DataFrame([asdict(direction) for direction in model.directions])
