"""Many customers -> messages: the library's for everyone first, a language model's where it answers in time."""

import hashlib
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from retention.errors import Cancelled, InputError, OfferError
from retention.messages.drafts import Message, WritingBrief, draft_messages
from retention.messages.ledger import Ledger, LedgerEntry
from retention.messages.llm.client import TemplateDraft, Writer
from retention.messages.llm.outcome import OFF
from retention.messages.llm.template_pool import request_templates
from retention.messages.run import MessageRun, held_back_rows, with_messages
from retention.messages.segments import MessageSegment
from retention.messages.templates import BACKUP
from retention.profit.catalogue import Offer
from retention.progress import Progress, describe_pace, silent

COOL_DOWN_DAYS = 14.0
"""Days for which a customer who had a message gets no other, unless the owner wishes otherwise."""

DEADLINE_S = 2.0
"""Seconds one line may take in a batch, unless the owner wishes otherwise."""

DEADLINE_ALONE_S = 8.0
"""The same for a single message."""


def write_messages(
    send_list: pd.DataFrame,
    *,
    id: str,
    offers: Sequence[Offer],
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
        ``reason_1..3``, and where known ``name``, ``cuisine`` and ``days_since_order``.
    id
        The id column.
    offers
        The catalogue; its first offer goes to rows that name none.
    writer
        A language model to ask for fresh lines; None leaves it at the library's.
    ledger
        Where messages are written down. A run that was cut short goes on where it stopped, and a
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
        Seconds one line may take; None: the writer's own wish, or 2 (8 for a single message).
    cool_down_days
        Customers whom another run of the ledger messaged within so many days are held back; 0 or more.
    review
        Leave the messages open, for a person to read and change before :func:`retention.messages.review.approve`.
        The ledger keeps them as drafts, and a run that was cut short takes the model's lines from there. Once
        everyone has a message, stopping ends the asking and returns what there is.
    anew
        In a review, do not take up earlier drafts of the run.
    progress
        Called often. If it raises, calls stop, and what is in the ledger stays there.

    Returns
    -------
    Campaign
        As many messages as there are customers to be written to, whatever the language model does.

    Raises
    ------
    InputError
        If a column is missing or names an offer that is not in the catalogue, or the cool-down is negative.
    OfferError
        If the tone, the language or an offer's words cannot be used, if the run has already
        written to a customer from other input, or if the ledger fails.
    """
    started = time.monotonic()
    if not cool_down_days >= 0:
        raise InputError(f"cool-down: must be 0 days or more, got {cool_down_days:g}; 0 holds nobody back")
    asked = _rows(send_list, id, everyone=everyone)
    brief = WritingBrief(id, tuple(offers), tone, language, currency)
    messages = draft_messages(asked[~asked[id].astype("str").duplicated()], brief, progress=progress)
    run = run or _run_of(messages)
    work = _Work(messages) if ledger is None else _work(messages, ledger, run, cool_down_days)
    if review and ledger is not None and not ignore_drafts:
        work.take_up(ledger.drafts(run))
    stopped = False
    try:
        for finished in _finished(work, writer, deadline_s, progress):
            if ledger is not None and review:
                ledger.save_drafts(run, (message.ledger_entry() for message in finished))
            elif ledger is not None:
                ledger.approve(
                    run, (message.ledger_entry() for message in finished), cool_down_days=cool_down_days
                )
            work.done |= {message.customer: message for message in finished}
        progress(0.97, "Writing everything down")
    except Cancelled:
        if not review:
            raise
        stopped = True
    if ledger is not None:
        ledger.flush()
    written = (
        {**work.waiting, **work.done} if review or ledger is None else approved_messages(messages, ledger, run)
    )
    rows, used = with_messages(asked, written, id=id)
    return MessageRun(
        rows,
        held_back_rows(asked, written, work.lately, id=id, days=cool_down_days),
        used,
        brief,
        run,
        time.monotonic() - started,
        OFF if writer is None else writer.report(),
        template_pools=work.pools,
        approved=not review or (bool(work.sealed) and work.sealed >= written.keys()),
        stopped=stopped,
    )


def approved_messages(messages: Mapping[str, Message], ledger: Ledger, run: str) -> dict[str, Message]:
    """Return the messages as they stand in the ledger, without those that are not there."""
    ledger.flush()
    entries = ledger.entries(run)
    return {
        customer: message.as_in_ledger(entries[customer])
        for customer, message in messages.items()
        if customer in entries
    }


def _rows(send_list: pd.DataFrame, id: str, *, everyone: bool) -> pd.DataFrame:
    if id not in send_list:
        raise InputError(f"send list: column {id!r} is missing; rename yours or pass --id")
    if everyone:
        return send_list
    if "send" not in send_list:
        raise InputError("send list: column 'send' is missing; score the customers first or pass --everyone")
    return send_list[send_list["send"].astype("str").str.strip().str.lower() == "yes"]


def _run_of(messages: Mapping[str, Message]) -> str:
    inputs = "".join(f"{customer}\x1f{message.input_hash}\n" for customer, message in sorted(messages.items()))
    return "input-" + hashlib.sha256(inputs.encode("utf-8", "surrogatepass")).hexdigest()[:16]


@dataclass
class _Work:
    """What there is to write: the messages still waiting, and what came of the others."""

    waiting: dict[str, Message]
    lately: Mapping[str, float] = field(default_factory=dict)
    sealed: frozenset[str] = frozenset()
    done: dict[str, Message] = field(default_factory=dict)
    pools: dict[MessageSegment, tuple[TemplateDraft, ...]] = field(default_factory=dict)

    def take_up(self, drafts: Mapping[str, LedgerEntry]) -> None:
        """Go on from drafts made of the same input, the library's aside: a model may do better by now."""
        for customer, draft in drafts.items():
            message = self.waiting.get(customer)
            if message is not None and message.input_hash == draft.input and draft.source != BACKUP:
                self.done[customer] = message.as_in_ledger(draft)
                del self.waiting[customer]
                if draft.tier == "model":
                    pool = self.pools.get(message.segment, ())
                    if all(known.template != draft.line for known in pool):
                        self.pools[message.segment] = (*pool, TemplateDraft(draft.line, draft.source))


def _work(messages: Mapping[str, Message], ledger: Ledger, run: str, days: float) -> _Work:
    """Leave out what this run has sealed, and those whose cool-down speaks against it."""
    entries = ledger.entries(run)
    known = {customer: message for customer, message in messages.items() if customer in entries}
    if any(entries[customer].input != message.input_hash for customer, message in known.items()):
        raise OfferError(
            f"run {run!r}: has already written to some of these customers from other input; name a new run"
        )
    lately = ledger.recently_messaged(run, days)
    return _Work(
        {
            customer: message
            for customer, message in messages.items()
            if customer not in known and customer not in lately
        },
        lately,
        frozenset(known),
        {customer: message.as_in_ledger(entries[customer]) for customer, message in known.items()},
    )


def _finished(
    work: _Work, writer: Writer | None, deadline_s: float | None, progress: Progress
) -> Iterator[list[Message]]:
    """Yield every waiting message once, as final as it gets, a segment at a time."""
    if writer is None:
        yield list(work.waiting.values())
        return
    segments: defaultdict[MessageSegment, list[Message]] = defaultdict(list)
    for message in work.waiting.values():
        segments[message.segment].append(message)
    sizes = {facts: len(messages) for facts, messages in segments.items()}
    seconds = deadline_s or writer.deadline_s or (DEADLINE_S if len(work.waiting) > 1 else DEADLINE_ALONE_S)
    started = time.monotonic()
    customers = 0

    def tick(answered: int, asked: int) -> None:
        speed = describe_pace(answered, asked, time.monotonic() - started)
        words = (
            f"Fresh lines: {answered:,} of {asked:,} asked for, {customers:,} of {len(work.waiting):,} customers"
        )
        progress(0.2 + 0.75 * answered / max(asked, 1), f"{words}; {speed}" if speed else words)

    for facts, pool in request_templates(writer, sizes, deadline_s=seconds, tick=tick):
        work.pools[facts] = (*work.pools.get(facts, ()), *pool.drafts)
        yield [message.with_model_template(pool) for message in segments[facts]]
        customers += sizes[facts]
