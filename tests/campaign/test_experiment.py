"""Experiments that ran elsewhere: known answers, and what is refused."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from retention.campaign.effect import arm_means
from retention.campaign.experiment import measure_experiment
from retention.campaign.experiment_table import ExperimentColumns
from retention.campaign.features import encode_features
from retention.campaign.reading import DECLARED, Reading
from retention.campaign.verdict import VERDICTS
from retention.errors import InputError
from retention.tabular.archives import write_archive

VILLAGES = Path(__file__).with_name("thornton_counts.csv")


def of_counts(control: tuple[int, int], treated: tuple[int, int]) -> pd.DataFrame:
    """An experiment of (customers, kept customers) in either arm."""
    arms = {"nothing": control, "offer": treated}
    return pd.concat(
        [pd.DataFrame({"arm": arm, "kept": (np.arange(n) < kept) * 1}) for arm, (n, kept) in arms.items()],
        ignore_index=True,
    )


def measured(
    frame: pd.DataFrame, chance: str | None = "0.5", control: str | None = "nothing", **more: Any
) -> Reading:
    """Measure a frame with columns arm and kept."""
    columns = ExperimentColumns(arm="arm", control=control, kept="kept", chance=chance, **more)
    return measure_experiment(frame, columns)


def shuffled(n: int = 4000, *, arms: int = 2, effect: float = 0.1, seed: int = 0) -> pd.DataFrame:
    """A sound experiment with a spend and features."""
    rng = np.random.default_rng(seed)
    arm = rng.permutation(np.arange(n) % arms)
    basket = rng.gamma(2, 50, n)
    kept = rng.random(n) < 0.3 + effect * (arm > 0) + 0.001 * basket
    return pd.DataFrame(
        {
            "customer": [f"C{i}" for i in range(n)],
            "arm": np.array(["nothing", "cash", "coffee", "cake"])[arm],
            "kept": np.where(kept, "yes", "no"),
            "spend": np.where(kept, basket, 0.0),
            "basket": np.where(rng.random(n) < 0.1, np.nan, basket),
            "zone": rng.choice(["north", "south", ""], n),
        }
    )


def test_visits_of_a_known_experiment() -> None:
    """Hillstrom's women's e-mail: 2,262 of 21,306 visited without it, 3,238 of 21,387 with: +4.523 (.323)."""
    reading = measured(of_counts((21306, 2262), (21387, 3238)))
    kept = reading.as_dict()["kept"]
    assert kept["points"] == pytest.approx(4.523, abs=0.0005)
    assert (kept["high"] - kept["low"]) / 2 / 1.644854 == pytest.approx(0.323, abs=0.0005)
    conversion = measured(of_counts((21306, 122), (21387, 189))).as_dict()["kept"]
    assert conversion["points"] == pytest.approx(0.311, abs=0.0005)
    assert (conversion["high"] - conversion["low"]) / 2 / 1.644854 == pytest.approx(0.082, abs=0.0005)
    assert reading.verdict == "kept customers, money not shown"
    assert reading.evidence == DECLARED == "measured, randomisation declared"


def test_a_known_experiment_by_village() -> None:
    """Thornton's incentive: +45.06 points, with an error of 2.09 by person and 2.28 by village."""
    rows = pd.read_csv(VILLAGES)
    people = []
    for village, counts in enumerate(rows.itertuples(index=False)):
        both = of_counts((int(counts[0]), int(counts[1])), (int(counts[2]), int(counts[3])))
        people.append(both.assign(village=f"village {village}"))
    frame = pd.concat(people, ignore_index=True)
    for unit, error in ((None, 2.09), ("village", 2.28)):
        kept = measured(frame, chance="0.78", unit=unit).overall.kept
        assert kept is not None
        assert kept.value == pytest.approx(45.06, abs=0.005)
        assert (kept.high - kept.low) / 2 / 1.644854 == pytest.approx(error, abs=0.005)


def test_the_save_rate_by_hand() -> None:
    """30% churn without and 24% with the offer: 6 points more kept, a net save rate of 20%."""
    reading = measured(of_counts((1000, 700), (1000, 760)))
    assert reading.overall.kept is not None
    assert reading.overall.kept.value == pytest.approx(6.0)
    assert reading.overall.save_rate is not None
    assert reading.overall.save_rate.value == pytest.approx(0.20)


