"""Plan the release of customers under pseudonyms, with a decision about them that can be replayed."""

import re
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from retention.artifacts import with_manifest
from retention.churn.model import ChurnModel
from retention.customers.person_names import clean_name
from retention.customers.privacy import find_contact_kinds
from retention.customers.table import Customers
from retention.errors import InputError, PublishError
from retention.hub.dataset_card import DatasetTable, dataset_card
from retention.hub.decision import DecisionRecord, decide, model_sha256
from retention.hub.planned_decision import PlannedDecision
from retention.hub.pseudonyms import Salt
from retention.hub.reference import Reference
from retention.hub.release import Release
from retention.hub.snapshot import (
    CUSTOMERS_FILE,
    MESSAGES_FILE,
    SEND_LIST_FILE,
    SNAPSHOT_FORMAT,
    SNAPSHOT_KIND,
    PseudonymisedCustomers,
    pseudonymise,
    roles_as_json,
    sort_by_pseudonym,
    to_parquet,
)
from retention.targeting import score


def plan_dataset(
    customers: Customers,
    *,
    repo: str,
    salt: Salt,
    planned: PlannedDecision | None = None,
    messages: pd.DataFrame | None = None,
    private: bool = True,
    licence: str | None = None,
    meanings: Mapping[str, str] | None = None,
) -> Release:
    """Plan the release of customers under pseudonyms, with the decision made about them if asked.

    Parameters
    ----------
    customers
        One row per customer. Excluded columns, names and columns that are certainly personal are not published.
    repo
        ``OWNER/NAME``.
    salt
        The owner's secret behind the pseudonyms.
    planned
        The send decision to publish too, with everything a replay needs.
    messages
        The messages to publish too, with names removed: the id, ``message``,
        ``message_source``, ``message_note``, and ``name`` if they contain it.
    private
        Whether only the owner may see it.
    licence
        A licence identifier of the Hub; None reserves all rights.
    meanings
        The meaning of each column by name, for the card.

    Raises
    ------
    InputError
        If ``repo`` or the model's reference cannot be used, the messages are for other customers, or a
        decision is asked for about customers at several cutoffs.
    ModelError
        If the model's folder is damaged.
    PublishError
        If the send list depends on something that is not shared.
    """
    reference = Reference.parse(repo)
    shareable = pseudonymise(customers, salt)
    shared, record, warnings = shareable.customers, None, list(shareable.warnings)
    fields: dict[str, object] = {"kind": SNAPSHOT_KIND, "format": SNAPSHOT_FORMAT, "customers": len(customers)}
    more: list[DatasetTable] = []
    if planned is None:
        shared = sort_by_pseudonym(shared)
    else:
        record, shared, rows = _decide(customers, shareable, planned)
        fields["decision"] = record.as_json()
        more.append(DatasetTable("send_list", SEND_LIST_FILE, rows, "who gets an offer, and why"))
    if messages is not None:
        texts = _messages(messages, customers, salt)
        warnings += [f"messages may hold {what}; look for them" for what in find_contact_kinds(texts["message"])]
        more.append(DatasetTable("messages", MESSAGES_FILE, texts, "the messages, without names"))
    fields["roles"] = roles_as_json(shared.roles)
    parts = [DatasetTable("customers", CUSTOMERS_FILE, shared.frame, "the customers"), *more]
    content = with_manifest({part.path: to_parquet(part.frame) for part in parts}, fields)
    text = dataset_card(
        reference.repo,
        replace(customers, frame=shared.frame, roles=shared.roles),
        parts,
        columns=shareable.columns,
        record=record,
        licence=licence,
        meanings=meanings or {},
    )
    return Release(
        reference.repo,
        "dataset",
        "Release a decision" if record else "Release customers",
        private,
        {**content, "README.md": text.encode()},
        columns=shareable.columns,
        left_out=("the salt, which alone identifies customers",),
        warnings=tuple(warnings),
    )


