"""The customers of one or more randomised campaigns, as the arrays that heterogeneity is learned from."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retention.campaign.effect import Floats
from retention.errors import InputError

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

FOLDS = 5


class MeasuredRows(Protocol):
    """What is read of the rows of a reading, one entry a customer."""

    @property
    def arm(self) -> NDArray[np.object_]:
        """The arm of each, (n,)."""

    @property
    def chances(self) -> pd.DataFrame:
        """Each one's chance of every arm, control first, (n, arms); NaN where it was not declared."""

    @property
    def probability(self) -> Floats | None:
        """Churn probability at the draw, (n,)."""

    @property
    def value(self) -> Floats | None:
        """V at the draw, (n,), currency."""

    @property
    def offer(self) -> NDArray[np.object_] | None:
        """Id of the planned offer, (n,)."""

    @property
    def kept(self) -> Bools:
        """Whether the customer was kept, (n,)."""

    @property
    def redeemed(self) -> Bools | None:
        """Whether the customer redeemed an offer, (n,)."""

    @property
    def money(self) -> Floats | None:
        """Y, (n,), currency."""

    @property
    def unit(self) -> Ints | None:
        """The group that was drawn as a whole, (n,)."""

    @property
    def features(self) -> pd.DataFrame:
        """Known before the treatment, n rows of numbers."""


@dataclass(frozen=True, eq=False, kw_only=True)
class LearningRows:
    """n customers of randomised campaigns with K treatments.

    Attributes
    ----------
    treatments
        Names of the K treatments: ids of offers, or arms of an experiment that ran elsewhere.
    arm
        0 for control, k for the k-th treatment, (n,).
    chances
        Chance of control and of each treatment, (n, K + 1); a customer's own is above 0, another one NaN where it
        was not declared.
    kept
        1 for kept, 0 for not, (n,).
    redeemed
        1 for redeemed, (n,); None where nothing says.
    money
        Y, (n,), currency; None where there is none.
    probability
        Churn probability at the draw, (n,), in [0, 1]; None for experiments that ran elsewhere.
    value
        V, (n,), currency; None as well.
    unit
        Number of the group that was drawn as a whole, (n,); None where each was drawn alone.
    features
        (n, q), NaN for a blank.
    feature_names
        The q names.
    """

    treatments: tuple[str, ...]
    arm: Ints
    chances: Floats
    kept: Floats
    redeemed: Floats | None
    money: Floats | None
    probability: Floats | None
    value: Floats | None
    unit: Ints | None
    features: Floats
    feature_names: tuple[str, ...]

    def __len__(self) -> int:
        """Return n."""
        return len(self.arm)

    @property
    def outcome(self) -> Floats:
        """The primary outcome, (n,): money where there is money, else kept."""
        return self.kept if self.money is None else self.money

    @property
    def own_chance(self) -> Floats:
        """Each customer's chance of the arm that they got, (n,)."""
        return self.chances[np.arange(len(self)), self.arm]

    @property
    def possible(self) -> Bools:
        """Which treatments each customer could have got, (n, K)."""
        treated = self.chances[:, 1:]
        return np.isnan(treated) | (treated > 0)

    def take(self, rows: Ints | Bools) -> "LearningRows":
        """Return the customers at these positions, or where the mask is true."""
        arrays = ("arm", "chances", "kept", "redeemed", "money", "probability", "value", "unit", "features")
        parts: dict[str, Any] = {name: getattr(self, name) for name in arrays}
        changed: dict[str, Any] = {name: None if part is None else part[rows] for name, part in parts.items()}
        return replace(self, **changed)

    @property
    def risk(self) -> Floats:
        """Churn probability, (n,); raises InputError where there is none."""
        return _present(self.probability, "churn probability")

    @property
    def values(self) -> Floats:
        """V, (n,), currency; raises InputError where there is none."""
        return _present(self.value, "value")

    def folds(self, seed: int, count: int = FOLDS) -> Ints:
        """Return the fold of each customer, (n,); units stay whole, arms are spread evenly where they can be."""
        rng = np.random.default_rng(seed)
        if self.unit is not None:
            groups = np.unique(self.unit, return_inverse=True)[1]
            return np.asarray(rng.permutation(int(groups.max()) + 1)[groups] % count, dtype=np.int64)
        order = rng.permutation(len(self))
        order = order[np.argsort(self.arm[order], kind="stable")]
        fold = np.empty(len(self), dtype=np.int64)
        fold[order] = np.arange(len(self)) % count
        return fold


