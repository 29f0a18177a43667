"""The options of affinity, saturation and kinetics reach the plates, conditions and analysis."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

import tricyclic
from tricyclic.core.conditions import CONDITION_NAMES, MeasuredValue
from tricyclic.core.plate import Role
from tricyclic.errors import InputError
from tricyclic.io.library.library import Library
from tricyclic.workflows.binding import affinity
from tricyclic.workflows.binding.options import AffinityOptions, KineticsOptions
from tricyclic.workflows.binding.plates import CONDITIONS, expand_patterns, prepare_assay

EXAMPLE = Path(tricyclic.__file__).parent / "data" / "examples" / "desipramine-study"
RUNS = [EXAMPLE / "raw" / f"net_run{k}.csv" for k in (1, 2, 3)]
# Option -> value, and the value of the condition.
GIVEN = {
    "target": ("5-HT2A", "5-HT2A"),
    "radioligand": ("[3H]ketanserin", "[3H]ketanserin"),
    "isotope": ("3H", "3H"),
    "radioligand_nM": ("1200 pM", MeasuredValue(1.2, "nM")),
    "kd_nM": ("0.8 +/- 0.1 nM", MeasuredValue(0.8, "nM", 0.1)),
    "specific_activity": (60, MeasuredValue(60.0, "Ci/mmol")),
    "reference_date": ("2026-01-15", date(2026, 1, 15)),
    "assay_date": ("2026-03-12", date(2026, 3, 12)),
    "efficiency": ("45 %", MeasuredValue(0.45, "")),
    "counting_time_min": ("30 s", 0.5),
    "background_cpm": (25, 25.0),
    "volume_uL": ("0.25 mL", 250.0),
    "protein_ug": ("0.03 mg", MeasuredValue(0.03e3, "ug")),
    "decay_convention": ("concentration_falls", "concentration_falls"),
    "kon": ("0.1 1/(nM min)", 1e8),
    "koff": (0.05, 0.05),
    "tissue": ("rat cortex", "rat cortex"),
    "buffer": ("HEPES", "HEPES"),
    "nsb_drug": ("mazindol", "mazindol"),
    "nsb_drug_M": ("10 uM", 1e-5),
    "incubation_min": ("1 h", 60.0),
    "temperature": (25, 25.0),
    "filter": ("GF/C", "GF/C"),
    "washing": ("twice", "twice"),
    "dissociation_start_min": ("0.5 h", 30.0),
    "mask": ("(+)-pentazocine", "(+)-pentazocine"),
    "masked_site": ("sigma-1", "sigma-1"),
    "mask_M": ("200 nM", 2e-7),
    "mask_kd_masked_nM": ("3.0 +/- 0.5 nM", MeasuredValue(3.0, "nM", 0.5)),
    "mask_kd_wanted_nM": ("1.5 uM", MeasuredValue(1500.0, "nM")),
    "radioligand_kd_masked_nM": (30, MeasuredValue(30.0, "nM")),
    "masked_bmax_ratio": (0.75, MeasuredValue(0.75, "")),
    "competitor_ki_masked_nM": ("0.40 +/- 0.06 uM", MeasuredValue(400.0, "nM", 60.0)),
}
# Only kinetics have a start of dissociation.
OF_KINETICS = ("dissociation_start_min",)


def prepared(**options):
    layout = str(EXAMPLE / "layouts" / "net.toml")
    of_kinetics = options.keys() & set(OF_KINETICS)
    kind = "association" if of_kinetics else "competition"
    options_of = KineticsOptions if of_kinetics else AffinityOptions
    given = options_of(plates=(), **{"layout": layout, **options})
    return prepare_assay(given, kind, RUNS[:1], Library())


def test_every_condition_has_an_option_that_is_tested():
    assert GIVEN.keys() == CONDITIONS.keys()
    assert set(CONDITIONS.values()) == set(CONDITION_NAMES)


@pytest.mark.parametrize("option", sorted(GIVEN))
def test_an_option_sets_its_condition(option):
    value, expected = GIVEN[option]
    condition = getattr(prepared(**{option: value}).runs[0].conditions, CONDITIONS[option])
    if isinstance(expected, MeasuredValue):
        assert (condition.value, condition.se) == pytest.approx((expected.value, expected.se))
        assert condition.unit == expected.unit
    elif isinstance(expected, float):
        value = condition.value if isinstance(condition, MeasuredValue) else condition
        assert value == pytest.approx(expected)
    else:
        assert condition == expected


def test_an_option_replaces_the_condition_of_the_protocol():
    of_protocol = prepared(protocol="net-nisoxetine").runs[0].conditions
    changed = prepared(protocol="net-nisoxetine", volume_uL=500).runs[0].conditions
    assert (of_protocol.volume_uL, changed.volume_uL) == (250.0, 500.0)
    assert changed.radioligand == of_protocol.radioligand


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("model", "one_site_competition"),
        ("variance", "poisson"),
        ("confidence", 0.9),
        ("calibrate", 99),
        ("outliers", "none"),
    ],
)
def test_an_option_of_the_analysis_reaches_its_method(option, value):
    assert getattr(prepared(**{option: value}).plan.method, option) == value


@pytest.mark.parametrize(
    ("given", "method"),
    [("suggest", ("suggest", 0.01)), (0.05, ("suggest", 0.05)), ("0.1", ("suggest", 0.1))],
)
def test_outliers_take_a_false_discovery_rate_as_in_curves(given, method):
    chosen = prepared(outliers=given).plan.method
    assert (chosen.outliers, chosen.outlier_q) == method


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (0.7, "outliers: is 0.7. It lies above 0 and below 0.5, such as 0.01."),
        (
            "often",
            "outliers: is 'often'. It is suggest, none, or a false discovery rate such as 0.01.",
        ),
    ],
)
def test_a_wrong_rate_of_outliers_is_refused(given, sentence):
    with pytest.raises(InputError) as error:
        prepared(outliers=given)
    assert str(error.value) == sentence


def test_the_compound_names_the_competitor_of_the_wells():
    plate = prepared(compound="desipramine").runs[0].plate
    names = {well.compound for well in plate.wells if well.role is Role.COMPETITION}
    assert names == {"desipramine"}


def test_without_a_layout_that_of_the_protocol_is_used():
    own = prepared(protocol="net-nisoxetine", layout="").runs[0].plate
    assert {well.role for well in own.wells} >= {Role.TOTAL, Role.NON_SPECIFIC, Role.COMPETITION}


def test_a_pattern_matches_its_files_in_order():
    assert expand_patterns([str(EXAMPLE / "raw" / "net_run*.csv")]) == RUNS


def test_a_file_whose_name_looks_like_a_pattern_is_read_as_it_is(tmp_path):
    file = tmp_path / "[3H]nisoxetine.csv"
    file.write_text("", encoding="utf-8")
    assert expand_patterns([str(file)]) == [file]


def test_files_of_one_name_are_runs_of_different_names(tmp_path):
    for k in (1, 2):
        (tmp_path / f"day{k}").mkdir()
        shutil.copy(RUNS[k - 1], tmp_path / f"day{k}" / "net.csv")
    files = [tmp_path / f"day{k}" / "net.csv" for k in (1, 2)]
    options = AffinityOptions(plates=(), layout=str(EXAMPLE / "layouts" / "net.toml"))
    runs = prepare_assay(options, "competition", files, Library()).runs
    assert [run.run for run in runs] == ["net (1)", "net (2)"]


def test_a_missing_file_is_refused_by_its_name():
    with pytest.raises(InputError, match=r"no_such\.csv"):
        affinity.run(AffinityOptions(plates=("no_such.csv",), protocol="net-nisoxetine"))


def test_a_file_named_twice_is_one_run(tmp_path):
    copied = shutil.copy(RUNS[0], tmp_path / "another_name.csv")
    options = AffinityOptions(
        plates=(str(RUNS[0]), str(copied)),
        layout=str(EXAMPLE / "layouts" / "net.toml"),
        protocol="net-nisoxetine",
        out=str(tmp_path / "out"),
    )
    (assay,) = affinity.run(options).study.assays
    assert [e.n_experiments for e in assay.pooled if e.name == "Ki"] == [1]
    (check,) = [c for c in assay.checks if c.name == "runs_excluded"]
    assert (check.level, check.where) == ("fail", "another_name")
    assert check.message.endswith(
        "are those of net_run1 (another_name.csv and net_run1.csv have the same sha256)"
    )


SOFTMAX_KINETIC = "\n".join(
    [
        "##BLOCKS= 1",
        (
            "Plate:\tP1\t1.3\tPlateFormat\tKinetic\tLuminescence\tRaw\tFALSE\t2\t60\t30\t\t\t\t1"
            "\t0 \t1\t12\t96\t1\t8"
        ),
        "\tTemperature(C)\t" + "\t".join(str(k) for k in range(1, 13)),
        *(
            (time if row == 0 else "")
            + "\t\t"
            + "\t".join(str(100 * n + 12 * row + k) for k in range(12))
            for n, time in enumerate(("00:00:00", "00:00:30"), 1)
            for row in range(8)
        ),
        "~End",
        "",
    ]
)


def test_readings_of_one_plate_are_no_independent_runs(tmp_path):
    path = tmp_path / "kinetic.txt"
    path.write_text(SOFTMAX_KINETIC, encoding="utf-8")
    options = AffinityOptions(plates=(str(path),), layout=str(EXAMPLE / "layouts" / "net.toml"))
    with pytest.raises(InputError) as caught:
        prepare_assay(options, "competition", [path], Library())
    assert str(caught.value) == (
        "kinetic.txt: contains 2 readings of section 'P1' (line 2): kinetic P1 00:00:00, kinetic "
        "P1 00:00:30. A plate has one reading of each well. Add --plate with the number or the "
        "name of one of them."
    )
    for name in ("2", "kinetic P1 00:00:30"):
        (run,) = prepare_assay(replace(options, plate=name), "competition", [path], Library()).runs
        assert run.plate.wells[0].value == 200
        assert run.plate.unused == ("plate 'kinetic P1 00:00:00'",)
