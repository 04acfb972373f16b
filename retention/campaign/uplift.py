"""X- and DR-learner: boosted trees that predict what each treatment changes, as challengers of the formula.

The X-learner [1]_ fits outcomes by arm, imputes each customer's effect with the fit of the other arm, and fits
these. The DR-learner [2]_ fits the augmented inverse-probability scores. Chances are known, so neither estimates
them.

References
----------
.. [1] Künzel, S. R., Sekhon, J. S., Bickel, P. J., Yu, B. (2019). Metalearners for estimating heterogeneous
   treatment effects using machine learning. PNAS 116.
.. [2] Kennedy, E. H. (2023). Towards optimal doubly robust estimation of heterogeneous causal effects. Electronic
   Journal of Statistics 17.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from retention.campaign.effect import Floats
from retention.campaign.feature_columns import same_feature_columns
from retention.campaign.fitted_formula import columns_of, logit_of
from retention.campaign.learning_rows import LearningRows
from retention.campaign.policy_value import treatment_scores
from retention.churn.candidates.booster_json import check_booster
from retention.errors import ModelError
from retention.profit.effects import Effects
from retention.profit.offer import Offer

LearnerKind = Literal["x", "dr"]
LEARNER_FILE = "learner.json"

_ROUNDS = 60
_SETTINGS = {"objective": "reg:squarederror", "max_depth": 2, "learning_rate": 0.1, "reg_lambda": 20.0,
             "tree_method": "hist", "nthread": 1}  # fmt: skip
_LEAST_LEAF = 20
_INNER_FOLDS = 2


@dataclass(frozen=True, eq=False)
class BoostedMean:
    """A booster that predicts a mean; it predicts from its JSON read back, so that a loaded copy cannot differ."""

    content: bytes = field(repr=False)
    columns: int

    @classmethod
    def fit(cls, x: Floats, y: Floats, seed: int) -> "BoostedMean":
        """Fit 60 trees of depth 2, whose leaves hold at least a hundredth of the n rows."""
        from xgboost import QuantileDMatrix, train

        leaf = max(_LEAST_LEAF, len(y) / 100)
        parameters = {**_SETTINGS, "min_child_weight": leaf, "base_score": float(y.mean()), "seed": seed}
        data = QuantileDMatrix(x.astype(np.float32), y, nthread=1)
        return cls(bytes(train(parameters, data, _ROUNDS).save_raw("json")), x.shape[1])

    @cached_property
    def _booster(self) -> Any:
        from xgboost import Booster

        check_booster(self.content, self.columns, objective="reg:squarederror")
        booster = Booster({"nthread": 1})
        try:
            booster.load_model(bytearray(self.content))
        except ValueError:
            raise ModelError("uplift: a booster does not load; learn it again") from None
        return booster

    def predict(self, x: Floats) -> Floats:
        """Return the predicted means, (n,)."""
        return np.asarray(self._booster.inplace_predict(x.astype(np.float32)), dtype=np.float64)


@dataclass(frozen=True, eq=False)
class TreatmentEffects:
    """The predicted effect of each of K treatments on one outcome.

    Attributes
    ----------
    parts
        For each treatment, boosters and their weights; the effect is their weighted sum.
    """

    parts: tuple[tuple[tuple[float, BoostedMean], ...], ...]

    def predict(self, x: Floats) -> Floats:
        """Return the effects, (n, K)."""
        return np.column_stack(
            [sum((weight * part.predict(x) for weight, part in parts), np.zeros(len(x))) for parts in self.parts]
        )


def fit_x_learner(rows: LearningRows, outcome: Floats, seed: int) -> TreatmentEffects:
    """Fit an X-learner of each treatment; both imputed effects are weighted by the treatment's share."""
    x = learner_columns(rows)
    control = rows.arm == 0
    alone = BoostedMean.fit(x[control], outcome[control], seed)
    effects = []
    for k in range(1, len(rows.treatments) + 1):
        treated = rows.arm == k
        treated_mean = BoostedMean.fit(x[treated], outcome[treated], seed)
        of_treated = BoostedMean.fit(x[treated], outcome[treated] - alone.predict(x[treated]), seed)
        of_control = BoostedMean.fit(x[control], treated_mean.predict(x[control]) - outcome[control], seed)
        share = float(treated.sum() / (treated.sum() + control.sum()))
        # What was imputed for control comes from the fit of the treated, and is the better the more they are.
        effects.append(((1 - share, of_treated), (share, of_control)))
    return TreatmentEffects(tuple(effects))


