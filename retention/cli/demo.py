"""``demo``: every step in a row, on simulated customers."""

import argparse
from pathlib import Path

from retention.cli.command import AddCommand, Outcome, economics_of, lines, market_flags, money_flags, progress


def add(command: AddCommand) -> None:
    """Add the command."""
    demo = command("demo", _demo, "all of the above on simulated customers")
    demo.add_argument("--out", type=Path, required=True, help="folder to write")
    market_flags(demo)
    money_flags(demo)


def _demo(options: argparse.Namespace) -> Outcome:
    from retention.messages.llm.client import writer_from_settings
    from retention.pipeline import demo
    from retention.profit.curve_json import curve_as_dict
    from retention.profit.profit_text import profit_summary
    from retention.settings import settings

    made = demo(
        options.out,
        customers=options.customers,
        seed=options.seed,
        economics=economics_of(options),
        writer=writer_from_settings(settings()),
        progress=progress,
    )
    found = curve_as_dict(made.curve)
    found = {
        "profit_model": found["profit_best"],
        "profit_all": found["profit_all"],
        "profit_none": found["profit_none"],
        "customers": len(made.scored.send_list),
        "messages": made.message_run.message_count,
        "files": [str(file) for file in made.files],
        "evidence": {f"profit_{name}": found["evidence"][f"profit_{key}"] for name, key in
                     [("model", "best"), ("all", "all"), ("none", "none")]},
    }  # fmt: skip
    return found, lines(
        profit_summary(made.curve),
        f"{made.message_run.message_count:,} messages for today's send list "
        f"of {len(made.scored.send_list):,} customers",
        f"files in {options.out}: " + ", ".join(file.name for file in made.files),
    )
