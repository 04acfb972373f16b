"""The customers of a campaign in a simulated market: who they are, which offer each gets, and what that brings."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retention.errors import InputError
from retention.simulation.experiment import OFFERS
from retention.simulation.potential_outcomes import CampaignInMarket, OfferTerms

CONTROL = "control"


def with_money(
    truth: pd.DataFrame, assignments: pd.DataFrame, received: NDArray[np.int64], campaign: CampaignInMarket
) -> pd.DataFrame:
    """Add arms, planned offers and the profit, expected of each offer and really brought by the arm."""
    value = assignments["value"].to_numpy(np.float64)
    brought = {kind: np.zeros(len(truth)) for kind in ("kept", "stayed_on")}
    expected = {}

    def happens(name: str) -> NDArray[np.float64]:
        return np.asarray(truth[name] == "yes", dtype=np.float64)

    for k, offer in enumerate(OFFERS):
        if offer not in campaign.terms:
            continue
        cost = campaign.terms[offer].cost
        effect, redemption = truth[f"effect_{offer}"].to_numpy(), truth[f"redemption_{offer}"].to_numpy()
        expected[f"profit_{offer}"] = value * effect - cost * redemption - campaign.contact_cost
        spent = cost * happens(f"redeemed_{offer}") + campaign.contact_cost
        for kind, money in brought.items():
            gained = value * (happens(f"{kind}_{offer}") - happens(f"{kind}_no_offer"))
            brought[kind] = np.where(received == k, gained - spent, money)
    front = {"arm": assignments["arm"].to_numpy(), "offer": assignments["offer"].to_numpy()}
    return pd.concat(
        [
            truth[["customer_id"]].assign(**front),
            truth.drop(columns="customer_id").assign(
                **expected, profit=brought["kept"], profit_stayed_on=brought["stayed_on"]
            ),
        ],
        axis=1,
    )


def offers_received(assignments: pd.DataFrame, terms: Mapping[str, OfferTerms]) -> NDArray[np.int64]:
    """Return the position in ``OFFERS`` of the offer that each customer gets, −1 for control, shape (n,)."""
    arm = assignments["arm"].astype(object)
    offer = arm.where(arm.isin([CONTROL, *terms]), assignments["offer"].astype(object)).to_numpy()
    unknown = sorted({str(name) for name in set(offer) - {CONTROL, *OFFERS}})
    if unknown:
        raise InputError(
            f"the simulated market knows the offers {', '.join(OFFERS)}, but the campaign has {unknown[0]!r}; "
            "draw it with the packaged offer catalogue"
        )
    return pd.Index(OFFERS).get_indexer(pd.Index(offer))


def positions(ids: pd.Series, *, customers: int) -> NDArray[np.int64]:
    """Return the position in the market of each customer, shape (n,)."""
    texts = ids.astype(str)
    digits = texts.str.extract(r"\AC(\d{7,})\Z", expand=False)
    number = pd.to_numeric(digits).fillna(0).to_numpy(np.int64)
    absent = (number < 1) | (number > customers)
    if absent.any():
        raise InputError(
            f"{absent.sum():,} of {len(ids):,} customers of the campaign, such as {texts[absent].iloc[0]!r}, are "
            f"not in a simulated market of {customers:,}; give the --customers and --seed of its order log"
        )
    return number - 1
