"""Arms of cultures from columns and from treatments in words."""

from __future__ import annotations

import numpy as np
import pytest

from tricyclic.core.culture_arms import CultureArm, arm_order
from tricyclic.core.table import DataTable
from tricyclic.errors import InputError
from tricyclic.io.culture_arms import ArmColumns, read_arms
from tricyclic.io.culture_columns import CULTURE_ROLES, find_columns, plain_heading


def table(**columns):
    values = {k: np.array(v, float) for k, v in columns.items() if not isinstance(v[0], str)}
    text = {k: tuple(v) for k, v in columns.items() if isinstance(v[0], str)}
    return DataTable("t", tuple(columns), values, text)


def arms(how=None, **columns):
    one = table(**columns)
    columns_of = find_columns(one, CULTURE_ROLES, {}, name="t")
    return read_arms(one, ArmColumns(columns_of, "NGF", **(how or {})))


@pytest.mark.parametrize(
    ("text", "arm"),
    [
        ("NGF", CultureArm(stimulus="NGF")),
        ("no NGF", CultureArm()),
        ("NGF-free", CultureArm()),
        ("w/o NGF", CultureArm()),
        ("NGF + imipramine 1 µM", CultureArm("imipramine", 1.0, "uM", "NGF")),
        ("imipramine (1 uM) + NGF", CultureArm("imipramine", 1.0, "uM", "NGF")),
        ("imipramine 1 uM/NGF", CultureArm("imipramine", 1.0, "uM", "NGF")),
        ("NGF, 1 uM imipramine, NE-100 1 uM", CultureArm("imipramine", 1.0, "uM", "NGF", "NE-100")),
        ("NGF 2.5 ng/ml + NE-100", CultureArm(stimulus="NGF", antagonist="NE-100")),
        ("NGF + (+)-pentazocine 1 uM", CultureArm("(+)-pentazocine", 1.0, "uM", "NGF")),
        ("imipramine 1 uM", CultureArm("imipramine", 1.0, "uM")),
        ("vehicle", CultureArm()),
        ("DMSO", CultureArm()),
    ],
)
def test_treatments_in_words(text, arm):
    read, _ = arms(treatment=[text, "NGF", "NGF + imipramine 10 uM"])
    assert read[0] == arm


def test_an_arm_that_does_not_name_the_stimulus_is_without_where_others_name_it():
    read, notes = arms(treatment=["vehicle", "NGF", "imipramine 1 uM"])
    assert [one.stimulus for one in read] == ["", "NGF", ""]
    assert notes == ("treatments that do not name NGF are without NGF",)


def test_where_only_its_absence_is_written_the_others_are_with_the_stimulus():
    read, notes = arms(treatment=["vehicle", "no NGF", "imipramine 1 uM"])
    assert [one.stimulus for one in read] == ["NGF", "", "NGF"]
    assert notes == ("treatments that do not name NGF are with NGF",)


def test_where_nothing_names_the_stimulus_all_arms_are_with_it():
    read, notes = arms(drug=["vehicle", "imipramine"], **{"Conc (µM)": [0.0, 3.0]})
    assert [one.stimulus for one in read] == ["NGF", "NGF"]
    assert read[1] == CultureArm("imipramine", 3.0, "uM", "NGF")
    assert notes == ("no column or treatment names NGF: all arms are with it",)


@pytest.mark.parametrize(
    ("cell", "stimulus"),
    [
        ("+", "NGF"),
        ("-", ""),
        ("yes", "NGF"),
        ("no", ""),
        ("NGF", "NGF"),
        ("none", ""),
        ("50 ng/mL", "NGF"),
        ("0", ""),
        ("2.5", "NGF"),
        ("BDNF", "BDNF"),
    ],
)
def test_a_column_of_the_stimulus_in_any_spelling(cell, stimulus):
    read, _ = arms(drug=["vehicle"], stimulus=[cell])
    assert read[0].stimulus == stimulus


def test_columns_of_drug_concentration_and_antagonist():
    read, _ = arms(
        drug=["vehicle", "imipramine", "imipramine"],
        conc_nM=[0.0, 300.0, 300.0],
        antagonist=["-", "none", "NE-100 1 µM"],
    )
    assert read[1] == CultureArm("imipramine", 300.0, "nM", "NGF")
    assert read[2] == CultureArm("imipramine", 300.0, "nM", "NGF", "NE-100")


def test_a_concentration_of_zero_is_the_vehicle():
    read, _ = arms(drug=["imipramine", "imipramine"], conc_uM=[0.0, 1.0])
    assert read[0] == CultureArm(stimulus="NGF")
    assert read[0].treatment == "vehicle"


def test_two_drugs_in_one_arm_are_refused():
    with pytest.raises(InputError) as error:
        arms(treatment=["NGF", "NGF + imipramine 1 uM + newblocker"])
    assert str(error.value) == (
        "t, row 2: 'NGF + imipramine 1 uM + newblocker' names two drugs, imipramine and "
        "newblocker. "
        "An arm has one drug, and beside it a stimulus and an antagonist. "
        "Add --antagonists newblocker, or a column 'antagonist'."
    )
    read, _ = arms(
        {"antagonists": ("newblocker",)}, treatment=["NGF", "NGF + imipramine 1 uM + newblocker"]
    )
    assert read[1].antagonist == "newblocker"


def test_concentrations_without_a_unit_are_refused():
    with pytest.raises(InputError) as error:
        arms(drug=["imipramine"], conc=[3.0])
    assert str(error.value) == (
        "t, column 'conc': the concentrations have no unit. "
        "Add --unit uM, or write it in the heading: 'conc_uM'."
    )
    read, _ = arms({"unit": "uM"}, drug=["imipramine"], conc=[3.0])
    assert read[0].unit == "uM"


