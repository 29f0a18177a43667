"""A microdialysis study folder: from chromatograms to the report, and what is refused."""

from __future__ import annotations

import csv
import json
import math
import re
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from tricyclic.cli.main import main
from tricyclic.errors import InputError
from tricyclic.io.library.library import Library
from tricyclic.io.write_tables import csv_bytes
from tricyclic.simulation.virtual.dialysis_batch import (
    DialysisDesign,
    synthetic_dialysis,
    true_window_percent,
)
from tricyclic.simulation.virtual.dialysis_files import batch_files
from tricyclic.study.dialysis_folder import KEYS as OPTION_KEYS
from tricyclic.study.folder import read_study
from tricyclic.study.key_texts import KEYS
from tricyclic.study.option_words import as_key
from tricyclic.study.plan import read_plan
from tricyclic.study.template import write_study
from tricyclic.workflows.study import run, verify
from tricyclic.workflows.study.new_dialysis import synthetic_study
from tricyclic.workflows.study.options import RunStudyOptions, VerifyOptions
from tricyclic.workflows.study_analysis import analyse_study

pytestmark = pytest.mark.usefixtures(
    "equal_batches_once", "equal_fits_once", "equal_models_once", "first_pages_only"
)

# Small enough to run in seconds; the dead volume is right, so that nothing is flagged.
SEED = 3
DESIGN = DialysisDesign(animals_per_group=3, fractions=11, animal_cv=0.2)


def analyse(folder):
    return run.run(RunStudyOptions(str(folder)))


def analysed(folder):
    """The numbers alone: no figures and reports, which other tests write."""
    library = Library()
    return analyse_study(read_study(folder, library), library)


def files_of(result):
    place = Path(result.folder)
    return {p.relative_to(place).as_posix(): p for p in place.rglob("*") if p.is_file()}


@pytest.fixture(scope="module")
def content():
    return synthetic_study(SEED, DESIGN)


@pytest.fixture(scope="module")
def done(content, tmp_path_factory):
    folder = tmp_path_factory.mktemp("dialysis") / "study"
    write_study(folder, content)
    return folder, analyse(folder)


def spoilt(content, tmp_path, **changes):
    """A copy of the study with changed files: name -> new bytes, or a function of the old ones."""
    folder = tmp_path / "study"
    files = dict(content)
    for name, change in changes.items():
        files[name] = change(files[name]) if callable(change) else change
    write_study(folder, {name: data for name, data in files.items() if data is not None})
    return folder


def replaced(old, new, count=1):
    def change(data):
        text = data.decode()
        assert old in text
        return text.replace(old, new, count).encode()

    return change


def rows_changed(change):
    """The sample list with each row passed through a function, which may return None."""

    def of(data):
        rows = list(csv.DictReader(data.decode().splitlines()))
        kept = [row for row in map(change, rows) if row is not None]
        return csv_bytes({name: [row[name] for row in kept] for name in rows[0]})

    return of


def test_the_effect_and_the_amounts_of_the_synthetic_study_are_recovered(done):
    _, result = done
    one = result["NE"]
    assert list(result) == ["NE"]
    effect = one.response.effects.effects[0]
    truth = true_window_percent(DESIGN, 0.0, 120.0) / 100.0
    assert effect.ratio == pytest.approx(truth, rel=0.25)
    assert effect.p < 0.01
    study = synthetic_dialysis(np.random.default_rng(SEED), DESIGN)
    true = {i.name: i.amount_fmol for i in study.injections if i.role == "sample"}
    # Each fraction is injected whole; its volume is the flow times its length.
    flow = DESIGN.flow_uL_per_min
    for response in one.response.responses:
        for fraction in response.course.fractions:
            if fraction.state != "quantified" or response.course.animal == "r06":
                continue
            assert fraction.width_min == pytest.approx(DESIGN.fraction_min, abs=12.1)
            # A stop of the pump within the dead volume changes the window, not the volume.
            volume = true[fraction.name] / fraction.value
            assert volume == pytest.approx(flow * DESIGN.fraction_min, rel=0.12)
    lags = {r.course.animal: r.course.fractions[0].start_min for r in one.response.responses}
    assert lags["r01"] == pytest.approx(-80.0 - DESIGN.dead_volume_uL / flow)


