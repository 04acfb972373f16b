"""Takes the customers of each offer from the rows of a reading, for estimating its rates."""

import numpy as np

from retention.campaign.design import MODEL_ARM
from retention.campaign.reading_rows import ReadingRows
from retention.campaign.structural_rates import OfferSample
from retention.messages.message import LIBRARY_ARM


def samples_of(rows: ReadingRows) -> dict[str, OfferSample]:
    """Return the sample of each offer that a campaign sent, by the offer's id.

    An arm that is no offer, such as the wording of a message, counts as the offer that was planned.
    """
    if rows.probability is None or rows.offer is None:
        return {}
    planned = rows.offer.astype(str)
    arms_are_offers = not {MODEL_ARM, LIBRARY_ARM} & set(rows.arms)
    samples = {}
    for offer in rows.arms[1:] if arms_are_offers else dict.fromkeys(planned):
        if arms_are_offers:
            at, chance = rows.of_arm(offer), rows.chances[offer].to_numpy(np.float64)
        else:
            at, chance = planned == offer, 1 - rows.chances[rows.control].to_numpy(np.float64)
        at = at & rows.listed
        control_chance = rows.chances[rows.control].to_numpy(np.float64)
        treated = rows.treated[at]
        own = np.where(treated, chance[at], control_chance[at])
        sample = OfferSample(
            probability=rows.probability[at],
            treated=treated,
            kept=rows.kept[at],
            redeemed=None if rows.redeemed is None else rows.redeemed[at],
            weight=(chance[at] + control_chance[at]) / own,
            unit=None if rows.unit is None else rows.unit[at],
        )
        if treated.any() and not treated.all():
            samples[offer] = sample
    return samples
