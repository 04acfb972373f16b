"""A decision: by which model, at which prices and from which threshold on somebody is put on the send list."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from retention.artifacts import MANIFEST, read_folder, sha256
from retention.churn.model import KIND, ChurnModel
from retention.customers.table import Customers
from retention.errors import InputError, ModelError
from retention.hub.reference import Reference
from retention.profit.catalogue import Offer
from retention.profit.economics import Economics
from retention.tabular.csv_export import write_csv
from retention.targeting import score

DECIDED = (
    "churn_probability", "value", "expected_profit", "send", "offer",
    "reason_1", "reason_2", "reason_3",
    "value_evidence", "expected_profit_evidence", "offer_cost", "offer_cost_evidence",
)  # fmt: skip
"""The columns of a send list that are shared, after the id; facts for messages are not."""

_COMMIT_DIGITS = 40


@dataclass(frozen=True)
class Decision:
    """What a send list is made from, besides the customers.

    Attributes
    ----------
    model_at
        ``OWNER/NAME@commit`` of the model on the Hub, all 40 digits.
    model_sha256
        SHA-256 of the model's manifest, which lists those of its files.
    economics
        The money inputs.
    threshold
        Sent from this probability on; None where each customer has their own.
    top
        At most so many; None for no limit.
    catalogue
        The offers, with their words.
    every_offer, budget, max_contacts
        As for :func:`retention.targeting.score`.

    Raises
    ------
    InputError
        If the model is not pinned to a commit.
    """

    model_at: str
    model_sha256: str
    economics: Economics
    threshold: float | None
    top: int | None
    catalogue: tuple[Offer, ...]
    every_offer: bool = False
    budget: float | None = None
    max_contacts: int | None = None

    def __post_init__(self) -> None:
        """Refuse a model that may be another one tomorrow."""
        if len(Reference.parse(self.model_at).commit or "") != _COMMIT_DIGITS:
            raise InputError(f"{self.model_at}: does not say which commit; pass OWNER/NAME@ and all 40 digits")

    def as_json(self) -> dict[str, Any]:
        """Return it as the manifest holds it."""
        return {
            "model": self.model_at,
            "model_sha256": self.model_sha256,
            "economics": asdict(self.economics),
            "threshold": self.threshold,
            "top": self.top,
            "catalogue": [{**asdict(offer), "gives": dict(offer.gives)} for offer in self.catalogue],
            "every_offer": self.every_offer,
            "budget": self.budget,
            "max_contacts": self.max_contacts,
        }

    @classmethod
    def from_json(cls, saved: Mapping[str, Any], source: str) -> "Decision":
        """Read it from a manifest.

        Raises
        ------
        ModelError
            If something in it is missing or cannot be.
        """
        try:
            return cls(
                str(saved["model"]),
                str(saved["model_sha256"]),
                Economics(**saved["economics"]),
                saved["threshold"],
                saved["top"],
                tuple(Offer(**offer) for offer in saved["catalogue"]),
                every_offer=saved["every_offer"],
                budget=saved["budget"],
                max_contacts=saved["max_contacts"],
            )
        except (KeyError, TypeError, ValueError):
            raise ModelError(
                f"{source}: its decision cannot be read; update this program, or share it anew"
            ) from None


def decide(customers: Customers, model: ChurnModel, decision: Decision) -> pd.DataFrame:
    """Make the send list of a decision: the id and the columns named in ``DECIDED``, n rows."""
    scored = score(
        customers,
        model,
        decision.economics,
        threshold=decision.threshold,
        top=decision.top,
        catalogue=decision.catalogue,
        every_offer=decision.every_offer,
        budget=decision.budget,
        max_contacts=decision.max_contacts,
    )
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
