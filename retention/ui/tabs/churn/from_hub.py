"""Load a model from the Hub into a session instead of training one."""

import tempfile
from dataclasses import replace
from pathlib import Path

from retention.churn.model import ChurnModel
from retention.hub.connection import Hub
from retention.hub.reference import Reference
from retention.pipeline import targeting
from retention.pipeline.hub import pull
from retention.progress import Progress, silent
from retention.ui.session import Session


def use_model(session: Session, reference: str, *, hub: Hub, progress: Progress = silent) -> Session:
    """Replace the model by one from the Hub, and score the customers with it.

    Parameters
    ----------
    reference
        ``OWNER/NAME`` or ``OWNER/NAME@commit``.
    hub
        In whose name it is fetched.

    Raises
    ------
    RetentionError
        If it cannot be fetched or read, or the customers lack a column that it learned from.
    """
    with tempfile.TemporaryDirectory(prefix="model-") as place:
        folder = Path(place) / "model"
        pulled = pull(reference, kind="model", out=folder, hub=hub, progress=progress)
        source = Reference(pulled.repo, pulled.commit)
        model = ChurnModel.load(folder, source=source.short)
    progress(0.97, "Scoring the customers")
    loaded = session.with_model(model, at=str(source)).priced(session.economics)
    tables = [customers for customers in (session.today, session.customers) if customers is not None]
    for customers in tables[1:]:
        model.predict(customers)  # raises where a column is missing
    if not tables:
        return loaded
    return replace(loaded, scored=targeting.score(tables[0], model, session.send_policy()))
