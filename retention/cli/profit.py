"""``score``, ``profit`` and ``report``: who is worth an offer."""

import argparse
import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retention.cli.command import (
    AddCommand,
    Outcome,
    catalogue_flag,
    customer_flags,
    decision_flags,
    economics_of,
    lines,
    money_flags,
    policy_of,
    progress,
    read_customers_of,
    role_flags,
)
from retention.customers.roles import split_column_names
from retention.errors import InputError

if TYPE_CHECKING:
    from retention.churn.model import ChurnModel


def add(command: AddCommand) -> None:
    """Add the three commands."""
    _score_flags(command("score", _score, "probabilities, reasons and the send list"))

    profit = command("profit", _profit, "what an offer campaign earns at each threshold")
    profit.add_argument("--model", type=Path, required=True)
    money_flags(profit)
    catalogue_flag(profit)
    profit.add_argument("--threshold", type=float, help="show this threshold; default: the best one")

    report = command("report", _report, "one page for a manager, ready to print")
    report.add_argument("--model", type=Path, required=True)
    report.add_argument("--out", type=Path, required=True, help="HTML file to write")
    report.add_argument(
        "--customers", type=Path, metavar="FILE", help="the customers it was trained on, to audit them on the page"
    )
    role_flags(report)
    money_flags(report)
    catalogue_flag(report)


def _score_flags(parser: argparse.ArgumentParser) -> None:
    customer_flags(parser)
    money_flags(parser)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    decision_flags(parser)


def _score(options: argparse.Namespace) -> Outcome:
    from retention.churn.model import ChurnModel
    from retention.targeting import score_file

    summary = score_file(
        options.customers,
        options.out,
        ChurnModel.load(options.model),
        policy_of(options),
        id=options.id,
        label=options.label,
        value=options.value_column,
        exclude=split_column_names(options.exclude),
        progress=progress,
    )
    found = {"scored": str(options.out), **summary.as_dict()}
    return found, lines(
        f"{summary.customers:,} customers in {options.out}, {summary.contacted:,} of them on the send list",
        *summary.in_words(),
    )


def _profit(options: argparse.Namespace) -> Outcome:
    from retention.churn.model import ChurnModel
    from retention.profit.curve_json import curve_as_dict
    from retention.profit.profit_text import profit_summary
    from retention.targeting import profit_of_model

    curve = profit_of_model(ChurnModel.load(options.model), economics_of(options))
    found = curve_as_dict(curve, options.threshold)
    return found, profit_summary(curve, options.threshold)


def _report(options: argparse.Namespace) -> Outcome:
    from retention.artifacts import write_file
    from retention.churn.model import ChurnModel
    from retention.report import render_report
    from retention.targeting import profit_of_model

    model = ChurnModel.load(options.model)
    curve = profit_of_model(model, economics_of(options))
    html = render_report(
        model,
        curve,
        made_at=dt.datetime.now(dt.UTC).date(),
        folder=options.model,
        **_training_customers(options, model),
    )
    write_file(options.out, html.encode())
    return {"report": str(options.out)}, f"report in {options.out}"


def _training_customers(options: argparse.Namespace, model: "ChurnModel") -> dict[str, Any]:
    """Return what the report says of the customers a model was trained on; nothing where no file was given."""
    if options.customers is None:
        return {}
    from retention.customers.audit import audit

    customers = read_customers_of(options)
    if model.customers not in {len(customers), len(customers.newest())}:
        raise InputError(
            f"{customers.source}: holds {len(customers):,} customers, and the model was trained on "
            f"{model.customers:,}; pass the file it was trained on"
        )
    return {"source": customers.source, "findings": audit(customers)}
