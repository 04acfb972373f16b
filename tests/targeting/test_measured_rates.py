"""A send policy with measured rates, and with an effect model: decisions, thresholds, evidence and drift."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from retention.churn.drift import Drift
from retention.churn.model import ChurnModel
from retention.errors import InputError, ModelError
from retention.profit.catalogue import Offer
from retention.profit.economics import Economics
from retention.profit.effects import Effects
from retention.targeting import SendPolicy, offers_at, score, score_file
from retention.targeting.send_policy import DRIFTED
from tests.profit.rates_cases import EXPIRES_ON, offer_rates, rates_of
from tests.targeting.cases import ECONOMICS, LARGE, SMALL, as_text, table_of, today, whole_and_streamed

CASH = Offer(id="cash", gives={"en": "50 off"}, cost=50)
ASSUMED = Economics(save_rate=0.5, stayer_redemption=1.0, contact_cost=1)
MEASURED = rates_of(offer_rates(CASH, save_rate=(0.2, 0.1, 0.3), redemption=(0.6, 0.5, 0.7)), scores=(0.3, 0.9))


@dataclass(frozen=True)
class ByColumn:
    """Keeps every customer with the share in a column, and half of them redeem."""

    column: str

    def effects(
        self, probability: NDArray[np.float64], features: pd.DataFrame, offers: Sequence[Offer]
    ) -> Effects:
        """Return the column as τ of each offer."""
        kept = np.repeat(features[self.column].to_numpy(np.float64)[:, np.newaxis], len(offers), axis=1)
        return Effects(kept, np.full(kept.shape, 0.5))


def test_the_break_even_follows_the_measured_rates() -> None:
    """γ = .2, ρ = .6: p* = (1 + 30) / (.2·450 + 30) = .2583; assumed it was (1 + 50) / (.5·450 + 50) = .1855."""
    assert SendPolicy(economics=ASSUMED, catalogue=(CASH,)).first_economics.break_even() == pytest.approx(51 / 275)
    policy = SendPolicy(economics=ASSUMED, catalogue=(CASH,), rates=MEASURED)
    assert policy.first_economics.break_even() == pytest.approx(31 / 120)
    decision = policy.decide(np.array([0.2, 0.25, 0.26, 0.5]), None)
    assert decision.send.tolist() == [False, False, True, True]
    # .5·.2·450 − .5·.6·50 − 1 = 29; spend .5·.2·50 + .5·.6·50 + 1 = 21
    assert (decision.expected_profit[3], decision.spend[3]) == pytest.approx((29, 21))


def test_each_customer_has_their_own_break_even_at_the_measured_rates() -> None:
    """V = 1,000: p* = 31 / (.2·950 + 30) = .1409; V = 250: p* = 31 / (.2·200 + 30) = .4429."""
    policy = SendPolicy(economics=ASSUMED, catalogue=(CASH,), rates=MEASURED)
    p, value = np.array([0.14, 0.142, 0.44, 0.445]), np.array([1000.0, 1000.0, 250.0, 250.0])
    assert policy.decide(p, value).send.tolist() == [False, True, False, True]


def test_an_amount_is_measured_where_such_scores_were_randomised() -> None:
    """Below .3 and above .9 nobody was randomised, so the rate is only assumed to hold there as well."""
    decision = SendPolicy(economics=ASSUMED, catalogue=(CASH,), rates=MEASURED, threshold=0.0).decide(
        np.array([0.29, 0.3, 0.9, 0.91]), None
    )
    assert decision.measured.tolist() == [False, True, True, False]
    assert decision.evidence == ("measured", "assumed")
    assert decision.part(0, 1).evidence == ("assumed",)


def test_each_offer_is_weighed_with_its_own_rates() -> None:
    """The measured large offer keeps fewer than assumed, so the small one is sent where the large one was."""
    policy = SendPolicy(economics=ECONOMICS, catalogue=(SMALL, LARGE), every_offer=True)
    p = np.array([0.3])
    assert policy.decide(p, None).offer.tolist() == [1]
    rates = rates_of(offer_rates(LARGE, save_rate=(0.1, 0.0, 0.2), redemption=None), scores=(0.0, 1.0))
    decision = replace(policy, rates=rates).decide(p, None)
    # large: .3·.1·400 − .7·50 − 1 = −24; small as assumed: .3·.2·480 − .7·10 − 1 = 20.8
    assert decision.offer.tolist() == [0]
    assert decision.expected_profit == pytest.approx([20.8])
    assert decision.measured.tolist() == [False]


def test_rates_that_are_not_in_force_change_nothing() -> None:
    """Expired, for other terms, or after severe drift: the decision is the assumed one, amount by amount."""
    p = np.linspace(0, 1, 21)
    plain = SendPolicy(economics=ASSUMED, catalogue=(CASH,))
    for policy in (
        replace(plain, rates=MEASURED.on(EXPIRES_ON)),
        replace(plain, rates=rates_of(offer_rates(replace(CASH, cost=40)))),
        replace(plain, rates=MEASURED).after(Drift("severe", ("all differ",))),
    ):
        decision, expected = policy.decide(p, None), plain.decide(p, None)
        assert decision.send.tolist() == expected.send.tolist()
        assert decision.expected_profit.tolist() == expected.expected_profit.tolist()
        assert not decision.measured.any()
    assert replace(plain, rates=MEASURED).after(Drift("some", ("a bit",))).rates is MEASURED


def test_the_effect_model_decides_inside_the_range_alone() -> None:
    """τ of .1 pays and of .01 does not, whatever the risk; outside the range the rates decide."""
    policy = SendPolicy(economics=ASSUMED, catalogue=(CASH,), rates=MEASURED, effect_model=ByColumn("tau"))
    p = np.array([0.31, 0.8, 0.2, 0.95])
    learned = ByColumn("tau").effects(p, pd.DataFrame({"tau": [0.1, 0.01, 1.0, -1.0]}), policy.candidates)
    decision = policy.decide(p, None, learned)
    # 500·.1 − 25 − 1 = 24; 500·.01 − 26 = −21; by the rates .2·90 − .8·30 − 1 = −7 and .95·90 − .05·30 − 1 = 83
    assert decision.expected_profit == pytest.approx([24, -21, -7, 83])
    assert decision.send.tolist() == [True, False, False, True]
    limited = replace(policy, budget=30.0).decide(p, None, learned)
    # The first costs 1 + 50·.5 = 26, the last 1 + 50·(.95·.2 + .05·.6) = 12: both together exceed 30.
    assert limited.send.tolist() == [False, False, False, True]
    assert limited.expected_profit == pytest.approx([24, -21, -7, 83])


def test_an_effect_model_is_asked_before_it_decides() -> None:
    """Without what it learned, or without the rates of its campaigns, nothing is decided."""
    with pytest.raises(InputError, match="effect_model: counts where its campaigns randomised"):
        SendPolicy(effect_model=ByColumn("tau"))
    policy = SendPolicy(economics=ASSUMED, catalogue=(CASH,), rates=MEASURED, effect_model=ByColumn("tau"))
    with pytest.raises(ModelError, match="has not been asked"):
        policy.decide(np.array([0.5]), None)


def cash_rates(economics: Economics, scores: tuple[float, float] = (0.1, 0.9)) -> SendPolicy:
    """Return a policy whose first packaged offer was measured."""
    offer = offers_at(economics)[0]
    rates = rates_of(offer_rates(offer, save_rate=(0.25, 0.2, 0.3), redemption=(0.5, 0.4, 0.6)), scores=scores)
    return SendPolicy(economics=economics, rates=rates)


@pytest.mark.parametrize(
    "options",
    [{}, {"top": 9}, {"every_offer": True}, {"every_offer": True, "budget": 300.0}],
    ids=["threshold", "top", "every offer", "budget"],
)
def test_a_file_in_parts_equals_the_whole(
    telecom_model: ChurnModel, tmp_path: Path, options: dict[str, Any]
) -> None:
    """With measured rates, and with an effect model, the send lists are equal byte for byte."""
    path = tmp_path / "today.csv"
    path.write_bytes(as_text(today()))
    policy = cash_rates(ASSUMED)
    for model in (None, Tenure()):
        whole, streamed, summary = whole_and_streamed(
            path, telecom_model, economics=ASSUMED, rates=policy.rates, effect_model=model, **options
        )
        assert whole == streamed
        assert summary.policy is not None


@dataclass(frozen=True)
class Tenure:
    """Keeps customers the better the longer they have been there, from a column of the churn model."""

    def effects(
        self, probability: NDArray[np.float64], features: pd.DataFrame, offers: Sequence[Offer]
    ) -> Effects:
        """Return τ of 0 to .2."""
        share = features["tenure"].to_numpy(np.float64) / 360
        kept = np.repeat(np.nan_to_num(share)[:, np.newaxis], len(offers), axis=1)
        return Effects(kept, np.full(kept.shape, 0.5))


def test_send_list_and_summary_say_what_is_measured(telecom_model: ChurnModel, tmp_path: Path) -> None:
    """Rows inside the range are measured+assumed; the JSON tags the total, and shows the rates of each offer."""
    path = tmp_path / "today.csv"
    path.write_bytes(as_text(today()))
    policy = cash_rates(ASSUMED, scores=(0.3, 0.9))
    summary = score_file(path, tmp_path / "out.csv", telecom_model, policy, exclude=("comment",))
    rows = pd.read_csv(tmp_path / "out.csv")
    inside = rows["churn_probability"].between(0.3, 0.9)
    assert inside.any()
    assert not inside.all()
    assert set(rows.loc[inside, "expected_profit_evidence"]) == {"measured+assumed"}
    assert set(rows.loc[~inside, "expected_profit_evidence"]) == {"assumed"}
    assert set(rows["value_evidence"]) == set(rows["offer_cost_evidence"]) == {"assumed"}
    answer = summary.as_dict()
    assert answer["evidence"]["expected_profit"] == ["measured", "assumed"]
    assert answer["rates"]["cash_50"]["measured"] is True
    assert answer["rates"]["free_delivery"]["words"] == "save rate 50% assumed (never measured)"
    assert "(measured, assumed)" in summary.in_words()[0]
    assert any(words.startswith("cash_50: save rate 25% (20–30%)") for words in summary.in_words())


def test_severe_drift_returns_the_rates_to_assumed(telecom_model: ChurnModel, tmp_path: Path) -> None:
    """Customers unlike those of the model: the list is the assumed one, and the summary says why."""
    path = tmp_path / "today.csv"
    path.write_bytes(as_text(today(), tenure=1, monthly=999.0))
    policy = cash_rates(ASSUMED)
    table = table_of(path, telecom_model)
    scored = score(table, telecom_model, policy)
    assert scored.drift.level == "severe"
    assert scored.evidence == ("assumed",)
    plain = score(table, telecom_model, SendPolicy(economics=ASSUMED))
    pd.testing.assert_frame_equal(scored.send_list, plain.send_list)
    summary = score_file(path, tmp_path / "out.csv", telecom_model, policy, exclude=("comment",))
    assert summary.as_dict()["rates"]["cash_50"]["measured"] is False
    assert any(DRIFTED in words for words in summary.in_words())


@given(
    st.lists(st.floats(0, 1), min_size=1, max_size=20),
    st.floats(0, 1),
    st.floats(0, 1),
    st.sampled_from([{}, {"top": 3}, {"every_offer": True}, {"every_offer": True, "budget": 90.0}]),
)
def test_a_campaign_that_measures_what_was_assumed_changes_the_evidence_alone(
    probability: list[float], save_rate: float, redemption: float, options: dict[str, Any]
) -> None:
    """The same rates, assumed or measured, send the same offers for the same amounts."""
    economics = Economics(save_rate=save_rate, stayer_redemption=redemption, contact_cost=1)
    offers = (CASH, replace(CASH, id="second", cost=20.0))
    rates = rates_of(
        *(offer_rates(offer, save_rate=(save_rate,) * 3, redemption=(redemption,) * 3) for offer in offers)
    )
    p = np.array(probability)
    plain = SendPolicy(economics=economics, catalogue=offers, **options)
    measured = replace(plain, rates=rates).decide(p, None)
    assumed = plain.decide(p, None)
    assert measured.expected_profit[measured.send].sum() == pytest.approx(
        assumed.expected_profit[assumed.send].sum(), abs=1e-6
    )
    assert measured.spend.sum() == pytest.approx(assumed.spend.sum(), abs=1e-4)
    assert measured.measured.all()


@given(st.floats(0, 1), st.tuples(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1)), st.floats(0, 0.5))
def test_the_ends_of_the_intervals_bound_the_profit(
    probability: float, save_rates: tuple[float, float, float], harm: float
) -> None:
    """At any risk an offer that costs less than a customer is worth earns least at low, and most at high."""
    low, value, high = sorted(save_rates)
    measured = offer_rates(
        CASH, save_rate=(value, low, high), redemption=(0.4, 0.3, 0.5), harm_rate=(harm / 2, 0.0, harm)
    )
    at_low, at_value, at_high = (
        rates.over(ASSUMED).expected_profit(probability)
        for rates in (measured.at_end("low"), measured, measured.at_end("high"))
    )
    assert at_low <= at_value + 1e-9
    assert at_value <= at_high + 1e-9
