"""The simulated market follows its own formulas, and looks like a real food-delivery market."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from retention.errors import Cancelled, InputError
from retention.orders.order_log import read_orders
from retention.orders.snapshot import Snapshot, take_snapshot
from retention.simulation import experiment, population, purchases
from retention.simulation.simulate import Market, simulate
from retention.tabular.csv_export import write_csv


@pytest.fixture(scope="module")
def shop() -> Market:
    """A market of 10,000 customers."""
    return simulate(10_000, seed=11)


@pytest.fixture(scope="module")
def people() -> population.People:
    """20,000 people."""
    return population.draw_people(np.random.default_rng(5), 20_000)


@pytest.fixture(scope="module")
def plan(people: population.People) -> purchases.Plan:
    """What they would order if nobody churned."""
    return purchases.plan_orders(np.random.default_rng(6), people, end=float(population.DAYS))


def within(values: NDArray[np.float64], expected: float, *, errors: float = 4.0) -> bool:
    """Whether the mean of the values lies within this many standard errors of the expected mean."""
    return bool(abs(values.mean() - expected) < errors * values.std() / np.sqrt(len(values)))


def ordered_after(shop: Market, day: pd.Timestamp, *, days: int = 30) -> NDArray[np.bool_]:
    """Whether each customer of the truth has an order in the days from ``day`` on."""
    at = shop.orders["ordered_at"]
    soon = shop.orders.loc[(at >= day) & (at < day + pd.Timedelta(days=days)), "customer_id"]
    return shop.truth["customer_id"].isin(soon).to_numpy()


def test_the_same_seed_gives_the_same_market() -> None:
    """Two calls agree in every cell; another seed gives another market."""
    first, second, different = simulate(40, seed=3), simulate(40, seed=3), simulate(40, seed=4)
    for frame in ("orders", "campaign", "customers", "truth"):
        pd.testing.assert_frame_equal(getattr(first, frame), getattr(second, frame))
    assert not first.truth.equals(different.truth)


def test_a_larger_market_contains_the_smaller_one() -> None:
    """Customer 1 to 30 live the same life in a market of 30 and of 1,100."""
    small, large = simulate(30, seed=3), simulate(1100, seed=3)
    pd.testing.assert_frame_equal(small.truth, large.truth.head(30))
    pd.testing.assert_frame_equal(small.customers, large.customers.head(30))
    own = large.orders[large.orders["customer_id"].isin(small.truth["customer_id"])]
    columns = small.orders.columns.tolist()
    pd.testing.assert_frame_equal(
        small.orders.sort_values(columns, ignore_index=True), own.sort_values(columns, ignore_index=True)
    )
    assert len(large.truth) == 1100


@pytest.mark.parametrize(("customers", "seed"), [(0, 1), (-5, 1), (10, -1)])
def test_impossible_requests_are_refused(customers: int, seed: int) -> None:
    """No customers, or a negative seed, is refused with a sentence."""
    with pytest.raises(InputError, match=r"at least 1 customer|negative"):
        simulate(customers, seed=seed)


def test_it_can_be_stopped() -> None:
    """Progress is reported for each thousand people, and may cancel."""
    shares: list[float] = []

    def stop(share: float, words: str) -> None:
        shares.append(share)
        if share > 0.3:
            raise Cancelled

    with pytest.raises(Cancelled):
        simulate(5000, progress=stop)
    assert shares == [0.0, 0.2, 0.4]


def test_rates_are_gamma_distributed(people: population.People) -> None:
    """Before membership, the mean is RATE_MEAN and the variance RATE_MEAN²/RATE_SHAPE."""
    rates = people.rate / np.asarray(population.MEMBERSHIP_PACE)[people.membership]
    assert within(rates, population.RATE_MEAN)
    assert within((rates - population.RATE_MEAN) ** 2, population.RATE_MEAN**2 / population.RATE_SHAPE)


def test_probabilities_to_churn_are_beta_distributed(people: population.People) -> None:
    """The mean is a/(a+b), the variance ab/((a+b)²(a+b+1))."""
    a, b = population.DROPOUT_A, population.DROPOUT_B
    assert within(people.dropout, a / (a + b))
    assert within((people.dropout - a / (a + b)) ** 2, a * b / ((a + b) ** 2 * (a + b + 1)))


def test_gaps_are_erlang(people: population.People, plan: purchases.Plan) -> None:
    """In units of the mean gap, k-regular people have mean 1 and variance 1/k; cooling stretches the mean."""
    gap = np.diff(plan.when, prepend=0.0) * people.rate[plan.person]
    inside = plan.index > 0
    cool = plan.index >= people.cooling_order[plan.person]
    for k in population.REGULARITY:
        own = gap[inside & ~cool & (people.regularity[plan.person] == k)]
        assert within(own, 1.0)
        assert within((own - 1.0) ** 2, 1 / k)
    assert within(gap[inside & cool], purchases.COOLING_STRETCH)


@pytest.mark.parametrize("k", [1, 2, 4])
def test_silence_has_the_survival_function_of_the_gap(
    people: population.People, plan: purchases.Plan, k: int
) -> None:
    """The share of people without a second order for a while is what the formula says."""
    second = plan.when[plan.start + 1] - plan.when[plan.start]
    for silence in (2.0, 10.0, 40.0):
        probability = purchases.silence_probability(
            people, np.ones(len(people), dtype=np.int64), np.full(len(people), silence)
        )
        own = people.regularity == k
        assert within(((second > silence) - probability)[own], 0.0)
        assert ((probability >= 0) & (probability <= 1)).all()


def test_without_problems_the_hazard_is_the_models_own_dropout() -> None:
    """With multiplier 1 the hazard is BG/NBD's p; it grows with the multiplier and remains a probability."""
    p = np.array([0.0, 0.01, 0.3])
    assert purchases.churn_hazard(p, np.ones(3)) == pytest.approx(p)
    worse = purchases.churn_hazard(p, np.array([5.0, 5.0, 500.0]))
    assert (worse >= p).all()
    assert worse.max() <= 1


