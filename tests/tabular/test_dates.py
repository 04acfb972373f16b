"""Dates as people write them, and the sentences when they cannot be read."""

import numpy as np
import pandas as pd
import pytest

from retention.errors import InputError
from retention.tabular.dates import looks_like_dates, parse_dates
from retention.tabular.locations import ColumnLocation


def parsed(*cells: str | None) -> list[str]:
    """Parse the cells of one column and write them as ISO."""
    location = ColumnLocation("orders.csv", "date", np.arange(2, len(cells) + 2))
    times = parse_dates(pd.Series(cells, dtype="str"), location).values
    return [str(time) for time in times.astype("datetime64[s]")]


def notes(*cells: str) -> tuple[str, ...]:
    """Return the notes about the cells of one column."""
    location = ColumnLocation("orders.csv", "date", np.arange(2, len(cells) + 2))
    return parse_dates(pd.Series(cells, dtype="str"), location).notes


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2025-06-30", "2025-06-30T00:00:00"),
        ("2025-06-30 18:05", "2025-06-30T18:05:00"),
        ("2025-06-30T18:05:09", "2025-06-30T18:05:09"),
        ("2025-06-30T18:05:09.250", "2025-06-30T18:05:09"),
        ("20250630", "2025-06-30T00:00:00"),
        ("2025/6/30", "2025-06-30T00:00:00"),
        ("30/06/2025", "2025-06-30T00:00:00"),
        ("6/30/2025 8:26", "2025-06-30T08:26:00"),
        ("06-30-2025 08:26:59", "2025-06-30T08:26:59"),
        ("30.6.2025", "2025-06-30T00:00:00"),
        ("30/06/2025 6:05 PM", "2025-06-30T18:05:00"),
        ("30 Jun 2025", "2025-06-30T00:00:00"),
        ("30-Jun-2025 18:05", "2025-06-30T18:05:00"),
        ("Jun 30, 2025", "2025-06-30T00:00:00"),
        ("6/30/25 08:26", "2025-06-30T08:26:00"),
        ("30-06-25", "2025-06-30T00:00:00"),
        ("30.6.25 08:26:59", "2025-06-30T08:26:59"),
        ("30-Jun-25", "2025-06-30T00:00:00"),
        ("2025-6-3", "2025-06-03T00:00:00"),
        ("2025.06.30", "2025-06-30T00:00:00"),
        ("03 June 2025", "2025-06-03T00:00:00"),
        ("June 3, 2025", "2025-06-03T00:00:00"),
        ("30/06/2025 04:26PM", "2025-06-30T16:26:00"),
    ],
)
def test_the_known_ways_of_writing(cell: str, expected: str) -> None:
    """Each way of writing a date gives the same day."""
    assert parsed(cell) == [expected]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("08:49 AM, January 02 2024", "2024-01-02T08:49:00"),  # Zomato's dashboard for restaurants
        ("01/22/2024, 01:38:53 PM", "2024-01-22T13:38:53"),  # JavaScript's toLocaleString
        ("22/1/2024, 1:38:53\u202fpm", "2024-01-22T13:38:53"),
        ("2024-01-02  01:38:53 PM", "2024-01-02T13:38:53"),
        ("02 Jan 24", "2024-01-02T00:00:00"),
        ("Tue 02 Jan 2024", "2024-01-02T00:00:00"),
        ("Tuesday, January 2nd, 2024 at 8:49 a.m.", "2024-01-02T08:49:00"),
        ("Jan 02 2024", "2024-01-02T00:00:00"),
        ("2024/01/02 08:49:44.000", "2024-01-02T08:49:44"),
        ("2 Jan 2024, 8:49 AM", "2024-01-02T08:49:00"),
        ("Tue Jan  2 08:49:44 2024", "2024-01-02T08:49:44"),  # C's ctime
        ("2024-Jan-02", "2024-01-02T00:00:00"),
        ("02/Jan/2024:08:49:44", "2024-01-02T08:49:44"),  # web servers
        ("20240102T084944", "2024-01-02T08:49:44"),
        ("12:05 am, 2 September 2024", "2024-09-02T00:05:00"),
        ("13:26 01/13/24", "2024-01-13T13:26:00"),
    ],
)
def test_further_styles_with_one_meaning(cell: str, expected: str) -> None:
    """Weekdays, commas, ordinals, thin spaces and a clock in front change nothing."""
    assert parsed(cell) == [expected]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2025-06-30T23:30:00+05:30", "2025-06-30T23:30:00"),
        ("Tue, 02 Jan 2024 20:30:00 +0530", "2024-01-02T20:30:00"),
        ("Tue Jan 02 2024 20:30:00 GMT+0530 (India Standard Time)", "2024-01-02T20:30:00"),
        ("Tue Jan  2 20:30:00 IST 2024", "2024-01-02T20:30:00"),
    ],
)
def test_one_zone_throughout_stays_local(cell: str, expected: str) -> None:
    """Dinner stays dinner, and a note names the zone."""
    assert parsed(cell) == [expected]
    assert "times stay local, as they are written with " in notes(cell)[0]


