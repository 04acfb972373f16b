"""Review the messages before they go out: the handlers that reject, replace, edit and approve."""

from dataclasses import replace

import pandas as pd

from retention.errors import InputError
from retention.messages import review
from retention.messages.ledger import Ledger
from retention.messages.llm.client import Writer
from retention.messages.run import MessageRun
from retention.pipeline.messages import COOL_DOWN_DAYS
from retention.ui.session import Session
from retention.ui.tabs.offers.handlers import with_ledger

REASONS = {
    "away": "away for a while",
    "fewer_orders": "fewer orders",
    "smaller_orders": "smaller orders",
    "late_delivery": "late deliveries",
    "bad_experience": "a bad experience",
    "price": "price",
    "general": "anything else",
}


def template_table(run: MessageRun) -> pd.DataFrame:
    """Return every template, most used first, and those that wait for a person, as a table for the screen."""
    templates = review.distinct_templates(run)
    waiting = review.templates_to_read(run) if not run.approved else review.templates_to_read(run).head(0)
    waiting = waiting.assign(customers=0, source=waiting["source"] + ", waits for you to read it")
    templates = pd.concat([templates, waiting], ignore_index=True)
    return pd.DataFrame(
        {
            "Template": templates["template"],
            "Customers": templates["customers"],
            "For": [", ".join(REASONS[code] for code in codes.split(", ")) for codes in templates["reasons"]],
            "Written by": templates["source"],
        }
    )


def waits_to_be_read(run: MessageRun, template: str) -> bool:
    """Tell whether a template goes out only if a person lets it."""
    return template in set(review.templates_to_read(run)["template"])


def position_of(run: MessageRun, customer: object) -> int:
    """Return the position of a customer's message.

    Raises
    ------
    InputError
        If there is none.
    """
    id = str(customer)
    position = next((position for position, message in enumerate(run.messages) if message.customer == id), None)
    if position is None:
        raise InputError("this customer has no message; choose another row")
    return position


def let_out(session: Session, template: str) -> Session:
    """Let a template of the model's out that only a person may."""
    with Ledger(with_ledger(session)[1]) as ledger:
        return replace(session, message_run=review.let_out(message_run_of(session), template, ledger=ledger))


def reject_template(session: Session, template: str) -> Session:
    """Reject a template for everyone who has it."""
    with Ledger(with_ledger(session)[1]) as ledger:
        return replace(
            session, message_run=review.reject_template(message_run_of(session), template, ledger=ledger)
        )


def replace_template(session: Session, template: str, new: str) -> Session:
    """Put a person's own template in the place of a template."""
    with Ledger(with_ledger(session)[1]) as ledger:
        return replace(
            session, message_run=review.replace_template(message_run_of(session), template, new, ledger=ledger)
        )


def edit_message(session: Session, position: int, text: str) -> Session:
    """Replace the text of one customer's message with a person's own."""
    with Ledger(with_ledger(session)[1]) as ledger:
        return replace(
            session, message_run=review.edit_message(message_run_of(session), position, text, ledger=ledger)
        )


def write_again(session: Session, position: int, *, writer: Writer | None, tone: str, language: str) -> Session:
    """Write one customer's message again."""
    with Ledger(with_ledger(session)[1]) as ledger:
        message_run = review.write_again(
            message_run_of(session), position, writer=writer, tone=tone, language=language, ledger=ledger
        )
    return replace(session, message_run=message_run)


def approve(session: Session, *, cool_down_days: float | None) -> Session:
    """Approve the messages: downloads are what goes out from now on; a blank cool-down means the default one."""
    days = COOL_DOWN_DAYS if cool_down_days is None else cool_down_days
    with Ledger(with_ledger(session)[1]) as ledger:
        approved = review.approve(message_run_of(session), ledger=ledger, cool_down_days=days)
    return replace(session, message_run=approved)


def message_run_of(session: Session) -> MessageRun:
    """Return the session's messages.

    Raises
    ------
    InputError
        If there are none yet.
    """
    if session.message_run is None:
        raise InputError("no messages yet; write them first")
    return session.message_run
