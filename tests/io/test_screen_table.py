"""Long tables of a screen: roles in the words people use, concentrations with their unit, and what is refused."""

from __future__ import annotations

import pytest

from tricyclic.core.plate import Role
from tricyclic.errors import InputError
from tricyclic.io.screen_table import read_compounds, read_screen_table, with_compounds

HEAD = "plate,well,role,value,compound,concentration_uM\n"
ROWS = "P1,A01,high,1000,,\nP1,A02,min,100,,\nP1,b3,sample,550,desipramine,10\nP2,A01,total,900,,\n"


def write(tmp_path, text, name="screen.csv"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def test_wells_come_with_role_compound_and_molar_concentration(tmp_path):
    first, second = read_screen_table(write(tmp_path, HEAD + ROWS))
    assert [well.role for well in first.wells] == [Role.TOTAL, Role.NON_SPECIFIC, Role.COMPETITION]
    assert (first.name, first.size, first.file) == ("P1", 96, "screen.csv")
    well = first.wells[2]
    assert (well.name, well.value, well.compound) == ("B03", 550.0, "desipramine")
    assert well.concentration_M == pytest.approx(1e-5)
    assert second.name == "P2"


def test_a_well_beyond_96_makes_384(tmp_path):
    (plate,) = read_screen_table(write(tmp_path, HEAD + "P1,P24,total,1,,\nP1,A01,low,2,,\n"))
    assert plate.size == 384


def test_logarithms_of_the_concentration_are_taken_as_such(tmp_path):
    text = "plate,well,role,value,compound,log10_molar\nP1,A01,compound,5,x,-6\nP1,A02,total,9,,\n"
    (plate,) = read_screen_table(write(tmp_path, text))
    assert plate.wells[0].concentration_M == pytest.approx(1e-6)


def test_a_file_without_roles_is_left_to_other_readers(tmp_path):
    assert read_screen_table(write(tmp_path, "plate,well,value\nP1,A01,5\nP1,A02,6\n")) == ()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("well,role,value\nA01,total,1\nA02,low,2\n", "no column 'plate'"),
        (HEAD + "P1,A01,totl,1,,\nP1,A02,low,2,,\n", "Did you mean 'total'"),
        (HEAD + "P1,A01,total,1,,\nP1,A1,low,2,,\n", "well A01 of plate 'P1' appears twice"),
        (HEAD + "P1,A01,total,high,,\nP1,A02,low,2,,\n", "column 'value' is not all numbers"),
        (HEAD + "P1,A99,total,1,,\nP1,A02,low,2,,\n", "Plates have 96 or 384 wells"),
        (HEAD + "P1,7,total,1,,\nP1,A02,low,2,,\n", "row 2"),
        (HEAD + "P1,A01,sample,1,x,-3\nP1,A02,low,2,,\n", "a concentration is -3 uM"),
        (
            HEAD.replace("_uM", "") + "P1,A01,sample,1,x,3\nP1,A02,low,2,,\n",
            "Put the unit into the column's name",
        ),
    ],
)
def test_what_cannot_be_read_is_said_in_a_sentence(tmp_path, text, says):
    with pytest.raises(InputError, match=says):
        read_screen_table(write(tmp_path, text))


def test_a_table_of_compounds_fills_compound_wells_only(tmp_path):
    (plate, *_) = read_screen_table(write(tmp_path, HEAD + ROWS))
    compounds = read_compounds(
        write(tmp_path, "well,compound,conc_nM\nA01,never,1\nB3,imipramine,300\n", "map.csv")
    )
    filled = with_compounds(plate, compounds)
    assert filled.wells[2].compound == "imipramine"
    assert filled.wells[2].concentration_M == pytest.approx(3e-7)
    assert filled.wells[0].compound == ""


def test_a_well_named_twice_in_the_compounds_is_refused(tmp_path):
    with pytest.raises(InputError, match="well B03 is named twice"):
        read_compounds(write(tmp_path, "well,compound,conc_nM\nB03,a,1\nB3,b,300\n", "map.csv"))


def test_a_barcode_of_digits_keeps_all_its_digits(tmp_path):
    text = "plate,well,role,value\n10023456789,A01,total,1\n10023456789,A02,low,2\n"
    (plate,) = read_screen_table(write(tmp_path, text))
    assert plate.name == "10023456789"
