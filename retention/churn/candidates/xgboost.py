"""Gradient-boosted trees: XGBoost with native categories, shallow, stopped early, kept as XGBoost's JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retention.churn.candidates.booster_json import check_booster
from retention.churn.candidates.candidate import Candidate, FitContext, LoadContext, SearchResult, Splits
from retention.churn.parallel import Heartbeat
from retention.churn.schema import Column
from retention.churn.training_set import TrainingSet
from retention.errors import ModelError

BOOSTER_FILE = "booster.json"

_EARLY_STOPPING_ROUNDS = 15
_MAX_ROUNDS = 1500
_MANY_ROWS = 50_000
_SLOWER = 0.5  # half the learning rate costs twice the rounds and gains about half a standard error of log-loss
_MORE_ROUNDS = 1.1  # an inner fold learns from fewer rows than the fit that follows


@dataclass(frozen=True)
class TreeSettings:
    """The settings that are compared.

    Attributes
    ----------
    depth
        Splits from root to leaf; shallow trees are the best on most customer tables, and the easiest to explain.
    learning_rate
        Share of each tree that is added, in (0, 1].
    """

    depth: int
    learning_rate: float


@dataclass(frozen=True)
class TunedTrees:
    """The settings a booster is fitted with.

    Attributes
    ----------
    tree
        Depth and learning rate.
    rounds
        Number of trees, at least 1.
    """

    tree: TreeSettings
    rounds: int


@dataclass(frozen=True)
class XGBoost(Candidate):
    """A fitted booster; it always predicts from its JSON read back, so that a loaded copy cannot differ.

    Attributes
    ----------
    content
        XGBoost's JSON, as it is saved.
    columns
        The d features; the booster needs to know which are categories.
    tuned
        The settings it was fitted with.
    """

    content: bytes = field(repr=False)
    columns: tuple[Column, ...]
    tuned: TunedTrees

    name = "xgboost"

    @cached_property
    def booster(self) -> Any:
        """The XGBoost booster.

        Raises
        ------
        ModelError
            If the JSON is no booster of these columns.
        """
        from xgboost import Booster

        check_booster(self.content, len(self.columns))
        booster = Booster({"nthread": 1})
        try:
            booster.load_model(bytearray(self.content))
        except ValueError:  # XGBoostError is a ValueError
            raise ModelError("booster.json: does not load; fetch or train the model again") from None
        return booster

    @classmethod
    def search_space(cls, training_set: TrainingSet) -> Sequence[TreeSettings]:
        """Return the settings worth comparing, shallowest first; big tables take larger steps to save time."""
        faster = 2.0 if len(training_set) > _MANY_ROWS else 1.0
        return (TreeSettings(2, 0.1 * faster), TreeSettings(3, 0.07 * faster), TreeSettings(5, 0.05 * faster))

    @classmethod
    def search(
        cls,
        training_set: TrainingSet,
        splits: Splits,
        held_out: Mapping[str, NDArray[np.float64]],
        context: FitContext,
    ) -> SearchResult:
        """Choose settings and rounds by cross-validation with few fits.

        Deeper trees are tried only as long as they improve the mean over all splits; rounds are the mean of where
        the held-out loss was lowest. Unless there are many rows, the final fit then goes half as fast for
        twice as long, which is known to help and so needs no comparison. The log-odds that are returned come
        from the rate that was searched with.
        """
        from xgboost import DMatrix, QuantileDMatrix

        prepared = []
        for number, (train, test) in enumerate(splits):
            inside = training_set.take(train)
            # not quantised, because that is quicker to predict in each round
            check = DMatrix(**_data(training_set.take(test), context.threads))
            prepared.append((inside, QuantileDMatrix(**_data(inside, context.threads)), check, number))

        def fit_splits(settings: TreeSettings) -> list[Any]:
            return [
                _train(
                    _parameters(inside, settings, context.seed + number, context.threads),
                    data,
                    _MAX_ROUNDS,
                    context.heartbeat,
                    check=check,
                    patience=_EARLY_STOPPING_ROUNDS,
                )
                for inside, data, check, number in prepared
            ]

        space = cls.search_space(training_set)
        best, boosters = space[0], fit_splits(space[0])
        for settings in space[1:]:
            deeper = fit_splits(settings)
            if sum(booster.best_score for booster in deeper) >= sum(booster.best_score for booster in boosters):
                break
            best, boosters = settings, deeper
        rounds = round(float(np.mean([booster.best_iteration + 1 for booster in boosters])))
        log_odds = np.full(len(training_set), np.nan)
        for booster, (_, test) in zip(boosters, splits, strict=True):
            first = min(rounds, booster.num_boosted_rounds())
            log_odds[test] = _predict_log_odds(booster, training_set.matrix[test], rounds=first)
        slower = _SLOWER if len(training_set) <= _MANY_ROWS else 1.0
        tree = replace(best, learning_rate=best.learning_rate * slower)
        return SearchResult(TunedTrees(tree, max(1, round(round(rounds / slower) * _MORE_ROUNDS))), log_odds)

    @classmethod
    def combine_settings(cls, settings: Sequence[TunedTrees], *, growth: float) -> TunedTrees:
        """Return the trees most folds chose, with their mean rounds, a fifth more for twice the rows."""
        votes = [tuned.tree for tuned in settings]
        tree = max(sorted(set(votes), key=lambda vote: vote.depth), key=votes.count)
        rounds = np.mean([tuned.rounds for tuned in settings if tuned.tree == tree])
        return TunedTrees(tree, max(1, round(float(rounds) * (1 + 0.2 * (growth - 1)))))

    @classmethod
    def fit(cls, training_set: TrainingSet, settings: TunedTrees, context: FitContext) -> "XGBoost":
        """Fit a known number of trees."""
        from xgboost import QuantileDMatrix

        data = QuantileDMatrix(**_data(training_set, context.threads))
        parameters = _parameters(training_set, settings.tree, context.seed, context.threads)
        booster = _train(parameters, data, settings.rounds, context.heartbeat)
        return cls(bytes(booster.save_raw("json")), training_set.columns, settings)

    def predict_log_odds(self, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return log-odds to churn, length n, for an encoded matrix (n, d)."""
        return _predict_log_odds(self.booster, matrix)

    def contributions(self, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return exact TreeSHAP values in log-odds, shape (n, d) (Lundberg et al. 2020)."""
        from xgboost import DMatrix

        data = DMatrix(matrix.astype(np.float32), feature_types=_types(self.columns), nthread=1)
        shap = self.booster.predict(data, pred_contribs=True)
        return np.asarray(shap[:, :-1], dtype=np.float64)

    def to_json(self) -> dict[str, Any]:
        """Return the settings; the trees are in :meth:`files`."""
        return {"settings": asdict(self.tuned.tree), "rounds": self.tuned.rounds}

    @classmethod
    def from_json(cls, saved: Mapping[str, Any], context: LoadContext) -> "XGBoost":
        """Rebuild it from its settings and the booster's file."""
        tuned = TunedTrees(TreeSettings(**saved["settings"]), int(saved["rounds"]))
        return cls(context.files[BOOSTER_FILE], context.columns, tuned)

    def files(self) -> Mapping[str, bytes]:
        """Return the booster's JSON."""
        return {BOOSTER_FILE: self.content}


def _train(
    parameters: dict[str, Any],
    data: Any,
    rounds: int,
    heartbeat: Heartbeat,
    *,
    check: Any = None,
    patience: int | None = None,
) -> Any:
    import xgboost

    class Beat(xgboost.callback.TrainingCallback):  # type: ignore[misc]
        def after_iteration(self, model: Any, epoch: int, evals_log: Any) -> bool:
            heartbeat.beat()
            return False

    booster = xgboost.train(
        parameters,
        data,
        rounds,
        evals=[] if check is None else [(check, "held")],
        early_stopping_rounds=patience,
        verbose_eval=False,
        callbacks=[Beat()],
    )
    heartbeat.count_fit()
    return booster


def _parameters(training_set: TrainingSet, settings: TreeSettings, seed: int, threads: int) -> dict[str, Any]:
    """Return XGBoost's parameters.

    A leaf needs 1% of the information, but no more than ten units. Each tree sees two thirds of the columns,
    and at least five, so that columns which only matter together can interact.
    """
    information = len(training_set) * training_set.churn_rate * (1 - training_set.churn_rate)
    return {
        "objective": "binary:logistic",
        "eval_metric": "logloss",
        "tree_method": "hist",
        "max_depth": settings.depth,
        "learning_rate": settings.learning_rate,
        "subsample": 0.75,
        "colsample_bytree": float(np.clip(5 / len(training_set.columns), 0.65, 1)),
        "min_child_weight": float(np.clip(0.01 * information, 1, 10)),
        "nthread": threads,
        "seed": seed,
    }


def _data(training_set: TrainingSet, threads: int) -> dict[str, Any]:
    return {
        "data": training_set.matrix.astype(np.float32),
        "label": training_set.label,
        "weight": training_set.sample_weight if training_set.has_weights else None,
        "feature_types": _types(training_set.columns),
        "enable_categorical": True,
        "nthread": threads,
    }


def _types(columns: tuple[Column, ...]) -> list[str]:
    return ["c" if column.kind == "category" else "q" for column in columns]


def _predict_log_odds(booster: Any, matrix: NDArray[np.float64], *, rounds: int = 0) -> NDArray[np.float64]:
    """Return log-odds from the first ``rounds`` trees (0: all)."""
    log_odds = booster.inplace_predict(
        matrix.astype(np.float32), iteration_range=(0, rounds), predict_type="margin"
    )
    return np.asarray(log_odds, dtype=np.float64)
