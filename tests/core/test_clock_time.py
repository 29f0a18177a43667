"""One time as it is written, in tables of values and in sample lists alike."""

from __future__ import annotations

import pytest

from tricyclic.core.clock_time import MINUTES_PER_DAY, read_time
from tricyclic.core.collection_times import collection_times
from tricyclic.errors import InputError
from tricyclic.numerals import NumberFormat

WRITTEN = {
    "40": ("minutes", 40.0),
    "-20": ("minutes", -20.0),
    "1.5 h": ("minutes", 90.0),
    "20min.": ("minutes", 20.0),
    "90 s": ("minutes", 1.5),
    "10:20": ("time of day", 620.0),
    "10h20": ("time of day", 620.0),
    "10:20:30": ("time of day", 620.5),
    "10:20:30.6": ("time of day", 620.51),
    "10:20 PM": ("time of day", 1340.0),
    "12:05 a.m.": ("time of day", 5.0),
    "24:00": ("time of day", 1440.0),
    "2026-03-02T10:20": ("date", 620.0),
    "2026-03-02 10:20:00": ("date", 620.0),
    "2026/03/02 10:20": ("date", 620.0),
    "02.03.2026 10:20": ("date", 620.0),
    "2.3.26 10:20": ("date", 620.0),
}


@pytest.mark.parametrize("text", WRITTEN)
def test_tables_and_sample_lists_read_a_time_alike(text):
    kind, minutes = WRITTEN[text]
    time = read_time(text)
    times = collection_times([text], ["+20"])
    assert time.kind == times.kind == kind
    # The clock of a list begins at 0:00 of its first day.
    of_table = time.minutes % MINUTES_PER_DAY if kind == "date" else time.minutes
    assert of_table == pytest.approx(minutes)
    assert times.starts_min == pytest.approx((minutes,))


@pytest.mark.parametrize(
    "text", ["24:30", "25:00", "10:61", "10:20:60", "13:00 pm", "soon", "1e999", "2 days", ""]
)
def test_what_is_no_time_is_none_in_both(text):
    assert read_time(text) is None
    with pytest.raises(InputError):
        collection_times([text], ["+20"])


@pytest.mark.parametrize("text", ["3/4/2026 10:20", "13-3-2026 10:20"])
def test_a_date_alone_whose_month_may_be_its_day_is_refused(text):
    with pytest.raises(InputError, match="can be read in two ways"):
        read_time(text)


def test_a_number_has_the_decimal_mark_of_its_table():
    assert read_time("1,5 h", numbers=NumberFormat(",")).minutes == 90.0
    assert read_time("2", per_unit=60.0).minutes == 120.0
