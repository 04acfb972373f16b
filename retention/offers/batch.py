"""Many customers -> messages: the library's for everyone first, a language model's where it answers in time."""

import hashlib
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass

import pandas as pd

from retention.errors import InputError, OfferError
from retention.offers.breaker import OFF, BreakerReport
from retention.offers.drafts import Message, draft_messages
from retention.offers.facts import Facts
from retention.offers.ledger import Ledger
from retention.offers.upgrade import model_lines
from retention.offers.writer import Writer
from retention.profit.catalogue import Offer
from retention.progress import Progress, silent

DEADLINE_S = 2.0
"""Seconds one line may take in a batch, unless the owner wishes otherwise."""

DEADLINE_ALONE_S = 8.0
"""The same for a single message."""


@dataclass(frozen=True)
class Campaign:
    """The messages of one run.

    Attributes
    ----------
    messages
        The rows written to, in input order, with ``message`` (at most 160 characters), ``message_source``
        (``"backup"`` or the model's name) and ``message_note`` (why it is not what it could be; mostly empty).
    held_back
        Customers who got no message because they had one lately, or stand in the list twice.
    lines
        Every distinct line used, to read before sending: ``cuisine, away, reason, tone, language, line, source,
        customers``; most used first.
    run
        The name the ledger knows this run by.
    seconds
        Time the run took.
    breaker
        How the line to the language model stood at the end.
    """

    messages: pd.DataFrame
    held_back: int
    lines: pd.DataFrame
    run: str
    seconds: float
    breaker: BreakerReport

    @property
    def written(self) -> int:
        """Number of messages."""
        return len(self.messages)

    @property
    def customers(self) -> int:
        """Number of customers who were to be written to: messages plus held back."""
        return self.written + self.held_back

    @property
    def by_source(self) -> dict[str, int]:
        """Messages by the tier that wrote them, most first."""
        return {str(source): int(n) for source, n in self.messages["message_source"].value_counts().items()}


def write_offers(
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
    cool_down_days: float = 14.0,
    progress: Progress = silent,
) -> Campaign:
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
        One of :data:`retention.offers.facts.TONES`, one of :data:`retention.offers.facts.LANGUAGES`.
    currency
        Sign put before an offer's minimum basket.
    deadline_s
        Seconds one line may take; None: the writer's own wish, or 2 (8 for a single message).
    cool_down_days
        Customers whom another run of the ledger messaged within so many days are held back.
    progress
        Called often. If it raises, calls stop, and what is sealed in the ledger stays there.

    Returns
    -------
    Campaign
        As many messages as there are customers to be written to, whatever the language model does.

    Raises
    ------
    InputError
        If a column is missing or names an offer that is not in the catalogue.
    OfferError
        If the tone, the language or an offer's words cannot be used, if the run has already
        written to a customer from other input, or if the ledger fails.
    """
    started = time.monotonic()
    asked = _rows(send_list, id, everyone=everyone)
    messages = draft_messages(
        asked[~asked[id].astype("str").duplicated()],
        id=id,
        offers=offers,
        tone=tone,
        language=language,
        currency=currency,
        progress=progress,
    )
    run = run or _run_of(messages)
    waiting = dict(messages) if ledger is None else _waiting(messages, ledger, run, cool_down_days)
    for finished in _finished(waiting, writer, deadline_s, progress):
        if ledger is not None:
            ledger.seal(run, (message.entry() for message in finished), cool_down_days=cool_down_days)
        messages |= {message.customer: message for message in finished}
    progress(0.97, "Writing everything down")
    if ledger is not None:
        messages = _sealed(messages, ledger, run)
    report = OFF if writer is None else writer.report()
    return _campaign(asked, id, messages, run=run, started=started, breaker=report)


def _rows(send_list: pd.DataFrame, id: str, *, everyone: bool) -> pd.DataFrame:
    if id not in send_list:
        raise InputError(f"send list: column {id!r} is missing; rename yours or pass --id")
    if everyone:
        return send_list
    if "send" not in send_list:
        raise InputError("send list: column 'send' is missing; score the customers first or pass --everyone")
    return send_list[send_list["send"].astype("str").str.strip().str.lower() == "yes"]


def _run_of(messages: Mapping[str, Message]) -> str:
    inputs = "".join(f"{customer}\x1f{message.input}\n" for customer, message in sorted(messages.items()))
    return "input-" + hashlib.sha256(inputs.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _waiting(messages: Mapping[str, Message], ledger: Ledger, run: str, days: float) -> dict[str, Message]:
    """Return the messages that this run has not sealed and that nobody's cool-down speaks against."""
    sealed = ledger.entries(run)
    if any(
        sealed[customer].input != message.input for customer, message in messages.items() if customer in sealed
    ):
        raise OfferError(
            f"run {run!r}: has already written to some of these customers from other input; name a new run"
        )
    lately = ledger.lately(run, days)
    return {
        customer: message
        for customer, message in messages.items()
        if customer not in sealed and customer not in lately
    }


def _finished(
    waiting: Mapping[str, Message], writer: Writer | None, deadline_s: float | None, progress: Progress
) -> Iterator[list[Message]]:
    """Yield every message once, as final as it gets, a segment at a time."""
    if writer is None:
        yield list(waiting.values())
        return
    segments: defaultdict[Facts, list[Message]] = defaultdict(list)
    for message in waiting.values():
        segments[message.facts].append(message)
    sizes = {facts: len(messages) for facts, messages in segments.items()}
    seconds = deadline_s or writer.deadline_s or (DEADLINE_S if len(waiting) > 1 else DEADLINE_ALONE_S)
    done = 0

    def tick() -> None:
        progress(0.2 + 0.75 * done / max(len(waiting), 1), "Asking for fresh lines")

    for facts, pool in model_lines(writer, sizes, deadline_s=seconds, tick=tick):
        yield [message.upgraded(pool) for message in segments[facts]]
        done += sizes[facts]


def _sealed(messages: Mapping[str, Message], ledger: Ledger, run: str) -> dict[str, Message]:
    """Return the messages as they stand in the ledger; those that are not there were held back."""
    ledger.flush()
    entries = ledger.entries(run)
    return {
        customer: message.sealed(entries[customer])
        for customer, message in messages.items()
        if customer in entries
    }


def _campaign(
    asked: pd.DataFrame,
    id: str,
    messages: Mapping[str, Message],
    *,
    run: str,
    started: float,
    breaker: BreakerReport,
) -> Campaign:
    customers = asked[id].astype("str")
    rows = asked[(~customers.duplicated() & customers.isin(messages.keys())).to_numpy()]
    texts = {
        "message": [message.text for message in messages.values()],
        "message_source": [message.source for message in messages.values()],
        "message_note": [message.note for message in messages.values()],
    }
    return Campaign(
        rows.assign(**{column: pd.array(cells, dtype="str") for column, cells in texts.items()}),
        len(asked) - len(messages),
        _lines(messages.values()),
        run,
        time.monotonic() - started,
        breaker,
    )


def _lines(messages: Iterable[Message]) -> pd.DataFrame:
    counted = Counter((message.facts, message.line, message.source) for message in messages)
    return pd.DataFrame(
        [(*astuple(facts), line, source, customers) for (facts, line, source), customers in counted.most_common()],
        columns=["cuisine", "away", "reason", "tone", "language", "line", "source", "customers"],
    )
