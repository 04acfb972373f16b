"""A message run: its messages and the customers held back, with tables derived for files and screens."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, astuple, dataclass, field
from functools import cached_property
from typing import Any

import pandas as pd

from retention.messages.drafts import WritingBrief
from retention.messages.llm.client import TemplateDraft
from retention.messages.llm.outcome import OFF, BreakerReport
from retention.messages.message import LET_OUT, HeldBack, Message
from retention.messages.segments import MessageSegment

MESSAGE_COLUMNS = ("message", "message_source", "message_note")
"""The columns that a message run adds to a send list."""


@dataclass(frozen=True, eq=False)
class MessageRun:
    """The messages of one run.

    Attributes
    ----------
    messages
        One for each customer written to, in input order.
    held_back
        The customers who get no message, in input order.
    recipients
        The send list's rows of those written to, in the order of ``messages``.
    brief
        How the messages were to be written.
    name
        The run's name in the ledger.
    seconds
        Time the run took.
    breaker
        State of the connection to the language model at the end.
    template_pools
        The language model's templates for each segment.
    rejected_templates
        Templates that a person has rejected.
    drafts_to_read
        Drafts of the language model, by segment, that go out only if a person lets them; see
        :func:`retention.messages.review.let_out`.
    approved
        True when nothing changes any more.
    stopped
        True when a person stopped the run before every template that was wanted had been asked for.
    """

    messages: tuple[Message, ...]
    held_back: tuple[HeldBack, ...]
    recipients: pd.DataFrame
    brief: WritingBrief
    name: str
    seconds: float
    breaker: BreakerReport = OFF
    template_pools: Mapping[MessageSegment, tuple[TemplateDraft, ...]] = field(default_factory=dict)
    rejected_templates: frozenset[str] = frozenset()
    drafts_to_read: Mapping[MessageSegment, tuple[TemplateDraft, ...]] = field(default_factory=dict)
    approved: bool = True
    stopped: bool = False

    @cached_property
    def messages_frame(self) -> pd.DataFrame:
        """The send list's rows of those written to, followed by :data:`MESSAGE_COLUMNS`.

        ``message`` is the text, ``message_source`` is ``"backup"``, the model's name or ``"person"``, and
        ``message_note`` says why the message is not what it could be; it is mostly empty.
        """
        return self.rows(0, self.message_count)

    def rows(self, start: int, stop: int) -> pd.DataFrame:
        """Return some rows of :attr:`messages_frame`, by position, without making the whole of it."""
        messages = self.messages[start:stop]
        cells = {
            "message": [message.text for message in messages],
            "message_source": [message.source for message in messages],
            "message_note": [message.note for message in messages],
        }
        return self.recipients.iloc[start:stop].assign(
            **{column: pd.array(cells[column], dtype="str") for column in MESSAGE_COLUMNS}
        )

    @cached_property
    def held_back_frame(self) -> pd.DataFrame:
        """The customers who get no message: the id column, ``held_back_because`` and ``messaged_on``."""
        cells = {
            self.brief.id: [customer.customer for customer in self.held_back],
            "held_back_because": [customer.reason for customer in self.held_back],
            "messaged_on": [customer.date for customer in self.held_back],
        }
        return pd.DataFrame({column: pd.array(texts, dtype="str") for column, texts in cells.items()})

    @property
    def message_count(self) -> int:
        """Number of messages."""
        return len(self.messages)

    @property
    def let_out_count(self) -> int:
        """Number of messages on a model's line that went out because a person had read it."""
        return sum(LET_OUT in message.note for message in self.messages)

    @property
    def held_back_count(self) -> int:
        """Number of customers who get no message."""
        return len(self.held_back)

    @property
    def customer_count(self) -> int:
        """Number of customers who were to be written to: messages plus held back."""
        return self.message_count + self.held_back_count

    @property
    def held_back_by_reason(self) -> dict[str, int]:
        """Number of customers who get no message by the reason, most first."""
        return dict(Counter(customer.reason for customer in self.held_back).most_common())

    @property
    def by_source(self) -> dict[str, int]:
        """Number of messages by their source, most first."""
        return dict(Counter(message.source for message in self.messages).most_common())

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
        """Every template by the segment it was used for, most used first.

        Columns ``cuisine, away, reason, tone, language, template, source, customers``; no names, no ids.
        """
        counted = Counter((message.segment, message.template, message.source) for message in self.messages)
        return pd.DataFrame(
            [
                (*astuple(segment), template, source, customers)
                for (segment, template, source), customers in counted.most_common()
            ],
            columns=["cuisine", "away", "reason", "tone", "language", "template", "source", "customers"],
        )
