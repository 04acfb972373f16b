"""Write the messages of a run: from hand-written templates first, then from the language model's."""

import hashlib
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from retention.errors import Cancelled, InputError, OfferError
from retention.messages.channels.registry import DEFAULT_CHANNEL, channel_of
from retention.messages.drafts import WritingBrief, draft_messages
from retention.messages.guard import check_template
from retention.messages.ledger import Ledger, LedgerEntry
from retention.messages.llm.client import TemplateDraft, Writer
from retention.messages.llm.outcome import OFF
from retention.messages.llm.template_pool import request_templates
from retention.messages.message import LET_OUT, Message, customers_held_back
from retention.messages.run import MessageRun
from retention.messages.segments import MessageSegment
from retention.messages.templates import BACKUP
from retention.profit.catalogue import Offer
from retention.progress import Progress, describe_pace, silent
from retention.tabular.ids import normalize_id

COOL_DOWN_DAYS = 14.0
"""Days for which a customer who had a message gets no other, unless the caller says otherwise."""

DEADLINE_S = 2.0
"""Seconds one template may take in a batch, unless the caller says otherwise."""

DEADLINE_ALONE_S = 8.0
"""Seconds one template may take for a single message."""


def write_messages(
    send_list: pd.DataFrame,
    *,
    id: str,
    offers: Sequence[Offer],
    channel: str = DEFAULT_CHANNEL.id,
    writer: Writer | None = None,
    ledger: Ledger | None = None,
    run: str | None = None,
    everyone: bool = False,
    tone: str = "warm",
    language: str = "en",
    currency: str = "₹",
    deadline_s: float | None = None,
    cool_down_days: float = COOL_DOWN_DAYS,
    review: bool = False,
    ignore_drafts: bool = False,
    progress: Progress = silent,
) -> MessageRun:
    """Write a message for every customer of a send list.

    Parameters
    ----------
    send_list
        One row a customer: the id column, ``send`` (``yes`` or ``no``), ``offer`` (an id of the catalogue),
        ``reason_1..3``, and where known ``name``, ``cuisine`` and ``days_since_order``. Rows whose ``arm``
        is ``library`` get hand-written templates alone.
    id
        The id column.
    offers
        The catalogue; its first offer goes to rows that name none.
    channel
        The id of a registered channel; see :mod:`retention.messages.channels.registry`.
    writer
        A language model to ask for templates; None uses the hand-written ones alone.
    ledger
        Where messages are recorded. A run that was interrupted continues where it stopped, and a
        run that is repeated returns the same messages, byte for byte.
    run
        The run's name in the ledger; None derives it from the input, so the same input is the same run.
    everyone
        Write to all rows, not just to those with ``send == "yes"``.
    tone, language
        One of :data:`retention.messages.segments.TONES`, one of :data:`retention.messages.segments.LANGUAGES`.
    currency
        Sign put before an offer's minimum basket.
    deadline_s
        Seconds one template may take; None: the writer's own limit, or 2 (8 for a single message).
    cool_down_days
        Customers whom another run of the ledger messaged within so many days are held back; 0 or more.
    review
        Leave the messages open, for a person to read and change before :func:`retention.messages.review.approve`.
        The ledger keeps them as drafts, and a run that was interrupted takes the model's templates from there.
        Once everyone has a message, stopping ends the calls and returns the messages so far.
    anew
        In a review, do not continue from earlier drafts of the run.
    progress
        Called often. If it raises, calls stop, and the ledger keeps what it holds.

    Returns
    -------
    MessageRun
        As many messages as there are customers to be written to, whatever the language model does.

    Raises
    ------
    InputError
        If a column is missing or names an offer that is not in the catalogue, the channel is not registered, or
        the cool-down is negative.
    OfferError
        If the tone, the language or an offer's words cannot be used, if the run has already
        written to a customer from other input, or if the ledger fails.
    """
    started = time.monotonic()
    if not cool_down_days >= 0:
        raise InputError(f"cool-down: must be 0 days or more, got {cool_down_days:g}; 0 holds nobody back")
    brief = WritingBrief(id, tuple(offers), tone, language, currency, channel_of(channel))
    rows = _rows_to_write_to(send_list, id, everyone=everyone)
    messages = draft_messages(rows[~rows[id].astype("str").duplicated()], brief, progress=progress)
    run = run or _name_from_input(messages)
    work = _Work(messages) if ledger is None else _remaining_work(messages, ledger, run, cool_down_days)
    if review and ledger is not None and not ignore_drafts:
        work.resume_from(ledger.drafts(run))
    stopped = False
    try:
        for final in _final_messages(work, writer, brief, deadline_s, progress):
            if ledger is not None and review:
                ledger.save_drafts(run, (message.ledger_entry() for message in final))
            elif ledger is not None:
                entries = (message.ledger_entry() for message in final)
                ledger.approve(run, entries, cool_down_days=cool_down_days)
            work.done |= {message.customer: message for message in final}
        progress(0.97, "Writing everything down")
    except Cancelled:
        if not review:
            raise
        stopped = True
    protected: Mapping[str, str] = {}
    if ledger is not None:
        ledger.flush()
        protected = ledger.protected(messages)
    if review or ledger is None:
        written: Mapping[str, Message] = {**work.waiting, **work.done}
    else:
        written = approved_messages(messages, ledger, run)
    customers = rows[id].astype("str")
    recipients = rows[(~customers.duplicated() & customers.isin(written.keys())).to_numpy()]
    return MessageRun(
        tuple(written[customer] for customer in recipients[id].astype("str")),
        customers_held_back(
            customers.tolist(), written, work.recently_messaged, days=cool_down_days, protected=protected
        ),
        recipients,
        brief,
        run,
        time.monotonic() - started,
        OFF if writer is None else writer.report(),
        template_pools=work.pools,
        drafts_to_read=work.to_read if review else {},
        approved=not review or (bool(work.approved) and work.approved >= written.keys()),
        stopped=stopped,
    )


