"""Saves an adopted model as files of an artifact, and reads it back; JSON throughout."""

import json
from collections.abc import Mapping

from retention.campaign.fitted_formula import FORMULA_FILE, FittedFormula
from retention.campaign.uplift import LEARNER_FILE, UpliftLearner
from retention.errors import ModelError


def effect_model_files(model: FittedFormula | UpliftLearner) -> dict[str, bytes]:
    """Return the files of a model, by name."""
    name = FORMULA_FILE if isinstance(model, FittedFormula) else LEARNER_FILE
    text = json.dumps(model.as_dict(), ensure_ascii=False, allow_nan=False, indent=1) + "\n"
    boosters = model.files() if isinstance(model, UpliftLearner) else {}
    return {name: text.encode(), **boosters}


def effect_model_from_files(files: Mapping[str, bytes]) -> FittedFormula | UpliftLearner | None:
    """Return the model among the files of an artifact; None if there is none.

    Raises
    ------
    ModelError
        If its files are damaged.
    """
    for name in (FORMULA_FILE, LEARNER_FILE):
        if name not in files:
            continue
        try:
            saved = json.loads(files[name])
        except (ValueError, RecursionError):
            raise ModelError(f"{name}: is damaged; learn again") from None
        if not isinstance(saved, dict):
            raise ModelError(f"{name}: holds no model; learn again")
        return FittedFormula.from_dict(saved) if name == FORMULA_FILE else UpliftLearner.from_files(saved, files)
    return None