@pytest.mark.parametrize("cell", ["2025-06-30 18:00:00Z", "2025-06-30 18:00:00 UTC"])
def test_utc_stays_utc_and_a_note_says_so(cell: str) -> None:
    """A day begins at midnight UTC then, which may be the middle of the customers' day."""
    assert parsed(cell) == ["2025-06-30T18:00:00"]
    assert "times are in UTC, so days begin at midnight UTC" in notes(cell)[0]


def test_summer_and_winter_of_one_place_stay_local() -> None:
    """Two offsets an hour apart are one place in two seasons."""
    cells = ("2025-01-10T20:30:00+01:00", "2025-07-10T20:30:00+02:00")
    assert parsed(*cells) == ["2025-01-10T20:30:00", "2025-07-10T20:30:00"]


def test_zones_in_letters_cannot_be_told_apart() -> None:
    """IST is India, Israel or Ireland, so it counts as local as long as nothing else stands beside it."""
    with pytest.raises(InputError, match=r"row 3: .* has another zone than 'IST'"):
        parsed("Tue Jan  2 20:30:00 IST 2024", "Tue Jan  2 20:30:00 EST 2024")


def test_two_styles_in_one_column_are_read_and_said() -> None:
    """Each cell has one meaning: 30/06 can only be the day first."""
    cells = ("2025-06-30", "30/06/2025", "01/07/2025")
    assert [day[5:10] for day in parsed(*cells)] == ["06-30", "06-30", "07-01"]
    assert notes(*cells)[0] == (
        "column 'date': dates are written in 2 ways, like '2025-06-30' (1 cell) and '30/06/2025' (2 cells)"
    )


def test_days_that_a_spreadsheet_swapped_are_refused() -> None:
    """Text from the 13th on beside ISO dates up to the 12th: an American Excel opened a file with days first."""
    swapped = [f"2025-{month:02}-{day:02}" for month in (1, 2) for day in range(1, 13)]
    with pytest.raises(InputError, match="a spreadsheet has swapped day and month in some"):
        parsed(*swapped, *[f"{day}/01/2025" for day in range(13, 25)])


@pytest.mark.parametrize(
    ("cell", "expected"),
    [("45293", "2024-01-02T00:00:00"), ("45293.36788", "2024-01-02T08:49:45"), ("45293.0", "2024-01-02T00:00:00")],
)
def test_excel_day_numbers_are_read_where_times_stand(cell: str, expected: str) -> None:
    """Excel counts days from 1899-12-30; 0.36788 days are 8 hours, 49 minutes and 45 seconds."""
    location = ColumnLocation("orders.csv", "date", np.array([2]))
    dates = parse_dates(pd.Series([cell], dtype="str"), location, epochs=True)
    assert dates.values.astype("datetime64[s]").astype(str).tolist() == [expected]
    assert dates.notes == (f"column 'date': numbers are read as Excel's day numbers, '{cell}' as 2024-01-02",)
    with pytest.raises(InputError, match="is not a date"):
        parsed(cell)


def test_mixed_zones_become_one() -> None:
    """Two zones in one column meet in UTC."""
    assert parsed("2025-07-01T01:00:00+05:30", "2025-06-30T19:30:00+00:00") == ["2025-06-30T19:30:00"] * 2


def test_an_iso_date_without_time_has_no_zone() -> None:
    """The day of 2025-06-30 is not taken for a zone."""
    assert notes("2025-06-30", "2025-06-30 10:00") == ()


@pytest.mark.parametrize(
    ("cells", "months", "word"),
    [(("03/04/2025", "13/04/2025"), [4, 4], "day"), (("03/04/2025", "03/14/2025"), [3, 3], "month")],
)
def test_the_whole_column_decides_day_or_month(cells: tuple[str, str], months: list[int], word: str) -> None:
    """One cell above 12 settles how all others are read, and a note says so."""
    assert [int(day[5:7]) for day in parsed(*cells)] == months
    assert f"with the {word} first" in notes(*cells)[0]


