"""Customers who are held back: listed twice, or messaged by another run within the cool-down."""

from pathlib import Path

from retention.messages.ledger import Ledger
from tests.messages.cases import send_list, write


def test_a_customer_listed_twice_gets_one_message() -> None:
    """The second row of the same customer is held back."""
    rows = send_list(6, customer_id=["a", "b", "a", "c", "c", "c"])
    message_run = write(rows)
    assert message_run.messages_frame["customer_id"].tolist() == ["a", "b", "c"]
    assert (message_run.customer_count, message_run.message_count, message_run.held_back_count) == (6, 3, 3)


def test_recently_messaged_customers_are_held_back(tmp_path: Path) -> None:
    """Another run within the cool-down holds them back, and a run after it does not."""
    clock = [1_700_000_000.0]
    with Ledger(tmp_path / "offers.sqlite", now=lambda: clock[0]) as ledger:
        write(send_list(10), ledger=ledger, run="june")
        clock[0] += 7 * 86_400
        july = write(send_list(15), ledger=ledger, run="july")
        assert july.messages_frame["customer_id"].tolist() == [f"C-{number:05d}" for number in range(10, 15)]
        assert (july.customer_count, july.message_count, july.held_back_count) == (15, 5, 10)
        assert write(send_list(10), ledger=ledger, run="july b", cool_down_days=3).message_count == 10
        clock[0] += 14.1 * 86_400
        assert write(send_list(10), ledger=ledger, run="august").message_count == 10


def test_customers_held_back_are_listed_with_the_reason(tmp_path: Path) -> None:
    """Each is listed with why they get no message, and the day of the message they had."""
    with Ledger(tmp_path / "offers.sqlite", now=lambda: 1_700_000_000.0) as ledger:
        write(send_list(2), ledger=ledger, run="june")
        rows = send_list(4, customer_id=["C-00001", "x", "x", "y"])
        message_run = write(rows, ledger=ledger, cool_down_days=3)
    assert message_run.held_back_frame.to_numpy().tolist() == [
        ["C-00001", "messaged less than 3 days ago", "2023-11-14"],
        ["x", "stands in the list twice", ""],
    ]
    assert message_run.messages_frame["customer_id"].tolist() == ["x", "y"]
