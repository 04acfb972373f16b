"""Everyone's message before any language model is asked: the library's, ready to be sent."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from retention.errors import InputError, OfferError
from retention.offers.backup import SOURCE, backup_message, compose, pick
from retention.offers.facts import Facts, coarse_facts
from retention.offers.ledger import Entry, input_hashes
from retention.offers.names import clean_name
from retention.offers.upgrade import Pool
from retention.offers.wording import Wording, word_offers
from retention.profit.catalogue import Offer
from retention.progress import Progress

_TELL_EVERY = 2_000


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
    facts: Facts
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
        tier = "backup" if self.source == SOURCE else "model"
        cost = float(self.offer.cost)
        return Entry(
            self.customer, self.input, self.line, self.text, tier, self.source, self.note, self.offer.id, cost
        )

    def sealed(self, entry: Entry) -> "Message":
        """Return the message as a ledger has it."""
        return replace(self, line=entry.line, text=entry.message, source=entry.source, note=entry.note)


def draft_messages(
    rows: pd.DataFrame,
    *,
    id: str,
    offers: Sequence[Offer],
    tone: str,
    language: str,
    currency: str,
    progress: Progress,
) -> dict[str, Message]:
    """Return a message for each row by customer, in row order; ids must be unique.

    Raises
    ------
    InputError
        If an id is missing, or an offer is not in the catalogue.
    OfferError
        If the tone, the language or an offer's words cannot be used.
    """
    if rows[id].isna().any():
        raise InputError(f"send list: column {id!r} holds an empty cell; every customer needs an id")
    facts = coarse_facts(rows, tone=tone, language=language)
    words = word_offers(offers, language=language, currency=currency)
    given = _offers(rows, offers)
    made_of = [f"{known.key}|{words[offer.id].full}" for known, offer in zip(facts, given, strict=True)]
    hashes = input_hashes(rows, made_of=made_of)
    names = rows["name"] if "name" in rows else [None] * len(rows)
    messages = {}
    for position, (customer, raw, known, offer, hashed) in enumerate(
        zip(rows[id].astype("str"), names, facts, given, hashes, strict=True)
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
