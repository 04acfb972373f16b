"""What long work came to, brought into the session as it is by then: its visitor may have gone on meanwhile."""

from dataclasses import dataclass, replace

from retention.errors import InputError
from retention.ui.session import Session


@dataclass(frozen=True, eq=False)
class JobResult:
    """Work that is done.

    Attributes
    ----------
    before
        The session it began with.
    after
        The same session with what it came to.
    """

    before: Session
    after: Session


def with_customers(session: Session, finished: JobResult) -> Session:
    """Return the session with the customers that were brought; prices and offers stay as they are by now.

    Raises
    ------
    InputError
        If other customers were brought meanwhile.
    """
    if session.customers is not finished.before.customers:
        raise InputError("other customers were brought while these were read; bring these again")
    return replace(
        finished.after,
        economics=session.economics,
        catalogue=session.catalogue,
        language_model_on=session.language_model_on,
        own_ledger=session.own_ledger,
    )


def with_training(session: Session, finished: JobResult) -> Session:
    """Return the session with the model that was trained, at the prices there are by now.

    Raises
    ------
    InputError
        If the customers it learned from are no longer the session's.
    """
    if session.customers is not finished.before.customers:
        raise InputError("the customers changed while the model was trained; train again")
    return _with_model(session, finished.after)


def with_loaded_model(session: Session, finished: JobResult) -> Session:
    """Return the session with the model that was loaded, at the prices there are by now.

    Raises
    ------
    InputError
        If the customers it was tried on are no longer the session's.
    """
    if session.customers is not finished.before.customers:
        raise InputError("the customers changed while the model was loaded; load it again")
    loaded = _with_model(session, finished.after)
    return loaded if _changed(session, finished.before) else replace(loaded, scored=finished.after.scored)


def with_messages(session: Session, finished: JobResult) -> Session:
    """Return the session with the messages that were written.

    Raises
    ------
    InputError
        If anything they rest on is no longer the session's, or the messages there were have changed.
    """
    what = _changed(session, finished.before)
    if what is not None:
        raise InputError(f"the {what} changed while the messages were written; write them again")
    return replace(session, scored=finished.after.scored, message_run=finished.after.message_run)


def _with_model(session: Session, made: Session) -> Session:
    assert made.model is not None  # noqa: S101 - it has just been made
    found = replace(
        session.with_model(made.model, at=made.model_at),
        curve=made.curve,
        model_source=made.model_source,
        model_findings=made.model_findings,
    )
    return found if session.economics == made.economics else found.priced(session.economics)


def _changed(now: Session, before: Session) -> str | None:
    """Return in a word what a send list rests on and is another by now; None where all is as it was."""
    same = {
        "customers": now.customers is before.customers and now.today is before.today,
        "model": now.model is before.model,
        "prices": now.economics == before.economics,
        "offers": now.catalogue == before.catalogue,
        "choice of who gets an offer": now.send_choice == before.send_choice,
        "messages": now.message_run is before.message_run,
    }
    return next((what for what, stayed in same.items() if not stayed), None)
