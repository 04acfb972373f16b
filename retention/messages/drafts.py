"""Everyone's message before any language model is asked: the library's, ready to be sent."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from retention.customers.person_names import clean_name
from retention.errors import InputError, OfferError
from retention.messages.ledger import LedgerEntry
from retention.messages.llm.template_pool import TemplatePool
from retention.messages.offer_text import OfferText, offer_texts
from retention.messages.segments import MessageSegment, segments_of
from retention.messages.templates import BACKUP, backup_message, compose_message, pick
from retention.profit.catalogue import Offer
from retention.progress import Progress, silent

PERSON = "person"
"""What ``message_source`` says of words that a person wrote."""

_TELL_EVERY = 2_000
_INPUTS = (
    "offer", "name", "cuisine", "days_since_order", "reason_1", "reason_2", "reason_3", "churn_probability",
    "value", "expected_profit",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class WritingBrief:
    """How messages are to be written.

    Attributes
    ----------
    id
        The id column.
    offers
        The catalogue; its first offer goes to rows that name none.
    tone, language
        The same for everyone.
    currency
        Sign put before an offer's minimum basket.
    """

    id: str
    offers: tuple[Offer, ...]
    tone: str = "warm"
    language: str = "en"
    currency: str = "₹"


@dataclass(frozen=True, slots=True)
class Message:
    """One customer's message and what it is made of.

    Attributes
    ----------
    customer, name
        Their id, and their cleaned name or None.
    facts, offer, wording
        The coarse facts, the offer and its words.
    input
        Hash of everything the message is made from.
    line, text
        The line with its slots, and the message.
    source, note
        The tier that wrote it, and why it is not what it could be.
    """

    customer: str
    name: str | None
    segment: MessageSegment
    offer: Offer
    offer_text: OfferText
    input_hash: str
    template: str
    text: str
    source: str = BACKUP
    note: str = ""

    def with_model_template(self, template_pool: TemplatePool) -> "Message":
        """Return the message on a line of the pool, or this one with a note why there is none."""
        if not template_pool.drafts:
            return replace(self, note=_joined(self.note, template_pool.note)) if template_pool.note else self
        draft = pick(template_pool.drafts, self.customer, self.segment)
        assert draft.template is not None  # noqa: S101  a pool holds lines
        text = compose_message(
            draft.template, name=self.name, offer=self.offer_text, language=self.segment.language
        )
        if text is None:
            return replace(self, note=_joined(self.note, "the model's line leaves no room for the offer"))
        return replace(self, template=draft.template, text=text, source=draft.source)

    def ledger_entry(self) -> LedgerEntry:
        """Return the row a ledger keeps."""
        tier = self.source if self.source in {BACKUP, PERSON} else "model"
        cost = float(self.offer.cost)
        return LedgerEntry(
            self.customer,
            self.input_hash,
            self.template,
            self.text,
            tier,
            self.source,
            self.note,
            self.offer.id,
            cost,
        )

    def as_in_ledger(self, entry: LedgerEntry) -> "Message":
        """Return the message as a ledger has it."""
        return replace(self, template=entry.line, text=entry.message, source=entry.source, note=entry.note)


def draft_messages(rows: pd.DataFrame, brief: WritingBrief, *, progress: Progress = silent) -> dict[str, Message]:
    """Return a message for each row by customer, in row order; ids must be unique.

    Raises
    ------
    InputError
        If an id is missing, or an offer is not in the catalogue.
    OfferError
        If the tone, the language or an offer's words cannot be used.
    """
    if rows[brief.id].isna().any():
        raise InputError(f"send list: column {brief.id!r} holds an empty cell; every customer needs an id")
    facts = segments_of(rows, tone=brief.tone, language=brief.language)
    words = offer_texts(brief.offers, language=brief.language, currency=brief.currency)
    given = _offers(rows, brief.offers)
    made_of = [f"{known.key}|{words[offer.id].full}" for known, offer in zip(facts, given, strict=True)]
    hashes = input_hashes(rows, made_of=made_of)
    names = rows["name"] if "name" in rows else [None] * len(rows)
    messages = {}
    for position, (customer, raw, known, offer, hashed) in enumerate(
        zip(rows[brief.id].astype("str"), names, facts, given, hashes, strict=True)
    ):
        if position % _TELL_EVERY == 0:
            progress(0.2 * position / len(rows), "Writing a message for everyone")
        name = clean_name(raw)
        note = "the name does not look like one" if name is None and isinstance(raw, str) and raw.strip() else ""
        wording = words[offer.id]
        line, text = backup_message(customer, known, name=name, offer=wording)
        messages[customer] = Message(customer, name, known, offer, wording, hashed, line, text, note=note)
    return messages


def _offers(rows: pd.DataFrame, offers: Sequence[Offer]) -> list[Offer]:
    if not offers:
        raise OfferError("catalogue: holds no offer; add one")
    if "offer" not in rows:
        return [offers[0]] * len(rows)
    known = {offer.id: offer for offer in offers}
    named = [value.strip() if isinstance(value, str) else "" for value in rows["offer"]]
    for position, offer in enumerate(named):
        if offer and offer not in known:
            raise InputError(
                f"send list: row {position + 1} names the offer {offer!r}, which is not in the catalogue; "
                f"use one of {', '.join(known)}"
            )
    return [known.get(offer, offers[0]) for offer in named]


def _joined(*notes: str) -> str:
    return "; ".join(note for note in notes if note)


def input_hashes(rows: pd.DataFrame, *, made_of: Sequence[str]) -> list[str]:
    """Return one SHA-256 a row over everything its message is made from.

    Parameters
    ----------
    rows
        The send list, n rows. Numbers count by value, so a file read back hashes as the frame it was.
    made_of
        What else each message is made from (facts, the offer's words), n texts.
    """
    columns = [_as_text(rows[column]) for column in _INPUTS if column in rows]
    return [
        hashlib.sha256("\x1f".join(cells).encode("utf-8", "surrogatepass")).hexdigest()
        for cells in zip(made_of, *columns, strict=True)
    ]


def _as_text(column: pd.Series) -> list[str]:
    if pd.api.types.is_numeric_dtype(column):
        return ["" if pd.isna(value) else repr(float(value)) for value in column]
    return ["" if pd.isna(value) else str(value) for value in column]
