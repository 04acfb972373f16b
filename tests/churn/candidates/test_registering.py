"""A candidate of one's own: one class and one line in ``CANDIDATES`` are all it takes."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from retention.churn import candidates
from retention.churn.candidates.candidate import Candidate, FitContext, LoadContext
from retention.churn.diagnostics import comparison_lines
from retention.churn.model import ChurnModel
from retention.churn.training_set import TrainingSet
from retention.customers.table import Customers


@dataclass(frozen=True)
class FirstNumber(Candidate):
    """Log-odds that rise or fall with the first column, at one of two speeds."""

    slope: float
    centre: float

    name = "first number"

    @classmethod
    def search_space(cls, training_set: TrainingSet) -> tuple[float, ...]:
        """Two slopes."""
        return (-0.02, -0.05)

    @classmethod
    def fit(cls, training_set: TrainingSet, settings: float, context: FitContext) -> "FirstNumber":
        """Remember the mean."""
        return cls(settings, float(training_set.matrix[:, 0].mean()))

    def predict_log_odds(self, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return a straight line."""
        return self.slope * (matrix[:, 0] - self.centre)

    def contributions(self, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give the first column everything."""
        added = np.zeros_like(matrix)
        added[:, 0] = self.predict_log_odds(matrix)
        return added

    def to_json(self) -> dict[str, Any]:
        """Return both numbers."""
        return asdict(self)

    @classmethod
    def from_json(cls, saved: Mapping[str, Any], context: LoadContext) -> "FirstNumber":
        """Take both numbers."""
        return cls(**saved)


def test_a_registered_candidate_is_selected_compared_saved_and_loaded(
    customers: Customers, model: ChurnModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It takes part in the nested selection, has a line in the comparison, and comes back from a saved model."""
    monkeypatch.setattr(candidates, "CANDIDATES", (*candidates.CANDIDATES, FirstNumber))
    trained = ChurnModel.fit(customers)
    *others, own = trained.candidates
    assert others == list(model.candidates)  # a further candidate changes nothing about the others
    assert own.name == "first number"
    assert own.roc_auc > 0.6
    assert any(
        line.startswith("  first number: log-loss") for line in comparison_lines(trained.candidates, "blend")
    )
    fitted = trained.selection.get(FirstNumber)
    assert fitted.slope in {-0.02, -0.05}
    trained.save(tmp_path / "model")
    loaded = ChurnModel.load(tmp_path / "model")
    assert loaded.selection == trained.selection
    assert loaded.selection.get(FirstNumber) == fitted


def test_models_saved_before_a_candidate_was_registered_still_load(
    model: ChurnModel, customers: Customers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The new candidate is missing from them, and nothing else."""
    model.save(tmp_path / "model")
    monkeypatch.setattr(candidates, "CANDIDATES", (*candidates.CANDIDATES, FirstNumber))
    loaded = ChurnModel.load(tmp_path / "model")
    assert "first number" not in loaded.selection.candidates
    np.testing.assert_array_equal(loaded.predict(customers), model.predict(customers))
