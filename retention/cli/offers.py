"""``offers``: what to say to everyone on the send list."""

import argparse
from pathlib import Path

from retention.cli.command import AddCommand, Outcome, catalogue_flag, economics_of, lines, money_flags, progress
from retention.messages.batch import COOL_DOWN_DAYS


def add(command: AddCommand) -> None:
    """Add the command."""
    offers = command("offers", _offers, "a message for every customer on the send list")
    offers.add_argument("scored", type=Path)
    offers.add_argument("--out", type=Path, required=True)
    offers.add_argument("--ledger", type=Path, help="durable record (SQLite); makes a run resumable")
    offers.add_argument("--run", metavar="NAME", help="name of the run; default: a hash of the input")
    offers.add_argument("--everyone", action="store_true", help="write to all rows, not just send = yes")
    offers.add_argument(
        "--cool-down-days",
        type=float,
        default=COOL_DOWN_DAYS,
        metavar="N",
        help="hold back whom another run of the ledger messaged in the last N days; default: %(default)g",
    )
    offers.add_argument("--held-back", type=Path, metavar="FILE", help="also write who got no message, and why")
    money_flags(offers)
    catalogue_flag(offers)


def _offers(options: argparse.Namespace) -> Outcome:
    from retention.messages.batch import write_messages
    from retention.messages.ledger import Ledger
    from retention.messages.llm.client import writer_from_settings
    from retention.settings import settings
    from retention.tabular.csv_export import write_csv
    from retention.targeting import currency_of, offers_priced, read_send_list

    rows = read_send_list(options.scored)
    options.currency = options.currency or currency_of(rows)
    economics = economics_of(options)
    ledger = Ledger(options.ledger) if options.ledger else None
    writer = writer_from_settings(settings())
    try:
        campaign = write_messages(
            rows,
            id=str(rows.columns[0]),
            offers=offers_priced(rows, economics, options.catalogue),
            currency=economics.currency,
            writer=writer,
            ledger=ledger,
            run=options.run,
            everyone=options.everyone,
            cool_down_days=options.cool_down_days,
            progress=progress,
        )
    finally:
        for resource in (writer, ledger):
            if resource is not None:
                resource.close()
    write_csv(campaign.messages_frame, options.out)
    if options.held_back is not None:
        write_csv(campaign.held_back_frame, options.held_back)
    return campaign.as_dict(), lines(
        f"{campaign.message_count:,} messages in {options.out}, {campaign.held_back_count:,} customers held back",
        *(f"held back: {n:,} {reason}" for reason, n in campaign.held_back_by_reason.items()),
        "written by: " + (", ".join(f"{source} {n:,}" for source, n in campaign.by_source.items()) or "nobody"),
        campaign.breaker.describe(),
    )
