"""Amounts as people write them."""

import pytest

from retention.wording.money import in_currency


@pytest.mark.parametrize(
    ("amount", "currency", "words"),
    [
        (0, "₹", "₹0"),
        (-0.0, "₹", "₹0"),
        (0.5, "$", "$1"),
        (2.5, "$", "$3"),
        (-0.5, "$", "−$1"),
        (-0.4, "$", "$0"),
        (999.5, "$", "$1,000"),
        (99_999, "₹", "₹99,999"),
        (100_000, "₹", "₹1,00,000"),
        (100_000, "$", "$100,000"),
        (-12_345_678, "₹", "−₹1,23,45,678"),
        (1e15, "₹", "₹1,00,00,00,00,00,00,000"),
        (1e15, "€", "€1,000,000,000,000,000"),
        (1234, "EUR", "EUR\u202f1,234"),
        (-5, "Rs", "−Rs\u202f5"),
        (5, "R$", "R$5"),
    ],
)
def test_amounts_by_hand(amount: float, currency: str, words: str) -> None:
    """Halves go away from zero, nothing is minus zero, rupees are in lakhs and crores, codes stand off."""
    assert in_currency(amount, currency) == words


@pytest.mark.parametrize(
    ("amount", "currency", "words"),
    [
        (0, "€", "€0"),
        (-0.0, "€", "€0"),
        (0.4, "€", "€0.40"),
        (-0.4, "€", "−€0.40"),
        (50, "₹", "₹50"),
        (12.5, "EUR", "EUR\u202f12.50"),
        (0.1 * 3, "$", "$0.30"),
        (1.125, "$", "$1.125"),
        (0.00001, "$", "$0.00001"),
        (1234567.5, "₹", "₹12,34,567.50"),
        (1e12, "$", "$1,000,000,000,000"),
    ],
)
def test_exact_amounts_by_hand(amount: float, currency: str, words: str) -> None:
    """What was typed keeps its decimals, two at least where there are any, and no dust of computing."""
    assert in_currency(amount, currency, exactly=True) == words
