"""Prove that the selected candidate predicts churn at least as well as the usual models on the same outer folds.

Prints AUC, log-loss and Brier score on held-out customers, and the selected candidate's difference to the best
peer on each data set in paired standard errors (AUC: DeLong et al. 1988, doi:10.2307/2531595). Exits with 1 if it
is more than one standard error below the best peer on any data set, or not better than a peer on average.

Run it from the project's folder: ``make bench-peers``; ``.venv/bench/bin/python -m benchmarks.candidate_peers
[FILE...] [--rows N]`` adds labelled CSV files of your own.
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
    """Return the probabilities of logistic regression on one-hot categories and scaled numbers."""
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
    """Return the probabilities of XGBoost with its default settings."""
    from xgboost import XGBClassifier

    return probability(XGBClassifier(enable_categorical=True, n_jobs=1).fit(train, label), test)


def xgboost_tuned(train: pd.DataFrame, label: Numbers, test: pd.DataFrame) -> Numbers:
    """Return the probabilities of XGBoost, its depth and leaf weight tuned by three-fold cross-validation."""
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
    _, rounds, settings = min(tried, key=lambda trial: trial[0])
    booster = xgboost.train(settings, data, rounds)
    return np.asarray(booster.predict(xgboost.DMatrix(test, enable_categorical=True, nthread=1)), dtype=float)


def lightgbm(train: pd.DataFrame, label: Numbers, test: pd.DataFrame) -> Numbers:
    """Return the probabilities of LightGBM with 15 leaves, stopped early on a fifth of the training set."""
    from lightgbm import LGBMClassifier, early_stopping

    fitted, stopping, fitted_label, stopping_label = split(train, label)
    model = LGBMClassifier(n_estimators=_MOST_ROUNDS, learning_rate=0.05, num_leaves=15, n_jobs=1, verbose=-1)
    model.fit(
        fitted,
        fitted_label,
        eval_X=stopping,
        eval_y=stopping_label,
        callbacks=[early_stopping(_PATIENCE, verbose=False)],
    )
    return probability(model, test)


def catboost(train: pd.DataFrame, label: Numbers, test: pd.DataFrame) -> Numbers:
    """Return the probabilities of CatBoost, stopped early on a fifth of the training set."""
    from catboost import CatBoostClassifier

    categories = [str(column) for column in train.select_dtypes("category")]
    train, test = (
        part.assign(**{column: part[column].astype("str").fillna("") for column in categories})
        for part in (train, test)
    )
    fitted, stopping, fitted_label, stopping_label = split(train, label)
    model = CatBoostClassifier(thread_count=1, verbose=0, cat_features=categories, allow_writing_files=False)
    model.fit(fitted, fitted_label, eval_set=(stopping, stopping_label), early_stopping_rounds=_PATIENCE)
    return probability(model, test)


def hist_gradient_boosting(train: pd.DataFrame, label: Numbers, test: pd.DataFrame) -> Numbers:
    """Return the probabilities of scikit-learn's histogram gradient boosting, stopped early."""
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
    """Return the churn probabilities of a fitted classifier."""
    return np.asarray(model.predict_proba(test)[:, 1], dtype=float)


def split(train: pd.DataFrame, label: Numbers) -> Any:
    """Split off a fifth of the training set for early stopping."""
    from sklearn.model_selection import train_test_split

    return train_test_split(train, label, test_size=0.2, stratify=label, random_state=0)


def features(customers: Customers) -> pd.DataFrame:
    """Return the features as numbers and categories; a column of over 255 categories is dropped."""
    frame = customers.features.copy()
    for column in frame.columns:
        if not pd.api.types.is_numeric_dtype(frame[column]):
            frame[column] = frame[column].astype("category")
    return frame[[c for c in frame.columns if frame[c].dtype != "category" or frame[c].nunique() <= 255]]


def out_of_fold(customers: Customers, fold: NDArray[np.int8], jobs: int) -> dict[str, Numbers]:
    """Return each peer's out-of-fold churn probabilities."""
    frame, label = features(customers), customers.label
    assert label is not None

    def score_fold(peer: str, held_out: NDArray[np.bool_]) -> Numbers:
        return PEERS[peer](frame[~held_out], label[~held_out].astype(np.float64), frame[held_out])

    work = list(product(PEERS, range(int(fold.max()) + 1)))
    results = Parallel(jobs, batch_size=1)(delayed(score_fold)(peer, fold == part) for peer, part in work)
    scores = {peer: np.empty(len(frame)) for peer in PEERS}
    for (peer, part), probabilities in zip(work, results, strict=True):
        scores[peer][fold == part] = probabilities
    return scores


