"""A study in one workbook: runs as it is, and its conditions are those of the analysis."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tricyclic as tca
from tricyclic.core.conditions import BindingConditions, MeasuredValue
from tricyclic.core.plate import Role
from tricyclic.errors import InputError
from tricyclic.io.library.library import Library
from tricyclic.io.plate_layout import read_layout
from tricyclic.io.study_workbook import ROWS, read_workbook_conditions, study_workbook
from tricyclic.study.conditions import read_conditions
from tricyclic.workflows.study.options import KINETIC_EXPERIMENTS
from tricyclic.workflows.study.workbook import KOFF_per_min

pytestmark = pytest.mark.usefixtures("equal_fits_once")

KI_nM = 2.0
PROTOCOLS = ("beta1-iodopindolol", "net-nisoxetine", "sert-citalopram", "sigma2-dtg")


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("workbook")
    result = tca.new_study("binding", folder, protocol="net-nisoxetine", excel=True)
    assert result.written == ("study.xlsx",)
    return folder / "study.xlsx"


@pytest.fixture
def book(made, tmp_path):
    """The workbook to change, and a function that saves it and gives its path."""
    opened = openpyxl.load_workbook(made)

    def save() -> Path:
        opened.save(tmp_path / "mine.xlsx")
        return tmp_path / "mine.xlsx"

    return opened, save


def row_of(page, label: str) -> int:
    return next(cell.row for cell in page["A"] if cell.value == label)


def ki(result) -> tca.Estimate:
    (estimate,) = [e for e in result.estimates if e.name == "Ki" and "suggested" not in e.name]
    return estimate


def test_three_sheets_with_choices(made):
    book = openpyxl.load_workbook(made)
    assert book.sheetnames == ["Plate", "Layout", "Conditions"]
    lists = {
        str(one.sqref): one.formula1 for one in book["Conditions"].data_validations.dataValidation
    }
    page = book["Conditions"]
    assert lists[f"B{row_of(page, 'Experiment')}"] == (
        '"competition,saturation,homologous,association,dissociation,association_then_dissociation"'
    )
    assert lists[f"C{row_of(page, 'Kd of the radioligand')}"] == '"pM,nM,uM"'
    (words,) = book["Layout"].data_validations.dataValidation
    assert words.formula1 == '"Total,NSB,Blank,Empty"' and not words.showErrorMessage
    for sheet in book:
        assert sheet.page_setup.fitToWidth == 1
    assert [cell.value for cell in page["A"] if cell.value in {row.label for row in ROWS}] == [
        row.label for row in ROWS
    ]


def test_a_new_workbook_runs_as_it_is_and_is_marked_synthetic(made):
    result = tca.run_study(made)
    estimate = ki(result)
    assert estimate.low < KI_nM < estimate.high
    assert result.study.synthetic.startswith("readings simulated with Kd 0.8")
    assert "study.xlsx: conditions from the sheet 'Conditions'" in result.study.read_as
    assert not result.study.unused
    folder = made.parent / "study results"
    names = {path.name for path in folder.iterdir()}
    assert {"report.html", "report.pdf", "results.xlsx", "figures"} <= names
    assert result.folder == str(folder)
    same = tca.affinity(made)
    assert [e.value for e in same.estimates] == [e.value for e in result.estimates]


def test_a_saturation_workbook_gives_its_kd_and_bmax(tmp_path):
    tca.new_study("binding", tmp_path / "sat.xlsx", protocol="beta1-iodopindolol", excel=True)
    result = tca.run_study(tmp_path / "sat.xlsx")
    estimates = {e.name: e for e in result.estimates}
    words = result.study.synthetic
    kd = float(words.split("Kd ")[1].split(" nM")[0])
    assert estimates["Kd"].low < kd * 1.05 and kd * 0.95 < estimates["Kd"].high
    with pytest.raises(InputError) as caught:
        tca.affinity(tmp_path / "sat.xlsx")
    assert str(caught.value) == (
        "sat.xlsx, sheet 'Conditions': the experiment is a saturation. "
        "Analyse it with: tca.run_study(WORKBOOK)."
    )


def test_conditions_are_those_of_the_sheet_and_options_replace_them(book):
    opened, save = book
    page = opened["Conditions"]
    page.cell(row_of(page, "Kd of the radioligand"), 2).value = "600 +/- 50"
    page.cell(row_of(page, "Kd of the radioligand"), 3).value = "pM"
    page.cell(row_of(page, "Tissue"), 2).value = "rat cortex"
    path = save()
    conditions = tca.affinity(path).study.assays[0].plates[0].conditions
    kd = conditions.radioligand_kd_nM
    assert kd is not None and (kd.value, kd.se) == pytest.approx((0.6, 0.05))
    assert conditions.tissue == "rat cortex"
    assert conditions.origin("tissue") == "stated"
    other = tca.affinity(path, kd_nM=1.2).study.assays[0].plates[0].conditions
    assert other.radioligand_kd_nM is not None and other.radioligand_kd_nM.value == 1.2


def test_a_copied_plate_sheet_is_another_run(book):
    opened, save = book
    copy = opened.copy_worksheet(opened["Plate"])
    copy.title = "Plate 2"
    for row in copy.iter_rows():
        for cell in row:
            if isinstance(cell.value, float) or (isinstance(cell.value, int) and cell.value > 12):
                cell.value = round(cell.value * 1.1) + 7
    result = tca.run_study(save())
    assert ki(result).n_experiments == 2


def test_a_row_that_is_no_condition_is_refused_with_near_names(book):
    opened, save = book
    page = opened["Conditions"]
    page.cell(row_of(page, "Volume of a well"), 1).value = "Volume of a wel"
    with pytest.raises(InputError) as caught:
        read_workbook_conditions(save())
    assert str(caught.value) == (
        "mine.xlsx, sheet 'Conditions', row 19: no condition is called 'Volume of a wel'. "
        "Did you mean 'Volume of a well'?"
    )


def test_a_workbook_that_exists_is_not_overwritten(made):
    with pytest.raises(InputError, match="exists"):
        tca.new_study("binding", made, excel=True)


def test_a_workbook_without_conditions_is_refused_with_the_way(tmp_path):
    other = openpyxl.Workbook()
    other.active.append(["a note"])
    other.save(tmp_path / "other.xlsx")
    with pytest.raises(InputError, match="has no sheet 'Conditions' with the row 'Experiment'"):
        tca.run_study(tmp_path / "other.xlsx")


def test_a_share_without_unit_is_the_share_and_never_a_hundredth_of_it(book):
    opened, save = book
    page = opened["Conditions"]
    row = row_of(page, "Counting efficiency")
    percent = read_workbook_conditions(save()).conditions["counting_efficiency"]
    assert percent == "45 %"
    page.cell(row, 2).value, page.cell(row, 3).value = 0.45, None
    assert read_workbook_conditions(save()).conditions["counting_efficiency"] == "0.45"
    for value, unit in ((0.45, "%"), (45, None)):
        page.cell(row, 2).value, page.cell(row, 3).value = value, unit
        with pytest.raises(InputError, match=r"45 with the unit %, and 0\.45 without a unit"):
            read_workbook_conditions(save())


def test_a_value_whose_unit_was_deleted_is_refused(book):
    opened, save = book
    page = opened["Conditions"]
    page.cell(row_of(page, "Volume of a well"), 3).value = None
    with pytest.raises(InputError, match="'Volume of a well' has no unit"):
        read_workbook_conditions(save())


@pytest.mark.parametrize("experiment", KINETIC_EXPERIMENTS)
def test_an_experiment_over_time_gives_its_rates(tmp_path, experiment):
    tca.new_study("binding", tmp_path, excel=True, experiment=experiment)
    result = tca.run_study(tmp_path / "study.xlsx")
    estimates = {e.name: e for e in result.estimates}
    koff = estimates["koff"]
    assert koff.low * 0.97 < KOFF_per_min < koff.high * 1.03
    if experiment != "dissociation":
        kon = estimates["kon"]
        # The Kd of the protocol is 0.8 nM.
        assert kon.low * 0.95 < KOFF_per_min / 0.8e-9 < kon.high * 1.05
    assert "koff 0.03 per min" in result.study.synthetic


def test_experiments_over_time_need_a_workbook_and_a_radioligand(tmp_path):
    with pytest.raises(InputError, match=r"experiment"):
        tca.new_study("binding", tmp_path / "a", experiment="association")
    with pytest.raises(InputError, match="has no concentration of the radioligand"):
        tca.new_study(
            "binding",
            tmp_path / "b",
            protocol="beta1-iodopindolol",
            excel=True,
            experiment="association",
        )


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_workbook_states_what_the_study_folder_of_its_protocol_states(tmp_path, protocol):
    """The layout well by well, and each condition with its value, unit and error."""
    tca.new_study("binding", tmp_path / "folder", protocol=protocol)
    tca.new_study("binding", tmp_path / "book", protocol=protocol, excel=True)
    path = tmp_path / "book/study.xlsx"
    layout = tmp_path / "folder/layouts/plate.toml"
    typed, stated = (
        read_layout(path, sheet="Layout").planned_wells,
        read_layout(layout).planned_wells,
    )
    used = {name: well for name, well in stated.items() if well.role is not Role.EMPTY}
    assert used.keys() <= typed.keys()
    for name, well in used.items():
        other = typed[name]
        assert (other.role, other.compound, other.time_min) == (
            well.role,
            well.compound,
            well.time_min,
        )
        # A cell has six digits, as many as a pipette never has.
        assert other.concentration_M == pytest.approx(well.concentration_M, rel=1e-5)
        assert (other.radioligand_nM or 0.0) == pytest.approx(well.radioligand_nM or 0.0, rel=1e-5)
    own = Library().protocol(protocol)
    given = read_workbook_conditions(path)
    assert given is not None and (given.kind, given.title) == (own.kind, own.title)
    assert_same(read_conditions(BindingConditions(), given.conditions, where="x"), own.conditions)


def assert_same(read: BindingConditions, stated: BindingConditions) -> None:
    """Every condition that both have is the same to six digits."""
    compared = 0
    for row in ROWS:
        expected = getattr(stated, row.name, None)
        if expected is None or not hasattr(read, row.name):
            continue
        value = getattr(read, row.name)
        if isinstance(expected, MeasuredValue):
            assert value.unit == expected.unit
            assert (value.value, value.se) == pytest.approx((expected.value, expected.se), rel=1e-2)
            assert value.value == pytest.approx(expected.value, rel=1e-5)
        elif isinstance(expected, float):
            assert value == pytest.approx(expected, rel=1e-9), row.name
        else:
            assert value == expected, row.name
        compared += 1
    assert compared >= 3


NUMBERS = {row.name: row for row in ROWS if row.unit and row.name not in ("counting_efficiency",)}


@settings(max_examples=8, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(sorted(NUMBERS)),
        st.floats(0.001, 1000).map(lambda value: float(f"{value:.5g}")),
        min_size=1,
    ),
    st.sampled_from(["", "rat cortex", "Tris 50 mM, pH 7.4", "=A1", "GF/B, 0.3 % PEI"]),
    st.floats(0.05, 0.99).map(lambda value: float(f"{value:.3g}")),
)
def test_what_is_written_into_a_workbook_is_read_from_it(
    tmp_path_factory, values, text, efficiency
):
    """Any numbers in any unit of their list, texts, and a share as percent."""
    path = tmp_path_factory.mktemp("any") / "w.xlsx"
    cells = {
        **values,
        "buffer": text,
        "counting_efficiency": efficiency * 100,
        "kind": "saturation",
    }
    path.write_bytes(study_workbook("t", {"A01": 5.0}, {"A01": "Total"}, cells))
    book = openpyxl.load_workbook(path)
    page, expected = book["Conditions"], {}
    for k, (name, value) in enumerate(sorted(values.items())):
        row = NUMBERS[name]
        unit = row.units[k % len(row.units)] if row.units else row.unit
        page.cell(row_of(page, row.label), 3).value = unit
        expected[name] = f"{value:.12g} {unit}"
    book.save(path)
    given_back = read_workbook_conditions(path)
    assert given_back is not None
    for name, quantity in expected.items():
        number, unit = given_back.conditions[name].split(" ", 1)
        assert (float(number), unit) == (float(quantity.split()[0]), quantity.split(" ", 1)[1])
    assert given_back.conditions.get("buffer", "") == text
    read = read_conditions(
        BindingConditions(),
        {"counting_efficiency": given_back.conditions["counting_efficiency"]},
        where="x",
    )
    assert read.counting_efficiency is not None
    assert read.counting_efficiency.value == pytest.approx(efficiency, rel=1e-9)


def test_a_workbook_is_verified_against_its_results(tmp_path, made):
    path = tmp_path / "mine.xlsx"
    path.write_bytes(made.read_bytes())
    with pytest.raises(InputError, match="has no results yet"):
        tca.verify_study(path)
    tca.run_study(path)
    first = tca.verify_study(path)
    assert first.verified and first.compared > 10 and first.log_lines == 0
    assert first.summary().endswith("byte for byte")
    table = tmp_path / "mine results/results.csv"
    kept = table.read_bytes()
    table.write_bytes(kept + b"x")
    assert tca.verify_study(path).difference == "results.csv was changed after the run"
    table.write_bytes(kept)
    assert tca.verify_study(path).verified
    opened = openpyxl.load_workbook(path)
    opened["Plate"]["B7"].value = 4000
    opened.save(path)
    assert "mine.xlsx has changed since the results were written" in (
        tca.verify_study(path).difference
    )


def test_a_workbook_is_no_study_folder(made):
    with pytest.raises(InputError, match="is a workbook, not a study folder"):
        tca.open_study(made)
