"""What somebody declares about the chances of an experiment that ran elsewhere, and whether its split agrees."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retention.campaign.effect import Floats
from retention.campaign.health import ALARM, Check, check_split, split_check
from retention.errors import InputError
from retention.wording.text import quote, suggest_closest

Arms = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class DeclaredChances:
    """The chances as they were read.

    Attributes
    ----------
    weights
        (n,), 1 over the chance of the arm that each customer got; None where all customers of an arm had the same.
    split
        The check of the split against them.
    by_arm
        (n, arms), each customer's chance of every arm, control first; NaN where the column declares a customer's
        chance of their own arm alone, and there are several others.
    """

    weights: Floats | None
    split: Check
    by_arm: Floats


def read_chances(
    declared: str, names: Sequence[str], arms: Arms, frame: pd.DataFrame, source: str
) -> DeclaredChances:
    """Read ``--chance``: a number, a column, or a list of arms with a chance each.

    Parameters
    ----------
    declared
        A number is the chance of being treated at all; several treatment arms share it equally. (If the split fits
        only that each treatment arm had this chance, it is read so.) ``A=0.2,B=0.3`` gives each treatment arm its
        own, and control the rest. A column holds each row's chance of being treated or, as `holdout` writes it, of
        the arm it got; the split shows which.
    names
        The arms, control first.
    arms
        (n,), each row's position in ``names``.
    frame
        The rows, (n, ...).
    source
        The file, for messages.

    Raises
    ------
    InputError
        If it is none of these, or a chance is not between 0 and 1.
    """
    if declared in frame.columns:
        return _of_column(frame[declared], names, arms, source)
    if "=" in declared:
        return _of_arms(declared, names, arms, source)
    try:
        chance = float(declared)
    except ValueError:
        raise InputError(
            f"{source}: --chance {quote(declared)} is neither a number nor a column"
            f"{suggest_closest(declared, map(str, frame.columns))}; pass the chance of being treated"
        ) from None
    if not 0 < chance < 1:
        raise InputError(
            f"{source}: --chance {declared} is not between 0 and 1; pass each customer's chance of being treated"
        )
    return _of_number(chance, names, arms)


def _of_number(chance: float, names: Sequence[str], arms: Arms) -> DeclaredChances:
    treatments = len(names) - 1
    equally = [1 - chance, *[chance / treatments] * treatments]
    split = _split(names, arms, equally)
    if split.severity == "ok":
        return _alike(equally, split, arms)
    if treatments > 1 and treatments * chance < 1:
        each = [1 - treatments * chance, *[chance] * treatments]
        split_of_each = _split(names, arms, each)
        if split_of_each.severity == "ok":
            return _alike(each, split_of_each, arms)
    if treatments == 1 and _split(names, arms, [chance, 1 - chance]).severity == "ok":
        hint = f" If {chance:g} is the chance of control, pass --chance {1 - chance:g}."
        split = Check(split.name, split.severity, split.sentence + hint, split.p_value)
    return _alike(equally, split, arms)


def _alike(chances: Sequence[float], split: Check, arms: Arms) -> DeclaredChances:
    """Return chances that are the same for every customer."""
    return DeclaredChances(None, split, np.tile(chances, (len(arms), 1)))


def _of_arms(declared: str, names: Sequence[str], arms: Arms, source: str) -> DeclaredChances:
    chances: dict[str, float] = {}
    for part in declared.split(","):
        name, _, number = part.rpartition("=")
        try:
            chances[name.strip()] = float(number)
        except ValueError:
            raise InputError(
                f"{source}: --chance: {quote(part)} is not an arm, = and its chance; write A=0.2,B=0.3"
            ) from None
    if unknown := [name for name in chances if name not in names]:
        raise InputError(
            f"{source}: --chance: there is no arm {quote(unknown[0])}{suggest_closest(unknown[0], names)}"
        )
    chances.setdefault(names[0], 1 - math.fsum(chances.values()))
    if missing := [name for name in names if name not in chances]:
        raise InputError(f"{source}: --chance: gives arm {quote(missing[0])} no chance; add it")
    if not (all(0 < chance < 1 for chance in chances.values()) and abs(math.fsum(chances.values()) - 1) < 0.001):
        raise InputError(f"{source}: --chance {quote(declared)}: the chances must be above 0 and add up to 1")
    by_arm = [chances[name] for name in names]
    return _alike(by_arm, _split(names, arms, by_arm), arms)


def _of_column(cells: pd.Series, names: Sequence[str], arms: Arms, source: str) -> DeclaredChances:
    from scipy import stats

    if cells.dtype != np.float64 or not ((cells > 0) & (cells < 1)).all():
        raise InputError(
            f"{source}: column {quote(cells.name)} must hold each customer's chance, a number above 0 and below 1"
        )
    chance, treated = cells.to_numpy(), arms > 0
    treatments = len(names) - 1
    as_treated = np.where(treated, chance / treatments, 1 - chance)
    by_arm = np.column_stack([1 - chance, *[chance / treatments] * treatments])
    split = _split_of_column(names, arms, _p_of_treated(chance, treated), as_treated, "of being treated")
    if treatments > 1:
        within = stats.chisquare(np.bincount(arms, minlength=len(names))[1:]).pvalue
        if within < ALARM:
            split = _split_of_column(names, arms, float(within), as_treated, "of being treated, in equal parts")
    if split.severity != "ok":
        own = (
            _p_of_treated(np.where(treated, chance, 1 - chance), treated)
            if treatments == 1
            else _p_of_own(chance, arms)
        )
        if own >= ALARM:
            split, as_treated = _split_of_column(names, arms, own, chance, "of the arm each row got"), chance
            by_arm = _of_own_arm(chance, arms, len(names))
    varies = any(np.ptp(as_treated[arms == arm]) > 1e-9 for arm in range(len(names)))
    return DeclaredChances(1 / as_treated if varies else None, split, by_arm)


def _of_own_arm(chance: Floats, arms: Arms, count: int) -> Floats:
    """Return the chances of all arms, (n, count), from that of one's own; NaN where others share the rest."""
    by_arm = np.full((len(arms), count), np.nan) if count > 2 else np.tile((1 - chance)[:, np.newaxis], (1, 2))
    by_arm[np.arange(len(arms)), arms] = chance
    return by_arm


