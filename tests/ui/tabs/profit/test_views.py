"""What the Profit tab says about the best threshold."""

from retention.profit.curve import profit_curve
from retention.profit.economics import Economics
from retention.profit.profit_text import below_break_even_sentence
from retention.ui.tabs.profit.views import earnings
from tests.profit.cases import FOLD, LABEL, SCORE


def test_the_reading_explains_a_best_threshold_below_the_break_even() -> None:
    """A line of its own; no such line where the best threshold is above."""
    low = profit_curve([0.9, 0.09, 0.08, 0.07, 0.01], [1, 1, 0, 1, 0], fold=[0, 1, 0, 1, 0])
    assert f'<p class="reading">{below_break_even_sentence(low)}</p>' in earnings(low)
    high = profit_curve([0.9, 0.8, 0.3, 0.1], [1, 1, 0, 0], fold=[0, 1, 0, 1])
    assert "lies below" not in earnings(high)


def test_the_reading_names_the_optimism_of_picking() -> None:
    """What the threshold earns where it was picked, what to expect on others, and the difference."""
    # On all eight 0.2 is best, four leavers and three stayers: 1,650; on the other fold 0.6 and 0.2: 1,250.
    words = earnings(profit_curve(SCORE, LABEL, fold=FOLD))
    assert "₹2,06,250 per 1,000 customers with the threshold picked on these very customers" in words
    assert "₹1,56,250 with each part&#x27;s threshold picked on the others, which is what to expect" in words
    assert "the difference, ₹50,000, comes from picking it on the customers it is paid for" in words


def test_the_reading_where_no_offer_pays() -> None:
    """Nobody is best, and everyone would lose 30,000 per 1,000: -10 and -50 a head."""
    curve = profit_curve([0.9, 0.1], [1, 0], fold=[0, 1], economics=Economics(value=40))
    assert (
        "Sending to nobody is best: sending to everyone would earn −₹30,000 per 1,000 customers "
        "(backtested, assumed)."
    ) in earnings(curve)
    assert "an offer of ₹50 with a save rate of 100% earns −₹10 per churning customer (assumed)." in earnings(
        curve
    )
