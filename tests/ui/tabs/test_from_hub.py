"""Customers and models brought from the Hub, the way uploads are."""

import tempfile
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from retention.customers.intake import read_customers
from retention.errors import ModelError, PublishError, RetentionError
from retention.hub.connection import Hub
from retention.simulation.simulate import simulate
from retention.ui.session import Session
from retention.ui.shell import stepper
from retention.ui.tabs import TABS
from retention.ui.tabs.churn import views as model_views
from retention.ui.tabs.churn.from_hub import use_model
from retention.ui.tabs.customers.from_hub import use_customers
from retention.ui.tabs.offers import handlers as offers
from retention.ui.tabs.profit import handlers as profit
from retention.ui.tabs.share import handlers as share
from retention.ui.tabs.share.handlers import CUSTOMERS, MODEL
from tests.files import telecom_customers
from tests.stand_ins.hub_server import HubServer


def put(server: HubServer, name: str, content: bytes) -> str:
    """Let somebody put a file into a public dataset and return the commit's first digits."""
    return server.create("dataset", "bob/data", private=False).commit("file", {name: content}).oid[:8]


def pushed(session: Session, what: str, hub: Hub, *, with_evaluation: bool = False) -> str:
    """Push something and return its reference."""
    plan = share.preview(
        session, what, f"alice/{what}", private=True, threshold=0.3, hub=hub, with_evaluation=with_evaluation
    )
    return share.publish_plan(plan, hub=hub).pushed.reference


@pytest.fixture
def this_week() -> Session:
    """A visitor with unlabelled customers of the same company."""
    return Session(customers=read_customers(telecom_customers(200, seed=9).drop(columns="Churn")))


@pytest.mark.slow
def test_a_model_comes_back_and_scores_the_customers(trained: Session, this_week: Session, hub: Hub) -> None:
    """Its reference is kept and shown, its probabilities are the same to the last digit."""
    reference = pushed(trained, MODEL, hub, with_evaluation=True)
    loaded = use_model(this_week, reference.partition("@")[0], hub=hub)
    assert loaded.model_at == reference
    assert loaded.customers is this_week.customers and loaded.customers is not None
    assert loaded.model and trained.model
    assert (loaded.model.predict(loaded.customers) == trained.model.predict(loaded.customers)).all()
    assert loaded.scored and len(loaded.scored.send_list) == 200
    assert loaded.curve and trained.curve
    assert loaded.curve.profit_best == trained.curve.profit_best
    short = reference.partition("@")[0] + "@" + reference.partition("@")[2][:8]
    assert f"model at {short}" in stepper.headings(TABS, loaded)["share"]
    assert f"from {short} scores 200 customers" in model_views.scored(loaded)


def test_a_model_without_evaluation_rows_is_used_without_a_profit(
    trained: Session, this_week: Session, hub: Hub
) -> None:
    """Nothing is measured that cannot be: the slider begins at the break-even, other prices and offers work."""
    loaded = use_model(this_week, pushed(trained, MODEL, hub), hub=hub)
    assert loaded.curve is None
    assert profit.first_threshold(loaded) == loaded.economics.break_even()
    assert "bring evaluation rows" in stepper.headings(TABS, loaded)["profit"]
    dearer = loaded.priced(replace(loaded.economics, offer_cost=100))
    assert dearer.curve is None
    assert profit.first_threshold(dearer) > profit.first_threshold(loaded)
    written = offers.write(dearer, profit.first_threshold(dearer))
    assert written.message_run and written.message_run.message_count > 0


def test_a_missing_column_is_named(trained: Session, this_week: Session, hub: Hub) -> None:
    """The customers are others than the model knows; the session stays as it was."""
    assert this_week.customers is not None
    frame = this_week.customers.frame.drop(columns="tenure")
    others = replace(this_week, customers=replace(this_week.customers, frame=frame))
    reference = pushed(trained, MODEL, hub)
    with pytest.raises(ModelError, match="column 'tenure' is missing, which the model learned from"):
        use_model(others, reference, hub=hub)
    with pytest.raises(ModelError, match="column 'tenure' is missing"):
        use_model(replace(this_week, today=others.customers), reference, hub=hub)
    with pytest.raises(ModelError, match="column 'tenure' is missing"):
        use_model(replace(others, today=this_week.customers), reference, hub=hub)


def test_one_changed_byte_of_a_model_is_refused(
    trained: Session, this_week: Session, hub: Hub, server: HubServer
) -> None:
    """Nothing in it is even parsed."""
    pushed(trained, MODEL, hub)
    repo = server.repos["model", "alice/model"]
    repo.commit("tampered", {**repo.head.files, "booster.json": repo.head.files["booster.json"] + b" "})
    with pytest.raises(ModelError, match=r"^alice/model: booster\.json is not the file that was saved"):
        use_model(this_week, "alice/model", hub=hub)


