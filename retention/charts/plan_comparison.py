"""The plan before and after the measurement, and what the ends of the measured intervals would have planned."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from retention.charts.style import ACCENT, GREY, SOFT, apply_style
from retention.charts.ticks import money_axis
from retention.profit.plans import Plan
from retention.wording.money import in_currency
from retention.wording.text import count_noun

if TYPE_CHECKING:
    import plotly.graph_objects as go

_PLANS = (
    ("assumed", "Before: assumed rates", GREY),
    ("low", "Low ends of the intervals", SOFT),
    ("measured", "After: measured rates", ACCENT),
    ("high", "High ends of the intervals", SOFT),
)


def plan_comparison(plans: Mapping[str, Plan], currency: str) -> "go.Figure | None":
    """Draw what each plan is expected to earn, with how many customers it contacts.

    Parameters
    ----------
    plans
        From :func:`retention.profit.plans.plans_by_rates`.
    currency
        Sign or code of the amounts.

    Returns
    -------
    Figure or None
        None without measured rates, since there is nothing to compare then.
    """
    import plotly.graph_objects as go

    if "measured" not in plans:
        return None
    shown = [(label, plans[name], colour) for name, label, colour in _PLANS]
    profits = [plan.profit_deployed for _, plan, _ in shown]
    rows = list(range(len(shown)))
    figure = go.Figure()
    figure.add_bar(
        x=profits, y=rows, orientation="h",
        marker={"color": [colour for _, _, colour in shown], "line": {"color": ACCENT, "width": 1}},
        text=[
            f"{label}: {count_noun(plan.contacted, 'customer')}, {in_currency(plan.profit_deployed, currency)}"
            for label, plan, _ in shown
        ],
        textposition="none", hovertemplate="%{text}<extra></extra>", showlegend=False,
    )  # fmt: skip
    figure.add_vline(x=0, line={"color": GREY, "width": 1})
    return apply_style(
        figure,
        reading=_reading(plans, currency),
        x_title=f"Expected profit per 1,000 customers ({currency})",
        title="The plan before and after the measurement",
        evidence=("backtested", "measured", "assumed"),
        height=280,
        x=money_axis(min(0.0, *profits), max(0.0, *profits), currency, most=3, short=True),
        y={
            "tickvals": rows,
            "ticktext": [f"{label}<br>{count_noun(plan.contacted, 'customer')}" for label, plan, _ in shown],
            "autorange": "reversed",
            "showgrid": False,
        },
    )


def _reading(plans: Mapping[str, Plan], currency: str) -> str:
    before, after = plans["assumed"], plans["measured"]
    change = after.contacted - before.contacted
    contacted = (
        "contacts as many customers as before"
        if not change
        else f"contacts {count_noun(abs(change), 'customer')} {'more' if change > 0 else 'fewer'} than before"
    )
    expected = (in_currency(plan.profit_deployed, currency) for plan in (after, before))
    ends = (in_currency(plans[name].profit_deployed, currency) for name in ("low", "high"))
    return (
        f"The plan at the measured rates {contacted} and is expected to earn {next(expected)} per 1,000 "
        f"instead of {next(expected)}; at the ends of the intervals {next(ends)} and {next(ends)} "
        "(backtested, measured, assumed)."
    )
