"""How long customers keep ordering, and how often, from an order log."""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retention.charts.style import ACCENT, PERCENT, SERIES, apply_style, mark_position
from retention.orders.order_log import Orders
from retention.wording.text import count_noun

if TYPE_CHECKING:
    import plotly.graph_objects as go

_MONTH_DAYS = 30
_MOST_MONTHS = 24
_FEWEST = 30  # customers or gaps that a number must rest on
_BARS = 40
_PERIODS = {"M": "%b %Y", "Q": "Q{quarter} %Y", "Y": "%Y"}


class _Days(NamedTuple):
    """Days with an order, each once per customer, sorted by customer and day; days count from 1970."""

    customer: NDArray[np.int64]
    day: NDArray[np.int64]


class _Cohort(NamedTuple):
    """Share of customers who order, by months since their own first order."""

    name: str
    share: NDArray[np.float64]
    observed: NDArray[np.int64]


def retention_by_cohort(orders: Orders) -> "go.Figure | None":
    """Draw the share of customers who order again, by 30-day months since their first order.

    Month 1 holds days 30 to 59 after the first order, and so on. A customer counts in the months that lie
    wholly within the log; a point needs 30 customers. Thin lines are cohorts by the month, quarter or year of the
    first order, whichever first gives two to four cohorts, else the latest four years.

    Returns
    -------
    Figure or None
        None where the log is too short or holds too few customers.
    """
    import plotly.graph_objects as go

    days = _order_days(orders)
    if not len(days.customer):
        return None
    first = days.day[np.append(True, np.diff(days.customer) > 0)]
    all_customers = _cohort("Everyone", days, first, np.ones(len(first), dtype=bool))
    if len(all_customers.share) < 2:
        return None
    cohorts = _cohorts(days, first)
    figure = go.Figure()
    lines = [
        (cohort, {"color": colour, "width": 1.5})
        for cohort, colour in zip(cohorts, SERIES, strict=False)
        if len(cohorts) > 1  # a single cohort is everyone
    ]
    for cohort, line in [*lines, (all_customers, {"color": ACCENT, "width": 3})]:
        figure.add_scatter(
            x=np.arange(len(cohort.share)), y=np.round(cohort.share, 4), mode="lines", name=cohort.name, line=line,
            customdata=cohort.observed,
            hovertemplate=f"{cohort.name}, month %{{x}}: %{{y:.0%}} of %{{customdata:,}} customers<extra></extra>",
        )  # fmt: skip
    return apply_style(
        figure,
        reading=_cohort_reading(all_customers),
        x_title="Months of 30 days since the first order",
        title="Share who order in that month, by first order",
        height=380,
        x={"dtick": 1 if len(all_customers.share) <= 13 else 3, "range": [0, len(all_customers.share) - 1]},
        y={"range": [0, 1.02], **PERCENT},
    )


def order_gaps(orders: Orders) -> "go.Figure | None":
    """Draw how many days pass between two days with an order of the same customer.

    Returns
    -------
    Figure or None
        None where there are fewer than 30 such gaps.
    """
    import plotly.graph_objects as go

    days = _order_days(orders)
    gaps = np.diff(days.day)[np.diff(days.customer) == 0]
    if len(gaps) < _FEWEST:
        return None
    median, ninth_decile, end = (
        int(np.quantile(gaps, share, method="inverted_cdf")) for share in (0.5, 0.9, 0.99)
    )
    width = -(-end // _BARS)
    counts = np.bincount((gaps[gaps <= end] - 1) // width)
    low = 1 + width * np.arange(len(counts))
    figure = go.Figure()
    figure.add_bar(
        x=low + (width - 1) / 2, y=np.round(counts / len(gaps), 5), width=0.85 * width, marker_color=ACCENT,
        text=[f"{start}" if width == 1 else f"{start} to {start + width - 1}" for start in low],
        customdata=counts, textposition="none",
        hovertemplate="%{text} days: %{y:.1%} (%{customdata:,})<extra></extra>",
    )  # fmt: skip
    mark_position(figure, median, f"half within {count_noun(median, 'day')}", to_left=False)
    mark_position(
        figure,
        ninth_decile,
        f"nine in ten within {count_noun(ninth_decile, 'day')}",
        top=0.85,
        to_left=ninth_decile > 0.5 * end,
    )
    return apply_style(
        figure,
        reading=f"Half of all repeat orders come within {count_noun(median, 'day')} of the one before, nine in "
        f"ten within {count_noun(ninth_decile, 'day')}.",
        x_title="Days until the next order (longest 1% cut off)",
        title="Share of repeat orders",
        height=320,
        x={"range": [0.5, end + 0.5 * width + 0.5], "separatethousands": True},
        y=PERCENT,
    )


def _order_days(orders: Orders) -> _Days:
    """Return each customer's days with an order; refunds are not orders."""
    frame = orders.frame
    if orders.amount is not None:
        frame = frame[~(frame[orders.amount] < 0).to_numpy()]
    customer = pd.factorize(frame[orders.customer])[0].astype(np.int64)
    day = frame[orders.time].to_numpy("datetime64[D]").astype(np.int64)
    if not len(day):
        return _Days(customer, day)
    first = day.min()
    length = day.max() - first + 1
    customer, days_since_first = np.divmod(np.unique(customer * length + day - first), length)
    return _Days(customer, days_since_first + first)


def _cohort(name: str, days: _Days, first: NDArray[np.int64], members: NDArray[np.bool_]) -> _Cohort:
    """Count in which months the customers for whom ``members`` is true ordered, from their ``first`` day on."""
    whole_months = (days.day.max() + 1 - first) // _MONTH_DAYS
    month = (days.day - first[days.customer]) // _MONTH_DAYS
    observed = members[days.customer] & (month < whole_months[days.customer])
    again = np.append(
        True, (np.diff(days.customer) > 0) | (np.diff(month) > 0)
    )  # the customer's first order in its month
    ordered = np.bincount(month[observed & again], minlength=_MOST_MONTHS + 1)[: _MOST_MONTHS + 1]
    months = np.bincount(np.minimum(whole_months[members], _MOST_MONTHS + 1), minlength=_MOST_MONTHS + 2)
    observed = months[::-1].cumsum()[::-1][1:]
    observed = observed[observed >= _FEWEST]
    return _Cohort(name, ordered[: len(observed)] / observed, observed)


def _cohorts(days: _Days, first: NDArray[np.int64]) -> list[_Cohort]:
    """Group the customers by the month, quarter or year of their first order."""
    first_orders = pd.DatetimeIndex(first.astype("datetime64[D]"))
    for length in _PERIODS:
        periods = first_orders.to_period(length)
        sizes = periods.value_counts()
        large = sizes[sizes >= _FEWEST].index.sort_values()
        if 2 <= len(large) <= len(SERIES):
            break
    cohorts = [
        _cohort(period.strftime(_PERIODS[length].format(quarter=period.quarter)), days, first, periods == period)
        for period in large[-len(SERIES) :]
    ]
    return [cohort for cohort in cohorts if len(cohort.share) > 1]


def _cohort_reading(all_customers: _Cohort) -> str:
    share, last = 100 * all_customers.share, min(6, len(all_customers.share) - 1)
    later = "" if last == 1 else f"; in month {last} it is {share[last]:.0f}"
    return f"Of 100 new customers, {share[1]:.0f} order again in the month after their first{later}."
