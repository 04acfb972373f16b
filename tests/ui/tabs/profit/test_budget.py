"""Selecting customer by customer, within a budget and a cap on contacts: what it comes to, and what follows."""

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
#: With a value of 500, the first earns 500·p − 50 and costs 50, whoever redeems it. The other has a save rate of
#: one half: it earns 240·p − 20·(1 − p) and costs 20·(1 − p/2).
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
    outcome = by_hand(choice)
    assert [total.customers for total in outcome.offers] == customers
    assert outcome.contacted == sum(customers)
    assert outcome.spending.spent == pytest.approx(cost)
    assert sum(total.cost for total in outcome.offers) == pytest.approx(cost)
    assert outcome.profit == pytest.approx(profit)
    assert outcome.customers == 6


def test_the_price_of_a_limit_is_what_the_next_of_it_would_earn(telecom_model: ChurnModel) -> None:
    """More money reaches the third and the fourth, for 150 and 50; a limit that leaves all in is worth nothing."""
    session = Session(model=telecom_model)
    html = budget_views.result(session, by_hand(SendChoice(FIRST, budget=120.0)))
    assert "The next ₹1,000 of budget would earn ₹200 (assumed)." in html
    html = budget_views.result(session, by_hand(SendChoice(FIRST, budget=500.0, max_contacts=2)))
    assert "The budget does not bind" in html
    assert "One contact more would earn ₹150 (assumed)." in html


def test_every_amount_is_marked_assumed_and_offer_texts_are_escaped(telecom_model: ChurnModel) -> None:
    """Cards have a tag, columns and sentences a word."""
    html = budget_views.result(Session(model=telecom_model), by_hand(SendChoice(EVERY, budget=150.0)))
    assert html.count('class="tag"') == 3
    assert "Cost (assumed)" in html and "Profit (assumed)" in html
    assert "₹20 &lt;off&gt;" in html


