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
)
from retention.errors import InputError


def add(command: AddCommand) -> None:
    """Add the command."""
    train = command("train", _train, "fit a churn model and measure it on customers it has not seen")
    add_customer_flags(train)
    train.add_argument("--out", type=Path, required=True, help="model folder to write")
    train.add_argument("--seed", type=int, default=0, help="the same seed gives the same model")
    train.add_argument(
        "--scale-pos-weight",
        metavar="W",
        help="weight churned customers by W, or 'balanced'; undone before money is computed",
    )


def _train(options: argparse.Namespace) -> CommandResult:
    from retention.pipeline.churn import comparison_lines, train_model

    customers = read_customers_from(options)
    model = train_model(
        customers, scale_pos_weight=_weight(options.scale_pos_weight), seed=options.seed, progress=show_progress
    )
    model.save(options.out)
    metrics = model.metrics
    rows = f"rows of {len(customers.cutoffs)} cutoffs; at the newest" if model.out_of_time else "customers;"
    return {"model": str(options.out), **model.as_dict()}, join_lines(
        *customers.notes,
        f"{options.out}: {model.chosen}, trained on {len(customers):,} {rows} {model.churn_rate:.1%} churned",
        f"on customers it had not seen: AUC {metrics.roc_auc:.3f}, Brier {metrics.brier:.4f}, "
        f"mean probability {metrics.mean_probability:.1%}",
        *comparison_lines(model.candidates, model.chosen),
        model.weighting["words"] if model.weighting else "",
        model.out_of_time.sentence if model.out_of_time else "",
        *model.warnings,
    )


def _weight(text: str | None) -> float | Literal["balanced"] | None:
    if text is None:
        return None
    if text == "balanced":
        return "balanced"
    try:
        return float(text)
    except ValueError:
        raise InputError(f"--scale-pos-weight: {text!r} is no number; pass one, or 'balanced'") from None
