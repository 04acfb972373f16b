"""What the commands share: the parser, common flags, and the customers and policies that flags describe."""

import argparse
import re
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, Protocol, TypeAlias

from retention.errors import InputError
from retention.pipeline.profit import PRESETS, Economics, choose_economics
from retention.wording.typed_numbers import read_typed_number

if TYPE_CHECKING:
    from retention.pipeline.customers import ColumnKinds, Customers
    from retention.pipeline.targeting import SendPolicy

_PASSWORD = re.compile(r"://\S*@")

CommandResult: TypeAlias = tuple[dict[str, Any], str]
"""The result of a command: the object for ``--json``, and the text for a terminal."""


FlagContainer: TypeAlias = argparse._ActionsContainer
"""A parser, or a group of its flags."""


class AddCommand(Protocol):
    """Adds a command to the parser."""

    def __call__(
        self, name: str, run: Callable[[argparse.Namespace], CommandResult], description: str, *, json: bool = True
    ) -> argparse.ArgumentParser:
        """Return the command's parser, to add its flags; ``json=False`` where there is no result to print."""


class Parser(argparse.ArgumentParser):
    """An argument parser that reports an error as one line, like every other error of a command."""

    def error(self, message: str) -> NoReturn:
        """Raise an InputError instead of printing the usage and exiting."""
        raise InputError(f"{_PASSWORD.sub('://', message)}; see {self.prog} --help")


def number(text: str) -> float:
    """Read the number of a flag: with a decimal point, and commas between thousands only."""
    value = read_typed_number(text)
    if value is None:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no number that can be meant in one way only; write it like 2.50 or 1250"
        )
    return value


def whole_number(text: str) -> int:
    """Read the whole number of a flag, with commas between thousands only."""
    value = read_typed_number(text)
    if value is None or not value.is_integer():
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number; write it like 1250")
    return int(value)


def add_market_flags(parser: argparse.ArgumentParser) -> None:
    """Add the flags of a simulated market."""
    parser.add_argument("--customers", type=whole_number, default=5000, help="how many customers join over a year")
    parser.add_argument("--seed", type=whole_number, default=7, help="the same seed gives the same market")


def add_customer_flags(parser: argparse.ArgumentParser) -> None:
    """Add the customer file and the flags that name its columns."""
    parser.add_argument("customers", type=Path, help="CSV or Parquet, one row a customer")
    add_role_flags(parser)


def add_role_flags(parser: FlagContainer) -> None:
    """Add the flags that name the columns of a customer file."""
    parser.add_argument("--id", metavar="COLUMN", help="the customer's id; guessed by its name")
    parser.add_argument("--label", metavar="COLUMN", help="whether the customer churned; guessed by its name")
    parser.add_argument("--positive", metavar="VALUE", help="the label's value for churned customers")
    parser.add_argument("--value-column", metavar="COLUMN", help="margin kept if the customer is retained")
    parser.add_argument("--exclude", metavar="A,B", default="", help="columns that no model may use")


def add_money_flags(parser: argparse.ArgumentParser) -> None:
    """Add the flags of the economics; the preset fills in those that are left out."""
    parser.add_argument("--preset", choices=sorted(PRESETS), default="original", help="money inputs to start from")
    for flag, description in [
        ("value", "margin kept over the horizon if a customer is retained"),
        ("offer-cost", "cost of an offer when redeemed"),
        ("contact-cost", "cost of contacting one customer"),
        ("save-rate", "share of churning customers whom the offer retains (0 to 1)"),
        ("stayer-redemption", "share of retained customers who redeem the offer anyway (0 to 1)"),
        ("harm-rate", "share of retained customers whom contacting drives away (0 to 1)"),
    ]:
        parser.add_argument(f"--{flag}", type=number, metavar="X", help=description)
    parser.add_argument("--currency", metavar="SIGN", help="sign or code of the currency of all amounts")


def add_policy_flags(parser: FlagContainer) -> None:
    """Add the flags of the send policy, which decides who gets which offer."""
    parser.add_argument(
        "--threshold", type=number, help="send from this churn probability on; default: the break-even probability"
    )
    parser.add_argument("--top", type=whole_number, metavar="N", help="send to at most N customers")
    add_catalogue_flag(parser)
    parser.add_argument(
        "--every-offer",
        action="store_true",
        help="give each customer the most profitable offer instead of the first one",
    )
    parser.add_argument(
        "--budget", type=number, metavar="X", help="the most that the offers may be expected to cost"
    )
    parser.add_argument(
        "--max-contacts",
        type=whole_number,
        metavar="N",
        help="contact at most N customers, the most profitable ones",
    )
    parser.add_argument(
        "--reasons",
        choices=["list", "all", "none"],
        default="list",
        help="whose reasons to work out: of those who get an offer, of all, or of none; reasons take time",
    )


def add_catalogue_flag(parser: FlagContainer) -> None:
    """Add the offer catalogue; the money flags override the prices of its first offer."""
    parser.add_argument("--catalogue", type=Path, help="offer catalogue (TOML); default: the packaged one")


def add_rates_flag(parser: FlagContainer) -> None:
    """Add the measured rates, which stand over the assumed ones of the money flags."""
    parser.add_argument(
        "--rates",
        type=Path,
        metavar="ZIP",
        help="rates that campaigns measured, as `learn` wrote them; they replace the assumed ones",
    )


def read_customers_from(options: argparse.Namespace, *, kinds: "ColumnKinds | None" = None) -> "Customers":
    """Read the customer file of a command; ``kinds`` as for :func:`retention.customers.intake.read_customers`."""
    from retention.pipeline.customers import read_customers, split_column_names

    return read_customers(
        options.customers,
        id=options.id,
        label=options.label,
        positive=options.positive,
        value=options.value_column,
        exclude=split_column_names(options.exclude),
        kinds=kinds,
    )


def economics_from(options: argparse.Namespace) -> Economics:
    """Return the economics of a command: its flags, then its catalogue's first offer, then the preset."""
    names = ("value", "offer_cost", "contact_cost", "save_rate", "stayer_redemption", "harm_rate", "currency")
    inputs = {name: getattr(options, name) for name in names if getattr(options, name) is not None}
    return choose_economics(options.preset, inputs, catalogue=getattr(options, "catalogue", None))


def priced_policy_from(options: argparse.Namespace) -> "SendPolicy":
    """Return the money inputs, the offers and the rates of a command; how to select plays no part."""
    from retention.pipeline.targeting import SendPolicy, offers_at, with_learned_rates

    economics = economics_from(options)
    policy = SendPolicy(economics=economics, catalogue=offers_at(economics, options.catalogue))
    path = getattr(options, "rates", None)
    return policy if path is None else with_learned_rates(policy, path)


def send_policy_from(options: argparse.Namespace) -> "SendPolicy":
    """Return the send policy of a command with :func:`add_policy_flags` and :func:`add_money_flags`."""
    return replace(
        priced_policy_from(options),
        threshold=options.threshold,
        top=options.top,
        every_offer=options.every_offer,
        budget=options.budget,
        max_contacts=options.max_contacts,
        reasons=options.reasons,
    )


def show_progress(share: float, words: str) -> None:
    """Show on a terminal how much of the work is done (``share`` from 0 to 1), and with what it goes on."""
    if sys.stderr.isatty():
        print(f"\r\033[K{share:4.0%} {words}", end="" if share < 1 else "\n", file=sys.stderr, flush=True)


def join_lines(*sentences: str) -> str:
    """Put each sentence on a line of its own, leaving out empty ones."""
    return "\n".join(sentence for sentence in sentences if sentence)
