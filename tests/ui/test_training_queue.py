"""The queue for training, which runs one at a time."""

import threading

import pytest

from retention.errors import Cancelled, InputError
from retention.progress import silent
from retention.ui.training_queue import TrainingQueue


class Waiter(threading.Thread):
    """Takes a turn, notes the progress it is sent, and keeps the turn until released."""

    def __init__(self, queue: TrainingQueue) -> None:
        super().__init__(daemon=True)
        self.queue = queue
        self.descriptions: list[str] = []
        self.heard, self.served, self.go, self.stop = (threading.Event() for _ in range(4))
        self.start()

    def run(self) -> None:
        try:
            with self.queue.wait_for_turn(self.hear, limit_s=60):
                self.served.set()
                self.go.wait(30)
        except Cancelled:
            self.descriptions.append("cancelled")

    def hear(self, share: float, words: str) -> None:
        """Note the place."""
        if self.stop.is_set():
            raise Cancelled("stopped")
        self.descriptions.append(words)
        self.heard.set()


def test_turns_come_in_order_and_the_place_is_reported() -> None:
    """The second is shown that it is next, the third that one is before it, and each is served in turn."""
    queue = TrainingQueue("training")
    first = Waiter(queue)
    assert first.served.wait(10)
    second = Waiter(queue)
    assert second.heard.wait(10)
    third = Waiter(queue)
    assert third.heard.wait(10)
    assert (first.descriptions, len(queue)) == ([], 3)
    assert second.descriptions[0] == "Another training is running; you are next in the queue"
    assert third.descriptions[0] == "Another training is running; 1 before you in the queue"
    first.go.set()
    assert second.served.wait(10)
    assert not third.served.is_set()
    second.go.set()
    assert third.served.wait(10)
    third.go.set()
    third.join(10)
    assert len(queue) == 0


def test_stopped_work_leaves_the_queue() -> None:
    """The visitors behind move up."""
    queue = TrainingQueue("training")
    first = Waiter(queue)
    assert first.served.wait(10)
    second = Waiter(queue)
    assert second.heard.wait(10)
    second.stop.set()
    second.join(10)
    assert second.descriptions[-1] == "cancelled"
    third = Waiter(queue)
    assert third.heard.wait(10)
    assert third.descriptions[0] == "Another training is running; you are next in the queue"
    first.go.set()
    assert third.served.wait(10)
    third.go.set()


def test_a_turn_ends_with_a_sentence_when_its_time_is_over() -> None:
    """The limit counts from the turn's beginning, and the line goes on."""
    now = [0.0]
    queue = TrainingQueue("training", clock=lambda: now[0])
    with queue.wait_for_turn(silent, limit_s=60) as report:
        now[0] = 60.0
        report(0.5, "working")
        now[0] = 60.1
        with pytest.raises(InputError, match="this training takes longer than the 60 s it may take here"):
            report(0.6, "working")
    assert len(queue) == 0
