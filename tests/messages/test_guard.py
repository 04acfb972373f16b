"""The guard: what a template must hold and what it must not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retention.messages.guard import check_template, fill_template
from retention.messages.languages.registry import LANGUAGES
from retention.messages.segments import REASONS, TONES, MessageSegment
from retention.messages.templates import backup_templates


@pytest.mark.parametrize(
    ("template", "language"),
    [
        ("Hi {name}, dinner is waiting for you with {offer}.", "en"),
        ("Hey {name}, your biryani misses you! Say hello again with {offer} 😋", "en"),
        ("{name}, it’s been a while – come back to {offer}…", "en"),
        ("नमस्ते {name}, आपके लिए {offer}।", "hi"),
        ("Hey {name}, kuch tasty ho jaaye? Aapke liye {offer}!", "hinglish"),
        ("Hi {name}, a café treat and a jalapeño craving, with {offer}.", "en"),
        ("Hi {name}, no cooking tonight. Enjoy {offer}.", "en"),
    ],
)
def test_good_templates_pass(template: str, language: str) -> None:
    """Plain friendly text with both slots is fit."""
    assert check_template(template, language).reason == ""


@pytest.mark.parametrize(
    ("template", "reason"),
    [
        ("Hi {name}, dinner is on the house with {offer}.", "free"),
        ("Hi {name}, a complimentary dessert with {offer}.", "free"),
        ("Hi {name}, dinner is gratis with {offer}.", "free"),
        ("Hi {name}, a fréé meal with {offer}.", "free"),
        ("Hi {name}, half-price pizza and {offer}.", "share"),
        ("Hi {name}, fifty percent less with {offer}.", "share"),
        ("Hi {name}, five more rupees with {offer}.", "money"),
        ("Hi {name}, twenty reasons to love {offer}.", "number"),
        ("Hi {name}, sorry, no {offer} for you this time.", "back"),
        ("Hi {name}, you will not get any {offer} from us.", "back"),
        ("Hi {name}, {offer} is not for people like you.", "back"),
        ("Hi {name}, sorry, but {offer} isn't for you.", "back"),
        ("{name} you loser, come back for {offer}.", "rude"),
        ("Hi {name}, go to evil dot example for {offer}.", "address"),
        ("Hi {name}, go to evil.example for {offer}.", "address"),
        ("Hi {name}, see www eats for {offer}.", "address"),
        ("Hi {name}, see https://eats.example for {offer}.", "no place"),
        ("Hi {name}, order by midnight to get {offer}.", "deadline"),
        ("Hi {name}, our model says you may churn, so {offer}.", "know"),
        ("Hi {name}, I am your host. Enjoy {offer}.", "person"),
        ("Hi {name}, f r e e dinner with {offer}.", "spells"),
        ("Hi {name}, 50 off and {offer}.", "digit"),
        ("Hi {name}, ५० and {offer} for you.", "digit"),
        ("Hi {name}, ⅕ less with {offer}.", "digit"),
        ("Hi {name}, ₹ less with {offer}.", "currency"),
        ("Hi {name}, ten ٪ less, {offer}.", "percent"),
        ("Hi {name}, dinner <b>now</b> with {offer}.", "no place"),
        ("Hi {name}, dinner with {offer}.<|im_end|>", "no place"),
        ("Hi {name}, [dinner] with {offer}.", "no place"),
        ("Hi {name}, dinner\nwith {offer}.", "no place"),
        ("Hi {name}, dinner\u200b with {offer}.", "no place"),
        ("Hi {name}, dinner 💰 with {offer}.", "no place"),
        ("Hi {name}, dinner #yum with {offer}.", "no place"),
        ("Hi {name}, dіnner with {offer}.", "script"),
        ("Hi {name}, ƒree dinner with {offer}.", "script"),
        ("Hi {name}, ꜰʀᴇᴇ dinner with {offer}.", "script"),
        ("Hi {name}, ＦＲＥＥ dinner with {offer}.", "script"),
        ("Hi {name}, fr-ee dinner with {offer}.", "free"),
        ("Hi {name}, freeeee dinner with {offer}.", "free"),
        ("Hi {name}, खाना with {offer}.", "script"),
        ("Hi {name}, dinner is waiting.", "{offer}"),
        ("Hi there, dinner is waiting with {offer}.", "{name}"),
        ("Hi {name} and {name}, enjoy {offer}.", "{name}"),
        ("Hi {name}, enjoy {offer} and {offer}.", "{offer}"),
        ("Hi {name}, enjoy {offer} with {code}.", "no place"),
        ("{name} {offer}", "short"),
        ("Hi {name}, " + "very " * 30 + "tasty {offer}.", "long"),
    ],
)
def test_bad_templates_are_refused_with_a_reason(template: str, reason: str) -> None:
    """Each thing a message must not hold is caught, and named."""
    check = check_template(template, "en")
    assert not check.fit
    assert reason in check.reason


@pytest.mark.parametrize(
    "template",
    [
        "नमस्ते {name}, मुफ़्त खाना और {offer}।",
        "नमस्ते {name}, आधा दाम और {offer}।",
        "{name}, सौ रुपये की बचत और {offer}।",
        "अरे {name}, पागल हो क्या? {offer} ले लो।",
        "{name}, बिना {offer} के आइए।",
        "Hi {name}, dinner is waiting with {offer}.",
    ],
)
def test_hindi_is_guarded_too(template: str) -> None:
    """Hindi words for free, half, money and slights are known, and Latin text is not Hindi."""
    assert not check_template(template, "hi").fit


def test_the_hand_written_templates_pass() -> None:
    """Every hand-written template meets the guard's demands, in every language, tone and reason."""
    for language in LANGUAGES:
        for tone in TONES:
            for reason in REASONS:
                for template in backup_templates(MessageSegment(tone=tone, language=language, reason=reason)):
                    assert check_template(template, language).reason == "", template


@given(st.text(), st.sampled_from(LANGUAGES))
def test_any_text_is_judged(text: str, language: str) -> None:
    """No text makes the guard fail, and none passes without both slots."""
    assert check_template(text, language).fit is False or ("{name}" in text and "{offer}" in text)


@given(st.text(max_size=60), st.text(max_size=60))
def test_a_digit_anywhere_is_refused(before: str, after: str) -> None:
    """A template with a digit is refused, wherever the digit stands."""
    assert not check_template(f"Hi {{name}}, {before}7{after} enjoy {{offer}}.", "en").fit


def test_filling_puts_each_thing_into_its_slot() -> None:
    """The name replaces {name}, and the catalogue's text replaces {offer}."""
    filled = fill_template("Hi {name}, enjoy {offer}.", name="Priya", offer="₹50 off", language="en")
    assert filled == "Hi Priya, enjoy ₹50 off."