def test_a_shared_snapshot_is_trained_on_as_it_was(trained: Session, hub: Hub) -> None:
    """Roles come along, so nothing has to be guessed, and the source is the repository."""
    reference = pushed(trained, CUSTOMERS, hub)
    used = use_customers(Session(), reference, hub=hub)
    assert used.customers and trained.customers
    assert used.customers.roles.label == "Churn"
    assert used.customers.label is not None and trained.customers.label is not None
    assert used.customers.label.sum() == trained.customers.label.sum()
    assert used.customers.source == reference[: -len("0" * 32)]
    assert f"1,500 from {used.customers.source}" in stepper.headings(TABS, used)["customers"]
    assert used.model is None


@pytest.mark.slow
def test_a_log_of_orders_becomes_customers(hub: Hub, server: HubServer) -> None:
    """A dataset of one row an order is read as such, past and today."""
    log = simulate(300, seed=3).orders
    commit = put(server, "orders.csv", log.to_csv(index=False).encode())
    used = use_customers(Session(), "bob/data", hub=hub)
    assert used.customers and used.today
    assert used.customers.label is not None
    assert used.customers.source == used.today.source == f"bob/data@{commit}"


def test_a_table_of_customers_is_guessed_at_like_an_upload(hub: Hub, server: HubServer) -> None:
    """Somebody's own CSV, no manifest: id and label are found by name."""
    put(server, "telco.csv", telecom_customers(80).to_csv(index=False).encode())
    used = use_customers(Session(), "bob/data", hub=hub)
    assert used.customers and (used.customers.roles.id, used.customers.roles.label) == ("customerID", "Churn")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"customer_id,tenure\n", "no rows"),
        (bytes(range(256)) * 20, "data@"),
        (b"customer_id,x\n" + b"a,1\n" * 30, "data@"),
        (b"customer_id,x\n" + b"".join(b"%d,1\n" % n for n in range(30)), "more rows than the limit of 29"),
    ],
    ids=["empty", "rubbish", "one id", "too many rows"],
)
def test_a_bad_table_gets_the_sentence_of_an_upload(
    hub: Hub, server: HubServer, monkeypatch: pytest.MonkeyPatch, content: bytes, words: str
) -> None:
    """Limits included; the file is named after its repository."""
    monkeypatch.setenv("RETENTION_MAX_ROWS", "29")
    put(server, "data.csv", content)
    with pytest.raises(RetentionError, match=words) as error:
        use_customers(Session(), "bob/data", hub=hub)
    assert "\n" not in str(error.value)


@pytest.mark.slow
def test_nothing_is_left_in_temporary_folders(
    trained: Session, this_week: Session, hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was fetched is gone once it is in memory, and so it is where that failed."""
    references = [pushed(trained, MODEL, hub), pushed(trained, CUSTOMERS, hub)]
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    use_model(this_week, references[0], hub=hub)
    use_customers(this_week, references[1], hub=hub)
    with pytest.raises(ModelError):
        use_model(Session(customers=read_customers(pd.DataFrame({"id": ["a", "b"]}))), references[0], hub=hub)
    assert [path.name for path in tmp_path.iterdir() if path.name != "home"] == []


def test_a_stranger_sees_nothing_private(trained: Session, this_week: Session, hub: Hub, stranger: Hub) -> None:
    """What is private does not exist for those who are not signed in."""
    reference = pushed(trained, MODEL, hub)
    with pytest.raises(PublishError, match="or it is private; check it, or sign in"):
        use_model(this_week, reference, hub=stranger)


def test_pickles_are_never_fetched(hub: Hub, server: HubServer) -> None:
    """A repository with a pickle and nothing else holds nothing for us."""
    put(server, "model.pkl", b"cos\nsystem\n(S'true'\ntR.")
    with pytest.raises(PublishError, match="holds no CSV or Parquet file"):
        use_customers(Session(), "bob/data", hub=hub)
    assert server.count_requests("GET", "/resolve/") == 0


@pytest.mark.slow
def test_a_loaded_model_can_be_decided_with_and_replayed(trained: Session, this_week: Session, hub: Hub) -> None:
    """Its manifest on the Hub speaks of evaluation rows that did not come along; the decision names it still."""
    loaded = use_model(this_week, pushed(trained, MODEL, hub), hub=hub)
    assert isinstance(loaded.customers and loaded.customers.frame, pd.DataFrame)
    reference = pushed(loaded, share.DECISION, hub)
    assert share.replay(reference, hub=hub).identical
