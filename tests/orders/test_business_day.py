"""The day of the business: times in UTC as the clocks of a time zone showed them."""

import datetime as dt
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retention.errors import InputError
from retention.orders.business_day import business_zone, in_business_time, offsets_between
from retention.orders.source import open_frame

MOMENTS = st.datetimes(dt.datetime(1971, 1, 1), dt.datetime(2036, 1, 1))
ZONES = ("Asia/Kolkata", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/St_Johns", "UTC",
         "Pacific/Apia", "Africa/Casablanca")  # fmt: skip


@given(st.sampled_from(ZONES), st.lists(MOMENTS, min_size=1, max_size=20))
def test_clocks_show_what_the_standard_library_says(zone: str, moments: list[dt.datetime]) -> None:
    """Whatever the zone and the years, also within a second of a change; computed by the engine."""
    offsets = offsets_between(ZoneInfo(zone), min(moments), max(moments))
    changes = [offset.until for offset in offsets if offset.until is not None]
    near = [change + dt.timedelta(seconds=step) for change in changes[:3] for step in (-1, 0, 1)]
    tried = [moment for moment in (*moments, *near) if min(moments) <= moment <= max(moments)]
    source = open_frame(pd.DataFrame({"at": pd.Series(tried).astype("datetime64[us]")}))
    local = in_business_time(source.table["at"], offsets)
    shown = source.table.select(at=source.table["at"], local=local).to_pyarrow().to_pylist()
    for row in shown:
        expected = row["at"].replace(tzinfo=dt.UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        assert row["local"] == expected


def test_india_has_one_offset_and_berlin_four_in_two_years() -> None:
    """A zone without summer time costs the engine one addition."""
    span = dt.datetime(2024, 1, 1), dt.datetime(2025, 12, 31)
    assert [offset.seconds for offset in offsets_between(business_zone("Asia/Kolkata"), *span)] == [19_800]
    berlin = offsets_between(business_zone("Europe/Berlin"), *span)
    assert [offset.seconds for offset in berlin] == [3600, 7200, 3600, 7200, 3600]


@pytest.mark.parametrize("name", ["", "Kolkata", "../etc/passwd", "GMT+25", "x" * 300])
def test_what_is_no_zone_is_refused(name: str) -> None:
    """One sentence with two examples."""
    with pytest.raises(InputError, match=r"--timezone .* is no time zone; write one such as"):
        business_zone(name)
