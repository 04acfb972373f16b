"""The candidate models; register a new one here."""

from retention.churn.candidates.base_rate import BaseRate
from retention.churn.candidates.blend import Blend
from retention.churn.candidates.candidate import Candidate
from retention.churn.candidates.logistic import Logistic
from retention.churn.candidates.one_feature import OneFeature
from retention.churn.candidates.xgboost import XGBoost

CANDIDATES: tuple[type[Candidate], ...] = (BaseRate, OneFeature, Logistic, XGBoost, Blend)
"""All candidates, simplest first: a later one is chosen only if it is better beyond noise.

The first must be the base rate, the reference that every other has to beat. A candidate may build on any
that stands before it.
"""

__all__ = ["CANDIDATES", "BaseRate", "Blend", "Candidate", "Logistic", "OneFeature", "XGBoost"]
