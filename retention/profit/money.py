"""Amounts as people write them."""

import math

NARROW_SPACE = "\u202f"


def in_currency(amount: float, currency: str) -> str:
    """Write an amount in whole units, with the digits grouped as its currency's readers do.

    Halves round away from zero, in the browser as well (``assets/desk.js``); a code of letters stands off.

    >>> in_currency(1234567.4, "₹"), in_currency(-1234567.5, "€"), in_currency(-0.2, "₹")
    ('₹12,34,567', '−€1,234,568', '₹0')
    """
    whole = math.floor(abs(amount) + 0.5)
    sign = "−" if amount < 0 < whole else ""
    digits = f"{whole:,}"
    if currency == "₹" and whole >= 100_000:
        thousands, rest = divmod(whole, 1000)
        pairs = f"{thousands:d}"
        groups = [pairs[max(0, end - 2) : end] for end in range(len(pairs), 0, -2)]
        digits = ",".join(reversed(groups)) + f",{rest:03d}"
    apart = NARROW_SPACE if currency[-1:].isalpha() else ""
    return f"{sign}{currency}{apart}{digits}"
