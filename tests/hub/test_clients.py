"""A release as its users get it: by the `datasets` library and the cards' snippets, in processes of their own."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from retention.customers.intake import read_customers
from retention.hub.connection import Hub
from retention.hub.dataset_release import plan_dataset
from retention.hub.model_release import plan_model
from retention.hub.planned_decision import PlannedDecision
from retention.hub.pseudonyms import Salt
from retention.hub.publish import push
from retention.hub.snapshot import CUSTOMERS_FILE, SEND_LIST_FILE, from_parquet
from retention.targeting import SendPolicy
from tests.files import telecom_customers
from tests.hub.conftest import TOKEN
from tests.stand_ins.hub_server import HubServer

ROOT = Path(__file__).parents[2]

EARLIER_SNIPPET = """
from pathlib import Path

from retention.churn.model import ChurnModel
from retention.customers.intake import read_customers
from retention.hub.connection import Hub
from retention.hub.publish import pull

pulled = pull("alice/churn", kind="model", out=Path("model"), hub=Hub.of_this_machine())
model = ChurnModel.load("model")
customers = read_customers("customers.csv", id='customerID')  # one row a customer, columns as below
print(pulled.commit, model.predict(customers)[:5])
"""


def run(code: str, server: HubServer, folder: Path) -> str:
    """Run a program as another user would: with only the address of the Hub and a token in the environment."""
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "HOME": str(folder),
        "HF_HOME": str(folder / "hf"),
        "HF_ENDPOINT": server.url,
        "HF_TOKEN": TOKEN,
        "HF_HUB_DISABLE_XET": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
    }
    process = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert process.returncode == 0, process.stderr
    assert TOKEN not in process.stdout + process.stderr
    return process.stdout


@pytest.mark.slow
def test_datasets_loads_a_shared_decision(
    server: HubServer, hub: Hub, telecom_folder: Path, tmp_path: Path
) -> None:
    """The real client finds every configuration of the card, and its rows are those that were shared."""
    customers = read_customers(telecom_customers(200))
    model = push(plan_model(telecom_folder, repo="alice/churn"), hub=hub)
    decision = PlannedDecision(model=telecom_folder, model_at=model.reference, policy=SendPolicy())
    planned = plan_dataset(customers, repo="alice/data", salt=Salt.new(), planned=decision)
    pushed = push(planned, hub=hub)
    code = f"""
import json
from datasets import get_dataset_config_names, load_dataset

names = get_dataset_config_names("alice/data", revision={pushed.commit!r})
tables = {{name: load_dataset("alice/data", name, split="train", revision={pushed.commit!r}) for name in names}}
default = load_dataset("alice/data", split="train")
print(json.dumps({{name: table.to_list() for name, table in tables.items()}}))
assert default.to_list() == tables["customers"].to_list()
"""
    results = json.loads(run(code, server, tmp_path).splitlines()[-1])
    assert list(results) == ["customers", "send_list"]
    for name, path in (("customers", CUSTOMERS_FILE), ("send_list", SEND_LIST_FILE)):
        frame = from_parquet(planned.content[path], "test").astype(object)
        assert results[name] == frame.where(frame.notna(), None).to_dict("records")


@pytest.mark.slow
def test_the_snippet_of_a_model_card_works(
    server: HubServer, hub: Hub, telecom_folder: Path, tmp_path: Path
) -> None:
    """Copied from the card and run as it stands, it prints the commit and five probabilities."""
    planned = plan_model(telecom_folder, repo="alice/churn")
    pushed = push(planned, hub=hub)
    telecom_customers(50).to_csv(tmp_path / "customers.csv", index=False)
    snippet = re.search(r"```python\n(.+?)```", planned.content["README.md"].decode(), re.DOTALL)
    assert snippet is not None
    printed = run(snippet[1], server, tmp_path)
    assert printed.startswith(pushed.commit)
    assert len(re.findall(r"0\.\d+", printed)) == 5


@pytest.mark.slow
def test_the_snippet_of_a_model_card_published_earlier_works(
    server: HubServer, hub: Hub, telecom_folder: Path, tmp_path: Path
) -> None:
    """Cards on the Hub stay as they are, so the names they import and call keep working."""
    pushed = push(plan_model(telecom_folder, repo="alice/churn"), hub=hub)
    telecom_customers(50).to_csv(tmp_path / "customers.csv", index=False)
    printed = run(EARLIER_SNIPPET, server, tmp_path)
    assert printed.startswith(pushed.commit)
    assert len(re.findall(r"0\.\d+", printed)) == 5


@pytest.mark.slow
def test_the_snippet_of_a_dataset_card_works(server: HubServer, hub: Hub, tmp_path: Path) -> None:
    """Copied from the card and run as it stands, it loads the customers."""
    customers = read_customers(telecom_customers(50))
    planned = plan_dataset(customers, repo="alice/data", salt=Salt.new())
    push(planned, hub=hub)
    snippet = re.search(r"```python\n(.+?)```", planned.content["README.md"].decode(), re.DOTALL)
    assert snippet is not None
    assert run(snippet[1] + "\nprint(len(customers))", server, tmp_path).strip() == "50"


@pytest.mark.slow
def test_the_stand_in_takes_what_datasets_pushes(server: HubServer, tmp_path: Path) -> None:
    """The stand-in answers the real client's own push as well, so it is a Hub as far as it goes."""
    code = """
from datasets import Dataset, load_dataset

Dataset.from_dict({"x": [1, 2, 3]}).push_to_hub("alice/plain", private=True)
print(load_dataset("alice/plain", split="train")["x"][:])
"""
    assert run(code, server, tmp_path).strip().endswith("[1, 2, 3]")
    assert server.repos["dataset", "alice/plain"].private
