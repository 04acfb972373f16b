"""Deciding customer by customer, within a budget and a cap on contacts: what it comes to, and what follows."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from retention.churn.model import ChurnModel
from retention.cli import main
from retention.customers.intake import read_customers
from retention.customers.table import Customers
from retention.errors import InputError
from retention.hub.connection import Hub
from retention.profit.catalogue import Offer
from retention.profit.economics import PRESETS, Economics
from retention.tabular.csv_export import write_csv
from retention.ui.send_choice import EVERY, FIRST, SLIDER, SendChoice
from retention.ui.session import Session
from retention.ui.shell import stepper
from retention.ui.tabs import TABS
from retention.ui.tabs.customers import handlers as customers
from retention.ui.tabs.offers import handlers as offers
from retention.ui.tabs.offers import views as offer_views
from retention.ui.tabs.profit.budget import handlers as budget
from retention.ui.tabs.profit.budget import views as budget_views
from retention.ui.tabs.share import handlers as share
from retention.ui.tabs.share import views as hub_views
from retention.wording.money import in_currency
from tests.files import telecom_customers

PROBABILITY = np.array([0.8, 0.6, 0.4, 0.2, 0.1, 0.05])
#: Of 500 a head, the first earns 500·p − 50 and costs 50, whoever redeems it; the other keeps half of the leavers:
#: it earns 240·p − 20·(1 − p) and costs 20·(1 − p/2).
OFFERS = (
    Offer(id="large", gives={"en": "₹50 off"}, cost=50),
    Offer(id="small", gives={"en": "₹20 <off>"}, cost=20, save_rate=0.5),
)


def by_hand(choice: SendChoice) -> budget.Outcome:
    """Return what a choice comes to for the six."""
    policy = choice.policy(Economics(), OFFERS)
    return budget.outcome_of(policy, policy.decide(PROBABILITY, None))


@pytest.mark.parametrize(
    ("choice", "customers", "cost", "profit"),
    [
        (SendChoice(FIRST), [5], 250, 350 + 250 + 150 + 50 + 0),
        (SendChoice(FIRST, budget=120.0), [2], 100, 350 + 250),
        (SendChoice(FIRST, max_contacts=3), [3], 150, 350 + 250 + 150),
        (SendChoice(EVERY), [4, 1], 200 + 19, 350 + 250 + 150 + 50 + 6),
        (SendChoice(EVERY, max_contacts=1), [1, 0], 50, 350),
        (SendChoice(EVERY, budget=15.0), [0, 1], 12, 188),
    ],
)
def test_six_customers_by_hand(choice: SendChoice, customers: list[int], cost: float, profit: float) -> None:
    """Who gets which offer, what it costs and what it earns, as worked out on paper."""
    found = by_hand(choice)
    assert [total.customers for total in found.offers] == customers
    assert found.contacted == sum(customers)
    assert found.spending.spent == pytest.approx(cost)
    assert sum(total.cost for total in found.offers) == pytest.approx(cost)
    assert found.profit == pytest.approx(profit)
    assert found.customers == 6


def test_the_price_of_a_limit_is_what_the_next_of_it_would_earn(telecom_model: ChurnModel) -> None:
    """More money reaches the third and the fourth, for 150 and 50; a limit that leaves all in is worth nothing."""
    session = Session(model=telecom_model)
    words = budget_views.result(session, by_hand(SendChoice(FIRST, budget=120.0)))
    assert "The next ₹1,000 of budget would earn ₹200 (assumed)." in words
    words = budget_views.result(session, by_hand(SendChoice(FIRST, budget=500.0, max_contacts=2)))
    assert "The budget does not bind" in words
    assert "One contact more would earn ₹150 (assumed)." in words


def test_every_amount_says_that_it_is_assumed_and_words_of_offers_are_escaped(telecom_model: ChurnModel) -> None:
    """Cards carry a tag, columns and sentences a word."""
    words = budget_views.result(Session(model=telecom_model), by_hand(SendChoice(EVERY, budget=150.0)))
    assert words.count('class="tag"') == 3
    assert "Cost (assumed)" in words and "Profit (assumed)" in words
    assert "₹20 &lt;off&gt;" in words


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ({"budget": -1.0}, "budget: must be above 0, got -1"),
        ({"budget": 0.0}, "budget: must be above 0, got 0"),
        ({"budget": float("nan")}, "budget: must be above 0"),
        ({"budget": float("inf")}, "budget: must be above 0"),
        ({"max_contacts": 0.0}, "most contacts: must be a whole number from 1 up, got 0"),
        ({"max_contacts": 2.5}, "most contacts: must be a whole number"),
        ({"max_contacts": float("nan")}, "most contacts: must be a whole number"),
        ({"max_contacts": float("inf")}, "most contacts: must be a whole number"),
    ],
)
def test_a_limit_that_cannot_be_is_told_in_a_sentence(limits: dict[str, float], words: str) -> None:
    """On both sides of the bounds: the smallest that can be is taken."""
    given = {"budget": None, "max_contacts": None, **limits}
    with pytest.raises(InputError, match=words):
        budget.limit(Session(), EVERY, **given)
    least = budget.limit(Session(), EVERY, budget=0.01, max_contacts=1.0)
    assert least.send_choice == SendChoice(EVERY, 0.01, 1)
    with pytest.raises(InputError, match="how to choose"):
        budget.choose(Session(), "by dice", budget=None, max_contacts=None)


def test_limits_move_on_from_the_slider_and_go_when_it_comes_back() -> None:
    """A budget needs customers ranked; the slider knows none."""
    limited = budget.limit(Session(), SLIDER, budget=900.0, max_contacts=None)
    assert limited.send_choice == SendChoice(FIRST, 900.0)
    assert budget.limit(limited, EVERY, budget=900.0, max_contacts=None).send_choice.how == EVERY
    assert budget.choose(limited, SLIDER, budget=900.0, max_contacts=None).send_choice == SendChoice()
    assert budget.limit(Session(), SLIDER, budget=None, max_contacts=None).send_choice == SendChoice()


def test_the_send_list_is_the_command_lines_to_the_byte(
    telecom_file: Path, telecom_folder: Path, tmp_path: Path
) -> None:
    """Every offer, a budget and a cap: what the app writes to is what `score` writes."""
    limits = ["--every-offer", "--budget", "900", "--max-contacts", "40", "--preset", "realistic"]
    there = tmp_path / "scored.csv"
    command = ["score", telecom_file, "--model", telecom_folder, "--out", there, *limits]
    assert main([str(part) for part in command]) == 0
    session = Session(customers=read_customers(telecom_file), model=ChurnModel.load(telecom_folder))
    session = session.priced(PRESETS["realistic"])
    session = budget.choose(session, EVERY, budget=900.0, max_contacts=40.0)
    scored = offers.score(session, 0.9).scored
    assert scored and scored.spending and 0 < scored.contacted <= 40
    write_csv(scored.send_list, tmp_path / "here.csv")
    assert (tmp_path / "here.csv").read_bytes() == there.read_bytes()
    shown = budget.outcome(session)
    assert shown and (shown.spending, shown.contacted) == (scored.spending, scored.contacted)


def test_messages_go_to_those_who_were_chosen(trained: Session) -> None:
    """Other choices drop messages and send list; prices, and the header, keep the choice; customers reset it."""
    chosen = budget.choose(trained, FIRST, budget=None, max_contacts=25.0)
    written = offers.write(chosen, 0.0)
    assert written.message_run and written.message_run.message_count == 25
    assert written.priced(Economics(offer_cost=40)).send_choice == chosen.send_choice
    assert budget.choose(written, FIRST, budget=None, max_contacts=25.0) is written
    other = budget.choose(written, EVERY, budget=None, max_contacts=25.0)
    assert (other.message_run, other.scored) == (None, None)
    words = "the first offer customer by customer, within 25 contacts (assumed)"
    assert words in stepper.header(TABS, written)
    assert words in offer_views.recipients(written)
    assert "threshold of the Profit tab" in offer_views.recipients(trained)
    assert customers.simulate(written, 300, 1).send_choice == SendChoice()


def test_with_a_value_column_it_says_what_customer_by_customer_earned(telecom: Customers) -> None:
    """The held-out figure of the curve, with its evidence; without one, why there is no difference."""
    table = telecom_customers()
    table["MonthlyCharges"] *= 10
    valued = read_customers(table, value="MonthlyCharges")
    session = Session(customers=valued, model=ChurnModel.fit(valued)).priced(Economics())
    assert session.curve and session.curve.per_customer
    gain = in_currency(abs(session.curve.per_customer.over_threshold), "₹")
    words = budget_views.result(session, budget.outcome(session))
    assert gain in words and "per 1,000 customers than one threshold for all" in words
    assert "backtested, assumed" in words
    own = budget.outcome(budget.choose(session, FIRST, budget=None, max_contacts=None))
    assert own and own.contacted > 0
    plain = replace(session, curve=None)
    assert "without its evaluation rows" in budget_views.result(plain, None)
    assert budget_views.result(Session(), None) == ""


@pytest.mark.slow
def test_a_decision_within_a_budget_is_shared_and_comes_out_the_same(trained: Session, hub: Hub) -> None:
    """The model, then who is sent what within the budget; the replay says yes."""
    plan = share.preview(trained, share.MODEL, "alice/model", private=True, threshold=0.3, hub=hub)
    at_hub = share.with_published_model(trained, share.publish_plan(plan, hub=hub))
    chosen = budget.choose(at_hub, FIRST, budget=2000.0, max_contacts=None)
    plan = share.preview(
        offers.write(chosen, 0.3), share.DECISION, "alice/decision", private=True, threshold=0.3, hub=hub
    )
    manifest = plan.release.content["manifest.json"].decode()
    assert '"budget": 2000.0' in manifest and '"threshold": null' in manifest
    found = share.replay(share.publish_plan(plan, hub=hub).pushed.reference, hub=hub)
    assert found.identical
    assert "yes, bit for bit" in hub_views.replayed(found)


def test_with_a_value_column_app_and_command_decide_alike_from_the_start(tmp_path: Path) -> None:
    """Each customer's own break-even, to the byte, wherever the slider stands; the slider if somebody says so."""
    table = telecom_customers()
    table["margin"] = np.linspace(20.0, 900.0, len(table)).round(2)
    file, folder, there = tmp_path / "valued.csv", tmp_path / "model", tmp_path / "scored.csv"
    table.to_csv(file, index=False)
    valued = read_customers(file, value="margin")
    model = ChurnModel.fit(valued)
    model.save(folder)
    command = ["score", file, "--model", folder, "--out", there, "--value-column", "margin"]
    assert main([str(part) for part in command]) == 0
    session = Session(customers=valued, model=model).priced(Economics())
    assert session.send_choice == SendChoice(FIRST)
    scored = offers.score(session, 0.9).scored
    assert scored and 0 < scored.contacted < len(valued)
    write_csv(scored.send_list, tmp_path / "here.csv")
    assert (tmp_path / "here.csv").read_bytes() == there.read_bytes()
    by_slider = budget.choose(session, SLIDER, budget=None, max_contacts=None)
    assert by_slider.send_choice == SendChoice(SLIDER)
    slid = offers.score(by_slider, 0.3).scored
    assert slid and slid.threshold == 0.3


def test_customers_are_scored_once_for_many_prices(trained: Session) -> None:
    """The same probabilities while model and customers are; other customers get their own."""
    assert trained.model and trained.customers
    scores = trained.scores
    first = scores.of(trained.model, trained.customers)
    assert scores.of(trained.model, trained.customers) is first
    other = replace(trained.customers)
    assert scores.of(trained.model, other) is not first
    assert (scores.of(trained.model, other) == first).all()
