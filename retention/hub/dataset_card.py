"""The dataset card: what the columns mean, how the rows were made, and how personal data was removed."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, NamedTuple

import pandas as pd

from retention.customers.table import Customers
from retention.hub.decision import DecisionRecord
from retention.hub.markdown import as_code, assemble_card, escape_text, table
from retention.hub.release import ReleaseColumn
from retention.orders.snapshot import Snapshot
from retention.profit.rates_text import offer_rates_in_words
from retention.wording.column_descriptions import ColumnMeaning, column_meaning

_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))


class DatasetTable(NamedTuple):
    """One table of the dataset.

    Attributes
    ----------
    name
        Name of its configuration.
    path
        Path of its Parquet file.
    frame
        The rows.
    description
        What it holds, in words.
    """

    name: str
    path: str
    frame: pd.DataFrame
    description: str


def dataset_card(
    repo: str,
    customers: Customers,
    parts: Sequence[DatasetTable],
    *,
    columns: Sequence[ReleaseColumn],
    record: DecisionRecord | None,
    licence: str | None,
    meanings: Mapping[str, str],
) -> str:
    """Write the README of a dataset repository.

    Parameters
    ----------
    repo
        ``OWNER/NAME``.
    customers
        The shared customers.
    parts
        The tables, the customers first.
    columns
        What happened to each column.
    record
        What the send list was made from, if there is one.
    licence
        A licence identifier of the Hub; None reserves all rights.
    meanings
        The meaning by column, where the name does not say it.
    """
    sections = [
        _opening(repo, customers, parts, record),
        _loading(repo),
        _making(customers, parts),
        _persons(columns, customers.roles.id),
        *(_columns(part, customers, meanings) for part in parts),
        _replaying(repo, record) if record else "",
        _rights(licence),
    ]
    return assemble_card(_metadata(repo, len(customers), parts, licence), filter(None, sections))


def _metadata(repo: str, customers: int, parts: Sequence[DatasetTable], licence: str | None) -> str:
    from huggingface_hub import DatasetCardData

    configs: list[dict[str, Any]] = [
        {
            "config_name": part.name,
            "data_files": [{"split": "train", "path": f"{part.path.split('/')[0]}/train-*"}],
        }
        for part in parts
    ]
    configs[0]["default"] = True
    data = DatasetCardData(
        license=licence or "other",
        license_name=None if licence else "all-rights-reserved",
        pretty_name=repo.split("/")[1],
        task_categories=["tabular-classification"],
        size_categories=[next((words for size, words in _SIZES if customers < size), "n>1M")],
        tags=["churn", "customer-retention", "tabular", "pseudonymised"],
        configs=configs,
    )
    return str(data.to_yaml())


def _opening(repo: str, customers: Customers, parts: Sequence[DatasetTable], record: DecisionRecord | None) -> str:
    label = customers.label
    rate = "" if label is None else f" {float(label.mean()):.1%} of them churned."
    rows_are = "one row each"
    if customers.cutoffs:
        rows_are = f"one row each at each of {len(customers.cutoffs)} cutoffs where they were active"
        rate = "" if label is None else f" {float(label.mean()):.1%} of the rows are churned customers."
    why = " It holds a send decision that can be replayed." if record else ""
    rows = [[as_code(part.name), f"{len(part.frame):,}", part.description, as_code(part.path)] for part in parts]
    return f"""# {repo.split("/")[1]}

{customers.ids.nunique():,} customers, {rows_are}, under pseudonyms.{rate}{why}

{table(["configuration", "rows", "content", "file"], rows)}"""


def _loading(repo: str) -> str:
    return f"""## How to load it

```python
from datasets import load_dataset

customers = load_dataset("{repo}", "customers", split="train")
```

or, with every byte checked against the manifest, `python -m retention pull {repo} --kind dataset --out DIR`. Write
`{repo}@<commit>`, or pass `revision=`, to always get the same bytes."""


def _making(customers: Customers, parts: Sequence[DatasetTable]) -> str:
    if isinstance(customers, Snapshot) and customers.cutoff:
        made = (
            f"Made from an order log at the cutoff date {customers.cutoff}: features look at that "
            f"day and before, and customers with an order in the {customers.active_days} days up to it are in. "
        )
        if customers.horizon_days:
            made += (
                f"The label looks at the {customers.horizon_days} days after it: 1 for those who did not order."
            )
    else:
        made = "One row per customer, as the owner keeps them. "
        if customers.roles.label:
            made += (
                f"The label {as_code(customers.roles.label)} is 1 for churned customers and 0 for retained ones."
            )
    order = "in the order of their pseudonyms"
    if len(parts) > 1:
        order = "those on the send list first, and " + order
    return f"""## How it was made

