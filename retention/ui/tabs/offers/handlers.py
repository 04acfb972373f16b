"""Score the send list, write its messages, and hand out the approved ones."""

import atexit
import shutil
from dataclasses import replace
from functools import cache
from pathlib import Path

import pandas as pd

from retention.campaign.design import CONTROL
from retention.errors import InputError
from retention.messages.ledger import Ledger
from retention.messages.llm.client import Writer, switched_off_writer
from retention.messages.llm.outcome import OFF, BreakerReport
from retention.messages.llm.switchable import SwitchableWriter
from retention.messages.message import HeldBack
from retention.messages.run import MessageRun
from retention.pipeline.customers import SIMULATED
from retention.pipeline.messages import COOL_DOWN_DAYS, write_messages
from retention.progress import Progress, silent
from retention.settings import settings
from retention.ui import files
from retention.ui.components import download
from retention.ui.components.tables import ROWS_SHOWN
from retention.ui.language_model import writer as shared_writer
from retention.ui.session import DrawnCampaign, Session
from retention.wording.dates import day_and_month


def score(session: Session, threshold: float) -> Session:
    """Put today's customers on the send list by the session's send policy, at the slider's threshold.

    Once a campaign is drawn, its list is the send list.
    """
    if session.drawn is not None:
        return replace(session, scored=session.drawn.scored, message_run=None)
    if session.model is None:
        raise InputError("no model yet; train one in the second tab")
    customers = session.recipients
    if customers is None:
        raise InputError("no customers yet; upload a file or simulate a market in the first tab")
    scored = session.scores.send_list(session.model, customers, session.send_policy(threshold))
    return replace(session, scored=scored, message_run=None)


def message_table(run: MessageRun) -> pd.DataFrame:
    """Return the first messages as a table for the screen."""
    shown = run.rows(0, ROWS_SHOWN)
    return pd.DataFrame(
        {
            "Customer": shown.iloc[:, 0].astype("str"),
            "Risk": [f"{risk:.0%}" for risk in shown["churn_probability"]],
            "Because": shown["reason_1"],
            "Message": shown["message"],
            "Written by": shown["message_source"],
        }
    )


def switchable_writer(language_model_on: bool) -> SwitchableWriter | None:
    """Return a writer that is switched on or off; None where no language model is set up and it is on."""
    connected = shared_writer()
    if connected is None and language_model_on:
        return None
    switchable = SwitchableWriter(connected, _switched_off_writer())
    switchable.switched_on = language_model_on
    return switchable


def breaker_report(language_model_on: bool) -> BreakerReport:
    """Return the state of the connection to the language model right now."""
    try:
        switchable = switchable_writer(language_model_on)
    except InputError as error:  # a setting is wrong
        return replace(OFF, reason=str(error))
    return OFF if switchable is None else switchable.report()


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
    """Write a message for everyone on the send list, open until it is approved; see :func:`score`.

    The first writing of a visit continues from earlier drafts of the same run; a later one starts afresh. A
    blank cool-down means the default one.
    """
    first_writing = session.message_run is None
    session, path = with_ledger(score(session, threshold))
    assert session.scored is not None  # noqa: S101 - score has just made it
    offers, currency = session.message_terms
    with Ledger(path) as ledger:
        message_run = write_messages(
            session.scored.send_list,
            id=session.scored.id,
            offers=offers,
            writer=writer,
            ledger=ledger,
            run=run.strip() or None,
            tone=tone,
            language=language,
            currency=currency,
            cool_down_days=COOL_DOWN_DAYS if cool_down_days is None else cool_down_days,
            review=True,
            ignore_drafts=not first_writing,
            progress=progress,
        )
    if session.drawn is not None:
        message_run = replace(message_run, held_back=(*message_run.held_back, *_held_out(session.drawn)))
    return replace(session, message_run=message_run)


def _held_out(drawn: DrawnCampaign) -> list[HeldBack]:
    """Return whom the drawn campaign holds out, as they are shown among those held back."""
    design, rows = drawn.holdout.design, drawn.scored.send_list
    reason = f"held out of {design.name} until {day_and_month(design.read_on)}"
    return [HeldBack(str(customer), reason) for customer in rows.loc[rows["arm"] == CONTROL, drawn.scored.id]]


def with_ledger(session: Session) -> tuple[Session, Path]:
    """Return the path of the ledger for a visit's customers, and the session that remembers it.

    Real customers go into the ledger of the settings, which holds the runs of colleagues and earlier visits.
    Simulated ones, and all where no ledger is set (on a public Space), go into a file of this visit alone, so
    that a stranger's run never holds a visitor's customers back.
    """
    shared = settings().ledger
    simulated = session.customers is not None and session.customers.source == SIMULATED
    if shared is not None and not simulated:
        return session, shared
    own = session.own_ledger or files.new_ledger_path()
    own.parent.mkdir(parents=True, exist_ok=True)
    return replace(session, own_ledger=own), own


def remove_own_ledger(session: Session) -> None:
    """Remove the visit's own ledger when the visit ends."""
    if session.own_ledger is not None:
        shutil.rmtree(session.own_ledger.parent, ignore_errors=True)


def csv(session: Session) -> download.Download:
    """Return the approved send list with its messages as a CSV file."""
    return download.csv(_approved_run(session).messages_frame, "send_list")


def workbook(session: Session) -> download.Download:
    """Return the approved send list with its messages as an Excel workbook."""
    return download.workbook(_approved_run(session).messages_frame, "send_list")


def _approved_run(session: Session) -> MessageRun:
    if session.message_run is None or not session.message_run.approved:
        raise InputError("the messages are not approved yet; write, read and approve them first")
    return session.message_run


@cache
def _switched_off_writer() -> Writer:
    writer = switched_off_writer()
    atexit.register(writer.close)
    return writer
