"""Which features a save rate and a redemption may depend on: a few that are chosen before any outcome is seen.

Forty candidates fit noise, and those that grow with time (tenure, the number of orders) mean something else by the
next campaign. So where a table has features that say how an offer works on somebody, only these are used: how
price-sensitive they are, their basket, their membership, how their last order went, and how long they have been
silent.
"""

from collections.abc import Sequence

TELLING = (
    "coupon", "discount", "promo", "voucher", "spend_mean", "amount_mean", "basket", "order_value", "membership",
    "loyalty", "subscription", "plan", "rating_last", "complaint_last", "last_rating", "last_complaint", "silence",
    "recency_days", "days_since",
)  # fmt: skip
"""Parts of the names of such features."""

MOST_TELLING = 12


def few_features(names: Sequence[str]) -> list[int]:
    """Return the positions of the features to use: the telling ones, or all where none is.

    >>> few_features(["tenure_days", "coupon_share", "membership=Gold"])
    [1, 2]
    >>> few_features(["V1", "V2"])
    [0, 1]
    """
    telling = [at for at, name in enumerate(names) if any(part in name.lower() for part in TELLING)]
    return telling[:MOST_TELLING] if telling else list(range(len(names)))
