from dataclasses import asdict

import numpy as np
import pytest

from retention.churn.profile import Profile, build_profile
from retention.churn.schema import Column
from retention.churn.training_set import TrainingSet


@pytest.fixture
def profile() -> Profile:
    columns = (Column("age", "number"), Column("city", "category", ("Delhi", "Pune")))
    matrix = np.array([[1.0, 0], [2.0, 1], [3.0, 1], [np.nan, np.nan]])
    training_set = TrainingSet(columns, matrix, np.array([1, 0, 0, 1], np.int8))
    fitted, unseen = np.array([0.1, 0.2, 0.3, 0.4]), np.array([0.1, 0.1, 0.1, 0.3])
    return build_profile(training_set, fitted, unseen, blank=np.array([0.25, 0.0]))


def test_shares_of_four_customers_by_hand(profile: Profile) -> None:
    """Blanks and rare values share the last bin; the typical value is the median."""
    age, city = profile.columns
    assert sum(age.shares) == pytest.approx(1)
    assert (age.shares[-1], age.blank, age.typical) == (0.25, 0.25, 2.0)
    assert city.shares == (0.25, 0.5, 0.25)
    assert (city.blank, city.typical) == (0.0, 1.0)
    assert (profile.customers, profile.mean_score) == (4, 0.25)


def test_other_customers_are_sorted_into_the_same_bins(profile: Profile) -> None:
    """Everybody from Delhi: all are in the first bin."""
    assert profile.columns[1].count(np.zeros(7)).tolist() == [7, 0, 0]


def test_held_out_scores_share_the_bins_of_the_fitted_ones(profile: Profile) -> None:
    """Borders are deciles of both together: 0.1, 0.15, 0.22, 0.29, 0.3 and 0.33; nobody is below the first."""
    assert profile.score.shares == (0, 0.25, 0.25, 0, 0, 0.25, 0.25, 0)
    assert profile.unseen == (0, 0.75, 0, 0, 0, 0.25, 0, 0)
    assert profile.mean_unseen == pytest.approx(0.15)


def test_a_profile_survives_json(profile: Profile) -> None:
    """Rebuilt from its fields it is equal; an older one uses the fitted scores for both."""
    saved = asdict(profile)
    assert Profile.from_json(saved) == profile
    older = {name: value for name, value in saved.items() if name not in {"unseen", "mean_unseen"}}
    read = Profile.from_json(older)
    assert (read.unseen, read.mean_unseen) == (profile.score.shares, profile.mean_score)


@pytest.mark.parametrize(
    ("cells", "flag"),
    [([0, 1, 1, np.nan], True), ([0, 1, 2, 1], False), ([0, 0, 0, 0], False), ([0, 0.5, 1, 1], False)],
)
def test_a_flag_holds_only_0_and_1(cells: list[float], flag: bool) -> None:
    """Blanks may occur too; a share from 0 to 1 is no flag, nor is a count."""
    examples = TrainingSet((Column("is_member", "number"),), np.array([cells]).T, np.array([1, 0, 0, 1], np.int8))
    built = build_profile(examples, np.full(4, 0.5), np.full(4, 0.5), blank=np.zeros(1))
    assert built.columns[0].flag is flag
    assert Profile.from_json(asdict(built)) == built
