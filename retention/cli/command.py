"""What the commands share: their outcome, their flags, and how flags become customers and economics."""

import argparse
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, Protocol, TypeAlias

from retention.customers.roles import ColumnKinds, split_column_names
from retention.customers.table import Customers
from retention.errors import InputError
from retention.profit.catalogue import load_catalogue
from retention.profit.economics import PRESETS, Economics

if TYPE_CHECKING:
    from retention.targeting import SendPolicy

Outcome: TypeAlias = tuple[dict[str, Any], str]
"""What a command found: the JSON object, and the same in words."""


Flags: TypeAlias = argparse._ActionsContainer
"""A parser, or a group of its flags."""


class AddCommand(Protocol):
    """Adds a command by its name, what runs it, and what it does in words."""

    def __call__(
        self, name: str, run: Callable[[argparse.Namespace], Outcome], words: str, *, json: bool = True
    ) -> argparse.ArgumentParser:
        """Return the command's parser, for its flags; ``json=False`` for a command that has no result to print."""


class Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one line, like all others."""

    def error(self, message: str) -> NoReturn:
        """Say what was wrong with the flags."""
        raise InputError(f"{message}; see {self.prog} --help")


def market_flags(parser: argparse.ArgumentParser) -> None:
    """Add the flags of a simulated market."""
    parser.add_argument("--customers", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=7)


def customer_flags(parser: argparse.ArgumentParser) -> None:
    """Add the file of customers and the flags that name its columns."""
    parser.add_argument("customers", type=Path, help="CSV or Parquet, one row a customer")
    role_flags(parser)


def role_flags(parser: Flags) -> None:
    """Add the flags that name the columns of a file of customers."""
    parser.add_argument("--id", metavar="COLUMN", help="who the row is about; guessed by its name")
    parser.add_argument("--label", metavar="COLUMN", help="who left; guessed by its name")
    parser.add_argument("--positive", metavar="VALUE", help="the label's value for those who left")
    parser.add_argument("--value-column", metavar="COLUMN", help="margin kept if the customer stays")
    parser.add_argument("--exclude", metavar="A,B", default="", help="columns no model may use")


def money_flags(parser: argparse.ArgumentParser) -> None:
    """Add the flags of the economics; those left out come from the preset."""
    parser.add_argument("--preset", choices=sorted(PRESETS), default="original", help="money inputs to start from")
    for flag, words in [
        ("value", "margin kept over the horizon if a customer stays"),
        ("offer-cost", "cost of an offer when redeemed"),
        ("contact-cost", "cost of contacting one customer"),
        ("save-rate", "share of leavers whom the offer keeps (0 to 1)"),
        ("stayer-redemption", "share of stayers who redeem it anyway (0 to 1)"),
        ("harm-rate", "share of stayers whom contact drives away (0 to 1)"),
    ]:
        parser.add_argument(f"--{flag}", type=float, metavar="X", help=words)
    parser.add_argument("--currency", metavar="SIGN")


def decision_flags(parser: Flags) -> None:
    """Add the flags that decide who gets which offer."""
    parser.add_argument("--threshold", type=float, help="send from this probability on; default: the best one")
    parser.add_argument("--top", type=int, metavar="N", help="send to N customers at the most")
    catalogue_flag(parser)
    parser.add_argument(
        "--every-offer", action="store_true", help="give each customer the offer that earns most, not the first"
    )
    parser.add_argument("--budget", type=float, metavar="X", help="what the offers may be expected to cost")
    parser.add_argument("--max-contacts", type=int, metavar="N", help="contact N at the most, those who earn most")


def catalogue_flag(parser: Flags) -> None:
    """Add the file of offers; its first one is what the money flags are about, where they say nothing else."""
    parser.add_argument("--catalogue", type=Path, help="the offers there are (TOML); default: the packaged ones")


def read_customers_of(options: argparse.Namespace, *, kinds: ColumnKinds | None = None) -> Customers:
    """Read the customers a command was given; ``kinds`` as for :func:`read_customers`."""
    from retention.customers.intake import read_customers

    return read_customers(
        options.customers,
        id=options.id,
        label=options.label,
        positive=options.positive,
        value=options.value_column,
        exclude=split_column_names(options.exclude),
        kinds=kinds,
    )


def economics_of(options: argparse.Namespace) -> Economics:
    """Return the economics a command was given: its flags, then its catalogue's first offer, then the preset."""
    names = ("value", "offer_cost", "contact_cost", "save_rate", "stayer_redemption", "harm_rate", "currency")
    given = {name: getattr(options, name) for name in names if getattr(options, name) is not None}
    start = PRESETS[options.preset]
    if getattr(options, "catalogue", None) is not None:
        start = load_catalogue(options.catalogue).economics(start)
    return replace(start, **given)


def policy_of(options: argparse.Namespace) -> "SendPolicy":
    """Return the send policy that a command was given by its :func:`decision_flags` and :func:`money_flags`."""
    from retention.targeting import SendPolicy, offers_at

    economics = economics_of(options)
    return SendPolicy(
        economics=economics,
        catalogue=offers_at(economics, options.catalogue),
        threshold=options.threshold,
        top=options.top,
        every_offer=options.every_offer,
        budget=options.budget,
        max_contacts=options.max_contacts,
    )


def progress(share: float, words: str) -> None:
    """Tell a person at a terminal how far the work is."""
    if sys.stderr.isatty():
        print(f"\r\033[K{share:4.0%} {words}", end="" if share < 1 else "\n", file=sys.stderr, flush=True)


def lines(*sentences: str) -> str:
    """Put sentences under one another, without the empty ones."""
    return "\n".join(sentence for sentence in sentences if sentence)
