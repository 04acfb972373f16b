"""``train``: the churn model."""

import argparse
from pathlib import Path
from typing import Literal

from retention.cli.command import (
    AddCommand,
    CommandResult,
    add_customer_flags,
    join_lines,
    read_customers_from,
    show_progress,
    whole_number,
)
from retention.errors import InputError
from retention.wording.typed_numbers import read_typed_number


def add(command: AddCommand) -> None:
    """Add the command."""
    train = command("train", _train, "fit a churn model and measure it on customers it has not seen")
    add_customer_flags(train)
    train.add_argument("--out", type=Path, required=True, help="model folder to write")
    train.add_argument("--seed", type=whole_number, default=0, help="the same seed gives the same model")
    train.add_argument(
        "--scale-pos-weight",
        metavar="W",
        help="weight churned customers by W, or 'balanced'; undone before money is computed",
    )
    train.add_argument(
        "--left-alone",
        type=Path,
        metavar="LEDGER",
        help="leave out customers written to while their label was observed, and weight held-out ones for them",
    )
    train.add_argument(
        "--cutoff", metavar="DATE", help="for --left-alone: the cutoff of the snapshot (YYYY-MM-DD)"
    )
    train.add_argument(
        "--horizon-days",
        type=whole_number,
        metavar="N",
        help="for --left-alone: days after the cutoff that decide the label",
    )


def _train(options: argparse.Namespace) -> CommandResult:
    from retention.pipeline.churn import comparison_lines, find_rows_left_alone, train_model

    for flag in ("cutoff", "horizon_days"):
        if options.left_alone is None and getattr(options, flag) is not None:
            name = flag.replace("_", "-")
            raise InputError(f"--{name}: is for --left-alone; pass the ledger with it, or leave it out")
    customers = read_customers_from(options)
    left_alone = None
    if options.left_alone is not None:
        left_alone = find_rows_left_alone(
            customers, options.left_alone, cutoff=options.cutoff, horizon_days=options.horizon_days
        )
    model = train_model(
        customers,
        scale_pos_weight=_weight(options.scale_pos_weight),
        left_alone=left_alone,
        seed=options.seed,
        progress=show_progress,
    )
    model.save(options.out)
    metrics = model.metrics
    trained_rows = len(customers) if left_alone is None else int(left_alone.is_left_alone.sum())
    rows = f"rows of {len(customers.cutoffs)} cutoffs; at the newest" if model.out_of_time else "customers;"
    read = {"roles": customers.roles.as_dict(), "notes": list(customers.notes)}
    return {"model": str(options.out), **model.as_dict(), **read}, join_lines(
        *customers.notes,
        f"{options.out}: {model.chosen}, trained on {trained_rows:,} {rows} {model.churn_rate:.1%} churned",
        f"on customers it had not seen: AUC {metrics.roc_auc:.3f}, Brier {metrics.brier:.4f}, "
        f"mean probability {metrics.mean_probability:.1%}",
        *comparison_lines(model.candidates, model.chosen),
        model.weighting["words"] if model.weighting else "",
        model.left_alone.sentence if model.left_alone else "",
        model.out_of_time.sentence if model.out_of_time else "",
        *model.warnings,
    )


def _weight(text: str | None) -> float | Literal["balanced"] | None:
    if text is None:
        return None
    if text == "balanced":
        return "balanced"
    weight = read_typed_number(text)
    if weight is None:
        raise InputError(f"--scale-pos-weight: {text!r} is no number; pass one, or 'balanced'")
    return weight
