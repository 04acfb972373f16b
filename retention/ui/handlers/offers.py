"""The send list and its messages."""

import atexit
from dataclasses import replace
from functools import cache

import pandas as pd

from retention import send_list
from retention.errors import InputError
from retention.offers.batch import COOL_DOWN_DAYS, write_offers
from retention.offers.campaign import Campaign
from retention.offers.ledger import Ledger
from retention.offers.outcome import OFF, BreakerReport
from retention.offers.plug import Plug
from retention.offers.writer import Writer, unplugged
from retention.progress import Progress, silent
from retention.ui.handlers import export
from retention.ui.handlers.export import ROWS_SHOWN
from retention.ui.handlers.ledgers import with_ledger
from retention.ui.session import Session
from retention.ui.writer import writer as shared_writer


def score(session: Session, threshold: float) -> Session:
    """Put today's customers on the send list, as chosen: with the slider, from its threshold on."""
    if session.model is None:
        raise InputError("no model yet; train one in the second tab")
    customers = session.recipients
    if customers is None:
        raise InputError("no customers yet; upload a file or simulate a market in the first tab")
    scored = send_list.score(
        customers, session.model, session.economics, **session.choosing.terms(threshold, session.offers)
    )
    return replace(session, scored=scored, campaign=None)


def preview_messages(messages: pd.DataFrame) -> pd.DataFrame:
    """Return the first messages with what a person wants to know of each."""
    shown = messages.head(ROWS_SHOWN)
    return pd.DataFrame(
        {
            "Customer": shown.iloc[:, 0].astype("str"),
            "Risk": [f"{risk:.0%}" for risk in shown["churn_probability"]],
            "Because": shown["reason_1"],
            "Message": shown["message"],
            "Written by": shown["message_source"],
        }
    )


def plug(plugged: bool) -> Plug | None:
    """Return the line to the language model, plugged in or not; None where there is none and it is plugged in."""
    connected = shared_writer()
    if connected is None and plugged:
        return None
    line = Plug(connected, _unplugged_writer())
    line.plugged = plugged
    return line


def line_report(plugged: bool) -> BreakerReport:
    """Tell how the line to the language model stands right now."""
    try:
        line = plug(plugged)
    except InputError as error:  # a setting is wrong
        return replace(OFF, reason=str(error))
    return OFF if line is None else line.report()


def write(
    session: Session,
    threshold: float,
    *,
    writer: Writer | None = None,
    tone: str = "warm",
    language: str = "en",
    cool_down_days: float | None = None,
    run: str = "",
    progress: Progress = silent,
) -> Session:
    """Write a message for everyone on the send list, open until it is sealed; see :func:`score`.

    Earlier drafts of the same run are taken up by a new visit. In the same visit, writing means writing anew. A
    blank cool-down means the usual one.
    """
    first = session.campaign is None
    session, path = with_ledger(score(session, threshold))
    assert session.scored is not None  # noqa: S101 - score has just made it
    with Ledger(path) as ledger:
        campaign = write_offers(
            session.scored.send_list,
            id=session.scored.id,
            offers=session.offers,
            writer=writer,
            ledger=ledger,
            run=run.strip() or None,
            tone=tone,
            language=language,
            currency=session.economics.currency,
            cool_down_days=COOL_DOWN_DAYS if cool_down_days is None else cool_down_days,
            review=True,
            anew=not first,
            progress=progress,
        )
    return replace(session, campaign=campaign)


def csv(session: Session) -> export.Download:
    """Return the sealed send list with its messages as a CSV file."""
    return export.csv(_sealed(session).messages, "send_list")


def workbook(session: Session) -> export.Download:
    """Return the sealed send list with its messages as an Excel workbook."""
    return export.workbook(_sealed(session).messages, "send_list")


def _sealed(session: Session) -> Campaign:
    if session.campaign is None or not session.campaign.sealed:
        raise InputError("the messages are not sealed yet; write, read and seal them first")
    return session.campaign


@cache
def _unplugged_writer() -> Writer:
    writer = unplugged()
    atexit.register(writer.close)
    return writer