def test_the_folder_of_results_has_every_table_figure_and_report(done):
    folder, result = done
    files = files_of(result)
    tables = "amounts peaks fractions animals effects checks standards collection results"
    figures = "time-course time-course-absolute animals batch-ne injections"
    names = [f"{name}.csv" for name in tables.split()]
    names += [f"figures/{name}.svg" for name in figures.split()]
    for name in (*names, "results.xlsx", "result.json", "report.pdf", "injections.pdf"):
        assert name in files, (name, sorted(files))
    assert "estimates.csv" not in files
    row = next(csv.DictReader(files["results.csv"].read_text().splitlines()))
    effect = result["NE"].response.effects.effects[0]
    assert (row["group"], row["control"], row["n"], row["n_control"]) == (
        *("desipramine", "vehicle"),
        *("3", "3"),
    )
    assert float(row["ratio"]) == pytest.approx(effect.ratio, rel=0.005)
    assert float(row["p"]) == pytest.approx(effect.p, rel=0.05)
    document = json.loads(files["result.json"].read_text())
    (experiment,) = document["microdialysis"]
    assert experiment["response"]["effects"]["effects"][0]["ratio"] == effect.ratio
    assert [one["path"] for one in document["inputs"]] == ["raw/traces.csv"]
    page = files["report.html"].read_text()
    for words in ("Synthetic data", "Primary test", "Welch", "Chromatography", "ICH M10", "n = 3"):
        assert words in page, words
    frame = result.to_frame()
    assert frame["ratio"].iloc[0] == effect.ratio
    assert "fractions" in result.frame_names
    assert "time_course" in result.figure_names
    fractions = result.to_frame("fractions")
    assert fractions["start_min"].min() < -80
    verified = verify.run(VerifyOptions(str(folder)))
    assert verified.verified, verified.difference


def test_one_experiment_of_a_study_can_be_shown_alone(done):
    _, result = done
    one = result["NE"]
    assert one.to_json() == result.to_json()["microdialysis"][0]
    assert set(one.frame_names) < set(result.frame_names)
    assert one.to_frame("effects").equals(result.to_frame("effects"))
    assert set(one.figure_names) <= set(result.figure_names) and one.figure_names
    assert one.summary() in result.summary()


def test_a_study_of_a_table_gives_the_result_of_its_own_values(done, tmp_path):
    _, result = done
    response = result["NE"].response
    rows = [
        (r.course.animal, r.course.group, f.start_min, f.end_min, f.value)
        for r in response.responses
        for f in r.course.fractions
        if f.state == "quantified"
    ]
    names = ("animal", "group", "start_min", "end_min", "NE_nM")
    table = csv_bytes({n: [row[k] for row in rows] for k, n in enumerate(names)}, digits=None)
    plan = """schema_version = 1
title = "from a table"
[[microdialysis]]
name = "NE"
control = "vehicle"
[microdialysis.table]
file = "raw/values.csv"
"""
    folder = tmp_path / "study"
    write_study(folder, {"study.toml": plan, "raw/values.csv": table})
    own = analyse(folder)["NE"].response
    assert own.unit == "nM"
    assert own.effects.effects[0].ratio == pytest.approx(response.effects.effects[0].ratio)
    assert own.effects.effects[0].p == pytest.approx(response.effects.effects[0].p)


