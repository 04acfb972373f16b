"""What was learned from campaigns, as one file: the measured rates of each offer."""

import json
from dataclasses import dataclass
from pathlib import Path

from retention.artifacts import open_artifact, with_manifest
from retention.campaign.effect_model_files import effect_model_files, effect_model_from_files
from retention.campaign.fitted_formula import FittedFormula
from retention.campaign.uplift import UpliftLearner
from retention.errors import InputError, ModelError
from retention.profit.measured_rates import Rates
from retention.profit.rates_json import rates_as_json, rates_from_json
from retention.tabular.archives import ArchiveKind, read_archive, write_archive
from retention.tabular.files import Limits

_KIND = "rates"
_FILE = "rates.json"
_FORMAT = 1
_ARCHIVE = ArchiveKind("rates", "the file that `learn --out` wrote", parquet_columns=0)


@dataclass(frozen=True, kw_only=True)
class LearnedRates:
    """What was learned from campaigns.

    Attributes
    ----------
    rates
        The measured rates of each offer.
    effect_model
        The model of each customer's effect that was adopted; None where the rates alone were.
    """

    rates: Rates
    effect_model: FittedFormula | UpliftLearner | None = None

    def save(self, path: Path) -> None:
        """Write it as a zip with a manifest, in one step."""
        text = json.dumps(rates_as_json(self.rates), ensure_ascii=False, allow_nan=False, indent=1) + "\n"
        files = {_FILE: text.encode()}
        if self.effect_model is not None:
            files |= effect_model_files(self.effect_model)
        write_archive(with_manifest(files, {"kind": _KIND, "format": _FORMAT}), path)

    @classmethod
    def load(cls, path: Path, *, limits: Limits | None = None) -> "LearnedRates":
        """Read what :meth:`save` wrote.

        Raises
        ------
        InputError
            If it is no zip of rates.
        ModelError
            If a byte of it was changed.
        """
        try:
            files = dict(read_archive(path, _ARCHIVE, limits=limits or Limits.from_settings()))
        except FileNotFoundError:
            raise InputError(f"{path.name}: there is no such file; pass the zip that `learn` wrote") from None

        def read(name: str) -> bytes:
            if name not in files:
                raise FileNotFoundError(name)
            return files[name]

        artifact = open_artifact(read, kind=_KIND, source=path.name)
        try:
            rates = rates_from_json(json.loads(artifact.files[_FILE]))
            return cls(rates=rates, effect_model=effect_model_from_files(artifact.files))
        except (KeyError, ValueError, RecursionError):
            raise ModelError(f"{path.name}: holds no rates; learn them again") from None