@pytest.mark.parametrize(
    ("limits", "sentence"),
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
def test_a_limit_out_of_bounds_is_refused_with_a_sentence(limits: dict[str, float], sentence: str) -> None:
    """Outside the bounds it is refused, and the smallest limit inside them is taken."""
    both = {"budget": None, "max_contacts": None, **limits}
    with pytest.raises(InputError, match=sentence):
        budget.limit(Session(), EVERY, **both)
    smallest = budget.limit(Session(), EVERY, budget=0.01, max_contacts=1.0)
    assert smallest.send_choice == SendChoice(EVERY, 0.01, 1)
    with pytest.raises(InputError, match="how to choose"):
        budget.choose(Session(), "by dice", budget=None, max_contacts=None)


def test_a_limit_replaces_the_slider_and_the_slider_clears_the_limits() -> None:
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
    by_command = tmp_path / "scored.csv"
    command = ["score", telecom_file, "--model", telecom_folder, "--out", by_command, *limits]
    assert main([str(part) for part in command]) == 0
    session = Session(customers=read_customers(telecom_file), model=ChurnModel.load(telecom_folder))
    session = session.priced(PRESETS["realistic"])
    session = budget.choose(session, EVERY, budget=900.0, max_contacts=40.0)
    scored = offers.score(session, 0.9).scored
    assert scored and scored.spending and 0 < scored.contacted <= 40
    write_csv(scored.send_list, tmp_path / "here.csv")
    assert (tmp_path / "here.csv").read_bytes() == by_command.read_bytes()
    shown = budget.outcome(session)
    assert shown and (shown.spending, shown.contacted) == (scored.spending, scored.contacted)


def test_messages_go_to_the_customers_selected(trained: Session) -> None:
    """Another choice drops messages and send list; money inputs keep the choice; new customers reset it."""
    chosen = budget.choose(trained, FIRST, budget=None, max_contacts=25.0)
    written = offers.write(chosen, 0.0)
    assert written.message_run and written.message_run.message_count == 25
    assert written.priced(Economics(offer_cost=40)).send_choice == chosen.send_choice
    assert budget.choose(written, FIRST, budget=None, max_contacts=25.0) is written
    changed = budget.choose(written, EVERY, budget=None, max_contacts=25.0)
    assert (changed.message_run, changed.scored) == (None, None)
    selection = "the first offer customer by customer, within 25 contacts (assumed)"
    assert selection in stepper.header(TABS, written)
    assert selection in offer_views.recipients(written)
    assert "threshold of the Profit tab" in offer_views.recipients(trained)
    assert customers.simulate(written, 300, 1).send_choice == SendChoice()


def test_with_a_value_column_the_section_shows_what_customer_by_customer_earned(telecom: Customers) -> None:
    """The held-out figure of the curve, with its evidence; without one, why there is no difference."""
    table = telecom_customers()
    table["MonthlyCharges"] *= 10
    valued = read_customers(table, value="MonthlyCharges")
    session = Session(customers=valued, model=ChurnModel.fit(valued)).priced(Economics())
    assert session.curve and session.curve.per_customer
    gain = in_currency(abs(session.curve.per_customer.over_threshold), "₹")
    html = budget_views.result(session, budget.outcome(session))
    assert gain in html and "per 1,000 customers than one threshold for all" in html
    assert "backtested, assumed" in html
    outcome = budget.outcome(budget.choose(session, FIRST, budget=None, max_contacts=None))
    assert outcome and outcome.contacted > 0
    plain = replace(session, curve=None)
    assert "without its evaluation rows" in budget_views.result(plain, None)
    assert budget_views.result(Session(), None) == ""


@pytest.mark.slow
def test_a_decision_within_a_budget_is_shared_and_comes_out_the_same(trained: Session, hub: Hub) -> None:
    """Publish the model, then the decision within the budget; the replay is identical."""
    plan = share.preview(trained, share.MODEL, "alice/model", private=True, threshold=0.3, hub=hub)
    at_hub = share.with_published_model(trained, share.publish_plan(plan, hub=hub))
    chosen = budget.choose(at_hub, FIRST, budget=2000.0, max_contacts=None)
    plan = share.preview(
        offers.write(chosen, 0.3), share.DECISION, "alice/decision", private=True, threshold=0.3, hub=hub
    )
    manifest = plan.release.content["manifest.json"].decode()
    assert '"budget": 2000.0' in manifest and '"threshold": null' in manifest
    replayed = share.replay(share.publish_plan(plan, hub=hub).pushed.reference, hub=hub)
    assert replayed.identical
    assert "yes, bit for bit" in hub_views.replayed(replayed)


def test_with_a_value_column_app_and_command_decide_alike_from_the_start(tmp_path: Path) -> None:
    """Each customer's own break-even, to the byte, wherever the slider is, until the slider is chosen."""
    table = telecom_customers()
    table["margin"] = np.linspace(20.0, 900.0, len(table)).round(2)
    file, folder, by_command = tmp_path / "valued.csv", tmp_path / "model", tmp_path / "scored.csv"
    table.to_csv(file, index=False)
    valued = read_customers(file, value="margin")
    model = ChurnModel.fit(valued)
    model.save(folder)
    command = ["score", file, "--model", folder, "--out", by_command, "--value-column", "margin"]
    assert main([str(part) for part in command]) == 0
    session = Session(customers=valued, model=model).priced(Economics())
    assert session.send_choice == SendChoice(FIRST)
    scored = offers.score(session, 0.9).scored
    assert scored and 0 < scored.contacted < len(valued)
    write_csv(scored.send_list, tmp_path / "here.csv")
    assert (tmp_path / "here.csv").read_bytes() == by_command.read_bytes()
    by_slider = budget.choose(session, SLIDER, budget=None, max_contacts=None)
    assert by_slider.send_choice == SendChoice(SLIDER)
    slid = offers.score(by_slider, 0.3).scored
    assert slid and slid.threshold == 0.3


def test_customers_are_scored_once_for_many_money_inputs(trained: Session) -> None:
    """The scores are kept while model and customers are the same objects."""
    assert trained.model and trained.customers
    scores = trained.scores
    first = scores.of(trained.model, trained.customers)
    assert scores.of(trained.model, trained.customers) is first
    equal_customers = replace(trained.customers)
    assert scores.of(trained.model, equal_customers) is not first
    assert (scores.of(trained.model, equal_customers) == first).all()
