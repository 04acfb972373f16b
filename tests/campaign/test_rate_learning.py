"""What readings teach about an offer's rates: pooled, shrunk, weighed, and said in words."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from retention.campaign.effect import Estimate
from retention.campaign.experiment import measure_experiment
from retention.campaign.experiment_table import ExperimentColumns
from retention.campaign.measurement import measure
from retention.campaign.rate_learning import learn_rates
from retention.campaign.reading import Reading
from retention.campaign.weighing import shrink, weigh
from retention.errors import InputError
from retention.pipeline.learn import learn, learn_from_files
from tests.campaign.campaigns import READ_ON, drawn, played
from tests.campaign.outcome_model import OFFER, trial_run


def trial_reading(seed: int = 1, customers: int = 5000) -> Reading:
    """Measure a campaign with γ = .2, s = .02 and ρ = .3, where .3, 0 and .6 were assumed."""
    run = trial_run(customers, seed=seed, holdout_share=0.3)
    return measure(run.campaign, run.outcomes(OFFER), as_of=run.campaign.design.read_on)


def test_a_campaign_teaches_the_rates_of_its_offer() -> None:
    """The truth lies in the intervals; campaign, day and expiry stand beside them."""
    learning = learn_rates([trial_reading(2)])
    rates = learning.rates.offers["cash_50"]
    assert rates.save_rate.low <= OFFER.save_rate <= rates.save_rate.high
    assert rates.save_rate.assumed == 0.3
    assert rates.redemption is not None and rates.redemption.low <= OFFER.redemption <= rates.redemption.high
    assert rates.harm_rate.low <= OFFER.harm <= rates.harm_rate.high
    assert rates.campaigns == ("trial",)
    assert rates.expires_on - rates.measured_on == dt.timedelta(days=180)
    assert 0 < learning.rates.score_low < 0.05 and 0.9 < learning.rates.score_high < 1
    assert any("save rate" in sentence and "30% was assumed" in sentence for sentence in learning.words)


def test_two_equal_errors_count_the_same() -> None:
    """An error of .15 against an assumption of the same: halfway, and the interval shrinks by the root of 2."""
    rate = weigh(Estimate(0.2, 0.15), 0.3)
    assert rate.value == pytest.approx(0.25)
    assert rate.high - rate.value == pytest.approx(1.6449 * 0.15 / np.sqrt(2), rel=1e-4)
    assert weigh(Estimate(0.2, 1e-9), 0.3).value == pytest.approx(0.2)
    assert weigh(Estimate(-0.5, 0.01), 0.0).value == 0


def test_a_guess_that_is_refuted_does_not_count() -> None:
    """Assumed to keep everybody, measured to keep a fifth (± .10): the joint error is .18, so 1 is refuted."""
    refuted = weigh(Estimate(0.2, 0.1), 1.0)
    assert refuted.value == 0.2
    assert refuted.high == pytest.approx(0.2 + 1.6449 * 0.1, abs=1e-4)
    own = 0.15**2 / (0.15**2 + 0.1**2)
    assert weigh(Estimate(0.2, 0.1), 0.5).value == pytest.approx(own * 0.2 + (1 - own) * 0.5)


def test_the_best_of_several_offers_is_shrunk() -> None:
    """Rates that differ by chance alone become one; rates far apart stay nearly as they are."""
    by_chance = shrink([Estimate(0.15, 0.1), Estimate(0.2, 0.1), Estimate(0.25, 0.1)])
    assert [rate.value for rate in by_chance] == pytest.approx([0.2] * 3)
    apart = shrink([Estimate(0.1, 0.01), Estimate(0.5, 0.01)])
    assert [rate.value for rate in apart] == pytest.approx([0.1, 0.5], abs=0.001)


def test_an_experiment_elsewhere_teaches_the_net_save_rate() -> None:
    """Of control 30% churn, of the treated 24%: a fifth is kept; nothing is assumed there."""
    rows = 2000
    table = pd.DataFrame({"arm": ["none", "mail"] * (rows // 2)})
    number = np.arange(rows) // 2 % 100
    table["kept"] = np.where(table["arm"] == "none", number >= 30, number >= 24).astype(int)
    columns = ExperimentColumns(arm="arm", control="none", kept="kept", chance="0.5")
    reading = measure_experiment(table, columns)
    learning = learn_rates([reading])
    shown = learning.as_dict()["mail"]
    assert shown["save_rate"]["value"] == pytest.approx(0.2)
    assert shown["save_rate"]["assumed"] is None
    assert shown["harm_rate"] == {"value": None, "low": None, "high": None, "assumed": None}
    assert learning.rates.offers == {}
    assert "net of those it drove away" in learning.words[-1]


def test_what_cannot_teach_is_refused_in_a_sentence() -> None:
    """Too early, not valid, without rows, or no reading at all."""
    campaign = drawn()
    early = measure(campaign, played(campaign), as_of=READ_ON - dt.timedelta(days=1))
    with pytest.raises(InputError, match="diwali: is not read yet, so nothing can be learned"):
        learn_rates([early])
    outcomes = played(campaign)
    control = campaign.assignments.set_index("customer")["arm"] == "control"
    outcomes.loc[control[control].index, "redeemed"] = True
    with pytest.raises(InputError, match="diwali: is not valid, so nothing can be learned from it"):
        learn_rates([measure(campaign, outcomes, as_of=READ_ON)])
    old = replace(measure(campaign, played(campaign), as_of=READ_ON), rows=None)
    with pytest.raises(InputError, match="keeps no rows to learn from; measure the campaign again"):
        learn_rates([old])
    with pytest.raises(InputError, match="pass at least one reading"):
        learn_rates([])


def test_other_terms_are_left_out() -> None:
    """The newest campaign's offer counts; an older one of the same name at another cost does not."""
    first, second = trial_reading(1), trial_reading(2)
    assert first.design is not None
    dearer = tuple(replace(offer, cost=60.0) for offer in first.design.offers)
    first = replace(first, name="old", design=replace(first.design, offers=dearer), read_on=dt.date(2026, 1, 1))
    learning = learn_rates([first, second])
    assert learning.rates.offers["cash_50"].campaigns == ("trial",)
    assert any(sentence.startswith("old: sent cash_50 at other terms") for sentence in learning.words)


def test_the_json_of_learning_has_every_promised_key(tmp_path: Path) -> None:
    """The same reading from a file gives the same answer, and the rates come back as they were saved."""
    reading = trial_reading(customers=3000)
    reading.save(tmp_path / "reading.zip")
    answer = learn([reading]).as_dict()
    again = learn_from_files([tmp_path / "reading.zip"], out=tmp_path / "rates.zip")
    assert again.as_dict() == answer
    assert {
        "rates", "effects_differ", "adopted", "policy_value", "qini", "autoc", "words", "evidence",
    } <= answer.keys()  # fmt: skip
    assert set(answer["rates"]["cash_50"]["save_rate"]) == {"value", "low", "high", "assumed"}
    assert answer["adopted"] in {"rates", "formula", "x", "dr"}
    assert set(answer["policy_value"]) == {"over_plan", "low"}
    assert answer["evidence"] == "measured"


def test_a_small_campaign_teaches_rates_alone() -> None:
    """Under 400 customers an arm nothing is said about differences, and that is said."""
    answer = learn([trial_reading(customers=900)]).as_dict()
    assert answer["effects_differ"] is False and answer["adopted"] == "rates"
    assert answer["policy_value"] == {"over_plan": None, "low": None}
    assert any("pool campaigns" in sentence for sentence in answer["words"])
