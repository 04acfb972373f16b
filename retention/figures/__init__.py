"""Results as plotly figures, all in one style, each with a sentence that reads it; knows no gradio."""

from retention.figures.churn import importance, reliability
from retention.figures.customers import label_balance, recency_frequency
from retention.figures.one_customer import waterfall
from retention.figures.one_factor import dependence
from retention.figures.orders import order_gaps, retention_by_cohort
from retention.figures.over_time import over_time
from retention.figures.profit import profit_curve
from retention.figures.style import ACCENT, GREY, RED, reading
from retention.figures.whatif import profit_against_save_rate, tornado

__all__ = [
    "ACCENT",
    "GREY",
    "RED",
    "dependence",
    "importance",
    "label_balance",
    "order_gaps",
    "over_time",
    "profit_against_save_rate",
    "profit_curve",
    "reading",
    "recency_frequency",
    "reliability",
    "retention_by_cohort",
    "tornado",
    "waterfall",
]
