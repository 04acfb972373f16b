"""The measured rows behind a reading, without ids: who was in which arm, by what chance, and what became of it."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retention.campaign.effect import Bools, Floats
from retention.campaign.feature_columns import FEATURE
from retention.campaign.outcome_rows import OutcomeRows
from retention.errors import InputError

ROWS_FILE = "rows.parquet"

_CHANCE = "chance_"
_ROUNDING = 1e-6


@dataclass(frozen=True, eq=False, kw_only=True)
class ReadingRows:
    """The n customers with an outcome, in one order; nothing tells who they are.

    Attributes
    ----------
    arm
        The arm of each, (n,), texts.
    chances
        Each customer's chance of every arm, one column an arm, control first, (n, arms). NaN where an experiment
        declared a customer's chance of their own arm alone.
    probability
        Calibrated churn probability at the draw, (n,), in [0, 1]; None for an experiment.
    value
        V, the margin kept if they stay, frozen at the draw, (n,), currency; None for an experiment.
    offer
        Id of the planned offer, (n,), texts; None for an experiment.
    listed
        Whether the customer was on the send list, not drawn only to explore, (n,).
    kept
        S, the outcome that the money counts, (n,): kept, or stayed on once that is complete.
    redeemed
        Whether they redeemed an offer, (n,); None where nothing says.
    money
        Y of each customer, (n,), currency; None where no money was measured.
    unit
        The number of the group that was drawn as a whole, (n,); None where each was drawn alone.
    features
        Known before the treatment, n rows of numbers, NaN for a blank; there may be no column.

    Raises
    ------
    InputError
        If lengths differ, or a number is out of bounds.
    """

    arm: NDArray[np.object_]
    chances: pd.DataFrame
    probability: Floats | None
    value: Floats | None
    offer: NDArray[np.object_] | None
    listed: Bools
    kept: Bools
    redeemed: Bools | None
    money: Floats | None
    unit: NDArray[np.int64] | None
    features: pd.DataFrame

    def __post_init__(self) -> None:
        """Refuse rows that no draw could have given."""
        n = len(self.arm)
        columns: tuple[Any, ...] = (
            self.probability, self.value, self.offer, self.listed, self.kept, self.redeemed, self.money,
        )  # fmt: skip
        lengths = {
            len(column) for column in (*columns, self.unit, self.chances, self.features) if column is not None
        }
        own = self.own_chance
        within = self.chances.isna() | ((self.chances >= 0) & (self.chances <= 1 + _ROUNDING))
        if (
            lengths != {n}
            or n == 0
            or self.chances.shape[1] < 2
            or not within.all(axis=None)
            or not ((own > 0) & (own <= 1 + _ROUNDING)).all()
            or not (self.probability is None or ((self.probability >= 0) & (self.probability <= 1)).all())
            or not all(np.isfinite(column).all() for column in (self.value, self.money) if column is not None)
        ):
            raise InputError(f"{ROWS_FILE}: holds no rows of a measurement; measure again")

    def __len__(self) -> int:
        """Return n."""
        return len(self.arm)

    @property
    def arms(self) -> tuple[str, ...]:
        """The arms, control first."""
        return tuple(map(str, self.chances.columns))

    @property
    def control(self) -> str:
        """The arm that got nothing."""
        return self.arms[0]

    @property
    def treated(self) -> Bools:
        """Whether the customer's arm is a treatment, (n,)."""
        return np.asarray(self.arm != self.control)

    @property
    def own_chance(self) -> Floats:
        """Each customer's chance of the arm that they got, (n,); NaN for an arm that there is not."""
        position = pd.Index(self.chances.columns).get_indexer(pd.Index(self.arm))
        chances = self.chances.to_numpy(np.float64)[np.arange(len(self.arm)), position]
        return np.where(position >= 0, chances, np.nan)

    def of_arm(self, arm: str) -> Bools:
        """Return who was in this arm or in control, and could have got either, (n,)."""
        possible = self.chances[arm].to_numpy(np.float64)
        in_either = np.isin(self.arm, [self.control, arm])
        return np.asarray(in_either & (np.isnan(possible) | (possible > 0)), dtype=np.bool_)

    def as_parquet(self) -> bytes:
        """Return the rows as a Parquet file; the same rows give the same bytes."""
        import pyarrow as pa
        from pyarrow import parquet

        optional: dict[str, Any] = {
            "probability": self.probability, "value": self.value, "offer": self.offer, "redeemed": self.redeemed,
            "money": self.money, "unit": self.unit,
        }  # fmt: skip
        columns: dict[str, Any] = {
            "arm": self.arm,
            **{f"{_CHANCE}{arm}": self.chances[arm].to_numpy(np.float64) for arm in self.chances.columns},
            "listed": self.listed,
            "kept": self.kept,
            **{name: values for name, values in optional.items() if values is not None},
            **{f"{FEATURE}{name}": self.features[name].to_numpy() for name in self.features.columns},
        }
        buffer = io.BytesIO()
        parquet.write_table(pa.table(columns), buffer, compression="zstd")
        return buffer.getvalue()

    @classmethod
    def from_parquet(cls, content: bytes, *, source: str) -> "ReadingRows":
        """Return the rows that :meth:`as_parquet` wrote.

        Raises
        ------
        InputError
            If it is no such file.
        """
        import pyarrow as pa
        from pyarrow import parquet

        try:
            frame: pd.DataFrame = parquet.read_table(io.BytesIO(content)).to_pandas()
            arms = [name for name in frame.columns if name.startswith(_CHANCE)]
            features = [name for name in frame.columns if name.startswith(FEATURE)]
            return cls(
                arm=frame["arm"].astype("str").to_numpy(object),
                chances=_renamed(frame[arms].astype(np.float64), _CHANCE),
                probability=_column(frame, "probability", np.float64),
                value=_column(frame, "value", np.float64),
                offer=_column(frame, "offer", object),
                listed=frame["listed"].to_numpy(np.bool_),
                kept=frame["kept"].to_numpy(np.bool_),
                redeemed=_column(frame, "redeemed", np.bool_),
                money=_column(frame, "money", np.float64),
                unit=_column(frame, "unit", np.int64),
                features=_renamed(frame[features], FEATURE).apply(pd.to_numeric),
            )
        except InputError as error:
            raise InputError(f"{source}: {error}") from None
        except (pa.ArrowException, OSError, ValueError, IndexError, KeyError, TypeError, OverflowError):
            raise InputError(f"{source}: {ROWS_FILE} is damaged; measure again") from None


