"""Compare the chosen candidate with the models people usually reach for, on the same outer folds, in one run.

Prints AUC, log-loss and Brier score on held-out customers, and the chosen candidate's difference to the best
peer of each set in paired standard errors (AUC: DeLong et al. 1988, doi:10.2307/2531595). Ends with 1 if it
is more than one standard error below the best peer anywhere, or not better on the mean.

Run it from the project's folder: ``make bench-peers``; ``.venv/bench/bin/python -m benchmarks.candidate_peers
[FILE...] [--rows N]`` also takes labelled CSVs of your own.
"""

import argparse
import time
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from numpy.typing import NDArray

from benchmarks.data_sets import data_sets
from retention.churn.evaluation import log_losses
from retention.churn.model import ChurnModel
from retention.customers.table import Customers

Numbers = NDArray[np.float64]
_MOST_ROUNDS = 1000
_PATIENCE = 30


def logistic(train: pd.DataFrame, label: Numbers, test: pd.DataFrame) -> Numbers:
    """Logistic regression on one-hot words and scaled numbers."""
    from sklearn.compose import make_column_selector, make_column_transformer
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    prepared = make_column_transformer(
        (make_pipeline(SimpleImputer(), StandardScaler()), make_column_selector(dtype_include="number")),
        (OneHotEncoder(handle_unknown="ignore"), make_column_selector(dtype_include="category")),
    )
    return probability(make_pipeline(prepared, LogisticRegression(max_iter=2000)).fit(train, label), test)


def xgboost_default(train: pd.DataFrame, label: Numbers, test: pd.DataFrame) -> Numbers:
    """XGBoost as it comes."""
    from xgboost import XGBClassifier

    return probability(XGBClassifier(enable_categorical=True, n_jobs=1).fit(train, label), test)


def xgboost_tuned(train: pd.DataFrame, label: Numbers, test: pd.DataFrame) -> Numbers:
    """XGBoost: depth and leaf weight by three folds inside the training part, with early stopping."""
    import xgboost

    data = xgboost.DMatrix(train, label, enable_categorical=True, nthread=1)
    tried = []
    for depth, weight in product((2, 3, 4, 6), (1, 10)):
        settings = {
            "objective": "binary:logistic",
            "eval_metric": "logloss",
            "nthread": 1,
            "learning_rate": 0.05,
            "max_depth": depth,
            "min_child_weight": weight,
            "subsample": 0.8,
            "colsample_bytree": 0.8,
        }
        run = xgboost.cv(settings, data, _MOST_ROUNDS, nfold=3, stratified=True, early_stopping_rounds=_PATIENCE)
        tried.append((run["test-logloss-mean"].min(), len(run), settings))
    _, rounds, settings = min(tried, key=lambda one: one[0])
    booster = xgboost.train(settings, data, rounds)
    return np.asarray(booster.predict(xgboost.DMatrix(test, enable_categorical=True, nthread=1)), dtype=float)


def lightgbm(train: pd.DataFrame, label: Numbers, test: pd.DataFrame) -> Numbers:
    """LightGBM, 15 leaves, stopped early on a fifth of the training part."""
    from lightgbm import LGBMClassifier, early_stopping

    inside, check, known, asked = split(train, label)
    model = LGBMClassifier(n_estimators=_MOST_ROUNDS, learning_rate=0.05, num_leaves=15, n_jobs=1, verbose=-1)
    model.fit(inside, known, eval_X=check, eval_y=asked, callbacks=[early_stopping(_PATIENCE, verbose=False)])
    return probability(model, test)


def catboost(train: pd.DataFrame, label: Numbers, test: pd.DataFrame) -> Numbers:
    """CatBoost, its own learning rate, stopped early on a fifth of the training part."""
    from catboost import CatBoostClassifier

    words = [str(column) for column in train.select_dtypes("category")]
    train, test = (
        part.assign(**{one: part[one].astype("str").fillna("") for one in words}) for part in (train, test)
    )
    inside, check, known, asked = split(train, label)
    model = CatBoostClassifier(thread_count=1, verbose=0, cat_features=words, allow_writing_files=False)
    return probability(model.fit(inside, known, eval_set=(check, asked), early_stopping_rounds=_PATIENCE), test)


def hist_gradient_boosting(train: pd.DataFrame, label: Numbers, test: pd.DataFrame) -> Numbers:
    """scikit-learn's histogram boosting, stopped early."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    model = HistGradientBoostingClassifier(categorical_features="from_dtype", early_stopping=True, random_state=0)
    return probability(model.fit(train, label), test)


PEERS: dict[str, Callable[[pd.DataFrame, Numbers, pd.DataFrame], Numbers]] = {
    "logistic": logistic,
    "XGBoost default": xgboost_default,
    "XGBoost tuned": xgboost_tuned,
    "LightGBM": lightgbm,
    "CatBoost": catboost,
    "HistGradientB.": hist_gradient_boosting,
}


def probability(model: Any, test: pd.DataFrame) -> Numbers:
    """Return a fitted classifier's probabilities to churn."""
    return np.asarray(model.predict_proba(test)[:, 1], dtype=float)