def test_long_and_short_months_and_days_may_be_mixed() -> None:
    """May is as long as its abbreviation; the third of a month needs no zero."""
    assert [day[5:10] for day in parsed("03 May 2025", "30 June 2025")] == ["05-03", "06-30"]
    assert [day[5:10] for day in parsed("2025-06-30", "2025-7-1")] == ["06-30", "07-01"]


def test_seconds_since_1970_are_read_only_where_times_are_known_to_stand() -> None:
    """1751241600 is the first second of 2025-06-30 in UTC, by thousandths as well; elsewhere it is a number."""
    location = ColumnLocation("orders.csv", "timestamp", np.array([2, 3]))
    for digits in ("1751241600", "1751241600000"):
        dates = parse_dates(pd.Series([digits, None], dtype="str"), location, epochs=True)
        assert dates.values.astype("datetime64[s]").astype(str).tolist() == ["2025-06-30T00:00:00", "NaT"]
        assert "since 1970" in dates.notes[0]
    with pytest.raises(InputError, match="row 2: '9999999999' is not a date"):
        parsed("1751241600")
    with pytest.raises(InputError, match="is not a date"):
        parse_dates(pd.Series(["1751241600", "17512416"], dtype="str"), location, epochs=True)


def test_blanks_stay_blank() -> None:
    """A missing date, or a word for one, is missing."""
    assert parsed("2025-06-30", None, "NULL", "NaT") == ["2025-06-30T00:00:00", "NaT", "NaT", "NaT"]
    assert parsed("2025-06-30", "0000-00-00 00:00:00", "00/00/0000")[1:] == ["NaT", "NaT"]  # MySQL's blank


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        (("03/04/2025", "05/06/2025"), "fit both day/month and month/day"),
        (("13/04/2025", "04/13/2025"), "'13/04/2025' has the day first and '04/13/2025' the month"),
        (("2025-06-30", "2025-06-31"), "row 3: '2025-06-31' is not a day of the calendar"),
        (("2025-06-30", "31/06/2025"), "row 3: '31/06/2025' is not a day of the calendar"),
        (("2025-06-30", "03/04/2025"), "'03/04/2025' and all others fit both day/month and month/day"),
        (("2025-06-30", "a.person@example.org"), "row 3: 'x.xxxxxx@xxxxxxx.xxx' is not a date"),
        (("24-01-13", "24-01-14", "25-02-15"), "'24-01-13' may begin or end with the year"),
        (("24-Jan-13", "24-Jan-14"), "'24-Jan-13' may begin or end with the year"),
        (("03/04/25", "05/06/25"), "fit both day/month and month/day"),
        (
            ("13:26 01/13/24/9",),
            "row 2: '99:99 99/99/99/9' is not a date that can be read (letters and digits are hidden",
        ),
        (("soon", "2025-06-30"), "row 2: 'soon' is not a date that can be read"),
        (("2025-06-30 10:00Z", "2025-06-30 10:00"), "row 3: '2025-06-30 10:00' has no time zone"),
        (("20250630", "20251330"), "row 3: '20251330' is not a day of the calendar"),
    ],
)
def test_what_cannot_be_read_is_one_sentence(cells: tuple[str, ...], sentence: str) -> None:
    """The sentence names the row, the cell and what to write instead."""
    with pytest.raises(InputError, match="write dates as YYYY-MM-DD") as caught:
        parsed(*cells)
    assert sentence in str(caught.value)
    assert str(caught.value).startswith("orders.csv: column 'date'")


def test_a_blank_column_is_refused() -> None:
    """Without any date there is nothing to read."""
    with pytest.raises(InputError, match="column 'date' is blank"):
        parsed(None, "NULL")


def test_dates_are_recognised_by_content() -> None:
    """Text is a date column when all its first cells are written in known ways."""
    assert looks_like_dates(pd.Series(["08:49 AM, January 02 2024", "2024-01-02"]))
    assert not looks_like_dates(pd.Series(["May be", "12 Monkeys 20"]))
    assert looks_like_dates(pd.Series(["30/06/2025", None]))
    assert looks_like_dates(pd.Series(["13/01/24 08:26"]))
    assert not looks_like_dates(pd.Series(["2025-06-30", "later"]))
    assert not looks_like_dates(pd.Series(["1.2.10", "1.3.11"]))
    assert not looks_like_dates(pd.Series([None, None], dtype="str"))
