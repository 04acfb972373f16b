"""``report``: one page for a manager."""

import argparse
from pathlib import Path

from retention.cli.command import (
    AddCommand,
    CommandResult,
    add_catalogue_flag,
    add_money_flags,
    add_rates_flag,
    add_role_flags,
    priced_policy_from,
    read_customers_from,
)


def add(command: AddCommand) -> None:
    """Add the command."""
    report = command("report", _report, "one page for a manager, ready to print")
    report.add_argument("--model", type=Path, required=True, help="folder of the model")
    report.add_argument("--out", type=Path, required=True, help="HTML file to write")
    report.add_argument(
        "--customers", type=Path, metavar="FILE", help="the customers it was trained on, to audit them on the page"
    )
    report.add_argument(
        "--reading",
        type=Path,
        metavar="ZIP",
        help="what `measure --out` wrote, to show what a campaign really did",
    )
    add_role_flags(report)
    add_money_flags(report)
    add_catalogue_flag(report)
    add_rates_flag(report)


def _report(options: argparse.Namespace) -> CommandResult:
    from retention.pipeline.churn import ChurnModel
    from retention.pipeline.measure import Reading
    from retention.pipeline.profit import profit_of_policy
    from retention.pipeline.report import write_report

    model = ChurnModel.load(options.model)
    curve = profit_of_policy(model, priced_policy_from(options))
    customers = None if options.customers is None else read_customers_from(options)
    reading = None if options.reading is None else Reading.load(options.reading)
    write_report(options.out, model, curve, folder=options.model, customers=customers, reading=reading)
    return {"report": str(options.out)}, f"report in {options.out}"
