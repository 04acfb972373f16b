"""Everything that a campaign or an experiment was measured to have done, with its evidence; saved as one zip."""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from retention.artifacts import open_artifact, with_manifest
from retention.campaign.comparison import Comparison
from retention.campaign.design import Design
from retention.campaign.health import Check
from retention.campaign.reading_rows import ROWS_FILE, ReadingRows
from retention.errors import InputError, ModelError
from retention.tabular.archives import ArchiveKind, read_archive, write_archive
from retention.tabular.files import Limits

DECLARED = "measured, randomisation declared"
"""Evidence of an experiment that ran elsewhere: somebody vouches for its randomisation."""

_KIND = "reading"
_FILE = "reading.json"
_LEARN_FILE = "learn.json"
_FORMAT = 1
_ARCHIVE = ArchiveKind("reading", "the file that `measure --out` wrote", parquet_columns=160)


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What was measured.

    Attributes
    ----------
    name
        The campaign, or the file of the experiment.
    overall
        All treatment arms together against control.
    arms
        Each treatment arm against control, by its name.
    sentence
        The verdict in a sentence a manager can act on.
    counts
        Customers with an outcome by arm, control first.
    checks
        Whether it was dealt and recorded as declared.
    notes
        What was assumed or left out.
    evidence
        What the numbers rest on.
    campaign
        What only a campaign of one's own has, ready for JSON: profit, redemption, holdout cost and so on.
    rows
        What was measured of each customer, to learn from; None where nothing may be learned, and in readings of
        before they were kept.
    design
        What was registered; None for an experiment.
    read_on
        The day of the measurement; None in readings of before it was kept.
    """

    name: str
    overall: Comparison
    sentence: str
    counts: Mapping[str, int]
    checks: tuple[Check, ...]
    evidence: str
    arms: Mapping[str, Comparison] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    campaign: Mapping[str, Any] = field(default_factory=dict)
    rows: ReadingRows | None = None
    design: Design | None = None
    read_on: dt.date | None = None

    @property
    def verdict(self) -> str:
        """Exactly one of :data:`retention.campaign.verdict.VERDICTS`."""
        return self.overall.verdict

    @property
    def valid(self) -> bool:
        """Whether every check allows the effect to be read."""
        return all(check.severity != "not valid" for check in self.checks)

    @property
    def reasons(self) -> tuple[str, ...]:
        """The sentences of the checks that are not in order, the worst first."""
        wrong = [check for check in self.checks if check.severity != "ok"]
        return tuple(check.sentence for check in sorted(wrong, key=lambda check: check.severity != "not valid"))

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON; the numbers of all treatment arms together stand at the top."""
        overall = self.overall.as_dict()
        return {
            "name": self.name,
            "verdict": self.verdict,
            "sentence": self.sentence,
            "valid": self.valid,
            "reasons": list(self.reasons),
            "customers": sum(self.counts.values()),
            "treated_customers": overall.pop("customers"),
            **{name: value for name, value in overall.items() if name != "verdict"},
            "arms": {arm: comparison.as_dict() for arm, comparison in self.arms.items()},
            "counts": dict(self.counts),
            "checks": [check.as_dict() for check in self.checks],
            "notes": list(self.notes),
            **self.campaign,
            "evidence": self.evidence,
        }

    def save(self, path: Path) -> None:
        """Write it as a zip with a manifest, in one step."""
        beside = {"rows", "design", "read_on"}
        own = {item.name: getattr(self, item.name) for item in fields(self) if item.name not in beside}
        content: dict[str, Any] = {
            **own,
            "overall": self.overall.as_dict(),
            "arms": {arm: comparison.as_dict() for arm, comparison in self.arms.items()},
            "checks": [asdict(check) for check in self.checks],
            "shown": self.as_dict(),
        }
        files = {_FILE: _as_json(content)}
        if self.read_on is not None:
            design = None if self.design is None else self.design.as_dict()
            files[_LEARN_FILE] = _as_json({"read_on": self.read_on.isoformat(), "design": design})
        if self.rows is not None:
            files[ROWS_FILE] = self.rows.as_parquet()
        write_archive(with_manifest(files, {"kind": _KIND, "format": _FORMAT}), path)

    @classmethod
    def load(cls, path: Path, *, limits: Limits | None = None) -> "Reading":
        """Read what :meth:`save` wrote.

        Raises
        ------
        InputError
            If it is no zip of a reading, or a byte of it was changed.
        """
        files = dict(read_archive(path, _ARCHIVE, limits=limits or Limits.from_settings()))
        try:
            artifact = open_artifact(lambda name: _file(files, name), kind=_KIND, source=path.name)
            content = json.loads(artifact.files[_FILE])
            content.pop("shown")
            content["overall"] = Comparison.from_dict(content["overall"])
            content["arms"] = {
                arm: Comparison.from_dict(comparison) for arm, comparison in content["arms"].items()
            }
            content["checks"] = tuple(Check(**check) for check in content["checks"])
            content["notes"] = tuple(content["notes"])
            content |= _to_learn_from(artifact.files, path.name)
            return cls(**content)
        except ModelError as error:
            raise InputError(str(error)) from None
        except InputError:
            raise
        except (ValueError, KeyError, TypeError, AttributeError):
            raise InputError(f"{path.name}: holds no reading of this version; measure again") from None


def hide_effects(comparison: Comparison) -> Comparison:
    """Return a comparison that shows nothing but its sizes, for a measurement that is not valid."""
    sizes: dict[str, Any] = {"customers": comparison.customers, "control_customers": comparison.control_customers}
    return Comparison(**sizes, verdict="not valid")


def without_effects(reading: Reading) -> Reading:
    """Return the reading with no effect in it where a check failed, and unchanged otherwise."""
    if reading.valid:
        return reading
    arms = {arm: hide_effects(comparison) for arm, comparison in reading.arms.items()}
    return replace(reading, overall=hide_effects(reading.overall), arms=arms)


def _as_json(content: Mapping[str, Any]) -> bytes:
    return (json.dumps(content, ensure_ascii=False, allow_nan=False, indent=1) + "\n").encode()


def _to_learn_from(files: Mapping[str, bytes], source: str) -> dict[str, Any]:
    """Return the rows, the design and the day of the reading in these files, as far as they are there."""
    kept: dict[str, Any] = {}
    if _LEARN_FILE in files:
        content = json.loads(files[_LEARN_FILE])
        kept["read_on"] = dt.date.fromisoformat(content["read_on"])
        if content["design"] is not None:
            kept["design"] = Design.from_dict(content["design"], source=source)
    if ROWS_FILE in files:
        kept["rows"] = ReadingRows.from_parquet(files[ROWS_FILE], source=source)
    return kept


def _file(files: Mapping[str, bytes], name: str) -> bytes:
    try:
        return files[name]
    except KeyError:
        raise FileNotFoundError(name) from None
