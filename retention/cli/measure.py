"""``measure``: what a campaign, or an experiment that ran elsewhere, really did."""

import argparse
import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

from retention.cli.command import AddCommand, CommandResult, join_lines
from retention.errors import InputError

if TYPE_CHECKING:
    from retention.pipeline.measure import Reading

_LOG_FLAGS = ("customer", "time", "amount")
_EXPERIMENT_FLAGS = ("arm", "control", "kept", "money", "chance", "unit", "features")


def add(command: AddCommand) -> None:
    """Add the command."""
    measure = command("measure", _measure, "what a campaign really earned, against the customers held out of it")
    measure.add_argument("campaign", type=Path, nargs="?", help="the campaign (zip) that `holdout` wrote")
    measure.add_argument("--orders", type=Path, metavar="LOG", help="order log: CSV or Parquet, one row an order")
    for role in _LOG_FLAGS:
        measure.add_argument(
            f"--{role}", metavar="COLUMN", help=f"the {role} column of the log; guessed by its name"
        )
    measure.add_argument(
        "--outcomes",
        type=Path,
        metavar="TABLE",
        help="instead of a log: id, kept (yes/no), optional: redeemed, spend, contacted, opted_out, stayed_on",
    )
    measure.add_argument(
        "--ledger", type=Path, help="the ledger that the campaign was drawn with; keeps the reading"
    )
    measure.add_argument("--as-of", metavar="DATE", help="day of the measurement (YYYY-MM-DD); default: today")
    measure.add_argument("--out", type=Path, help="reading (zip) to write")
    experiment = measure.add_argument_group(
        "for an experiment that ran elsewhere", "if chance alone decided who got what, and you vouch for it"
    )
    experiment.add_argument("--experiment", type=Path, metavar="TABLE", help="CSV or Parquet, one row a customer")
    experiment.add_argument("--arm", metavar="COLUMN", help="who got what")
    experiment.add_argument("--control", metavar="VALUE", help="the arm that got nothing")
    experiment.add_argument(
        "--kept", metavar="COLUMN", help="whether the customer was kept: yes/no, 1/0, true/false"
    )
    experiment.add_argument("--money", metavar="COLUMN", help="what the customer brought; 0 for nothing")
    experiment.add_argument(
        "--chance",
        metavar="P",
        help="the chance of being treated at all, e.g. 0.5; several treatment arms share it equally. A=0.2,B=0.3 "
        "gives each treatment arm its own. a column holds each row's chance of being treated, or of its arm",
    )
    experiment.add_argument("--id", metavar="COLUMN", help="the customer's id; refuses one who appears twice")
    experiment.add_argument("--unit", metavar="COLUMN", help="the group that was drawn as a whole, e.g. a village")
    experiment.add_argument(
        "--features",
        metavar="A,B",
        help="columns known before the treatment: their balance is tested, and the effect is adjusted by them",
    )


def _measure(options: argparse.Namespace) -> CommandResult:
    if options.out is not None and options.out.is_dir():  # before the ledger keeps a reading
        raise InputError(f"{options.out}: is a folder; name a file to write")
    if options.experiment is not None:
        for name in ("campaign", "orders", *_LOG_FLAGS, "outcomes", "ledger", "as_of"):
            if getattr(options, name) is not None:
                raise InputError(
                    f"measure: {name.replace('_', '-')} is of a campaign; leave it out, or --experiment"
                )
        return _result(_experiment(options), options.out)
    for name in (*_EXPERIMENT_FLAGS, "id"):
        if getattr(options, name) is not None:
            raise InputError(
                f"--{name}: is for an experiment that ran elsewhere; pass its table with --experiment"
            )
    for name in _LOG_FLAGS:
        if getattr(options, name) is not None and options.orders is None:
            raise InputError(f"--{name}: names a column of the order log; pass the log with --orders")
    if options.campaign is None:
        raise InputError(
            "measure: pass the campaign's zip, or --experiment with the table of one that ran elsewhere"
        )
    return _result(_campaign(options), options.out)


def _campaign(options: argparse.Namespace) -> "Reading":
    from retention.pipeline.measure import Campaign, measure_campaign, read_log

    try:
        as_of = None if options.as_of is None else dt.date.fromisoformat(options.as_of)
    except ValueError:
        raise InputError(f"--as-of: {options.as_of!r} is no date; write it as YYYY-MM-DD") from None
    campaign = Campaign.load(options.campaign)
    columns = {name: getattr(options, name) for name in _LOG_FLAGS}
    return measure_campaign(
        campaign,
        orders=None if options.orders is None else read_log(options.orders, as_of=as_of, **columns),
        outcomes=options.outcomes,
        as_of=as_of,
        ledger=options.ledger,
    )


def _experiment(options: argparse.Namespace) -> "Reading":
    from retention.pipeline.customers import split_column_names
    from retention.pipeline.measure import ExperimentColumns, measure_experiment

    for flag in ("arm", "kept"):
        if getattr(options, flag) is None:
            raise InputError(f"--{flag}: is needed with --experiment; pass the column")
    return measure_experiment(
        options.experiment,
        ExperimentColumns(
            arm=options.arm,
            control=options.control,
            kept=options.kept,
            chance=options.chance,
            money=options.money,
            id=options.id,
            unit=options.unit,
            features=tuple(split_column_names(options.features or "")),
        ),
    )


def _result(reading: "Reading", out: Path | None) -> CommandResult:
    from retention.campaign.metric_rows import metric_rows

    if out is not None:
        reading.save(out)
    return {"reading": None if out is None else str(out), **reading.as_dict()}, join_lines(
        reading.sentence,
        *(row.in_words() for row in metric_rows(reading)),
        *(check.sentence for check in reading.checks),
        *reading.notes,
        "" if out is None else f"reading in {out}",
    )