def test_features_sharpen_the_effect_as_the_regression_does() -> None:
    """Numbers, blanks and text go into Lin's regression; the balance is checked in one test."""
    frame = shuffled()
    reading = measured(frame, control="nothing", money="spend", features=("basket", "zone"))
    plain = measured(frame, money="spend")
    x = encode_features(frame[["basket", "zone"]].replace("", np.nan))
    y = frame["spend"].to_numpy()
    effect = arm_means(y, frame["arm"] == "cash", covariates=x).difference()
    money, coarse = reading.overall.money, plain.overall.money
    assert money is not None and coarse is not None
    assert money.value == pytest.approx(effect.value)
    assert money.high - money.low < coarse.high - coarse.low
    assert [check.name for check in reading.checks] == ["split", "complete", "balance"]


def test_several_arms_each_against_control() -> None:
    """Each arm is compared with control alone; all of them together stand at the top."""
    frame = shuffled(8000, arms=4)
    reading = measured(frame, chance="0.75", money="spend").as_dict()
    assert list(reading["arms"]) == ["cake", "cash", "coffee"]
    for arm, result in reading["arms"].items():
        alone = measured(frame[frame["arm"].isin(["nothing", arm])], money="spend").as_dict()
        assert result["kept"] == pytest.approx(alone["kept"])
        assert result["money"] == pytest.approx(alone["money"])
        assert result["customers"] == 2000
    assert reading["treated_customers"] == 6000
    assert measured(frame, chance="0.25", money="spend").as_dict()["kept"] == reading["kept"]
    assert (
        measured(frame, chance="cake=.25,cash=.25,coffee=.25", money="spend").as_dict()["kept"] == reading["kept"]
    )


@pytest.mark.parametrize("meaning", ["treated", "own"])
def test_a_column_of_chances_weighs_each_customer(meaning: str) -> None:
    """Where regulars were treated more often, the plain difference is wrong and the weighted one is right."""
    rng = np.random.default_rng(2)
    n = 20_000
    regular = rng.random(n) < 0.5
    chance = np.where(regular, 0.8, 0.3)
    treated = rng.random(n) < chance
    kept = rng.random(n) < 0.2 + 0.5 * regular + 0.05 * treated
    own = np.where(treated, chance, 1 - chance)
    frame = pd.DataFrame({"arm": np.where(treated, "offer", "nothing"), "kept": kept * 1})
    reading = measured(frame.assign(p=chance if meaning == "treated" else own), chance="p")
    assert reading.valid
    assert reading.overall.kept is not None
    assert reading.overall.kept.low < 5 < reading.overall.kept.high
    assert abs(reading.overall.kept.value) < 8 < 100 * (kept[treated].mean() - kept[~treated].mean())
    assert f"read as that of {'being treated' if meaning == 'treated' else 'the arm each row got'}" in (
        reading.checks[0].sentence
    )


@pytest.mark.parametrize(("chance", "hint"), [("0.4", ""), ("0.2", "0.8")])
def test_a_broken_split_shows_no_effect(chance: str, hint: str) -> None:
    """A split that the declared chance does not give is not valid; an exchanged chance is pointed out."""
    frame = shuffled() if not hint else of_counts((200, 90), (800, 400))
    reading = measured(frame, chance=chance)
    assert reading.verdict == "not valid"
    assert not reading.valid
    assert reading.as_dict()["kept"] == {"points": None, "low": None, "high": None}
    assert hint in reading.reasons[0]


def test_treatment_by_hand_is_refused() -> None:
    """Arms that differ in a feature known before are not valid, however well the numbers split."""
    frame = shuffled()
    chosen = frame["basket"].fillna(0).rank(method="first") > len(frame) / 2
    frame["arm"] = np.where(chosen, "offer", "nothing")
    reading = measured(frame, features=("basket",))
    assert reading.verdict == "not valid"
    assert "differ in the features" in reading.reasons[0]


@pytest.mark.parametrize("more", [{"control": None}, {"chance": None}, {"control": None, "chance": None}])
def test_without_control_or_chances_it_is_refused(more: dict[str, None]) -> None:
    """A table of campaigns and their customers, as a shop has it, shows no effect."""
    with pytest.raises(InputError, match="nothing says what would have happened anyway"):
        measured(shuffled(), **more)


