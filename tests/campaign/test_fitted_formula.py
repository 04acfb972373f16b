"""The formula with fitted rates: its gradient, what it recovers, and its file."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from threadpoolctl import threadpool_limits

from retention.campaign.effect_model_files import effect_model_files, effect_model_from_files
from retention.campaign.few_features import few_features
from retention.campaign.fitted_formula import FORMULA_FILE, FittedFormula
from retention.campaign.formula_fit import FormulaPrior, fit_formula
from retention.campaign.formula_likelihood import FormulaLikelihood, Layout
from retention.campaign.learning_rows import pool_rows
from retention.errors import ModelError
from tests.campaign.learning_cases import Trial, trial


def fitted(case: Trial, penalty: float | None = 30.0) -> FittedFormula:
    """Fit the formula to a campaign whose mean rates were assumed rightly."""
    rows = pool_rows([case.rows], [offer.id for offer in case.offers])
    with threadpool_limits(1, "blas"):
        return fit_formula(rows, FormulaPrior.of_offers(case.offers, case.economics, rows), [penalty])[0]


@pytest.mark.parametrize("redeemed", ["with the kept", "side by side", "not recorded"])
def test_the_gradient_is_that_of_the_likelihood(redeemed: str) -> None:
    """Central differences agree to 1e-5, for all three ways in which redemptions may be known."""
    rng = np.random.default_rng(3)
    n, q, k = 60, 2, 2
    kept = (rng.random(n) < 0.6).astype(np.float64)
    redeems = (rng.random(n) < 0.5).astype(np.float64)
    redemptions = {"with the kept": redeems * kept, "side by side": redeems, "not recorded": None}[redeemed]
    likelihood = FormulaLikelihood(
        Layout(q, k), np.array([0, 20, 40, 60]), rng.normal(size=(n, q)), rng.normal(size=n), kept, redemptions
    )
    t = rng.normal(size=likelihood.layout.size) * 0.5
    gradient = likelihood.loss(t)[1]
    step = 1e-6
    for at in range(len(t)):
        move = np.zeros(len(t))
        move[at] = step
        slope = (likelihood.loss(t + move)[0] - likelihood.loss(t - move)[0]) / (2 * step)
        assert gradient[at] == pytest.approx(slope, abs=1e-4, rel=1e-5)


def test_constant_rates_are_recovered() -> None:
    """From 40,000 customers, save rate .2, redemption .3 and harm .02 come back within .03, .02 and .015."""
    case = trial(1, customers=40_000)
    formula = fitted(case, None)
    save, harm, redeem = formula.rates(np.full(1, 0.4), np.empty((1, 0)))
    assert save[0, 0] == pytest.approx(0.2, abs=0.03)
    assert redeem[0, 0] == pytest.approx(0.3, abs=0.02)
    assert harm[0] == pytest.approx(0.02, abs=0.015)


def test_a_save_rate_that_splits_by_a_feature_is_recovered() -> None:
    """.35 where x0 is above 0 and .05 below: the fitted rates differ by more than .15, and rank τ rightly."""
    case = trial(2, customers=40_000, split=0.15)
    formula = fitted(case)
    at = [int(name[1:]) for name in formula.scaling.names]
    assert 0 in at
    features = case.rows.features.to_numpy()
    save = formula.rates(np.full(len(features), 0.4), features[:, at])[0][:, 0]
    above = features[:, 0] > 0
    assert save[above].mean() - save[~above].mean() > 0.15


def test_a_stronger_penalty_shrinks_to_risk_alone() -> None:
    """With a penalty of 1e7 the rates of all customers of one risk are equal to a thousandth."""
    case = trial(2, customers=4000, split=0.15)
    formula = fitted(case, 1e7)
    at = [int(name[1:]) for name in formula.scaling.names]
    save = formula.rates(np.full(4000, 0.4), case.rows.features.to_numpy()[:, at])[0]
    assert np.ptp(save) < 1e-3


def test_a_saved_formula_gives_the_same_effects() -> None:
    """Its JSON, read back, gives equal effects; blanks count as the mean, and another offer as the mean."""
    case = trial(3, customers=4000, offers=2)
    formula = fitted(case)
    loaded = effect_model_from_files(effect_model_files(formula))
    assert isinstance(loaded, FittedFormula)
    p, features = np.array([0.2, 0.7]), case.rows.features.iloc[:2]
    for part in ("kept", "redeemed"):
        expected = getattr(formula.effects(p, features, case.offers), part)
        assert np.array_equal(getattr(loaded.effects(p, features, case.offers), part), expected)
    unknown = replace(case.offers[0], id="other")
    without = formula.effects(p, pd.DataFrame(index=[0, 1]), (*case.offers, unknown)).kept
    assert without[:, 2] == pytest.approx(without[:, :2].mean(axis=1))


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"offers": ["a"], "features": {}}'])
def test_a_damaged_formula_is_refused(content: bytes) -> None:
    """One sentence instead of a traceback."""
    with pytest.raises(ModelError, match="again"):
        effect_model_from_files({FORMULA_FILE: content})


def test_features_that_say_how_an_offer_works_are_preferred() -> None:
    """Of a table that has some, only those are used; of others, all."""
    assert few_features(["orders", "coupon_share", "recency_days"]) == [1, 2]
    assert few_features(["V1", "V2"]) == [0, 1]