def test_people_churn_as_often_as_the_hazard_says(plan: purchases.Plan) -> None:
    """The share who churn after an order is the mean hazard; problems with the order raise it."""
    assert within(plan.churns - plan.hazard, 0.0)
    assert plan.hazard[plan.complaint].mean() > 3 * plan.hazard[~plan.complaint].mean()
    assert plan.hazard[plan.late > 10].mean() > 1.5 * plan.hazard[plan.late == 0].mean()


def test_the_clock_changes_the_length_of_days_but_not_of_the_year() -> None:
    """Every day has its length, the mean is 1, and weekends are longer."""
    length = np.diff(population.market_clock())
    weekday = (np.arange(population.DAYS) + population.FIRST_DAY.weekday()) % 7
    assert (length > 0.5).all()
    assert length.mean() == pytest.approx(1.0)
    assert length[weekday == 5].mean() > 1.2 * length[weekday == 0].mean()


def test_the_log_is_consistent(shop: Market) -> None:
    """Every order belongs to a customer, lies between joining and the end, and agrees with its own cells."""
    orders, customers = shop.orders, shop.customers.set_index("customer_id")
    assert orders["ordered_at"].is_monotonic_increasing
    assert orders["ordered_at"].between(population.FIRST_DAY, shop.cutoff + pd.Timedelta(days=31)).all()
    first = orders.groupby("customer_id")["ordered_at"].min().dt.normalize()
    assert first.sort_index().equals(customers["joined"].rename("ordered_at").astype(first.dtype).sort_index())
    assert (orders["city"].to_numpy() == customers.loc[orders["customer_id"], "city"].to_numpy()).all()
    assert (
        orders["late_minutes"] == (orders["delivery_minutes"] - purchases.PROMISED_MINUTES).clip(0)
    ).mean() > 0.9
    assert orders["rating"].dropna().isin([1, 2, 3, 4, 5]).all()
    assert (orders["amount"] > 0).all()
    assert set(customers["membership"]) == {"None", "Silver", "Gold"}


def test_typical_customers_order_fifteen_to_twenty_five_times(shop: Market) -> None:
    """Mean orders per customer over the whole log."""
    assert 15 < len(shop.orders) / len(shop.truth) < 25


def test_the_truth_agrees_with_what_happens(shop: Market) -> None:
    """In every band of probability, as many customers are retained as the truth says."""
    retained = ordered_after(shop, shop.cutoff + pd.Timedelta(days=1))
    probability = shop.truth["p_stay_no_offer"].to_numpy()
    for low, high in ((0.0, 1.01), (0.0, 0.3), (0.3, 0.7), (0.7, 0.95), (0.95, 1.01)):
        band = (probability >= low) & (probability < high)
        assert within((retained - probability)[band], 0.0), (low, high)


def test_the_campaign_does_what_the_offers_formula_says() -> None:
    """P(retained | offer) = P(retained)(1 − touchiness) + (1 − P(retained))·save rate, counted over people."""
    people = population.draw_people(np.random.default_rng(1), 20_000)
    clock = population.market_clock()
    plan = purchases.plan_orders(np.random.default_rng(2), people, end=float(clock[-1]))
    played = experiment.play_campaign(np.random.default_rng(3), people, plan, clock=clock)
    begin, end = clock[experiment.CAMPAIGN_DAY], clock[experiment.CAMPAIGN_DAY + 30]
    last = plan.first_order(plan.churns)[plan.person]
    would = plan.count_orders((plan.when >= begin) & (plan.when < end) & (plan.index <= last)) > 0
    does = played.plan.count_orders((played.plan.when >= begin) & (played.plan.when < end) & played.placed) > 0
    treated = played.contacted & (played.arm > 0)
    assert (does == would)[~treated].all()
    assert within((does - played.save_rate)[treated & ~would], 0.0)
    assert within((does - (1 - people.touchiness))[treated & would], 0.0)


