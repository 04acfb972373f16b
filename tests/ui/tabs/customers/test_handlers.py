"""Bringing customers: what the Customers tab does, without a screen."""

from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from retention.errors import InputError
from retention.orders.snapshot import Snapshot
from retention.ui.session import Session
from retention.ui.tabs.customers import handlers as customers
from retention.ui.tabs.customers import views as customer_views
from tests.files import write


@pytest.fixture(scope="module")
def strange_log(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A log of orders under names nobody knows: semicolons, decimal commas, days first."""
    random = np.random.default_rng(3)
    day = pd.Timestamp("2024-01-01") + pd.to_timedelta(random.integers(0, 420, 4000), unit="D")
    paid = [f"{amount:.2f}".replace(".", ",") for amount in random.gamma(2, 300, 4000)]
    who = [f"K{number:03}" for number in random.integers(0, 200, 4000)]
    log = pd.DataFrame({"wer": who, "wann": day.strftime("%d.%m.%Y"), "wieviel": paid})
    path = tmp_path_factory.mktemp("log") / "log.csv"
    log.to_csv(path, sep=";", index=False)
    return str(path)


def test_a_failed_upload_changes_nothing(trained: Session, tmp_path: Path) -> None:
    """A bad file raises before a new trained exists, so the old one stays."""
    with pytest.raises(InputError):
        customers.use_customers(trained, str(write(tmp_path / "bad.csv", "")))
    assert trained.customers is not None


def test_an_upload_that_is_gone_is_asked_for_again(telecom_file: Path) -> None:
    """Uploads are deleted after a while; using one then is a sentence, not a crash."""
    with pytest.raises(InputError, match="choose the file again"):
        customers.use_customers(Session(), str(telecom_file.with_name("gone.csv")))


def test_previewing_a_file_guesses_its_columns(telecom_file: Path) -> None:
    """The roles offered on screen are the ones reading would use."""
    upload = customers.inspect_upload(str(telecom_file))
    assert not upload.is_order_log
    assert upload.guesses["id"] == "customerID"
    assert upload.guesses["label"] == "Churn"


def test_a_log_under_strange_names_is_asked_about(strange_log: str) -> None:
    """Dates and no known id: taken for orders; once the columns are chosen, the defaults are there."""
    upload = customers.inspect_upload(strange_log)
    assert (upload.is_order_log, upload.defaults, upload.guesses) == (True, None, {})
    assert customers.suggest_defaults(strange_log, customer=None, time="wann", amount=None) is None
    defaults = customers.suggest_defaults(strange_log, customer="wer", time="wann", amount="wieviel")
    assert defaults and (defaults.last_day, defaults.cutoff, defaults.horizon_days) == (
        "2025-02-23",
        "2025-01-24",
        30,
    )
    assert customers.latest_cutoff(60, defaults) == "2024-12-25"
    assert [customers.latest_cutoff(days, defaults) for days in (None, 0, 1e9)] == ["", "", ""]
    assert customers.latest_cutoff(60, None) == ""
    assert customers.default_horizon(3, defaults) > 30 == customers.default_horizon(3, None)


def test_every_choice_about_a_log_is_followed(strange_log: str) -> None:
    """Cutoff, horizon, window, label and number of cutoffs are those asked for; today's people are as active."""
    use = partial(customers.use_orders, Session(), strange_log, customer="wer", time="wann", amount="wieviel")
    usual = use(cutoff="2024-10-31", horizon_days=45).customers
    assert usual and usual.cutoffs == ("2024-06-18", "2024-08-02", "2024-09-16", "2024-10-31")
    single = use(cutoff="2024-10-31", horizon_days=45, periods=1)
    assert isinstance(single.customers, Snapshot) and not single.customers.cutoffs
    assert (single.customers.cutoff, single.customers.horizon_days) == ("2024-10-31", 45)
    more = use(horizon_days=60, active_days=40, quiet_gaps=2, periods=3)
    assert isinstance(more.customers, Snapshot) and isinstance(more.today, Snapshot)
    assert more.customers.cutoffs == ("2024-08-27", "2024-10-26", "2024-12-25")
    assert (more.customers.active_days, more.today.active_days, more.today.cutoff) == (40, 40, "2025-02-23")
    assert any("silent for 2 times one's own mean gap" in note for note in more.customers.notes)
    html = customer_views.summary(more)
    assert f'<span class="figure">{len(more.customers.newest())}</span>' in html
    assert "ordered in the 40 days up to 2024-12-25" in html
    assert "with 2 earlier cutoffs" in html
    assert "One-time buyers" in html


def test_a_computed_amount_can_be_chosen(tmp_path: Path) -> None:
    """Quantity times price is offered as the amount, and taken when it is chosen."""
    rows = "".join(f"u{day % 9},2025-0{1 + day % 5}-1{day % 9},2,{day}.5\n" for day in range(200))
    path = str(write(tmp_path / "lines.csv", "user_id,date,quantity,unit_price\n" + rows))
    upload = customers.inspect_upload(path)
    assert upload.columns_for("amount")[0] == upload.guesses["amount"] == "quantity × unit_price"
    guesses = upload.guesses
    used = customers.use_orders(
        Session(), path, customer=guesses["customer"], time=guesses["time"], amount=guesses["amount"]
    )
    assert used.customers and "spend_total" in used.customers.frame


def test_an_odd_cell_is_no_reason_to_refuse_the_preview(tmp_path: Path) -> None:
    """The person sees the columns, and can strike the one with the word."""
    rows = "".join(f"c{row},{row},{row % 2}\n" for row in range(40))
    path = str(write(tmp_path / "t.csv", "customer_id,age,churn\n" + rows + "x,old,1\n"))
    assert customers.inspect_upload(path).guesses["label"] == "churn"
    with pytest.raises(InputError, match="'old' is not a number"):
        customers.use_customers(Session(), path)
    assert customers.use_customers(Session(), path, exclude=("age",)).customers is not None
