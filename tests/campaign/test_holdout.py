"""A send list is drawn: what is registered, what the list to send says, and what is refused."""

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from retention.campaign.holdout import Holdout, hold_out
from retention.campaign.holdout_request import HoldoutRequest
from retention.errors import InputError, OfferError
from retention.messages.batch import write_messages
from retention.messages.ledger import Ledger
from retention.profit.economics import PRESETS
from tests.campaign.cases import OFFER_IDS, OFFERS

START = dt.datetime(2026, 10, 13, tzinfo=dt.UTC).timestamp()
COSTS = {offer.id: float(offer.cost) for offer in OFFERS}


def scored(count: int = 1000, *, seed: int = 1) -> pd.DataFrame:
    """Return a send list as ``score`` writes it; two thirds are on it."""
    random = np.random.default_rng(seed)
    sent = np.arange(count) % 3 > 0
    offers = np.where(sent, np.array(OFFER_IDS, dtype=object)[random.integers(0, 3, count)], "")
    costs = np.array([COSTS.get(offer, COSTS[OFFER_IDS[0]]) for offer in offers])
    p = random.beta(2, 3, count)
    profit = 0.3 * p * (500 - costs) - 0.6 * (1 - p) * costs - 1  # the preset "realistic"
    return pd.DataFrame(
        {
            "customer_id": pd.array([f"C-{number:04d}" for number in range(count)], dtype="str"),
            "churn_probability": p,
            "value": 500.0,
            "expected_profit": profit.round(2),
            "send": np.where(sent, "yes", "no"),
            "offer": pd.array(offers, dtype="str"),
            "offer_cost": costs,
            "city": np.where(np.arange(count) % 2, "Pune", "Delhi"),
            "household_id": [f"H-{number // 4}" for number in range(count)],
        }
    )


def request(**fields: Any) -> HoldoutRequest:
    """Return a request for a campaign called diwali, sent on 13 October."""
    defaults: dict[str, Any] = {
        "name": "diwali", "economics": PRESETS["realistic"], "offers": OFFERS, "sent_on": dt.date(2026, 10, 13),
    }  # fmt: skip
    return HoldoutRequest(**{**defaults, **fields})


def drawn_from(ledger: Ledger, rows: pd.DataFrame, **fields: Any) -> Holdout:
    """Draw a list for good."""
    return hold_out(rows, request(**fields), id="customer_id", ledger=ledger)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """Return a ledger whose clock stands at the start of the campaign."""
    return Ledger(tmp_path / "l.sqlite", now=lambda: START)


def test_only_the_treated_are_sent_to(ledger: Ledger) -> None:
    """Held-out rows stay in the list with send = no and the plan's offer; those not listed stay as they were."""
    rows = scored()
    result = drawn_from(ledger, rows, share=0.2)
    sent = result.send_list
    assert sent is not None and result.campaign is not None
    assert sent.columns.tolist() == [*rows.columns, "campaign", "arm", "stratum", "chance"]
    control = sent["arm"] == "control"
    listed = rows["send"] == "yes"
    assert control.sum() in {133, 134} and not (control & ~listed).any()
    assert ((sent["send"] == "yes") == (listed & ~control)).all()
    assert (sent["offer"] == rows["offer"]).all()
    assert (sent.loc[control, "chance"] == 0.2).all() and sent.loc[~listed, "chance"].isna().all()
    assert set(sent.loc[~listed, "arm"]) == {""}
    assert (result.design.eligible, result.design.read_on) == (666, dt.date(2026, 11, 12))
    run = write_messages(sent, id="customer_id", offers=OFFERS, ledger=ledger)
    assert {message.customer for message in run.messages} == set(sent.loc[sent["send"] == "yes", "customer_id"])
    everyone = write_messages(sent, id="customer_id", offers=OFFERS, ledger=ledger, run="all", everyone=True)
    assert everyone.held_back_by_reason["held out of diwali until 12 Nov"] == control.sum()


def test_a_drawn_offer_has_its_own_cost_and_profit(ledger: Ledger) -> None:
    """In the design ``offers`` a row that gets another offer than planned is priced with that one."""
    rows = scored()
    sent = drawn_from(ledger, rows, kind="offers", share=0.1).send_list
    assert sent is not None
    changed = (sent["send"] == "yes") & (sent["offer"] != rows["offer"])
    assert 0.05 < changed.sum() / (sent["send"] == "yes").sum() < 0.25
    assert (sent["offer_cost"] == sent["offer"].map(COSTS).fillna(COSTS[OFFER_IDS[0]])).all()
    first = sent[changed].iloc[0]
    inputs = next(offer for offer in OFFERS if offer.id == first["offer"]).economics(PRESETS["realistic"])
    assert first["expected_profit"] == round(inputs.expected_profit(first["churn_probability"], 500.0), 2)
    assert (sent.loc[~changed, "expected_profit"] == rows.loc[~changed, "expected_profit"]).all()