def split(train: pd.DataFrame, label: Numbers) -> Any:
    """Put a fifth aside to stop on."""
    from sklearn.model_selection import train_test_split

    return train_test_split(train, label, test_size=0.2, stratify=label, random_state=0)


def features(customers: Customers) -> pd.DataFrame:
    """Return what a notebook would give a model: numbers, and words as categories unless there are too many."""
    frame = customers.features.copy()
    for column in frame.columns:
        if not pd.api.types.is_numeric_dtype(frame[column]):
            frame[column] = frame[column].astype("category")
    return frame[[c for c in frame.columns if frame[c].dtype != "category" or frame[c].nunique() <= 255]]


def out_of_fold(customers: Customers, fold: NDArray[np.int8], jobs: int) -> dict[str, Numbers]:
    """Return each peer's probabilities for customers it had not seen."""
    frame, label = features(customers), customers.label
    assert label is not None

    def one(peer: str, held: NDArray[np.bool_]) -> Numbers:
        return PEERS[peer](frame[~held], label[~held].astype(np.float64), frame[held])

    work = list(product(PEERS, range(int(fold.max()) + 1)))
    found = Parallel(jobs, batch_size=1)(delayed(one)(peer, fold == part) for peer, part in work)
    scores = {peer: np.empty(len(frame)) for peer in PEERS}
    for (peer, part), held in zip(work, found, strict=True):
        scores[peer][fold == part] = held
    return scores


def placements(score: Numbers, label: NDArray[np.int8]) -> tuple[Numbers, Numbers]:
    """Return each leaver's share of stayers ranked below, and each stayer's share of leavers ranked above."""
    left, stayed = np.sort(score[label == 1]), np.sort(score[label == 0])

    def below(of: Numbers, among: Numbers) -> Numbers:
        return (np.searchsorted(among, of) + np.searchsorted(among, of, side="right")) / (2 * len(among))

    return below(score[label == 1], stayed), 1 - below(score[label == 0], left)


def figures(score: Numbers, label: NDArray[np.int8]) -> dict[str, tuple[float, list[Numbers]]]:
    """Return each figure, higher is better, and the terms whose means make it up."""
    up, down = placements(score, label)
    loss, square = -log_losses(label, score), -((score - label) ** 2)
    return {"AUC": (float(up.mean()), [up, down]), "log-loss": (float(loss.mean()), [loss]),
            "Brier": (float(square.mean()), [square])}  # fmt: skip


def error_of_difference(ours: list[Numbers], theirs: list[Numbers]) -> float:
    """Return the standard error of the difference of two figures on the same customers."""
    return float(np.sqrt(sum(np.var(a - b, ddof=1) / len(a) for a, b in zip(ours, theirs, strict=True))))


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, help="labelled CSVs besides the ones at hand")
    parser.add_argument("--rows", type=int, default=6000, help="at most so many customers of each set")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    gaps: dict[str, list[tuple[float, Numbers]]] = {"AUC": [], "log-loss": [], "Brier": []}
    for name, customers in data_sets(options.files, rows=options.rows):
        started = time.perf_counter()
        model = ChurnModel.fit(customers, jobs=options.jobs)
        mine, held = time.perf_counter() - started, model.out_of_fold
        assert held is not None
        scores = out_of_fold(customers, held.fold, options.jobs)
        theirs = {peer: figures(score, held.label) for peer, score in scores.items()}
        ours = figures(held.score, held.label)
        spent = time.perf_counter() - started - mine
        print(f"\n{name}: {len(customers):,} customers, {held.label.mean():.1%} churned; the selection chose "
              f"{model.chosen} in {mine:.0f} s, the peers took {spent:.0f} s")  # fmt: skip
        print("  " + " " * 10 + "".join(f"{peer:>17}" for peer in ("selection", *theirs)) + "   selection - best")
        for figure, (value, terms) in ours.items():
            sign = 1 if figure == "AUC" else -1
            best = max(theirs, key=lambda peer: theirs[peer][figure][0])
            gap, error = value - theirs[best][figure][0], error_of_difference(terms, theirs[best][figure][1])
            gaps[figure].append((gap / error, np.array([value - one[figure][0] for one in theirs.values()])))
            row = "".join(f"{sign * one[figure][0]:17.4f}" for one in (ours, *theirs.values()))
            print(f"  {figure:10}{row}   {gap:+.4f} = {gap / error:+.1f} errors ({best})", flush=True)
    return verdict(gaps)


def verdict(gaps: dict[str, list[tuple[float, Numbers]]]) -> int:
    """Print the goal against what was found; 1 if it was missed."""
    missed = False
    print("\nthe selection less each peer, mean over the sets (above 0: better)")
    print("  " + " " * 10 + "".join(f"{peer:>17}" for peer in PEERS) + "   worst set against its best peer")
    for figure, found in gaps.items():
        means, worst = np.mean([one for _, one in found], axis=0), min(error for error, _ in found)
        missed |= bool((means <= 0).any()) or worst < -1
        print(f"  {figure:10}" + "".join(f"{mean:+17.4f}" for mean in means) + f"   {worst:+.1f} errors")
    print("goal: above 0 everywhere, and no set below -1.0:", "missed" if missed else "reached")
    return int(missed)


if __name__ == "__main__":
    raise SystemExit(main())
