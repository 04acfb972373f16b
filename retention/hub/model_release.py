"""Plan the release of a model: its folder byte for byte, a card, and charts."""

from pathlib import Path

import pandas as pd

from retention.artifacts import MANIFEST, read_folder
from retention.churn.evaluation import calibration_table
from retention.churn.model import ChurnModel
from retention.churn.model_files import KIND
from retention.customers.privacy import find_personal_columns, personal_kind
from retention.hub.card_charts import draw_calibration, draw_importance, draw_profit
from retention.hub.model_card import model_card
from retention.hub.reference import Reference
from retention.hub.release import Release, ReleaseColumn
from retention.profit.economics import Economics
from retention.targeting import profit_of_model

_EVALUATION = "out_of_fold.parquet"
_FEW_WORDS = 5  # values such as yes and no say nothing about a person, whatever the column is called


def plan_model(
    folder: Path,
    *,
    repo: str,
    economics: Economics | None = None,
    with_evaluation: bool = False,
    private: bool = True,
    licence: str | None = None,
    dataset: str | None = None,
) -> Release:
    """Plan the release of a saved model.

    Parameters
    ----------
    folder
        The model's folder; its files are pushed byte for byte.
    repo
        ``OWNER/NAME``.
    economics
        The money inputs at which the card states profits; the defaults if None.
    with_evaluation
        Push the out-of-fold rows too (score, label, value, fold; no ids).
    private
        Whether only the owner may see it.
    licence
        A licence identifier of the Hub; None reserves all rights.
    dataset
        Repository of the training data, if it is shared.

    Raises
    ------
    InputError
        If ``repo`` is no name of a repository.
    ModelError
        If the folder is no model, or damaged.
    """
    reference = Reference.parse(repo)
    files = dict(read_folder(folder, kind=KIND).files)
    model = ChurnModel.load(folder)
    rows = model.out_of_fold
    left_out = []
    if not with_evaluation and files.pop(_EVALUATION, None) is not None:
        left_out.append(
            f"{_EVALUATION}: scores and labels of {model.customers:,} training customers, shared only if asked for"
        )
    bins = calibration_table(rows.label, rows.score, weight=rows.weight) if rows else ()
    curve = profit_of_model(model, economics or Economics()) if rows else None
    charts = {"figures/reasons.svg": draw_importance(model.directions)}
    if bins:
        charts["figures/calibration.svg"] = draw_calibration(bins)
    if curve:
        charts["figures/profit.svg"] = draw_profit(curve)
    text = model_card(reference.repo, model, bins=bins, curve=curve, licence=licence, dataset=dataset)
    return Release(
        reference.repo,
        "model",
        "Release a churn model",
        private,
        {**files, **charts, MANIFEST: (folder / MANIFEST).read_bytes(), "README.md": text.encode()},
        columns=tuple(ReleaseColumn(column.name, "shared", "name and summary only") for column in model.columns),
        left_out=tuple(left_out),
        warnings=_personal_columns(model),
    )


def _personal_columns(model: ChurnModel) -> tuple[str, ...]:
    """Warn of model columns whose name, or whose frequent values, look personal: both are part of the model."""
    personal = {
        column.name: what
        for column in model.columns
        if (what := personal_kind(column.name)) and not (0 < len(column.categories) <= _FEW_WORDS)
    }
    for column in model.columns:
        if column.categories:
            values = pd.DataFrame({column.name: pd.array(column.categories, dtype="str")})
            for match in find_personal_columns(values, pd.Series([], dtype="str")):
                personal[column.name] = match.kind
    return tuple(f"the model uses column '{name}', which may hold {what}" for name, what in personal.items())