def _decide(
    customers: Customers, shareable: PseudonymisedCustomers, planned: PlannedDecision
) -> tuple[DecisionRecord, Customers, pd.DataFrame]:
    """Make the send list from the original and from the published columns, and check that both are equal."""
    if customers.roles.cutoff is not None:
        raise InputError(
            f"{customers.source}: holds customers at {len(customers.cutoffs)} cutoffs, and a decision is about "
            "one day; share it without a model, or leave the newest cutoff alone in it"
        )
    identity = model_sha256(planned.model)
    model = ChurnModel.load(planned.model)
    used = {column.name for column in model.columns}
    for column in shareable.columns:
        if column.fate == "left out" and column.name in used:
            raise PublishError(
                f"{customers.source}: the model uses column '{column.name}', which is not published "
                f"({column.why}), so the decision could not be replayed; train without it"
            )
    policy = planned.policy
    original = score(customers, model, policy)
    # The threshold may lie above 1, or be infinite, where no offer pays.
    threshold = None if original.threshold is None else min(original.threshold, 1.0)
    record = DecisionRecord(
        model_at=planned.model_at,
        model_sha256=identity,
        policy=replace(
            policy,
            threshold=threshold,
            catalogue=policy.offers,
            rates=None if original.policy is None else original.policy.rates,
        ),
    )
    chosen = (original.send_list["send"] == "yes").to_numpy()
    shared = sort_by_pseudonym(shareable.customers, chosen)
    rows = decide(shared, model, record.policy)
    before = original.send_list.assign(**{shared.roles.id: shareable.customers.ids.to_numpy()})
    both = rows[[shared.roles.id, "send", "offer"]].merge(before[[shared.roles.id, "send", "offer"]], how="inner")
    if len(both) != len(customers):
        raise PublishError(
            f"{customers.source}: from the shared columns alone the send list comes out differently, "
            "so the decision could not be replayed; share the customers without it"
        )
    return record, shared, rows


def _messages(rows: pd.DataFrame, customers: Customers, salt: Salt) -> pd.DataFrame:
    """Return the messages under pseudonyms, with each customer's own name replaced by ``{name}``."""
    id, name = customers.roles.id, customers.roles.name
    if missing := {"message", "message_source", "message_note"} - set(rows.columns):
        raise InputError(f"messages: column '{min(missing)}' is missing; pass what `offers` wrote")
    if id not in rows or not rows[id].isin(customers.ids).all():
        raise InputError(
            f"{customers.source}: the messages are for other customers; share those they were written for"
        )
    name_columns = [rows["name"]] if "name" in rows else []
    if name is not None:
        name_columns.append(rows[id].map(dict(zip(customers.ids, customers.frame[name], strict=True))))
    names = zip(*name_columns, strict=True) if name_columns else [()] * len(rows)
    texts = [
        _without_names(text, *customer_names) for text, customer_names in zip(rows["message"], names, strict=True)
    ]
    shared = pd.DataFrame(
        {
            id: salt.pseudonyms(rows[id]),
            "message": pd.array(texts, dtype="str"),
            "message_source": rows["message_source"].fillna("").astype("str"),
            "message_note": rows["message_note"].fillna("").astype("str"),
        }
    )
    return shared.iloc[np.argsort(shared[id].to_numpy(dtype=object).astype(str))].reset_index(drop=True)


def _without_names(message: str, *customer_names: object) -> str:
    """Replace every word of a customer's names in their message by ``{name}``.

    >>> _without_names("Hi Priya, dinner is on.", "Priya Rao")
    'Hi {name}, dinner is on.'
    """
    names = [name for raw in customer_names for name in (raw, clean_name(raw)) if isinstance(name, str)]
    words = {word for name in names for word in [name, *name.split()] if word}
    for word in sorted(words, key=len, reverse=True):
        message = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", "{name}", message)
    return message
