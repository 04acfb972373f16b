"""The program's entry: ``python -m retention``, the installed command ``retention``, and the app's start."""

import argparse
import os
import sys
from collections.abc import Sequence

from retention import cli
from retention.cli.command import AddCommand, CommandResult


def main(arguments: Sequence[str] | None = None, *, program: str = "retention") -> int:
    """Run one command, ``app`` among them, and return its exit code; help and errors call it ``program``."""
    return cli.main(arguments, program=program, extra_commands=[_add_app])


def start_app() -> None:
    """Serve the app until the process ends.

    Raises
    ------
    RetentionError
        If a setting cannot be used, or the ledger cannot be restored.
    """
    # Read when libgomp loads: spinning threads make a shared machine nearly three times slower.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
    from retention.ui.app import build, launch

    launch(build())


def _add_app(command: AddCommand) -> None:
    command(
        "app",
        _app,
        "serve the app on this machine, port 7860 or GRADIO_SERVER_PORT, until it is stopped",
        json=False,
    )


def _app(_: argparse.Namespace) -> CommandResult:
    start_app()
    return {}, "the app has stopped"


if __name__ == "__main__":
    sys.exit(main(program="python -m retention"))