def rows_of_campaign(rows: OutcomeRows) -> ReadingRows:
    """Return the rows of a campaign of one's own."""
    assignments, outcomes, design = rows.assignments, rows.outcomes, rows.design
    features = [name for name in assignments.columns if name.startswith(FEATURE)]
    return ReadingRows(
        arm=assignments["arm"].to_numpy(object),
        chances=pd.DataFrame({arm: assignments[f"{_CHANCE}{arm}"].to_numpy(np.float64) for arm in design.arms}),
        probability=assignments["probability"].to_numpy(np.float64),
        value=assignments["value"].to_numpy(np.float64),
        offer=assignments["offer"].to_numpy(object),
        listed=rows.listed,
        kept=outcomes[rows.kept_by].to_numpy(np.bool_),
        redeemed=outcomes["redeemed"].to_numpy(np.bool_) if "redeemed" in outcomes else None,
        money=rows.money,
        unit=None if design.unit is None else pd.factorize(assignments["unit"])[0].astype(np.int64),
        features=_renamed(assignments[features], FEATURE).reset_index(drop=True),
    )


def rows_of_experiment(
    names: list[str],
    arms: NDArray[np.int64],
    chances: Floats,
    *,
    kept: Bools,
    money: Floats | None,
    unit: NDArray[np.int64] | None,
    features: pd.DataFrame,
) -> ReadingRows:
    """Return the rows of an experiment that ran elsewhere.

    Parameters
    ----------
    names
        The arms, control first.
    arms, chances
        Each row's position in ``names``, (n,), and its chance of each, (n, arms).
    kept, money, unit, features
        As in :class:`ReadingRows`.
    """
    return ReadingRows(
        arm=np.array(names, dtype=object)[arms],
        chances=pd.DataFrame(chances, columns=names),
        probability=None,
        value=None,
        offer=None,
        listed=np.ones(len(arms), dtype=np.bool_),
        kept=kept,
        redeemed=None,
        money=money,
        unit=None if unit is None else unit.astype(np.int64),
        features=features.reset_index(drop=True),
    )


def _renamed(frame: pd.DataFrame, prefix: str) -> pd.DataFrame:
    names: Mapping[str, str] = {name: name.removeprefix(prefix) for name in frame.columns}
    return frame.rename(columns=names)


def _column(frame: pd.DataFrame, name: str, kind: Any) -> Any:
    return frame[name].to_numpy(kind) if name in frame else None
