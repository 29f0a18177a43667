"""A study folder of evoked release: from plates to the report, exclusions, and what is refused."""

from __future__ import annotations

import json

import pytest

import tricyclic as tca
from tricyclic.errors import InputError
from tricyclic.simulation.virtual.release_study import ReleaseDesign


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The synthetic study of another seed than the usual one."""
    place = tmp_path_factory.mktemp("release") / "study"
    tca.new_study("release", place, seed=3)
    return place


@pytest.fixture(scope="module")
def run(folder):
    return tca.run_study(folder)


def test_the_synthetic_study_gives_its_stated_truth(run):
    (one,) = run.study.experiments
    plan = ReleaseDesign()
    assert one.kind == "release"
    assert one.subject == "glutamate"
    assert one.material == ("6 cultures", "198 wells")
    for concentration in plan.concentrations_uM:
        effect = one.response[f"imipramine {concentration:g} uM"]
        assert effect.low < plan.true_fold(concentration) < effect.high
    (curve,) = one.response.curves
    assert curve.ec50_low < plan.ec50_uM < curve.ec50_high
    assert one.response.primary_arm == "imipramine 3 uM"
    assert not run.failed


def test_the_files_of_a_run_have_tables_figures_and_the_report(folder, run):
    (results,) = (path for path in (folder / "results").iterdir() if path.is_dir())
    names = {path.name for path in results.rglob("*")}
    assert {"effects.csv", "wells.csv", "cultures.csv", "report.html", "results.xlsx"} <= names
    assert {"arms.svg", "potentiation.svg", "antagonists.svg"} <= names
    document = json.loads((results / "result.json").read_text(encoding="utf-8"))
    (release,) = document["release"]
    assert release["response"]["primary_arm"] == "imipramine 3 uM"
    page = (results / "report.html").read_text(encoding="utf-8")
    for text in (
        "BDNF-evoked glutamate release under imipramine 3",
        "NE-100 reduces the effect of imipramine 3",
        "n counts independent cultures",
        "with 500 µL in the well and 100 µL withdrawn",
    ):
        assert text in page or text.replace("µL", "uL") in page, text


def test_a_run_is_repeated_byte_for_byte(folder, run):
    assert tca.verify_study(folder).verified


def test_the_methods_begin_with_the_procedure_of_the_protocol(run):
    (one,) = run.study.experiments
    procedure, analysis = one.methods.split("\n\n")
    assert "Add BDNF to 50 ng/mL for 10 min" in procedure
    assert "Assumed by the protocol, to be confirmed: equilibration" in procedure
    assert analysis.startswith("Net release of glutamate was")


def test_rows_of_the_table_of_results(run):
    frame = run.to_frame()
    row = frame[frame["group"] == "imipramine 3 uM"].iloc[0]
    assert (row["analyte"], row["control"], row["n"]) == ("glutamate", "vehicle", 6)
    assert row["ratio_CI_low"] < row["ratio"] < row["ratio_CI_high"]


def test_cultures_and_wells_are_left_out_with_their_reason(tmp_path):
    place = tmp_path / "study"
    tca.new_study("release", place, seed=3)
    (place / "exclusions.csv").write_text(
        "target,reason,who,when\n"
        'glutamate/3,"contaminated",A. Person,2026-03-12\n'
        '1/A1,"detached",A. Person,2026-03-12\n',
        encoding="utf-8",
    )
    (one,) = tca.run_study(place).study.experiments
    assert one.response.cultures == ("1", "2", "4", "5", "6")
    assert one.excluded[0] == ("culture 3", "contaminated (A. Person, 2026-03-12)")
    assert any(reason.startswith("detached") for _, reason in one.excluded)
    assert len(one.excluded) == 2


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('file = "design.csv"', 'file = "../design.csv"', "'../design.csv' is outside the study"),
        (
            "sample_uL = 100",
            "sample_uL = 500",
            "the basal sample of 500 uL takes all of the 500 uL",
        ),
        ('stimulus = "BDNF"', 'stimulus = "NGF"', "no well has the stimulus NGF"),
        ('primary_arm = "imipramine 3 uM"', 'primary_arm = "x"', "no arm is called x"),
        ('protocol = "bdnf-glutamate"', 'protocol = "bdnf"', "no protocol is called 'bdnf'"),
        ('medium = "kept"', 'medium = "other"', "no medium is called 'other'"),
        ('"raw/plate6.csv"', '"raw/plate7.csv"', "plate7.csv"),
    ],
)
def test_what_does_not_fit_is_an_error(tmp_path, old, new, message):
    place = tmp_path / "study"
    tca.new_study("release", place)
    file = place / "study.toml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(InputError) as error:
        tca.run_study(place)
    assert message in str(error.value)
    assert "--" not in str(error.value)


def test_a_study_to_fill_in_is_complete_but_for_its_plates(tmp_path):
    place = tmp_path / "study"
    result = tca.new_study("release", place, template=True)
    assert {"study.toml", "design.csv", "README.txt"} <= set(result.written)
    with pytest.raises(InputError, match=r"plate1\.csv"):
        tca.run_study(place)
    grid = "\n".join(["Plate 1 (RFU)", "," + ",".join(map(str, range(1, 13)))])
    rows = {
        "A": [100, 550, 1900, 7300],
        "B": [720, 1200, 740, 1500, 730, 735, 700, 1150, 720, 4000],
    }
    lines = [f"{r}," + ",".join(str(v) for v in rows.get(r, [])) for r in "ABCDEFGH"]
    lines = [line + "," * (12 - line.count(",")) for line in lines]
    (place / "raw" / "plate1.csv").write_text("\n".join([grid, *lines]) + "\n", encoding="utf-8")
    (one,) = tca.run_study(place).study.experiments
    assert one.response.cultures == ("1",)
    assert one.response["imipramine 1 uM"].n == 1
