"""The metrics at each cutoff, from models trained on the earlier ones."""

from dataclasses import replace

import pytest

from retention.charts import metrics_over_time, reading
from tests.charts.cases import three_cutoffs


def test_each_cutoff_has_a_point_and_cross_validation_a_line() -> None:
    """AUC above, Brier below, on the days of the cutoffs; dashed is the cross-validated metric."""
    figure = metrics_over_time(three_cutoffs())
    assert figure is not None
    dashed, auc, _, brier = figure.data
    assert [str(day) for day in auc.x] == ["2025-05-31", "2025-06-30"]
    assert (list(auc.y), list(brier.y)) == ([0.76, 0.74], [0.16, 0.16])
    assert list(auc.customdata) == [900, 1000]
    assert list(dashed.y) == [0.76, 0.76]
    assert (auc.yaxis, brier.yaxis) == ("y", "y2")


@pytest.mark.parametrize(("auc", "words"), [(0.74, "fell"), (0.76, "stayed about the same"), (0.8, "rose")])
def test_the_reading_says_how_the_auc_changed(auc: float, words: str) -> None:
    """The sentence names both ends."""
    figure = metrics_over_time(three_cutoffs(auc=auc))
    assert figure is not None
    assert reading(figure).startswith(f"From 2025-05-31 to 2025-06-30 the AUC {words} (0.760 to {auc:.3f})")


def test_a_single_scored_cutoff_gives_no_chart() -> None:
    """Its metrics stand in the table."""
    assert metrics_over_time(replace(three_cutoffs(), earlier=())) is None
