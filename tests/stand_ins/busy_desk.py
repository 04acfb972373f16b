"""The app with another user who trains whenever the queue is free: ``python -m tests.stand_ins.busy_desk PIPE``.

Their training ends when something is written into the named pipe; then the next in the training queue starts.
"""

import sys
import threading
from pathlib import Path

from retention.progress import silent
from retention.ui.app import build, launch
from retention.ui.start import start
from retention.ui.training_queue import TRAINING_QUEUE

_A_DAY_S = 86_400


def train(until: Path) -> None:
    """Hold one turn after the other, each until the pipe is written to, once the example is trained."""
    start()
    while True:
        with TRAINING_QUEUE.wait_for_turn(silent, limit_s=_A_DAY_S):
            until.read_text()


if __name__ == "__main__":
    threading.Thread(target=train, args=[Path(sys.argv[1])], daemon=True).start()
    launch(build())
