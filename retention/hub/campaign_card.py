"""The card of a published campaign: what is registered, since when, and what was read."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import pandas as pd

from retention.campaign.design import CONTROL, Design
from retention.hub.campaign_registration import Registration
from retention.hub.campaign_rows import ASSIGNMENTS_TABLE, OUTCOMES_TABLE
from retention.hub.markdown import as_code, assemble_card, escape_text, table
from retention.wording.money import in_currency
from retention.wording.text import count_noun, format_share

_KINDS = {
    "plan": "held out, or the plan's offer",
    "offers": "held out, or an offer; a fifth of the treated get a uniformly drawn one",
    "text": "held out, or the offer in the language model's words, or in hand-written ones",
}

_FIGURES = {
    "kept": ("kept, percentage points", "points"),
    "save_rate": ("save rate", "value"),
    "profit": ("incremental profit", "amount"),
    "profit_per_head": ("profit per treated customer", "mean"),
    "redemption": ("redemption", "value"),
}


def campaign_card(
    repo: str,
    design: Design,
    assignments: pd.DataFrame,
    *,
    registration: Registration,
    shown: Mapping[str, Any] | None,
    first: Mapping[str, str] | None,
    licence: str | None,
) -> str:
    """Write the README of a campaign's repository.

    Parameters
    ----------
    repo
        ``OWNER/NAME``.
    design
        What is registered.
    assignments
        The published assignments.
    registration
        Since when they have been on the Hub.
    shown
        The reading, as it is published; None where there is none.
    first
        Commit and sentence of the first reading, if this is a second, different one.
    licence
        A licence identifier of the Hub; None reserves all rights.
    """
    sections = [
        _opening(repo, design, assignments, registration),
        _reading(shown, design, first) if shown is not None else "",
        _registered(design, assignments),
        _assumed(design),
        _using(repo, with_reading=shown is not None),
        _persons(design, with_outcomes=shown is not None),
        f"## Licence\n\n{escape_text(licence) if licence else 'All rights stay with the owner.'}",
    ]
    return assemble_card(_metadata(repo, licence, with_outcomes=shown is not None), filter(None, sections))


def _metadata(repo: str, licence: str | None, *, with_outcomes: bool) -> str:
    from huggingface_hub import DatasetCardData

    tables = (ASSIGNMENTS_TABLE, OUTCOMES_TABLE) if with_outcomes else (ASSIGNMENTS_TABLE,)
    folders = [path.split("/")[0] for path in tables]
    data = DatasetCardData(
        license=licence or "other",
        license_name=None if licence else "all-rights-reserved",
        pretty_name=repo.split("/")[1],
        tags=["customer-retention", "randomised-controlled-trial", "campaign", "tabular", "pseudonymised"],
        configs=[
            {"config_name": folder, "data_files": [{"split": "train", "path": f"{folder}/train-*"}]}
            for folder in folders
        ],
    )
    return str(data.to_yaml())


def _opening(repo: str, design: Design, assignments: pd.DataFrame, registration: Registration) -> str:
    held_out = int((assignments["arm"] == CONTROL).sum())
    return f"""# {repo.split("/")[1]}

The campaign {as_code(design.name)} to {count_noun(len(assignments), "customer")}, of whom {held_out:,} are
held out at random. It is sent on {design.sent_on} and read from {design.read_on} on.