def pool_rows(readings: Sequence[MeasuredRows], offer_ids: Sequence[str]) -> LearningRows:
    """Return the customers of several readings as one table.

    Where some readings know churn probabilities, those without them (experiments that ran elsewhere) are left out.
    Features are those that all have. An arm that is no offer, such as the wording of a message, counts as the
    offer that was planned for the customer.

    Raises
    ------
    InputError
        If there is no reading, or nobody was held out or treated.
    """
    scored = [rows for rows in readings if rows.probability is not None]
    used = scored or list(readings)
    if not used:
        raise InputError("readings: there are none; pass at least one measured campaign")
    parts = [_treatments_of(rows, set(offer_ids)) for rows in used]
    treatments = tuple(dict.fromkeys(name for _, chances in parts for name in chances.columns[1:]))
    arms = np.concatenate([pd.Index(("", *treatments)).get_indexer(pd.Index(arm)) for arm, _ in parts])
    chances = pd.concat([part.reindex(columns=["", *treatments], fill_value=0.0) for _, part in parts])
    names = [name for name in used[0].features.columns if all(name in rows.features for rows in used)]
    features = [rows.features[names].to_numpy(np.float64).reshape(len(rows.arm), len(names)) for rows in used]
    units = None
    if any(rows.unit is not None for rows in used):
        start, numbers = 0, []
        for rows in used:
            own = np.arange(len(rows.arm)) if rows.unit is None else np.unique(rows.unit, return_inverse=True)[1]
            numbers.append(own + start)
            start += int(own.max()) + 1
        units = np.concatenate(numbers).astype(np.int64)
    if len(np.unique(arms)) < 2 or not (arms == 0).any():
        raise InputError("readings: hold nobody who was held out, or nobody who was treated; nothing to compare")
    return LearningRows(
        treatments=treatments,
        arm=arms.astype(np.int64),
        chances=chances.to_numpy(np.float64),
        kept=np.concatenate([rows.kept for rows in used]).astype(np.float64),
        redeemed=_joined([rows.redeemed for rows in used]),
        money=_joined([rows.money for rows in used]),
        probability=_joined([rows.probability for rows in used]),
        value=_joined([rows.value for rows in used]),
        unit=units,
        features=np.concatenate(features),
        feature_names=tuple(map(str, names)),
    )


def _treatments_of(rows: MeasuredRows, offer_ids: set[str]) -> tuple[NDArray[np.object_], pd.DataFrame]:
    """Return each customer's treatment, '' for control, and the chances, control under ''."""
    control, *treatments = map(str, rows.chances.columns)
    arm = np.where(rows.arm == control, "", rows.arm).astype(object)
    chances = rows.chances.reset_index(drop=True).set_axis(["", *treatments], axis=1)
    if len(treatments) == 1:
        chances[treatments[0]] = chances[treatments[0]].fillna(1 - chances[""])
        chances[""] = chances[""].fillna(1 - chances[treatments[0]])
    if rows.offer is None or set(treatments) & offer_ids:
        return arm, chances
    planned = rows.offer.astype(object)
    arm = np.where(arm == "", "", planned).astype(object)
    own = pd.DataFrame({"": chances[""]})
    for name in dict.fromkeys(map(str, planned)):
        own[name] = np.where(planned == name, 1 - chances[""], 0.0)
    return arm, own


def _present(column: Floats | None, name: str) -> Floats:
    if column is None:
        raise InputError(f"readings: hold no {name}; measure a campaign of your own")
    return column


def _joined(columns: Sequence[Floats | Bools | None]) -> Floats | None:
    """Return the columns one after the other; None where a reading has none."""
    present = [np.asarray(column, dtype=np.float64) for column in columns if column is not None]
    return np.concatenate(present) if len(present) == len(columns) else None
