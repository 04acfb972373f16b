"""``demo``: every step in a row, on simulated customers."""

import argparse
from pathlib import Path

from retention.cli.command import (
    AddCommand,
    CommandResult,
    add_market_flags,
    add_money_flags,
    economics_from,
    join_lines,
    show_progress,
)


def add(command: AddCommand) -> None:
    """Add the command."""
    demo = command("demo", _demo, "run every step on simulated customers")
    demo.add_argument("--out", type=Path, required=True, help="folder to write")
    add_market_flags(demo)
    add_money_flags(demo)


def _demo(options: argparse.Namespace) -> CommandResult:
    from retention.pipeline.demo import demo
    from retention.pipeline.messages import writer_from_settings
    from retention.pipeline.profit import describe_profit, profit_as_dict
    from retention.settings import settings

    results = demo(
        options.out,
        customers=options.customers,
        seed=options.seed,
        economics=economics_from(options),
        writer=writer_from_settings(settings()),
        progress=show_progress,
    )
    profit = profit_as_dict(results.curve)
    customers, messages = len(results.scored.send_list), results.message_run.message_count
    return {
        "profit_model": profit["profit_deployed"],
        "profit_all": profit["profit_all"],
        "profit_none": profit["profit_none"],
        "customers": customers,
        "messages": messages,
        "files": [str(file) for file in results.files],
        "evidence": {f"profit_{name}": profit["evidence"][f"profit_{key}"] for name, key in
                     [("model", "deployed"), ("all", "all"), ("none", "none")]},
    }, join_lines(
        describe_profit(results.curve),
        f"{messages:,} messages for today's send list of {customers:,} customers",
        f"files in {options.out}: " + ", ".join(file.name for file in results.files),
    )  # fmt: skip
