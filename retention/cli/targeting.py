"""``score``: the send list."""

import argparse
from pathlib import Path

from retention.cli.command import (
    AddCommand,
    CommandResult,
    add_customer_flags,
    add_money_flags,
    add_policy_flags,
    add_rates_flag,
    join_lines,
    number,
    send_policy_from,
    show_progress,
)


def add(command: AddCommand) -> None:
    """Add the command."""
    score = command("score", _score, "churn probabilities, reasons and the send list")
    add_customer_flags(score)
    add_money_flags(score)
    score.add_argument("--model", type=Path, required=True, help="folder of the model")
    score.add_argument(
        "--out", type=Path, required=True, help="send list to write: .csv or .parquet; a folder for several files"
    )
    add_policy_flags(score)
    add_rates_flag(score)
    score.add_argument(
        "--churn-rate",
        type=number,
        metavar="SHARE",
        help="re-base the probabilities on this share of churned customers (0 to 1), where it changed since the "
        "training and little else did; the drift report estimates it",
    )


def _score(options: argparse.Namespace) -> CommandResult:
    from retention.pipeline.churn import ChurnModel
    from retention.pipeline.customers import split_column_names
    from retention.pipeline.targeting import score_file

    summary = score_file(
        options.customers,
        options.out,
        ChurnModel.load(options.model).at_churn_rate(options.churn_rate),
        send_policy_from(options),
        id=options.id,
        label=options.label,
        value=options.value_column,
        exclude=split_column_names(options.exclude),
        progress=show_progress,
    )
    return {"scored": str(options.out), **summary.as_dict()}, join_lines(
        f"{summary.customers:,} customers in {options.out}, {summary.contacted:,} of them on the send list",
        *summary.in_words(),
    )
