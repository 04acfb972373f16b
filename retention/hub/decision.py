"""The record of a send decision: the model and the send policy that a shared send list was made from."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from retention.artifacts import MANIFEST, read_folder, sha256
from retention.churn.model import ChurnModel
from retention.churn.model_files import KIND
from retention.customers.table import Customers
from retention.errors import InputError, ModelError
from retention.hub.reference import Reference
from retention.profit.catalogue import Offer
from retention.profit.economics import Economics
from retention.profit.rates_json import rates_as_json, rates_from_json
from retention.tabular.csv_export import write_csv
from retention.targeting import SendPolicy, score

DECIDED = (
    "churn_probability", "value", "expected_profit", "send", "offer",
    "reason_1", "reason_2", "reason_3",
    "value_evidence", "expected_profit_evidence", "offer_cost", "offer_cost_evidence",
)  # fmt: skip
"""The columns of a send list that are shared, after the id; the columns for messages are not."""

_COMMIT_DIGITS = 40


@dataclass(frozen=True, kw_only=True)
class DecisionRecord:
    """What a shared send list was made from, besides the customers; enough to replay it.

    Attributes
    ----------
    model_at
        ``OWNER/NAME@commit`` of the model on the Hub, all 40 digits.
    model_sha256
        SHA-256 of the model's manifest, which lists those of its files.
    policy
        The send policy, with the threshold that was used and every offer's words.

    Raises
    ------
    InputError
        If the model is not pinned to a commit, or the policy has an effect model, which no file holds.
    """

    model_at: str
    model_sha256: str
    policy: SendPolicy

    def __post_init__(self) -> None:
        """Refuse a reference without a commit, because it may name another model later."""
        if len(Reference.parse(self.model_at).commit or "") != _COMMIT_DIGITS:
            raise InputError(f"{self.model_at}: does not say which commit; pass OWNER/NAME@ and all 40 digits")
        if self.policy.effect_model is not None:
            raise InputError(
                "rates: hold effects of single customers, which cannot be shared; plan with the rates alone"
            )

    def as_json(self) -> dict[str, Any]:
        """Return it as the manifest holds it."""
        policy = self.policy
        return {
            "model": self.model_at,
            "model_sha256": self.model_sha256,
            "economics": asdict(policy.economics),
            "threshold": policy.threshold,
            "top": policy.top,
            "catalogue": [{**asdict(offer), "gives": dict(offer.gives)} for offer in policy.offers],
            "every_offer": policy.every_offer,
            "budget": policy.budget,
            "max_contacts": policy.max_contacts,
            "reasons": policy.reasons,
            **({} if policy.rates is None else {"rates": rates_as_json(policy.rates)}),
        }

    @classmethod
    def from_json(cls, saved: Mapping[str, Any], source: str) -> "DecisionRecord":
        """Read it from a manifest.

        Raises
        ------
        ModelError
            If a field is missing or out of its bounds.
        """
        try:
            policy = SendPolicy(
                economics=Economics(**saved["economics"]),
                threshold=saved["threshold"],
                top=saved["top"],
                catalogue=tuple(Offer(**offer) for offer in saved["catalogue"]),
                every_offer=saved["every_offer"],
                budget=saved["budget"],
                max_contacts=saved["max_contacts"],
                rates=rates_from_json(saved["rates"]) if saved.get("rates") else None,
                reasons=saved.get("reasons", "all"),  # a record that names none is from before there was a choice
            )
            return cls(model_at=str(saved["model"]), model_sha256=str(saved["model_sha256"]), policy=policy)
        except (KeyError, TypeError, ValueError):
            raise ModelError(
                f"{source}: its decision cannot be read; update this program, or share it anew"
            ) from None


def decide(customers: Customers, model: ChurnModel, policy: SendPolicy) -> pd.DataFrame:
    """Make the send list of a shared decision: the id and the columns named in ``DECIDED``, n rows."""
    scored = score(customers, model, policy)
    return scored.send_list[[customers.roles.id, *DECIDED]].reset_index(drop=True)


def as_csv(frame: pd.DataFrame, folder: Path) -> bytes:
    """Return a frame as the CSV this program writes, all digits of each number; ``folder`` is to write in."""
    path = folder / "send_list.csv"
    write_csv(frame, path)
    return path.read_bytes()


def model_sha256(folder: Path) -> str:
    """SHA-256 of a saved model's manifest, after every file in it was verified."""
    read_folder(folder, kind=KIND)
    return sha256((folder / MANIFEST).read_bytes())
