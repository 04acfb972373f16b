"""``offers``: what to say to everyone on the send list."""

import argparse
from dataclasses import asdict, replace
from pathlib import Path

from retention.cli.command import AddCommand, Outcome, economics_of, lines, money_flags, progress


def add(command: AddCommand) -> None:
    """Add the command."""
    offers = command("offers", _offers, "a message for every customer on the send list")
    offers.add_argument("scored", type=Path)
    offers.add_argument("--out", type=Path, required=True)
    offers.add_argument("--ledger", type=Path, help="durable record (SQLite); makes a run resumable")
    offers.add_argument("--run", metavar="NAME", help="name of the run; default: a hash of the input")
    offers.add_argument("--everyone", action="store_true", help="write to all rows, not just send = yes")
    money_flags(offers)
    offers.add_argument("--catalogue", type=Path, help="offers to use (TOML); default: the packaged ones")


def _offers(options: argparse.Namespace) -> Outcome:
    from retention.customers.export import write_csv
    from retention.offers.batch import write_offers
    from retention.offers.ledger import Ledger
    from retention.offers.writer import writer_from_settings
    from retention.send_list import offers_at, read_send_list
    from retention.settings import settings

    rows = read_send_list(options.scored)
    economics = economics_of(options)
    if options.offer_cost is None and "offer_cost" in rows and len(rows):
        economics = replace(economics, offer_cost=float(rows["offer_cost"].iloc[0]))
    ledger = Ledger(options.ledger) if options.ledger else None
    writer = writer_from_settings(settings())
    try:
        campaign = write_offers(
            rows,
            id=str(rows.columns[0]),
            offers=offers_at(economics, options.catalogue),
            currency=economics.currency,
            writer=writer,
            ledger=ledger,
            run=options.run,
            everyone=options.everyone,
            progress=progress,
        )
    finally:
        for resource in (writer, ledger):
            if resource is not None:
                resource.close()
    write_csv(campaign.messages, options.out)
    found = {
        "customers": campaign.customers,
        "messages": campaign.written,
        "held_back": campaign.held_back,
        "by_source": dict(campaign.by_source),
        "seconds": round(campaign.seconds, 3),
        "breaker": asdict(campaign.breaker),
    }
    return found, lines(
        f"{campaign.written:,} messages in {options.out}, {campaign.held_back:,} customers held back",
        "written by: " + (", ".join(f"{source} {n:,}" for source, n in campaign.by_source.items()) or "nobody"),
        f"circuit breaker {campaign.breaker.state}: {campaign.breaker.reason}",
    )
