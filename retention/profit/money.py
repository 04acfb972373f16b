"""Amounts as people write them."""


def in_currency(amount: float, currency: str) -> str:
    """Write an amount in whole units, with the digits grouped as its currency's readers do.

    >>> in_currency(1234567.4, "₹"), in_currency(-1234567.4, "€"), in_currency(-0.2, "₹")
    ('₹12,34,567', '−€1,234,567', '₹0')
    """
    whole = round(amount)
    sign = "−" if whole < 0 else ""
    digits = f"{abs(whole):,}"
    if currency == "₹" and abs(whole) >= 100_000:
        thousands, rest = divmod(abs(whole), 1000)
        pairs = f"{thousands:d}"
        groups = [pairs[max(0, end - 2) : end] for end in range(len(pairs), 0, -2)]
        digits = ",".join(reversed(groups)) + f",{rest:03d}"
    return f"{sign}{currency}{digits}"
