"""Every kind of binding study is run on a table of a study folder, in counts and in amounts."""

from __future__ import annotations

import json

import numpy as np
import pytest

from tricyclic.errors import InputError
from tricyclic.workflows.study.options import RunStudyOptions
from tricyclic.workflows.study.run import run

KINDS = (
    "competition",
    "saturation",
    "saturation_with_depletion",
    "homologous",
    "association",
    "dissociation",
    "association_then_dissociation",
    "competitive_association",
    "schild",
    "allosteric",
    "masked",
)
UNITS = ("counts", "cpm", "dpm", "fmol", "pmol", "fmol/mg", "nM")
COLUMNS = {
    "competitor_M": "competitor",
    "radioligand_M": "radioligand",
    "time_min": "time",
    "agonist_M": "agonist",
    "antagonist_M": "antagonist",
    "modulator_M": "modulator",
    "counting_time_min": "counting_time",
}


def write_study(folder, made, y, unit, conditions, *, x=None):
    """A study folder of one table: readings of total and of non-specific wells in two columns."""
    x = made.x if x is None else x
    (folder / "raw").mkdir(parents=True)
    specific = x.get("specific", np.ones(y.size)) > 0
    names = [name for name in x if name != "specific"]
    rows = [",".join([*names, "reading", "blocked"])]
    for i, value in enumerate(y):
        cells = (repr(float(value)), "") if specific[i] else ("", repr(float(value)))
        rows.append(",".join([*(repr(float(x[name][i])) for name in names), *cells]))
    (folder / "raw/t.csv").write_text("\n".join(rows) + "\n")
    columns = [
        f'{COLUMNS[name]} = {{ column = "{name}", unit = "{name.rsplit("_")[-1]}" }}'
        for name in names
    ]
    columns.append('response = "reading"')
    if not specific.all():
        columns.append('non_specific = "blocked"')
    stated = {"radioligand": "[3H]ligand", "target": "site", "isotope": "3H"} | conditions
    lines = [
        'schema_version = 1\ntitle = "t"\n[report]\nformats = ["html"]',
        f'[[assay]]\nname = "a"\nkind = "{made.kind}"\ncompound = "drug"\n[assay.conditions]',
        *(f"{name} = {json.dumps(value)}" for name, value in stated.items()),
        f'[[assay.table]]\nfile = "raw/t.csv"\nrun = "1"\nunit = "{unit}"\n[assay.table.columns]',
        *columns,
    ]
    (folder / "study.toml").write_text("\n".join(lines) + "\n")


def ran(folder):
    """The one assay of a study that is run as its command does."""
    (assay,) = run(RunStudyOptions(str(folder))).study.assays
    return assay


def assert_truth(estimates, truth, rel=1e-4):
    """Every true value is among the estimates, under its name and unit."""
    for (name, unit), value in truth.items():
        (estimate,) = [e for e in estimates if (e.name, e.unit) == (name, unit)]
        assert estimate.qualifier == "="
        assert estimate.value == pytest.approx(value, rel=rel), name


