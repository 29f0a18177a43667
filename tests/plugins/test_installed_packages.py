"""An installed package adds readers, curve models and library files that work like our own."""

from __future__ import annotations

import re

import numpy as np
import pytest

from tricyclic.cli.main import main
from tricyclic.core.series import Series
from tricyclic.curves import CURVES
from tricyclic.errors import InputError
from tricyclic.fitting.fit import fit
from tricyclic.io.library.library import Library
from tricyclic.io.open import READERS, read_plates, sniff
from tricyclic.io.plate_layout import layout_from_toml
from tricyclic.study.template import LAYOUT, study_template
from tricyclic.workflows.model.options import SimulateOptions
from tricyclic.workflows.model.simulate import run

KINDS = ("readers", "curves", "mechanisms", "drugs", "scenarios", "protocols")


def names_of_kind(kind: str) -> set[str]:
    library = Library()
    names = {
        "readers": READERS,
        "curves": CURVES,
        "mechanisms": library.mechanisms,
        "drugs": library.drugs,
        "scenarios": library.scenario_names,
        "protocols": library.protocol_names,
    }[kind]
    return {name for name in names if "exampl" in name}


@pytest.mark.parametrize("kind", KINDS)
def test_entries_of_an_installed_package_are_listed(example_package, kind):
    assert len(names_of_kind(kind)) == 1


@pytest.mark.parametrize(
    ("command", "line"),
    [
        ("curves models", r"example_decay +first-order loss from a filter"),
        ("library drugs", r"exampline +NET 10 nM +drug of the example package"),
        ("library scenarios", r"example_culture +Tolerance in a culture"),
        (
            "library protocols",
            r"example-filtration +Competition at NET with the example radioligand",
        ),
    ],
)
def test_the_commands_that_list_the_library_list_entries_of_packages(
    example_package, capsys, command, line
):
    with pytest.raises(SystemExit) as ended:
        main(command.split())
    assert ended.value.code == 0
    assert re.search(line, capsys.readouterr().out)


def test_the_command_read_uses_a_reader_of_a_package(example_package, tmp_path, capsys):
    file = tmp_path / "plate7.txt"
    file.write_text("EXAMPLE COUNTER\nA01=1204\nA02=980.5\n")
    with pytest.raises(SystemExit) as ended:
        main(["read", str(file)])
    assert ended.value.code == 0
    printed = capsys.readouterr().out
    assert "example_counter" in printed and "980.5" in printed


@pytest.mark.parametrize("kind", KINDS)
def test_without_the_package_its_entries_are_not_listed(kind):
    assert names_of_kind(kind) == set()


def test_a_file_is_read_by_the_reader_of_the_package(example_package, tmp_path):
    file = tmp_path / "plate7.txt"
    file.write_text("EXAMPLE COUNTER\nA01=1204\nA02=980.5\nH12=33\n")
    assert sniff(file) == (("example_counter", 1.0),)
    (plate,) = read_plates(file, plate_size=96)
    assert plate.notes[0] == "read by example_counter"
    assert plate.unit == "cpm"
    assert {well.name: well.value for well in plate.wells} == {
        "A01": 1204.0,
        "A02": 980.5,
        "H12": 33.0,
    }


def test_a_curve_model_of_the_package_is_fitted(example_package):
    time_min = np.array([0.0, 2.0, 5.0, 10.0, 20.0, 30.0])
    noise = np.array([4.0, -3.0, 2.0, -4.0, 3.0, -1.0])
    y = 1500.0 * np.exp(-0.08 * time_min) + noise
    result = fit(Series("filter", y, "cpm", {"time_min": time_min}), CURVES["example_decay"])
    assert CURVES["example_decay"].name == "example_decay"
    assert 10 ** result["log10_rate"].value == pytest.approx(0.08, rel=0.02)
    assert result["start"].value == pytest.approx(1500.0, rel=0.01)


def test_mechanism_drug_and_scenario_of_the_package_are_simulated_together(example_package):
    result = run(
        SimulateOptions(
            scenario="example_culture",
            dose_event=("exampline 10 nM bath for 48 h",),
            point_estimate=True,
        )
    )
    # Half occupancy at the Ki, which tolerance reaches with its rate of 0.5 per hour.
    course = result["tolerance"]
    expected = 0.5 * (1.0 - np.exp(-0.5 * course.time_h))
    np.testing.assert_allclose(course.y, expected, rtol=1e-4, atol=1e-6)


def test_a_protocol_of_the_package_starts_a_study(example_package):
    protocol = Library().protocol("example-filtration")
    assert protocol.conditions.radioligand_kd_nM.value == 2.5
    assert protocol.sources == ("example_2024",)
    layout = layout_from_toml(study_template(protocol)[LAYOUT])
    assert {block.compound for block in layout.blocks if block.role == "competition"} == {
        "exampline"
    }


def test_values_of_a_package_cite_its_own_sources(example_package):
    library = Library()
    (affinity,) = [row for row in library.drugs["exampline"].constants if row.name == "Ki_NET"]
    assert library.sources[affinity.source].citation == "Example (2024) Journal of Examples 1:1"


def test_a_user_folder_takes_precedence_over_a_package_and_a_package_over_tricyclic(
    example_package, tmp_path
):
    table = "name,value,unit,description\nname,NAME,identifier,drug of the {}\n"
    (example_package / "drugs" / "imipramine.csv").write_text(table.format("package"))
    assert Library().drugs["imipramine"].description == "drug of the package"
    (tmp_path / "own" / "drugs").mkdir(parents=True)
    (tmp_path / "own" / "drugs" / "imipramine.csv").write_text(table.format("user"))
    assert Library(tmp_path / "own").drugs["imipramine"].description == "drug of the user"


@pytest.mark.parametrize(
    ("registry", "module", "message"),
    [
        (
            READERS,
            "counter",
            (
                "entry point example_counter of tricyclic-example: cannot be loaded "
                "(ZeroDivisionError: division by zero)."
            ),
        ),
        (
            CURVES,
            "decay",
            (
                "entry point example_decay of tricyclic-example: cannot be loaded "
                "(ZeroDivisionError: division by zero)."
            ),
        ),
    ],
)
def test_a_module_of_a_package_that_cannot_be_imported_is_named(
    example_package, registry, module, message
):
    (example_package / f"{module}.py").write_text("1 / 0\n")
    with pytest.raises(InputError) as caught:
        registry[f"example_{module}"]
    assert str(caught.value) == message


def test_a_module_without_an_entry_is_named(example_package):
    (example_package / "counter.py").write_text("")
    with pytest.raises(InputError) as caught:
        READERS["example_counter"]
    assert str(caught.value) == (
        "entry point example_counter of tricyclic-example: defines no READER. Define READER in it."
    )


def test_a_curve_model_of_a_package_is_tried_before_it_is_used(example_package):
    file = example_package / "decay.py"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace('Parameter("start", "y"', 'Parameter("begin", "y"'))
    with pytest.raises(InputError, match=r"^entry point example_decay of tricyclic-example: "):
        CURVES["example_decay"]


def test_an_entry_point_for_files_that_names_no_package_is_refused(example_package):
    points = next(example_package.parent.glob("*.dist-info")) / "entry_points.txt"
    points.write_text("[tricyclic.drugs]\nmore = tricyclic_example.absent\n")
    with pytest.raises(InputError) as caught:
        _ = Library().drugs
    assert str(caught.value) == (
        "entry point more of tricyclic-example: 'tricyclic_example.absent' is not a package that "
        "can be imported (ModuleNotFoundError: No module named 'tricyclic_example.absent'). "
        "Name the package that contains the drugs."
    )
