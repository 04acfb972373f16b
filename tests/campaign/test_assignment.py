"""The draw: exact, repeatable, independent of the order of rows, and with true chances."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retention.campaign.assignment import draw, explored, recut
from retention.campaign.design import DesignKind
from retention.errors import InputError
from retention.messages.lots import lots_of
from tests.campaign.cases import OFFER_IDS, SALT, candidates, design

KINDS = st.sampled_from(["plan", "offers", "text"])


@given(st.integers(1, 400), KINDS, st.integers(0, 2**32 - 1), st.floats(0.02, 0.5))
@settings(deadline=None, max_examples=40)
def test_any_order_of_rows_gives_the_same_arms(count: int, kind: DesignKind, seed: int, share: float) -> None:
    """Shuffled customers get the arms that they had, with the same strata, lots and chances."""
    customers, registered = candidates(count, seed=seed), design(count, kind=kind, holdout_share=share)
    drawn = draw(customers, registered, salt=SALT)
    shuffled = draw(customers.sample(frac=1, random_state=seed), registered, salt=SALT).sort_index()
    pd.testing.assert_frame_equal(shuffled, drawn)
    assert recut(drawn.sample(frac=1, random_state=seed), registered).sort_index().equals(drawn["arm"])


@given(st.integers(1, 600), KINDS, st.integers(0, 2**32 - 1), st.floats(0.02, 0.5))
@settings(deadline=None, max_examples=40)
def test_shares_are_exact_within_one_customer(count: int, kind: DesignKind, seed: int, share: float) -> None:
    """Held out is h·n rounded up or down, in the whole list and in every stratum; the other arms are as exact."""
    registered = design(count, kind=kind, holdout_share=share)
    drawn = draw(candidates(count, seed=seed), registered, salt=SALT)
    chances = drawn[[f"chance_{arm}" for arm in registered.arms]]
    assert np.allclose(chances.sum(axis=1), 1)
    for place in [drawn, *(stratum for _, stratum in drawn.groupby("stratum"))]:
        assert abs((place["arm"] == "control").sum() - share * len(place)) < 1 + 1e-6
    if kind == "offers" and not drawn["stratum"].str.contains("mixed").any():
        for arm in registered.arms:
            assert abs((drawn["arm"] == arm).sum() - drawn[f"chance_{arm}"].sum()) < 1 + 1e-6
    if kind == "text":
        assert abs((drawn["arm"] == "model").sum() - (1 - share) / 2 * count) < 1 + 1e-6
    if kind == "plan":
        assert (drawn["arm"] == drawn["offer"])[drawn["arm"] != "control"].all()


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["plan", "offers", "text"])
@pytest.mark.parametrize("count", [13, 131])
def test_chances_are_those_of_the_procedure(kind: DesignKind, count: int) -> None:
    """Over many salts every customer is in every arm as often as their stored chance says."""
    customers, registered = candidates(count), design(count, kind=kind, holdout_share=0.15)
    salts = 800
    arms = pd.Index(registered.arms)
    frequency = np.zeros((count, len(arms)))
    for number in range(salts):
        drawn = draw(customers, registered, salt=number.to_bytes(16, "big"))
        frequency[np.arange(count), arms.get_indexer(pd.Index(drawn["arm"]))] += 1
    chances = drawn[[f"chance_{arm}" for arm in registered.arms]].to_numpy()
    error = np.sqrt(chances * (1 - chances) / salts)
    assert (np.abs(frequency / salts - chances) <= 4.5 * error + 1e-12).all()
    own = chances[np.arange(count), arms.get_indexer(pd.Index(drawn["arm"]))]
    assert np.array_equal(drawn["chance"].to_numpy(), own)


def test_the_chances_by_hand() -> None:
    """With h = 0.1 and three offers: (1 − h)(0.8 + 0.2/3) = 0.78 for the planned one, 0.06 for another."""
    drawn = draw(candidates(60), design(60, kind="offers", holdout_share=0.1), salt=SALT)
    for offer in OFFER_IDS:
        planned = drawn["offer"] == offer
        assert drawn.loc[planned, f"chance_{offer}"].to_numpy() == pytest.approx(0.78)
        assert drawn.loc[~planned, f"chance_{offer}"].to_numpy() == pytest.approx(0.06)
    assert (drawn["chance_control"] == 0.1).all()


def test_small_strata_are_merged() -> None:
    """Of 1,000 customers with a rare offer and a rare city, no stratum has fewer than 20."""
    number = np.arange(1000)
    customers = candidates(1000).assign(
        offer=np.where(number < 5, "percent_20", "cash_50"),
        segment=np.where(number < 30, "Pune", np.where(number < 37, "Goa", "Delhi")),
    )
    drawn = draw(customers, design(1000, segment="city"), salt=SALT)
    assert drawn["stratum"].value_counts().min() >= 20
    assert {f"Delhi / cash_50 / risk {fifth}" for fifth in range(1, 6)} & set(drawn["stratum"])
    too_fine = customers.assign(segment=[f"city {at % 60}" for at in range(1000)])
    with pytest.raises(InputError, match="segment: has 60 values; choose a column of at most 50"):
        draw(too_fine, design(1000, segment="city"), salt=SALT)


def test_households_are_drawn_whole() -> None:
    """Everybody of a unit has the same lot, stratum and arm, and a fifth of the units is held out."""
    customers = candidates(900).assign(unit=[f"H-{at // 3}" for at in range(900)])
    drawn = draw(customers, design(900, unit="household_id"), salt=SALT)
    held_out = drawn["arm"] == "control"
    assert (drawn.groupby("unit")[["lot", "stratum"]].nunique() == 1).all(axis=None)
    assert held_out.groupby(drawn["unit"]).nunique().max() == 1
    assert held_out.sum() == 180
    assert set(drawn["stratum"]) == {f"risk {fifth}" for fifth in range(1, 6)}


def test_some_who_are_not_listed_are_drawn_to_explore() -> None:
    """Everyone on the list and 5% of the others are drawn; the others have strata of their own."""
    customers = candidates(3000).assign(listed=np.arange(3000) < 1000)
    drawn_at = explored(customers, unit=None, share=0.05, salt=SALT)
    assert drawn_at[:1000].all() and drawn_at[1000:].sum() == 100
    drawn = draw(customers[drawn_at], design(1100), salt=SALT)
    assert (drawn["stratum"].str.startswith("not listed") == ~drawn["listed"]).all()
    assert ((drawn["arm"] == "control") & ~drawn["listed"]).sum() in range(17, 24)
    assert not explored(customers, unit=None, share=0.0, salt=SALT)[1000:].any()


def test_lots_are_evenly_spread() -> None:
    """The lots of 10,000 ids fall into ten equal parts about equally often, and another salt gives others."""
    ids = [str(number) for number in range(10_000)]
    lots = lots_of(ids, SALT)
    counts = np.bincount((lots // np.uint64(2**64 // 10 + 1)).astype(int), minlength=10)
    assert ((counts - 1000) ** 2 / 1000).sum() < 27.9  # chi-squared with 9 degrees of freedom, p = 0.001
    assert not (lots == lots_of(ids, bytes(16))).any()


def test_a_list_that_cannot_be_drawn_is_refused() -> None:
    """Nobody, a customer twice, an unknown offer: one sentence each."""
    customers = candidates(30)
    with pytest.raises(InputError, match="nobody is left to draw"):
        draw(customers[:0], design(0), salt=SALT)
    with pytest.raises(InputError, match="holds a customer twice"):
        draw(pd.concat([customers, customers[:1]]), design(31), salt=SALT)
    with pytest.raises(InputError, match="names the offer 'gold', which is not in the catalogue"):
        draw(customers.assign(offer="gold"), design(30), salt=SALT)
