"""The same steps as the app, on the command line: one module a step, each with its flags beside its work.

Exit codes: 0 done; 2 the input or the request was wrong, with one line on stderr; 1 a bug.
With ``--json`` one object goes to stdout; progress and words always go to stderr.
"""

import argparse
import json
import sys
from collections.abc import Callable, Sequence

from retention.cli import churn, customers, demo, hub, offers, profit
from retention.cli.command import AddCommand, Outcome, Parser
from retention.errors import RetentionError


def main(
    arguments: Sequence[str] | None = None,
    *,
    program: str = "python -m retention",
    more: Sequence[Callable[[AddCommand], None]] = (),
) -> int:
    """Run one command and return its exit code; ``more`` adds commands that live above this room, as ``app``."""
    try:
        options = _parser(program, more).parse_args(arguments)
        found, words = options.command(options)
    except RetentionError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 2
    except OSError as error:
        if error.filename is None:
            raise
        print(f"error: {error.filename}: {error.strerror}; check the path", file=sys.stderr)
        return 2
    print(json.dumps(found, ensure_ascii=False, allow_nan=False) if options.json else words)
    return 0


def _parser(program: str, more: Sequence[Callable[[AddCommand], None]]) -> argparse.ArgumentParser:
    parser = Parser(prog=program, description="Find who is about to leave, and whom an offer pays for.")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND", parser_class=Parser)

    def command(
        name: str, run: Callable[[argparse.Namespace], Outcome], words: str, *, json: bool = True
    ) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=words, description=words)
        added.set_defaults(command=run, json=False)
        if json:
            added.add_argument("--json", action="store_true", help="print one JSON object on stdout")
        return added

    for add in (*(step.add for step in (customers, churn, profit, offers, hub, demo)), *more):
        add(command)
    return parser
