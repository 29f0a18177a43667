"""Sample lists as people and data systems write them."""

from __future__ import annotations

import pandas as pd
import pytest

from tricyclic.errors import InputError
from tricyclic.io.frames import table_from_frame
from tricyclic.io.sample_list import read_sample_list

LIST = """order,name,file,role,amount_fmol,animal,start,end,note
1,std1,std1.csv,standard,0.5,,,,
2,qc_a,qc_a.csv,QC low,1.5,,,,
3,bl,bl.csv,double blank,,,,,
4,f1,f1.csv,sample,,r01,10:20,10:40,first
5,f2,,sample,,r01,10:40,11:00,lost: it broke
"""


def written(folder, text, name="samples.csv"):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_list_is_read_with_its_roles_times_and_lost_samples(tmp_path):
    samples = read_sample_list(written(tmp_path, LIST))
    rows = {row.name: row for row in samples}
    assert samples.unit == "fmol"
    assert [row.role for row in samples] == [
        "standard",
        "quality control",
        "blank",
        "sample",
        "sample",
    ]
    assert rows["std1"].amount == 0.5
    assert (rows["qc_a"].amount, rows["qc_a"].level) == (1.5, "low")
    assert not rows["bl"].internal_standard
    assert (rows["f1"].animal, rows["f1"].start, rows["f1"].end) == ("r01", "10:20", "10:40")
    assert [row.name for row in samples.lost] == ["f2"]


@pytest.mark.parametrize(
    ("word", "role"),
    [
        ("Std", "standard"),
        ("Calibration Standard", "standard"),
        ("1:Standard", "standard"),
        ("CAL", "standard"),
        ("QC", "quality control"),
        ("HQC", "quality control"),
        ("Quality Control", "quality control"),
        ("Blk", "blank"),
        ("Matrix Blank", "blank"),
        ("Double Blank", "blank"),
        ("Unknown", "sample"),
        ("Analyte", "sample"),
        ("SST", "suitability"),
        ("QK", "quality control"),
        ("Qualitätskontrolle", "quality control"),
        ("Kalibrierprobe", "standard"),
        ("Leerwert", "blank"),
        ("Lösungsmittel", "blank"),
        ("Bracketing standard", "suitability"),
    ],
)
def test_roles_go_by_the_words_of_data_systems(tmp_path, word, role):
    text = f"Sample Name,Sample Type,Conc. (nM)\nx,{word},2\ny,Unknown,\n"
    samples = read_sample_list(written(tmp_path, text))
    assert samples.rows[0].role == role
    assert samples.unit == "nM"
    assert samples.rows[0].file == "x"


def test_amounts_are_converted_to_the_unit_of_the_batch(tmp_path):
    text = LIST.replace("amount_fmol", "amount_pmol")
    samples = read_sample_list(written(tmp_path, text), unit="fmol")
    assert samples.rows[0].amount == pytest.approx(500.0)
    concentration = written(tmp_path, LIST.replace("amount_fmol", "conc_nM"), "c.csv")
    with pytest.raises(InputError) as error:
        read_sample_list(concentration, unit="fmol")
    assert str(error.value) == (
        "c.csv: column 'conc_nM' is a concentration, and the unit of the batch is fmol. Add "
        "--unit nM, or give the amounts in fmol."
    )


def test_a_frame_with_times_and_durations_is_a_list(tmp_path):
    frame = pd.DataFrame(
        {
            "No": [1, 2],
            "Vial": ["a", "b"],
            "Type": ["Standard", "Unknown"],
            "Amount (fmol)": [1.0, None],
            "Rat": [None, 7],
            "Time": ["", "2026-03-02 10:00"],
            "Duration_min": [None, 20],
            "Operator": ["A", "B"],
        }
    )
    samples = read_sample_list(table_from_frame(frame))
    row = samples.rows[1]
    assert (row.name, row.animal, row.start, row.end) == ("b", "7", "2026-03-02 10:00", "+20")
    assert samples.unused == ("column 'Operator'",)
    path = tmp_path / "list.xlsx"
    frame.to_excel(path, index=False)
    from_file = read_sample_list(path).rows[1]
    assert (from_file.name, from_file.animal, from_file.end) == ("b", "7", "+20")


def test_a_sequence_without_headings_goes_by_its_cells(tmp_path):
    lines = [f"{k},c{k},D:\\data\\c{k}.dat,Standard,{k}.5,7" for k in range(1, 4)]
    lines += ["4,u1,D:\\data\\u1.dat,Unknown,,7", "5,b1,D:\\data\\b1.dat,Blank,,7"]
    samples = read_sample_list(written(tmp_path, "\n".join(lines)), unit="fmol")
    assert [row.role for row in samples] == ["standard"] * 3 + ["sample", "blank"]
    assert [row.amount for row in samples.of("standard")] == [1.5, 2.5, 3.5]
    assert samples.rows[3].file == "D:\\data\\u1.dat"
    assert samples.unused == (
        "remark: the list has no headings; its columns go by their cells",
        "column 'column 6'",
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("double blank", "nonsense"), "line 4: the role is 'nonsense'. It is standard, quality"),
        (("0.5", "half"), "samples.csv, line 2: the amount is 'half', which is no number."),
        (("0.5", ""), "line 2: the standard std1 has no amount above 0."),
        (("2,qc", "1,qc"), "samples.csv: place 1 occurs twice."),
        (("2,qc", "x,qc"), "line 3: the place in the batch is 'x'. It is a whole number."),
    ],
)
def test_lists_that_cannot_be_read_have_sentences(tmp_path, change, message):
    path = written(tmp_path, LIST.replace(*change))
    with pytest.raises(InputError) as error:
        read_sample_list(path)
    assert message in str(error.value)