@pytest.mark.parametrize("unit", ["cpm", "fmol"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_study_of_a_table_gives_the_true_values(
    kind, unit, experiment, readings_in, stated_for, tmp_path
):
    made = experiment(kind)
    conditions = stated_for(unit) | made.conditions
    write_study(tmp_path / "s", made, readings_in(made, unit), unit, conditions)
    assay = ran(tmp_path / "s")
    assert assay.plates[0].model == made.model
    assert_truth(assay.pooled, made.truth)


@pytest.mark.parametrize("unit", UNITS)
def test_depletion_is_modelled_in_every_unit(unit, experiment, readings_in, stated_for, tmp_path):
    made = experiment("saturation_with_depletion")
    write_study(tmp_path / "s", made, readings_in(made, unit), unit, stated_for(unit))
    assay = ran(tmp_path / "s")
    assert_truth(assay.pooled, made.truth)
    bound = next(check for check in assay.all_checks() if check.name == "tracer_bound")
    assert bound.value > 70 and "the fit solves the mass balance" in bound.message


def test_where_depletion_must_be_neglected_a_check_warns(experiment, readings_in, tmp_path):
    made = experiment("saturation_with_depletion")
    write_study(tmp_path / "s", made, readings_in(made, "fmol"), "fmol", {"protein_ug": 40.0})
    assay = ran(tmp_path / "s")
    assert assay.plates[0].model == "saturation"
    # Neglected depletion of 82 % shifts the Kd.
    assert assay.pooled[0].value > 2 * made.truth["Kd", "nM"]
    bound = next(check for check in assay.all_checks() if check.name == "tracer_bound")
    assert (bound.level, bound.message) == (
        "warn",
        (
            "how much of the added radioligand is bound is not known, and the fitted curve assumes "
            "that all of it is free: the volume is not provided"
        ),
    )
    assert bound.advice == "Provide the volume; the fit then solves the mass balance"


@pytest.mark.parametrize(
    ("missing", "unit", "per_nM"),
    # 1 nM in 200 uL are 200 fmol, with 40 ug of protein 5000 fmol/mg.
    [((), "fmol/mg", 5000.0), (("protein_ug",), "fmol", 200.0), (("volume_uL",), "pM", 1000.0)],
)
def test_the_unit_of_bmax_is_what_the_conditions_allow(
    missing, unit, per_nM, experiment, readings_in, stated_for, tmp_path
):
    made = experiment("saturation_with_depletion")
    conditions = {name: v for name, v in stated_for("nM").items() if name not in missing}
    if missing == ("volume_uL",):
        conditions.pop("protein_ug")
    write_study(tmp_path / "s", made, readings_in(made, "nM"), "nM", conditions)
    bmax = next(e for e in ran(tmp_path / "s").pooled if e.name == "Bmax")
    assert bmax.unit == unit
    assert bmax.value == pytest.approx(1.6 * per_nM, rel=1e-4)


def test_an_amount_per_well_becomes_a_density_without_the_volume(experiment, readings_in, tmp_path):
    made = experiment("saturation")  # Too few sites to deplete the radioligand.
    write_study(tmp_path / "s", made, readings_in(made, "pmol"), "pmol", {"protein_ug": 40.0})
    bmax = next(e for e in ran(tmp_path / "s").pooled if e.name == "Bmax")
    assert bmax.unit == "fmol/mg"
    assert bmax.value == pytest.approx(made.truth["Bmax", "fmol/mg"], rel=0.05)


def test_samples_counted_for_different_times_are_rates_with_their_own_errors(
    experiment, stated_for, readings_in, tmp_path
):
    made = experiment("saturation_with_depletion")
    minutes = np.random.default_rng(1).choice([1.0, 2.0, 10.0], made.bound_M.size)
    counts = readings_in(made, "counts") / 5.0 * minutes
    conditions = {k: v for k, v in stated_for("counts").items() if k != "counting_time_min"}
    x = dict(made.x) | {"counting_time_min": minutes}
    write_study(tmp_path / "s", made, counts, "counts", conditions, x=x)
    assay = ran(tmp_path / "s")
    assert_truth(assay.pooled, made.truth)
    (series,) = assay.plates[0].series
    assert series.y_unit == "cpm" and assay.plates[0].fit.variance == "counting"
    # Totals come first, then non-specific readings; the variance of a rate is the rate over time.
    order = np.argsort(made.x["specific"] == 0, kind="stable")
    np.testing.assert_allclose(series.counting_slope, 1 / minutes[order])


@pytest.mark.parametrize("efficiency", [True, False])
def test_dpm_are_converted_with_and_without_an_efficiency(
    efficiency, experiment, readings_in, stated_for, tmp_path
):
    made = experiment("competition")
    conditions = stated_for("dpm") | made.conditions
    y = readings_in(made, "dpm")
    if not efficiency:
        # The counter gave net dpm; its counting error is then not known.
        y = y - 30.0 / 0.4
        del conditions["counting_efficiency"], conditions["background_cpm"]
    write_study(tmp_path / "s", made, y, "dpm", conditions)
    assay = ran(tmp_path / "s")
    assert_truth(assay.pooled, made.truth)
    assert assay.plates[0].fit.variance == ("counting" if efficiency else "constant")


@pytest.mark.parametrize("text", ["400 nM", "0.4 uM", 400])
def test_the_affinity_at_the_masked_site_is_a_number_or_a_text(
    text, experiment, readings_in, stated_for, tmp_path
):
    made = experiment("masked")
    conditions = stated_for("fmol") | made.conditions | {"competitor_ki_masked_nM": text}
    write_study(tmp_path / "s", made, readings_in(made, "fmol"), "fmol", conditions)
    assert_truth(ran(tmp_path / "s").pooled, made.truth)


@pytest.mark.parametrize(
    ("kind", "missing", "sentence"),
    [
        (
            "association",
            "time_min",
            (
                "a/1: the table has no column for time_min. An assay of the kind "
                "association varies time_min. Name its column: time."
            ),
        ),
        (
            "homologous",
            "competitor_M",
            (
                "a/1: the table has no column for competitor_M. An assay of the kind "
                "homologous varies competitor_M. Name its column: competitor."
            ),
        ),
    ],
)
def test_a_column_that_the_kind_varies_is_needed(
    kind, missing, sentence, experiment, readings_in, stated_for, tmp_path
):
    made = experiment(kind)
    x = {name: column for name, column in made.x.items() if name != missing}
    y = readings_in(made, "fmol")
    write_study(tmp_path / "s", made, y, "fmol", stated_for("fmol") | made.conditions, x=x)
    with pytest.raises(InputError) as caught:
        ran(tmp_path / "s")
    assert str(caught.value) == sentence


def test_a_homologous_table_names_what_its_moles_lack(experiment, readings_in, tmp_path):
    made = experiment("homologous")
    write_study(tmp_path / "s", made, readings_in(made, "fmol/mg"), "fmol/mg", {"volume_uL": 200})
    with pytest.raises(InputError) as caught:
        ran(tmp_path / "s")
    assert str(caught.value) == (
        "a/1: readings in fmol/mg cannot be converted to moles in the well, and homologous "
        "competition needs that. Provide the protein in the well."
    )


def test_tables_of_one_day_are_fitted_jointly(experiment, readings_in, stated_for, tmp_path):
    texts = []
    for kind in ("saturation_beside_competition", "competition"):
        made = experiment(kind)
        stated = stated_for("fmol") | made.conditions
        stated.pop("radioligand_kd_nM", None)  # The joint fit determines it.
        write_study(tmp_path / kind, made, readings_in(made, "fmol"), "fmol", stated)
        text = (
            (tmp_path / kind / "study.toml")
            .read_text()
            .replace("raw/t.csv", f"raw/{made.kind}.csv")
        )
        texts.append(text.replace('name = "a"', f'name = "{made.kind}"'))
        (tmp_path / f"{made.kind}.csv").write_bytes((tmp_path / kind / "raw/t.csv").read_bytes())
    folder = tmp_path / "s"
    (folder / "raw").mkdir(parents=True)
    for name in ("saturation", "competition"):
        (tmp_path / f"{name}.csv").rename(folder / "raw" / f"{name}.csv")
    second = texts[1][texts[1].index("[[assay]]") :].replace(
        "[assay.conditions]", "[assay.conditions]\nradioligand_kd_nM = 0.7", 1
    )
    joint = '[[joint]]\nname = "both"\nassays = ["saturation", "competition"]\n'
    (folder / "study.toml").write_text(texts[0] + second + joint)
    assays = run(RunStudyOptions(str(folder))).study.assays
    assert [assay.kind for assay in assays] == ["saturation", "competition", "joint"]
    assert_truth(
        assays[2].pooled,
        {("Kd", "nM"): 0.7, ("Ki", "nM"): 12.0, ("Bmax", "fmol/mg"): 0.9 * 5000.0},
    )


def test_a_repeated_heading_of_a_study_stands_for_its_replicates(tmp_path):
    """`response = "cpm"` was no column of a table with three columns called cpm."""
    (tmp_path / "raw").mkdir()
    doses = [0.1, 1, 3, 10, 30, 100, 1000]
    rows = [f"{d},{200 + 3800 / (1 + d / 8.125):.1f}" for d in doses]
    lines = ["nM,cpm,cpm,cpm,other", *[f"{row},{row.split(',')[1]},,7" for row in rows]]
    (tmp_path / "raw/t.csv").write_text("\n".join(lines) + "\n")
    (tmp_path / "study.toml").write_text(
        'schema_version = 1\ntitle = "t"\n[report]\nformats = ["html"]\n'
        '[[assay]]\nname = "a"\nkind = "competition"\ncompound = "drug"\n[assay.conditions]\n'
        'radioligand = "[3H]ligand"\ntarget = "site"\nradioligand_nM = 0.5\n'
        "radioligand_kd_nM = 0.8\n"
        '[[assay.table]]\nfile = "raw/t.csv"\nrun = "1"\nunit = "cpm"\n[assay.table.columns]\n'
        'competitor = { column = "nM", unit = "nM" }\nresponse = "cpm"\n'
    )
    result = run(RunStudyOptions(str(tmp_path)))
    (assay,) = result.study.assays
    (ki,) = [e for e in assay.pooled if e.name == "Ki"]
    assert ki.value == pytest.approx(5.0, rel=1e-3)
    assert assay.plates[0].series[0].y.size == 2 * len(doses)
    assert result.study.unused == ("raw/t.csv: columns 'cpm 3', 'other'",)
