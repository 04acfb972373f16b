"""The list as it is sent: everybody's arm, and who gets a message with which offer."""

import numpy as np
import pandas as pd

from retention.campaign.design import CONTROL
from retention.campaign.holdout_request import HoldoutRequest

DRAW_COLUMNS = ("campaign", "arm", "stratum", "chance")
"""The columns that a draw adds to a send list."""

_CENTS = 2


def sent_list(send_list: pd.DataFrame, assignments: pd.DataFrame, request: HoldoutRequest) -> pd.DataFrame:
    """Return the list with the draw's columns; only the treated are sent to, each with the offer of their arm."""
    rows = send_list.copy()
    at = rows.index.isin(assignments.index)
    treated = assignments["arm"] != CONTROL
    rows["send"] = np.where(rows.index.isin(assignments.index[treated]), "yes", "no")
    offer = assignments["offer"]
    if request.kind == "offers":
        offer = offer.where(~treated, assignments["arm"])
    if "offer" in rows:
        rows["offer"] = rows["offer"].astype("str")
    else:
        rows["offer"] = pd.Series("", index=rows.index, dtype="str")
    changed = offer[offer != assignments["offer"]]
    rows.loc[at, "offer"] = offer
    if len(changed):
        rows = _priced_again(rows, changed, assignments, request)
    rows["campaign"] = np.where(at, request.name, "")
    for column in ("arm", "stratum"):
        rows[column] = assignments[column].reindex(rows.index).fillna("")
    rows["chance"] = assignments["chance"].reindex(rows.index)
    return rows


def _priced_again(
    rows: pd.DataFrame, changed: pd.Series, assignments: pd.DataFrame, request: HoldoutRequest
) -> pd.DataFrame:
    """Return the rows whose offer is not the planned one at the cost and the profit of the offer they get."""
    for offer in request.offers:
        customers = assignments.loc[changed.index[changed == offer.id]]
        if len(customers) and "offer_cost" in rows:
            rows.loc[customers.index, "offer_cost"] = float(offer.cost)
        if len(customers) and "expected_profit" in rows:
            inputs = offer.economics(request.economics)
            profit = inputs.expected_profit(customers["probability"].to_numpy(), customers["value"].to_numpy())
            rows.loc[customers.index, "expected_profit"] = np.round(profit, _CENTS)
    return rows
