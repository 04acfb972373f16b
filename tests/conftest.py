"""Things several tests start from; a model takes seconds, so each is trained once a process."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from retention.churn.model import ChurnModel
from retention.customers.intake import read_customers
from retention.customers.table import Customers
from retention.settings import settings
from retention.ui import files
from tests.files import telecom_customers

# A property does not become false on a busy machine.
hypothesis.settings.register_profile(
    "untimed", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("untimed")


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests neither see the developer's token nor settings another test has made."""
    for name in ("HF_TOKEN", "RETENTION_BASE_URL", "RETENTION_API_KEY", "SPACE_ID", "RETENTION_START_MODEL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("RETENTION_LEDGER", "")  # nothing a test writes lasts
    settings.cache_clear()


@pytest.fixture(scope="session", autouse=True)
def no_folder_left_behind() -> Iterator[None]:
    """What the app's code keeps for as long as its process lives goes with the tests."""
    own = files.process_folder()
    yield
    shutil.rmtree(own)


@pytest.fixture(scope="session")
def telecom() -> Customers:
    """1,500 labelled telecom customers."""
    return read_customers(telecom_customers())


@pytest.fixture(scope="session")
def telecom_model(telecom: Customers) -> ChurnModel:
    """A model trained on them."""
    return ChurnModel.fit(telecom)


@pytest.fixture(scope="session")
def telecom_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same customers as a CSV file."""
    path = tmp_path_factory.mktemp("telecom") / "telecom.csv"
    telecom_customers().to_csv(path, index=False)
    return path


@pytest.fixture(scope="session")
def telecom_folder(telecom_model: ChurnModel, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same model, saved."""
    path = tmp_path_factory.mktemp("telecom") / "model"
    telecom_model.save(path)
    return path
