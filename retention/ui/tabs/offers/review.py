"""What a person does with the messages before they go out."""

from dataclasses import replace

import pandas as pd

from retention.errors import InputError
from retention.messages import review
from retention.messages.batch import COOL_DOWN_DAYS
from retention.messages.ledger import Ledger
from retention.messages.llm.client import Writer
from retention.messages.run import MessageRun
from retention.ui.session import Session
from retention.ui.tabs.offers.ledgers import with_ledger

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
    """Return every template, most used first, as a person reads them."""
    templates = review.distinct_templates(run)
    return pd.DataFrame(
        {
            "Template": templates["template"],
            "Customers": templates["customers"],
            "For": [", ".join(REASONS[code] for code in codes.split(", ")) for codes in templates["reasons"]],
            "Written by": templates["source"],
        }
    )


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


def reject_template(session: Session, line: str) -> Session:
    """Rule a line out for everyone who has it."""
    with Ledger(with_ledger(session)[1]) as ledger:
        return replace(session, message_run=review.reject_template(message_run_of(session), line, ledger=ledger))


def replace_template(session: Session, line: str, new: str) -> Session:
    """Put a person's own line in the place of a line."""
    with Ledger(with_ledger(session)[1]) as ledger:
        return replace(
            session, message_run=review.replace_template(message_run_of(session), line, new, ledger=ledger)
        )


def edit_message(session: Session, position: int, text: str) -> Session:
    """Replace one customer's message by a person's own words."""
    with Ledger(with_ledger(session)[1]) as ledger:
        return replace(
            session, message_run=review.edit_message(message_run_of(session), position, text, ledger=ledger)
        )


def write_again(session: Session, position: int, *, writer: Writer | None, tone: str, language: str) -> Session:
    """Write one customer's message anew."""
    with Ledger(with_ledger(session)[1]) as ledger:
        again = review.write_again(
            message_run_of(session), position, writer=writer, tone=tone, language=language, ledger=ledger
        )
    return replace(session, message_run=again)


def approve(session: Session, *, cool_down_days: float | None) -> Session:
    """Close the messages: what is downloaded from now on is what goes out; a blank cool-down is the usual one."""
    days = COOL_DOWN_DAYS if cool_down_days is None else cool_down_days
    with Ledger(with_ledger(session)[1]) as ledger:
        sealed = review.approve(message_run_of(session), ledger=ledger, cool_down_days=days)
    return replace(session, message_run=sealed)


def message_run_of(session: Session) -> MessageRun:
    """Return the messages.

    Raises
    ------
    InputError
        If there are none yet.
    """
    if session.message_run is None:
        raise InputError("no messages yet; write them first")
    return session.message_run
