"""A neurite study folder: from counts to the report, and what is refused."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from tricyclic.errors import InputError
from tricyclic.simulation.virtual.neurite_counts import NeuriteTruth
from tricyclic.study.template import write_study
from tricyclic.workflows.study import new, run, verify
from tricyclic.workflows.study.new_neurites import empty_neurite_study, synthetic_neurite_study
from tricyclic.workflows.study.options import NewStudyOptions, RunStudyOptions, VerifyOptions

pytestmark = pytest.mark.usefixtures("first_pages_only")
TRUTH = NeuriteTruth()


def analyse(folder):
    return run.run(RunStudyOptions(str(folder)))


@pytest.fixture(scope="module")
def content():
    return synthetic_neurite_study(3)


@pytest.fixture(scope="module")
def done(content, tmp_path_factory):
    folder = tmp_path_factory.mktemp("neurites") / "study"
    write_study(folder, content)
    return folder, analyse(folder)


def spoilt(folder, content, name, change):
    write_study(folder, content | {name: change(content[name].decode()).encode()})
    return folder


def rows(text):
    return list(csv.DictReader(io.StringIO(text)))


def written(table):
    sink = io.StringIO()
    out = csv.DictWriter(sink, table[0], lineterminator="\n")
    out.writeheader()
    out.writerows(table)
    return sink.getvalue()


def test_a_study_has_the_result_that_its_truth_states(done):
    _, result = done
    (one,) = result.study.experiments
    effect = one.response["imipramine 3 uM"]
    arm = next(a for a in TRUTH.arms if a.drug and a.concentration == 3.0 and not a.antagonist)
    assert effect.low < 100 * (TRUTH.share(arm) - TRUTH.bottom) < effect.high
    assert (effect.n, effect.p) == (6, effect.p_adjusted)
    assert one.material == (
        "6 cultures",
        "324 fields",
        f"{sum(v.cells for v in one.response.values)} cells",
    )


def test_results_are_written_and_reproduced_byte_for_byte(done):
    folder, result = done
    place = Path(result.folder)
    table = rows((place / "results.csv").read_text(encoding="utf-8"))
    assert {row["group"] for row in table if row["printed"]} == {"imipramine 3 uM"}
    document = json.loads((place / "result.json").read_text(encoding="utf-8"))
    assert "neurites" in json.dumps(document)
    report = (place / "report.html").read_text(encoding="utf-8")
    assert "The percentage of cells with neurites under imipramine" in report
    assert "Synthetic data" in report
    assert "n counts independent cultures" in report
    assert "A cell was counted as positive" in report
    assert verify.run(VerifyOptions(str(folder))).failed is False


def test_the_methods_begin_with_the_procedure_of_the_protocol(done):
    _, result = done
    (one,) = result.study.experiments
    procedure, counting, tests = one.methods.split("\n\n")
    assert "NGF 2.5 ng/mL" in procedure
    assert "Assumed by the protocol, to be confirmed: ngf, criterion" in procedure
    assert counting.startswith("A cell was counted as positive")
    assert "n counts cultures" in tests


def test_the_study_to_fill_in_runs_once_its_rows_are_there(tmp_path):
    made = new.run(NewStudyOptions("neurites", str(tmp_path / "s"), template=True))
    assert not made.runs
    assert set(made.written) == set(empty_neurite_study())
    result = analyse(tmp_path / "s")
    (one,) = result.study.experiments
    assert one.response["imipramine 1 uM"].n == 2


def test_a_culture_a_well_and_a_field_are_excluded_with_their_reasons(content, tmp_path):
    extra = (
        "neurites/c2,contaminated,A. Person,2026-03-12\n"
        "neurites/c3/A02,dried,A. Person,2026-03-12\n"
        "neurites/c4/A02/1,out of focus,A. Person,2026-03-12\n"
    )
    folder = spoilt(tmp_path / "s", content, "exclusions.csv", lambda text: text + extra)
    (one,) = analyse(folder).study.experiments
    assert one.response.cultures == ("c1", "c3", "c4", "c5", "c6")
    assert dict(one.excluded) == {
        "c2": "contaminated (A. Person, 2026-03-12)",
        "c3/A02": "dried (A. Person, 2026-03-12)",
        "c4/A02/1": "out of focus (A. Person, 2026-03-12)",
    }
    vehicle = {v.culture: v for v in one.response.values if one.response.label(v.arm) == "vehicle"}
    assert (vehicle["c3"].fields, vehicle["c4"].fields, vehicle["c5"].fields) == (3, 5, 6)


@pytest.mark.parametrize(
    ("old", "changed", "sentence"),
    [
        ('file = "counts.csv"', 'file = "none.csv"', "none.csv"),
        ("threshold = 1.0", "threshold = 2.0", "threshold: is 2."),
        ('primary = "percent"', 'primary = "total"', "has no lengths of cells"),
        ('protocol = "ngf-neurites"', 'protocol = "ngf"', "no protocol is called 'ngf'"),
        ('primary_arm = "imipramine 3 uM"', 'primary_arm = "imipramine 4 uM"', "primary_arm"),
    ],
)
def test_what_does_not_fit_is_refused_in_the_words_of_the_file(
    content, tmp_path, old, changed, sentence
):
    folder = spoilt(tmp_path / "s", content, "study.toml", lambda t: t.replace(old, changed))
    with pytest.raises(InputError) as error:
        analyse(folder)
    assert sentence in str(error.value)
    assert "--" not in str(error.value)


def test_a_table_without_cultures_is_refused(content, tmp_path):
    def without(text):
        table = rows(text)
        return written([{k: v for k, v in row.items() if k != "culture"} for row in table])

    folder = spoilt(tmp_path / "s", content, "counts.csv", without)
    with pytest.raises(InputError) as error:
        analyse(folder)
    assert "only independent cultures count as n" in str(error.value)
    assert "--" not in str(error.value)