def test_each_animal_may_have_its_own_clock(done, content, tmp_path):
    """Dates for one animal, times of day over midnight for another: the same result."""
    _, result = done
    first = datetime(2026, 3, 2, 10, 20)

    def as_written(animal, minutes):
        at = first + timedelta(minutes=float(minutes))
        if animal == "r01":
            return at.isoformat(sep=" ", timespec="minutes")
        if animal == "r02":
            # Begins at 22:20, and passes midnight.
            return (at + timedelta(hours=12)).strftime("%H:%M")
        return minutes

    def on_clock(row):
        animal = row["animal"]
        return row | {key: as_written(animal, row[key]) for key in ("start", "end") if row[key]}

    plan = content["study.toml"].decode()
    plan = plan.replace("treated = 80", f'treated = "{as_written("r01", 80)}"', 1)
    plan = plan.replace("treated = 81", f'treated = "{as_written("r02", 81)}"', 1)
    folder = spoilt(
        content,
        tmp_path,
        **{"samples.csv": rows_changed(on_clock), "study.toml": plan.encode()},
    )
    own = analysed(folder)["NE"].response
    for one, other in zip(own.responses, result["NE"].response.responses, strict=True):
        assert one.log_ratio == pytest.approx(other.log_ratio)
        starts = [[f.start_min for f in r.course.fractions] for r in (one, other)]
        assert starts[0] == pytest.approx(starts[1])
    assert own.effects.effects[0].p == pytest.approx(result["NE"].response.effects.effects[0].p)


def test_exclusions_and_manual_limits_are_applied_and_listed(content, tmp_path):
    exclusions = (
        b"target,reason,who,when\n"
        b"NE/r03,outside of the cortex,A. Person,2026-03-12\n"
        b"NE/r01/f02,air in the vial,A. Person,2026-03-12\n"
        b"NE/std_5_2,wrong vial,A. Person,2026-03-12\n"
    )
    manual = b"injection,compound,start_min,end_min,reason\nr02_f01,NE,3.6,4.0,spike beside it\n"
    folder = spoilt(
        content, tmp_path, **{"exclusions.csv": exclusions}, **{"study.toml": lambda d: d}
    )
    (folder / "manual_limits.csv").write_bytes(manual)
    result = analyse(folder)
    one = result["NE"]
    assert [name for name, _ in one.response.left_out] == ["r03"]
    assert "r03" not in one.response
    fraction = next(f for f in one.response["r01"].course.fractions if f.name == "r01_f02")
    assert fraction.excluded.startswith("air in the vial")
    assert math.isnan(fraction.used_value("as measured"))
    standard = next(b for b in one.batch["NE"].line.standards if b.standard.name == "std_5_2")
    assert standard.standard.excluded.startswith("wrong vial")
    assert [m.reason for m in one.manual] == ["spike beside it"]
    page = files_of(result)["report.html"].read_text()
    for words in ("outside of the cortex", "air in the vial", "wrong vial", "spike beside it"):
        assert words in page
    wrong = b"target,reason,who,when\nNE/r99,none,A. Person,2026-03-12\n"
    (folder / "exclusions.csv").write_bytes(wrong)
    with pytest.raises(InputError, match=r"no animal or injection of the list is called 'r99'"):
        analyse(folder)


def without_standards(row):
    return row | {"role": "suitability"} if row["role"] == "standard" else row


def backwards(row):
    return row | {"end": "10"} if row["name"] == "r02_f03" else row


def overlapping(row):
    return row | {"start": "30"} if row["name"] == "r02_f03" else row


def other_animal(row):
    return row | {"animal": "r77"} if row["name"] == "r02_f03" else row


def other_file(row):
    return row | {"file": "missing.csv"} if row["name"] == "r02_f03" else row


def clock(row):
    return row | {"start": "10:40"} if row["name"] == "r02_f03" else row


