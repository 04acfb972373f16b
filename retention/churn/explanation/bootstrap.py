"""Measure how much a regression's weights vary between bootstrap samples of the customers."""

import numpy as np
from numpy.typing import NDArray

from retention.churn.candidates.logistic import Logistic
from retention.churn.candidates.logistic_terms import design_matrix
from retention.churn.training_set import TrainingSet


def bootstrap_weights(
    fitted: Logistic, training_set: TrainingSet, *, draws: int = 100, seed: int = 0
) -> list[NDArray[np.float64]]:
    """Return each term's weights in bootstrap samples of the customers.

    Each draw takes one Newton step from the fit, which is close to a full refit and cheap (Moulton & Zeger 1991,
    doi:10.1016/0167-9473(91)90023-R).

    Parameters
    ----------
    fitted
        The regression.
    training_set
        The customers it was fitted on, or a sample of them.
    draws
        Number of bootstrap samples. In each, a customer counts a Poisson(1) number of times, in all their rows.
    seed
        Decides the draws.

    Returns
    -------
    list of NDArray[np.float64]
        For each term an array (draws, weights + 1), the blank's weight last.
    """
    strength = fitted.ridge.strength
    design, owner = design_matrix(fitted.terms, training_set.matrix)
    probability = 1 / (1 + np.exp(-fitted.predict_log_odds(training_set.matrix)))
    sample_weight = training_set.sample_weight
    weights = np.concatenate([[*term.weights, term.blank] for term in fitted.terms])
    information = sample_weight * probability * (1 - probability)
    weighted_design = design.multiply(information[:, None]).tocsr()
    centre = np.asarray(weighted_design.sum(axis=0)).ravel()  # the intercept is re-estimated too, unpenalised
    hessian = (design.T @ weighted_design).toarray() - np.outer(centre, centre) / information.sum()
    hessian += np.eye(len(weights)) / strength
    customer = np.arange(len(training_set))
    if training_set.panel is not None:
        customer = np.unique(training_set.panel.customer, return_inverse=True)[1]
    counts = np.random.default_rng(seed).poisson(1.0, (draws, int(customer.max()) + 1))[:, customer]
    residual = counts * (sample_weight * (training_set.label - probability))
    gradient = (design.T @ residual.T).T - weights / strength
    gradient -= residual.sum(axis=1)[:, None] * centre / information.sum()
    drawn = weights + np.linalg.solve(hessian, gradient.T).T
    return [drawn[:, owner == position] for position in range(len(fitted.terms))]