def test_a_draw_is_repeated_exactly(ledger: Ledger) -> None:
    """The same list and request give the same campaign again, in any order and after the messages went out."""
    rows = scored()
    first = drawn_from(ledger, rows, segment="city", explore=0.05, standing=0.02)
    assert first.campaign is not None and first.send_list is not None and not first.resumed
    write_messages(first.send_list, id="customer_id", offers=OFFERS, ledger=ledger)
    again = drawn_from(ledger, rows, segment="city", explore=0.05, standing=0.02, sent_on=None)
    assert again.resumed and again.campaign is not None and again.send_list is not None
    pd.testing.assert_frame_equal(again.campaign.assignments, first.campaign.assignments)
    pd.testing.assert_frame_equal(again.send_list, first.send_list)
    assert again.design == first.design
    shuffled = drawn_from(ledger, rows.sample(frac=1, random_state=1), segment="city", explore=0.05, standing=0.02)
    assert shuffled.resumed and shuffled.send_list is not None
    pd.testing.assert_frame_equal(shuffled.send_list.sort_index(), first.send_list)
    changes = (
        (rows, {"segment": "city", "explore": 0.05}),
        (rows, {"segment": "city", "explore": 0.05, "standing": 0.02, "horizon_days": 31}),
        (rows[:-2], {"segment": "city", "explore": 0.05, "standing": 0.02}),
        (rows.assign(churn_probability=0.5), {"segment": "city", "explore": 0.05, "standing": 0.02}),
    )
    for changed_rows, fields in changes:
        with pytest.raises(OfferError, match="campaign 'diwali': was drawn already"):
            drawn_from(ledger, changed_rows, **fields)


def test_a_later_draw_leaves_the_standing_group_of_the_quarter_out(ledger: Ledger) -> None:
    """No run may write to it, so it belongs to no arm, though the later campaign names none; a new quarter may."""
    rows = scored()
    drawn_from(ledger, rows[:300], standing=0.2)
    (group,) = ledger.standing_groups(dt.date(2026, 10, 13))
    later = drawn_from(ledger, rows[300:], name="holi")
    assert later.campaign is not None
    listed = rows[300:].query("send == 'yes'")["customer_id"]
    standing = {customer for customer in listed if customer in group}
    assert 50 < len(standing) < 140
    assert later.design.excluded == {"standing group": len(standing)}
    assert standing.isdisjoint(later.campaign.assignments["customer"])
    dry = hold_out(rows[300:], request(name="xmas"), id="customer_id", ledger=ledger, dry_run=True)
    assert dry.design.excluded["standing group"] == len(standing)
    spring = drawn_from(ledger, rows[300:], name="eid", sent_on=dt.date(2027, 1, 4))
    assert "standing group" not in spring.design.excluded


def test_a_campaign_that_is_over_protects_nobody_and_says_so(tmp_path: Path) -> None:
    """Its day of reading today is past already; with that day tomorrow it protects, as the ledger itself says."""
    today = dt.datetime.now(dt.UTC).date()
    for days, protects in ((30, False), (29, True)):
        with Ledger(tmp_path / f"{days}.sqlite") as ledger:
            result = drawn_from(ledger, scored(), sent_on=today - dt.timedelta(days=days))
            assert result.protects is result.as_dict()["protects"] is bool(ledger.held_out()) is protects
            words = result.in_words()[-1]
            assert (
                "get no message until" if protects else "is past, so held-out customers are not held back"
            ) in words


def test_a_second_campaign_leaves_the_first_ones_customers_out(ledger: Ledger) -> None:
    """Live holdouts, the cool-down, duplicates and the standing group are left out before the draw, counted."""
    rows = scored()
    first = drawn_from(ledger, rows[:500], share=0.2)
    assert first.send_list is not None
    write_messages(first.send_list[:100], id="customer_id", offers=OFFERS, ledger=ledger)
    held_out = int((first.send_list["arm"] == "control").sum())
    messaged = int((first.send_list[:100]["send"] == "yes").sum())
    twice = pd.concat([rows, rows[997:998]], ignore_index=True)
    second = drawn_from(ledger, twice, name="holi", share=0.2, standing=0.1)
    assert second.campaign is not None and second.send_list is not None
    excluded = dict(second.design.excluded)
    assert excluded.pop("standing group") > 20
    assert excluded == {"cool-down": messaged, "duplicate": 1, "live holdout": held_out}
    assert second.design.eligible + sum(second.design.excluded.values()) == 667
    not_drawn = ~twice["customer_id"].isin(second.campaign.assignments["customer"])
    assert set(second.send_list.loc[not_drawn, "send"]) == {"no"}
    assert set(second.campaign.assignments["customer"]).isdisjoint(
        ledger.held_out(at=0).keys() - set(second.campaign.assignments["customer"])
    )


