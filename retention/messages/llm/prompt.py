"""What a language model is told, and how its reply is read.

The prompt is made of this file's own words and of :class:`retention.messages.segments.MessageSegment`, whose
values all come from lists. It has no place for a name, an id, an amount or a free text.
"""

import re
from dataclasses import replace

from retention.messages.guard import SLOTS
from retention.messages.segments import ANY_CUISINE, MessageSegment
from retention.messages.templates import backup_templates

MAX_REPLY_CHARACTERS = 4_000
"""Characters of a reply that are looked at."""

_SYSTEM = """You write short, friendly messages for a food-delivery app. \
Reply with exactly one line and nothing else. Rules:
- Use {name} exactly once, where the customer's name goes, and {offer} exactly once, where the offer goes. \
{offer} is a noun phrase; keep it near the end.
- At most fifteen words besides. No digits, no prices, no percentages, no dates, no links, no hashtags, no quotes.
- Do not describe the offer, do not promise anything else, and do not say why you write.
- """
_LANGUAGE = {
    "en": "Write in simple English.",
    "hi": "Write in simple Hindi, in Devanagari script only, except for the two slots.",
    "hinglish": "Write in Hinglish: spoken Hindi in Latin letters with a few English words.",
}
_TONE = {
    "warm": "warm and polite",
    "playful": "playful and witty, never rude",
    "brief": "brief and clear",
}
_REASON = {
    "away": "They have not ordered for a while.",
    "fewer_orders": "They order less often than before.",
    "smaller_orders": "They order less at a time than before.",
    "late_delivery": "Their deliveries may have been late; be sorry if so, without excuses.",
    "bad_experience": "Something may have gone wrong with an order; be sorry if so, without excuses.",
    "price": "They care about value for money.",
    "general": "Simply be nice to them.",
}

_THINKING = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL | re.IGNORECASE)
_LABEL = re.compile(
    r"^(?:[-*•>]|\(?\w[.)])?\s*(?:(?:message|line|output|reply|sms|answer)\s*:)?\s*", re.IGNORECASE
)
_QUOTES = "\"'`“”‘’«»* "


def chat_for(facts: MessageSegment) -> list[dict[str, str]]:
    """Return the chat that asks for one line; the library's lines stand in it as earlier answers.

    Examples
    --------
    >>> chat_for(MessageSegment(cuisine="pizza", reason="away"))[-1]["content"]
    'They like pizza. They have not ordered for a while. Write one warm and polite line.'
    """
    chat = [{"role": "system", "content": _SYSTEM + _LANGUAGE[facts.language]}]
    plain = replace(facts, cuisine=ANY_CUISINE, away="unknown")
    for line in backup_templates(facts):
        chat += [{"role": "user", "content": _wish(plain)}, {"role": "assistant", "content": line}]
    return [*chat, {"role": "user", "content": _wish(facts)}]


def template_in_reply(reply: str) -> str:
    """Return the line in a reply, without thinking aloud, labels, bullets and quotes around it.

    Examples
    --------
    >>> template_in_reply('<think>Hm, what about soup?</think>Message: "Hi {name}, enjoy {offer}."')
    'Hi {name}, enjoy {offer}.'
    """
    text = _THINKING.sub("", reply[:MAX_REPLY_CHARACTERS]).strip()
    lines = [line for line in text.splitlines() if line.strip()]
    line = next((line for line in lines if all(slot in line for slot in SLOTS)), " ".join(lines))
    return _LABEL.sub("", line.strip(), count=1).strip(_QUOTES)


def _wish(facts: MessageSegment) -> str:
    likes = "" if facts.cuisine == ANY_CUISINE else f"They like {facts.cuisine}. "
    last = "" if facts.away == "unknown" else f"Their last order was {facts.away.removeprefix('over ')} ago. "
    return f"{likes}{last}{_REASON[facts.reason]} Write one {_TONE[facts.tone]} line."