FAULTS = {
    "mixed times of an animal": ("samples.csv", rows_changed(clock), "is a time of day"),
    "the treatment on another clock": (
        "study.toml",
        replaced("treated = 81", 'treated = "10:20"'),
        "'10:20' is a time of day, and the times of the samples are minutes",
    ),
    "a treatment outside of the samples": (
        "study.toml",
        replaced("treated = 81", "treated = 9000"),
        "which is not within its samples",
    ),
    "no standards": ("samples.csv", rows_changed(without_standards), "has no standards"),
    "two internal standards": (
        "method.toml",
        replaced('role = "neighbour"', 'role = "internal standard"'),
        "has 2 internal standards",
    ),
    "an end before its start": ("samples.csv", rows_changed(backwards), "The end is after"),
    "fractions that overlap": ("samples.csv", rows_changed(overlapping), "do not overlap"),
    "no baseline": ("study.toml", replaced("treated = 80", "treated = 5"), "has no baseline"),
    "an animal of the list alone": ("samples.csv", rows_changed(other_animal), "r77 has samples"),
    "an animal of study.toml alone": (
        "study.toml",
        replaced(
            'name = "r01"',
            'name = "r01"\ngroup = "vehicle"\ntreated = 80\n\n'
            '[[microdialysis.animal]]\nname = "r70"',
        ),
        "r70 has no sample in samples.csv",
    ),
    "a file that is missing": ("samples.csv", rows_changed(other_file), "missing.csv"),
    "an unknown control": ("study.toml", replaced('"vehicle"  ', '"saline"  '), "saline"),
    "an unknown key": ("study.toml", replaced("flow_uL_per_min", "flow"), "flow_uL_per_min"),
}


def test_a_lost_fraction_without_flow_and_unknown_manual_limits(content, tmp_path):
    flow = "[[microdialysis.animal.flow]]\nfrom = {}\nuL_per_min = {}\n"
    stop = (flow.format(198, 0) + flow.format(221, 1.2)).encode()

    def lost(row):
        return row | {"file": ""} if row["name"] == "r06_f11" else row

    # Each trace of the table has its injection, or a reason; so the trace goes with its sample.
    def without_trace(data):
        rows = list(csv.reader(data.decode().splitlines()))
        gone = next(k for k, name in enumerate(rows[0]) if name.startswith("r06_f11"))
        lines = [",".join(cell for k, cell in enumerate(row) if k != gone) for row in rows]
        return ("\n".join(lines) + "\n").encode()

    changes = {"samples.csv": rows_changed(lost), "study.toml": lambda d: d + stop}
    folder = spoilt(content, tmp_path, **changes, **{"raw/traces.csv": without_trace})
    result = analyse(folder)
    names = [f.name for f in result["NE"].response["r06"].course.fractions]
    assert "r06_f11" not in names
    assert "nothing was pumped into r06_f11" in result["NE"].response.remarks
    limits = b"injection,compound,start_min,end_min,reason\nr99_f01,NE,3.6,4.0,spike\n"
    (folder / "manual_limits.csv").write_bytes(limits)
    with pytest.raises(InputError, match="no injection of the list is called 'r99_f01'"):
        analyse(folder)


@pytest.mark.parametrize(
    ("advice", "own"),
    [
        ("Add --to-unit nM with --flow", 'Add unit = "nM" with flow_uL_per_min'),
        ("--to-unit fmol compares the amounts", 'unit = "fmol" compares the amounts'),
        ("Use --primary log-ratio", 'Use primary = "log ratio"'),
        ("compare with --primary ancova", 'compare with primary = "ancova"'),
        ("Add --molar-mass in g/mol", "Add molar_mass_g_per_mol in g/mol"),
        ('Add --control "veh"', 'Add control = "veh"'),
        ("or omit --recovery", "or omit recovery_in_vitro"),
        ("--time-is states another meaning", "time_is states another meaning"),
    ],
)
def test_options_in_advice_become_keys_of_the_study(advice, own):
    assert as_key(advice, OPTION_KEYS) == own
    names = {path.rpartition(".")[2] for path in KEYS}
    assert names & set(re.findall(r"\w+", own))


