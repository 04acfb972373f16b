"""``learn``: what the next plan should expect of each offer, as campaigns measured it."""

import argparse
from pathlib import Path

from retention.cli.command import AddCommand, CommandResult, join_lines, whole_number


def add(command: AddCommand) -> None:
    """Add the command."""
    learn = command("learn", _learn, "measured rates, and for whom an offer works, from one or more readings")
    learn.add_argument("readings", type=Path, nargs="+", help="readings (zip) that `measure --out` wrote")
    learn.add_argument("--out", type=Path, help="rates (zip) to write, for `score --rates` and `profit --rates`")
    learn.add_argument(
        "--seed", type=whole_number, default=0, help="decides folds and boosters; default: %(default)s"
    )


def _learn(options: argparse.Namespace) -> CommandResult:
    from retention.pipeline.learn import learn_from_files

    learning = learn_from_files(options.readings, out=options.out, seed=options.seed)
    out = options.out
    return {"learned": None if out is None else str(out), **learning.as_dict()}, join_lines(
        *learning.words, "" if out is None else f"rates in {out}"
    )
