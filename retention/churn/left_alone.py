"""Which rows of a training set still show what customers do when they are left alone, and how much each counts."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retention.churn.evaluation import effective_count
from retention.wording.text import count_noun


@dataclass(frozen=True)
class LeftAlone:
    """What was done so that a model learns what customers do when nobody writes to them.

    Attributes
    ----------
    campaigns
        Campaigns whose treatments fall into the label window of some row.
    rows
        Rows of the table.
    treated
        Rows dropped because a campaign treated the customer within the label window.
    written_to
        Rows dropped because the customer got a message without a campaign; no held-out customer stands for them.
    held_out
        Rows of customers whom a campaign held out, which weigh 1/h, h their chance of that.
    largest_weight
        The largest 1/h; 1 if nobody was held out.
    effective_rows
        How many rows of equal weight would be as informative as those that are left.
    """

    campaigns: int
    rows: int
    treated: int
    written_to: int
    held_out: int
    largest_weight: float
    effective_rows: float

    @property
    def sentence(self) -> str:
        """Say what was dropped and weighted."""
        if not self.treated + self.written_to + self.held_out:
            return (
                "left alone: the ledger holds no treatment within the label window of any row, so all count once"
            )
        words = [f"{count_noun(self.treated, 'row')} of customers whom a campaign treated left out"]
        if self.written_to:
            words.append(
                f"{count_noun(self.written_to, 'row')} of customers written to without a campaign left out, for "
                "whom nobody stands"
            )
        if self.held_out:
            words.append(
                f"{count_noun(self.held_out, 'row')} of held-out customers weighted by 1 / chance, up to "
                f"{self.largest_weight:.3g}"
            )
        left = self.rows - self.treated - self.written_to
        return (
            f"left alone: {', '.join(words)}; {count_noun(left, 'row')} of {self.rows:,} are left, worth "
            f"{self.effective_rows:,.0f} of equal weight"
        )

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON, with its sentence."""
        return {**asdict(self), "words": self.sentence}

    @classmethod
    def from_json(cls, saved: Mapping[str, Any]) -> "LeftAlone":
        """Rebuild it from :meth:`as_dict`."""
        return cls(**{name: value for name, value in saved.items() if name != "words"})


@dataclass(frozen=True, eq=False)
class LeftAloneRows:
    """Which of n rows to learn from, and how much each counts.

    Attributes
    ----------
    is_left_alone
        Whether the row shows what happens without a treatment, (n,).
    weight
        How many customers the row stands for, 1/h or 1, (n,).
    summary
        The same in figures.
    """

    is_left_alone: NDArray[np.bool_] = field(repr=False)
    weight: NDArray[np.float64] = field(repr=False)
    summary: LeftAlone

    @classmethod
    def of(
        cls,
        *,
        treated: NDArray[np.bool_],
        written_to: NDArray[np.bool_],
        weight: NDArray[np.float64],
        campaigns: int,
    ) -> "LeftAloneRows":
        """Sum up rows.

        Parameters
        ----------
        treated, written_to
            Whether a campaign, or a message without one, reached the customer within the label window, (n,).
        weight
            1/h of held-out rows, 1 of others, (n,).
        campaigns
            Number of campaigns that matter to some row.
        """
        is_left_alone = ~(treated | written_to)
        kept = weight[is_left_alone]
        summary = LeftAlone(
            campaigns=campaigns,
            rows=len(weight),
            treated=int(treated.sum()),
            written_to=int((written_to & ~treated).sum()),
            held_out=int((kept > 1).sum()),
            largest_weight=float(kept.max(initial=1.0)),
            effective_rows=effective_count(kept) if len(kept) else 0.0,
        )
        return cls(is_left_alone, weight, summary)
