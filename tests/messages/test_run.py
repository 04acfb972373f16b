"""A message run: its messages, and the tables derived from them."""

import pandas as pd

from tests.messages.cases import send_list, write


def test_messages_follow_the_rows() -> None:
    """The send list's columns stay as they are, and three columns follow."""
    rows = send_list(20)
    messages = write(rows).messages_frame
    assert messages.columns.tolist() == [*rows.columns, "message", "message_source", "message_note"]
    pd.testing.assert_frame_equal(messages[rows.columns], rows)
