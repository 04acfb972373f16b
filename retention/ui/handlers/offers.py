"""The send list and its messages."""

import atexit
from dataclasses import replace
from functools import cache

import pandas as pd

from retention import send_list
from retention.errors import InputError
from retention.offers.batch import write_offers
from retention.offers.campaign import Campaign
from retention.offers.guard import LONGEST
from retention.offers.writer import Writer, unplugged
from retention.progress import Progress, silent
from retention.settings import settings
from retention.ui.handlers import export
from retention.ui.handlers.export import ROWS_SHOWN
from retention.ui.session import Session
from retention.ui.writer import writer

_WRITTEN = ("message", "message_source", "message_note")


def score(session: Session, threshold: float) -> Session:
    """Put today's customers on the send list, from a churn probability on."""
    if session.model is None:
        raise InputError("no model yet; train one in the second tab")
    customers = session.today if session.today is not None else session.customers
    if customers is None:
        raise InputError("no customers yet; upload a file or simulate a market in the first tab")
    scored = send_list.score(customers, session.model, session.economics, threshold=threshold)
    return replace(session, scored=scored, campaign=None)


def preview_messages(messages: pd.DataFrame) -> pd.DataFrame:
    """Return the first messages with what a person wants to know of each."""
    shown = messages.head(ROWS_SHOWN)
    return pd.DataFrame(
        {
            "Customer": shown.iloc[:, 0],
            "Risk": [f"{risk:.0%}" for risk in shown["churn_probability"]],
            "Because": shown["reason_1"],
            "Message": shown["message"],
            "Written by": shown["message_source"],
        }
    )


def language_model_connected() -> bool:
    """Tell whether a language model is set up at all."""
    options = settings()
    return options.base_url is not None or options.hf_token is not None


def write(
    session: Session,
    threshold: float,
    *,
    tone: str = "warm",
    language: str = "en",
    plugged: bool = True,
    progress: Progress = silent,
) -> Session:
    """Write a message for everyone on the send list at this threshold.

    With ``plugged`` false the language model's server refuses every call, to show what happens then.
    """
    session = score(session, threshold)
    assert session.scored is not None  # noqa: S101 - score has just made it
    campaign = _written(
        session, session.scored.send_list, tone=tone, language=language, plugged=plugged, progress=progress
    )
    return replace(session, campaign=campaign)


def write_again(session: Session, row: int, *, tone: str, language: str, plugged: bool) -> Session:
    """Write one customer's message anew, by position in the messages."""
    campaign = _campaign_of(session)
    inputs = campaign.messages.iloc[[row]].drop(columns=list(_WRITTEN))
    written = _written(session, inputs, tone=tone, language=language, plugged=plugged).messages
    return _with_message(session, row, dict(written.iloc[0][list(_WRITTEN)]))


def edit(session: Session, row: int, message: str) -> Session:
    """Replace one customer's message by a person's own words.

    Raises
    ------
    InputError
        If it is blank or too long to send.
    """
    message = " ".join(message.split())
    if not 0 < len(message) <= LONGEST:
        raise InputError(f"this message has {len(message)} characters; write 1 to {LONGEST}")
    return _with_message(session, row, {"message": message, "message_source": "you", "message_note": ""})


def csv(session: Session) -> export.Download:
    """Return the send list with its messages as a CSV file."""
    return export.csv(_campaign_of(session).messages, "send_list")


def workbook(session: Session) -> export.Download:
    """Return the send list with its messages as an Excel workbook."""
    return export.workbook(_campaign_of(session).messages, "send_list")


def _written(
    session: Session, rows: pd.DataFrame, *, tone: str, language: str, plugged: bool, progress: Progress = silent
) -> Campaign:
    assert session.scored is not None  # noqa: S101 - messages come after scoring
    return write_offers(
        rows,
        id=session.scored.id,
        offers=send_list.offers_at(session.economics),
        writer=writer() if plugged else _unplugged_writer(),
        tone=tone,
        language=language,
        currency=session.economics.currency,
        progress=progress,
    )


def _campaign_of(session: Session) -> Campaign:
    if session.campaign is None:
        raise InputError("no messages yet; write them first")
    return session.campaign


def _with_message(session: Session, row: int, cells: dict[str, str]) -> Session:
    campaign = _campaign_of(session)
    messages = campaign.messages.copy()
    messages.loc[messages.index[row], list(_WRITTEN)] = [cells[column] for column in _WRITTEN]
    return replace(session, campaign=replace(campaign, messages=messages))


@cache
def _unplugged_writer() -> Writer:
    writer = unplugged()
    atexit.register(writer.close)
    return writer
