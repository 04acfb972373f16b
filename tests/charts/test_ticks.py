"""Round numbers and amounts for the ticks of an axis."""

import pytest

from retention.charts.ticks import money_axis, round_numbers


def test_amounts_are_grouped_as_usual_for_their_currency() -> None:
    """Lakhs for rupees, thousands for others, the minus before the sign."""
    assert money_axis(-200_000, 200_000, "₹")["ticktext"] == [
        "−₹2,00,000",
        "−₹1,00,000",
        "₹0",
        "₹1,00,000",
        "₹2,00,000",
    ]
    assert money_axis(0, 200_000, "$", most=3)["ticktext"] == ["$0", "$100,000", "$200,000"]


@pytest.mark.parametrize(("low", "high"), [(0, 0), (-1e9, 3e9), (0, 1e-9), (99.9, 100.1), (-7, -3)])
def test_round_numbers_are_few_and_inside_the_range(low: float, high: float) -> None:
    """One to six numbers inside the range, whatever its size."""
    numbers = round_numbers(low, high)
    assert 1 <= len(numbers) <= 6
    assert all(low - 1e-9 * abs(low) <= number <= high + 1e-9 * abs(high) for number in numbers)