def test_a_negative_concentration_is_refused():
    with pytest.raises(InputError) as error:
        arms(drug=["imipramine", "imipramine"], conc_uM=[1.0, -3.0])
    assert str(error.value) == (
        "t, row 2, column 'conc_uM': contains -3. Concentrations are 0 or more."
    )


def test_labels_name_the_stimulus_where_it_is_absent():
    arm = CultureArm("imipramine", 0.3, "uM", "", "NE-100")
    assert arm.label("NGF") == "imipramine 0.3 uM + NE-100, no NGF"
    assert CultureArm(stimulus="NGF").label("NGF") == "vehicle"
    assert arm.vehicle == CultureArm(antagonist="NE-100")
    assert CultureArm("a", 1.0, "uM", "FGF").label("NGF") == "a 1 uM, FGF"


def test_arms_are_ordered_without_stimulus_vehicle_concentrations_antagonists():
    ordered = [
        CultureArm(),
        CultureArm(stimulus="NGF"),
        CultureArm("imipramine", 0.3, "uM", "NGF"),
        CultureArm("imipramine", 10.0, "uM", "NGF"),
        CultureArm(stimulus="NGF", antagonist="NE-100"),
        CultureArm("imipramine", 10.0, "uM", "NGF", "NE-100"),
    ]
    shuffled = [ordered[k] for k in (3, 5, 0, 2, 4, 1)]
    assert sorted(shuffled, key=lambda arm: arm_order(arm, "NGF")) == ordered


def test_headings_in_any_spelling():
    assert plain_heading("Conc. (µM)") == "conc"
    assert plain_heading("Exp. No.") == "exp no"
    columns_of = find_columns(
        table(**{"Exp": ["1"], "Well ID": ["A1"], "Compound": ["x"]}), CULTURE_ROLES, {}, name="t"
    )
    assert columns_of == {"culture": "Exp", "well": "Well ID", "drug": "Compound"}
    with pytest.raises(InputError) as error:
        find_columns(table(exp=["1"], batch=["2"]), CULTURE_ROLES, {}, name="t")
    assert (
        str(error.value) == "t: the column of culture may be 'exp', 'batch'. Add --culture COLUMN."
    )


def test_a_stated_unit_other_than_that_of_the_heading_is_refused():
    with pytest.raises(InputError) as error:
        arms({"unit": "nM"}, drug=["imipramine"], conc_uM=[3.0])
    assert str(error.value) == (
        "unit: is nM. It applies where the table states none, and 'conc_uM' is in uM."
    )
    read, _ = arms({"unit": "µM"}, drug=["imipramine"], conc_uM=[3.0])
    assert read[0].unit == "uM"


@pytest.mark.parametrize("heading", ["log10 uM", "log conc (uM)"])
def test_logarithms_of_concentrations_are_raised(heading):
    columns = {"drug": ["vehicle", "imipramine", "imipramine"], heading: [np.nan, -1.0, 0.5]}
    one = DataTable(
        "t",
        tuple(columns),
        {heading: np.array(columns[heading])},
        {"drug": tuple(columns["drug"])},
        {heading: "log10 uM"},
    )
    places = find_columns(one, CULTURE_ROLES, {}, name="t")
    read, _ = read_arms(one, ArmColumns(places, "NGF"))
    assert read[0] == CultureArm(stimulus="NGF")
    assert [arm.concentration for arm in read[1:]] == pytest.approx([0.1, 10**0.5])
    assert {arm.unit for arm in read[1:]} == {"uM"}


def test_a_drug_without_a_concentration_is_an_arm_of_its_own_and_no_vehicle():
    read, _ = arms(drug=["vehicle", "imipramine", "imipramine"], conc_uM=[0.0, np.nan, 1.0])
    assert read[1].drug == "imipramine"
    assert np.isnan(read[1].concentration)
    assert read[1].treatment == "imipramine"


def test_concentrations_written_with_their_unit_in_the_cells_have_that_unit():
    one = DataTable(
        "t",
        ("drug", "concentration"),
        {"concentration": np.array([np.nan, 0.1])},
        {"drug": ("vehicle", "imipramine")},
        {"concentration": "uM"},
    )
    columns = find_columns(one, CULTURE_ROLES, {}, name="t")
    read, _ = read_arms(one, ArmColumns(columns, "NGF"))
    assert read[1] == CultureArm("imipramine", 0.1, "uM", "NGF")


@pytest.mark.parametrize(
    "heading", ["# positive", "No. of positive", "Number of positive", "n positive"]
)
def test_counts_are_called_in_many_ways(heading):
    places = find_columns(table(**{heading: [1.0]}), {"positive": ("n positive",)}, {}, name="t")
    assert places == {"positive": heading}


@pytest.mark.parametrize(
    "heading", ["% of cells", "Percentage of the cells", "percent cells", "% cells"]
)
def test_percentages_are_called_in_many_ways(heading):
    places = find_columns(table(**{heading: [1.0]}), {"percent": ("% cells",)}, {}, name="t")
    assert places == {"percent": heading}


def test_a_stimulus_in_brackets_is_no_drug():
    read, _ = arms(treatment=["Control (NGF)", "imipramine 1 uM (NGF)", "(+)-pentazocine 1 uM"])
    assert read[0] == CultureArm(stimulus="NGF")
    assert read[1] == CultureArm("imipramine", 1.0, "uM", "NGF")
    assert read[2].drug == "(+)-pentazocine"
