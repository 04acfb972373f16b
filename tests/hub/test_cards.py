"""Cards and their charts are complete and correct, and no data can break their markup."""

import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pandas as pd
import pytest
from huggingface_hub import DatasetCard, ModelCard

from retention.churn.evaluation import CalibrationBin, calibration_table
from retention.churn.explanation.directions import Direction
from retention.churn.model import ChurnModel
from retention.customers.table import Customers, Roles
from retention.hub.card_charts import draw_calibration, draw_importance, draw_profit
from retention.hub.dataset_release import plan_dataset
from retention.hub.model_card import model_card
from retention.hub.model_release import plan_model
from retention.hub.pseudonyms import Salt
from retention.orders.order_log import read_orders
from retention.orders.snapshot import take_snapshot
from retention.profit.curve import profit_curve
from retention.profit.economics import Economics
from retention.simulation.simulate import simulate

SVG = "{http://www.w3.org/2000/svg}"
NASTY = "a|b`<script>alert(1)</script>\n# heading"


def card(model: ChurnModel, *, licence: str | None = None, dataset: str | None = None) -> str:
    return model_card("alice/churn", model, bins=(), curve=None, licence=licence, dataset=dataset)


def attribute(element: ET.Element, name: str) -> str:
    value = element.get(name)
    assert value is not None
    return value


def test_a_model_card_states_the_measured_metrics(telecom_folder: Path, telecom_model: ChurnModel) -> None:
    """The metadata hold the model's metrics, in the form that the Hub reads."""
    parsed = ModelCard(plan_model(telecom_folder, repo="alice/churn").content["README.md"].decode())
    data = parsed.data
    assert (data.get("library_name"), data.get("pipeline_tag")) == ("sklearn", "tabular-classification")
    figures = {result.metric_type: result.metric_value for result in data.get("eval_results")}
    assert figures == {
        "roc_auc": pytest.approx(telecom_model.metrics.roc_auc, abs=1e-6),
        "brier_score": pytest.approx(telecom_model.metrics.brier, abs=1e-6),
        "average_precision": pytest.approx(telecom_model.metrics.average_precision, abs=1e-6),
        "log_loss": pytest.approx(telecom_model.metrics.log_loss, abs=1e-6),
    }
    assert sorted(data.get("metrics")) == sorted(figures)


def test_a_model_card_has_every_section(telecom_folder: Path) -> None:
    """It has them from intended use to provenance, and every chart it links to is among the files."""
    content = plan_model(telecom_folder, repo="alice/churn").content
    text = content["README.md"].decode()
    assert re.findall(r"^## (.+)$", text, re.M) == [
        "Intended use", "How to load it", "Training data", "Evaluation", "Calibration", "Profit at stated prices",
        "What goes along with churn", "Limits", "Where it comes from",
    ]  # fmt: skip
    assert set(re.findall(r"\]\((figures/.+?)\)", text)) == {
        path for path in content if path.startswith("figures/")
    }


def test_a_model_card_states_the_profit_and_the_assumptions(
    telecom_folder: Path, telecom_model: ChurnModel
) -> None:
    """The amounts are those of the curve at these economics, each marked as backtested or assumed."""
    economics = Economics(value=900, save_rate=0.4, currency="€")
    text = plan_model(telecom_folder, repo="alice/churn", economics=economics).content["README.md"].decode()
    rows = telecom_model.out_of_fold
    assert rows is not None
    curve = profit_curve(score=rows.score, label=rows.label, fold=rows.fold, economics=economics)
    assert f"| this model, each threshold picked on the other folds | €{round(curve.profit_best):,} |" in text
    assert f"{curve.threshold_best:.4f}" in text
    assert "| Margin kept if a customer stays | 900 | assumed |" in text
    assert "**backtested**" in text
    for part in text.split("\n\n"):
        assert "€" not in part or re.search("assumed|backtested", part), part
    assert "Profit (€; backtested, assumed)" in draw_profit(curve).decode()


def test_a_licence_is_stated_or_all_rights_are_kept(telecom_model: ChurnModel) -> None:
    """No model gets a free licence by default."""
    assert ModelCard(card(telecom_model, licence="mit")).data.get("license") == "mit"
    data = ModelCard(card(telecom_model)).data
    assert (data.get("license"), data.get("license_name")) == ("other", "all-rights-reserved")


def test_training_data_are_linked_where_they_are_shared(telecom_model: ChurnModel) -> None:
    """So the Hub shows the model with its dataset."""
    text = card(telecom_model, dataset="alice/data")
    assert ModelCard(text).data.get("datasets") == ["alice/data"]
    assert "https://huggingface.co/datasets/alice/data" in text


def test_a_card_without_evaluation_rows_says_so(telecom_model: ChurnModel) -> None:
    """No number is made up if the rows are missing."""
    text = card(replace(telecom_model, out_of_fold=None))
    assert text.count("not available when this card was written") == 2
    assert "figures/calibration.svg" not in text


