"""The app, where somebody else trains whenever nobody does: ``python -m tests.stand_ins.busy_desk PIPE``.

Their training ends when something is written into the named pipe; whoever waits in the queue is next.
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
    """Take one turn after the other, each until the pipe is written to; the example is trained before."""
    start()
    while True:
        with TRAINING_QUEUE.wait_for_turn(silent, limit_s=_A_DAY_S):
            until.read_text()


if __name__ == "__main__":
    threading.Thread(target=train, args=[Path(sys.argv[1])], daemon=True).start()
    launch(build())
