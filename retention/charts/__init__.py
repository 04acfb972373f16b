"""Results as plotly charts in one style; each carries the sentence that says what it shows. Knows no gradio."""

from retention.charts.campaign import promise_chart
from retention.charts.churn import feature_importance, reliability_diagram
from retention.charts.customer_waterfall import customer_waterfall
from retention.charts.customers import label_balance, recency_frequency_heatmap
from retention.charts.effect_by_risk import effect_by_risk
from retention.charts.feature_effect import feature_effect
from retention.charts.metrics_over_time import metrics_over_time
from retention.charts.orders import order_gaps, retention_by_cohort
from retention.charts.plan_comparison import plan_comparison
from retention.charts.profit import profit_chart
from retention.charts.rates_history import rates_history
from retention.charts.style import ACCENT, GREY, RED, reading
from retention.charts.whatif import profit_against_save_rate, tornado_chart

__all__ = [
    "ACCENT",
    "GREY",
    "RED",
    "customer_waterfall",
    "effect_by_risk",
    "feature_effect",
    "feature_importance",
    "label_balance",
    "metrics_over_time",
    "order_gaps",
    "plan_comparison",
    "profit_against_save_rate",
    "profit_chart",
    "promise_chart",
    "rates_history",
    "reading",
    "recency_frequency_heatmap",
    "reliability_diagram",
    "retention_by_cohort",
    "tornado_chart",
]
