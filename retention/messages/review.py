"""What a person does with the messages before they go out: read the lines, strike or change them, and seal.

Every change gives a new campaign and is kept as a draft in the ledger, if there is one. After :func:`seal`
nothing changes any more.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import pandas as pd

from retention.errors import InputError, OfferError
from retention.messages.batch import COOL_DOWN_DAYS, DEADLINE_ALONE_S, approved_messages
from retention.messages.drafts import PERSON, Message, draft_messages
from retention.messages.guard import LONGEST, check_template
from retention.messages.ledger import Ledger
from retention.messages.llm.client import TemplateDraft, Writer
from retention.messages.llm.template_pool import TemplatePool, request_templates
from retention.messages.offer_text import offer_texts
from retention.messages.run import MESSAGE_COLUMNS, MessageRun, Used, held_back_rows, with_messages
from retention.messages.segments import MessageSegment
from retention.messages.templates import BACKUP, backup_templates, compose_message, pick


def distinct_templates(campaign: MessageRun) -> pd.DataFrame:
    """Return every line once, most used first: ``line, source, customers``, and ``reasons`` it answers."""
    lines = campaign.template_use
    return (
        lines.groupby(["line", "source"], sort=False)
        .agg(customers=("customers", "sum"), reasons=("reason", lambda codes: ", ".join(sorted(set(codes)))))
        .reset_index()
        .sort_values("customers", ascending=False, kind="stable", ignore_index=True)
    )


def reject_template(campaign: MessageRun, line: str, *, ledger: Ledger | None = None) -> MessageRun:
    """Rule a line out: everyone who had it gets the next of their pool, else another of the library's.

    Raises
    ------
    OfferError
        If the campaign is sealed, nobody has the line, or the library has no other for these customers.
    """
    affected = _who_has(campaign, line)
    campaign = replace(campaign, rejected_templates=campaign.rejected_templates | {line})
    return _changed(campaign, affected, [_next_best(campaign, m) for m in messages_of(campaign, affected)], ledger)


def replace_template(campaign: MessageRun, line: str, new: str, *, ledger: Ledger | None = None) -> MessageRun:
    """Put a person's own line, guarded like any other, in the place of a line, for everyone who had it.

    Raises
    ------
    InputError
        If the guard refuses it, or it leaves no room for somebody's offer.
    OfferError
        If the campaign is sealed, or nobody has the line.
    """
    new = " ".join(new.split())
    affected = _who_has(campaign, line)
    before = messages_of(campaign, affected)
    for language in sorted({message.segment.language for message in before}):
        if reason := check_template(new, language).reason:
            raise InputError(f"this line {reason}; change it, and keep {{name}} and {{offer}} once each")
    pools = {
        facts: tuple(TemplateDraft(new, PERSON) if draft.template == line else draft for draft in drafts)
        for facts, drafts in campaign.template_pools.items()
    }
    campaign = replace(campaign, template_pools=pools, rejected_templates=campaign.rejected_templates - {new})
    return _changed(campaign, affected, [_on_line(message, new, PERSON) for message in before], ledger)


def edit_message(campaign: MessageRun, position: int, text: str, *, ledger: Ledger | None = None) -> MessageRun:
    """Replace one message, by position, with a person's own words, which go out as they are.

    Raises
    ------
    InputError
        If they are blank or too long to send.
    OfferError
        If the campaign is sealed.
    """
    _check_open(campaign)
    text = " ".join(text.split())
    if not 0 < len(text) <= LONGEST:
        raise InputError(f"this message has {len(text)} characters; write 1 to {LONGEST}")
    (message,) = messages_of(campaign, [position])
    said = replace(message, template=text, text=text, source=PERSON, note="")
    return _changed(campaign, [position], [said], ledger)


def write_again(
    campaign: MessageRun,
    position: int,
    *,
    writer: Writer | None = None,
    tone: str,
    language: str,
    ledger: Ledger | None = None,
) -> MessageRun:
    """Write one message anew, by position: on a fresh line of the model's, else on the library's next.

    Raises
    ------
    OfferError
        If the campaign is sealed, or the tone or the language is not known.
    """
    _check_open(campaign)
    (message,) = messages_of(campaign, [position])
    facts = replace(message.segment, tone=tone, language=language)
    words = offer_texts([message.offer], language=language, currency=campaign.brief.currency)
    message = replace(message, segment=facts, offer_text=words[message.offer.id], note="")
    pool = TemplatePool()
    if writer is not None:
        seconds = writer.deadline_s or DEADLINE_ALONE_S
        ((_, pool),) = request_templates(writer, {facts: 1}, deadline_s=seconds, tick=lambda answered, asked: None)
    fresh = tuple(
        draft for draft in pool.drafts if draft.template not in {message.template, *campaign.rejected_templates}
    )
    if fresh:
        again = message.with_model_template(TemplatePool(fresh))
        if again.template != message.template:
            return _changed(campaign, [position], [again], ledger)
    library = _library(campaign, facts)
    following = library.index(message.template) + 1 if message.template in library else 0
    again = _on_line(message, library[following % len(library)], BACKUP)
    return _changed(campaign, [position], [replace(again, note=pool.note)], ledger)


def approve(
    campaign: MessageRun, *, ledger: Ledger | None = None, cool_down_days: float = COOL_DOWN_DAYS
) -> MessageRun:
    """Close the campaign: what the ledger holds afterwards is what goes out, and nothing changes any more.

    Customers whom another run has messaged in the meantime are held back. Sealing twice changes nothing.

    Raises
    ------
    OfferError
        If the ledger fails; the campaign is as open as before.
    """
    if campaign.approved or ledger is None:
        return replace(campaign, approved=True)
    messages = {m.customer: m for m in messages_of(campaign, range(campaign.message_count))}
    ledger.approve(
        campaign.name, (message.ledger_entry() for message in messages.values()), cool_down_days=cool_down_days
    )
    written = approved_messages(messages, ledger, campaign.name)
    ledger.drop_drafts(campaign.name)
    ledger.flush()
    id = campaign.brief.id
    asked = campaign.messages_frame.drop(columns=list(MESSAGE_COLUMNS))
    rows, used = with_messages(asked, written, id=id)
    lately = ledger.recently_messaged(campaign.name, cool_down_days)
    meanwhile = held_back_rows(asked, written, lately, id=id, days=cool_down_days)
    held = (
        pd.concat([campaign.held_back_frame, meanwhile], ignore_index=True)
        if len(meanwhile)
        else campaign.held_back_frame
    )
    return replace(campaign, messages_frame=rows, used=used, held_back_frame=held, approved=True)


def messages_of(campaign: MessageRun, positions: Sequence[int]) -> list[Message]:
    """Return what the messages at these positions are made of, as they stand."""
    rows = campaign.messages_frame.iloc[list(positions)]
    drafted = draft_messages(rows.drop(columns=list(MESSAGE_COLUMNS)), campaign.brief).values()
    brief, words = campaign.brief, {}
    for language in {campaign.used[position].segment.language for position in positions}:
        words[language] = offer_texts(brief.offers, language=language, currency=brief.currency)
    return [
        replace(
            message,
            segment=used.segment,
            offer_text=words[used.segment.language][message.offer.id],
            template=used.template,
            text=str(text),
            source=str(source),
            note=str(note),
        )
        for message, used, text, source, note in zip(
            drafted,
            (campaign.used[p] for p in positions),
            *(rows[column] for column in MESSAGE_COLUMNS),
            strict=True,
        )
    ]


def _who_has(campaign: MessageRun, line: str) -> list[int]:
    _check_open(campaign)
    found = [position for position, used in enumerate(campaign.used) if used.template == line]
    if not found:
        raise OfferError("nobody has this line any more; choose one from the list")
    return found


def _check_open(campaign: MessageRun) -> None:
    if campaign.approved:
        raise OfferError("these messages are sealed and stay as they are; give the run another name to write anew")


def _next_best(campaign: MessageRun, message: Message) -> Message:
    """Return the message on the best line that is left for it."""
    pool = tuple(
        draft
        for draft in campaign.template_pools.get(message.segment, ())
        if draft.template not in campaign.rejected_templates
    )
    if pool:
        again = message.with_model_template(TemplatePool(pool))
        if again.template not in campaign.rejected_templates:
            return replace(again, note="")
    library = _library(campaign, message.segment)
    return replace(_on_line(message, pick(library, message.customer, message.segment), BACKUP), note="")


def _library(campaign: MessageRun, facts: MessageSegment) -> list[str]:
    library = [line for line in backup_templates(facts) if line not in campaign.rejected_templates]
    if not library:
        raise OfferError(
            "every line for some of these customers would be struck; change this one in its own words instead"
        )
    return library


def _on_line(message: Message, line: str, source: str) -> Message:
    text = compose_message(line, name=message.name, offer=message.offer_text, language=message.segment.language)
    if text is None:
        raise InputError(f"this line leaves no room for {message.offer_text.short!r}; shorten it")
    return replace(message, template=line, text=text, source=source, note="")


def _changed(
    campaign: MessageRun, positions: Sequence[int], messages: Iterable[Message], ledger: Ledger | None
) -> MessageRun:
    """Return the campaign with these messages in place of those at the positions, kept as drafts."""
    messages = list(messages)
    if ledger is not None:
        ledger.save_drafts(campaign.name, (message.ledger_entry() for message in messages))
        ledger.flush()
    frame = campaign.messages_frame.copy()
    texts = ([m.text for m in messages], [m.source for m in messages], [m.note for m in messages])
    for column, cells in zip(MESSAGE_COLUMNS, texts, strict=True):
        frame.loc[frame.index[list(positions)], column] = cells
    used = list(campaign.used)
    for position, message in zip(positions, messages, strict=True):
        used[position] = Used(message.segment, message.template)
    return replace(campaign, messages_frame=frame, used=tuple(used))
