"""The model card: what the model is for, what was measured and how, and how to load it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from retention.churn.evaluation import CalibrationBin
from retention.churn.model import ChurnModel
from retention.hub.markdown import as_code, assemble_card, escape_text, table
from retention.profit.profit_text import decided_by, deployed_sentence, headroom_sentence
from retention.wording.money import in_currency
from retention.wording.money_inputs import MONEY_INPUTS

if TYPE_CHECKING:
    from retention.profit.curve import ProfitCurve

_METRICS = {
    "roc_auc": ("ROC AUC", "share of churned-retained pairs ranked correctly; 0.5 is chance"),
    "average_precision": ("Average precision", "area under precision against recall; chance is the churn rate"),
    "brier": ("Brier score", "mean squared error of the probability; 0 is best"),
    "log_loss": ("Log loss", "mean negative log-likelihood in nats; 0 is best"),
}
_HUB_METRICS = {
    "roc_auc": "roc_auc",
    "brier": "brier_score",
    "average_precision": "average_precision",
    "log_loss": "log_loss",
}


def model_card(
    repo: str,
    model: ChurnModel,
    *,
    bins: Sequence[CalibrationBin],
    curve: "ProfitCurve | None",
    licence: str | None,
    dataset: str | None,
) -> str:
    """Write the README of a model repository.

    Parameters
    ----------
    repo
        ``OWNER/NAME``.
    model
        The model.
    bins
        Its calibration on customers it had not seen; empty without the evaluation rows.
    curve
        Its profit at the economics to state; None without the evaluation rows.
    licence
        A licence identifier of the Hub; None reserves all rights.
    dataset
        Repository of the training data, if it is published.
    """
    return assemble_card(
        _metadata(repo, model, licence, dataset),
        [
            _opening(repo, model),
            _use(),
            _loading(repo, model),
            _data(model, dataset),
            _evaluation(model),
            _calibration(bins),
            _profit(curve),
            _reasons(model),
            _limits(model),
            _origin(model),
        ],
    )


def _metadata(repo: str, model: ChurnModel, licence: str | None, dataset: str | None) -> str:
    from huggingface_hub import EvalResult, ModelCardData

    results = [
        EvalResult(
            task_type="tabular-classification",
            task_name="Customer churn",
            dataset_type=dataset or "customers",
            dataset_name="training customers, each held out in cross-validation",
            metric_type=hub_name,
            metric_name=_METRICS[name][0],
            metric_value=round(getattr(model.metrics, name), 6),
        )
        for name, hub_name in _HUB_METRICS.items()
    ]
    data = ModelCardData(
        library_name="sklearn",
        pipeline_tag="tabular-classification",
        tags=["churn", "customer-retention", "calibrated", "xgboost", "tabular"],
        license=licence or "other",
        license_name=None if licence else "all-rights-reserved",
        datasets=[dataset] if dataset else None,
        metrics=list(_HUB_METRICS.values()),
        model_name=repo.split("/")[1],
        eval_results=results,
    )
    return str(data.to_yaml())


def _opening(repo: str, model: ChurnModel) -> str:
    warnings = "\n".join(f"> - {escape_text(sentence)}" for sentence in model.warnings)
    return f"""# {repo.split("/")[1]}

Calibrated churn probabilities. Trained on {model.customers:,} customers, of whom
{model.churn_rate:.1%} churned; the selected candidate is **{model.chosen}**.
{_left_alone(model)}{chr(10) + "> **Read this first**" + chr(10) + warnings if warnings else ""}"""


def _left_alone(model: ChurnModel) -> str:
    """Say which rows were left out because the customer was written to, if any were looked for."""
    return "" if model.left_alone is None else f"\nTrained on customers {model.left_alone.sentence}.\n"


def _use() -> str:
    return """## Intended use

To rank a company's own customers by their churn risk, so that offers go to those for whom they pay. The
probabilities are calibrated, so a threshold can be read as money.

It is not meant for decisions that weigh heavily on a person (credit, insurance, employment, prices shown to one
person only), nor for customers of another company or another market: their probabilities would be wrong."""


def _loading(repo: str, model: ChurnModel) -> str:
    id = model.roles.id
    return f"""## How to load it

With this project installed or checked out (every file is verified by its SHA-256; no pickle is ever loaded):

```python
from pathlib import Path

from retention.churn.model import ChurnModel
from retention.customers.intake import read_customers
from retention.hub.connection import Hub
from retention.hub.pull import pull

pulled = pull("{repo}", kind="model", out=Path("model"), hub=Hub.from_environment())
model = ChurnModel.load("model")
customers = read_customers("customers.csv", id={id!r})  # one row a customer, columns as below
print(pulled.commit, model.predict(customers)[:5])
```

or `python -m retention pull {repo} --out model`, then
`python -m retention score customers.csv --model model --out scored.csv`. Write `{repo}@<commit>` to always get the
same bytes."""


def _data(model: ChurnModel, dataset: str | None) -> str:
    rows = [
        [as_code(column.name), column.kind, f"{len(column.categories)} values" if column.categories else ""]
        for column in model.columns
    ]
    source = (
        f"They are published under pseudonyms as [{dataset}](https://huggingface.co/datasets/{dataset}). "
        if dataset
        else ""
    )
    label = as_code(model.roles.label) if model.roles.label else "unknown"
    return f"""## Training data

