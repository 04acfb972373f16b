"""How a template is read out of what a language model replied: to its end, and one template or none."""

import re
from typing import Any

from retention.messages.channels.channel import Channel
from retention.messages.guard import SLOTS, check_template
from retention.messages.llm.outcome import CallError, FailureKind, UnreviewedLineError
from retention.messages.segments import MessageSegment

MAX_REPLY_CHARACTERS = 16_000
"""A longer reply is not read: the calls ask for far fewer tokens."""

_THOUGHT = (
    r"(?:\w+:)?(?:think|thinking|thoughts?|reason|reasoning|reflection|reflect|analysis|scratchpad|inner_monologue"
    r"|monologue|cot|deliberation|planning|plan|commentary|rationale|brainstorm|working|notes?)"
)
_OPEN, _CLOSE = r"(?:<\|?|\[|◁|\{\{|\(\()\s*", r"\s*(?:\|?>|\]|▷|\}\}|\)\))"
_THOUGHT_ENDS = re.compile(
    rf"{_OPEN}(?:[/\\]\s*|end_?(?:of_?)?){_THOUGHT}{_CLOSE}"
    r"|<\|?channel\|?>\s*final\s*(?:<\|constrain\|>\s*\w+\s*)?<\|?message\|?>"
    r"|<\|start_header_id\|>\s*assistant\s*<\|end_header_id\|>|<\|im_start\|>\s*assistant\b|<\|assistant\|>"
    r"|<start_of_turn>\s*model\b|\bassistantfinal:?|</?(?:final_?answer|answer|final|output|response)>(?=.*\S)",
    re.IGNORECASE | re.DOTALL,
)
_THOUGHT_BEGINS = re.compile(
    rf"{_OPEN}(?:(?:begin|start)_?(?:of_?)?)?{_THOUGHT}{_CLOSE}|<\|?channel\|?>|^\s*analysis(?=[A-Z])",
    re.IGNORECASE,
)
_TURN_ENDS = re.compile(
    r"<\|(?:im_end|eot_id|end|return|endoftext|eom_id|end_of_text|start|call)\|>|</s>|<end_of_turn>|<｜[^｜]*｜>"
    r"|</(?:final_?answer|answer|final|output|response|message|line)>",
    re.IGNORECASE,
)
_FENCE = re.compile(r"^\s*(?:`{3,}|~{3,})\w*\s*$|^</?(?:message|line)>|</?(?:message|line)>$", re.MULTILINE)
_BULLET = re.compile(
    r"^\s*(?:[-*•>–—]\s*|\(?\w{1,2}[.)]\s+|(?:option|draft|version|variant)\s*\w{0,3}\s*[:.)-]\s*)", re.IGNORECASE
)
_LABEL = re.compile(
    r"^\s*(?:\W*(?:the\s+)?(?:final\s+|my\s+)?(?:message|line|output|reply|sms|answer|template|assistant|text|final)"
    r"(?:\s+(?:line|answer|message|version))?\W*?:)\W*?(?=[\w{“\"'])",
    re.IGNORECASE,
)
_FINAL = re.compile(r"^\W*(?:the\s+)?(?:final|my answer|answer)\b", re.IGNORECASE)
_QUOTES = "\"'`“”‘’«»*_ \t"
_WORDS_OF_A_GREETING = 3


def text_of_choice(choice: Any) -> str:
    """Return what a model said, from a choice of its reply.

    Raises
    ------
    CallError
        If it said nothing, or was stopped before its end.
    """
    text, ended_by = choice.message.content, getattr(choice, "finish_reason", None)
    if ended_by in {"length", "max_tokens"}:
        raise CallError("the reply was cut off at its longest", FailureKind.MODEL)
    if ended_by in {"content_filter", "safety", "refusal"}:
        raise CallError("the server's content filter stopped the reply", FailureKind.TEXT)
    if not isinstance(text, str) or not text.strip():
        raise CallError("the reply was empty", FailureKind.MODEL)
    return text


def checked_template(reply: str, segment: MessageSegment, channel: Channel, *, source: str) -> str:
    """Return the template in a reply that may go out unread.

    Raises
    ------
    UnreviewedLineError
        If only a person may let it out.
    CallError
        If there is none, or the guard refuses it.
    """
    template = template_in_reply(reply)
    if not template:
        raise CallError("its text was refused: holds no single line with both slots", FailureKind.TEXT)
    check = check_template(template, segment.language, channel)
    if check.fit:
        return template
    reason = f"its text was refused: {check.reason}"
    if check.for_a_person:
        raise UnreviewedLineError(reason, template, source)
    raise CallError(reason, FailureKind.TEXT)


def template_in_reply(reply: str) -> str:
    """Return the template in a reply, without thinking, labels, bullets and quotes; blank for none or several.

    Examples
    --------
    >>> template_in_reply('<think>Hm, what about soup?</think>Message: "Hi {name}, enjoy {offer}."')
    'Hi {name}, enjoy {offer}.'
    """
    if len(reply) > MAX_REPLY_CHARACTERS:
        return ""
    answer = _answer_in(reply)
    lines = [line for line in _FENCE.sub("", answer).splitlines() if line.strip()]
    with_slots = [line for line in lines if all(slot in line for slot in SLOTS)]
    if not with_slots:
        return _bare(" ".join(lines))
    last = with_slots[-1]
    drafts = {_bare(line) for line in with_slots[:-1] if _is_draft(line)} - {_bare(last)}
    return "" if drafts and not _FINAL.match(last.strip(_QUOTES + "#-•")) else _bare(last)


def _answer_in(reply: str) -> str:
    """Return what follows the last thought, up to the end of the model's turn; nothing if it is still thinking."""
    end_of_thought = max((match.end() for match in _THOUGHT_ENDS.finditer(reply)), default=0)
    answer = reply[end_of_thought:]
    if _THOUGHT_BEGINS.search(answer):
        return ""
    turn_end = next((match for match in _TURN_ENDS.finditer(answer) if answer[: match.start()].strip()), None)
    return answer if turn_end is None else answer[: turn_end.start()]


def _bare(line: str) -> str:
    line = _BULLET.sub("", line.strip().lstrip("#").strip(), count=1).strip(_QUOTES)
    return re.sub(r" {2,}", " ", _LABEL.sub("", line, count=1).strip(_QUOTES))


def _is_draft(line: str) -> bool:
    """Tell a line that could be sent from one that only speaks of it: a draft comes to the name at once."""
    return len(_bare(line).split(SLOTS[0])[0].split()) <= _WORDS_OF_A_GREETING
