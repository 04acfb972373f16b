"""Each language's file is complete, and its own templates, vocabulary and denied words agree with each other."""

import re
import unicodedata
from itertools import product
from pathlib import Path

import pytest

from retention.errors import InputError, OfferError
from retention.messages.guard import check_template, words_besides_slots
from retention.messages.languages.language import Language, read_language
from retention.messages.languages.patterns import Pattern, patterns_of
from retention.messages.languages.registry import LANGUAGES, language_of
from retention.messages.llm.prompt import chat_for
from retention.messages.segments import REASONS, TONES, MessageSegment
from retention.messages.templates import backup_templates

IN_EVERY_LANGUAGE = {
    "speaks of something free or of a gift", "speaks of money", "speaks of a number", "speaks of a deadline",
    "is rude",
}  # fmt: skip


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> Language:
    """Return each language in turn."""
    return language_of(request.param)


def test_every_tone_and_reason_has_templates(language: Language) -> None:
    """Nothing is missing, each holds both slots once, and each may go out."""
    for tone, reason in product(TONES, REASONS):
        for template in backup_templates(MessageSegment(tone=tone, reason=reason, language=language.id)):
            assert check_template(template, language.id).reason == "", template
            assert len(words_besides_slots(template)) <= 100, template
    assert language.templates.keys() == set(TONES)
    assert all(by_reason.keys() == set(REASONS) for by_reason in language.templates.values())


def test_the_other_texts_are_there(language: Language) -> None:
    """The shortest template, the terms of an offer and the sentence of the prompt have their slots."""
    assert re.sub(r"\{name\}|\{offer\}", "", language.shortest).strip(" :.।") == ""
    assert language.offer_terms.basket.count("{basket}") == language.offer_terms.days.count("{days}") == 1
    assert language.label and language.friend and language.offer_terms.day
    assert language.prompt in str(chat_for(MessageSegment(language=language.id)))
    assert language.greetings and language.constructions.leads


def test_the_vocabulary_is_in_the_languages_script(language: Language) -> None:
    """Each letter of a word belongs to the script, so that the word can be used at all."""
    words = set().union(*language.vocabulary.values())
    assert len(words) >= 20
    for word in words:
        letters = [letter for letter in word if letter not in "-'"]
        assert letters, word
        assert all(unicodedata.name(letter).startswith((language.script, "COMBINING")) for letter in letters), word


def test_no_word_is_both_reviewed_and_denied(language: Language) -> None:
    """A word that nobody may write stands in no group, and a spelling that counts as another hides none."""
    assert language.denied.keys() >= IN_EVERY_LANGUAGE
    words = set().union(*language.vocabulary.values())
    for reason, phrases in language.denied.items():
        denied = {language.key(phrase) for phrase in phrases if " " not in phrase and not phrase.endswith("*")}
        stems = tuple(language.key(phrase[:-1]) for phrase in phrases if phrase.endswith("*"))
        assert not denied & words, (reason, denied & words)
        assert not [word for word in words if stems and word.startswith(stems)], reason


def test_every_lead_makes_a_line(language: Language) -> None:
    """Whatever leads to the offer can be used: a line of it alone is never refused for its words."""
    for lead in language.constructions.leads:
        words = " ".join(sorted(options)[0] for options in lead.words)
        check = check_template(f"{{name}}: {words} {{offer}}.", language.id)
        assert check.fit or not check.for_a_person or check.word == "", words


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (('label = "English"', ""), r"xx.toml: must hold the keys .*; missing or unknown: label"),
        (('label = "English"', 'labels = "English"\nlabel = "English"'), "missing or unknown: labels"),
        (('label = "English"', "label = English"), "xx.toml: cannot be read as TOML"),
        (("<food> and", "<fodo> and"), "names the group 'fodo', which the vocabulary does not have"),
        (('days = "{days} days"', ""), "xx.toml: .*days.*; compare it with en.toml"),
    ],
)
def test_a_wrong_file_gets_one_sentence(change: tuple[str, str], sentence: str, tmp_path: Path) -> None:
    """The sentence names the file and what is wrong in it."""
    english = Path(read_language.__code__.co_filename).with_name("en.toml").read_text(encoding="utf-8")
    file = tmp_path / "xx.toml"
    file.write_text(english.replace(*change, 1), encoding="utf-8")
    with pytest.raises(InputError, match=sentence):
        read_language(file)


def test_a_missing_template_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A language whose file lacks a reason says which, before anything is written."""
    english = Path(read_language.__code__.co_filename).with_name("en.toml").read_text(encoding="utf-8")
    file = tmp_path / "en.toml"
    file.write_text(english.replace("[templates.brief]\naway", "[templates.brief]\nelsewhere"), encoding="utf-8")
    monkeypatch.setattr("retention.messages.templates.language_of", lambda _: read_language(file))
    with pytest.raises(OfferError, match=r"'en': has no templates.brief: away; add some to en.toml"):
        backup_templates(MessageSegment(tone="brief", reason="away"))


def test_patterns_stand_for_what_they_say() -> None:
    """Choices, words that may be left out, groups and both anchors are read, the longest first."""
    read = patterns_of(["^we|us miss (so) <food>$"], {"food": frozenset({"tea"})}, {})
    first = frozenset({"we", "us"})
    miss, so, tea = (frozenset({word}) for word in ("miss", "so", "tea"))
    assert read == (
        Pattern((first, miss, so, tea), at_start=True, at_end=True),
        Pattern((first, miss, tea), at_start=True, at_end=True),
    )
    assert read[1].fits(("us", "miss", "tea"), 0)
    assert not read[1].fits(("us", "miss", "tea", "now"), 0)
    assert not read[1].fits(("now", "us", "miss", "tea"), 1)
