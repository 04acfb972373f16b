"""Labels the customers who churned after a cutoff: by a fixed horizon, or by an unusually long silence."""

import datetime as dt
from dataclasses import replace

import ibis
import numpy as np
import pandas as pd

from retention.orders.days import as_float, day_number, days_of, end_of
from retention.orders.features import CustomerFeatures
from retention.orders.windows import LABEL
from retention.wording.text import count_noun

SILENCE_ENDS = "silence_ends"
"""The day since 1970 on which a silence would be long enough; it decides the label, and is no feature."""


def label_by_horizon(customers: CustomerFeatures, *, horizon_days: int, known_until: dt.date) -> CustomerFeatures:
    """Add the label: 1 for no order in the ``horizon_days`` after the cutoff day.

    Parameters
    ----------
    customers
        With the log, which should reach to the end of the horizon.
    horizon_days
        At least 1.
    known_until
        The last day that the label uses: the end of the log, or the next cutoff in a panel.
    """
    until = min(customers.cutoff + dt.timedelta(days=horizon_days), known_until)
    log, values = customers.log, customers.values
    following = _orders_after(customers, until=until)
    retained = following.select(retained_customer=log.column(log.customer, following)).distinct()
    values = values.left_join(retained, values["customer"] == retained["retained_customer"])
    churned = ibis.ifelse(values["retained_customer"].isnull(), 1, 0).cast("int8")
    return replace(customers, values=values, features={**customers.features, LABEL: churned})


def horizon_notes(cutoff: dt.date, *, horizon_days: int, known_until: dt.date) -> list[str]:
    """Return what the label means, and whether the horizon ends after the log."""
    until = cutoff + dt.timedelta(days=horizon_days)
    notes = [f"{LABEL} means: no order from {cutoff + dt.timedelta(days=1)} to {until}"]
    if known_until < until:
        notes.append(f"the log ends on {known_until}, before the horizon does; the days after it count as quiet")
    return notes


def label_by_silence(customers: CustomerFeatures, *, gaps: float) -> CustomerFeatures:
    """Add the label: 1 for a silence, counted from the last order, of ``gaps`` times the customer's mean gap.

    The day on which the silence would end is known at the cutoff: last day + ⌈gaps × mean gap⌉. It is added as
    ``silence_ends``, missing for a customer without a gap; :func:`is_labelled` says whom it gives a label.
    """
    log, values, features = customers.log, customers.values, customers.features
    following = _orders_after(customers, until=None)
    days = following.select(
        next_customer=log.column(log.customer, following), day=days_of(log.column(log.time, following))
    )
    following = days.group_by("next_customer").agg(next_day=days["day"].min())
    values = values.left_join(following, values["customer"] == following["next_customer"])
    ends = as_float(values["last_day"]) + as_float((features["gap_mean_days"] * gaps).ceil())
    is_back = ibis.coalesce(values["next_day"] <= ends, ibis.literal(False))
    churned = ibis.ifelse(is_back, 0, 1).cast("int8")
    return replace(customers, values=values, features={**features, SILENCE_ENDS: ends, LABEL: churned})


def is_labelled(ends: "pd.Series | ibis.Value", cutoff: dt.date, known_until: dt.date) -> "pd.Series | ibis.Value":
    """Return for whom the day on which the silence would end gives a label.

    It does if that day comes after the cutoff (otherwise they churned before it) and by ``known_until``, the end
    of the log or the next cutoff in a panel (otherwise the outcome is not known yet). So each label depends only
    on the days from the cutoff to that day, all of them observed.
    """
    return (ends > day_number(cutoff)) & (ends <= day_number(known_until))


def keep_labelled(
    table: pd.DataFrame, cutoff: dt.date, *, gaps: float, known_until: dt.date
) -> tuple[pd.DataFrame, list[str]]:
    """Keep the customers whom a silence gives a label.

    Returns
    -------
    table : DataFrame
        The customers who can be labelled.
    notes : list of str
        What the label means, and how many customers were left out for each reason.
    """
    ends = table[SILENCE_ENDS].to_numpy(np.float64)
    left_out = {
        "with orders on one day only, and so no gap of their own": np.isnan(ends),
        f"silent for {gaps:g} of their gaps already": ends <= day_number(cutoff),
        "whose silence would end after the log does": ends > day_number(known_until),
    }
    notes = [f"{LABEL} means: silent for {gaps:g} times one's own mean gap, counted from the last order"]
    notes += [
        f"left out: {count_noun(int(rows.sum()), 'customer')} {reason}"
        for reason, rows in left_out.items()
        if rows.any()
    ]
    kept = table[is_labelled(table[SILENCE_ENDS], cutoff, known_until)]
    return kept.drop(columns=SILENCE_ENDS).reset_index(drop=True), notes


def _orders_after(customers: CustomerFeatures, *, until: dt.date | None) -> "ibis.Table":
    """Return the rows after the cutoff day, up to and including another; a refund is no order."""
    log, rows = customers.log, customers.log.rows
    after = log.column(log.time) >= end_of(customers.cutoff)
    if until is not None:
        after &= log.column(log.time) < end_of(until)
    following = rows.filter(after)
    return following if log.amount is None else following.filter(~log.is_refund(following))
