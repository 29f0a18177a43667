"""Units, counting times and dates are read from headings and column names, or stay unknown."""

from __future__ import annotations

import pytest

from tricyclic.errors import InputError
from tricyclic.io.headings import (
    agreed_counting_time,
    agreed_unit,
    count_unit,
    date_note,
    minutes_in_column_name,
    unit_in_column_name,
    unit_in_heading,
)


@pytest.mark.parametrize(
    ("word", "unit"),
    [
        ("cpm", "cpm"),
        ("CCPM1", "cpm"),
        ("CPMA", "cpm"),
        ("DPM1", "dpm"),
        ("dpmB", "dpm"),
        ("CPS", "cps"),
        ("cps2", "cps"),
        ("dps", "dps"),
        ("Counts", "counts"),
        ("count", "counts"),
        ("Bq", "Bq"),
        ("CPM123", ""),
        ("readings", ""),
    ],
)
def test_a_word_of_a_counter_is_a_unit(word, unit):
    assert count_unit(word) == unit


@pytest.mark.parametrize(
    ("heading", "unit"),
    [
        ("cpm", "cpm"),
        ("Plate 1 (dpm)", "dpm"),
        ("unit: RFU", "RFU"),
        ("Units = nM", "nM"),
        ("I-125 CPM", "cpm"),
        ("plate 1 cpm", "cpm"),
        ("Plate 1 [nM]", "nM"),
        ("cpm and dpm", ""),
        ("the counter writes cpm in all files", ""),
        ("cpm " * 60, ""),
        ("plate 1", ""),
    ],
)
def test_the_unit_of_a_heading_is_read_if_it_is_clear(heading, unit):
    assert unit_in_heading(heading) == unit


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("conc_nM", "nM"),
        ("total_fmol_mg", "fmol/mg"),
        ("bound fmol per mg", "fmol/mg"),
        ("time (min)", "min"),
        ("log10_conc_M", "log10 M"),
        ("log conc (nM)", "log10 nM"),
        ("logarithm_nM", "nM"),
        ("cpm", "cpm"),
        ("value_dpm", "dpm"),
        ("dose_g_ha", "g/ha"),
        ("conc_pg_mL", "pg/mL"),
        ("conc (µg/ml)", "ug/mL"),
        ("titre_IU_mL", "IU/mL"),
        ("log10_dose_g_ha", "log10 g/ha"),
        ("ethanol (% v/v)", "% v/v"),
        ("dilution", "dilution"),
        ("serum_dilution", "dilution"),
        ("Dilution factor", "dilution"),
        ("OD", "OD"),
        ("OD450", "OD"),
        ("OD_600 nm", "OD"),
        ("rfu", "RFU"),
        ("signal_RLU", "RLU"),
        ("response (RU)", "RU"),
        ("ODD", "unknown"),
        ("ru", "unknown"),
        ("compound", "unknown"),
        ("nM", "unknown"),
        ("", "unknown"),
    ],
)
def test_the_unit_at_the_end_of_a_column_name_is_read(name, unit):
    assert unit_in_column_name(name) == unit


@pytest.mark.parametrize(
    ("name", "minutes"),
    [
        ("time_s", 1 / 60),
        ("time_min", 1.0),
        ("time (h)", 60.0),
        ("time_d", 1440.0),
        ("time", None),
        ("conc_nM", None),
        ("log10_time_h", None),
    ],
)
def test_the_unit_of_a_time_column_is_converted_to_minutes(name, minutes):
    assert minutes_in_column_name(name) == minutes


def test_the_unit_of_the_file_or_of_the_user_is_used():
    assert agreed_unit(["cpm", ""], None) == "cpm"
    assert agreed_unit([""], "DPM") == "dpm"
    assert agreed_unit([""], "RFU") == "RFU"
    assert agreed_unit([""], None) == "unknown"


def test_the_counting_time_may_differ_by_one_percent():
    assert agreed_counting_time(2.0, None) == 2.0
    assert agreed_counting_time(None, 5.0) == 5.0
    assert agreed_counting_time(2.0, 2.019) == 2.0
    with pytest.raises(InputError) as caught:
        agreed_counting_time(2.0, 2.021)
    assert str(caught.value) == (
        "The counting time in the file is 2 min, but 2.021 min was specified. "
        "Omit the counting time."
    )


@pytest.mark.parametrize(
    ("dates", "note"),
    [
        ([], ""),
        (["13/02/2026"], "dates are written day/month/year"),
        (["02/13/2026", "02/03/2026"], "dates are written month/day/year"),
        (
            ["02/03/2026"],
            "dates such as 02/03/2026 may be day/month or month/day; no date was used",
        ),
        (
            ["13/02/2026", "02/13/2026"],
            "dates such as 13/02/2026 are written in two orders; no date was used",
        ),
    ],
)
def test_the_order_of_day_and_month_is_noted(dates, note):
    assert date_note(dates) == note
