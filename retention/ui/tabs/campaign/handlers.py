"""Draw a campaign from the send list, and measure it, or one from files, on its day."""

import datetime as dt
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, cast

import pandas as pd

from retention.campaign.campaign_file import Campaign
from retention.campaign.design import DesignKind
from retention.errors import InputError
from retention.messages.ledger import Ledger
from retention.pipeline.campaign import Holdout, HoldoutRequest, hold_out
from retention.pipeline.customers import SIMULATED
from retention.pipeline.measure import measure_campaign, measure_campaign_by_file
from retention.pipeline.play import SENT_ON
from retention.targeting import Scored
from retention.ui.components import download
from retention.ui.files import opened_upload
from retention.ui.session import DrawnCampaign, Session
from retention.ui.tabs.offers.handlers import score, with_ledger
from retention.wording.text import quote
from retention.wording.typed_numbers import read_typed_number

AUTO = "auto"
UNNAMED = "this campaign"
_MOST_SEGMENTS = 50


@dataclass(frozen=True, kw_only=True)
class DrawForm:
    """What a visitor asks of a draw, as the boxes hold it; a blank box takes the default.

    Attributes
    ----------
    name, kind, horizon_days, explore, standing
        As in :class:`retention.pipeline.campaign.HoldoutRequest`.
    share
        ``auto``, a share such as ``0.2``, or a percentage such as ``20%``.
    sent_on
        ``YYYY-MM-DD``; blank for today.
    segment, unit
        A column of the customers; blank for none.
    """

    name: str | None = None
    share: str | float | None = AUTO
    horizon_days: float | None = 30
    sent_on: str | None = None
    kind: str = "plan"
    segment: str | None = None
    unit: str | None = None
    explore: float | None = 0
    standing: float | None = 0

    def request(self, session: Session) -> HoldoutRequest:
        """Return the request at the session's money inputs and offers.

        Raises
        ------
        InputError
            If a box holds something else.
        """
        return HoldoutRequest(
            name=(self.name or "").strip(),
            economics=session.economics,
            offers=session.offers,
            kind=cast(DesignKind, self.kind),
            share=read_share(self.share),
            horizon_days=_whole("Days until it is read", self.horizon_days, 30),
            sent_on=read_day("Sent on", self.sent_on) or dt.datetime.now(dt.UTC).date(),
            segment=self.segment or None,
            unit=self.unit or None,
            explore=float(self.explore or 0),
            standing=float(self.standing or 0),
        )


def first_day(session: Session) -> str:
    """Return what the box ``Sent on`` begins with: the day after the log of a simulated market, else nothing."""
    simulated = session.customers is not None and session.customers.source == SIMULATED
    return SENT_ON.isoformat() if simulated else ""


def columns_to_choose(session: Session) -> tuple[list[str], list[str]]:
    """Return the customers' columns that may be a segment (2 to 50 values), and those that may be a unit."""
    people = session.recipients
    if people is None:
        return [], []
    columns = [
        str(column) for column in people.frame.columns if column not in {people.roles.id, people.roles.label}
    ]
    segments = [column for column in columns if 2 <= people.frame[column].nunique() <= _MOST_SEGMENTS]
    return segments, columns


def preview(session: Session, threshold: float, form: DrawForm) -> Holdout:
    """Return what a draw would hold out, cost and show; nothing is drawn and nothing is registered.

    Raises
    ------
    RetentionError
        If the list or the form cannot be used.
    """
    scored = _list_to_draw(session, threshold, form)
    request = form.request(session)
    request = replace(request, name=request.name or UNNAMED)
    _, path = with_ledger(session)
    if not path.exists():
        return hold_out(
            scored.send_list, request, id=scored.id, ledger=None, traits=_traits(session), dry_run=True
        )
    with Ledger(path) as ledger:
        return hold_out(
            scored.send_list, request, id=scored.id, ledger=ledger, traits=_traits(session), dry_run=True
        )


def draw(session: Session, threshold: float, form: DrawForm) -> Session:
    """Draw the campaign for good: who is held out gets no message of this ledger until the registered day.

    Raises
    ------
    RetentionError
        If the list or the form cannot be used, or another campaign has the name.
    """
    if session.drawn is not None:
        raise InputError(
            f"the campaign {session.drawn.holdout.design.name} is drawn already; put it aside to draw another"
        )
    scored = _list_to_draw(session, threshold, form)
    request = form.request(session)
    if not request.name:
        raise InputError("Name: is blank; give the campaign one, such as Diwali")
    session, path = with_ledger(session)
    with Ledger(path) as ledger:
        holdout = hold_out(scored.send_list, request, id=scored.id, ledger=ledger, traits=_traits(session))
    assert holdout.send_list is not None  # noqa: S101  drawn for good
    drawn = DrawnCampaign(holdout, replace(scored, send_list=holdout.send_list))
    return replace(session, drawn=drawn, scored=None, message_run=None, reading=None)


def put_aside(session: Session) -> Session:
    """Take the campaign off the screen, so that another can be drawn; who is held out stays held out."""
    return replace(session, drawn=None, scored=None, message_run=None, reading=None)


def send_list(session: Session) -> download.Download:
    """Return the drawn list as a CSV file; only the treated have ``send = yes``."""
    drawn = _drawn(session)
    return download.csv(drawn.scored.send_list, f"{_file_name(drawn.holdout.design.name)}_send_list")


