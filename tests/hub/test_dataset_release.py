"""A dataset release has pseudonyms, nothing personal, and a decision that the shared columns alone explain."""

import io
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from retention.churn.model import ChurnModel
from retention.customers.intake import read_customers
from retention.customers.table import Customers, Roles
from retention.errors import InputError, PublishError
from retention.hub.dataset_release import plan_dataset
from retention.hub.planned_decision import PlannedDecision
from retention.hub.pseudonyms import Salt
from retention.hub.release import Release, ReleaseColumn
from retention.hub.snapshot import CUSTOMERS_FILE, MESSAGES_FILE, SEND_LIST_FILE, from_parquet, to_parquet
from retention.messages.batch import write_messages
from retention.profit.catalogue import read_offers
from retention.profit.economics import Economics
from retention.profit.effects import Effects
from retention.profit.offer import Offer
from retention.targeting import SendPolicy, offers_at, score
from tests.files import telecom_customers
from tests.profit.rates_cases import offer_rates, rates_of

SALT = Salt(bytes(32))
MODEL_AT = "alice/churn@" + "c" * 40
NAME = "Canaryname"


def people(n: int = 300) -> Customers:
    """Telecom customers with names, phones, e-mails, and ids written elsewhere too."""
    frame = telecom_customers(n)
    frame["name"] = [f"{NAME} Xavier" if i % 2 else "Priya Rao" for i in range(n)]
    frame["phone"] = [f"+91 98765 {i:05d}" for i in range(n)]
    frame["remarks"] = ["ok"] * (n - 1) + ["write to canary@mail.example"]
    frame["account ref"] = frame["customerID"].to_numpy()
    return read_customers(frame)


def decision_of(folder: Path, policy: SendPolicy | None = None) -> PlannedDecision:
    return PlannedDecision(model=folder, model_at=MODEL_AT, policy=policy or SendPolicy())


def read(release: Release, path: str) -> pd.DataFrame:
    return from_parquet(release.content[path], "test")


def test_nothing_personal_is_pushed(telecom_folder: Path) -> None:
    """No file, messages included, holds a name, phone, e-mail, id or the salt."""
    customers = people()
    scored = score(customers, ChurnModel.load(telecom_folder), SendPolicy())
    message_run = write_messages(scored.send_list, id=scored.id, offers=read_offers())
    assert message_run.messages_frame["message"].str.contains(NAME).any()
    planned = plan_dataset(
        customers,
        repo="alice/data",
        salt=SALT,
        planned=decision_of(telecom_folder),
        messages=message_run.messages_frame,
    )
    frames = [read(planned, path) for path in planned.content if path.endswith(".parquet")]
    text = "\n".join([*(frame.to_csv() for frame in frames), planned.preview_text()])
    text += "".join(content.decode() for path, content in planned.content.items() if not path.endswith(".parquet"))
    for secret in (NAME, "Priya", "98765", "canary@", "-ABCDE", SALT.secret.hex()):
        assert secret not in text


def test_every_column_has_a_fate() -> None:
    """The preview says which columns are shared, which are not, and why."""
    planned = plan_dataset(people(), repo="alice/data", salt=SALT)
    fates = {column.name: (column.fate, column.why) for column in planned.columns}
    assert fates["customerID"] == ("pseudonymised", "HMAC-SHA256 with your salt")
    assert fates["name"] == ("left out", "what customers are called")
    assert fates["phone"] == ("left out", "excluded from the model")
    assert fates["remarks"] == ("left out", "looks like e-mail addresses")
    assert fates["account ref"] == ("left out", "looks like the customers' ids")
    assert fates["tenure"] == ("shared", "")
    words = planned.preview_text()
    assert "column customerID: pseudonymised" in words
    assert "column remarks: left out, looks like e-mail addresses" in words


def test_a_column_that_may_be_personal_causes_a_warning() -> None:
    """It is shared unless the user excludes it, and the preview warns of it."""
    customers = people()
    frame = customers.frame.assign(account=np.arange(len(customers)) + 1e7)
    planned = plan_dataset(Customers(frame, customers.roles), repo="alice/data", salt=SALT)
    assert planned.warnings == ("column 'account' may hold numbers of papers or accounts; exclude it if it does",)
    assert "warning: column 'account'" in planned.preview_text()
    assert ReleaseColumn("account", "shared") in planned.columns


def test_rows_are_sorted_by_pseudonym() -> None:
    """The position of a row does not reveal the customer."""
    shared = read(plan_dataset(people(), repo="alice/data", salt=SALT), CUSTOMERS_FILE)
    assert shared["customerID"].is_monotonic_increasing
    assert not shared["customerID"].equals(
        read(plan_dataset(people(), repo="a/b", salt=Salt.new()), CUSTOMERS_FILE)["customerID"]
    )


