"""Every kind of binding study through the command line, Python and a study folder, on plates and on
tables, in counts and in amounts: always the same true values.
"""

from __future__ import annotations

import json

import numpy as np
import pytest
from click.testing import CliRunner

import tricyclic as tca
from tricyclic.cli.main import main
from tricyclic.core.plate import row_letters
from tricyclic.errors import InputError
from tricyclic.workflows.binding.plates import CONDITIONS
from tricyclic.workflows.study.options import RunStudyOptions
from tricyclic.workflows.study.run import run

# Kind -> function and command, and their option `kind`.
CALLS = {
    "competition": ("affinity", ""),
    "saturation": ("saturation", "saturation"),
    "saturation_with_depletion": ("saturation", "saturation"),
    "homologous": ("saturation", "homologous"),
    "association": ("kinetics", "association"),
    "dissociation": ("kinetics", "dissociation"),
    "association_then_dissociation": ("kinetics", "association_then_dissociation"),
    "competitive_association": ("kinetics", "competitive_association"),
    "schild": ("kinetics", "schild"),
    "allosteric": ("kinetics", "allosteric"),
    "masked": ("affinity", ""),
}
UNITS = ("cpm", "fmol")
OPTION = {condition: option for option, condition in CONDITIONS.items()}
every_kind = pytest.mark.parametrize("kind", CALLS)


def as_table(folder, made, y):
    """A table with one column of readings and one of non-specific readings; options to read it."""
    specific = made.x.get("specific", np.ones(y.size)) > 0
    names = [name for name in made.x if name != "specific"]
    rows = [",".join([*names, "reading", "blocked"])]
    for i, value in enumerate(y):
        cells = (repr(float(value)), "") if specific[i] else ("", repr(float(value)))
        rows.append(",".join([*(repr(float(made.x[name][i])) for name in names), *cells]))
    (folder / "run1.csv").write_text("\n".join(rows) + "\n")
    x = []
    for name in names:
        plain, unit = name.rsplit("_", 1)
        x.append(f"{plain}={name}:{unit}")
    options = {"x": x, "response": ["reading"]}
    if "competitor_M" in names:
        options["compound"] = "drug"  # The layout of a plate names it.
    return options if specific.all() else options | {"non_specific": ["blocked"]}


def as_plate(folder, made, y):
    """A plate with one block of its layout per well; options to read it."""
    grid = np.full((8, 12), np.nan)
    blocks = []
    for i, value in enumerate(y):
        row, column = divmod(i, 12)
        grid[row, column] = value
        content = {name: float(values[i]) for name, values in made.x.items()}
        well = f"{row_letters(row)}{column + 1}"
        blocks.append(f'[[block]]\nwells = "{well}"\n' + "\n".join(block(made.kind, content)))
    (folder / "layout.toml").write_text("plate = 96\n" + "\n".join(blocks) + "\n")
    lines = ["," + ",".join(str(c + 1) for c in range(12))]
    for row in range(8):
        cells = ("-" if np.isnan(v) else repr(float(v)) for v in grid[row])
        lines.append(",".join([row_letters(row), *cells]))
    (folder / "run1.csv").write_text("\n".join(lines) + "\n")
    return {"layout": str(folder / "layout.toml"), "plate_size": 96}


def block(kind, content):
    """Lines of one block: role and contents of a well."""
    dose = content.get("competitor_M", 0.0)
    if kind == "schild":
        yield 'role = "response"'
        yield f'compound = "drug"\nconcentration = "{content["agonist_M"]!r} M"'
        if content["antagonist_M"]:
            yield 'modulator = "antagonist"'
            yield f'modulator_concentration = "{content["antagonist_M"]!r} M"'
        return
    if content.get("specific", 1.0) == 0:
        yield 'role = "non_specific"'
    elif dose:
        yield f'role = "competition"\ncompound = "drug"\nconcentration = "{dose!r} M"'
    else:
        yield 'role = "total"'
    if "radioligand_M" in content:
        yield f'radioligand = "{content["radioligand_M"]!r} M"'
    if "time_min" in content:
        yield f'time = "{content["time_min"]!r} min"'
    if content.get("modulator_M"):
        yield 'modulator = "modulator"'
        yield f'modulator_concentration = "{content["modulator_M"]!r} M"'


