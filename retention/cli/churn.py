"""``train``: who is leaving."""

import argparse
from pathlib import Path
from typing import Literal

from retention.cli.command import AddCommand, Outcome, customer_flags, lines, progress, read_customers_of
from retention.errors import InputError


def add(command: AddCommand) -> None:
    """Add the command."""
    train = command("train", _train, "fit a churn model and measure it on customers it has not seen")
    customer_flags(train)
    train.add_argument("--out", type=Path, required=True, help="model folder to write")
    train.add_argument("--seed", type=int, default=0)
    train.add_argument(
        "--scale-pos-weight",
        metavar="W",
        help="weight leavers by W or 'balanced'; undone before money is computed",
    )


def _train(options: argparse.Namespace) -> Outcome:
    from retention.churn.diagnostics import comparison_lines
    from retention.pipeline import train

    customers = read_customers_of(options)
    model = train(
        customers, scale_pos_weight=_weight(options.scale_pos_weight), seed=options.seed, progress=progress
    )
    model.save(options.out)
    metrics = model.metrics
    return {"model": str(options.out), **model.as_dict()}, lines(
        *customers.notes,
        f"{options.out}: {model.chosen}, trained on {len(customers):,} "
        + (f"rows of {len(customers.cutoffs)} cutoffs; at the newest " if model.out_of_time else "customers; ")
        + f"{model.churn_rate:.1%} left",
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