def test_values_are_shared_as_they_are() -> None:
    """If the owner joins the pseudonyms back, every feature and label equals the original."""
    customers = people()
    shared = read(plan_dataset(customers, repo="alice/data", salt=SALT), CUSTOMERS_FILE).set_index("customerID")
    original = customers.frame.set_index(SALT.pseudonyms(customers.ids))
    pd.testing.assert_frame_equal(
        shared, original.loc[shared.index, shared.columns], check_names=False, check_column_type=False
    )


def test_a_decision_is_shared_with_all_its_inputs(telecom_folder: Path) -> None:
    """The manifest names model, prices, threshold and offers, and the send list is that of ``score``."""
    customers = people()
    policy = SendPolicy(economics=Economics(value=700, save_rate=0.5), top=40)
    planned = plan_dataset(customers, repo="alice/data", salt=SALT, planned=decision_of(telecom_folder, policy))
    decision = json.loads(planned.content["manifest.json"])["decision"]
    assert decision["model"] == MODEL_AT
    assert decision["economics"]["value"] == 700
    assert decision["top"] == 40
    assert [offer["id"] for offer in decision["catalogue"]] == [offer.id for offer in read_offers()]
    scored = score(customers, ChurnModel.load(telecom_folder), policy)
    assert decision["threshold"] == scored.threshold
    rows = read(planned, SEND_LIST_FILE)
    sent = set(SALT.pseudonyms(scored.send_list.loc[scored.send_list["send"] == "yes", "customerID"]))
    assert set(rows.loc[rows["send"] == "yes", "customerID"]) == sent
    assert len(sent) == 40
    assert list(rows.columns[:4]) == ["customerID", "churn_probability", "value", "expected_profit"]
    assert not {"name", "days_since_order"} & set(rows.columns)


def test_the_card_says_which_rates_were_measured(telecom_folder: Path) -> None:
    """The manifest holds the measured rates, and the card their intervals, campaign and dates."""
    rates = rates_of(offer_rates(offers_at(Economics())[0]))
    planned = plan_dataset(
        people(), repo="alice/data", salt=SALT, planned=decision_of(telecom_folder, SendPolicy(rates=rates))
    )
    decision = json.loads(planned.content["manifest.json"])["decision"]
    assert decision["rates"]["offers"]["cash_50"]["save_rate"]["value"] == 0.19
    card = planned.content["README.md"].decode()
    assert "save rate 19% (13–25%)" in card
    assert "measured by diwali on 3 May 2026" in card


def test_effects_of_single_customers_are_not_shared(telecom_folder: Path) -> None:
    """No file of a decision holds an effect model, so such a decision is refused."""

    class Constant:
        def effects(
            self, probability: NDArray[np.float64], features: pd.DataFrame, offers: Sequence[Offer]
        ) -> Effects:
            return Effects(np.zeros((len(probability), len(offers))), np.zeros((len(probability), len(offers))))

    policy = SendPolicy(rates=rates_of(offer_rates(offers_at(Economics())[0])), effect_model=Constant())
    with pytest.raises(InputError, match="effects of single customers, which cannot be shared"):
        plan_dataset(people(), repo="alice/data", salt=SALT, planned=decision_of(telecom_folder, policy))


def test_ties_at_the_end_of_the_send_list_keep_their_order(telecom_folder: Path) -> None:
    """If many have the same probability and only some fit on the list, sharing does not swap customers."""
    frame = pd.concat([telecom_customers(1)] * 60, ignore_index=True)
    frame["customerID"] = [f"C-{i}" for i in range(60)]
    frame["Churn"] = ["Yes", "No"] * 30
    customers = read_customers(frame)
    decision = decision_of(telecom_folder, SendPolicy(threshold=0.0, top=7))
    rows = read(plan_dataset(customers, repo="alice/data", salt=SALT, planned=decision), SEND_LIST_FILE)
    first = SALT.pseudonyms(customers.ids.iloc[:7])
    assert set(rows.loc[rows["send"] == "yes", "customerID"]) == set(first)


def test_a_decision_on_a_personal_column_is_not_shared(telecom_folder: Path) -> None:
    """A model that uses an unpublished column cannot be replayed; the sentence says to train without it."""
    customers = people()
    roles = Roles(customers.roles.id, customers.roles.label, name="Contract")
    with pytest.raises(PublishError, match="uses column 'Contract', which is not published"):
        plan_dataset(
            Customers(customers.frame, roles), repo="alice/data", salt=SALT, planned=decision_of(telecom_folder)
        )