def campaign_file(session: Session) -> download.Download:
    """Return the campaign as the zip that a measurement needs."""
    campaign = _drawn(session).holdout.campaign
    assert campaign is not None  # noqa: S101  drawn for good
    return download.Download(f"{_file_name(campaign.design.name)}.zip", campaign.save)


def measure(session: Session, campaign: str | None, outcomes: str | None, as_of: str | None) -> Session:
    """Measure a campaign by an order log or a table of outcomes, and keep the reading in its ledger.

    Parameters
    ----------
    campaign
        The uploaded zip; None for the campaign drawn in this session.
    outcomes
        The uploaded log or table; None asks how far the campaign is.
    as_of
        The day of the measurement, ``YYYY-MM-DD``; blank for today.

    Raises
    ------
    RetentionError
        If a file cannot be used.
    """
    day = read_day("As of", as_of)
    if campaign:
        with opened_upload(campaign) as file:
            measured = Campaign.load(file)
    elif session.drawn is not None and session.drawn.holdout.campaign is not None:
        measured = session.drawn.holdout.campaign
    else:
        raise InputError("no campaign yet; upload the zip that the draw wrote, or draw one first")
    ledger = _ledger_with(session, measured)
    if not outcomes:
        return replace(session, reading=measure_campaign(measured, as_of=day, ledger=ledger))
    with opened_upload(outcomes) as file:
        reading = measure_campaign_by_file(measured, file, as_of=day, ledger=ledger)
    return replace(session, reading=reading)


def plan_again(session: Session) -> tuple[Session, tuple[str, ...]]:
    """Learn from the session's reading, and plan with what it measured.

    Returns
    -------
    session, words
        The session with the measured rates over the assumed ones, and what was learned, in sentences.

    Raises
    ------
    InputError
        If nothing was measured yet, or the reading teaches nothing.
    """
    from retention.pipeline.learn import learn

    if session.reading is None:
        raise InputError("nothing was measured yet; measure a campaign first")
    learning = learn([session.reading])
    if not learning.by_rate.rates.offers:
        raise InputError(
            f"{session.reading.name}: teaches no rate of an offer of yours, so the plan stays: {learning.words[0]}"
        )
    learned = learning.learned
    rates = learned.rates.on(dt.datetime.now(dt.UTC).date())
    return session.with_rates(rates, learned.effect_model), learning.words


def reading_file(session: Session) -> download.Download:
    """Return the reading as a zip."""
    if session.reading is None:
        raise InputError("nothing was measured yet; measure a campaign first")
    return download.Download(f"{_file_name(session.reading.name)}_reading.zip", session.reading.save)


def read_share(text: str | float | None) -> float | Literal["auto"]:
    """Return the share that was typed.

    >>> read_share("auto"), read_share("20%"), read_share("0.2")
    ('auto', 0.2, 0.2)
    """
    words = str(AUTO if text is None else text).strip().lower() or AUTO
    if words == AUTO:
        return "auto"
    number = read_typed_number(words.removesuffix("%"))
    if number is None:
        raise InputError(f"Share held out: {quote(words)} is no share; type auto, 0.2 or 20%")
    return number / 100 if words.endswith("%") else number


def read_day(box: str, text: str | None) -> dt.date | None:
    """Return the day that was typed; None for a blank box.

    >>> read_day("As of", " 2026-11-12 ")
    datetime.date(2026, 11, 12)
    """
    words = (text or "").strip()
    try:
        return dt.date.fromisoformat(words) if words else None
    except ValueError:
        raise InputError(f"{box}: {quote(words)} is no date; write it as YYYY-MM-DD") from None


def _traits(session: Session) -> pd.DataFrame | None:
    """Return what is known of the recipients, which is kept with the draw to learn for whom an offer works."""
    people = session.recipients
    return None if people is None else people.features


def _list_to_draw(session: Session, threshold: float, form: DrawForm) -> Scored:
    """Return the send list at the slider's threshold, with the columns that the draw needs beside it."""
    scored = score(replace(session, drawn=None), threshold).scored
    assert scored is not None and session.recipients is not None  # noqa: S101, PT018  score has just made it
    people = session.recipients.frame
    wanted = [column for column in (form.segment, form.unit) if column and column not in scored.send_list]
    if not wanted:
        return scored
    for column in wanted:
        if column not in people:
            raise InputError(f"the customers have no column {quote(column)}; choose another")
    beside = pd.DataFrame({column: people[column].to_numpy() for column in wanted}, index=scored.send_list.index)
    return replace(scored, send_list=scored.send_list.join(beside))


def _ledger_with(session: Session, campaign: Campaign) -> Path | None:
    """Return the ledger that registered the campaign; None where it was drawn elsewhere.

    In a visit's own ledger another design of the name is another campaign; in the owner's it was changed.
    """
    _, path = with_ledger(session)
    if not path.exists():
        return None
    with Ledger(path) as ledger:
        record = ledger.campaign(campaign.design.name)
    own = path == session.own_ledger
    return None if record is None or (own and record.design_sha256 != campaign.design.sha256) else path


def _drawn(session: Session) -> DrawnCampaign:
    if session.drawn is None:
        raise InputError("no campaign is drawn yet; draw one first")
    return session.drawn


def _whole(box: str, number: Any, default: int) -> int:
    if number is None:
        return default
    if float(number) != int(number):
        raise InputError(f"{box}: must be a whole number, got {number:g}; change it")
    return int(number)


def _file_name(name: str) -> str:
    return "_".join("".join(char if char.isalnum() else " " for char in name).split()) or "campaign"
