"""Methods of chromatographic runs from TOML files and sheets."""

from __future__ import annotations

import re

import pytest

from tricyclic.errors import InputError
from tricyclic.io.chromatography_method import read_chromatography_method

TOML = """
name = "NE in dialysate"
void_min = 2.0
end_min = 12.0
window_min = 0.25

[[compounds]]
name = "NE"
relative_retention = 0.655

[[compounds]]
name = "DHBA"
retention_min = 5.8
window_min = 0.3
role = "IS"

[[compounds]]
name = "DOPAC"
retention_min = 6.9
role = "known neighbour"
"""


def read(tmp_path, text, name="method.toml"):
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    return read_chromatography_method(file)


def test_a_toml_file_gives_compounds_windows_roles_and_times(tmp_path):
    method = read(tmp_path, TOML)
    rows = [(one.name, one.retention_min, one.window_min, one.role) for one in method]
    assert rows == [
        ("NE", pytest.approx(3.799), 0.25, "analyte"),
        ("DHBA", 5.8, 0.3, "internal standard"),
        ("DOPAC", 6.9, 0.25, "neighbour"),
    ]
    assert (method.name, method.void_min, method.end_min) == ("NE in dialysate", 2.0, 12.0)
    assert method.internal_standard is method.compound("DHBA")
    assert [one.name for one in method.analytes] == ["NE"]


def test_a_sheet_with_minutes_or_seconds_and_commas_gives_the_same_method(tmp_path):
    minutes = "compound,retention (min),window (min),role\nNE,3.8,0.2,\nDHBA,5.8,0.3,ISTD\n"
    seconds = "Compound;RT [s];window [s];role\nNE;228;12;analyte\nDHBA;348,0;18,0;IS\n"
    first = read(tmp_path, minutes + "solvent,2,,void\nend,12,,end\n", "m.csv")
    second = read(tmp_path, seconds + "solvent;120;;void\nend;720;;end\n", "m.csv")
    assert first.compounds == pytest.approx(second.compounds)
    assert (second.void_min, second.end_min) == (2.0, 12.0)
    assert first.compound("NE").window_min == 0.2


def test_a_window_that_is_not_stated_is_5_percent_of_the_retention(tmp_path):
    method = read(tmp_path, "compound,retention (min)\nNE,4\n", "m.csv")
    assert method.compound("NE").window_min == pytest.approx(0.2)
    assert method.internal_standard is None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda text: text.replace('"known neighbour"', '"IS"'),
            (
                "method.toml, NE: has a relative_retention, and no internal standard has a "
                'retention_min. Give one compound the role "internal standard" and its '
                "retention_min."
            ),
        ),
        (
            lambda text: text.replace("relative_retention = 0.655", "retention_min = 3.8").replace(
                '"known neighbour"', '"IS"'
            ),
            (
                "NE in dialysate: has 2 internal standards (DHBA, DOPAC). A method has one at "
                'most. Give the others the role "analyte" or "neighbour".'
            ),
        ),
        (
            lambda text: text.replace('"DOPAC"', '"NE"'),
            "NE in dialysate: lists 'NE' twice. A name must occur once.",
        ),
        (
            lambda text: text.replace("void_min = 2.0", "void_min = 5.0"),
            (
                "NE in dialysate, NE: the retention of 3.799 min is not after the void time of 5 "
                "min. Correct one of the two."
            ),
        ),
        (
            lambda text: text.replace("end_min = 12.0", "end_min = 6.0"),
            (
                "NE in dialysate, DOPAC: the retention of 6.9 min is not before end_min, 6 min. "
                "Correct one of the two."
            ),
        ),
        (
            lambda text: text.replace("relative_retention = 0.655", ""),
            (
                "method.toml, NE: has no retention time. Give one of retention_min and "
                "relative_retention."
            ),
        ),
        (
            lambda text: text.replace('"known neighbour"', '"friend"'),
            (
                "method.toml, DOPAC: no role is called 'friend'. There are: analyte, internal "
                "standard, neighbour."
            ),
        ),
        (
            lambda text: text.replace("window_min = 0.3", "window_min = 0"),
            "method.toml, compounds 'DHBA', window_min: is 0. It must be above 0.",
        ),
        (
            lambda text: text.replace("retention_min = 6.9", "retention = 6.9"),
            (
                "method.toml, compounds 'DOPAC': no key is called 'retention'. Did you mean "
                "'retention_min' or 'relative_retention'? There are: name, relative_retention, "
                "retention_min, role, window_min."
            ),
        ),
    ],
)
def test_a_wrong_method_is_refused_with_one_sentence(change, message, tmp_path):
    with pytest.raises(InputError) as error:
        read(tmp_path, change(TOML))
    assert str(error.value) == message


@pytest.mark.parametrize(("unit", "minutes"), [("min", 1.0), ("s", 1 / 60), ("h", 60.0)])
def test_times_of_a_sheet_are_in_the_unit_of_their_heading(unit, minutes, tmp_path):
    text = f"compound,retention ({unit}),window ({unit})\nNE,3.6,0.3\n"
    (compound,) = read(tmp_path, text, "m.csv").compounds
    assert compound.retention_min == pytest.approx(3.6 * minutes)
    assert compound.window_min == pytest.approx(0.3 * minutes)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("window (min),retention (min)\n0.2,4\n0.2,5\n", "m.csv: has no column 'compound'"),
        (
            "compound,retention (min)\nNE,soon\nE,5\nDA,6\n",
            "column 'retention (min)' is not all numbers",
        ),
        ("compound,RT,retention (min)\nNE,3,4\n", "both give the retention_min"),
        ("compound,colour\nNE,3\n", "has no column 'retention_min'"),
        ("compound,RT,windw\nNE,3,1\n", "no column of a method is called 'windw'"),
    ],
)
def test_a_wrong_sheet_is_refused(text, message, tmp_path):
    with pytest.raises(InputError) as error:
        read(tmp_path, text, "m.csv")
    assert message in str(error.value)


@pytest.mark.parametrize(
    "text",
    [
        (
            "Substanz;Retentionszeit (min);Fenster (min);Rolle;Potential (mV)\n"
            "NE;3,8;0,2;Analyt;320\nDHBA;5,8;0,3;interner Standard;320\n"
        ),
        (
            "Peak Name,RT_min,window_min,Peak Type,Potential (mV)\n"
            "NE,3.8,0.2,analyte,320\nDHBA,5.8,0.3,Internal_Standard,320\n"
        ),
    ],
)
def test_a_sheet_with_other_headings_and_further_columns_is_read(text, tmp_path):
    method = read(tmp_path, text, "m.csv")
    assert method.compound("NE").window_min == 0.2
    assert method.internal_standard == method.compound("DHBA")
    assert method.unused == ("m.csv: column 'Potential (mV)'",)


def test_a_sheet_without_retention_times_names_its_columns(tmp_path):
    sentence = re.escape("no column 'retention_min'. Its columns are compound, when")
    with pytest.raises(InputError, match=sentence):
        read(tmp_path, "compound,when\nNE,3.8\n", "m.csv")
