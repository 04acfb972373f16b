"""The step after measuring: learn from readings what the next plan should expect of each offer."""

from pathlib import Path
from typing import Any

from retention.pipeline.learn import learn_from_files


def learn(
    reading: Path,
    reading_2: Path | None = None,
    reading_3: Path | None = None,
    reading_4: Path | None = None,
    reading_5: Path | None = None,
    *,
    seed: int = 0,
    folder: Path,
) -> tuple[Path, dict[str, Any]]:
    """Learn measured rates, and for whom an offer works, from what one or more campaigns were measured to do.

    Parameters
    ----------
    reading
        The reading of a campaign, or of an experiment that ran elsewhere: the zip file that measure returned.
    reading_2, reading_3, reading_4, reading_5
        Further readings; the rates are pooled.
    seed
        Decides folds and boosters; the same one gives the same answer.

    Returns
    -------
    rates
        What was learned, as a zip file, for profit, score and holdout.
    summary
        JSON: rates (by offer: save_rate, redemption, harm_rate, each with value, low, high and assumed),
        effects_differ, adopted (rates, formula, x or dr), policy_value, qini, autoc, words, evidence.
    """
    further = (reading_2, reading_3, reading_4, reading_5)
    file = folder / "rates.zip"
    learning = learn_from_files([reading, *(path for path in further if path is not None)], out=file, seed=seed)
    return file, {"learned": file.name, **learning.as_dict()}
