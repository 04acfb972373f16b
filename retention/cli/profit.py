"""``profit``: what an offer earns at each threshold."""

import argparse
from pathlib import Path

from retention.cli.command import (
    AddCommand,
    CommandResult,
    add_catalogue_flag,
    add_money_flags,
    add_rates_flag,
    number,
    priced_policy_from,
)


def add(command: AddCommand) -> None:
    """Add the command."""
    profit = command("profit", _profit, "what an offer campaign earns at each threshold")
    profit.add_argument("--model", type=Path, required=True, help="folder of the model")
    add_money_flags(profit)
    add_catalogue_flag(profit)
    add_rates_flag(profit)
    profit.add_argument("--threshold", type=number, help="show this threshold; default: the one that is deployed")


def _profit(options: argparse.Namespace) -> CommandResult:
    from retention.pipeline.churn import ChurnModel
    from retention.pipeline.profit import describe_profit, profit_as_dict, profit_of_policy

    policy = priced_policy_from(options)
    curve = profit_of_policy(ChurnModel.load(options.model), policy)
    return (
        profit_as_dict(curve, options.threshold, policy=policy),
        describe_profit(curve, options.threshold, policy=policy),
    )