@pytest.mark.parametrize(
    ("cell", "valid"), [("YES", True), ("False", True), ("1", True), ("maybe", False), ("2", False)]
)
def test_kept_is_yes_or_no(cell: str, valid: bool) -> None:
    """yes/no, true/false and 1/0 in any case; anything else is an error with its row and column."""
    frame = shuffled()
    frame.loc[3, "kept"] = cell
    if valid:
        assert sum(measured(frame).counts.values()) == 4000
    else:
        with pytest.raises(InputError, match=f"column 'kept', row 5: '{cell}' is neither yes nor no"):
            measured(frame)


def test_small_experiments_show_no_interval() -> None:
    """Below 50 in an arm, or 20 churned or 20 kept in either, there is only the number that is needed."""
    for control, treated in [((49, 25), (200, 100)), ((100, 19), (100, 50)), ((100, 50), (100, 81))]:
        share = treated[0] / (control[0] + treated[0])
        reading = measured(of_counts(control, treated), chance=f"{share:.3f}")
        assert reading.verdict == "too small"
        assert reading.overall.kept is None
        assert reading.overall.needed is not None
        assert reading.overall.needed > sum(reading.counts.values())


def test_skewed_money_gets_no_verdict() -> None:
    """A few huge amounts in a small control group leave the verdict to the customers kept."""
    rng = np.random.default_rng(3)
    frame = of_counts((300, 120), (9700, 4900))
    frame["spend"] = np.where(rng.random(10_000) < 0.01, rng.exponential(5000, 10_000), 0.0)
    reading = measured(frame, chance="0.97", money="spend")
    assert not reading.overall.money_trusted
    assert reading.verdict == "kept customers, money not shown"


def test_customers_without_an_outcome_count_as_missing() -> None:
    """Blank outcomes in one arm only make it not valid; a few in both are left out."""
    frame = shuffled()
    frame.loc[frame.index[:40], "kept"] = ""
    assert measured(frame).valid
    frame = shuffled()
    control = frame.index[frame["arm"] == "nothing"]
    frame.loc[control[:120], "kept"] = ""
    assert measured(frame).verdict == "not valid"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"control": "nothin"}, "did you mean 'nothing'"),
        ({"chance": "spent"}, "did you mean 'spend'"),
        ({"chance": "1.5"}, "not between 0 and 1"),
        ({"chance": "spend"}, "above 0 and below 1"),
        ({"chance": "cake=0.5"}, "there is no arm 'cake'"),
        ({"money": "zone"}, "must hold plain numbers"),
        ({"features": ("kept",)}, "is no feature"),
        ({"features": ("zones",)}, "did you mean 'zone'"),
        ({"id": "zone"}, "stands in row"),
    ],
)
def test_wrong_columns_are_one_sentence(change: dict[str, Any], sentence: str) -> None:
    """What is wrong, where, and what to do."""
    with pytest.raises(InputError, match=sentence) as refusal:
        measured(shuffled(), **change)
    assert "\n" not in str(refusal.value)


def test_arms_that_are_numbers(tmp_path: Path) -> None:
    """Control may be written 0 where the file says 0.0."""
    frame = shuffled()
    frame["arm"] = (frame["arm"] != "nothing") * 1.0
    frame.to_parquet(tmp_path / "t.parquet")
    columns = ExperimentColumns(arm="arm", control="0", kept="kept", chance="0.5")
    assert measure_experiment(tmp_path / "t.parquet", columns).valid


def test_a_reading_is_saved_and_loaded(tmp_path: Path) -> None:
    """The zip gives the same reading back, equal readings equal bytes, and a changed byte is refused."""
    path, again = tmp_path / "reading.zip", tmp_path / "again.zip"
    reading = measured(shuffled(), money="spend", features=("basket",))
    reading.save(path)
    loaded = Reading.load(path)
    assert loaded.as_dict() == reading.as_dict()
    loaded.save(again)
    assert path.read_bytes() == again.read_bytes()
    assert loaded.verdict in VERDICTS
    import zipfile

    with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as packed:
        files = {name: packed.read(name) for name in packed.namelist()}
    files["reading.json"] = files["reading.json"].replace(b"earned", b"lost!!")
    write_archive(files, path)
    with pytest.raises(InputError, match="not the file that was saved"):
        Reading.load(path)
