"""What a person does with the messages before they go out: read the templates, reject or change them, and approve.

Every change gives a new run, replaces only the messages concerned, and is kept as a draft in the ledger, if there
is one. After :func:`approve` nothing changes any more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from retention.errors import InputError, OfferError
from retention.messages.batch import COOL_DOWN_DAYS, DEADLINE_ALONE_S, approved_messages
from retention.messages.guard import check_template
from retention.messages.ledger import Ledger
from retention.messages.llm.client import TemplateDraft, Writer
from retention.messages.llm.template_pool import TemplatePool, request_templates
from retention.messages.message import LET_OUT, PERSON, Message, customers_held_back
from retention.messages.offer_text import offer_texts
from retention.messages.run import MessageRun
from retention.messages.templates import BACKUP, fitting_templates, pick


def distinct_templates(run: MessageRun) -> pd.DataFrame:
    """Return every template once, most used first: ``template, source, customers``, and its ``reasons``."""
    return (
        run.template_use.groupby(["template", "source"], sort=False)
        .agg(customers=("customers", "sum"), reasons=("reason", lambda codes: ", ".join(sorted(set(codes)))))
        .reset_index()
        .sort_values("customers", ascending=False, kind="stable", ignore_index=True)
    )


def reject_template(run: MessageRun, template: str, *, ledger: Ledger | None = None) -> MessageRun:
    """Reject a template: everyone who had it gets the next of their pool, else another hand-written one.

    Raises
    ------
    OfferError
        If the run is approved, nobody has the template, or there is no other for these customers.
    """
    positions = _positions_of(run, template)
    run = replace(run, rejected_templates=run.rejected_templates | {template})
    return _changed(run, {position: _next_best(run, run.messages[position]) for position in positions}, ledger)


def replace_template(run: MessageRun, template: str, new: str, *, ledger: Ledger | None = None) -> MessageRun:
    """Put a person's own template in the place of a template, for everyone who had it.

    It may use words that no model may, but none that is denied, and no digit, amount or address.

    Raises
    ------
    InputError
        If the guard refuses it, or it leaves no room for somebody's offer.
    OfferError
        If the run is approved, or nobody has the template.
    """
    new = " ".join(new.split())
    positions = _positions_of(run, template)
    for language in sorted({run.messages[position].segment.language for position in positions}):
        check = check_template(new, language, run.brief.channel)
        if not (check.fit or check.for_a_person):
            raise InputError(f"this template {check.reason}; change it, and keep {{name}} and {{offer}} once each")
    pools = {
        segment: tuple(TemplateDraft(new, PERSON) if draft.template == template else draft for draft in drafts)
        for segment, drafts in run.template_pools.items()
    }
    run = replace(run, template_pools=pools, rejected_templates=run.rejected_templates - {new})
    changes = {position: _on_template(run.messages[position], new, PERSON) for position in positions}
    return _changed(run, changes, ledger)


def templates_to_read(run: MessageRun) -> pd.DataFrame:
    """Return the model's templates that go out only if a person lets them: ``template, source, reasons, word``.

    ``reasons`` are the codes of their segments, ``word`` is the first that nobody has reviewed.
    """
    rows: dict[str, tuple[str, set[str], str]] = {}
    for segment, drafts in run.drafts_to_read.items():
        for draft in drafts:
            if draft.unreviewed not in run.rejected_templates:
                word = check_template(draft.unreviewed, segment.language, run.brief.channel).word
                rows.setdefault(draft.unreviewed, (draft.source, set(), word))[1].add(segment.reason)
    return pd.DataFrame(
        [(template, source, ", ".join(sorted(codes)), word) for template, (source, codes, word) in rows.items()],
        columns=["template", "source", "reasons", "word"],
        dtype="str",
    )


def let_out(run: MessageRun, template: str, *, ledger: Ledger | None = None) -> MessageRun:
    """Let a model's template out that only a person may: it joins the pools of the segments it was written for.

    Whoever it falls to by :func:`retention.messages.templates.pick` gets it, and the note of their messages
    records in the ledger that a person has read it.

    Raises
    ------
    OfferError
        If the run is approved, or no such template waits to be read.
    """
    _check_open(run)
    pools, to_read = dict(run.template_pools), dict(run.drafts_to_read)
    concerned = set()
    for segment, drafts in run.drafts_to_read.items():
        for draft in drafts:
            if draft.unreviewed == template:
                concerned.add(segment)
                pools[segment] = (*pools.get(segment, ()), replace(draft, template=template, note=""))
                to_read[segment] = tuple(waiting for waiting in drafts if waiting.unreviewed != template)
    if not concerned:
        raise OfferError("this template does not wait to be read any more; choose one from the list")
    run = replace(run, template_pools=pools, drafts_to_read=to_read)
    changes = {}
    for position, message in enumerate(run.messages):
        if message.segment in concerned and message.source != PERSON and not message.handwritten_only:
            pool = tuple(draft for draft in pools[message.segment] if draft.template not in run.rejected_templates)
            changed = replace(message, note="").with_model_template(TemplatePool(pool))
            if changed.template == template:
                changes[position] = changed
    return _changed(run, changes, ledger)


def edit_message(run: MessageRun, position: int, text: str, *, ledger: Ledger | None = None) -> MessageRun:
    """Replace the text of one message, by position, with a person's own, which goes out as it is.

    Raises
    ------
    InputError
        If the text is blank or too long to send.
    OfferError
        If the run is approved.
    """
    _check_open(run)
    text = " ".join(text.split())
    longest = run.brief.channel.max_characters
    if not 0 < len(text) <= longest:
        raise InputError(f"this message has {len(text)} characters; write 1 to {longest}")
    edited = replace(run.messages[position], template=text, text=text, source=PERSON, note="")
    return _changed(run, {position: edited}, ledger)


def write_again(
    run: MessageRun,
    position: int,
    *,
    writer: Writer | None = None,
    tone: str,
    language: str,
    ledger: Ledger | None = None,
) -> MessageRun:
    """Write one message again, by position: from a new template of the model's, else the next hand-written one.

    Raises
    ------
    OfferError
        If the run is approved, or the tone or the language is not known.
    """
    _check_open(run)
    message = run.messages[position]
    segment = replace(message.segment, tone=tone, language=language)
    texts = offer_texts([message.offer], language=language, currency=run.brief.currency)
    message = replace(message, segment=segment, offer_text=texts[message.offer.id], note="")
    pool = TemplatePool()
    if writer is not None and not message.handwritten_only:
        seconds = writer.deadline_s or DEADLINE_ALONE_S
        ((_, pool),) = request_templates(
            writer, {segment: 1}, channel=run.brief.channel, deadline_s=seconds, tick=lambda answered, total: None
        )
    ruled_out = {message.template, *run.rejected_templates}
    fresh = tuple(draft for draft in pool.drafts if draft.template not in ruled_out)
    if fresh:
        rewritten = message.with_model_template(TemplatePool(fresh))
        if rewritten.template != message.template:
            return _changed(run, {position: rewritten}, ledger)
    templates = _remaining_templates(run, message)
    following = templates.index(message.template) + 1 if message.template in templates else 0
    rewritten = _on_template(message, templates[following % len(templates)], BACKUP)
    return _changed(run, {position: replace(rewritten, note=pool.note)}, ledger)


def approve(
    run: MessageRun, *, ledger: Ledger | None = None, cool_down_days: float = COOL_DOWN_DAYS
) -> MessageRun:
    """Close the run: what the ledger holds afterwards is what goes out, and nothing changes any more.

    Customers whom another run has messaged, or a campaign has held out, in the meantime are held back. Approving
    twice changes nothing.

    Raises
    ------
    OfferError
        If the ledger fails; the run is as open as before.
    """
    if run.approved or ledger is None:
        return replace(run, approved=True)
    messages = {message.customer: message for message in run.messages}
    entries = (message.ledger_entry() for message in run.messages)
    ledger.approve(run.name, entries, cool_down_days=cool_down_days)
    approved = approved_messages(messages, ledger, run.name)
    ledger.drop_drafts(run.name)
    ledger.flush()
    recently_messaged = ledger.recently_messaged(run.name, cool_down_days)
    since_drafted = customers_held_back(
        list(messages), approved, recently_messaged, days=cool_down_days, protected=ledger.protected(messages)
    )
    still_written = np.array([customer in approved for customer in messages], dtype=bool)
    return replace(
        run,
        messages=tuple(approved.values()),
        held_back=run.held_back + since_drafted,
        recipients=run.recipients[still_written],
        approved=True,
    )


def _positions_of(run: MessageRun, template: str) -> list[int]:
    _check_open(run)
    positions = [position for position, message in enumerate(run.messages) if message.template == template]
    if not positions:
        raise OfferError("nobody has this template any more; choose one from the list")
    return positions


def _check_open(run: MessageRun) -> None:
    if run.approved:
        raise OfferError(
            "these messages are approved and stay as they are; give the run another name to write anew"
        )


def _next_best(run: MessageRun, message: Message) -> Message:
    """Return the message on the best template that is left for it."""
    drafts = run.template_pools.get(message.segment, ())
    remaining = tuple(draft for draft in drafts if draft.template not in run.rejected_templates)
    if remaining:
        changed = message.with_model_template(TemplatePool(remaining))
        if changed.template not in run.rejected_templates:
            return replace(changed, note=LET_OUT if changed.note.endswith(LET_OUT) else "")
    return _on_template(
        message, pick(_remaining_templates(run, message), message.customer, message.segment), BACKUP
    )


def _remaining_templates(run: MessageRun, message: Message) -> Sequence[str]:
    """Return the hand-written templates for a message that nobody has rejected."""
    fitting = fitting_templates(message.segment, message.offer_text, message.channel)
    remaining = [template for template in fitting if template not in run.rejected_templates]
    if not remaining:
        raise OfferError("every template for some of these customers would be rejected; change this one instead")
    return remaining


def _on_template(message: Message, template: str, source: str) -> Message:
    changed = message.on_template(template, source)
    if changed is None:
        raise InputError(f"this template leaves no room for {message.offer_text.short!r}; shorten it")
    return replace(changed, note="")


def _changed(run: MessageRun, changes: Mapping[int, Message], ledger: Ledger | None) -> MessageRun:
    """Return the run with these messages in place of those at their positions, kept as drafts."""
    if ledger is not None:
        ledger.save_drafts(run.name, (message.ledger_entry() for message in changes.values()))
        ledger.flush()
    messages = list(run.messages)
    for position, message in changes.items():
        messages[position] = message
    return replace(run, messages=tuple(messages))
