"""Profit at every threshold and the numbers reported from it."""

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings

from retention.errors import InputError
from retention.profit.curve import profit_curve
from retention.profit.curve_json import curve_as_dict
from retention.profit.economics import PRESETS, Economics
from retention.profit.ranking import ABOVE_EVERY_SCORE, GRID
from tests.profit.cases import HAND, VALUE, ValuedHeldOut, brute_profit, customers, economics


def test_reported_profits_by_hand() -> None:
    """Eight customers: everything the screen reports, per 1,000 customers."""
    curve = profit_curve(**HAND)
    # fold 0 at 0.6 (picked on fold 1): 450 − 50; fold 1 at 0.2 (picked on fold 0): 450 + 450 − 50
    assert curve.fold_thresholds.tolist() == [0.6, 0.2]
    assert curve.profit_best == pytest.approx((400 + 850) * 1000 / 8)
    assert curve.share_best == 5 / 8
    # 4 · 450 − 3 · 50 at 0.125, picked on these very customers
    assert curve.threshold_best == 0.125
    assert curve.profit_in_sample == pytest.approx(1650 * 1000 / 8)
    assert curve.optimism == pytest.approx(400 * 1000 / 8)
    assert curve.profit_all == pytest.approx((4 * 450 - 4 * 50) * 1000 / 8)
    assert curve.profit_none == 0
    assert curve.profit_random == pytest.approx(5 / 8 * 1600 * 1000 / 8)
    assert curve.profit_perfect == pytest.approx(4 * 450 * 1000 / 8)
    assert curve.threshold_break_even == 0.1
    assert curve.per_customer is None


def test_the_matrix_by_hand() -> None:
    """At 0.6: three saved, one wasted, one lost, three loyal; 450·TP − 50·FP."""
    matrix = profit_curve(**HAND).matrix(0.6)
    assert (matrix.saved, matrix.wasted, matrix.lost, matrix.loyal) == (3, 1, 1, 3)
    assert (matrix.saved_amount, matrix.wasted_amount) == (1350, -50)
    assert (matrix.lost_amount, matrix.loyal_amount) == (-500, 0)
    assert matrix.profit == 1300
    assert (matrix.contacted, matrix.customers) == (4, 8)


def test_the_matrix_with_values_by_hand() -> None:
    """Each group's amount comes from the values of its customers."""
    economics = Economics(offer_cost=40, save_rate=0.5, stayer_redemption=0.5, harm_rate=0.1, contact_cost=2)
    matrix = profit_curve(**HAND, value=VALUE, economics=economics).matrix(0.6)
    # 0.5 · (500 + 100 + 40 − 3 · 40) − 3 · 2; −(0.5 · 40 + 0.1 · 300) − 2; the churned customer worth 1000 is lost
    assert matrix.saved_amount == pytest.approx(254)
    assert matrix.wasted_amount == pytest.approx(-52)
    assert matrix.lost_amount == pytest.approx(-1000)


def test_values_by_hand() -> None:
    """One threshold for all and each customer's own break-even, with values."""
    curve = profit_curve(**HAND, value=VALUE)
    assert curve.threshold_break_even is None
    # fold 0 at 0.8: 450; fold 1 at 0.2: 50 − 10 − 50
    assert curve.fold_thresholds.tolist() == [0.8, 0.2]
    assert curve.profit_best == pytest.approx((450 - 10) * 1000 / 8)
    # churned customers worth 500, 100, 1000; the one worth 40 is below the offer's cost
    assert curve.profit_perfect == pytest.approx((450 + 50 + 950) * 1000 / 8)
    # own p* = 50 / value: .1 .5 .167 never .0625 .25 .05 .83 against .9 .8 .6 .6 .4 .3 .2 .05
    assert curve.per_customer
    assert curve.per_customer.contacted == 6
    assert curve.per_customer.profit == pytest.approx((450 + 50 - 50 - 50 - 50 + 950) * 1000 / 8)
    assert curve.per_customer.over_threshold == pytest.approx((1300 - 440) * 1000 / 8)


@settings(max_examples=25, deadline=None)
@given(customers(), economics)
def test_the_grid_is_the_sum_over_customers(case: ValuedHeldOut, economics: Economics) -> None:
    """Every grid point's profit and groups are those of contacting score >= threshold."""
    curve = profit_curve(**case, economics=economics)
    value = economics.value if case["value"] is None else case["value"]
    wanted = [brute_profit(case["score"], case["label"], value, economics, cut) for cut in curve.threshold]
    assert curve.profit == pytest.approx(wanted, abs=1e-6)
    assert curve.contacted.tolist() == [int((case["score"] >= cut).sum()) for cut in curve.threshold]
    assert np.all(curve.saved + curve.lost == case["label"].sum())
    assert np.all(curve.contacted + curve.lost + curve.loyal == curve.customers)


