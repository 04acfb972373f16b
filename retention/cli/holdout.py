"""``holdout``: hold some customers of the send list out, so that the campaign can be measured."""

import argparse
from pathlib import Path

from retention.cli.command import (
    AddCommand,
    CommandResult,
    add_catalogue_flag,
    add_money_flags,
    add_rates_flag,
    economics_from,
    join_lines,
    number,
    whole_number,
)


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
        "--horizon-days",
        type=whole_number,
        default=30,
        metavar="N",
        help="days until the campaign is read; default: 30",
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
        type=number,
        default=0.0,
        metavar="X",
        help="also randomise this share of those not on the list",
    )
    holdout.add_argument(
        "--standing", type=number, default=0.0, metavar="X", help="share whom no campaign of the quarter contacts"
    )
    holdout.add_argument(
        "--cool-down-days",
        type=number,
        default=COOL_DOWN_DAYS,
        metavar="N",
        help="leave out customers messaged in the last N days; default: %(default)g",
    )
    holdout.add_argument(
        "--customers",
        type=Path,
        metavar="FILE",
        help="the customers that were scored: what is known of them is kept with the draw, to learn for whom an "
        "offer works",
    )
    holdout.add_argument("--dry-run", action="store_true", help="show everything, and draw and write nothing")
    add_money_flags(holdout)
    add_catalogue_flag(holdout)
    add_rates_flag(holdout)


def _holdout(options: argparse.Namespace) -> CommandResult:
    from retention.pipeline.campaign import hold_out_file, holdout_request
    from retention.pipeline.targeting import currency_of, read_send_list

    options.currency = options.currency or currency_of(read_send_list(options.scored))
    request = holdout_request(
        options.scored,
        economics_from(options),
        catalogue=options.catalogue,
        rates=options.rates,
        name=options.name,
        kind=options.design,
        share=options.share,
        horizon_days=options.horizon_days,
        sent_on=options.sent_on,
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
        customers=options.customers,
    )
    return drawn.as_dict(), join_lines(*drawn.in_words())
