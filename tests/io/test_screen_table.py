"""Tables of a screen: common words for roles, concentrations with units, and what is refused."""

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


def test_wells_have_role_compound_and_molar_concentration(tmp_path):
    first, second = read_screen_table(write(tmp_path, HEAD + ROWS))
    assert [well.role for well in first.wells] == [Role.TOTAL, Role.NON_SPECIFIC, Role.COMPETITION]
    assert (first.name, first.size, first.file) == ("P1", 96, "screen.csv")
    well = first.wells[2]
    assert (well.name, well.value, well.compound) == ("B03", 550.0, "desipramine")
    assert well.concentration_M == pytest.approx(1e-5)
    assert second.name == "P2"


def test_a_well_outside_of_96_means_a_plate_of_384(tmp_path):
    (plate,) = read_screen_table(write(tmp_path, HEAD + "P1,P24,total,1,,\nP1,A01,low,2,,\n"))
    assert plate.size == 384


def test_a_column_of_logarithms_is_converted_to_concentrations(tmp_path):
    text = "plate,well,role,value,compound,log10_molar\nP1,A01,compound,5,x,-6\nP1,A02,total,9,,\n"
    (plate,) = read_screen_table(write(tmp_path, text))
    assert plate.wells[0].concentration_M == pytest.approx(1e-6)


def test_a_file_without_roles_is_not_a_table_of_a_screen(tmp_path):
    assert read_screen_table(write(tmp_path, "plate,well,value\nP1,A01,5\nP1,A02,6\n")) == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "well,role,value\nA01,total,1\nA02,low,2\n",
            (
                "screen.csv: a table of a screen has no column 'plate'. Its columns are "
                "well, role, value. Needed are columns plate, well, value, role."
            ),
        ),
        (
            HEAD + "P1,A01,totl,1,,\nP1,A02,low,2,,\n",
            (
                "screen.csv, row 2: no role is called 'totl'. Did you mean 'total'? There "
                "are: added, background, blank, competition, compound, dmso, empty, high, "
                "inhibitor, low, max, maximum, min, minimum, neutral, non_specific, nsb, "
                "response, sample, test, total, vehicle."
            ),
        ),
        (
            HEAD + "P1,A01,total,1,,\nP1,A1,low,2,,\n",
            (
                "screen.csv, row 3: well A01 of plate 'P1' appears twice. Keep one reading "
                "of each well."
            ),
        ),
        (
            HEAD + "P1,A01,total,high,,\nP1,A02,low,2,,\n",
            (
                "screen.csv: column 'value' contains cells that are not numbers. Leave the "
                "cell of a well without reading empty."
            ),
        ),
        (
            HEAD + "P1,A99,total,1,,\nP1,A02,low,2,,\n",
            "screen.csv: a well is in row 1, column 99. Plates have up to 32 rows and 48 columns.",
        ),
        (
            HEAD + "P1,7,total,1,,\nP1,A02,low,2,,\n",
            (
                "screen.csv, row 2: '7' is not a well. A well is a row letter and a column "
                "number, such as B7."
            ),
        ),
        (
            HEAD + "P1,A01,sample,1,x,-3\nP1,A02,low,2,,\n",
            "screen.csv, row 2: a concentration is -3 uM. It is 0 or more.",
        ),
        (
            HEAD.replace("_uM", "") + "P1,A01,sample,1,x,3\nP1,A02,low,2,,\n",
            (
                "screen.csv: the unit of column 'concentration' is unknown. It must be a "
                "unit of concentration, as in concentration_uM or conc (nM). Write the unit "
                "in the name of the column."
            ),
        ),
    ],
)
def test_a_wrong_table_is_refused_with_a_sentence(tmp_path, text, message):
    with pytest.raises(InputError) as caught:
        read_screen_table(write(tmp_path, text))
    assert str(caught.value) == message


def test_a_table_of_compounds_fills_compound_wells_only(tmp_path):
    (plate, *_) = read_screen_table(write(tmp_path, HEAD + ROWS))
    compounds = read_compounds(
        write(tmp_path, "well,compound,conc_nM\nA01,never,1\nB3,imipramine,300\n", "map.csv")
    )
    filled = with_compounds(plate, compounds)
    assert filled.wells[2].compound == "imipramine"
    assert filled.wells[2].concentration_M == pytest.approx(3e-7)
    assert filled.wells[0].compound == ""


def test_a_well_that_appears_twice_in_the_compounds_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"^map\.csv, row 3: well B03 appears twice\. "):
        read_compounds(write(tmp_path, "well,compound,conc_nM\nB03,a,1\nB3,b,300\n", "map.csv"))


def test_a_barcode_of_digits_keeps_all_its_digits(tmp_path):
    text = "plate,well,role,value\n10023456789,A01,total,1\n10023456789,A02,low,2\n"
    (plate,) = read_screen_table(write(tmp_path, text))
    assert plate.name == "10023456789"


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("log10_molar", "-6"),
        ("log10_conc_nM", "3"),
        ("log_conc_nM", "3"),
        ("conc_log10_nM", "3"),
        ("logconc_nM", "3"),
        ("log [A] (uM)", "0"),
        ("Dose (log uM)", "0"),
        ("dose_uM", "1"),
    ],
)
def test_concentrations_are_read_on_the_scale_that_their_column_states(tmp_path, name, cell):
    text = f"plate,well,role,value,compound,{name}\nP1,A01,compound,5,x,{cell}\nP1,A02,total,9,,\n"
    (plate,) = read_screen_table(write(tmp_path, text))
    assert plate.wells[0].concentration_M == pytest.approx(1e-6)
    assert plate.unused == ()


def test_a_logarithm_of_readings_is_no_concentration(tmp_path):
    text = "plate,well,role,value,log10_cpm\nP1,A01,compound,5,0.7\nP1,A02,total,9,0.95\n"
    (plate,) = read_screen_table(write(tmp_path, text))
    assert plate.wells[0].concentration_M == 0.0
    assert plate.unused == ("column 'log10_cpm'",)
