"""The recipes of CONTRIBUTING.md, carried out as they stand there on a copy of the program."""

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from retention.campaign.design import CONTROL
from tests.campaign.campaigns import READ_ON, drawn, played
from tests.docs.documents import ROOT
from tests.files import telecom_customers

pytestmark = pytest.mark.slow

SECTION = re.compile(r"^### ([^\n]+)\n(.*?)(?=^##|\Z)", re.MULTILINE | re.DOTALL)
STEP = re.compile(r"`([\w/.]+)`[^\n`]*:\n\n```(\w+)\n(.*?)^```$|^```(diff)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass
class Recipe:
    """A recipe, carried out: the copy of the program, the new files, and the lines that register them."""

    tree: Path
    written: list[str] = field(default_factory=list)
    registered: dict[str, list[str]] = field(default_factory=dict)

    def run(self, *arguments: str) -> str:
        """Run Python on the copy, and return what it prints."""
        environment = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "HF_TOKEN"}}
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=self.tree,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    @property
    def entries(self) -> list[str]:
        """The registering lines besides the imports that they need."""
        lines = [line.strip() for lines in self.registered.values() for line in lines]
        return [line for line in lines if not line.startswith(("from ", "import "))]


def carried_out(title: str, folder: Path) -> Recipe:
    """Copy the program and do to it what a recipe says."""
    tree = folder / "program"
    shutil.copytree(ROOT / "retention", tree / "retention", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "assets", tree / "assets")
    shutil.copy(ROOT / "pyproject.toml", tree)
    sections = dict(SECTION.findall((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")))
    recipe, text = Recipe(tree), sections[title]
    for step in STEP.finditer(text):
        if step[4] or step[2] == "diff":
            name = re.findall(r"`(retention/[\w/.]+)`", text[: step.start() + len(step[1] or "") + 2])[-1]
            recipe.registered.setdefault(name, []).extend(patch(tree / name, step[5] or step[3]))
        else:
            place = tree / step[1]
            if place.exists():  # an entry at the end of a file
                place.write_text(place.read_text(encoding="utf-8") + "\n" + step[3], encoding="utf-8")
            else:
                place.parent.mkdir(exist_ok=True)
                place.write_text(step[3], encoding="utf-8")
            recipe.written.append(step[1])
    assert recipe.written
    style = [sys.executable, "-m", "ruff", "check", *recipe.registered, *recipe.written]
    if any(name.endswith(".py") for name in recipe.written):
        python = [name for name in style if not name.endswith(".toml")]
        subprocess.run([*python, "--no-cache"], cwd=tree, check=True)
        subprocess.run(
            [sys.executable, "-m", "ruff", "format", "--check", "--no-cache", *python[4:]], cwd=tree, check=True
        )
        subprocess.run([Path(sys.executable).with_name("lint-imports"), "--no-cache"], cwd=tree, check=True)
    return recipe


def patch(file: Path, difference: str) -> list[str]:
    """Change a file by a difference that fits in exactly one place, and return the lines it adds."""
    lines = difference.splitlines()
    before = "\n".join(line[1:] for line in lines if line[0] in " -") + "\n"
    after = "\n".join(line[1:] for line in lines if line[0] in " +") + "\n"
    text = file.read_text(encoding="utf-8")
    assert text.count(before) == 1, f"{file.name} does not hold this once:\n{before}"
    file.write_text(text.replace(before, after), encoding="utf-8")
    return [line[1:] for line in lines if line[0] == "+"]


def test_a_tab_is_a_folder_and_a_line(tmp_path: Path) -> None:
    """The page shows the new tab in its place, and it follows the money inputs."""
    recipe = carried_out("A tab", tmp_path)
    assert {str(Path(name).parent) for name in recipe.written} == {"retention/ui/tabs/break_even"}
    assert recipe.entries == ["break_even.TAB,"]
    shown = json.loads(
        recipe.run(
            "-c",
            "import json, gradio as gr\n"
            "from retention.profit.economics import Economics\n"
            "from retention.ui.session import Session\n"
            "from retention.ui.shell.screen import Screen\n"
            "from retention.ui.tab import Change\n"
            "with gr.Blocks() as blocks:\n"
            "    screen = Screen(blocks)\n"
            "    screen.wire()\n"
            "session = Session().priced(Economics(offer_cost=100))\n"
            "layout = screen.layouts['break_even']\n"
            "updates = screen.updates(Change.PRICES, session)\n"
            "print(json.dumps([[tab.label for tab in screen.headings.values()], updates[layout.sentence]]))\n",
        )
    )
    labels, sentence = shown
    assert labels[-2] == "Break-even"
    assert len(labels) == 7
    assert sentence == "An offer pays from a churn probability of 20.0% on."


def test_a_channel_is_a_file_and_a_line(tmp_path: Path) -> None:
    """Messages are written for it by its id, and keep to its limits."""
    recipe = carried_out("A channel", tmp_path)
    assert recipe.written == ["retention/messages/channels/chat.toml"]
    assert recipe.entries == ['register(_FOLDER / "chat.toml")']
    written = recipe.run(
        "-c",
        "import pandas as pd\n"
        "from retention.messages.batch import write_messages\n"
        "from retention.messages.channels.registry import channel_of\n"
        "from retention.profit.catalogue import read_offers\n"
        "rows = pd.DataFrame({'id': ['a', 'b'], 'send': 'yes', 'offer': 'cash_50', 'reason_1': '',"
        " 'reason_2': '', 'reason_3': '', 'name': ['Priya', '']})\n"
        "run = write_messages(rows, id='id', offers=read_offers(), channel='chat')\n"
        "print(len(run.messages), channel_of('chat').max_characters)\n"
        "assert all(message.channel.id == 'chat' for message in run.messages)\n",
    )
    assert written.split() == ["2", "300"]


def test_a_language_is_a_file(tmp_path: Path) -> None:
    """Messages are written in it, a model is asked and guarded in it, and its test of completeness holds."""
    recipe = carried_out("A language", tmp_path)
    assert recipe.written == ["retention/messages/languages/ta.toml"]
    assert recipe.entries == []
    written = recipe.run(
        "-c",
        "import pandas as pd\n"
        "from dataclasses import replace\n"
        "from typing import get_args, get_type_hints\n"
        "from retention.messages.batch import write_messages\n"
        "from retention.messages.guard import check_template\n"
        "from retention.messages.llm.prompt import chat_for\n"
        "from retention.messages.segments import MessageSegment\n"
        "from retention.profit.catalogue import read_offers\n"
        "from retention.ui.api.messages import offers\n"
        "from retention.ui.tabs.offers.catalogue import LANGUAGE_NAMES\n"
        "rows = pd.DataFrame({'id': ['a'], 'send': 'yes', 'offer': 'cash_50', 'reason_1': '',"
        " 'reason_2': '', 'reason_3': ''})\n"
        "offer = replace(read_offers()[0], gives={'en': '₹50 off', 'ta': '₹50 தள்ளுபடி'})\n"
        "(message,) = write_messages(rows, id='id', offers=(offer,), language='ta').messages\n"
        "print(message.text)\n"
        "for line in ('{name}, சூடான தோசை தயார். இதோ {offer}.', '{name}, இலவச தோசை. இதோ {offer}.',"
        " '{name}, சூடான தோசை, நாளை வரை {offer}.', 'Hi {name}, dinner is waiting with {offer}.'):\n"
        "    print(check_template(line, 'ta').reason)\n"
        "assert 'Tamil' in str(chat_for(MessageSegment(language='ta')))\n"
        "assert 'ta' in get_args(get_type_hints(offers)['language'])\n"
        "assert LANGUAGE_NAMES['ta'] == 'தமிழ்'\n",
    )
    assert written.splitlines() == [
        "வணக்கம் நண்பரே, சூடான உணவு காத்திருக்கிறது. உங்களுக்காக ₹50 தள்ளுபடி (குறைந்தது ₹199, 7 நாட்கள்).",
        "",
        "speaks of something free or of a gift",
        "speaks of a deadline",
        "holds letters of another script",
    ]
    (recipe.tree / "tests" / "messages").mkdir(parents=True)
    shutil.copy(ROOT / "tests" / "messages" / "test_languages.py", recipe.tree / "tests" / "messages")
    completeness = ("-m", "pytest", "-k", "ta]", "-p", "no:cacheprovider", "tests/messages/test_languages.py")
    assert "5 passed" in recipe.run(*completeness)


def test_a_candidate_model_is_a_file_and_a_line(tmp_path: Path) -> None:
    """It is compared with the others in its place, saved with them, and loaded again."""
    recipe = carried_out("A candidate model", tmp_path)
    assert recipe.written == ["retention/churn/candidates/mean_difference.py"]
    assert len(recipe.entries) == 1
    telecom_customers(400).to_csv(recipe.tree / "customers.csv", index=False)
    trained = json.loads(
        recipe.run("-m", "retention", "train", "customers.csv", "--label", "Churn", "--out", "model", "--json")
    )
    names = [candidate["name"] for candidate in trained["candidates"]]
    assert names == ["base rate", "one feature", "mean difference", "logistic regression", "xgboost", "blend"]
    log_loss = {candidate["name"]: candidate["log_loss"] for candidate in trained["candidates"]}
    assert log_loss["mean difference"] < log_loss["base rate"]  # it has learned something
    saved = json.loads((recipe.tree / "model" / "model.json").read_text(encoding="utf-8"))
    assert "mean difference" in json.dumps(saved)
    priced = json.loads(recipe.run("-m", "retention", "profit", "--model", "model", "--json"))
    assert priced["customers"] == 400


def test_an_offer_is_an_entry(tmp_path: Path) -> None:
    """Without a line of code it is in the catalogue, can be chosen, and a message gives it."""
    recipe = carried_out("An offer", tmp_path)
    assert recipe.written == ["retention/profit/catalogue.toml"]
    assert recipe.entries == []
    ids = recipe.run(
        "-c",
        "from retention.profit.catalogue import read_offers\n"
        "import pandas as pd\n"
        "from retention.messages.batch import write_messages\n"
        "offers = read_offers()\n"
        "rows = pd.DataFrame({'id': ['a'], 'send': 'yes', 'offer': 'free_dessert', 'reason_1': '',"
        " 'reason_2': '', 'reason_3': ''})\n"
        "(message,) = write_messages(rows, id='id', offers=offers).messages\n"
        "assert 'a free dessert with your next order' in message.text, message\n"
        "print(*(offer.id for offer in offers))\n",
    )
    assert ids.split() == ["cash_50", "free_delivery", "percent_20", "free_dessert"]


def test_a_campaign_metric_is_a_file_and_a_line(tmp_path: Path) -> None:
    """`measure` reads its column, and prints it with its interval and evidence; without the column it is null."""
    recipe = carried_out("A campaign metric", tmp_path)
    assert recipe.written == ["retention/campaign/metrics/orders.py"]
    assert recipe.entries == ["Orders(),"]
    campaign = drawn(3000)
    campaign.save(recipe.tree / "diwali.zip")
    kept = played(campaign)["kept"]
    treated = (campaign.assignments["arm"] != CONTROL).to_numpy()
    outcomes = pd.DataFrame({"id": kept.index, "kept": kept.map({True: "yes", False: "no"}).to_numpy()})
    outcomes["orders"] = kept.to_numpy() * (2 + treated)  # three orders of a kept treated customer, else two
    outcomes.to_csv(recipe.tree / "outcomes.csv", index=False)
    command = ("-m", "retention", "measure", "diwali.zip", "--as-of", READ_ON.isoformat(), "--json", "--outcomes")
    reading = json.loads(recipe.run(*command, "outcomes.csv", "--out", "reading.zip"))
    orders = reading["orders"]
    difference = outcomes["orders"][treated].mean() - outcomes["orders"][~treated].mean()
    assert orders["low"] < orders["mean"] < orders["high"]
    assert orders["mean"] == pytest.approx(difference, abs=0.1)
    assert reading["evidence_of"]["orders"] == ["measured"]
    assert list(reading["evidence_of"])[-1] == "orders"
    shown = recipe.run(
        "-c",
        "from pathlib import Path\n"
        "from retention.campaign.metric_rows import metric_rows\n"
        "from retention.campaign.reading import Reading\n"
        "print(metric_rows(Reading.load(Path('reading.zip')))[-1].label)\n",
    )
    assert shown == "Orders a head\n"
    outcomes.drop(columns="orders").to_csv(recipe.tree / "without.csv", index=False)
    without = json.loads(recipe.run(*command, "without.csv"))
    assert without["orders"] == {"mean": None, "low": None, "high": None}
    assert "orders" not in without["evidence_of"]
    assert without["kept"] == reading["kept"]


def test_an_order_source_is_a_file_and_a_line(tmp_path: Path) -> None:
    """A table behind its addresses is opened; what is wrong with an address or a table is said in its words."""
    recipe = carried_out("An order source", tmp_path)
    assert recipe.written == ["retention/orders/sources/duckdb_file.py"]
    assert recipe.entries == ["DuckDBFile(),"]
    with duckdb.connect(str(recipe.tree / "shop.duckdb")) as shop:
        shop.execute(
            "CREATE TABLE orders AS SELECT 'C' || (i % 7) AS customer_id, i AS amount FROM range(21) AS r(i)"
        )
    printed = recipe.run(
        "-c",
        "from retention.errors import InputError\n"
        "from retention.orders.sources.remote_orders import open_remote_orders\n"
        "print(open_remote_orders('duckdb:shop.duckdb', 'orders').table.amount.sum().to_pyarrow())\n"
        "for address, table in (('duckdb:shop.duckdb', 'order'), ('duckdb:shop.duckdb', ''), ('duckdb:x', 'a')):\n"
        "    try:\n"
        "        open_remote_orders(address, table)\n"
        "    except InputError as error:\n"
        "        print(error)\n",
    )
    assert printed.splitlines() == [
        "210",
        "duckdb:shop.duckdb: there is no table 'order'; there are 'orders'; pass another --table",
        "duckdb:shop.duckdb: pass the table with the orders as --table",
        "duckdb:x: there is no such file; check the address",
    ]


def test_every_recipe_is_one_that_is_carried_out() -> None:
    """CONTRIBUTING.md has the six that the tests above walk."""
    titles = [title for title, _ in SECTION.findall((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"))]
    assert titles == [
        "A tab",
        "A channel",
        "A language",
        "A candidate model",
        "An offer",
        "An order source",
        "A campaign metric",
    ]
