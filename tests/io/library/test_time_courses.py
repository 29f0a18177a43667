"""Measured time courses are read from a table, one per observable and unit, or refused."""

from __future__ import annotations

import numpy as np
import pytest

from tricyclic.errors import InputError
from tricyclic.io.library.time_courses import read_measured_courses

HEADER = "time_h,observable,value,unit,error\n"


def write(folder, text):
    path = folder / "measured.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_readings_are_sorted_by_time_and_grouped_by_observable_and_unit(tmp_path):
    text = HEADER + "2,amine,30,nM,3\n1,amine,20,nM,\n\n1,firing,1.5,Hz,0.2\n1,amine,150,%,\n"
    amine, firing, percent = read_measured_courses(write(tmp_path, text))
    assert (amine.name, amine.unit) == ("amine", "nM")
    np.testing.assert_array_equal(amine.time_h, [1.0, 2.0])
    np.testing.assert_array_equal(amine.y, [20.0, 30.0])
    np.testing.assert_array_equal(amine.error, [np.nan, 3.0])
    assert (firing.name, firing.unit, float(firing.y[0])) == ("firing", "Hz", 1.5)
    assert (percent.name, percent.unit, float(percent.y[0])) == ("amine", "%", 150.0)


def test_a_table_may_name_quantities_use_semicolons_and_have_further_columns(tmp_path):
    text = "note;quantity;time_h;value;unit\nx;firing.rate;0.5;2.5;Hz\n"
    (course,) = read_measured_courses(write(tmp_path, text))
    assert (course.name, float(course.time_h[0]), float(course.y[0])) == ("firing.rate", 0.5, 2.5)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "hours,amine\n1,2\n",
            (
                "measured.csv: has no column 'time_h' and no column 'value' and no column 'unit' "
                "and no column 'observable'. Columns are time_h, observable, value, unit, and "
                "optionally error. Rename columns; those of the file are hours, amine."
            ),
        ),
        (HEADER, "measured.csv: contains no reading."),
        (HEADER + "1,,20,nM,\n", "measured.csv, line 2: has no observable."),
        (HEADER + ",amine,20,nM,\n", "measured.csv, line 2: has no time_h."),
        ("", "measured.csv: the file is empty. Export it again from the instrument."),
        (HEADER + "1,amine,,nM,\n", "measured.csv, line 2: has no value."),
        (
            HEADER + "1,amine,much,nM,\n",
            (
                "measured.csv, line 2, column value: 'much' is not a number. "
                "Write it with a decimal point."
            ),
        ),
        (
            HEADER + "1,amine,inf,nM,\n",
            (
                "measured.csv, line 2, column value: 'inf' is not finite. "
                "Leave the cell empty if there is no value."
            ),
        ),
        (
            HEADER + "-1,amine,20,nM,\n",
            "measured.csv, line 2: the time is -1 h. A time is 0 or more.",
        ),
    ],
)
def test_a_table_that_cannot_be_used_is_refused_with_a_sentence(tmp_path, text, message):
    with pytest.raises(InputError) as caught:
        read_measured_courses(write(tmp_path, text))
    assert str(caught.value) == message
