"""``offers``: a message for each customer on the send list."""

import argparse
from pathlib import Path

from retention.cli.command import (
    AddCommand,
    CommandResult,
    add_catalogue_flag,
    add_money_flags,
    economics_from,
    join_lines,
    number,
    show_progress,
)


def add(command: AddCommand) -> None:
    """Add the command."""
    from retention.pipeline.messages import COOL_DOWN_DAYS

    offers = command("offers", _offers, "write a message to every customer on the send list")
    offers.add_argument("scored", type=Path, help="the send list that `score` wrote")
    offers.add_argument("--out", type=Path, required=True, help="messages (CSV) to write")
    offers.add_argument("--ledger", type=Path, help="durable record (SQLite); makes a run resumable")
    offers.add_argument("--run", metavar="NAME", help="name of the run; default: a hash of the input")
    offers.add_argument("--everyone", action="store_true", help="write to all rows, not just send = yes")
    offers.add_argument(
        "--cool-down-days",
        type=number,
        default=COOL_DOWN_DAYS,
        metavar="N",
        help="hold back customers messaged by another run of the ledger in the last N days; default: %(default)g",
    )
    offers.add_argument("--held-back", type=Path, metavar="FILE", help="also write who got no message, and why")
    add_money_flags(offers)
    add_catalogue_flag(offers)


def _offers(options: argparse.Namespace) -> CommandResult:
    from retention.pipeline.customers import write_csv
    from retention.pipeline.messages import Ledger, write_messages, writer_from_settings
    from retention.pipeline.targeting import currency_of, offers_priced, read_send_list
    from retention.settings import settings

    send_list = read_send_list(options.scored)
    options.currency = options.currency or currency_of(send_list)
    economics = economics_from(options)
    ledger = Ledger(options.ledger) if options.ledger else None
    writer = writer_from_settings(settings())
    try:
        run = write_messages(
            send_list,
            id=str(send_list.columns[0]),
            offers=offers_priced(send_list, economics, options.catalogue),
            currency=economics.currency,
            writer=writer,
            ledger=ledger,
            run=options.run,
            everyone=options.everyone,
            cool_down_days=options.cool_down_days,
            progress=show_progress,
        )
    finally:
        for resource in (writer, ledger):
            if resource is not None:
                resource.close()
    write_csv(run.messages_frame, options.out)
    if options.held_back is not None:
        write_csv(run.held_back_frame, options.held_back)
    return run.as_dict(), join_lines(
        f"{run.message_count:,} messages in {options.out}, {run.held_back_count:,} customers held back",
        *(f"held back: {count:,} {reason}" for reason, count in run.held_back_by_reason.items()),
        "written by: " + (", ".join(f"{source} {count:,}" for source, count in run.by_source.items()) or "nobody"),
        run.breaker.describe(),
    )
