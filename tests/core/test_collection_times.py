"""Times of a laboratory book on one clock."""

from __future__ import annotations

import pytest

from tricyclic.core.collection_times import collection_times, end_as_time, start_as_time
from tricyclic.errors import InputError


def test_minutes_stay_as_they_are():
    times = collection_times(["0", "20", "40"], ["20", "40", "60 min"])
    assert times.kind == "minutes"
    assert times.starts_min == (0.0, 20.0, 40.0)
    assert times.ends_min == (20.0, 40.0, 60.0)
    assert times.minute("45") == 45.0
    assert times.minute("1.5 h") == 90.0


def test_times_of_day_cross_midnight_in_any_order_of_the_list():
    starts = ["00:10", "23:30", "23:50", "0:30"]
    times = collection_times(starts, ["00:30", "23:50", "00:10", "+20 min"])
    assert times.starts_min == (1450.0, 1410.0, 1430.0, 1470.0)
    assert times.ends_min == (1470.0, 1430.0, 1450.0, 1490.0)
    # The treatment is within the collection, also after midnight.
    assert times.minute("00:05") == 1445.0
    assert times.minute("23:40") == 1420.0


def test_dates_in_the_forms_of_toml_excel_and_people_agree():
    written = ["2026-03-02T10:20", "2026-03-02 10:20:00", "02.03.2026 10:20", "13/3/2026 10:20"]
    for text in written:
        times = collection_times([text], ["+20"])
        assert times.starts_min == (620.0,), text
    iso = collection_times(["2026-03-02T23:50"], ["2026-03-03T00:10"])
    assert iso.ends_min == (1450.0,)
    assert iso.minute("2026-03-03 00:05") == 1445.0
    assert collection_times(["10:20 PM"], ["+20"]).starts_min == (1340.0,)


def test_month_and_day_are_never_guessed():
    with pytest.raises(InputError) as error:
        collection_times(["3/4/2026 23:50", "4/4/2026 0:10"], ["+20", "+20"], where="r01")
    assert str(error.value) == (
        "r01: '3/4/2026 23:50' can be read as two dates. Write dates as year-month-day: 2026-03-04."
    )
    # On one day either reading gives the same minutes.
    assert collection_times(["3/4/2026 10:00"], ["3/4/2026 10:20"]).ends_min == (620.0,)
    american = collection_times(["3/30/2026 10:00"], ["3/31/2026 10:20"])
    assert american.ends_min == (620.0 + 1440.0,)


@pytest.mark.parametrize(
    ("starts", "ends", "message"),
    [
        (["0", "10:20"], ["+20", "+20"], "r01: '0' is a number of minutes, and '10:20' is"),
        (["10:20"], ["10:00"], "r01: the sample begins at 10:20 and ends at 10:00"),
        (["soon"], ["+20"], "r01: 'soon' is no time. A time is a number of minutes"),
        (["25:00"], ["+20"], "'25:00' is no time"),
        (["10:20"], ["+0"], "the duration is '0'"),
        (["10:20"], [""], "r01: the sample has no end"),
        (["2026-02-30 10:00"], ["+20"], "'2026-2-30' is no date"),
        (["2026-03-02"], ["+20"], "is a date without a time"),
        (["0:00", "6:00", "12:00", "18:00"], ["+20"] * 4, "times of day are those of more than"),
    ],
)
def test_times_that_cannot_be_read_have_sentences(starts, ends, message):
    with pytest.raises(InputError) as error:
        collection_times(starts, ends, where="r01")
    assert message in str(error.value)


def test_a_treatment_of_another_kind_is_refused():
    times = collection_times(["10:00"], ["10:20"], where="r01")
    with pytest.raises(InputError, match="'30' is a number of minutes, and the times of the sam"):
        times.minute("30")


@pytest.mark.parametrize(
    ("start", "end", "time"),
    [
        ("10:00", "+20 min", "10:20"),
        ("23:50", "+0.5 h", "00:20"),
        ("10:00:30", "+20", "10:20:30"),
        ("40", "+20", "60"),
        ("2026-03-02T23:50", "+20", "2026-03-03 00:10:00"),
        ("10:00", "10:25", "10:25"),
    ],
)
def test_a_duration_gives_the_end(start, end, time):
    assert end_as_time(start, end) == time


@pytest.mark.parametrize(
    ("ends", "starts_min"),
    [
        (["20", "40", "60", "80"], (0.0, 20.0, 40.0, 60.0)),
        (["80", "20", "60", "40"], (60.0, 0.0, 40.0, 20.0)),
        (["23:20", "23:40", "0:00", "0:20"], (1380.0, 1400.0, 1420.0, 1440.0)),
        (
            ["2026-03-02 23:40", "2026-03-03 0:00", "2026-03-03 0:20", "2026-03-03 0:40"],
            (1400.0, 1420.0, 1440.0, 1460.0),
        ),
    ],
)
def test_samples_with_ends_alone_begin_where_the_one_before_ends(ends, starts_min):
    times = collection_times([""] * 4, ends, where="r01")
    assert times.starts_min == starts_min
    assert times.ends_min == tuple(start + 20 for start in starts_min)


def test_a_pooled_sample_with_its_end_alone_reaches_back_over_its_fractions():
    ends, pooled = ["20", "40", "80", "100"], [False, False, True, False]
    times = collection_times([""] * 4, ends, where="r01", pooled=pooled)
    assert times.starts_min == (0.0, 20.0, 40.0, 80.0)
    assert times.ends_min == (20.0, 40.0, 80.0, 100.0)


@pytest.mark.parametrize(
    ("ends", "pooled", "problem"),
    [
        (["20", "40", "80", "100"], (), "line 3: the sample has no start, and ends 40 min after"),
        (["20", "40", "40"], (), "line 3: the sample has no start, and ends 0 min after"),
        (["20"], (), "line 1: the sample has no start, and no other one"),
        (["40", "60", "80"], (True,), "line 1: the sample has no start, and no other one"),
    ],
)
def test_ends_that_do_not_show_the_starts_are_refused(ends, pooled, problem):
    places = [f"line {k}" for k in range(1, 5)]
    with pytest.raises(InputError) as error:
        collection_times([""] * len(ends), ends, where="r01", places=places, pooled=pooled)
    assert problem in str(error.value)


def test_a_start_is_needed_where_others_have_one():
    with pytest.raises(InputError, match="has no start"):
        collection_times(["0", ""], ["20", "40"], where="r01")


@pytest.mark.parametrize(
    ("end", "start"),
    [
        ("20", "0"),
        ("10:20", "10:00"),
        ("0:10", "23:50"),
        ("2026-03-02 0:10", "2026-03-01 23:50:00"),
    ],
)
def test_the_start_by_end_and_duration(end, start):
    assert start_as_time(end, "+20 min") == start
