"""A send policy: which customers get which offer, by a threshold and within limits."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retention.churn.model import ChurnModel
from retention.customers.intake import read_customers
from retention.errors import InputError
from retention.profit.economics import Economics
from retention.targeting import SendPolicy, offers_at, profit_of_model, score
from tests.files import telecom_customers
from tests.targeting.cases import ECONOMICS, LARGE, SMALL


def test_the_best_offer_for_each_by_hand() -> None:
    """Nothing for the loyal, who are priced with the first offer; a budget buys what earns most for it."""
    policy = SendPolicy(economics=ECONOMICS, catalogue=(SMALL, LARGE), every_offer=True)
    probability = np.array([0.02, 0.3, 0.9])
    free = policy.decide(probability, None)
    assert (free.send.tolist(), free.offer.tolist()) == ([False, True, True], [0, 1, 1])
    # .02·.2·480 − .98·10 − 1 = −8.88; .3·.6·400 − .7·50 − 1 = 36; .9·.6·400 − .1·50 − 1 = 210
    assert free.expected_profit == pytest.approx([-8.88, 36, 210])
    assert free.spend == pytest.approx([0, 54, 60])
    tight = replace(policy, budget=70.0).decide(probability, None)
    assert tight.offer.tolist() == [0, 0, 1]
    assert tight.send.tolist() == [False, True, True]
    # the next unit of budget: (36 − 20.8) / (54 − 9.2)
    assert tight.budget_price == pytest.approx(15.2 / 44.8, rel=1e-3)
    capped = replace(policy, max_contacts=1).decide(probability, None)
    assert capped.send.tolist() == [False, False, True]
    assert capped.contact_price == pytest.approx(36)
    # a customer without an offer is priced with the first offer: .3·.2·480 − .7·10 − 1
    assert capped.expected_profit[1] == pytest.approx(20.8)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40), st.integers(1, 40))
def test_decisions_in_parts_equal_the_decision_together(probability: list[float], cut: int) -> None:
    """Without a limit on the whole list, a customer's offer does not depend on the others."""
    p = np.array(probability)
    for policy in (
        SendPolicy(economics=ECONOMICS, catalogue=(SMALL,), threshold=0.3),
        SendPolicy(economics=ECONOMICS, catalogue=(SMALL, LARGE), every_offer=True),
    ):
        assert policy.customer_by_customer
        together = policy.decide(p, None)
        in_parts = [policy.decide(part, None) for part in (p[:cut], p[cut:])]
        assert np.concatenate([part.offer for part in in_parts]).tolist() == together.offer.tolist()
        assert np.concatenate([part.send for part in in_parts]).tolist() == together.send.tolist()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"threshold": 1.5}, "threshold: 1.5 is not a probability"),
        ({"top": 0}, "top: 0 is too few"),
        ({"budget": -1.0}, "budget: must be 0 or more"),
        ({"budget": float("nan")}, "budget: must be 0 or more"),
        ({"max_contacts": -1}, "max_contacts: must be 0 or more"),
        ({"threshold": 0.2, "budget": 5.0}, "threshold: cannot go together"),
        ({"threshold": 0.2, "every_offer": True}, "threshold: cannot go together"),
    ],
)
def test_limits_that_cannot_be_used(telecom_model: ChurnModel, options: dict[str, Any], sentence: str) -> None:
    """One sentence names the limit."""
    customers = read_customers(telecom_customers(20), ignore_label=True)
    with pytest.raises(InputError, match=sentence):
        score(customers, telecom_model, SendPolicy(**options))


def test_exactly_at_the_break_even_an_offer_is_sent() -> None:
    """An offer of 50 breaks even at 0.1 for a value of 500 and at 0.2 for 250; customers just there get one."""
    probability, value = np.array([0.1, np.nextafter(0.1, 0), 0.2, 0.19]), np.array([500.0, 500.0, 250.0, 250.0])
    decision = SendPolicy().decide(probability, value)
    assert decision.send.tolist() == [True, False, True, False]
    assert decision.spend == pytest.approx([50, 0, 50, 0])
    first_offer = SendPolicy(catalogue=offers_at(Economics())[:1], every_offer=True)
    assert first_offer.decide(probability, value).send.tolist() == [True, False, True, False]
    assert not replace(first_offer, budget=1e6).decide(probability[:1], value[:1]).send.any()


def test_the_smaller_of_top_and_max_contacts_counts(telecom_model: ChurnModel) -> None:
    """Both cap the number of contacts."""
    customers = read_customers(telecom_customers(100), ignore_label=True)
    scored = score(customers, telecom_model, SendPolicy(top=7, max_contacts=9))
    assert scored.contacted == 7


def test_settling_takes_the_threshold_that_the_model_says(telecom_model: ChurnModel) -> None:
    """The break-even, with held-out customers or without; nothing where it is not needed."""
    policy = SendPolicy(economics=ECONOMICS)
    assert policy.send_from is None
    curve = profit_of_model(telecom_model, ECONOMICS)
    assert curve.threshold_best != curve.threshold_deployed == ECONOMICS.break_even()
    assert policy.settle(telecom_model, has_values=False).send_from == ECONOMICS.break_even()
    without_evaluation = replace(telecom_model, out_of_fold=None)
    assert policy.settle(without_evaluation, has_values=False).send_from == ECONOMICS.break_even()
    never_pays = SendPolicy(economics=Economics(value=40))
    assert never_pays.settle(without_evaluation, has_values=False).send_from == np.inf
    assert policy.settle(telecom_model, has_values=True) == policy
    for limited in (SendPolicy(threshold=0.3), SendPolicy(budget=100.0), SendPolicy(every_offer=True)):
        assert limited.settle(telecom_model, has_values=False) is limited
