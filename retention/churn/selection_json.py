"""Convert a fitted selection to the JSON of a saved model, and back.

The five original candidates have fixed places in the file, so that old models load; any further candidate is
stored by its name under ``further``.
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from retention.churn import candidates
from retention.churn.calibration import Calibration
from retention.churn.candidates import BaseRate, Blend, Candidate, Logistic, OneFeature, XGBoost
from retention.churn.candidates.candidate import LoadContext
from retention.churn.schema import Column
from retention.churn.selection import Selection

_ORIGINAL = (BaseRate.name, OneFeature.name, Logistic.name, XGBoost.name, Blend.name)


def selection_to_json(selection: Selection) -> dict[str, Any]:
    """Return plain JSON values; what candidates keep in files of their own is not among them."""
    by_name = {name: candidate.to_json() for name, candidate in selection.candidates.items()}
    rule, logistic = dict(by_name[OneFeature.name]), dict(by_name[Logistic.name])
    del rule["base_log_odds"]  # it is that of the base rate
    plan = {
        "rung": selection.chosen,
        "ridge": logistic.pop("ridge"),
        **by_name[XGBoost.name],
        "blend": by_name[Blend.name]["share"],
        "calibrations": {name: asdict(calibration) for name, calibration in selection.calibrations.items()},
    }
    saved = {"plan": plan, "base": by_name[BaseRate.name]["log_odds"], "rule": rule, "logistic": logistic}
    further = {name: fitted for name, fitted in by_name.items() if name not in _ORIGINAL}
    return saved | ({"further": further} if further else {})


def selection_from_json(
    saved: Mapping[str, Any], columns: tuple[Column, ...], files: Mapping[str, bytes]
) -> Selection:
    """Rebuild a selection from :func:`selection_to_json` and the files of the model's folder.

    A registered candidate that the saved model does not know is left out.

    Raises
    ------
    KeyError, TypeError, ValueError
        If the values are not those of a selection.
    ModelError
        If the trees are damaged.
    """
    plan, by_name = saved["plan"], _by_name(saved)
    fitted: dict[str, Candidate] = {}
    context = LoadContext(columns, files, simpler=fitted)
    for candidate in candidates.CANDIDATES:
        if candidate.name in by_name:
            fitted[candidate.name] = candidate.from_json(by_name[candidate.name], context)
    if plan["rung"] not in fitted:
        raise ValueError(f"'{plan['rung']}' is not in this model; it has {', '.join(fitted)}")
    calibrations = {name: Calibration.from_json(plan["calibrations"][name]) for name in fitted}
    return Selection(plan["rung"], calibrations, fitted)


def _by_name(saved: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Return name -> what the candidate's ``to_json`` returned."""
    plan = saved["plan"]
    return {
        BaseRate.name: {"log_odds": saved["base"]},
        OneFeature.name: {**saved["rule"], "base_log_odds": saved["base"]},
        Logistic.name: {**saved["logistic"], "ridge": plan["ridge"]},
        XGBoost.name: {"settings": plan["settings"], "rounds": plan["rounds"]},
        Blend.name: {"share": plan["blend"]},
        **saved.get("further", {}),
    }
