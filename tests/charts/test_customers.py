"""Who the customers are, and which of them churn."""

import numpy as np

from retention.charts import label_balance, reading, recency_frequency_heatmap
from tests.charts.cases import active, people


def test_recency_and_frequency_by_hand() -> None:
    """2 of 10 with one recent order churn, and 21 of 50 with five orders whose last was 40 days ago."""
    figure = recency_frequency_heatmap(
        active([3.0] * 10 + [40.0] * 50, [1.0] * 10 + [5.0] * 50, [1] * 2 + [0] * 8 + [1] * 21 + [0] * 29)
    )
    assert figure is not None
    tiles = figure.data[0]
    assert list(tiles.x) == ["0–6", "7–13", "14–29", "30–59"]
    assert list(tiles.y) == ["1", "2", "3–4", "5–9"]
    share = np.array(tiles.z, dtype=float)
    assert share[0, 0] == 0.2
    assert share[3, 3] == 0.42
    assert np.isnan(share).sum() == 14
    assert tiles.customdata[3][3] == 50
    assert reading(figure) == (
        "Customers who have not ordered for 30 to 59 days churn most often: 42%, against 38% of all customers."
    )


def test_recency_and_frequency_axes_say_their_units() -> None:
    """Days run along, orders up, and the title says what the tiles show."""
    figure = recency_frequency_heatmap(active([3.0] * 20, [1.0] * 20, [0, 1] * 10))
    assert figure is not None
    assert figure.layout.xaxis.title.text == "Days since the last order"
    assert figure.layout.yaxis.title.text == "Orders so far"
    assert figure.layout.title.text == "Share that churned, in cells of 10 or more"


def test_few_customers_make_no_share() -> None:
    """Nine customers who all churned appear neither in the map nor in the sentence."""
    figure = recency_frequency_heatmap(active([3.0] * 20 + [400.0] * 9, [1.0] * 29, [0] * 15 + [1] * 14))
    assert figure is not None
    assert list(figure.data[0].x) == ["0–6"]
    assert "0 to 6 days churn most often: 25%" in reading(figure)


def test_the_last_groups_are_open() -> None:
    """A year without orders and fifty orders have no upper end; blanks are omitted."""
    figure = recency_frequency_heatmap(active([900.0] * 12 + [np.nan], [70.0] * 13, [1] * 6 + [0] * 7))
    assert figure is not None
    assert list(figure.data[0].x) == ["365+"]
    assert list(figure.data[0].y) == ["50+"]
    assert reading(figure).startswith("Customers who have not ordered for 365 or more days churn most often: 50%")


def test_long_spans_take_two_lines() -> None:
    """A label that would touch its neighbour on a phone is broken."""
    figure = recency_frequency_heatmap(active([100.0] * 20, [1.0] * 20, [0, 1] * 10))
    assert figure is not None
    assert list(figure.layout.xaxis.ticktext) == ["90–<br>179"]


def test_no_heatmap_without_its_columns_a_label_or_enough_customers() -> None:
    """A table without recency, without a label or with too few customers in every cell has no heatmap."""
    assert recency_frequency_heatmap(people([1.0] * 20, ["Monthly"] * 20)) is None
    assert recency_frequency_heatmap(active([3.0] * 20, [1.0] * 20)) is None
    assert recency_frequency_heatmap(active([3.0] * 9, [1.0] * 9, [1] * 9)) is None


def test_label_balance_by_hand() -> None:
    """3 of 12 churned: a quarter."""
    figure = label_balance(active([1.0] * 12, [1.0] * 12, [1] * 3 + [0] * 9))
    assert figure is not None
    assert [bar.name for bar in figure.data] == ["Churned: 3 (25%)", "Retained: 9 (75%)"]
    assert [bar.x[0] for bar in figure.data] == [0.25, 0.75]
    assert figure.layout.xaxis.tickformat == ".0%"
    assert figure.layout.xaxis.title.text == "Share of customers"
    assert reading(figure) == "3 of 12 customers churned: 25%."


def test_no_balance_without_a_label() -> None:
    """Customers to be scored are not known to have churned or not."""
    assert label_balance(active([1.0], [1.0])) is None
    assert label_balance(active([], [], [])) is None
