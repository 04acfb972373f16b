"""``holdout``: hold some customers of the send list out, so that the campaign can be measured."""

import argparse
import datetime as dt
from pathlib import Path
from typing import Literal

from retention.cli.command import (
    AddCommand,
    CommandResult,
    add_catalogue_flag,
    add_money_flags,
    add_rates_flag,
    economics_from,
    join_lines,
)
from retention.errors import InputError


def add(command: AddCommand) -> None:
    """Add the command."""
    from retention.pipeline.messages import COOL_DOWN_DAYS

    holdout = command("holdout", _holdout, "hold customers out at random before sending, to measure the campaign")
    holdout.add_argument("scored", type=Path, help="the send list that `score` wrote")
    holdout.add_argument(
        "--ledger", type=Path, required=True, help="durable record (SQLite) of campaigns and messages"
    )
    holdout.add_argument("--name", required=True, help="name of the campaign")
    holdout.add_argument("--out", type=Path, help="send list (CSV) to write, with each customer's arm")
    holdout.add_argument("--campaign", type=Path, metavar="ZIP", help="the registered campaign to write")
    holdout.add_argument(
        "--share", default="auto", metavar="H", help="share to hold out (0 to 0.5), or auto; default: %(default)s"
    )
    holdout.add_argument(
        "--horizon-days", type=int, default=30, metavar="N", help="days until the campaign is read; default: 30"
    )
    holdout.add_argument("--sent-on", metavar="DATE", help="day on which it is sent (YYYY-MM-DD); default: today")
    holdout.add_argument(
        "--design",
        choices=["plan", "offers", "text"],
        default="plan",
        help="what is compared: the plan with nothing, offers with each other, or texts; default: plan",
    )
    holdout.add_argument("--segment", metavar="COLUMN", help="also balance the arms within this column")
    holdout.add_argument("--unit", metavar="COLUMN", help="draw whole units, such as households")
    holdout.add_argument(
        "--explore",
        type=float,
        default=0.0,
        metavar="X",
        help="also randomise this share of those not on the list",
    )
    holdout.add_argument(
        "--standing", type=float, default=0.0, metavar="X", help="share whom no campaign of the quarter contacts"
    )
    holdout.add_argument(
        "--cool-down-days",
        type=float,
        default=COOL_DOWN_DAYS,
        metavar="N",
        help="leave out customers messaged in the last N days; default: %(default)g",
    )
    holdout.add_argument("--dry-run", action="store_true", help="show everything, and draw and write nothing")
    add_money_flags(holdout)
    add_catalogue_flag(holdout)
    add_rates_flag(holdout)


def _holdout(options: argparse.Namespace) -> CommandResult:
    from dataclasses import replace

    from retention.pipeline.campaign import HoldoutRequest, hold_out_file
    from retention.pipeline.targeting import (
        SendPolicy,
        currency_of,
        offers_priced,
        read_send_list,
        with_learned_rates,
    )

    send_list = read_send_list(options.scored)
    options.currency = options.currency or currency_of(send_list)
    economics = economics_from(options)
    offers = offers_priced(send_list, economics, options.catalogue)
    economics = replace(economics, offer_cost=offers[0].cost)
    if options.rates is not None:  # what the plan promises is then what the list was priced with
        policy = with_learned_rates(SendPolicy(economics=economics, catalogue=offers), options.rates)
        economics, offers = policy.first_economics, policy.measured_offers
    request = HoldoutRequest(
        name=options.name,
        economics=economics,
        offers=offers,
        kind=options.design,
        share=_share(options.share),
        horizon_days=options.horizon_days,
        sent_on=_date(options.sent_on),
        segment=options.segment,
        unit=options.unit,
        explore=options.explore,
        standing=options.standing,
        cool_down_days=options.cool_down_days,
    )
    drawn = hold_out_file(
        options.scored,
        request,
        ledger=options.ledger,
        out=options.out,
        campaign=options.campaign,
        dry_run=options.dry_run,
    )
    return drawn.as_dict(), join_lines(*drawn.in_words())


def _share(text: str) -> float | Literal["auto"]:
    if text == "auto":
        return "auto"
    try:
        return float(text)
    except ValueError:
        raise InputError(f"share: must be auto or a share above 0 to 0.5, got {text!r}; change it") from None


def _date(text: str | None) -> dt.date | None:
    try:
        return None if text is None else dt.date.fromisoformat(text)
    except ValueError:
        raise InputError(f"sent-on: must be a date such as 2026-10-13, got {text!r}; change it") from None