AS = {"plate": as_plate, "table": as_table}
# Every kind is met with each form and each unit, by Python and by the command; a form and a unit
# are read by parts that do not know of each other, so that not each pair is needed of each route.
PAIRS = (("plate", "cpm"), ("table", "fmol"))
OTHER_PAIRS = (("plate", "fmol"), ("table", "cpm"))


def assert_truth(estimates, made):
    """Each true value is in `estimates` (name, unit, qualifier, value)."""
    for (name, unit), value in made.truth.items():
        (estimate,) = [e for e in estimates if e[:2] == (name, unit)]
        assert estimate[2] == "="
        assert estimate[3] == pytest.approx(value, rel=1e-4), name


def of_results(assay):
    return [(e.name, e.unit, e.qualifier, e.value) for e in assay.pooled]


def all_options(made, unit, stated, reading):
    given = {OPTION[name]: value for name, value in (stated | made.conditions).items()}
    names = {"target": "site", "radioligand": "[3H]ligand", "isotope": "3H", "unit": unit}
    return given | names | reading


@pytest.mark.parametrize(("form", "unit"), PAIRS)
@every_kind
def test_python_gives_the_true_values(
    kind, form, unit, experiment, readings_in, stated_for, tmp_path
):
    made = experiment(kind)
    reading = AS[form](tmp_path, made, readings_in(made, unit))
    function, chosen = CALLS[kind]
    if chosen:
        reading["kind"] = chosen
    options = all_options(made, unit, stated_for(unit), reading)
    result = getattr(tca, function)(tmp_path / "run1.csv", **options)
    (assay,) = result.study.assays
    assert assay.plates[0].model == made.model
    assert_truth(of_results(assay), made)


@pytest.mark.parametrize(("form", "unit"), OTHER_PAIRS)
@every_kind
def test_the_command_gives_the_true_values(
    kind, form, unit, experiment, readings_in, stated_for, tmp_path
):
    made = experiment(kind)
    reading = AS[form](tmp_path, made, readings_in(made, unit))
    function, chosen = CALLS[kind]
    if chosen:
        reading["kind"] = chosen
    arguments = ["--json", "binding", function, str(tmp_path / "run1.csv")]
    for name, value in all_options(made, unit, stated_for(unit), reading).items():
        for one in value if isinstance(value, list) else [value]:
            arguments += [f"--{name.replace('_', '-')}", str(one)]
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code in (0, 4), done.output
    (assay,) = json.loads(done.stdout)["result"]["assays"]
    printed = [(e["name"], e["unit"], e["qualifier"], e["value"]) for e in assay["estimates"]]
    assert_truth(printed, made)
    sources = assay["runs"][0]["condition_sources"]
    assert set(sources.values()) <= {"stated", "program default"}
    assert {name for name, source in sources.items() if source == "stated"} >= set(made.conditions)


@pytest.mark.parametrize(
    ("kind", "unit"), [(kind, UNITS[k % len(UNITS)]) for k, kind in enumerate(CALLS)]
)
def test_a_study_folder_of_a_plate_gives_the_true_values(
    kind, unit, experiment, readings_in, stated_for, tmp_path
):
    made = experiment(kind)
    (tmp_path / "s" / "raw").mkdir(parents=True)
    as_plate(tmp_path / "s", made, readings_in(made, unit))
    (tmp_path / "s" / "run1.csv").rename(tmp_path / "s" / "raw" / "run1.csv")
    stated = {"radioligand": "[3H]ligand", "target": "site", "isotope": "3H"}
    stated |= stated_for(unit) | made.conditions
    lines = [
        'schema_version = 1\ntitle = "t"\n[report]\nformats = ["html"]',
        f'[[assay]]\nname = "a"\nkind = "{made.kind}"\nlayout = "layout.toml"',
        "[assay.conditions]",
        *(f"{name} = {json.dumps(value)}" for name, value in stated.items()),
        f'[[assay.plate]]\nfile = "raw/run1.csv"\nrun = "1"\nunit = "{unit}"\nplate_size = 96',
    ]
    (tmp_path / "s" / "study.toml").write_text("\n".join(lines) + "\n")
    (assay,) = run(RunStudyOptions(str(tmp_path / "s"))).study.assays
    assert assay.plates[0].model == made.model
    assert_truth(of_results(assay), made)