def test_explorers_and_households(ledger: Ledger) -> None:
    """A share of those not listed is drawn too and gets the first offer; households are drawn whole."""
    rows = scored()
    explored = drawn_from(ledger, rows, explore=0.3, share=0.2)
    assert explored.campaign is not None and explored.send_list is not None
    new = (rows["send"] == "no") & (explored.send_list["send"] == "yes")
    assert 70 <= new.sum() <= 90 and set(explored.send_list.loc[new, "offer"]) == {OFFER_IDS[0]}
    assert (~explored.campaign.assignments["listed"]).sum() == 100
    homes = hold_out(rows, request(name="homes", unit="household_id"), id="customer_id", ledger=Ledger(":memory:"))
    assert homes.campaign is not None
    by_unit = homes.campaign.assignments.assign(out=lambda frame: frame["arm"] == "control").groupby("unit")["out"]
    assert by_unit.nunique().max() == 1


def test_a_dry_run_draws_nothing(ledger: Ledger) -> None:
    """It says what would be drawn, the cost and the power, and leaves the ledger as it was."""
    for its_ledger in (ledger, None):
        result = hold_out(scored(), request(standing=0.02), id="customer_id", ledger=its_ledger, dry_run=True)
        assert result.campaign is None and result.send_list is None
        assert result.as_dict()["drawn"] is False and result.as_dict()["holdout"]["cost"] > 0
        assert "dry run: nothing is drawn" in result.in_words()[0]
    assert ledger.campaigns() == () and ledger.standing_salts() == () and ledger.held_out(at=0) == {}


@pytest.mark.parametrize(
    ("change", "fields", "words"),
    [
        ({"send": "no"}, {}, "nobody has send = yes"),
        ({"churn_probability": 2.0}, {}, "column 'churn_probability' must hold numbers from 0 to 1"),
        ({"churn_probability": "high"}, {}, "column 'churn_probability' must hold numbers from 0 to 1"),
        ({"value": -1.0}, {}, "column value: "),
        ({"offer": "gold"}, {}, "names the offer 'gold', which is not in the catalogue"),
        ({"arm": "control"}, {}, "has a column 'arm' already, so it was drawn before"),
        ({"customer_id": None}, {}, "column 'customer_id' holds an empty cell"),
        ({}, {"segment": "cty"}, r"column 'cty' is missing \(did you mean 'city'\?\)"),
        ({}, {"unit": "home"}, "column 'home' is missing"),
        ({"household_id": ""}, {"unit": "household_id"}, "column 'household_id' holds an empty cell"),
        ({}, {"segment": "customer_id"}, "segment: has 666 values"),
        ({}, {"share": 0.7}, "share: must be auto or a share above 0 to 0.5"),
        ({}, {"name": "a/b"}, "name: must be 1 to 60 letters"),
        ({}, {"explore": 2.0}, "explore: must be a share"),
        ({}, {"standing": -0.1}, "standing: must be a share"),
        ({}, {"horizon_days": 0}, "horizon-days: must be a whole number"),
    ],
)
def test_what_cannot_be_drawn_is_refused(
    ledger: Ledger, change: dict[str, Any], fields: dict[str, Any], words: str
) -> None:
    """One sentence says what is wrong, and nothing is registered."""
    with pytest.raises(InputError, match=words):
        drawn_from(ledger, scored().assign(**change), **fields)
    assert ledger.campaigns() == () and ledger.held_out(at=0) == {}


def test_a_list_of_customers_who_were_just_messaged_is_refused(ledger: Ledger) -> None:
    """The sentence counts why nobody is left."""
    rows = scored(90)
    write_messages(rows, id="customer_id", offers=OFFERS, ledger=ledger)
    with pytest.raises(InputError, match=r"nobody is left to draw \(60 cool-down\); widen the list, or wait"):
        drawn_from(ledger, rows)


def test_a_list_of_one_is_refused(ledger: Ledger) -> None:
    """A draw that would hold nobody out, or treat nobody, is no campaign."""
    for number in range(5):
        with pytest.raises(
            InputError, match="1 customer at a share of 20% leaves nobody to hold out, or to treat"
        ):
            drawn_from(ledger, scored(3)[1:2], name=f"one {number}", share=0.2)
    assert ledger.campaigns() == ()
