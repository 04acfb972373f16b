"""Gradient-boosted trees: XGBoost with native categories, shallow, stopped early, kept as JSON."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retention.churn.candidates.booster_json import check_booster
from retention.churn.parallel import Heartbeat
from retention.churn.schema import Column
from retention.churn.training_set import TrainingSet
from retention.errors import ModelError

Rows = NDArray[np.int64]

_PATIENCE = 15
_MOST_ROUNDS = 1500
_MANY = 50_000
_CALM = 0.5  # half the learning rate costs twice the rounds and earns about half a standard error of log-loss


@dataclass(frozen=True)
class TreeSettings:
    """What is searched over.

    Attributes
    ----------
    depth
        Splits from root to leaf; shallow trees win on most customer tables, in cost and explanation too.
    learning_rate
        Share of each tree that is added.
    """

    depth: int
    learning_rate: float


def tree_search_space(rows: int) -> tuple[TreeSettings, ...]:
    """Return the settings worth comparing, simplest first; big tables take larger steps to bound the cost."""
    faster = 2.0 if rows > _MANY else 1.0
    return (TreeSettings(2, 0.1 * faster), TreeSettings(3, 0.07 * faster), TreeSettings(5, 0.05 * faster))


@dataclass(frozen=True)
class Trees:
    """A fitted booster; what is asked of it is always asked of its JSON read back.

    Attributes
    ----------
    content
        XGBoost's JSON, as it is saved.
    columns
        The schema, for the kinds of the columns.
    """

    content: bytes
    columns: tuple[Column, ...]

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
        except ValueError:  # XGBoostError is one
            raise ModelError("booster.json: does not load; fetch or train the model again") from None
        return booster

    def predict_log_odds(self, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return log-odds to churn, length n, for an encoded matrix (n, d)."""
        return _margin(self.booster, matrix)

    def contributions(self, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return exact TreeSHAP values in log-odds, shape (n, d) (Lundberg et al. 2020)."""
        from xgboost import DMatrix

        data = DMatrix(matrix.astype(np.float32), feature_types=_types(self.columns), nthread=1)
        shap = self.booster.predict(data, pred_contribs=True)
        return np.asarray(shap[:, :-1], dtype=np.float64)


@dataclass(frozen=True, eq=False)
class Search:
    """What the inner folds say about the trees.

    Attributes
    ----------
    settings, rounds
        The winner, at the learning rate to fit with, and how many trees suit that.
    margin
        Cross-fitted log-odds, length n, found at the rate that was searched with; NaN for customers in no
        held-out part.
    """

    settings: TreeSettings
    rounds: int
    margin: NDArray[np.float64]


def fit_trees(
    training_set: TrainingSet,
    *,
    settings: TreeSettings,
    rounds: int,
    seed: int = 0,
    threads: int = 1,
    heartbeat: Heartbeat,
) -> Trees:
    """Fit trees for a known number of rounds."""
    from xgboost import QuantileDMatrix

    data = QuantileDMatrix(**_data(training_set, threads))
    booster = _train(_parameters(training_set, settings, seed, threads), data, rounds, heartbeat)
    return Trees(bytes(booster.save_raw("json")), training_set.columns)


def search_trees(
    training_set: TrainingSet,
    *,
    splits: Sequence[tuple[Rows, Rows]],
    seed: int = 0,
    threads: int = 1,
    heartbeat: Heartbeat,
) -> Search:
    """Pick settings and rounds by cross-validation, thriftily.

    Deeper settings are tried only as long as they improve the mean over all splits; rounds are the mean of where
    the held-out loss was lowest. Unless there are many customers, the plan is then to go half as fast for twice
    as long, which is known to help and so needs no comparing.

    Parameters
    ----------
    examples
        Training customers.
    splits
        Pairs of (training, held-out) positions.
    seed, threads, pulse
        As for a single fit.
    """
    from xgboost import DMatrix, QuantileDMatrix

    parts = []
    for number, (train, held) in enumerate(splits):
        inside = training_set.take(train)
        check = DMatrix(**_data(training_set.take(held), threads))  # unquantised: quicker to predict each round
        parts.append((inside, QuantileDMatrix(**_data(inside, threads)), check, seed + number))

    def run(settings: TreeSettings, part: tuple[TrainingSet, Any, Any, int]) -> Any:
        inside, data, check, seed = part
        parameters = _parameters(inside, settings, seed, threads)
        return _train(parameters, data, _MOST_ROUNDS, heartbeat, check=check, patience=_PATIENCE)

    rivals = tree_search_space(len(training_set))
    winner, boosters = rivals[0], [run(rivals[0], part) for part in parts]
    for settings in rivals[1:]:
        deeper = [run(settings, part) for part in parts]
        if sum(one.best_score for one in deeper) >= sum(one.best_score for one in boosters):
            break
        winner, boosters = settings, deeper
    rounds = round(float(np.mean([booster.best_iteration + 1 for booster in boosters])))
    margin = np.full(len(training_set), np.nan)
    for booster, (_, held) in zip(boosters, splits, strict=True):
        margin[held] = _margin(
            booster, training_set.matrix[held], rounds=min(rounds, booster.num_boosted_rounds())
        )
    calm = _CALM if len(training_set) <= _MANY else 1.0
    return Search(replace(winner, learning_rate=winner.learning_rate * calm), round(rounds / calm), margin)


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
    heartbeat.finished()
    return booster


def _parameters(training_set: TrainingSet, settings: TreeSettings, seed: int, threads: int) -> dict[str, Any]:
    """Return XGBoost's parameters.

    A leaf needs 1% of all the information, but no more than ten units. Each tree sees two thirds of the columns,
    and at least five, so that columns which only tell something together may meet.
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
        "weight": None if training_set.churned_weight == 1.0 else training_set.sample_weight,
        "feature_types": _types(training_set.columns),
        "enable_categorical": True,
        "nthread": threads,
    }


def _types(columns: tuple[Column, ...]) -> list[str]:
    return ["c" if column.kind == "category" else "q" for column in columns]


def _margin(booster: Any, matrix: NDArray[np.float64], *, rounds: int = 0) -> NDArray[np.float64]:
    """Return log-odds from the first ``rounds`` trees (0: all)."""
    margin = booster.inplace_predict(matrix.astype(np.float32), iteration_range=(0, rounds), predict_type="margin")
    return np.asarray(margin, dtype=np.float64)
