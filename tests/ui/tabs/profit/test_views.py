"""What the Profit tab says about the deployed and the best threshold."""

from retention.profit.curve import profit_curve
from retention.profit.economics import Economics
from retention.profit.profit_text import deployed_sentence
from retention.ui.tabs.profit.views import earnings
from tests.profit.cases import FOLD, LABEL, SCORE


def test_the_reading_tells_the_best_threshold_from_the_break_even() -> None:
    """A line of its own; no such line where both contact the same customers."""
    low = profit_curve([0.9, 0.09, 0.08, 0.07, 0.01], [1, 1, 0, 1, 0], fold=[0, 1, 0, 1, 0])
    assert f'<p class="reading">{deployed_sentence(low)}</p>' in earnings(low)
    alike = profit_curve([0.9, 0.8, 0.05, 0.01], [1, 1, 0, 0], fold=[0, 1, 0, 1])
    assert "decides" not in earnings(alike)


def test_the_reading_names_what_is_deployed_and_the_optimism_of_picking() -> None:
    """What the break-even earns; what a picked threshold earns where it was picked, and on others."""
    # Seven of eight reach 0.1, four of them churned: 1,650. The best, 0.125, contacts the same seven.
    words = earnings(profit_curve(SCORE, LABEL, fold=FOLD))
    assert "Sending from the break-even 0.100 on contacts 88% of customers and earns ₹2,06,250 per 1,000" in words
    assert "₹2,06,250 on these very customers" in words
    assert "₹1,56,250 with each part&#x27;s threshold picked on the others" in words
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
