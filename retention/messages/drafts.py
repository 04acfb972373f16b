"""Everyone's message before any language model is asked: the library's, ready to be sent."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from retention.customers.person_names import clean_name
from retention.errors import InputError, OfferError
from retention.messages.ledger import Entry
from retention.messages.llm.template_pool import Pool
from retention.messages.offer_wording import Wording, word_offers
from retention.messages.segments import MessageSegment, coarse_facts
from retention.messages.templates import SOURCE, backup_message, compose, pick
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
class Brief:
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
    facts: MessageSegment
    offer: Offer
    wording: Wording
    input: str
    line: str
    text: str
    source: str = SOURCE
    note: str = ""

    def upgraded(self, pool: Pool) -> "Message":
        """Return the message on a line of the pool, or this one with a note why there is none."""
        if not pool.drafts:
            return replace(self, note=_joined(self.note, pool.note)) if pool.note else self
        draft = pick(pool.drafts, self.customer, self.facts)
        assert draft.line is not None  # noqa: S101  a pool holds lines
        text = compose(draft.line, name=self.name, offer=self.wording, language=self.facts.language)
        if text is None:
            return replace(self, note=_joined(self.note, "the model's line leaves no room for the offer"))
        return replace(self, line=draft.line, text=text, source=draft.source)

    def entry(self) -> Entry:
        """Return the row a ledger keeps."""
        tier = self.source if self.source in {SOURCE, PERSON} else "model"
        cost = float(self.offer.cost)
        return Entry(
            self.customer, self.input, self.line, self.text, tier, self.source, self.note, self.offer.id, cost
        )

    def sealed(self, entry: Entry) -> "Message":
        """Return the message as a ledger has it."""
        return replace(self, line=entry.line, text=entry.message, source=entry.source, note=entry.note)


def draft_messages(rows: pd.DataFrame, brief: Brief, *, progress: Progress = silent) -> dict[str, Message]:
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
    facts = coarse_facts(rows, tone=brief.tone, language=brief.language)
    words = word_offers(brief.offers, language=brief.language, currency=brief.currency)
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