def placements(score: Numbers, label: NDArray[np.int8]) -> tuple[Numbers, Numbers]:
    """Return, for each churned customer, the share of retained ones scored lower, and the reverse."""
    churned, retained = np.sort(score[label == 1]), np.sort(score[label == 0])

    def below(of: Numbers, among: Numbers) -> Numbers:
        return (np.searchsorted(among, of) + np.searchsorted(among, of, side="right")) / (2 * len(among))

    return below(score[label == 1], retained), 1 - below(score[label == 0], churned)


def metrics_of(score: Numbers, label: NDArray[np.int8]) -> dict[str, tuple[float, list[Numbers]]]:
    """Return each metric (higher is better), and the values a customer whose means it is the sum of."""
    up, down = placements(score, label)
    loss, square = -log_losses(label, score), -((score - label) ** 2)
    return {"AUC": (float(up.mean()), [up, down]), "log-loss": (float(loss.mean()), [loss]),
            "Brier": (float(square.mean()), [square])}  # fmt: skip


def error_of_difference(ours: list[Numbers], theirs: list[Numbers]) -> float:
    """Return the standard error of the difference of two metrics on the same customers."""
    return float(np.sqrt(sum(np.var(a - b, ddof=1) / len(a) for a, b in zip(ours, theirs, strict=True))))


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, help="labelled CSV files to add")
    parser.add_argument("--rows", type=int, default=6000, help="maximum number of customers of each data set")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    gaps: dict[str, list[tuple[float, Numbers]]] = {"AUC": [], "log-loss": [], "Brier": []}
    for name, customers in data_sets(options.files, rows=options.rows):
        started = time.perf_counter()
        model = ChurnModel.fit(customers, jobs=options.jobs)
        training_s, held_out = time.perf_counter() - started, model.out_of_fold
        assert held_out is not None
        scores = out_of_fold(customers, held_out.fold, options.jobs)
        theirs = {peer: metrics_of(score, held_out.label) for peer, score in scores.items()}
        ours = metrics_of(held_out.score, held_out.label)
        peers_s = time.perf_counter() - started - training_s
        print(f"\n{name}: {len(customers):,} customers, {held_out.label.mean():.1%} churned; selected candidate "
              f"{model.chosen} in {training_s:.0f} s, the peers in {peers_s:.0f} s")  # fmt: skip
        print("  " + " " * 10 + "".join(f"{peer:>17}" for peer in ("selection", *theirs)) + "   selection - best")
        for metric, (value, values) in ours.items():
            sign = 1 if metric == "AUC" else -1
            best = max(theirs, key=lambda peer: theirs[peer][metric][0])
            gap, error = value - theirs[best][metric][0], error_of_difference(values, theirs[best][metric][1])
            differences = np.array([value - metrics[metric][0] for metrics in theirs.values()])
            gaps[metric].append((gap / error, differences))
            row = "".join(f"{sign * metrics[metric][0]:17.4f}" for metrics in (ours, *theirs.values()))
            print(f"  {metric:10}{row}   {gap:+.4f} = {gap / error:+.1f} standard errors ({best})", flush=True)
    return check_goal(gaps)


def check_goal(gaps: dict[str, list[tuple[float, Numbers]]]) -> int:
    """Print the mean differences and whether the goal was reached; return 1 if it was missed."""
    missed = False
    print("\nselected candidate minus each peer, mean over the data sets (above 0: better)")
    print("  " + " " * 10 + "".join(f"{peer:>17}" for peer in PEERS) + "   worst data set against its best peer")
    for metric, results in gaps.items():
        means = np.mean([differences for _, differences in results], axis=0)
        worst = min(in_errors for in_errors, _ in results)
        missed |= bool((means <= 0).any()) or worst < -1
        print(f"  {metric:10}" + "".join(f"{mean:+17.4f}" for mean in means) + f"   {worst:+.1f} standard errors")
    print(
        "goal: every mean above 0, and no data set below -1.0 standard errors:", "missed" if missed else "reached"
    )
    return int(missed)


if __name__ == "__main__":
    raise SystemExit(main())
