"""The command writes one PEtab problem per scenario of an ensemble, and reports what it leaves
out.
"""

from __future__ import annotations

import json

import pytest

from tricyclic.errors import InputError
from tricyclic.io.library.observations import observations
from tricyclic.workflows.model.options import PetabOptions
from tricyclic.workflows.model.petab import run

FILES = {
    "problem.yaml",
    "model.xml",
    "parameters.tsv",
    "observables.tsv",
    "conditions.tsv",
    "experiments.tsv",
    "measurements.tsv",
    "README.md",
}


def test_scenarios_that_share_an_ensemble_have_a_folder_each(tmp_path, call_model):
    done = call_model("petab", "bdnf_glutamate", "--out", str(tmp_path / "out"), "--json")
    assert done.exit_code == 0, done.output
    for name in ("bdnf_glutamate", "noradrenergic_synapse"):
        assert {path.name for path in (tmp_path / "out" / name).iterdir()} == FILES
    result = json.loads(done.stdout)["result"]
    assert len(result["files"]) == 2 * len(FILES)
    problems = {one["scenario"]: one for one in result["problems"]}
    assert problems["bdnf_glutamate"]["observations"] == ["V090"]
    for name, one in problems.items():
        assert len(one["observations"]) + len(one["left_out"]) == len(observations(name))


def test_the_text_counts_observations_and_gives_reasons(tmp_path, call_model):
    done = call_model("petab", "human_occupancy", "--out", str(tmp_path / "out"))
    assert done.exit_code == 0, done.output
    assert done.stdout == "human_occupancy   4 observations   0 that PEtab cannot express\n"
    done = call_model("petab", "bdnf_glutamate", "--out", str(tmp_path / "other"))
    assert "bdnf_glutamate   1 observation   " in done.stdout
    assert "  warn   " in done.stdout
    assert "left out: is a limit, and PEtab has no inequalities" in done.stdout


def test_a_run_without_a_folder_is_refused():
    with pytest.raises(InputError) as refused:
        run(PetabOptions("bdnf_glutamate"))
    assert str(refused.value) == "out: no folder is named. Add --out FOLDER."


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (("ngf_neurites", "--out", "new"), "no inequalities"),
        (("bdnf_glutamat", "--out", "new"), "Did you mean 'bdnf_glutamate'"),
    ],
)
def test_a_problem_that_cannot_be_written_is_refused(
    words, hint, tmp_path, monkeypatch, call_model
):
    monkeypatch.chdir(tmp_path)
    done = call_model("petab", *words)
    assert done.exit_code == 3, done.output
    assert hint in done.stderr
    assert not (tmp_path / "new").exists()


def test_a_folder_that_is_not_empty_is_left_unchanged(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(InputError) as refused:
        run(PetabOptions("bdnf_glutamate", out=str(tmp_path)))
    assert str(refused.value) == f"{tmp_path}: is not empty. Name a folder that is new or empty."
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
