"""Our Qini, AUTOC and learners beside scikit-uplift, CausalML and EconML, on the same rows and folds."""

from collections.abc import Iterator
from importlib.util import find_spec

import numpy as np
from numpy.typing import NDArray

from benchmarks.campaign import Finding
from retention.campaign.learning_rows import LearningRows, pool_rows
from retention.campaign.policy_value import best_policy, treatment_scores, value_over
from retention.campaign.ranking_metrics import qini_curve
from retention.campaign.uplift import fit_dr_learner, fit_x_learner, learner_columns
from tests.campaign.learning_cases import trial

Floats = NDArray[np.float64]

CUSTOMERS = 20_000


def peers() -> Iterator[Finding]:
    """Compare with the peers that are installed."""
    case = trial(11, customers=CUSTOMERS, split=0.15)
    rows = pool_rows([case.rows], ["cash_50"])
    if find_spec("sklift"):
        yield from scikit_uplift(rows)
    else:
        print("(scikit-uplift is not installed)")
    scores = treatment_scores(rows, rows.kept, folds := rows.folds(0))
    for package, name in (("causalml", "x"), ("econml", "dr")):
        if not find_spec(package):
            print(f"({package} is not installed)")
            continue
        ours = out_of_fold(rows, folds, name)
        theirs = peer_out_of_fold(rows, folds, name)
        # Of the half that each would contact, since here every effect is above 0.
        policies = [
            best_policy((effect - np.median(effect))[:, np.newaxis], rows.possible) for effect in (ours, theirs)
        ]
        over = value_over(policies[0], policies[1], scores)
        yield Finding(
            f"{name}-learner: kept, points, over {package}'s on the same folds",
            ">= -2 standard errors",
            f"{100 * over.value:+.3f} (± {100 * over.standard_error:.3f})",
            over.value >= -2 * over.standard_error,
        )


def scikit_uplift(rows: LearningRows) -> Iterator[Finding]:
    """Compare the Qini curve of bare outcomes with scikit-uplift's, with ties."""
    from sklift.metrics import qini_curve as their_curve

    predicted = np.round(learner_columns(rows)[:, 0], 1)
    treated = rows.arm == 1
    at, gain = qini_curve(rows.kept, treated, predicted)
    their_at, their_gain = their_curve(rows.kept, predicted, treated.astype(int))
    equal = np.array_equal(at, their_at) and np.allclose(gain, their_gain, atol=1e-9)
    largest = float(np.abs(gain - their_gain).max()) if len(gain) == len(their_gain) else float("nan")
    yield Finding("Qini curve equals scikit-uplift's", "<= 1e-9", f"{largest:.0e}", equal)


def out_of_fold(rows: LearningRows, folds: NDArray[np.int64], name: str) -> Floats:
    """Predict the effect on customers kept with our learner, (n,)."""
    effects = np.empty(len(rows))
    for fold in np.unique(folds):
        inside = folds == fold
        train, test = rows.take(~inside), rows.take(inside)
        fit = (fit_x_learner if name == "x" else fit_dr_learner)(train, train.kept, 0)
        effects[inside] = fit.predict(learner_columns(test))[:, 0]
    return effects


def peer_out_of_fold(rows: LearningRows, folds: NDArray[np.int64], name: str) -> Floats:
    """Predict it with CausalML's X-learner or EconML's DR-learner on the same trees."""
    from xgboost import XGBRegressor

    x, effects = learner_columns(rows), np.empty(len(rows))
    for fold in np.unique(folds):
        inside = folds == fold
        x_train, y, t = x[~inside], rows.kept[~inside], rows.arm[~inside]
        settings = {"max_depth": 2, "n_estimators": 60, "learning_rate": 0.1, "reg_lambda": 20,
                    "min_child_weight": max(20, len(y) / 100), "n_jobs": 1}  # fmt: skip
        if name == "x":
            from causalml.inference.meta import BaseXRegressor

            learner = BaseXRegressor(learner=XGBRegressor(**settings))
            chance = np.full(len(y), float(np.mean(t)))
            learner.fit(X=x_train, treatment=t, y=y, p=chance)
            effects[inside] = learner.predict(x[inside], p=np.full(int(inside.sum()), chance[0])).ravel()
        else:
            from econml.dr import DRLearner
            from sklearn.dummy import DummyClassifier

            learner = DRLearner(
                model_propensity=DummyClassifier(strategy="prior"),
                model_regression=XGBRegressor(**settings),
                model_final=XGBRegressor(**settings),
                cv=2,
                random_state=0,
            )
            learner.fit(y, t, X=x_train)
            effects[inside] = learner.effect(x[inside]).ravel()
    return effects
