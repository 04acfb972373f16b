"""Amounts as people write them."""

import math
from decimal import Decimal

NARROW_SPACE = "\u202f"


def in_currency(amount: float, currency: str, *, exactly: bool = False) -> str:
    """Write an amount with the digits grouped as its currency's readers do; a code of letters stands off.

    In whole units, halves rounded away from zero, in the browser as well (``assets/desk.js``); with ``exactly``,
    for what somebody typed and for amounts a head, with its decimals: none, or two at least.

    >>> in_currency(1234567.4, "₹"), in_currency(-1234567.5, "€"), in_currency(-0.2, "₹")
    ('₹12,34,567', '−€1,234,568', '₹0')
    >>> in_currency(1234567.5, "₹", exactly=True), in_currency(0.4, "€", exactly=True)
    ('₹12,34,567.50', '€0.40')
    """
    if exactly:
        # Twelve digits are what a person may mean; those behind them come from computing with doubles.
        whole, _, decimals = f"{Decimal(f'{abs(amount):.12g}'):f}".partition(".")
        decimals = decimals.rstrip("0")
        fraction = f".{decimals:0<2}" if decimals else ""
    else:
        whole, fraction = str(math.floor(abs(amount) + 0.5)), ""
    sign = "−" if amount < 0 and (fraction or whole != "0") else ""
    apart = NARROW_SPACE if currency[-1:].isalpha() else ""
    return f"{sign}{currency}{apart}{_grouped(int(whole), currency)}{fraction}"


def _grouped(whole: int, currency: str) -> str:
    if currency != "₹" or whole < 100_000:
        return f"{whole:,}"
    thousands, rest = divmod(whole, 1000)
    pairs = f"{thousands:d}"
    groups = [pairs[max(0, end - 2) : end] for end in range(len(pairs), 0, -2)]
    return ",".join(reversed(groups)) + f",{rest:03d}"