@pytest.mark.parametrize("at", ["alice/churn", "alice/churn@0123abc", "churn"])
def test_the_model_must_be_pinned(telecom_folder: Path, at: str) -> None:
    """A decision names its model by commit, since the newest one may change."""
    decision = PlannedDecision(model=telecom_folder, model_at=at, policy=SendPolicy())
    with pytest.raises(InputError):
        plan_dataset(people(), repo="alice/data", salt=SALT, planned=decision)


def test_messages_come_without_names(telecom_folder: Path) -> None:
    """One row a message, the name replaced by a slot, nothing else changed."""
    customers = people()
    scored = score(customers, ChurnModel.load(telecom_folder), SendPolicy())
    message_run = write_messages(scored.send_list, id=scored.id, offers=read_offers())
    planned = plan_dataset(customers, repo="alice/data", salt=SALT, messages=message_run.messages_frame)
    shared = read(planned, MESSAGES_FILE).set_index("customerID")
    assert len(shared) == message_run.message_count
    original = message_run.messages_frame.set_index(SALT.pseudonyms(message_run.messages_frame["customerID"]))
    for pseudonym, row in shared.head(20).iterrows():
        name = original.at[pseudonym, "name"]
        assert row["message"].replace("{name}", name) == original.at[pseudonym, "message"]


def test_names_in_messages_are_known_from_the_customers(telecom_folder: Path) -> None:
    """Messages whose file has lost the name column name nobody either; what a person typed in is warned of."""
    customers = people()
    scored = score(customers, ChurnModel.load(telecom_folder), SendPolicy())
    messages = write_messages(scored.send_list, id=scored.id, offers=read_offers()).messages_frame.drop(
        columns="name"
    )
    messages.loc[messages.index[0], "message"] += " Call +91 98765 43210."
    planned = plan_dataset(customers, repo="alice/data", salt=SALT, messages=messages)
    shared = read(planned, MESSAGES_FILE)
    assert not shared["message"].str.contains(f"{NAME}|Priya").any()
    assert shared["message"].str.contains("{name}", regex=False).any()
    assert planned.warnings == ("messages may hold phone numbers; look for them",)
    with pytest.raises(InputError, match="column 'message_note' is missing"):
        plan_dataset(customers, repo="a/b", salt=SALT, messages=messages.drop(columns="message_note"))


def test_several_cutoffs_keep_their_days(telecom_folder: Path) -> None:
    """A customer may be in it at each of them; a decision is about one day, so none goes along."""
    frame = pd.concat([telecom_customers(40).assign(cutoff=day) for day in ("2025-05-31", "2025-06-30")])
    customers = read_customers(frame)
    planned = plan_dataset(customers, repo="alice/data", salt=SALT)
    assert json.loads(planned.content["manifest.json"])["roles"]["cutoff"] == "cutoff"
    assert sorted(read(planned, CUSTOMERS_FILE)["cutoff"].unique()) == ["2025-05-31", "2025-06-30"]
    card = planned.content["README.md"].decode()
    assert "40 customers, one row each at each of 2 cutoffs" in card
    with pytest.raises(InputError, match="holds customers at 2 cutoffs, and a decision is about one day"):
        plan_dataset(customers, repo="alice/data", salt=SALT, planned=decision_of(telecom_folder))


def test_messages_of_others_are_refused(telecom_folder: Path) -> None:
    """Messages and customers must belong together."""
    scored = score(people(), ChurnModel.load(telecom_folder), SendPolicy())
    message_run = write_messages(scored.send_list, id=scored.id, offers=read_offers())
    with pytest.raises(InputError, match="the messages are for other customers"):
        plan_dataset(
            people().take(np.arange(5)), repo="alice/data", salt=SALT, messages=message_run.messages_frame
        )


@given(
    st.lists(
        st.tuples(st.floats(allow_infinity=False), st.none() | st.text(alphabet=st.characters(codec="utf-8"))),
        min_size=1,
        max_size=20,
    )
)
def test_a_table_comes_back_from_parquet_as_it_was(rows: list[tuple[float, str | None]]) -> None:
    """Numbers to the last bit, blanks as blanks, text of any script."""
    frame = pd.DataFrame({"x": [x for x, _ in rows], "text": pd.array([text for _, text in rows], dtype="str")})
    back = from_parquet(to_parquet(frame), "test")
    assert back["x"].to_numpy().tobytes() == frame["x"].to_numpy().tobytes() or back["x"].equals(frame["x"])
    pd.testing.assert_frame_equal(back, frame)


def test_parquet_says_nothing_about_this_machine() -> None:
    """No library's notes travel along beside the columns."""
    import pyarrow.parquet as pq

    planned = plan_dataset(people(), repo="alice/data", salt=SALT)
    assert pq.read_metadata(io.BytesIO(planned.content[CUSTOMERS_FILE])).metadata.keys() <= {b"ARROW:schema"}
