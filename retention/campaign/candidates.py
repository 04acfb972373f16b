"""Checks a send list, and returns the customers who may be drawn from it."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retention.campaign.holdout_request import HoldoutRequest
from retention.campaign.sent_list import DRAW_COLUMNS
from retention.errors import InputError
from retention.profit.catalogue import Offer
from retention.profit.economics import Economics, checked_values
from retention.wording.text import quote, suggest_closest


def candidates_of(send_list: pd.DataFrame, request: HoldoutRequest, id: str) -> pd.DataFrame:
    """Return the rows that may be drawn, and what the draw needs to know of them.

    Parameters
    ----------
    send_list
        One row a customer, as ``score`` wrote it.
    request
        How it is to be drawn.
    id
        The id column.

    Returns
    -------
    DataFrame
        With the index of the list: ``customer`` (text), ``probability``, ``value`` (V, currency), ``offer`` (id of
        the planned one), ``listed``; and ``segment`` and ``unit`` where the request names them. Without exploring,
        only those who are sent to.

    Raises
    ------
    InputError
        If a column is missing or cannot be used, the list was drawn before, or nobody is sent to.
    """
    existing_columns = [column for column in DRAW_COLUMNS if column in send_list]
    if existing_columns:
        raise InputError(
            f"send list: has a column {existing_columns[0]!r} already, so it was drawn before; "
            "pass the list that score wrote"
        )
    needed = [id, "send", "churn_probability", *filter(None, (request.segment, request.unit))]
    for column in map(str, needed):
        if column not in send_list:
            raise InputError(
                f"send list: column {quote(column)} is missing{suggest_closest(column, map(str, send_list))}; "
                "score the customers first, or name another column"
            )
    if send_list[id].isna().any():
        raise InputError(f"send list: column {id!r} holds an empty cell; every customer needs an id")
    listed = send_list["send"].astype("str").str.strip().str.lower() == "yes"
    rows = send_list if request.explore else send_list[listed]
    if not listed.any():
        raise InputError("send list: nobody has send = yes; there is no campaign to draw")
    candidates = pd.DataFrame(
        {
            "customer": rows[id].astype("str"),
            "probability": _probabilities(rows["churn_probability"]),
            "value": _values(rows, request.economics),
            "offer": _planned_offers(rows, request.offers),
            "listed": listed[rows.index].to_numpy(bool),
        },
        index=rows.index,
    )
    for name, source in (("segment", request.segment), ("unit", request.unit)):
        if source is not None:
            candidates[name] = rows[source].astype("str").str.strip()
    if request.unit and (candidates["unit"].isna() | (candidates["unit"] == "")).any():
        raise InputError(
            f"send list: column {quote(request.unit)} holds an empty cell; every customer needs a unit"
        )
    return candidates


def _probabilities(column: pd.Series) -> NDArray[np.float64]:
    if not pd.api.types.is_numeric_dtype(column) or not column.between(0, 1).all():
        raise InputError(
            "send list: column 'churn_probability' must hold numbers from 0 to 1; score the customers"
        )
    return column.to_numpy(np.float64)


def _values(rows: pd.DataFrame, economics: Economics) -> NDArray[np.float64]:
    if "value" not in rows:
        return np.full(len(rows), economics.value)
    try:
        return checked_values(rows["value"])
    except InputError as error:
        raise InputError(f"send list: column {error}") from None


def _planned_offers(rows: pd.DataFrame, offers: tuple[Offer, ...]) -> pd.Series:
    if "offer" not in rows:
        return pd.Series(offers[0].id, index=rows.index, dtype="str")
    planned = rows["offer"].astype("str").str.strip().fillna("").replace("", offers[0].id)
    unknown = ~planned.isin([offer.id for offer in offers])
    if unknown.any():
        raise InputError(
            f"send list: names the offer {quote(planned[unknown].iloc[0])}, which is not in the catalogue; "
            f"use one of {', '.join(offer.id for offer in offers)}"
        )
    return planned
