"""Try the app with a small real language model that writes message templates: ``make try-llm``.

Starts SmolLM2-135M behind llama.cpp's own OpenAI-compatible server on loopback, and the app against it. ``python
-m benchmarks.try_llm --offers N`` writes messages to N simulated customers on the terminal instead. The model is
far too small to write texts to send: the guard refuses most of them, and every customer still gets a message.
"""

import argparse
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

from retention.messages.batch import write_messages
from retention.messages.llm.client import HubWriter
from retention.messages.review import distinct_templates
from tests.messages.cases import OFFERS, many_kinds
from tests.stand_ins.small_model import SmallModel

ROOT = Path(__file__).parents[1]
MODEL = "SmolLM2-135M"
DEADLINE_S = 60.0
"""Long, because sixteen templates are requested at once and two processors write one or two at a time."""


def app(base_url: str) -> int:
    """Run the app on the model until it ends or is interrupted."""
    print(f"{MODEL} listens at {base_url}; press Ctrl-C to end both", flush=True)
    environment = {
        **os.environ,
        "RETENTION_BASE_URL": base_url,
        "RETENTION_LLM_MODELS": MODEL,
        "RETENTION_DEADLINE_S": f"{DEADLINE_S:g}",
    }
    try:
        return subprocess.run([sys.executable, "app.py"], cwd=ROOT, env=environment, check=False).returncode
    except KeyboardInterrupt:
        return 0


def offers(base_url: str, customers: int) -> int:
    """Write messages to simulated customers, and print every template with its source, and every note."""
    writer = HubWriter((MODEL,), base_url=base_url, deadline_s=DEADLINE_S)
    try:
        run = write_messages(
            many_kinds(customers), id="customer_id", offers=OFFERS, writer=writer,
            progress=lambda share, words: print(f"\r\033[K{share:4.0%} {words}", end="", file=sys.stderr),
        )  # fmt: skip
    finally:
        writer.close()
    print(file=sys.stderr)
    for row in distinct_templates(run).itertuples():
        print(f"{row.customers:>6} {row.source:<14} {row.template}")
    for note, n in Counter(run.messages_frame["message_note"]).most_common():
        print(f"{n:>6} {note or 'no note'}")
    print(f"{run.message_count:,} messages in {run.seconds:.0f} s; {run.breaker.describe()}")
    return 0


def main() -> int:
    """Start the model, then the app or a message run on the terminal."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--offers", type=int, metavar="N", help="write to N simulated customers instead of starting the app"
    )
    options = parser.parse_args()
    with SmallModel() as model:
        return app(model.base_url) if options.offers is None else offers(model.base_url, options.offers)


if __name__ == "__main__":
    sys.exit(main())
