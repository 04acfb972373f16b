"""What a person does with the messages before they go out: read the lines, strike or change them, and seal.

Every change gives a new campaign and is kept as a draft in the ledger, if there is one. After :func:`seal`
nothing changes any more.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import pandas as pd

from retention.errors import InputError, OfferError
from retention.messages.batch import COOL_DOWN_DAYS, DEADLINE_ALONE_S, sealed_of
from retention.messages.drafts import PERSON, Message, draft_messages
from retention.messages.guard import LONGEST, check
from retention.messages.ledger import Ledger
from retention.messages.llm.client import Draft, Writer
from retention.messages.llm.template_pool import Pool, model_lines
from retention.messages.offer_wording import word_offers
from retention.messages.run import WRITTEN, MessageRun, Used, held_back, with_messages
from retention.messages.segments import MessageSegment
from retention.messages.templates import SOURCE, backup_lines, compose, pick


def distinct_lines(campaign: MessageRun) -> pd.DataFrame:
    """Return every line once, most used first: ``line, source, customers``, and ``reasons`` it answers."""
    lines = campaign.lines
    return (
        lines.groupby(["line", "source"], sort=False)
        .agg(customers=("customers", "sum"), reasons=("reason", lambda codes: ", ".join(sorted(set(codes)))))
        .reset_index()
        .sort_values("customers", ascending=False, kind="stable", ignore_index=True)
    )


def strike(campaign: MessageRun, line: str, *, ledger: Ledger | None = None) -> MessageRun:
    """Rule a line out: everyone who had it gets the next of their pool, else another of the library's.

    Raises
    ------
    OfferError
        If the campaign is sealed, nobody has the line, or the library has no other for these customers.
    """
    affected = _who_has(campaign, line)
    campaign = replace(campaign, struck=campaign.struck | {line})
    return _changed(campaign, affected, [_next_best(campaign, m) for m in messages_of(campaign, affected)], ledger)


def rewrite(campaign: MessageRun, line: str, new: str, *, ledger: Ledger | None = None) -> MessageRun:
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
    for language in sorted({message.facts.language for message in before}):
        if reason := check(new, language).reason:
            raise InputError(f"this line {reason}; change it, and keep {{name}} and {{offer}} once each")
    pools = {
        facts: tuple(Draft(new, PERSON) if draft.line == line else draft for draft in drafts)
        for facts, drafts in campaign.pools.items()
    }
    campaign = replace(campaign, pools=pools, struck=campaign.struck - {new})
    return _changed(campaign, affected, [_on_line(message, new, PERSON) for message in before], ledger)


def reword(campaign: MessageRun, position: int, text: str, *, ledger: Ledger | None = None) -> MessageRun:
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
    said = replace(message, line=text, text=text, source=PERSON, note="")
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
    facts = replace(message.facts, tone=tone, language=language)
    words = word_offers([message.offer], language=language, currency=campaign.brief.currency)
    message = replace(message, facts=facts, wording=words[message.offer.id], note="")
    pool = Pool()
    if writer is not None:
        seconds = writer.deadline_s or DEADLINE_ALONE_S
        ((_, pool),) = model_lines(writer, {facts: 1}, deadline_s=seconds, tick=lambda answered, asked: None)
    fresh = tuple(draft for draft in pool.drafts if draft.line not in {message.line, *campaign.struck})
    if fresh:
        again = message.upgraded(Pool(fresh))
        if again.line != message.line:
            return _changed(campaign, [position], [again], ledger)
    library = _library(campaign, facts)
    following = library.index(message.line) + 1 if message.line in library else 0
    again = _on_line(message, library[following % len(library)], SOURCE)
    return _changed(campaign, [position], [replace(again, note=pool.note)], ledger)


def seal(
    campaign: MessageRun, *, ledger: Ledger | None = None, cool_down_days: float = COOL_DOWN_DAYS
) -> MessageRun:
    """Close the campaign: what the ledger holds afterwards is what goes out, and nothing changes any more.

    Customers whom another run has messaged in the meantime are held back. Sealing twice changes nothing.

    Raises
    ------
    OfferError
        If the ledger fails; the campaign is as open as before.
    """
    if campaign.sealed or ledger is None:
        return replace(campaign, sealed=True)
    messages = {m.customer: m for m in messages_of(campaign, range(campaign.written))}
    ledger.seal(campaign.run, (message.entry() for message in messages.values()), cool_down_days=cool_down_days)
    written = sealed_of(messages, ledger, campaign.run)
    ledger.drop_drafts(campaign.run)
    ledger.flush()
    id = campaign.brief.id
    asked = campaign.messages.drop(columns=list(WRITTEN))
    rows, used = with_messages(asked, written, id=id)
    lately = ledger.lately(campaign.run, cool_down_days)
    meanwhile = held_back(asked, written, lately, id=id, days=cool_down_days)
    held = pd.concat([campaign.held, meanwhile], ignore_index=True) if len(meanwhile) else campaign.held
    return replace(campaign, messages=rows, used=used, held=held, sealed=True)


def messages_of(campaign: MessageRun, positions: Sequence[int]) -> list[Message]:
    """Return what the messages at these positions are made of, as they stand."""
    rows = campaign.messages.iloc[list(positions)]
    drafted = draft_messages(rows.drop(columns=list(WRITTEN)), campaign.brief).values()
    brief, words = campaign.brief, {}
    for language in {campaign.used[position].facts.language for position in positions}:
        words[language] = word_offers(brief.offers, language=language, currency=brief.currency)
    return [
        replace(
            message,
            facts=used.facts,
            wording=words[used.facts.language][message.offer.id],
            line=used.line,
            text=str(text),
            source=str(source),
            note=str(note),
        )
        for message, used, text, source, note in zip(
            drafted, (campaign.used[p] for p in positions), *(rows[column] for column in WRITTEN), strict=True
        )
    ]


def _who_has(campaign: MessageRun, line: str) -> list[int]:
    _check_open(campaign)
    found = [position for position, used in enumerate(campaign.used) if used.line == line]
    if not found:
        raise OfferError("nobody has this line any more; choose one from the list")
    return found


def _check_open(campaign: MessageRun) -> None:
    if campaign.sealed:
        raise OfferError("these messages are sealed and stay as they are; give the run another name to write anew")


def _next_best(campaign: MessageRun, message: Message) -> Message:
    """Return the message on the best line that is left for it."""
    pool = tuple(draft for draft in campaign.pools.get(message.facts, ()) if draft.line not in campaign.struck)
    if pool:
        again = message.upgraded(Pool(pool))
        if again.line not in campaign.struck:
            return replace(again, note="")
    library = _library(campaign, message.facts)
    return replace(_on_line(message, pick(library, message.customer, message.facts), SOURCE), note="")


def _library(campaign: MessageRun, facts: MessageSegment) -> list[str]:
    library = [line for line in backup_lines(facts) if line not in campaign.struck]
    if not library:
        raise OfferError(
            "every line for some of these customers would be struck; change this one in its own words instead"
        )
    return library


def _on_line(message: Message, line: str, source: str) -> Message:
    text = compose(line, name=message.name, offer=message.wording, language=message.facts.language)
    if text is None:
        raise InputError(f"this line leaves no room for {message.wording.short!r}; shorten it")
    return replace(message, line=line, text=text, source=source, note="")


def _changed(
    campaign: MessageRun, positions: Sequence[int], messages: Iterable[Message], ledger: Ledger | None
) -> MessageRun:
    """Return the campaign with these messages in place of those at the positions, kept as drafts."""
    messages = list(messages)
    if ledger is not None:
        ledger.keep(campaign.run, (message.entry() for message in messages))
        ledger.flush()
    frame = campaign.messages.copy()
    texts = ([m.text for m in messages], [m.source for m in messages], [m.note for m in messages])
    for column, cells in zip(WRITTEN, texts, strict=True):
        frame.loc[frame.index[list(positions)], column] = cells
    used = list(campaign.used)
    for position, message in zip(positions, messages, strict=True):
        used[position] = Used(message.facts, message.line)
    return replace(campaign, messages=frame, used=tuple(used))
