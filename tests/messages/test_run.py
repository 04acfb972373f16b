"""A message run: its messages, and the tables derived from them."""

import pandas as pd

from retention.messages.review import approve, edit_message
from retention.messages.run import MESSAGE_COLUMNS
from tests.messages.cases import send_list, write


def test_messages_follow_the_rows() -> None:
    """The send list's columns stay as they are, and three columns follow."""
    rows = send_list(20)
    messages = write(rows).messages_frame
    assert messages.columns.tolist() == [*rows.columns, "message", "message_source", "message_note"]
    pd.testing.assert_frame_equal(messages[rows.columns], rows)


def test_the_tables_are_derived_from_the_messages() -> None:
    """Each row of the table is one message object, and some rows can be had without the whole table."""
    rows = send_list(6, customer_id=["a", "b", "a", "c", "d", "e"])
    run = write(rows)
    assert [message.customer for message in run.messages] == run.messages_frame["customer_id"].tolist()
    assert [message.text for message in run.messages] == run.messages_frame["message"].tolist()
    assert (
        [customer.customer for customer in run.held_back] == run.held_back_frame["customer_id"].tolist() == ["a"]
    )
    pd.testing.assert_frame_equal(run.rows(1, 3), run.messages_frame.iloc[1:3])


def test_an_edit_replaces_only_the_messages_concerned() -> None:
    """The other messages of the new run are the same objects, and the old run stays as it was."""
    run = write(send_list(50), review=True)
    edited = edit_message(run, 7, "Come back soon")
    unchanged = [position for position in range(50) if edited.messages[position] is run.messages[position]]
    assert unchanged == [position for position in range(50) if position != 7]
    assert edited.messages[7].text == edited.messages_frame["message"].iloc[7] == "Come back soon"
    assert run.messages_frame["message"].iloc[7] == run.messages[7].text != "Come back soon"


def test_an_empty_run_has_the_tables_columns() -> None:
    """Approving a run without messages keeps the send list's columns."""
    rows = send_list(3, send="no")
    columns = [*rows.columns, *MESSAGE_COLUMNS]
    run = write(rows, review=True)
    assert run.messages_frame.columns.tolist() == columns
    assert approve(run).messages_frame.columns.tolist() == columns
