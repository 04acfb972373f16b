"""Hand-written templates: the same message for the same customer in every process, and never too long."""

import re
import socket
import subprocess
import sys
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retention.customers.person_names import clean_name
from retention.messages.channels.registry import DEFAULT_CHANNEL
from retention.messages.languages.registry import LANGUAGES
from retention.messages.offer_text import OfferText, offer_texts
from retention.messages.segments import REASONS, TONES, MessageSegment
from retention.messages.templates import backup_message, backup_templates, compose_message, pick
from tests.messages.cases import CASH, DELIVERY

SEGMENTS = [
    MessageSegment(tone=tone, language=language, reason=reason)
    for tone, language, reason in product(TONES, LANGUAGES, REASONS)
]
SHIPPED = ("en", "hi", "hinglish")
OFFER = OfferText("₹50 off your next order", "₹50 off your next order (min ₹199, 7 days)")
LONGEST_OFFER = OfferText("w" * 70, "w" * 70 + " (min ₹1,000,000.00, 366 days)")


def test_every_segment_has_several_templates() -> None:
    """Each tone, reason and language has at least three, all different from each other."""
    templates = [template for segment in SEGMENTS for template in backup_templates(segment)]
    assert min(len(backup_templates(segment)) for segment in SEGMENTS if segment.language in SHIPPED) >= 3
    assert len(set(templates)) == len(templates)


def test_hindi_is_respectful_and_gender_neutral() -> None:
    """No template says tum to the customer, gives them a gender, or has a verb agree with the offer."""
    familiar = r"(?<!\w)(?:tum|tumhara|tumhe|karo|khao|aao|lo|chalo|bata do|keh do|तुम|तुम्हें|करो|खाओ|आओ|लो|चलो)(?!\w)"
    gendered = r"आप \w+ते हैं|aap \w+ (?:karte|karti) hain|खो गए आप|gayab ho"
    agreeing = r"(?:रहा|रही|रखा है|भेजा है|आया है|raha|rahi|rakha hai|bheja hai|aaya hai) \{offer\}"
    for segment in SEGMENTS:
        for template in backup_templates(segment):
            assert not re.search(f"{familiar}|{gendered}|{agreeing}", template, re.IGNORECASE), template


@given(
    segment=st.sampled_from(SEGMENTS),
    customer=st.text(),
    name=st.text(),
    offer=st.sampled_from([OFFER, LONGEST_OFFER]),
)
def test_a_message_always_fits(segment: MessageSegment, customer: str, name: str, offer: OfferText) -> None:
    """Any id and any text for a name give a message of at most 160 characters that holds the offer."""
    _, message = backup_message(customer, segment, name=clean_name(name), offer=offer)
    assert len(message) <= DEFAULT_CHANNEL.max_characters
    assert offer.short in message
    assert "{" not in message


def test_every_template_fits_the_longest_name_and_offer() -> None:
    """With 24 characters of name and 70 of offer, the name or the terms are left out, never the offer."""
    for segment in SEGMENTS:
        for template in backup_templates(segment):
            message = compose_message(template, name="N" * 24, offer=LONGEST_OFFER, language=segment.language)
            assert message is not None
            assert LONGEST_OFFER.short in message


def test_the_name_is_left_out_before_the_terms() -> None:
    """The terms of an offer matter more than a greeting by name."""
    template = "Hi {name}, " + "x" * 70 + " {offer}."
    message = compose_message(
        template,
        name="Konstantinopolitanides",
        offer=OfferText("w" * 40, "w" * 40 + " (7 days)" + " " * 20),
        language="en",
    )
    assert message is not None
    assert message.startswith("Hi there,")
    assert "(7 days)" in message


def test_a_template_without_room_for_the_offer_is_not_used() -> None:
    """Nothing is cut off; there is no message instead."""
    assert (
        compose_message(
            "Hi {name}, " + "x" * 100 + " {offer}.", name=None, offer=OfferText("w" * 70, "w" * 80), language="en"
        )
        is None
    )


def test_another_process_picks_the_same_template() -> None:
    """The choice depends on a hash of the id and the segment, which no process or seed changes."""
    code = (
        "from retention.messages.templates import backup_message;"
        "from retention.messages.segments import MessageSegment;"
        "from retention.messages.offer_text import OfferText;"
        "offer = OfferText('x', 'x');"
        "print([backup_message(str(i), MessageSegment(), name=None, offer=offer)[0] for i in range(50)])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": "1"}
    )
    picked_here = [
        backup_message(str(i), MessageSegment(), name=None, offer=OfferText("x", "x"))[0] for i in range(50)
    ]
    assert ran.stdout.strip() == str(picked_here)


def test_all_choices_are_used() -> None:
    """Customers spread evenly over the templates of their segment."""
    picked = [pick(("a", "b", "c"), f"C-{number}", MessageSegment()) for number in range(3000)]
    assert {choice: picked.count(choice) > 850 for choice in "abc"} == dict.fromkeys("abc", True)


def test_hand_written_templates_need_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """With sockets blocked, messages are still written."""
    monkeypatch.setattr(socket, "socket", None)
    assert backup_message("C-1", MessageSegment(), name="Priya", offer=OFFER)[1]


@pytest.mark.parametrize(
    ("language", "short", "full"),
    [
        ("en", "₹50 off your next order", "₹50 off your next order (min ₹199, 7 days)"),
        ("hi", "अगले ऑर्डर पर ₹50 की छूट", "अगले ऑर्डर पर ₹50 की छूट (न्यूनतम ₹199, 7 दिन)"),
        ("hinglish", "₹50 off your next order", "₹50 off your next order (min ₹199, 7 days)"),
    ],
)
def test_an_offers_text_comes_from_the_catalogue(language: str, short: str, full: str) -> None:
    """Terms follow the words in their language; English stands in for a missing one."""
    assert offer_texts([CASH], language=language, currency="₹")["cash_50"] == OfferText(short, full)


def test_an_offer_without_a_minimum_basket_says_only_how_long() -> None:
    """No empty terms, and one day is one day."""
    assert offer_texts([DELIVERY], language="en", currency="€")["free_delivery"].full.endswith("(1 day)")
