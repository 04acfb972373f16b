"""One customer's message, and the customers who are held back and get none."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from retention.messages.channels.channel import Channel
from retention.messages.ledger import LedgerEntry
from retention.messages.llm.template_pool import TemplatePool
from retention.messages.offer_text import OfferText
from retention.messages.segments import MessageSegment
from retention.messages.templates import BACKUP, compose_message, pick
from retention.profit.catalogue import Offer
from retention.wording.dates import utc_day

PERSON = "person"
"""The ``message_source`` of a text that a person wrote."""

LET_OUT = "a person has read the model's line and let it out"
"""The ``message_note`` of a message whose words nobody has reviewed, until a person read this line."""

LIBRARY_ARM = "library"
"""The arm of a campaign whose customers get hand-written templates alone."""


@dataclass(frozen=True, slots=True)
class Message:
    """One customer's message and what it is made of.

    Attributes
    ----------
    customer, name
        Their id, and their cleaned name or None.
    segment, offer, offer_text
        What the template is chosen by, the offer, and the offer's text in the segment's language.
    channel
        How the message is sent.
    input_hash
        SHA-256 of everything the message is made from.
    template, text
        The template with its slots, and the message as it is sent.
    source, note
        ``"backup"``, the model's name or ``"person"``; and why the message is not what it could be.
    handwritten_only
        Whether it takes no template of the language model, as in the arm ``library`` of a campaign.
    """

    customer: str
    name: str | None
    segment: MessageSegment
    offer: Offer
    offer_text: OfferText
    channel: Channel
    input_hash: str
    template: str
    text: str
    source: str = BACKUP
    note: str = ""
    handwritten_only: bool = False

    def on_template(self, template: str, source: str) -> "Message | None":
        """Return the message made of another template; None if it would not fit into the channel."""
        text = compose_message(
            template, name=self.name, offer=self.offer_text, language=self.segment.language, channel=self.channel
        )
        return None if text is None else replace(self, template=template, text=text, source=source)

    def with_model_template(self, pool: TemplatePool) -> "Message":
        """Return the message on a template of the pool, or this one with a note why there is none."""
        if self.handwritten_only:
            return self
        if not pool.drafts:
            return replace(self, note=_joined(self.note, pool.note)) if pool.note else self
        draft = pick(pool.drafts, self.customer, self.segment)
        assert draft.template is not None  # noqa: S101  a pool holds templates
        changed = self.on_template(draft.template, draft.source)
        if changed is None:
            return replace(self, note=_joined(self.note, "the model's line leaves no room for the offer"))
        return replace(changed, note=_joined(self.note, LET_OUT)) if draft.unreviewed else changed

    def ledger_entry(self) -> LedgerEntry:
        """Return the message as a row of the ledger."""
        return LedgerEntry(
            customer=self.customer,
            input=self.input_hash,
            line=self.template,
            message=self.text,
            tier=self.source if self.source in {BACKUP, PERSON} else "model",
            source=self.source,
            note=self.note,
            offer=self.offer.id,
            cost=float(self.offer.cost),
        )

    def as_in_ledger(self, entry: LedgerEntry) -> "Message":
        """Return the message with the texts that the ledger holds."""
        return replace(self, template=entry.line, text=entry.message, source=entry.source, note=entry.note)


@dataclass(frozen=True, slots=True)
class HeldBack:
    """A customer of the send list who gets no message.

    Attributes
    ----------
    customer
        Their id.
    reason
        Why, in words for a person.
    date
        The day of the message that they had from another run (ISO 8601); empty if there is none.
    """

    customer: str
    reason: str
    date: str = ""


def customers_held_back(
    customers: Sequence[str],
    written: Container[str],
    recently_messaged: Mapping[str, float],
    *,
    days: float,
    protected: Mapping[str, str] = MappingProxyType({}),
) -> tuple[HeldBack, ...]:
    """Return the customers who get no message, with the reason; a customer's second row counts as held back.

    Parameters
    ----------
    customers
        The ids of the rows that were to be written to, in order.
    written
        The customers who have a message.
    recently_messaged
        When another run messaged a customer (epoch seconds), by customer.
    days
        The cool-down.
    protected
        Why no run may write to a customer, by customer; see :meth:`Ledger.protected`.
    """
    cooling_down = f"messaged less than {days:g} days ago"
    earlier: set[str] = set()
    held_back = []
    for customer in customers:
        if customer in earlier:
            held_back.append(HeldBack(customer, "stands in the list twice"))
        elif customer not in written and customer in protected:
            held_back.append(HeldBack(customer, protected[customer]))
        elif customer not in written:
            at_s = recently_messaged.get(customer)
            date = "" if at_s is None else utc_day(at_s).isoformat()
            held_back.append(HeldBack(customer, cooling_down, date))
        earlier.add(customer)
    return tuple(held_back)


def _joined(*notes: str) -> str:
    return "; ".join(note for note in notes if note)