{made}

There is one split, `train`: the model holds customers out by itself and scores each by a fit on others. Rows are
{order}, so their position reveals nothing."""


def _persons(columns: Sequence[ReleaseColumn], id: str) -> str:
    left_out = [[as_code(column.name), escape_text(column.why)] for column in columns if column.fate == "left out"]
    what = table(["left out", "because"], left_out) if left_out else "No column was left out."
    return f"""## Personal data

{as_code(id)} is a pseudonym: the HMAC-SHA256 of the customer's id under a salt that only the owner has. Names,
phone numbers, e-mail addresses and ids are not included.

{what}

Pseudonymous is not anonymous: somebody who knows a customer well may still recognise their row by its figures.
Do not try to identify anybody, and do not join these rows with other personal data."""


def _columns(part: DatasetTable, customers: Customers, meanings: Mapping[str, str]) -> str:
    rows = [_column(str(name), part, customers, meanings) for name in part.frame.columns]
    return f"""## Columns of {as_code(part.name)}

{table(["column", "type", "unit", "meaning", "blank"], rows)}"""


def _column(name: str, part: DatasetTable, customers: Customers, meanings: Mapping[str, str]) -> list[str]:
    cells, roles = part.frame[name], customers.roles
    meaning = column_meaning(name)
    if name == roles.id:
        meaning = ColumnMeaning("pseudonym of the customer", "")
    elif name == roles.label:
        meaning = ColumnMeaning("1 churned, 0 retained", "")
    elif name == roles.cutoff:
        meaning = ColumnMeaning("cutoff date: the last day that the features of the row look at", "date")
    elif name == roles.value:
        meaning = ColumnMeaning("margin kept if the customer is retained", "currency")
    description = escape_text(meanings.get(name, meaning.words)) or "as the owner names it"
    kind = "number" if pd.api.types.is_numeric_dtype(cells) else "text"
    return [
        as_code(name),
        kind,
        meaning.unit,
        description,
        f"{cells.isna().mean():.1%}" if cells.isna().any() else "",
    ]


def _replaying(repo: str, record: DecisionRecord) -> str:
    policy = record.policy
    model, commit = record.model_at.split("@")
    rows = [
        ["model", f"[{model}](https://huggingface.co/{model}) at commit `{commit}`", "by its commit and SHA-256"]
    ]
    rows += [
        [name.replace("_", " "), escape_text(str(setting)), "assumed"]
        for name, setting in asdict(policy.economics).items()
    ]
    threshold = "each customer's own break-even" if policy.threshold is None else f"{policy.threshold:.6g}"
    rows.append(["threshold", threshold, "computed"])
    most = policy.most_contacts
    rows.append(["at most", "no limit" if most is None else f"{most:,} customers", "chosen"])
    if policy.budget is not None:
        rows.append(["budget", f"{policy.budget:g} {escape_text(policy.economics.currency)}", "chosen"])
    offers = policy.choice or policy.offers[:1]
    rows.append(
        [
            "offers",
            ", ".join(as_code(offer.id) for offer in offers),
            "their texts and conditions are in the manifest",
        ]
    )
    if policy.rates is not None:
        rows += [
            [
                f"rates of {as_code(offer.id)}",
                escape_text(offer_rates_in_words(offer, policy.economics, policy.rates)),
                "assumed" if policy.rates.of(offer) is None else "measured",
            ]
            for offer in offers
        ]
    return f"""## Replaying the decision

`python -m retention replay {repo}@<commit>` fetches the model named here, scores the customers again and compares
the send list with the published one, bit for bit.

{table(["made from", "setting", "rests on"], rows)}"""


def _rights(licence: str | None) -> str:
    return f"""## Licence

{escape_text(licence) if licence else "No licence was chosen: all rights stay with the owner."}"""
