"""What a model says is read to its end, and gives one template or none."""

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retention.messages.llm.outcome import CallError, FailureKind
from retention.messages.llm.reply import MAX_REPLY_CHARACTERS, template_in_reply, text_of_choice

LINE = "Hi {name}, enjoy {offer}."
DRAFT = "Hey {name}, fifty off and {offer}!"


@pytest.mark.parametrize(
    "reply",
    [
        LINE,
        f'"{LINE}"',
        f"Message: {LINE}",
        f"1. {LINE}",
        f"- **{LINE}**",
        f"**Final answer:** {LINE}",
        f"Sure! Here is one:\n\n“{LINE}”\n\nAnything else?",
        f"```\n{LINE}\n```",
        f"```text\n{LINE}\n```",
        f"### {LINE}",
        f"{LINE}<|im_end|>",
        f"{LINE}\n<|eot_id|>\nUser: another\nHey {{name}}, no {{offer}}.",
        f"{LINE}\n\nNote: kept it short.",
        f"I could say so much about {{name}} and {{offer}} here.\n\n{LINE}",
        f"{LINE}\n{LINE}",
    ],
)
def test_the_template_is_taken_out_of_a_reply(reply: str) -> None:
    """Labels, bullets, quotes, fences and other sentences are left out."""
    assert template_in_reply(reply) == LINE


@pytest.mark.parametrize(
    ("opening", "closing"),
    [
        ("<think>", "</think>"), ("<thinking>", "</thinking>"), ("<THINK>", "</THINK>"), ("", "</think>"),
        ("<reasoning>", "</reasoning>"), ("[THINK]", "[/THINK]"), ("<|think|>", "<|/think|>"),
        ("◁think▷", "◁/think▷"),
        ("<seed:think>", "</seed:think>"), ("<|begin_of_thought|>", "<|end_of_thought|>"),
        ("<|START_THINKING|>", "<|END_THINKING|>"), ("<scratchpad>", "</scratchpad>"), ("< think >", "</ think >"),
        ("<|channel|>analysis<|message|>", "<|end|><|start|>assistant<|channel|>final<|message|>"),
        ("<|channel|>commentary<|message|>", "<|end|>\n<|channel|>final <|constrain|>text<|message|>"),
        ("analysis", "assistantfinal"), ("<thought>", "</thought>\n<answer>"), ("[REASONING]", "[/REASONING]\n"),
        ("<|start_header_id|>user<|end_header_id|>", "<|start_header_id|>assistant<|end_header_id|>\n\n"),
    ],
)  # fmt: skip
def test_thinking_is_left_out(opening: str, closing: str) -> None:
    """Only what follows the last closing marker counts, however many drafts were thought of before it."""
    thoughts = f"{opening}They like pizza.\n{DRAFT}\nNo, better:\n1. {DRAFT}\n"
    assert template_in_reply(f"{thoughts}{closing}{LINE}") == LINE
    assert template_in_reply(f"{thoughts}{closing}{thoughts}{closing}{LINE}</answer>") == LINE


@pytest.mark.parametrize(
    "reply",
    [
        f"<think>Perhaps {LINE}",
        f"[THINK]Perhaps {LINE}",
        f"{LINE}<think>or {DRAFT}",
        f"<|channel|>analysis<|message|>{LINE}",
        f"<think>a</think><think>b {LINE}",
        f"<reasoning>{LINE}",
        "",
        "x" * MAX_REPLY_CHARACTERS + LINE,
    ],
)
def test_unfinished_thinking_leaves_nothing(reply: str) -> None:
    """A reply that ends while the model is thinking, or that never ends, holds no template."""
    assert template_in_reply(reply) == ""


@pytest.mark.parametrize(
    "reply",
    [
        f"1. {LINE}\n2. {DRAFT}",
        f"- {LINE}\n- {DRAFT}",
        f"{LINE}\n\n{DRAFT}",
        f"Option A: {LINE}\nOption B: {DRAFT}",
        f"Draft 1: {DRAFT}\n\nDraft 2: {LINE}",
        f"{DRAFT}\nOr this one:\n{LINE}",
    ],
)
def test_several_drafts_are_none(reply: str) -> None:
    """Nobody chooses for the model among drafts."""
    assert template_in_reply(reply) == ""


def test_the_line_called_final_is_taken() -> None:
    """Where the model itself chooses, its choice counts, and the last one with both slots."""
    assert template_in_reply(f"Draft: {DRAFT}\nToo pushy.\nFinal: {LINE}") == LINE
    assert template_in_reply(f"{DRAFT}\n\n**Final line:** {LINE}") == LINE


@pytest.mark.parametrize(
    ("finish_reason", "content", "reason", "kind"),
    [
        ("length", LINE, "cut off", FailureKind.MODEL),
        ("content_filter", LINE, "content filter", FailureKind.TEXT),
        ("stop", None, "empty", FailureKind.MODEL),
        ("stop", " \n", "empty", FailureKind.MODEL),
        (None, 7, "empty", FailureKind.MODEL),
    ],
)
def test_a_reply_that_did_not_end_is_a_failure(
    finish_reason: str | None, content: object, reason: str, kind: FailureKind
) -> None:
    """A reply cut off by its length or by a filter is none, however well it reads."""
    with pytest.raises(CallError, match=reason) as refused:
        text_of_choice(SimpleNamespace(finish_reason=finish_reason, message=SimpleNamespace(content=content)))
    assert refused.value.failure_kind is kind


@pytest.mark.parametrize("finish_reason", ["stop", None, "eos_token"])
def test_a_finished_reply_is_read(finish_reason: str | None) -> None:
    """Servers name the end in several ways, or not at all."""
    choice = SimpleNamespace(finish_reason=finish_reason, message=SimpleNamespace(content=LINE))
    assert text_of_choice(choice) == LINE


@given(st.text(max_size=2000))
def test_any_reply_can_be_read(reply: str) -> None:
    """Reading never fails and never makes text longer."""
    assert len(template_in_reply(reply)) <= len(reply)
