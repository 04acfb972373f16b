"""The curve in words."""

import numpy as np
import pytest

from retention.profit.curve import profit_curve
from retention.profit.economics import Economics
from retention.profit.verdict import in_words, understated, verdict

#: Contacting from 0.07 on earns 450 more for two stayers at 50: best at 0.04, three below the break-even of 0.1.
LOW = {"score": [0.9, 0.09, 0.08, 0.07, 0.01], "label": [1, 1, 0, 1, 0], "fold": [0, 1, 0, 1, 0]}


def test_a_best_threshold_below_the_break_even_is_explained() -> None:
    """Thresholds and how many are concerned, by hand; the command line's words have the same sentence."""
    curve = profit_curve(**LOW)
    words = understated(curve)
    assert words == (
        "The best threshold on your customers, 0.040, lies below the break-even 0.100: the model understates risk "
        "there; 3 customers with a slightly negative expected profit are on the list."
    )
    assert words in in_words(curve).splitlines()


def test_one_customer_is_one() -> None:
    """Of 0.09 and 0.01 only the first is worth an offer."""
    words = understated(profit_curve([0.9, 0.09, 0.01], [1, 1, 0], fold=[0, 1, 0]))
    assert words is not None
    assert words.endswith("1 customer with a slightly negative expected profit is on the list.")


def test_thresholds_that_look_the_same_get_more_digits() -> None:
    """0.0998 against 0.1 is told apart."""
    words = understated(profit_curve([0.9, 0.0999, 0.0997], [1, 1, 0], fold=[0, 1, 0]))
    assert words is not None
    assert "0.099800, lies below the break-even 0.100000" in words


@pytest.mark.parametrize(
    ("given", "economics"),
    [
        ({"score": [0.9, 0.8, 0.3, 0.1], "label": [1, 1, 0, 0], "fold": [0, 1, 0, 1]}, Economics()),
        (LOW, Economics(value=40)),
        (LOW, Economics(save_rate=0)),
        (LOW | {"value": [500.0] * 5}, Economics()),
        ({"score": [0.9, 0.01], "label": [1, 0], "fold": [0, 1]}, Economics(offer_cost=400)),
    ],
    ids=["above", "nobody pays", "nothing saved", "own break-evens", "nobody in between"],
)
def test_otherwise_nothing_is_said(given: dict[str, list[float]], economics: Economics) -> None:
    """Above the break-even, without one, and where nobody stands between the two."""
    curve = profit_curve(**given, economics=economics)
    assert understated(curve) is None
    assert "lies below" not in in_words(curve)


def test_no_headroom_is_said_in_words() -> None:
    """Where everyone pays, where nobody does, and not where picking clearly earns more."""
    generator = np.random.default_rng(0)
    score = generator.beta(0.6, 2.4, 3000)
    case = {"score": score, "label": generator.random(3000) < score, "fold": np.arange(3000) % 5}
    assert verdict(profit_curve(**case)).startswith("Picking customers by this model clearly beats")
    assert verdict(profit_curve(**case, economics=Economics(stayer_redemption=0))).startswith(
        "No headroom: sending to everyone earns as much"
    )
    assert verdict(profit_curve(**case, economics=Economics(value=40))).startswith(
        "No headroom: doing nothing earns as much"
    )
