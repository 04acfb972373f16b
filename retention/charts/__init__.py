"""Results as plotly figures, all in one style, each with a sentence that reads it; knows no gradio."""

from retention.charts.churn import importance, reliability
from retention.charts.customers import label_balance, recency_frequency
from retention.charts.one_customer import waterfall
from retention.charts.one_factor import dependence
from retention.charts.orders import order_gaps, retention_by_cohort
from retention.charts.over_time import over_time
from retention.charts.profit import profit_curve
from retention.charts.style import ACCENT, GREY, RED, reading
from retention.charts.whatif import profit_against_save_rate, tornado

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