def test_the_unit_of_readings_and_of_columns_is_taken_from_the_file(
    experiment, readings_in, stated_for, tmp_path
):
    made = experiment("saturation_with_depletion")
    y = readings_in(made, "fmol")
    rows = ["conc_nM,total_fmol,batch"]
    rows += [
        f"{float(hot) * 1e9!r},{float(value)!r},7"
        for hot, value, s in zip(made.x["radioligand_M"], y, made.x["specific"], strict=True)
        if s
    ]
    (tmp_path / "t.csv").write_text("\n".join(rows) + "\n")
    result = tca.saturation(
        tmp_path / "t.csv",
        x="radioligand=conc_nM",
        total="total_fmol",
        volume_uL=200,
        protein_ug=40,
    )
    assert result.study.assays[0].plates[0].series[0].y_unit == "fmol"
    assert any("batch" in part for part in result.study.unused)
    assert result.study.inputs[0].path == "t.csv" and len(result.study.inputs[0].sha256) == 64


def test_a_column_of_readings_that_is_text_is_named(tmp_path):
    (tmp_path / "t.csv").write_text("dose,y\n1,5\n2,x7\n")
    with pytest.raises(InputError, match=r"column 'y' is not all numbers: .*'x7'"):
        tca.affinity(tmp_path / "t.csv", x="competitor=dose:nM", response="y")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (
            {"x": "competitor=dose:nM", "layout": "l.toml"},
            (
                "layout=: has no effect here. It applies to plates, and these files are read as "
                "tables. Omit layout=."
            ),
        ),
        (
            {"response": "y", "layout": "l.toml"},
            (
                "layout=: has no effect here. It applies to plates, and these files are read as "
                "tables. Omit layout=."
            ),
        ),
        (
            {"x": "radioligand=dose:nM", "total": "y", "compound": "drug"},
            (
                "compound=: has no effect here. It applies to tables with a competitor. Omit "
                "compound=."
            ),
        ),
        (
            {},
            (
                "t.csv: column 'dose' has no unit. Write the unit into its name, such as "
                "'dose (nM)', or add x=\"competitor=dose:nM\"."
            ),
        ),
        (
            {"x": "competitor=dose:nM", "response": "y"},
            't.csv: the unit of the readings is not stated. Add unit="fmol", or their unit.',
        ),
        (
            {"x": "competitor=dose", "response": "y", "unit": "fmol"},
            "t.csv: column 'dose' has no unit. Add it to x=\"competitor=dose:nM\".",
        ),
        (
            {"x": "dose:nM", "response": "y", "unit": "fmol"},
            "x=: 'dose:nM' is not name=column:unit. Such as competitor=conc:nM.",
        ),
        (
            {"x": "competitr=dose:nM", "response": "y", "unit": "fmol"},
            (
                "x=: no column of a binding assay is called 'competitr'. Did you mean "
                "'competitor'? There are: agonist, antagonist, competitor, counting_time, "
                "modulator, radioligand, time."
            ),
        ),
    ],
)
def test_what_a_table_lacks_is_stated_in_a_sentence(options, sentence, tmp_path):
    (tmp_path / "t.csv").write_text("dose,y\n1,5\n2,4\n")
    with pytest.raises(InputError) as caught:
        tca.affinity(tmp_path / "t.csv", radioligand_nM=1, kd_nM=1, **options)
    assert str(caught.value) == sentence
