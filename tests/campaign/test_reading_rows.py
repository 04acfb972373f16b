"""What a reading keeps of each customer to learn from: no ids, only what the draw knew."""

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from retention.campaign.campaign_file import Campaign
from retention.campaign.experiment import measure_experiment
from retention.campaign.experiment_table import ExperimentColumns
from retention.campaign.feature_columns import feature_columns, same_feature_columns
from retention.campaign.measurement import measure
from retention.campaign.rate_learning import learn_rates
from retention.campaign.reading import Reading
from retention.campaign.reading_rows import ReadingRows
from retention.errors import InputError
from tests.campaign.campaigns import READ_ON, drawn, played


def _with_features(campaign: Campaign) -> Campaign:
    table = campaign.assignments
    extra = {"feature_recency": np.arange(len(table)) % 30.0, "feature_zone=b": np.arange(len(table)) % 2}
    return Campaign(campaign.design, table.assign(**extra))


def test_a_reading_keeps_its_rows_and_reads_them_back(tmp_path: Path) -> None:
    """The saved rows are the measured ones, with the day and the design, and no id is in the file."""
    campaign = _with_features(drawn(1000))
    reading = measure(campaign, played(campaign), as_of=READ_ON)
    reading.save(tmp_path / "reading.zip")
    again = Reading.load(tmp_path / "reading.zip")
    assert reading.rows is not None
    assert again.rows is not None
    assert (again.design, again.read_on) == (campaign.design, READ_ON)
    assert again.as_dict() == reading.as_dict()
    for name in ("arm", "probability", "value", "offer", "listed", "kept", "redeemed", "money"):
        np.testing.assert_array_equal(getattr(again.rows, name), getattr(reading.rows, name))
    pd.testing.assert_frame_equal(again.rows.chances, reading.rows.chances)
    assert list(again.rows.features) == ["recency", "zone=b"]
    assert again.rows.control == "control"
    assert b"C-00001" not in again.rows.as_parquet()
    assert np.isclose(np.unique(again.rows.own_chance), [0.2, 0.8]).all()


def test_nothing_can_be_learned_before_the_day_or_from_a_measurement_that_is_not_valid() -> None:
    """Rows are kept of a valid measurement alone."""
    campaign = drawn(1000)
    early = measure(campaign, played(campaign), as_of=READ_ON - dt.timedelta(days=1))
    other = measure(campaign, played(campaign), as_of=READ_ON, registered_sha256="another")
    assert early.rows is None
    assert other.rows is None


def test_the_rows_of_an_experiment_hold_every_arm_s_chance() -> None:
    """A chance of 0.5 over two treatments is 0.5, 0.25 and 0.25; features are numbers with names."""
    arms = np.repeat(["none", "a", "b"], [400, 200, 200])
    table = pd.DataFrame({"arm": arms, "kept": np.arange(800) % 2, "age": np.arange(800) % 40, "plus": "no"})
    table.loc[::5, "plus"] = "yes"
    columns = ExperimentColumns(
        arm="arm", control="none", kept="kept", chance="0.5", money=None, features=("age", "plus")
    )
    rows = measure_experiment(table, columns).rows
    assert rows is not None
    assert rows.arms == ("none", "a", "b")
    assert rows.chances.iloc[0].tolist() == [0.5, 0.25, 0.25]
    assert rows.features.iloc[0].tolist() == [0.0, 1.0]
    assert int(rows.of_arm("a").sum()) == 600


def test_features_leave_out_personal_data_and_constants() -> None:
    """Numbers, yes or no, and texts of few values stay; contacts, ids and constants do not."""
    n = 100
    ids = pd.Series([f"C-{number}" for number in range(n)])
    frame = pd.DataFrame(
        {
            "spend": np.arange(n, dtype=float),
            "one": 1.0,
            "again": ids,
            "mail": [f"a{number % 3}@example.com" for number in range(n)],
            "mobile_app": 9_000_000_000.0 + np.arange(n),
            "zone": ["north", "south"] * (n // 2),
            "plus": [None, "yes", "no", "no"] * (n // 4),
        }
    )
    kept = feature_columns(frame, ids)
    assert list(kept) == ["spend", "zone=south", "plus"]
    assert kept["plus"].iloc[:3].tolist()[1:] == [1.0, 0.0]
    assert np.isnan(kept["plus"].iloc[0])
    pd.testing.assert_frame_equal(same_feature_columns(map(str, kept), frame), kept.astype(np.float64))


def test_damaged_rows_are_refused() -> None:
    """A file that is none, and chances that no draw can have, get a sentence."""
    with pytest.raises(InputError, match=r"x\.zip: rows\.parquet is damaged"):
        ReadingRows.from_parquet(b"PAR1 and nothing", source="x.zip")


def test_nothing_is_learned_twice_from_the_same_customers() -> None:
    """A second reading of a campaign, or the same one again, would narrow every interval; it is refused."""
    campaign = drawn(1000)
    outcomes = played(campaign)
    first = measure(campaign, outcomes, as_of=READ_ON)
    second = measure(campaign, outcomes, as_of=READ_ON + dt.timedelta(days=9))
    for again in (first, second):
        with pytest.raises(InputError, match="diwali: is passed twice"):
            learn_rates([first, again])