def test_data_cannot_break_out_of_a_card(telecom_model: ChurnModel) -> None:
    """A column or category named like markup stays in its cell."""
    columns = (replace(telecom_model.columns[0], name=NASTY), *telecom_model.columns[1:])
    directions = (replace(telecom_model.directions[0], feature=NASTY, effect=f"most churn with {NASTY}"),)
    text = card(replace(telecom_model, columns=columns, directions=directions, warnings=(NASTY,)))
    assert "\n# heading" not in text
    body = text.split("## Training data")[1]
    assert "<script>" not in re.sub(r"`[^`]*`", "", body)
    assert "<script>" not in text.split("## Intended use")[0]


def test_a_dataset_card_explains_every_column() -> None:
    """Each shared column has its row, with unit and meaning if the name is known."""
    orders = read_orders(simulate(300, seed=3).orders)
    customers = take_snapshot(orders)
    text = plan_dataset(customers, repo="alice/data", salt=Salt.new()).content["README.md"].decode()
    for column in customers.frame.columns:
        assert re.search(rf"^\| `{column}` \|", text, re.M), column
    assert "| `recency_days` | number | days | from the last order to the cutoff day |" in text
    assert f"the cutoff date {customers.cutoff}" in text
    assert f"the {customers.horizon_days} days after it" in text
    data = DatasetCard(text).data
    assert data.get("configs") == [
        {"config_name": "customers", "data_files": [{"split": "train", "path": "data/train-*"}], "default": True}
    ]
    assert data.get("size_categories") == ["n<1K"]
    assert data.get("task_categories") == ["tabular-classification"]


def test_the_owner_can_describe_a_column(telecom: Customers) -> None:
    """The card shows the owner's description of a column whose name is not known."""
    planned = plan_dataset(
        telecom, repo="alice/data", salt=Salt.new(), meanings={"tenure": "months as a customer"}
    )
    assert "| `tenure` | number |  | months as a customer |" in planned.content["README.md"].decode()


def test_the_calibration_chart_places_every_bin() -> None:
    """There is one dot a bin, above the diagonal where more churned than predicted."""
    bins = (CalibrationBin(50, 0.2, 0.4, 0.3, 0.5), CalibrationBin(50, 0.6, 0.6, 0.5, 0.7))
    dots = ET.fromstring(draw_calibration(bins)).findall(f"{SVG}circle")  # noqa: S314  our own text
    x = [float(attribute(dot, "cx")) for dot in dots]
    y = [float(attribute(dot, "cy")) for dot in dots]
    # 0 to 0.7 on 650 by 310 points, from (90, 330)
    assert x == pytest.approx([90 + 650 * 0.2 / 0.7, 90 + 650 * 0.6 / 0.7], abs=0.1)
    assert y == pytest.approx([330 - 310 * 0.4 / 0.7, 330 - 310 * 0.6 / 0.7], abs=0.1)


@pytest.mark.parametrize("value", [500.0, 40.0])
def test_the_profit_chart_is_drawn_whether_offers_pay_or_not(value: float) -> None:
    """If the value is below the offer's cost it is best to send nothing, and that can be drawn as well."""
    random = np.random.default_rng(1)
    score = random.random(300)
    curve = profit_curve(
        score=score,
        label=(random.random(300) < score).astype(int),
        fold=np.arange(300) % 5,
        economics=Economics(value=value),
    )
    root = ET.fromstring(draw_profit(curve))  # noqa: S314
    polylines = [attribute(polyline, "points") for polyline in root.iter(f"{SVG}polyline")]
    coordinates = [float(coordinate) for points in polylines for coordinate in re.split("[ ,]", points)]
    assert np.isfinite(coordinates).all()
    assert min(coordinates) >= 0
    assert max(coordinates) <= 760


def test_the_importance_chart_has_a_bar_a_feature_and_escapes_names() -> None:
    """The bars are as long as the importance is large, and markup in a name is text."""
    directions = [
        Direction("<b>&", "", 0.0, 1.0, 2.0, 2.0, True),
        Direction("tenure", "", 0.0, 1.0, 1.0, 1.0, True),
    ]
    root = ET.fromstring(draw_importance(directions))  # noqa: S314
    widths = [float(attribute(bar, "width")) for bar in root.findall(f"{SVG}rect")]
    assert widths[0] == pytest.approx(2 * widths[1], abs=0.2)
    assert "<b>&" in [text.text for text in root.iter(f"{SVG}text")]


def test_charts_are_small(telecom_folder: Path, telecom_model: ChurnModel) -> None:
    """Every chart has less than 20 kB, so that a card loads fast."""
    content = plan_model(telecom_folder, repo="alice/churn").content
    assert all(len(content[path]) < 20_000 for path in content if path.endswith(".svg"))
    rows = telecom_model.out_of_fold
    assert rows is not None
    assert len(draw_calibration(calibration_table(rows.label, rows.score))) < 20_000


def test_blanks_are_counted() -> None:
    """The card shows each column's share of blanks."""
    frame = pd.DataFrame({"id": pd.array(list("abcd"), dtype="str"), "x": [1.0, np.nan, 3.0, np.nan]})
    planned = plan_dataset(Customers(frame, Roles("id")), repo="alice/data", salt=Salt.new())
    assert "| `x` | number |  | as the owner names it | 50.0% |" in planned.content["README.md"].decode()