def _p_of_treated(chance: Floats, treated: NDArray[np.bool_]) -> float:
    """Test whether rows were treated as often as their chances say, on average and in proportion to them."""
    from scipy import stats

    surplus = treated - chance
    design = np.column_stack([np.ones(len(chance)), chance - chance.mean()])
    if np.ptp(chance) < 1e-9:
        design = design[:, :1]
    score = design.T @ surplus
    variance = (design * (chance * (1 - chance))[:, np.newaxis]).T @ design
    return float(stats.chi2.sf(score @ np.linalg.pinv(variance, hermitian=True) @ score, design.shape[1]))


def _p_of_own(chance: Floats, arms: Arms) -> float:
    """Test whether 1 over the chance of one's arm adds up to all rows in every arm (Bonferroni)."""
    from scipy import stats

    p_values = []
    for arm in range(int(arms.max()) + 1):
        own = chance[arms == arm]
        error = math.sqrt(float(((1 / own) * (1 / own - 1)).sum()))
        p_values.append(2 * stats.norm.sf(abs((1 / own).sum() - len(arms)) / error))
    return float(min(1.0, len(p_values) * min(p_values)))


def _split(names: Sequence[str], arms: Arms, chances: Sequence[float]) -> Check:
    counts = np.bincount(arms, minlength=len(names))
    observed: Mapping[str, int] = {name: int(count) for name, count in zip(names, counts, strict=True)}
    return check_split(observed, dict(zip(names, chances, strict=True)))


def _split_of_column(names: Sequence[str], arms: Arms, p_value: float, own: Floats, meaning: str) -> Check:
    counts = np.bincount(arms, minlength=len(names))
    share = np.array([1 / np.mean(1 / own[arms == arm]) for arm in range(len(names))])
    check = split_check(p_value, " : ".join(f"{count:,}" for count in counts), share / share.sum())
    return Check(check.name, check.severity, f"{check.sentence} Each chance is read as that {meaning}.", p_value)