@settings(max_examples=50, deadline=None)
@given(customers(), economics)
def test_bounds_that_always_hold(case: ValuedHeldOut, economics: Economics) -> None:
    """At 0 the curve is send-to-all, above every score it is 0, and no reported profit exceeds the perfect one."""
    curve = profit_curve(**case, economics=economics)
    thousands = curve.customers / 1000
    assert curve.matrix(0.0).profit == pytest.approx(curve.profit_all * thousands, abs=1e-6)
    assert curve.matrix(ABOVE_EVERY_SCORE).profit == 0
    best = curve.profit_in_sample * thousands
    assert best == pytest.approx(curve.matrix(curve.threshold_best).profit, abs=1e-6)
    assert best >= max(curve.profit.max(), 0) - 1e-6
    assert curve.profit_best <= curve.profit_in_sample + 1e-6 <= curve.profit_perfect + 2e-6
    assert np.all(curve.profit_band.low <= curve.profit + 1e-6)
    assert np.all(np.diff(curve.threshold) > 0)
    assert np.isin(GRID, curve.threshold).all()
    assert curve.threshold_best in curve.threshold


@settings(max_examples=40, deadline=None)
@given(customers(), economics)
def test_repricing_gives_the_curve_of_pricing_afresh(case: ValuedHeldOut, economics: Economics) -> None:
    """Other economics on counted customers give the same curve as counting them again."""
    again, fresh = profit_curve(**case).reprice(economics), profit_curve(**case, economics=economics)
    assert curve_as_dict(again) == curve_as_dict(fresh)
    assert again.profit.tolist() == fresh.profit.tolist()


def test_a_matrix_off_the_slider() -> None:
    """Any threshold from 0 to 1 is counted exactly, between two slider steps as well."""
    curve = profit_curve(**HAND)
    assert curve.matrix(0.59999).contacted == 4
    assert curve.matrix(0.60001).contacted == 2
    assert curve.matrix(0.60001).profit == 900


@pytest.mark.parametrize("wrong", [-0.001, 1.001, 20, math.nan, math.inf])
def test_a_threshold_is_a_probability(wrong: float) -> None:
    """0 and 1 are thresholds, 20 (percent?) is refused with a sentence."""
    curve = profit_curve(**HAND)
    assert (curve.matrix(0).contacted, curve.matrix(1).contacted) == (8, 0)
    with pytest.raises(InputError, match="threshold: must be from 0 to 1"):
        curve.matrix(wrong)


def test_an_offer_that_never_pays() -> None:
    """Nobody is contacted, the profits are 0 and the break-even is null in JSON."""
    curve = profit_curve(**HAND, economics=Economics(value=40))
    assert curve.threshold_break_even == math.inf
    assert curve.threshold_best == 1.0
    assert (curve.profit_best, curve.profit_perfect, curve.headroom) == (0, 0, False)
    view = curve_as_dict(curve)
    assert view["threshold_break_even"] is None
    assert view["matrix"]["saved"] == 0


def test_send_to_all_of_a_known_set() -> None:
    """1,869 of 7,043 churned: 82,685 for everyone and 119,416 for exactly the churned, per 1,000."""
    label = np.repeat([1, 0], [1869, 5174])
    curve = profit_curve(score=np.full(7043, 0.265), label=label, fold=np.arange(7043) % 5)
    assert round(curve.profit_all) == 82_685
    assert round(curve.profit_perfect) == 119_416
    # all scores are equal, so the best policy is to send to everyone and there is no headroom
    assert curve.profit_best == pytest.approx(curve.profit_all)
    assert not curve.headroom


def test_the_json_view() -> None:
    """Keys a script may rely on, plain numbers, and evidence for each amount."""
    view = curve_as_dict(profit_curve(**HAND, economics=PRESETS["realistic"]), 0.6)
    assert json.loads(json.dumps(view)) == view
    assert {
        "threshold_best", "threshold_break_even", "profit_best", "profit_all", "profit_none",
        "profit_random", "profit_perfect", "headroom", "matrix", "band", "evidence",
    } <= view.keys()  # fmt: skip
    assert view["matrix"]["threshold"] == 0.6
    assert view["matrix"]["saved_amount"] == pytest.approx(3 * 134)
    assert set(view["matrix"]) >= {"saved", "wasted", "lost", "loyal", "lost_amount", "loyal_amount"}
    assert view["band"]["low"] <= view["band"]["high"]
    amounts = {key for key in view if key.startswith("profit_")} | {
        "matrix", "band", "gain_band", "deployed_band", "deployed_gain_band",
        "deployed_next_band", "empc",
    }  # fmt: skip
    assert amounts == set(view["evidence"])
    assert set(map(tuple, view["evidence"].values())) == {("backtested", "assumed")}


def test_the_json_view_with_values() -> None:
    """There is no single break-even, and the decision customer by customer stands beside that of the threshold."""
    view = curve_as_dict(profit_curve(**HAND, value=VALUE))
    assert view["threshold_break_even"] is None
    assert view["profit_personal"] - view["profit_best"] == pytest.approx(view["personal_over_threshold"])
    assert view["evidence"]["personal_over_threshold"] == ["backtested", "assumed"]