def test_the_campaign_is_randomised_and_in_the_log(shop: Market) -> None:
    """Arms have their shares, the control arm redeems nothing, and each redemption is an order in the log."""
    campaign = shop.campaign
    shares = campaign["arm"].value_counts(normalize=True)
    assert set(shares.index) == {"control", "cash_50", "free_delivery", "percent_20"}
    assert shares["control"] == pytest.approx(0.4, abs=0.02)
    assert campaign["customer_id"].is_unique
    redeemed = campaign[campaign["redeemed"] == "yes"]
    assert "control" not in set(redeemed["arm"])
    day = campaign["date"].iloc[0]
    at = shop.orders["ordered_at"]
    soon = shop.orders[(at >= day) & (at < day + pd.Timedelta(days=experiment.VALID_DAYS))]
    assert redeemed["customer_id"].isin(soon.loc[soon["coupon"] == "yes", "customer_id"]).all()


def test_the_truth_can_evaluate_any_policy(shop: Market) -> None:
    """There is a probability without and with each offer, and all four segments exist."""
    truth = shop.truth
    probabilities = truth[["p_stay_no_offer", "p_stay_cash_50", "p_stay_free_delivery", "p_stay_percent_20"]]
    assert ((probabilities >= 0) & (probabilities <= 1)).all(axis=None)
    uplift = probabilities.drop(columns="p_stay_no_offer").max(axis=1) - probabilities["p_stay_no_offer"]
    kinds = truth["segment"]
    assert set(kinds) == {"persuadable", "sure thing", "lost cause", "do-not-disturb"}
    assert (uplift[kinds == "do-not-disturb"] < 0).all()
    assert (uplift[kinds == "persuadable"] >= 0.1).all()
    assert truth.loc[kinds == "sure thing", "p_stay_no_offer"].min() >= 0.5
    assert truth.loc[kinds == "lost cause", "p_stay_no_offer"].max() < 0.5


def test_the_log_survives_writing_and_reading(tmp_path: Path) -> None:
    """A snapshot of orders.csv equals a snapshot of the frame."""
    orders = simulate(60, seed=2).orders
    write_csv(orders, tmp_path / "orders.csv")
    written, kept = take_snapshot(read_orders(tmp_path / "orders.csv")), take_snapshot(read_orders(orders))
    pd.testing.assert_frame_equal(written.frame, kept.frame)


@pytest.fixture(scope="module")
def active(shop: Market) -> Snapshot:
    """The default snapshot of the market."""
    return take_snapshot(read_orders(shop.orders), profile=shop.customers)


def test_the_default_snapshot_has_the_documented_shares(shop: Market, active: Snapshot) -> None:
    """At the default cutoff most customers are active, and 15 to 25 in 100 of them churn."""
    assert active.cutoff == f"{shop.cutoff:%Y-%m-%d}" == "2025-06-30"
    assert 0.6 < len(active) / len(shop.truth) < 0.8
    assert active.label is not None
    assert 0.15 < active.label.mean() < 0.25
    churn_probability = 1.0 - shop.truth.set_index("customer_id").loc[active.ids, "p_stay_no_offer"].to_numpy()
    assert within(active.label - churn_probability, 0.0)
    assert (churn_probability < 0.05).mean() > 0.35


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 7])
def test_a_threshold_has_something_to_gain(seed: int) -> None:
    """At V 500 and offer cost 50, out-of-fold scores beat sending to all by far more than noise."""
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import cross_val_predict
    from xgboost import XGBClassifier

    past = take_snapshot(read_orders(simulate(5000, seed=seed).orders))
    assert past.label is not None
    model = XGBClassifier(
        n_estimators=100, max_depth=2, learning_rate=0.1, subsample=0.8, n_jobs=1, random_state=0
    )
    numbers = past.features.select_dtypes("float")
    p = cross_val_predict(model, numbers, past.label, cv=5, method="predict_proba")[:, 1]
    assert 0.78 < roc_auc_score(past.label, p) < 0.87
    against_all = np.where(p >= 0.1, 0.0, np.where(past.label == 1, -450.0, 50.0))
    assert against_all.mean() > 4 * against_all.std() / np.sqrt(len(past))
    assert (np.where(past.label == 1, 450.0, -50.0) * (p >= 0.1)).mean() > 20
