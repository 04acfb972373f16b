"""The prompt for a message template.

The prompt is made of this file's own words, a channel's declaration and a
:class:`retention.messages.segments.MessageSegment`, whose values all come from lists. It has no place for a
name, an id, an amount or a free text.
"""

from dataclasses import replace

from retention.messages.channels.channel import Channel
from retention.messages.channels.registry import DEFAULT_CHANNEL
from retention.messages.guard import words_besides_slots
from retention.messages.languages.registry import language_of
from retention.messages.segments import ANY_CUISINE, MessageSegment
from retention.messages.templates import backup_templates

_SYSTEM = """You write short, friendly messages for a food-delivery app. \
Reply with exactly one line and nothing else. Rules:
- Use {{name}} exactly once, where the customer's name goes, and {{offer}} exactly once, where the offer goes. \
{{offer}} is a noun phrase; keep it near the end.
- At most {limit} words besides. No digits, no prices, no percentages, no dates, no links, no hashtags, no quotes.
- Do not describe the offer, do not promise anything else, and do not say why you write.
- """
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


def chat_for(segment: MessageSegment, channel: Channel = DEFAULT_CHANNEL) -> list[dict[str, str]]:
    """Return the chat that asks for one template, with hand-written templates as earlier answers.

    Examples
    --------
    >>> chat_for(MessageSegment(cuisine="pizza", reason="away"))[-1]["content"]
    'They like pizza. They have not ordered for a while. Write one warm and polite line.'
    """
    system = _SYSTEM.format(limit=channel.prompt_word_limit) + language_of(segment.language).prompt
    chat = [{"role": "system", "content": system}]
    example_segment = replace(segment, cuisine=ANY_CUISINE, away="unknown")
    for template in _example_templates(segment, channel):
        chat += [
            {"role": "user", "content": _request(example_segment)},
            {"role": "assistant", "content": template},
        ]
    return [*chat, {"role": "user", "content": _request(segment)}]


def _example_templates(segment: MessageSegment, channel: Channel) -> list[str]:
    """Return the hand-written templates that are short enough for a channel; the shortest where none is."""
    short = [
        template
        for template in backup_templates(segment)
        if len(words_besides_slots(template).strip()) <= channel.max_template_characters
    ]
    return short or [language_of(segment.language).shortest]


def _request(segment: MessageSegment) -> str:
    likes = "" if segment.cuisine == ANY_CUISINE else f"They like {segment.cuisine}. "
    last = "" if segment.away == "unknown" else f"Their last order was {segment.away.removeprefix('over ')} ago. "
    return f"{likes}{last}{_REASON[segment.reason]} Write one {_TONE[segment.tone]} line."
