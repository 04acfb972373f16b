"""Where a visit records whom it has written to."""

import shutil
from dataclasses import replace
from pathlib import Path

from retention.pipeline import SIMULATED
from retention.settings import settings
from retention.ui import files
from retention.ui.session import Session


def with_ledger(session: Session) -> tuple[Session, Path]:
    """Return the ledger for a visit's customers, and the session that knows it.

    Real customers go into the ledger of the settings, where colleagues and earlier runs count. Simulated ones,
    and all where none is set (on a public Space), go into a file of this visit alone, so that nobody's
    customers are held back because of somebody else's.
    """
    shared = settings().ledger
    simulated = session.customers is not None and session.customers.source == SIMULATED
    if shared is not None and not simulated:
        shared.parent.mkdir(parents=True, exist_ok=True)
        return session, shared
    own = session.own_ledger or files.new_ledger_path()
    own.parent.mkdir(parents=True, exist_ok=True)
    return replace(session, own_ledger=own), own


def forget(session: Session) -> None:
    """Remove the visit's own ledger, at the end of the visit."""
    if session.own_ledger is not None:
        shutil.rmtree(session.own_ledger.parent, ignore_errors=True)
