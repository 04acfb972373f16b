"""Everyone's first message, from the message templates, before any language model is asked."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from retention.customers.person_names import clean_name
from retention.errors import InputError, OfferError
from retention.messages.channels.channel import Channel
from retention.messages.channels.registry import DEFAULT_CHANNEL
from retention.messages.message import LIBRARY_ARM, Message
from retention.messages.offer_text import offer_texts
from retention.messages.segments import segments_of
from retention.messages.templates import backup_message
from retention.profit.catalogue import Offer
from retention.progress import Progress, silent

_ROWS_PER_PROGRESS_CALL = 2_000
_INPUT_COLUMNS = (
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
    channel
        How the messages are sent.
    """

    id: str
    offers: tuple[Offer, ...]
    tone: str = "warm"
    language: str = "en"
    currency: str = "₹"
    channel: Channel = DEFAULT_CHANNEL


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
    segments = segments_of(rows, tone=brief.tone, language=brief.language)
    texts = offer_texts(brief.offers, language=brief.language, currency=brief.currency)
    offers = _offers(rows, brief.offers)
    # The default channel stays unnamed, so that the ledgers of before there were channels still match.
    sent_by = "" if brief.channel == DEFAULT_CHANNEL else f"|{brief.channel.id}"
    handwritten_only = (
        (rows["arm"].astype("str") == LIBRARY_ARM).tolist() if "arm" in rows else [False] * len(rows)
    )
    made_of = [
        f"{segment.key}|{texts[offer.id].full}{sent_by}{'|library' if handwritten else ''}"
        for segment, offer, handwritten in zip(segments, offers, handwritten_only, strict=True)
    ]
    hashes = input_hashes(rows, made_of=made_of)
    names = rows["name"] if "name" in rows else [None] * len(rows)
    messages = {}
    for position, (customer, raw_name, segment, offer, input_hash) in enumerate(
        zip(rows[brief.id].astype("str"), names, segments, offers, hashes, strict=True)
    ):
        if position % _ROWS_PER_PROGRESS_CALL == 0:
            progress(0.2 * position / len(rows), "Writing a message for everyone")
        name = clean_name(raw_name)
        is_no_name = name is None and isinstance(raw_name, str) and raw_name.strip()
        offer_text = texts[offer.id]
        template, text = backup_message(customer, segment, name=name, offer=offer_text, channel=brief.channel)
        messages[customer] = Message(
            customer, name, segment, offer, offer_text, brief.channel, input_hash, template, text,
            note="the name does not look like one" if is_no_name else "",
            handwritten_only=handwritten_only[position],
        )  # fmt: skip
    return messages


def input_hashes(rows: pd.DataFrame, *, made_of: Sequence[str]) -> list[str]:
    """Return one SHA-256 a row over everything its message is made from.

    Parameters
    ----------
    rows
        The send list, n rows. Numbers count by value, so a file read back hashes as the frame it was.
    made_of
        What else each message is made from (its segment, the offer's text, the channel), n texts.
    """
    columns = [_as_text(rows[column]) for column in _INPUT_COLUMNS if column in rows]
    return [
        hashlib.sha256("\x1f".join(cells).encode("utf-8", "surrogatepass")).hexdigest()
        for cells in zip(made_of, *columns, strict=True)
    ]


def _offers(rows: pd.DataFrame, offers: Sequence[Offer]) -> list[Offer]:
    """Return the offer of each row."""
    if not offers:
        raise OfferError("catalogue: holds no offer; add one")
    if "offer" not in rows:
        return [offers[0]] * len(rows)
    by_id = {offer.id: offer for offer in offers}
    ids = [cell.strip() if isinstance(cell, str) else "" for cell in rows["offer"]]
    for position, id in enumerate(ids):
        if id and id not in by_id:
            raise InputError(
                f"send list: row {position + 1} names the offer {id!r}, which is not in the catalogue; "
                f"use one of {', '.join(by_id)}"
            )
    return [by_id.get(id, offers[0]) for id in ids]


def _as_text(column: pd.Series) -> list[str]:
    if pd.api.types.is_numeric_dtype(column):
        return ["" if pd.isna(value) else repr(float(value)) for value in column]
    return ["" if pd.isna(value) else str(value) for value in column]