def test_the_chromatograms_may_stand_beside_the_plan(content, tmp_path):
    beside = replaced('folder = "raw"', 'folder = "."')
    folder = spoilt(content, tmp_path, **{"study.toml": beside})
    (folder / "raw" / "traces.csv").rename(folder / "traces.csv")
    assert read_plan(folder).experiments[0].chromatography.folder == "."
    assert list(analyse(folder)) == ["NE"]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_one_sentence_and_nothing_is_written(fault, content, tmp_path):
    name, change, words = FAULTS[fault]
    folder = spoilt(content, tmp_path, **{name: change})
    before = sorted(p.name for p in folder.rglob("*"))
    with pytest.raises(InputError, match=words) as caught:
        analyse(folder)
    text = str(caught.value)
    assert "\n" not in text
    assert "--" not in text, text
    assert not (folder / "results").exists()
    assert sorted(p.name for p in folder.rglob("*") if p.name != ".lock") == before


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_from_the_shell_is_one_sentence_with_exit_code_3(fault, content, tmp_path):
    name, change, words = FAULTS[fault]
    folder = spoilt(content, tmp_path, **{name: change})
    done = CliRunner().invoke(main, ["run", str(folder), "--quiet"])
    assert done.exit_code == 3
    assert re.search(words, done.stderr)
    assert done.stderr.count("\n") == 1
    assert not done.stdout
    assert not (folder / "results").exists()


def without_starts(row):
    return row | {"start": ""}


def pooled(row):
    """f08 and f09 of r02 in one vial."""
    if row["name"] == "r02_f08":
        return None
    return row | {"note": "pooled with f08"} if row["name"] == "r02_f09" else row


def pooled_with_start(row):
    return pooled(row | {"start": "140"} if row["name"] == "r02_f09" else row)


def courses_of(result):
    """Begin, end and value of the fractions of each animal."""
    return {
        r.course.animal: np.array([(f.start_min, f.end_min, f.value) for f in r.course.fractions])
        for r in result["NE"].response.responses
    }


def assert_same_courses(one, other):
    assert courses_of(one).keys() == courses_of(other).keys()
    for animal, values in courses_of(one).items():
        np.testing.assert_allclose(values, courses_of(other)[animal], rtol=1e-9)


def test_a_list_with_ends_alone_gives_the_same_windows(content, tmp_path):
    """One sample of two fractions, lost as its chromatogram is: its window is what counts."""

    def lost(change):
        def of(row):
            kept = change(row)
            return kept and (kept | {"file": ""} if kept["name"] == "r02_f09" else kept)

        return of

    without_file = {"raw/traces.csv": without_columns("r02_f08", "r02_f09")}
    both = {"samples.csv": rows_changed(lost(pooled_with_start)), **without_file}
    whole = analysed(spoilt(content, tmp_path / "whole", **both))
    ends = {"samples.csv": rows_changed(lambda r: (k := lost(pooled)(r)) and without_starts(k))}
    alone = analysed(spoilt(content, tmp_path / "ends", **ends, **without_file))
    assert np.ptp(courses_of(whole)["r02"][:, :2], axis=1).max() == pytest.approx(40.0)
    assert_same_courses(alone, whole)
    assert any("begin where the one before ends" in t for t in alone["NE"].response.read_as)


def without_columns(*names):
    """The traces without those of some injections."""

    def change(data):
        rows = list(csv.reader(data.decode().splitlines()))
        kept = [k for k, name in enumerate(rows[0]) if name.split(" ")[0] not in names]
        assert len(kept) == len(rows[0]) - len(names)
        return "\n".join(",".join(row[k] for k in kept) for row in rows).encode()

    return change


def test_an_excluded_animal_needs_no_times(content, tmp_path):
    def change(row):
        times = {"start": "?", "end": "10:40"} if row["animal"] == "r02" else {}
        return row | times

    excluded = b"target,reason,who,when\nNE/r02,probe moved,A. Person,2026-03-12\n"
    usual = analysed(spoilt(content, tmp_path / "usual", **{"exclusions.csv": excluded}))
    spoilt_list = {"samples.csv": rows_changed(change)}
    with pytest.raises(InputError, match=r"r02|no time"):
        analyse(spoilt(content, tmp_path / "all", **spoilt_list))
    plan = {
        "study.toml": lambda data: re.sub(rb'(name = "r02"[^\[]*?treated = )\S+', rb'\1"?"', data)
    }
    result = analyse(
        spoilt(content, tmp_path / "out", **{"exclusions.csv": excluded}, **spoilt_list, **plan)
    )
    assert_same_courses(result, usual)
    assert "r02" not in courses_of(result)
    assert [name for name, _ in result["NE"].response.left_out] == ["r02"]


