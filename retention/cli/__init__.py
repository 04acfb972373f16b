"""The command line: the same steps as the app, one module a step, each with its flags beside its work.

Exit codes: 0 done; 2 the input or the request was wrong, with one line on stderr; 1 a bug.
With ``--json`` one object goes to stdout; progress and errors always go to stderr.
"""

import argparse
import errno
import json
import os
import sys
from collections.abc import Callable, Sequence

from retention.cli import (
    campaigns,
    churn,
    customers,
    demo,
    holdout,
    hub,
    learn,
    measure,
    offers,
    profit,
    report,
    targeting,
)
from retention.cli.command import AddCommand, CommandResult, Parser
from retention.errors import RetentionError

_STEPS = (customers, churn, profit, targeting, holdout, offers, measure, learn, campaigns, report, hub, demo)


def main(
    arguments: Sequence[str] | None = None,
    *,
    program: str = "python -m retention",
    extra_commands: Sequence[Callable[[AddCommand], None]] = (),
) -> int:
    """Run one command and return its exit code.

    Parameters
    ----------
    arguments
        The command and its flags; None for those of the process.
    program
        What help and errors call the program.
    extra_commands
        Functions that add commands from rooms above the command line, such as ``app``.
    """
    try:
        options = build_parser(program, extra_commands).parse_args(arguments)
        result, text = options.command(options)
    except RetentionError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 2
    except SystemExit:  # help was asked for
        _print("", end="")
        raise
    except OSError as error:
        if error.filename is None and error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
            print(f"error: {error.strerror}: no room to write; make room, also for TMPDIR", file=sys.stderr)
            return 2
        if error.filename is None:
            raise
        print(f"error: {error.filename}: {error.strerror}; check the path", file=sys.stderr)
        return 2
    _print(json.dumps(result, ensure_ascii=False, allow_nan=False) if options.json else text)
    return 0


def _print(text: str, *, end: str = "\n") -> None:
    """Write to stdout at once; whoever reads a pipe, such as ``head``, may have read enough and closed it."""
    try:
        print(text, end=end, flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is still to be flushed goes nowhere


def build_parser(
    program: str, extra_commands: Sequence[Callable[[AddCommand], None]] = ()
) -> argparse.ArgumentParser:
    """Return the parser of all commands; help and errors call the program ``program``."""
    parser = Parser(prog=program, description="Find customers about to churn, and those an offer pays for.")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND", parser_class=Parser)

    def command(
        name: str, run: Callable[[argparse.Namespace], CommandResult], description: str, *, json: bool = True
    ) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=description, description=description)
        added.set_defaults(command=run, json=False)
        if json:
            added.add_argument("--json", action="store_true", help="print one JSON object on stdout")
        return added

    for add in (*(step.add for step in _STEPS), *extra_commands):
        add(command)
    return parser
