"""A thousand generated answers of a model: everyone gets a message, and nothing made up gets through."""

import re
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from retention.messages.channels.channel import Channel
from retention.messages.channels.registry import DEFAULT_CHANNEL
from retention.messages.languages.registry import LANGUAGES
from retention.messages.llm.client import TemplateDraft
from retention.messages.llm.event_loop import LoopThread
from retention.messages.llm.outcome import OFF, BreakerReport, CallError
from retention.messages.llm.reply import checked_template
from retention.messages.segments import MessageSegment
from retention.messages.templates import backup_templates
from tests.messages.cases import send_list, write
from tests.messages.test_guard_lines import lines

MADE_UP = (
    "on the house", "50% off", "₹500", "Rs 500", "half-price", "half the bill", "gratis", "a free dessert",
    "fifty percent less", "five hundred rupees", "until Sunday", "till Diwali", "through December",
    "tomorrow only", "evil.example", "evil dot example", "www evil com", "https://x.example", "call 98765",
    "Swiggy", "Zomato", "Dominos", "use code SAVEMORE", "SAVE50", "otp", "reply YES", "you loser", "मुफ़्त",
    "आधा दाम", "सौ रुपये", "रविवार तक", "muft", "aadha daam", "somvaar tak", "५००", "fr33", "frее", "ＦＲＥＥ",
    "\u202e", "\u200b", "{code}", "<script>", "dinner is on me",
)  # fmt: skip
GOOD = (
    "Hi {name}, dinner is waiting with {offer}.", "{name}, enjoy {offer}!", "नमस्ते {name}, आपके लिए {offer}।",
    "Hi {name}, aapke liye {offer}.",
)  # fmt: skip
HARMLESS = (*GOOD, "Sure!", "Note: kept it short.", "\n", "\n\n", " ", "{name}", "{offer}", "with", "Hi")
WRAPPERS = (
    "{}", "<think>{}</think>{}", "<think>{}", "[THINK]{}[/THINK]\n{}", "<|channel|>analysis<|message|>{}<|end|>"
    "<|start|>assistant<|channel|>final<|message|>{}", "```\n{}\n```", '"{}"', "1. {}\n2. {}", "Line: {}",
    "{}<|im_end|>{}", '{{"message": "{}"}}', "**{}**",
)  # fmt: skip
PROOF_OF_ESCAPE = re.compile(
    r"\d|[₹$€£%<>{}@#/\\]|\w\.\w|(?-i:[A-Z]{2})|[\u200b-\u202e\u2066-\u2069]|\b(?:free|half|gratis|house|rupees?|percent|hundred"
    r"|sunday|diwali|december|tomorrow|until|till|dot|www|code|otp|reply|call|loser|swiggy|zomato|dominos|muft|aadha|daam"
    r"|somvaar|tak|fr|on me)\b|मुफ़्त|आधा|रुपये|रविवार|ＦＲＥＥ|е",
    re.IGNORECASE,
)
BAD_LINES = [row["line"] for row in lines("audit.tsv") + lines("bad.tsv") if row["kind"] != "ordinary"]

pieces = st.lists(
    st.one_of(*map(st.sampled_from, (MADE_UP, HARMLESS, BAD_LINES)), st.text(max_size=12)),
    max_size=5,
).map(" ".join)
answers = st.builds(
    lambda wrapper, first, second: wrapper.format(*[first, second][: wrapper.count("{}")]),
    st.sampled_from(WRAPPERS), st.one_of(pieces, st.sampled_from(GOOD)), st.one_of(st.sampled_from(GOOD), pieces),
)  # fmt: skip


class Answering:
    """A writer whose model gives one answer, read and guarded as that of a server."""

    deadline_s: float | None = None

    def __init__(self) -> None:
        self.answer = ""
        self.accepted = 0
        self._thread = LoopThread("answering")

    async def write(
        self,
        segment: MessageSegment,
        *,
        deadline_s: float,
        channel: Channel = DEFAULT_CHANNEL,
        run: str | None = None,
    ) -> TemplateDraft:
        """Read the answer as a reply."""
        try:
            template = checked_template(self.answer, segment, channel, source="m")
        except CallError as error:
            return TemplateDraft(None, note=error.reason)
        self.accepted += 1
        return TemplateDraft(template, source="m")

    def submit(self, coroutine: Coroutine[Any, Any, Any]) -> "Future[Any]":
        """Run a coroutine on a loop of its own."""
        return self._thread.submit(coroutine)

    def report(self) -> BreakerReport:
        """Return that there is no breaker."""
        return OFF

    def close(self) -> None:
        """End the thread."""
        self._thread.close(self._nothing)

    async def _nothing(self) -> None:
        return None


@pytest.mark.slow
def test_no_answer_leaves_anyone_without_a_message_or_lets_anything_through() -> None:
    """Each of 1,000 answers gives everyone a message that holds the offer and nothing that a model made up."""
    writer, seen = Answering(), 0
    rows = send_list(2, offer="cash_50", name="Priya")

    @settings(max_examples=1000, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(answer=answers, language=st.sampled_from(LANGUAGES))
    def judge(answer: str, language: str) -> None:
        nonlocal seen
        seen += 1
        writer.answer = answer
        run = write(rows, writer=writer, language=language)
        assert run.message_count == len(rows)
        for message in run.messages:
            assert message.text.count(message.offer_text.short) == 1
            if message.template not in backup_templates(message.segment):
                rest = message.text.replace(message.offer_text.full, "").replace(message.offer_text.short, "")
                assert not PROOF_OF_ESCAPE.search(rest), message.text

    try:
        judge()
    finally:
        writer.close()
    assert seen >= 1000
    assert writer.accepted >= 20
