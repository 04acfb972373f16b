"""``campaigns``: the campaigns of a ledger, and what they did together."""

import argparse
from pathlib import Path

from retention.cli.command import AddCommand, CommandResult, join_lines


def add(command: AddCommand) -> None:
    """Add the command."""
    campaigns = command("campaigns", _campaigns, "list the campaigns of a ledger, and what they did together")
    campaigns.add_argument("--ledger", type=Path, required=True, help="the ledger that campaigns were drawn with")


def _campaigns(options: argparse.Namespace) -> CommandResult:
    from retention.pipeline.campaigns import campaigns_in

    listed = campaigns_in(options.ledger)
    return listed.as_dict(), join_lines(*listed.in_words())
