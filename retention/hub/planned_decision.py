"""A send decision that is to be shared: which model takes it, and by which policy."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from retention.artifacts import MANIFEST, sha256
from retention.errors import PublishError
from retention.hub.connection import Hub
from retention.hub.decision import model_sha256
from retention.hub.pull import fetch, pull
from retention.progress import Progress, silent
from retention.targeting import SendPolicy


@dataclass(frozen=True, kw_only=True)
class PlannedDecision:
    """How to make the send list that is published with the customers.

    Attributes
    ----------
    model
        Folder of the model.
    model_at
        ``OWNER/NAME@commit`` where the same model was pushed.
    policy
        The send policy.
    """

    model: Path
    model_at: str
    policy: SendPolicy

    def pinned(self, *, hub: Hub) -> "PlannedDecision":
        """Return it with the newest commit where the reference names none, once the two models proved equal.

        Raises
        ------
        PublishError
            If the model is not on the Hub, or the one there is another.
        ModelError
            If one of the two is damaged.
        """
        published = fetch(self.model_at, kind="model", hub=hub)
        if sha256(published.content[MANIFEST]) != model_sha256(self.model):
            raise PublishError(
                f"{published.reference}: is not the model in {self.model}; push that first, "
                "or decide with this one"
            )
        return replace(self, model_at=published.reference)


@contextmanager
def planned_decision(
    policy: SendPolicy, *, model_at: str, model: Path | None = None, hub: Hub, progress: Progress = silent
) -> Iterator[PlannedDecision]:
    """Yield a decision by a model on the Hub; its folder exists until the block ends.

    Parameters
    ----------
    policy
        The send policy.
    model_at
        ``OWNER/NAME`` or ``OWNER/NAME@commit`` of the model on the Hub.
    model
        Folder of the same model on this machine, whose evaluation rows give the best threshold. None pulls it.
    hub
        The connection to pull with.

    Raises
    ------
    PublishError
        If the model cannot be pulled, or the folder holds another one.
    ModelError
        If it is damaged.
    """
    if model is not None:
        yield PlannedDecision(model=model, model_at=model_at, policy=policy).pinned(hub=hub)
        return
    with tempfile.TemporaryDirectory(prefix="model-") as place:
        # The very bytes that are on the Hub, as the replay will use them.
        folder = Path(place) / "model"
        pulled = pull(model_at, kind="model", out=folder, hub=hub, progress=progress)
        yield PlannedDecision(model=folder, model_at=pulled.reference, policy=policy)
