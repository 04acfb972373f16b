"""Write amounts of money as people write them."""

import math
from decimal import Decimal

NARROW_SPACE = "\u202f"


def in_currency(amount: float, currency: str, *, exactly: bool = False) -> str:
    """Write an amount with its currency and with digits grouped as in the country of the currency.

    The rules are the same in the browser (``assets/desk.js``).

    Parameters
    ----------
    amount
        In units of the currency.
    currency
        A sign, or a code of letters, which a narrow space separates from the digits.
    exactly
        Write the decimals, two at least if there are any, as for an amount that somebody typed or an amount per
        customer. Otherwise the amount is rounded to whole units, halves away from zero.

    Examples
    --------
    >>> in_currency(1234567.4, "₹"), in_currency(-1234567.5, "€"), in_currency(-0.2, "₹")
    ('₹12,34,567', '−€1,234,568', '₹0')
    >>> in_currency(1234567.5, "₹", exactly=True), in_currency(0.4, "€", exactly=True)
    ('₹12,34,567.50', '€0.40')
    """
    if exactly:
        # A person means twelve digits at most; further ones come from floating-point arithmetic.
        whole, _, decimals = f"{Decimal(f'{abs(amount):.12g}'):f}".partition(".")
        decimals = decimals.rstrip("0")
        fraction = f".{decimals:0<2}" if decimals else ""
    else:
        whole, fraction = str(math.floor(abs(amount) + 0.5)), ""
    sign = "−" if amount < 0 and (fraction or whole != "0") else ""
    space = NARROW_SPACE if currency[-1:].isalpha() else ""
    return f"{sign}{currency}{space}{_group_digits(int(whole), currency)}{fraction}"


def _group_digits(whole: int, currency: str) -> str:
    if currency != "₹" or whole < 100_000:
        return f"{whole:,}"
    thousands, rest = divmod(whole, 1000)
    pairs = f"{thousands:d}"
    groups = [pairs[max(0, end - 2) : end] for end in range(len(pairs), 0, -2)]
    return ",".join(reversed(groups)) + f",{rest:03d}"