def test_files_name_the_injections_of_a_list_without_names(tmp_path):
    text = "Data File,Type,Level (fmol)\nraw\\a1.txt,Cal,2\nraw\\a2.txt,Unknown,\n"
    samples = read_sample_list(written(tmp_path, text))
    assert [row.name for row in samples] == ["a1", "a2"]
    assert samples.rows[0].amount == 2.0


def test_names_that_repeat_are_numbered_where_files_differ(tmp_path):
    text = LIST.replace("2,qc_a,", "2,std1,")
    samples = read_sample_list(written(tmp_path, text))
    assert [row.name for row in samples][:2] == ["std1", "std1 (2)"]
    assert samples.unused == ("remark: names that repeat are numbered: std1 (2)",)
    # Without a column of files the name is the file, and one file is one injection.
    with pytest.raises(InputError, match="injection a occurs twice"):
        read_sample_list(written(tmp_path, "name,role,fmol\na,std,1\na,std,2\n", "b.csv"))


def test_a_column_of_injections_has_numbers_or_names(tmp_path):
    text = "Injection,Data File,Type,Amount (fmol)\nfirst,a.txt,Std,1\nsecond,b.txt,Unknown,\n"
    assert [row.name for row in read_sample_list(written(tmp_path, text))] == ["first", "second"]
    numbers = text.replace("first", "3").replace("second", "1")
    samples = read_sample_list(written(tmp_path, numbers))
    assert [(row.order, row.name) for row in samples] == [(1, "b"), (3, "a")]


def test_units_stand_in_the_heading_alone_or_in_a_column_of_their_own(tmp_path):
    alone = read_sample_list(written(tmp_path, "name,role,fmol\na,std,1\nb,std,2\n"))
    assert (alone.unit, alone.rows[1].amount) == ("fmol", 2.0)
    column = "name,role,amount,unit\na,std,1,pmol\nb,std,2,pmol\n"
    samples = read_sample_list(written(tmp_path, column), unit="fmol")
    assert samples.rows[1].amount == pytest.approx(2000.0)
    with pytest.raises(InputError, match="column 'unit' has the units fmol, pmol"):
        read_sample_list(written(tmp_path, column.replace("1,pmol", "1,fmol")))


def test_german_headings_and_decimal_commas_are_read(tmp_path):
    text = "Probe;Typ;Menge (fmol);Tier;Beginn;Dauer\na;Std;0,5;;;\nb;Probe;;R1;10:00;20\n"
    samples = read_sample_list(written(tmp_path, text))
    assert samples.rows[0].amount == 0.5
    row = samples.rows[1]
    assert (row.role, row.animal, row.start, row.end) == ("sample", "R1", "10:00", "+20")


def test_the_internal_standard_is_yes_no_or_its_amount(tmp_path):
    text = "name,role,fmol,IS (nM)\na,std,1,100\nb,blank,,0\nc,blank,,100\n"
    added = [row.internal_standard for row in read_sample_list(written(tmp_path, text))]
    assert added == [True, False, True]


def test_hours_are_kept_as_hours(tmp_path):
    text = "name,role,fmol,animal,start_h,end_h\na,std,1,,,\nb,sample,,r1,0.5,1\n"
    row = read_sample_list(written(tmp_path, text)).rows[1]
    assert (row.start, row.end) == ("0.5 h", "1 h")


def test_a_list_in_german_has_groups_levels_and_lost_samples_without_a_column_of_files(tmp_path):
    text = (
        "Lfd. Nr.;Probenname;Probentyp;Konz. (fmol);Tier;Gruppe;Beginn;Ende;Bemerkung\n"
        "1;Std 1;Standard;1,5;;;;;\n"
        "2;K 1;QK tief;3;;;;;\n"
        "3;a;Probe;;R1;Kontrolle;9:00;9:20;\n"
        "4;b;Probe;;R1;Kontrolle;9:20;9:40;Vial verloren\n"
    )
    samples = read_sample_list(written(tmp_path, text))
    rows = {row.name: row for row in samples}
    assert (rows["Std 1"].amount, rows["K 1"].level) == (1.5, "low")
    assert (rows["a"].animal, rows["a"].group, rows["a"].file) == ("R1", "Kontrolle", "a")
    assert [row.name for row in samples.lost] == ["b"]
    assert samples.unused == ()
