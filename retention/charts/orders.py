"""How long customers keep ordering, and in which rhythm: from an order log."""

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
_FEWEST = 30  # customers or gaps behind a number
_BARS = 40
_PERIODS = {"M": "%b %Y", "Q": "Q{quarter} %Y", "Y": "%Y"}


class _Days(NamedTuple):
    """Days with an order, each once a customer, sorted by customer and day; days count from 1970."""

    who: NDArray[np.int64]
    day: NDArray[np.int64]


class _Cohort(NamedTuple):
    """Share of customers who order, by months since their own first order."""

    name: str
    share: NDArray[np.float64]
    observed: NDArray[np.int64]


def retention_by_cohort(orders: Orders) -> "go.Figure | None":
    """Draw the share of customers who order again, by 30-day months since their first order.

    Month 1 holds days 30 to 59 after the first order, and so on. A customer counts in the months that lie
    wholly within the log; a point needs 30 customers. Thin lines are customers by when they joined: by
    month, quarter or year, whichever first gives two to four groups, else the latest four years.

    Returns
    -------
    Figure or None
        None where the log is too short or holds too few customers.
    """
    import plotly.graph_objects as go

    days = _order_days(orders)
    if not len(days.who):
        return None
    first = days.day[np.append(True, np.diff(days.who) > 0)]
    everyone = _cohort("Everyone", days, first, np.ones(len(first), dtype=bool))
    if len(everyone.share) < 2:
        return None
    joined = _by_joining(days, first)
    figure = go.Figure()
    lines = [
        (one, {"color": colour, "width": 1.5})
        for one, colour in zip(joined, SERIES, strict=False)
        if len(joined) > 1  # one cohort alone is everyone
    ]
    for one, line in [*lines, (everyone, {"color": ACCENT, "width": 3})]:
        figure.add_scatter(
            x=np.arange(len(one.share)), y=np.round(one.share, 4), mode="lines", name=one.name, line=line,
            customdata=one.observed,
            hovertemplate=f"{one.name}, month %{{x}}: %{{y:.0%}} of %{{customdata:,}} customers<extra></extra>",
        )  # fmt: skip
    return apply_style(
        figure,
        reading=_cohort_reading(everyone),
        x_title="Months of 30 days since the first order",
        title="Share who order in that month, by when they joined",
        height=380,
        x={"dtick": 1 if len(everyone.share) <= 13 else 3, "range": [0, len(everyone.share) - 1]},
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
    gaps = np.diff(days.day)[np.diff(days.who) == 0]
    if len(gaps) < _FEWEST:
        return None
    half, most, end = (int(np.quantile(gaps, share, method="inverted_cdf")) for share in (0.5, 0.9, 0.99))
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
    mark_position(figure, half, f"half within {count_noun(half, 'day')}", to_left=False)
    mark_position(
        figure, most, f"nine in ten within {count_noun(most, 'day')}", top=0.85, to_left=most > 0.5 * end
    )
    return apply_style(
        figure,
        reading=f"Half of all repeat orders come within {count_noun(half, 'day')} of the one before, nine in ten "
        f"within {count_noun(most, 'day')}.",
        x_title="Days until the next order (longest 1% cut off)",
        title="Share of repeat orders",
        height=320,
        x={"range": [0.5, end + 0.5 * width + 0.5], "separatethousands": True},
        y=PERCENT,
    )


def _order_days(orders: Orders) -> _Days:
    """Return each customer's days with an order; refunds are none."""
    frame = orders.frame
    if orders.amount is not None:
        frame = frame[~(frame[orders.amount] < 0).to_numpy()]
    who = pd.factorize(frame[orders.customer])[0].astype(np.int64)
    day = frame[orders.time].to_numpy("datetime64[D]").astype(np.int64)
    if not len(day):
        return _Days(who, day)
    first = day.min()
    length = day.max() - first + 1
    who, since = np.divmod(np.unique(who * length + day - first), length)
    return _Days(who, since + first)


def _cohort(name: str, days: _Days, first: NDArray[np.int64], members: NDArray[np.bool_]) -> _Cohort:
    """Follow the customers for whom ``members`` is true, from their ``first`` day on."""
    whole_months = (days.day.max() + 1 - first) // _MONTH_DAYS
    month = (days.day - first[days.who]) // _MONTH_DAYS
    seen = members[days.who] & (month < whole_months[days.who])
    again = np.append(True, (np.diff(days.who) > 0) | (np.diff(month) > 0))  # the first order of its month
    ordered = np.bincount(month[seen & again], minlength=_MOST_MONTHS + 1)[: _MOST_MONTHS + 1]
    months = np.bincount(np.minimum(whole_months[members], _MOST_MONTHS + 1), minlength=_MOST_MONTHS + 2)
    observed = months[::-1].cumsum()[::-1][1:]
    observed = observed[observed >= _FEWEST]
    return _Cohort(name, ordered[: len(observed)] / observed, observed)


def _by_joining(days: _Days, first: NDArray[np.int64]) -> list[_Cohort]:
    joined = pd.DatetimeIndex(first.astype("datetime64[D]"))
    for length in _PERIODS:
        periods = joined.to_period(length)
        sizes = periods.value_counts()
        large = sizes[sizes >= _FEWEST].index.sort_values()
        if 2 <= len(large) <= len(SERIES):
            break
    cohorts = [
        _cohort(period.strftime(_PERIODS[length].format(quarter=period.quarter)), days, first, periods == period)
        for period in large[-len(SERIES) :]
    ]
    return [one for one in cohorts if len(one.share) > 1]


def _cohort_reading(everyone: _Cohort) -> str:
    share, last = 100 * everyone.share, min(6, len(everyone.share) - 1)
    later = "" if last == 1 else f"; in month {last} it is {share[last]:.0f}"
    return f"Of 100 new customers, {share[1]:.0f} order again in the month after their first{later}."
