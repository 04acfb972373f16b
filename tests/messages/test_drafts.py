"""The first messages: what a send list must hold, and what a message is made from."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retention.errors import InputError
from retention.messages.channels.registry import DEFAULT_CHANNEL
from retention.messages.drafts import input_hashes
from tests.messages.cases import CASH, send_list, write


def test_two_columns_are_enough() -> None:
    """An id and send = yes are enough; such customers get the first offer."""
    run = write(pd.DataFrame({"customer_id": ["1"], "send": ["yes"]}))
    assert CASH.gives["en"] in run.messages_frame["message"].iloc[0]


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ({"customer_id": None}, "column 'customer_id' is missing"),
        ({"send": None}, "column 'send' is missing"),
        ({"offer": "gold"}, "row 1 names the offer 'gold', which is not in the catalogue"),
        ({"customer_id": [None, *"abc"]}, "holds an empty cell"),
    ],
)
def test_a_send_list_that_cannot_be_used_is_refused(columns: dict[str, object], sentence: str) -> None:
    """The error says in one sentence what is wrong and where."""
    with pytest.raises(InputError, match=sentence):
        write(send_list(4, **columns))


@settings(max_examples=60, deadline=None)
@given(
    names=st.lists(st.one_of(st.text(), st.none()), min_size=1, max_size=5),
    cuisine=st.text(),
    reason=st.text(),
    language=st.sampled_from(["en", "hi", "hinglish"]),
)
def test_no_cell_makes_it_fail(names: list[str | None], cuisine: str, reason: str, language: str) -> None:
    """Every row gets a message, whatever text its cells hold."""
    rows = send_list(len(names), name=pd.Series(names, dtype=object), cuisine=cuisine, reason_1=reason)
    messages = write(rows, language=language).messages_frame["message"]
    assert len(messages) == len(names)
    assert messages.str.len().max() <= DEFAULT_CHANNEL.max_characters
    assert not messages.str.contains(r"[{}\x00-\x1f]").any()


def test_the_input_hash_covers_what_a_message_is_made_from() -> None:
    """Any relevant cell changes the hash; other columns and the way numbers are stored do not."""
    rows = pd.DataFrame(
        {"customer_id": ["1"], "name": ["Priya"], "offer": ["cash_50"], "value": [500.0], "city": ["Pune"]}
    )
    (base,) = input_hashes(rows, made_of=["segment"])
    assert len(base) == 64
    for equal_rows in (
        rows.assign(city="Delhi"),
        rows.assign(value=500),
        rows.assign(name=pd.array(["Priya"], dtype="str")),
    ):
        assert input_hashes(equal_rows, made_of=["segment"]) == [base]
    for other_rows in (
        rows.assign(name="Aarav"),
        rows.assign(offer="x"),
        rows.assign(value=501.0),
        rows.assign(name=None),
    ):
        assert input_hashes(other_rows, made_of=["segment"]) != [base]
    assert input_hashes(rows, made_of=["another segment"]) != [base]