def test_a_truncated_chromatogram_is_refused(tmp_path):
    design = DialysisDesign(animals_per_group=2, fractions=6)
    study = synthetic_dialysis(np.random.default_rng(1), design)
    files = batch_files(study, single=True)
    plan = synthetic_study(1, design)["study.toml"]
    name = "raw/r02_f03.csv"
    files[name] = files[name][: len(files[name]) // 4]
    write_study(tmp_path / "study", {"study.toml": plan, **files})
    with pytest.raises(InputError, match="r02_f03"):
        analyse(tmp_path / "study")


def test_a_raw_chromatogram_that_changed_is_refused(content, tmp_path):
    folder = spoilt(content, tmp_path)
    analyse(folder)
    path = folder / "raw" / "traces.csv"
    path.write_bytes(path.read_bytes().replace(b"0.0", b"0.1", 1))
    with pytest.raises(InputError, match="has changed since it was first read"):
        analyse(folder)


def test_the_template_is_read_and_needs_its_chromatograms(tmp_path):
    from tricyclic.workflows.study import new
    from tricyclic.workflows.study.options import NewStudyOptions

    folder = tmp_path / "empty"
    result = new.run(NewStudyOptions("microdialysis", str(folder), template=True))
    assert not result.runs
    plan = read_plan(folder)
    assert [one.name for one in plan.experiments] == ["NE"]
    with pytest.raises(InputError, match="files are not in the folder raw"):
        analyse(folder)
    with pytest.raises(InputError, match="protocol"):
        new.run(NewStudyOptions("microdialysis", str(tmp_path / "x"), protocol="sert-citalopram"))


# ---- beside the model

STUDY = """
schema_version = 1
title = "Dialysis"
[[microdialysis]]
name = "NE"
analyte = "NE"
region = "lc"
[microdialysis.table]
file = "values.csv"
unit = "nM"
"""
GROUP = """
[[microdialysis.group]]
name = "desipramine"
drug = "desipramine"
dose_mg_per_kg = 10
"""


def of_values(folder, toml):
    lines = ["animal,group,start,end,value"]
    for group, level in (("vehicle", 2.0), ("desipramine", 6.0)):
        for k in range(3):
            for start in range(-80, 120, 20):
                value = (1.0 + 0.03 * k) * (level if start >= 0 else 2.0)
                lines.append(f"{group}{k},{group},{start},{start + 20},{value}")
    folder.mkdir()
    (folder / "values.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "study.toml").write_text(toml, encoding="utf-8")
    return folder


def test_compare_writes_the_model_beside_the_means_and_verify_repeats_it(tmp_path):
    folder = of_values(tmp_path / "study", STUDY + GROUP)
    result = run.run(RunStudyOptions(str(folder), compare=True))
    (table,) = [p for name, p in files_of(result).items() if name.endswith("model.csv")]
    with table.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) == 2 * 10
    late = [one for one in rows if one["group"] == "desipramine" and float(one["start_min"]) >= 20]
    assert all(one["treatment"] == "desipramine 10 mg/kg ip" for one in late)
    assert all(float(one["model_percent"]) > 200 for one in late)
    assert verify.run(VerifyOptions(str(folder))).verified


def test_compare_needs_the_doses_of_the_groups(tmp_path):
    folder = of_values(tmp_path / "study", STUDY)
    with pytest.raises(InputError, match=r"states no dose of a group.*\[\[microdialysis.group\]\]"):
        run.run(RunStudyOptions(str(folder), compare=True))
