"""Long work ends in a session that has gone on: what its visitor did meanwhile stays."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from retention.customers.table import Customers
from retention.errors import InputError
from retention.profit.economics import PRESETS
from retention.ui.job_results import JobResult, with_customers, with_loaded_model, with_messages, with_training
from retention.ui.send_choice import FIRST, SendChoice
from retention.ui.session import Session
from retention.ui.tabs.churn import handlers as churn
from retention.ui.tabs.customers import handlers as customers
from retention.ui.tabs.offers import handlers as offers
from retention.ui.tabs.offers import review

REALISTIC = PRESETS["realistic"]


@pytest.fixture
def starting(trained: Session) -> Session:
    """A visitor who is about to train, load or write."""
    return replace(trained, pictures={})


@pytest.fixture
def loaded(starting: Session) -> JobResult:
    """A model from the Hub that scored their customers meanwhile; here it is their own."""
    assert starting.model is not None
    scored = offers.score(starting, 0.5).scored
    at_hub = replace(
        starting.with_model(starting.model, at="alice/churn@" + "0" * 40), curve=starting.curve, scored=scored
    )
    return JobResult(starting, at_hub)


@pytest.mark.slow
def test_prices_changed_during_training_stay(starting: Session) -> None:
    """The model comes into the session as it is, priced at what that says by now."""
    job_result = JobResult(starting, churn.train(starting, weighted=False))
    repriced = starting.priced(REALISTIC)
    updated = with_training(repriced, job_result)
    assert updated.model is job_result.after.model
    assert updated.economics == REALISTIC
    assert updated.curve and updated.curve.economics == REALISTIC
    assert with_training(starting, job_result).curve is job_result.after.curve


def test_customers_loaded_meanwhile_stay(starting: Session, telecom: Customers, loaded: JobResult) -> None:
    """A model of those before, or tried on those before, is not put beside them; the sentence says what to do."""
    others = replace(starting, customers=replace(telecom, frame=telecom.frame.head(300)))
    with pytest.raises(InputError, match="the customers changed during the training; train again"):
        with_training(others, JobResult(starting, starting))
    with pytest.raises(InputError, match="the customers changed while the model was being loaded; load it again"):
        with_loaded_model(others, loaded)
    with pytest.raises(InputError, match="other customers were loaded while these were being read"):
        with_customers(others, JobResult(starting, starting))


def test_a_loaded_model_comes_at_the_prices_there_are(starting: Session, loaded: JobResult) -> None:
    """Its send list too, unless that was made at other prices."""
    updated = with_loaded_model(starting, loaded)
    assert updated.model_at == loaded.after.model_at
    assert updated.scored is loaded.after.scored is not None
    repriced = with_loaded_model(starting.priced(REALISTIC), loaded)
    assert repriced.model_at == loaded.after.model_at
    assert repriced.curve and repriced.curve.economics == REALISTIC
    assert repriced.scored is None


@pytest.mark.slow
def test_new_customers_keep_money_inputs_and_the_language_model_switch(starting: Session) -> None:
    """What is not about customers is the session's own."""
    job_result = JobResult(starting, customers.simulate(starting, 300, 1))
    now = replace(starting.priced(REALISTIC), language_model_on=False)
    updated = with_customers(now, job_result)
    assert updated.customers is job_result.after.customers
    assert (updated.economics, updated.language_model_on, updated.model) == (REALISTIC, False, None)


def other_customers(session: Session) -> Session:
    assert session.customers is not None
    return replace(session, customers=replace(session.customers))


def other_model(session: Session) -> Session:
    assert session.model is not None
    return replace(session, model=replace(session.model, seed=1))


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (other_customers, "customers"),
        (lambda session: replace(session, today=session.customers), "customers"),
        (other_model, "model"),
        (lambda session: session.priced(REALISTIC), "prices"),
        (lambda session: replace(session, chosen=SendChoice(FIRST)), "choice of who gets an offer"),
        (lambda session: replace(session, catalogue=replace(session.catalogue, source="mine")), "offers"),
        (lambda session: offers.write(session, 0.7), "messages"),
    ],
)
def test_messages_do_not_come_to_what_they_were_not_written_for(
    starting: Session, change: Callable[[Session], Session], what: str
) -> None:
    """Whatever they rest on was changed meanwhile: they stay away, and the sentence names it."""
    job_result = JobResult(starting, offers.write(starting, 0.5))
    with pytest.raises(
        InputError, match=f"the {what} changed while the messages were being written; write them again"
    ):
        with_messages(change(starting), job_result)


def test_messages_come_beside_what_they_do_not_rest_on(starting: Session) -> None:
    """The language model was switched off and the model pushed meanwhile: the session keeps both changes."""
    job_result = JobResult(starting, offers.write(starting, 0.5))
    updated = with_messages(
        replace(starting, language_model_on=False, model_at="alice/churn@" + "0" * 40), job_result
    )
    assert updated.message_run is job_result.after.message_run
    assert (updated.language_model_on, updated.model_at) == (False, "alice/churn@" + "0" * 40)


def test_blank_numbers_are_asked_for_or_mean_the_usual(starting: Session) -> None:
    """A cool-down has a usual value; a market's size, its seed and a silence have none."""
    written = offers.write(starting, 0.5, cool_down_days=None)
    approved = review.approve(written, cool_down_days=None)
    assert approved.message_run and written.message_run
    again = offers.write(approved, 0.5, tone="brief", cool_down_days=None)
    assert again.message_run and again.message_run.held_back_count == written.message_run.message_count
    for inputs, box in (((None, 7), "Customers"), ((300, None), "Seed")):
        with pytest.raises(InputError, match=f"{box}: is blank; give a number"):
            customers.simulate(starting, *inputs)
    with pytest.raises(InputError, match="Multiple of their usual gap: is blank; give a number"):
        customers.checked_quiet_gaps(True, None)
    assert customers.checked_quiet_gaps(True, 2) == 2
    assert customers.checked_quiet_gaps(False, 2) is customers.checked_quiet_gaps(False, None) is None
