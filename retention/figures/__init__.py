"""Results as plotly figures, all in one style; knows no gradio."""

from retention.figures.churn import importance
from retention.figures.profit import profit_curve

__all__ = ["importance", "profit_curve"]
