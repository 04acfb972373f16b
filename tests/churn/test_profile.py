from dataclasses import asdict

import numpy as np
import pytest

from retention.churn.examples import Examples
from retention.churn.profile import Profile, profile
from retention.churn.schema import Column


@pytest.fixture
def known():
    columns = (Column("age", "number"), Column("city", "category", ("Delhi", "Pune")))
    matrix = np.array([[1.0, 0], [2.0, 1], [3.0, 1], [np.nan, np.nan]])
    examples = Examples(columns, matrix, np.array([1, 0, 0, 1], np.int8))
    return profile(examples, np.array([0.1, 0.2, 0.3, 0.4]), blank=np.array([0.25, 0.0]))


def test_shares_of_four_customers_by_hand(known):
    """Blanks and values too rare to be told apart share the last place; the typical value is the median."""
    age, city = known.columns
    assert sum(age.shares) == pytest.approx(1)
    assert (age.shares[-1], age.blank, age.typical) == (0.25, 0.25, 2.0)
    assert city.shares == (0.25, 0.5, 0.25)
    assert (city.blank, city.typical) == (0.0, 1.0)
    assert (known.customers, known.mean_score) == (4, 0.25)


def test_other_customers_are_sorted_into_the_same_bins(known):
    """Everybody from Delhi: all in the first bin."""
    assert known.columns[1].count(np.zeros(7)).tolist() == [7, 0, 0]


def test_a_profile_survives_json(known):
    """Rebuilt from its fields it is equal."""
    assert Profile.from_json(asdict(known)) == known