**{registration.in_words(design)}**"""


def _reading(shown: Mapping[str, Any], design: Design, first: Mapping[str, str] | None) -> str:
    """Return the verdict, its health, and the figures with what each rests on."""
    evidence = shown.get("evidence_of", {})
    rows = []
    for name, (words, key) in _FIGURES.items():
        measured = shown.get(name) or {}
        if measured.get(key) is None:
            continue
        value, low, high, assumed = (
            _in_words(key, measured.get(part), design.economics.currency)
            for part in (key, "low", "high", "assumed")
        )
        tags = " + ".join(evidence.get(name, [shown.get("evidence", "")]))
        rows.append([words, value, f"{low} to {high}", assumed, tags])
    figures = table(["", "value", "90% interval", "assumed at the draw", "rests on"], rows) if rows else ""
    checks = table(
        ["check", "", ""],
        [[check["name"], check["severity"], escape_text(check["sentence"])] for check in shown["checks"]],
    )
    notes = "".join(f"- {escape_text(note)}\n" for note in shown["notes"])
    second = ""
    if first is not None:
        second = (
            f"This is a second, different reading. The first one, at commit `{first['commit']}`, stays the "
            f"registered one: {escape_text(first['sentence'])}"
        )
    parts = (f"**{escape_text(shown['sentence'])}**", second, figures, "Checks:", checks, notes)
    return "## Reading\n\n" + "\n\n".join(filter(None, parts))


def _in_words(key: str, number: float | None, currency: str) -> str:
    """Write a figure of the reading: points, a share, an amount, or an amount per customer."""
    if number is None:
        return ""
    if key == "points":
        return f"{number:+.2f}"
    if key == "value":
        return f"{number:.1%}"
    return escape_text(in_currency(round(number, 2), currency, exactly=key == "mean"))


def _registered(design: Design, assignments: pd.DataFrame) -> str:
    sizes = assignments["arm"].value_counts()
    chances = assignments[[f"chance_{arm}" for arm in design.arms]].mean()
    arms = [
        [as_code(arm), f"{int(sizes.get(arm, 0)):,}", format_share(float(chances[f"chance_{arm}"]))]
        for arm in design.arms
    ]
    balanced = ["planned offer", "fifths of the risk", *([as_code(design.segment)] if design.segment else [])]
    rows: list[list[str]] = [
        ["design", f"{design.kind}: {_KINDS[design.kind]}"],
        ["share held out", format_share(design.holdout_share)],
        ["sent on", str(design.sent_on)],
        ["kept means", f"an order in the {design.horizon_days} days from then on"],
        ["read from", str(design.read_on)],
        ["stayed on means", f"an order in as many days after the offers expired ({design.valid_days} days)"],
        ["drawn whole", "customers" if design.unit is None else f"units, by {as_code(design.unit)}"],
        ["balanced over", ", ".join(balanced)],
        ["also randomised of those not listed", format_share(design.explore)],
        ["left to no campaign at all", format_share(design.standing)],
        *([f"left out: {escape_text(reason)}", f"{count:,}"] for reason, count in design.excluded.items()),
        ["verdict", "90% interval; earned, lost, kept customers, no evidence, too small, not valid, or too early"],
        ["SHA-256 of the design", f"`{design.sha256}`"],
    ]  # fmt: skip
    return f"""## What is registered

{table(["", ""], rows)}

{table(["arm", "customers", "mean chance"], arms)}"""


def _assumed(design: Design) -> str:
    rows = [
        [name.replace("_", " "), escape_text(str(setting)), "assumed"]
        for name, setting in asdict(design.economics).items()
    ]
    offers = [
        [
            as_code(offer.id),
            escape_text(in_currency(offer.cost, design.economics.currency, exactly=True)),
            f"{offer.economics(design.economics).save_rate:.0%}",
            str(offer.valid_days),
            "assumed",
        ]
        for offer in design.offers
    ]
    return f"""## What was assumed at the draw

{table(["money input", "value", "rests on"], rows)}

{table(["offer", "cost when redeemed", "save rate", "days valid", "rests on"], offers)}"""


def _using(repo: str, *, with_reading: bool) -> str:
    repeats = "cuts the arms again from the lots" + (
        ", measures the outcomes again, and compares the reading with the published one, bit for bit"
        if with_reading
        else " and compares them with the published ones"
    )
    return f"""## How to check it

`python -m retention pull {repo} --out DIR` fetches it, every byte checked against the manifest.
`python -m retention replay {repo}@<commit>` {repeats}. Who is in which arm follows from `lot` and `stratum`: each
stratum is sorted by lot and cut to the shares."""


def _persons(design: Design, *, with_outcomes: bool) -> str:
    units = " Customers of one unit share a lot." if design.unit else ""
    segment = (
        f" Strata are numbers here, because their names hold the values of {as_code(design.segment)}."
        if design.segment
        else ""
    )
    rows = ", and what became of them" if with_outcomes else ""
    return f"""## Personal data

`customer` is a pseudonym: the HMAC-SHA256 of the customer's id under a salt that only the owner has; `lot` is made
with another salt. Neither is here, and no id, name or feature of a customer is: only the arm, its chances, the
churn probability and the value at the draw{rows}.{units}{segment}

Pseudonymous is not anonymous: do not try to identify anybody, and do not join these rows with personal data."""
