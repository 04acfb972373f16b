"""What the model learned."""

from typing import TYPE_CHECKING

import pandas as pd

from retention.figures.style import ACCENT, styled

if TYPE_CHECKING:
    import plotly.graph_objects as go


def importance(directions: pd.DataFrame, top: int = 12) -> "go.Figure":
    """Draw how much each factor moves the model's probabilities (mean |SHAP|, log-odds)."""
    import plotly.graph_objects as go

    shown = directions.nlargest(top, "mean_abs_shap").iloc[::-1]
    figure = go.Figure()
    figure.add_bar(
        x=shown["mean_abs_shap"], y=shown["feature"], orientation="h", marker_color=ACCENT,
        hovertemplate="%{y}: %{x:.2f}<extra></extra>",
    )  # fmt: skip
    return styled(figure, x_title="Average effect on the log-odds to leave", height=60 + 26 * len(shown))