def fit_dr_learner(rows: LearningRows, outcome: Floats, seed: int) -> TreatmentEffects:
    """Fit a DR-learner of each treatment on scores whose μ̂ were fitted on the other half."""
    x = learner_columns(rows)
    scores = treatment_scores(rows, outcome, rows.folds(seed, _INNER_FOLDS))
    fits = [BoostedMean.fit(x[at], scores[at, k], seed) for k, at in enumerate(rows.possible.T)]
    return TreatmentEffects(tuple(((1.0, fit),) for fit in fits))


def learner_columns(rows: LearningRows) -> Floats:
    """Return the features, and the logit of the score where there is one, (n, q)."""
    return _with_score(rows.features, rows.probability)


@dataclass(frozen=True, eq=False)
class UpliftLearner:
    """An adopted learner: the effects of K offers on customers kept, and their redemption.

    Attributes
    ----------
    kind
        ``x`` or ``dr``.
    offers
        Names of the K offers.
    feature_names
        The q features that it reads.
    kept
        τ of each offer.
    redeemed
        r of each offer, fitted on those who got it; or the assumed one, (slope, intercept) in p, where no
        campaign recorded redemptions.
    """

    kind: LearnerKind
    offers: tuple[str, ...]
    feature_names: tuple[str, ...]
    kept: TreatmentEffects
    redeemed: tuple[BoostedMean, ...]
    assumed_redeemed: tuple[tuple[float, float], ...] = ()

    def kept_and_redeemed(self, probability: Floats, x: Floats) -> tuple[Floats, Floats]:
        """Return τ and r of each offer, (n, K) each, for features (n, q)."""
        columns = _with_score(x, probability)
        kept = np.clip(self.kept.predict(columns), -1.0, 1.0)
        if self.redeemed:
            redeemed = np.column_stack([part.predict(columns) for part in self.redeemed])
        else:
            redeemed = np.column_stack([slope * probability + low for slope, low in self.assumed_redeemed])
        return kept, np.clip(redeemed, 0.0, 1.0)

    def effects(self, probability: Floats, features: pd.DataFrame, offers: Sequence[Offer]) -> Effects:
        """Return the effects of offers; one that was not in the campaigns gets the mean of those that were."""
        x = same_feature_columns(self.feature_names, features).to_numpy(np.float64)
        parts = self.kept_and_redeemed(np.asarray(probability, dtype=np.float64), x)
        return Effects(*(columns_of([offer.id for offer in offers], self.offers, part) for part in parts))

    def files(self) -> dict[str, bytes]:
        """Return the boosters' JSON by name."""
        named = {f"redeemed_{k}.json": fit.content for k, fit in enumerate(self.redeemed)}
        for k, parts in enumerate(self.kept.parts):
            named |= {f"kept_{k}_{number}.json": fit.content for number, (_, fit) in enumerate(parts)}
        return named

    def as_dict(self) -> dict[str, Any]:
        """Return what the boosters' files do not hold, for JSON."""
        return {
            "kind": self.kind,
            "offers": list(self.offers),
            "features": list(self.feature_names),
            "weights": [[weight for weight, _ in parts] for parts in self.kept.parts],
            "redeemed": len(self.redeemed),
            "assumed_redeemed": [list(line) for line in self.assumed_redeemed],
        }

    @classmethod
    def from_files(cls, saved: Mapping[str, Any], files: Mapping[str, bytes]) -> "UpliftLearner":
        """Return what :meth:`as_dict` and :meth:`files` gave.

        Raises
        ------
        ModelError
            If they hold no learner.
        """
        try:
            names = tuple(map(str, saved["features"]))
            columns = len(names) + 1
            kept = tuple(
                tuple(
                    (float(weight), BoostedMean(files[f"kept_{k}_{number}.json"], columns))
                    for number, weight in enumerate(weights)
                )
                for k, weights in enumerate(saved["weights"])
            )
            redeemed = tuple(
                BoostedMean(files[f"redeemed_{k}.json"], columns) for k in range(int(saved["redeemed"]))
            )
            lines = tuple((float(slope), float(low)) for slope, low in saved["assumed_redeemed"])
            offers = tuple(map(str, saved["offers"]))
            kind = saved["kind"]
        except (KeyError, TypeError, ValueError):
            raise ModelError(f"{LEARNER_FILE}: holds no learner; learn it again") from None
        if kind not in get_args(LearnerKind) or len(kept) != len(offers) or len(redeemed or lines) != len(offers):
            raise ModelError(f"{LEARNER_FILE}: is not the learner of its offers; learn it again")
        return cls(kind, offers, names, TreatmentEffects(kept), redeemed, lines)


def _with_score(x: Floats, probability: Floats | None) -> Floats:
    return x if probability is None else np.column_stack([x, logit_of(probability)])