{model.customers:,} customers, one row each; the label {label} is 1 for churned customers. {source}The model holds
no customer's row: it keeps coefficients, trees, and for each column a histogram and the names of frequent values.

{table(["column", "kind", ""], rows)}"""


def _evaluation(model: ChurnModel) -> str:
    measured = [[name, f"{getattr(model.metrics, key):.4f}", words] for key, (name, words) in _METRICS.items()]
    measured.append(
        ["Mean probability", f"{model.metrics.mean_probability:.4f}", f"{model.churn_rate:.4f} churned"]
    )
    candidates = [
        [
            candidate.name + (" (selected)" if candidate.name == model.chosen else ""),
            f"{candidate.log_loss:.4f}",
            f"{candidate.roc_auc:.4f}",
        ]
        for candidate in model.candidates
    ]
    return f"""## Evaluation

All metrics are those of the whole procedure, selection and calibration included, on customers it had not seen
(nested cross-validation: each customer is scored by a fit on the other folds).

{table(["metric", "value", "meaning"], measured)}

The candidates, simplest first; a more complex one is selected only where it is better beyond noise:

{table(["candidate", "log loss", "ROC AUC"], candidates)}"""


def _calibration(bins: Sequence[CalibrationBin]) -> str:
    if not bins:
        return "## Calibration\n\nThe evaluation rows were not available when this card was written."
    rows = [
        [
            f"{group.customers:,}",
            f"{group.predicted:.1%}",
            f"{group.observed:.1%}",
            f"{group.low:.1%} to {group.high:.1%}",
        ]
        for group in bins
    ]
    return f"""## Calibration

![Share of customers who churned, against their predicted churn probability](figures/calibration.svg)

{table(["customers", "predicted", "churned", "95% interval"], rows)}"""


def _profit(curve: "ProfitCurve | None") -> str:
    if curve is None:
        return "## Profit\n\nThe evaluation rows were not available when this card was written."
    economics, matrix = curve.economics, curve.matrix()

    def amount(number: float) -> str:
        return escape_text(in_currency(number, economics.currency))

    def group(name: str) -> str:
        return f"{getattr(matrix, name):,} {name}, {amount(getattr(matrix, name + '_amount'))}"

    inputs = [[names.label, f"{getattr(economics, field):g}", "assumed"] for field, names in MONEY_INPUTS.items()]
    earned = [
        [f"this model, {decided_by(curve)} decides", amount(curve.deployed.profit)],
        ["this model, each threshold picked on the other folds", amount(curve.profit_best)],
        ["an offer to everyone", amount(curve.profit_all)],
        ["no offer to anybody", amount(curve.profit_none)],
        ["as many offers at random", amount(curve.profit_random)],
        ["perfect foresight (the limit)", amount(curve.profit_perfect)],
    ]
    groups = [
        ["offered", group("saved"), group("wasted")],
        ["not contacted", group("lost"), group("loyal")],
    ]
    low, high = amount(curve.deployed.band.low), amount(curve.deployed.band.high)
    difference = deployed_sentence(curve)
    return f"""## Profit at stated prices

**{headroom_sentence(curve)}** The customers were held out (**backtested**); the prices and rates are **assumed**,
and no campaign has measured them. Amounts in {escape_text(economics.currency)}.

![Profit against doing nothing at every threshold](figures/profit.svg)

{table(["money input", "value", "rests on"], inputs)}

{table(["per 1,000 customers", "profit (backtested, assumed)"], earned)}

The middle 90% for this model: {low} to {high} (backtested, assumed). The best threshold on
these customers is {curve.threshold_best:.4f}.{"" if difference is None else " " + escape_text(difference)} At
{matrix.threshold:.4f}, of {curve.customers:,} customers:

{table(["backtested, assumed", "churned", "retained"], groups)}"""


def _reasons(model: ChurnModel) -> str:
    rows = [
        [
            as_code(direction.feature),
            escape_text(direction.effect),
            f"{direction.mean_abs_contribution:.3f}",
            f"{direction.sign_stability:.0%}",
        ]
        for direction in model.directions
    ]
    return f"""## What goes along with churn

Directions with all other features held constant. They go along with churn; they need not cause it, and changing
them need not retain anybody.

![How much each feature moves the scores](figures/reasons.svg)

{table(["feature", "direction", "mean effect (log-odds)", "same sign in resamples"], rows)}"""


def _limits(model: ChurnModel) -> str:
    rarer = min(round(model.customers * model.churn_rate), round(model.customers * (1 - model.churn_rate)))
    return f"""## Limits

- Risk is not responsiveness: a high probability says that a customer may churn, not that an offer retains them.
  Only a campaign with a random control group measures that.
- The metrics rest on {rarer:,} customers of the rarer class; with few of them every metric is uncertain.
- Customers change. Retrain when new ones no longer resemble the training customers; scoring reports that as drift.
- Features can stand in for age, gender or origin. Look at the directions before acting on them."""


def _origin(model: ChurnModel) -> str:
    rows: list[Sequence[object]] = [["trained", model.trained_at], ["seed", model.seed]]
    rows += sorted(model.versions.items())
    return f"""## Where it comes from

{table(["", ""], rows)}

`manifest.json` lists the SHA-256 of every file the program reads. The out-of-fold rows (score, label, value,
fold; no ids) are published only if the owner chose so; without them profits cannot be computed again."""
