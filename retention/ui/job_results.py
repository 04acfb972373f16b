"""Put the result of long work into the current session, which the visitor may have changed meanwhile."""

from dataclasses import dataclass, replace

from retention.errors import InputError
from retention.ui.session import Session


@dataclass(frozen=True, eq=False)
class JobResult:
    """The result of long work.

    Attributes
    ----------
    before
        The session that the work started from.
    after
        The same session with the result.
    """

    before: Session
    after: Session


def with_customers(session: Session, job_result: JobResult) -> Session:
    """Return the session with the loaded customers; the current money inputs and offers stay.

    Raises
    ------
    InputError
        If other customers were loaded meanwhile.
    """
    if session.customers is not job_result.before.customers:
        raise InputError("other customers were loaded while these were being read; load these again")
    return replace(
        job_result.after,
        economics=session.economics,
        catalogue=session.catalogue,
        rates=session.rates,
        effect_model=session.effect_model,
        language_model_on=session.language_model_on,
        own_ledger=session.own_ledger,
    )


def with_training(session: Session, job_result: JobResult) -> Session:
    """Return the session with the trained model, at the current money inputs.

    Raises
    ------
    InputError
        If its training customers are no longer the session's.
    """
    if session.customers is not job_result.before.customers:
        raise InputError("the customers changed during the training; train again")
    return _with_model(session, job_result.after)


def with_loaded_model(session: Session, job_result: JobResult) -> Session:
    """Return the session with the loaded model, at the current money inputs.

    Raises
    ------
    InputError
        If the customers it scored are no longer the session's.
    """
    if session.customers is not job_result.before.customers:
        raise InputError("the customers changed while the model was being loaded; load it again")
    loaded = _with_model(session, job_result.after)
    return loaded if _changed_part(session, job_result.before) else replace(loaded, scored=job_result.after.scored)


def with_messages(session: Session, job_result: JobResult) -> Session:
    """Return the session with the messages that were written.

    Raises
    ------
    InputError
        If anything they rest on is no longer the session's, or the messages there were have changed.
    """
    part = _changed_part(session, job_result.before)
    if part is not None:
        raise InputError(f"the {part} changed while the messages were being written; write them again")
    return replace(session, scored=job_result.after.scored, message_run=job_result.after.message_run)


def with_draw(session: Session, job_result: JobResult) -> Session:
    """Return the session with the campaign that was drawn; messages written before it are dropped.

    Raises
    ------
    InputError
        If the customers it was drawn from are no longer the session's.
    """
    if session.recipients is not job_result.before.recipients:
        raise InputError(
            "the customers changed while the campaign was being drawn; it is registered, so give the next one "
            "another name"
        )
    after = job_result.after
    return replace(
        session, drawn=after.drawn, own_ledger=after.own_ledger, scored=None, message_run=None, reading=None
    )


def with_reading(session: Session, job_result: JobResult) -> Session:
    """Return the session with what was measured."""
    return replace(session, reading=job_result.after.reading)


def with_rates(session: Session, job_result: JobResult) -> Session:
    """Return the session planned with the rates that were learned."""
    return session.with_rates(job_result.after.rates, job_result.after.effect_model)


def _with_model(session: Session, after: Session) -> Session:
    assert after.model is not None  # noqa: S101 - the job has just made it
    loaded = replace(
        session.with_model(after.model, at=after.model_at),
        curve=after.curve,
        model_source=after.model_source,
        model_findings=after.model_findings,
    )
    same_prices = session.economics == after.economics and session.rates == after.rates
    return loaded if same_prices else loaded.priced(session.economics)


def _changed_part(now: Session, before: Session) -> str | None:
    """Return the name of a part that a send list depends on and that has changed; None where none has."""
    unchanged = {
        "customers": now.customers is before.customers and now.today is before.today,
        "model": now.model is before.model,
        "prices": now.economics == before.economics,
        "measured rates": now.rates == before.rates,
        "offers": now.catalogue == before.catalogue,
        "choice of who gets an offer": now.send_choice == before.send_choice,
        "messages": now.message_run is before.message_run,
        "campaign": now.drawn is before.drawn,
    }
    return next((part for part, same in unchanged.items() if not same), None)
