"""What the Churn model tab says about a model."""

from dataclasses import replace

from retention.churn.diagnostics import UncalibratedMetrics
from retention.churn.explanation.directions import Direction
from retention.churn.model import ChurnModel
from retention.ui.tabs.churn import views as model_views
from tests.charts.cases import hand_model


def test_directions_stand_beside_the_trees_and_disagreement_is_shown() -> None:
    """The regression's coefficient and how sure its sign is, the trees' say, and a word where they differ."""
    more = Direction("tenure", "higher values go with less churn", -0.52, 1.0, 0.31, 0.4, True)
    opposed = Direction("contract", "most churn with <b>, but the trees differ", 0.2, 0.93, 0.05, 0.1, False)
    html = model_views.directions(replace(hand_model(), directions=(more, opposed)))
    assert "<td>Tenure</td><td>higher values go with less churn</td>" in html
    assert '<td class="number">-0.52</td><td class="number">100%</td><td class="number">0.31</td>' in html
    assert "most churn with &lt;b&gt;" in html
    assert "In 1 of these 2 regression and trees point different ways" in html
    alike = model_views.directions(replace(hand_model(), directions=(more,)))
    assert "point the same way in all of them" in alike
    assert model_views.directions(None) == ""


def test_the_effect_of_weighting_is_shown(telecom_model: ChurnModel) -> None:
    """Half of all were predicted to leave before calibration; without a weight there is no such line."""
    half = UncalibratedMetrics(replace(telecom_model.metrics, mean_probability=0.5), ())
    weighted = replace(telecom_model, scale_pos_weight=4.0, before_calibration=half)
    after, churn_rate = telecom_model.metrics.mean_probability, telecom_model.churn_rate
    assert (
        f"Weighted by 4: 50% predicted on average before, {after:.0%} after calibration; "
        f"{churn_rate:.0%} actually churned."
    ) in model_views.model(weighted)
    assert "Weighted by" not in model_views.model(telecom_model)
