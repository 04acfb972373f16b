"""The messages of one run, and what is known about each."""

from collections import Counter
from collections.abc import Container, Mapping
from dataclasses import asdict, astuple, dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

import pandas as pd

from retention.messages.drafts import Message, WritingBrief
from retention.messages.llm.client import TemplateDraft
from retention.messages.llm.outcome import OFF, BreakerReport
from retention.messages.segments import MessageSegment

MESSAGE_COLUMNS = ("message", "message_source", "message_note")
"""The columns that writing adds to a send list."""


class Used(NamedTuple):
    """What one message was made from: the customer's coarse facts, and the line with its slots."""

    segment: MessageSegment
    template: str


@dataclass(frozen=True, eq=False)
class MessageRun:
    """The messages of one run.

    Attributes
    ----------
    messages
        The rows written to, in input order, with ``message`` (at most 160 characters), ``message_source``
        (``"backup"``, the model's name, or ``"person"``) and ``message_note`` (why it is not what it could be;
        mostly empty).
    held
        The customers who got no message: their id, ``held_back_because`` and ``messaged_on`` (a date, or empty).
    used
        What each message was made from, in the same order.
    brief
        How they were to be written.
    run
        The name the ledger knows this run by.
    seconds
        Time the run took.
    breaker
        How the line to the language model stood at the end.
    pools
        The model's lines for each kind of customer.
    struck
        Lines that a person has ruled out.
    sealed
        True when nothing changes any more.
    stopped
        True when a person stopped it before every line that was wanted had been asked for.
    """

    messages_frame: pd.DataFrame
    held_back_frame: pd.DataFrame
    used: tuple[Used, ...]
    brief: WritingBrief
    name: str
    seconds: float
    breaker: BreakerReport = OFF
    template_pools: Mapping[MessageSegment, tuple[TemplateDraft, ...]] = field(default_factory=dict)
    rejected_templates: frozenset[str] = frozenset()
    approved: bool = True
    stopped: bool = False

    @property
    def message_count(self) -> int:
        """Number of messages."""
        return len(self.messages_frame)

    @property
    def held_back_count(self) -> int:
        """Number of customers who got no message."""
        return len(self.held_back_frame)

    @property
    def held_back_by_reason(self) -> dict[str, int]:
        """Customers who got no message by the reason, most first."""
        return {
            str(reason): int(n) for reason, n in self.held_back_frame["held_back_because"].value_counts().items()
        }

    @property
    def customer_count(self) -> int:
        """Number of customers who were to be written to: messages plus held back."""
        return self.message_count + self.held_back_count

    @property
    def by_source(self) -> dict[str, int]:
        """Messages by the tier that wrote them, most first."""
        return {str(source): int(n) for source, n in self.messages_frame["message_source"].value_counts().items()}

    def as_dict(self) -> dict[str, Any]:
        """Return plain values as JSON takes them: how many messages, by whom, and the breaker."""
        return {
            "customers": self.customer_count,
            "messages": self.message_count,
            "held_back": self.held_back_count,
            "held_back_because": self.held_back_by_reason,
            "by_source": self.by_source,
            "seconds": round(self.seconds, 3),
            "breaker": asdict(self.breaker),
        }

    @property
    def template_use(self) -> pd.DataFrame:
        """Every line by the kind of customer it was used for, most used first.

        Columns ``cuisine, away, reason, tone, language, line, source, customers``.
        """
        counted = Counter(zip(self.used, self.messages_frame["message_source"], strict=True))
        return pd.DataFrame(
            [
                (*astuple(used.segment), used.template, source, customers)
                for (used, source), customers in counted.most_common()
            ],
            columns=["cuisine", "away", "reason", "tone", "language", "line", "source", "customers"],
        )


def with_messages(
    rows: pd.DataFrame, messages: Mapping[str, Message], *, id: str
) -> tuple[pd.DataFrame, tuple[Used, ...]]:
    """Return the rows that have a message, with it, and what each is made from; a customer's first row counts."""
    customers = rows[id].astype("str")
    written = rows[(~customers.duplicated() & customers.isin(messages.keys())).to_numpy()]
    ordered = [messages[customer] for customer in written[id].astype("str")]
    cells = {
        "message": [message.text for message in ordered],
        "message_source": [message.source for message in ordered],
        "message_note": [message.note for message in ordered],
    }
    return (
        written.assign(**{column: pd.array(texts, dtype="str") for column, texts in cells.items()}),
        tuple(Used(message.segment, message.template) for message in ordered),
    )


def held_back_rows(
    asked: pd.DataFrame, written: Container[str], lately: Mapping[str, float], *, id: str, days: float
) -> pd.DataFrame:
    """Return the rows that got no message: the id, why, and the day of the message that they had instead.

    Parameters
    ----------
    asked
        The rows that were to be written to.
    written
        The customers who have a message.
    lately
        Customer -> when another run messaged them (epoch seconds).
    """
    customers = asked[id].astype("str").to_numpy()
    twice = pd.Series(customers).duplicated().to_numpy()
    rows = [
        (customer, again)
        for customer, again in zip(customers, twice, strict=True)
        if again or customer not in written
    ]
    cooling = f"messaged less than {days:g} days ago"
    reasons = ["stands in the list twice" if again else cooling for _, again in rows]
    times = [None if again else lately.get(customer) for customer, again in rows]
    dates = ["" if at is None else datetime.fromtimestamp(at, UTC).date().isoformat() for at in times]
    return pd.DataFrame(
        {
            id: pd.array([customer for customer, _ in rows], dtype="str"),
            "held_back_because": pd.array(reasons, dtype="str"),
            "messaged_on": pd.array(dates, dtype="str"),
        }
    )