def approved_messages(messages: Mapping[str, Message], ledger: Ledger, run: str) -> dict[str, Message]:
    """Return the messages with the texts in the ledger, without those that it does not hold."""
    ledger.flush()
    entries = ledger.entries(run)
    return {
        customer: message.as_in_ledger(entries[customer])
        for customer, message in messages.items()
        if customer in entries
    }


def _rows_to_write_to(send_list: pd.DataFrame, id: str, *, everyone: bool) -> pd.DataFrame:
    if id not in send_list:
        raise InputError(f"send list: column {id!r} is missing; rename yours or pass --id")
    send_list = send_list.assign(**{id: send_list[id].astype("str").map(normalize_id, na_action="ignore")})
    if everyone:
        return send_list
    if "send" not in send_list:
        raise InputError("send list: column 'send' is missing; score the customers first or pass --everyone")
    return send_list[send_list["send"].astype("str").str.strip().str.lower() == "yes"]


def _name_from_input(messages: Mapping[str, Message]) -> str:
    inputs = "".join(f"{customer}\x1f{message.input_hash}\n" for customer, message in sorted(messages.items()))
    return "input-" + hashlib.sha256(inputs.encode("utf-8", "surrogatepass")).hexdigest()[:16]


@dataclass
class _Work:
    """The messages of a run by customer: those still waiting for a template of the model's, and those done."""

    waiting: dict[str, Message]
    recently_messaged: Mapping[str, float] = field(default_factory=dict)
    approved: frozenset[str] = frozenset()
    done: dict[str, Message] = field(default_factory=dict)
    pools: dict[MessageSegment, tuple[TemplateDraft, ...]] = field(default_factory=dict)
    to_read: dict[MessageSegment, tuple[TemplateDraft, ...]] = field(default_factory=dict)

    def resume_from(self, drafts: Mapping[str, LedgerEntry]) -> None:
        """Continue from drafts made of the same input, except hand-written ones: the model may answer by now.

        A model's line that the guard would refuse today is written anew, unless a person has let it out.
        """
        for customer, draft in drafts.items():
            message = self.waiting.get(customer)
            if message is None or message.input_hash != draft.input or draft.source == BACKUP:
                continue
            read_by_a_person = LET_OUT in draft.note
            check = check_template(draft.line, message.segment.language, message.channel)
            if draft.tier == "model" and not (check.fit or read_by_a_person):
                continue
            self.done[customer] = message.as_in_ledger(draft)
            del self.waiting[customer]
            if draft.tier == "model":
                pool = self.pools.get(message.segment, ())
                if all(kept_draft.template != draft.line for kept_draft in pool):
                    unreviewed = draft.line if read_by_a_person else ""
                    kept = TemplateDraft(draft.line, draft.source, unreviewed=unreviewed)
                    self.pools[message.segment] = (*pool, kept)


def _remaining_work(messages: Mapping[str, Message], ledger: Ledger, run: str, days: float) -> _Work:
    """Leave out the customers whom this run has written to, those in their cool-down, and those protected."""
    entries = ledger.entries(run)
    already_written = {customer: message for customer, message in messages.items() if customer in entries}
    if any(entries[customer].input != message.input_hash for customer, message in already_written.items()):
        raise OfferError(
            f"run {run!r}: has already written to some of these customers from other input; name a new run"
        )
    recently_messaged = ledger.recently_messaged(run, days)
    protected = ledger.protected(messages)
    return _Work(
        {
            customer: message
            for customer, message in messages.items()
            if not (customer in already_written or customer in recently_messaged or customer in protected)
        },
        recently_messaged,
        frozenset(already_written),
        {customer: message.as_in_ledger(entries[customer]) for customer, message in already_written.items()},
    )


def _final_messages(
    work: _Work, writer: Writer | None, brief: WritingBrief, deadline_s: float | None, progress: Progress
) -> Iterator[list[Message]]:
    """Yield every waiting message once, in its final form, a segment at a time."""
    if writer is None:
        yield list(work.waiting.values())
        return
    by_segment: defaultdict[MessageSegment, list[Message]] = defaultdict(list)
    if handwritten := [message for message in work.waiting.values() if message.handwritten_only]:
        yield handwritten
    for message in work.waiting.values():
        if not message.handwritten_only:
            by_segment[message.segment].append(message)
    sizes = {segment: len(messages) for segment, messages in by_segment.items()}
    seconds = deadline_s or writer.deadline_s or (DEADLINE_S if len(work.waiting) > 1 else DEADLINE_ALONE_S)
    started = time.monotonic()
    customers = 0

    def tick(answered: int, requested: int) -> None:
        speed = describe_pace(answered, requested, time.monotonic() - started)
        progress_text = (
            f"Language model: {answered:,} of {requested:,} requests answered, "
            f"{customers:,} of {len(work.waiting):,} customers"
        )
        progress(
            0.2 + 0.75 * answered / max(requested, 1), f"{progress_text}; {speed}" if speed else progress_text
        )

    pools = request_templates(writer, sizes, channel=brief.channel, deadline_s=seconds, tick=tick)
    for segment, pool in pools:
        work.pools[segment] = (*work.pools.get(segment, ()), *pool.drafts)
        if pool.to_read:
            work.to_read[segment] = pool.to_read
        yield [message.with_model_template(pool) for message in by_segment[segment]]
        customers += sizes[segment]
