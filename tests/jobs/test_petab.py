"""The job writes one problem per scenario of an ensemble, and says what it left out."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from tricyclic.cli.main import main
from tricyclic.io.library.observations import observations

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


def typed(*words):
    return CliRunner().invoke(main, [*words, "--quiet"], prog_name="tricyclic")


def test_scenarios_that_share_an_ensemble_have_a_folder_each(tmp_path):
    told = typed("petab", "bdnf_glutamate", "--to", str(tmp_path / "out"), "--json")
    assert told.exit_code == 0, told.output
    for name in ("bdnf_glutamate", "noradrenergic_synapse"):
        assert {path.name for path in (tmp_path / "out" / name).iterdir()} == FILES
    problems = {one["scenario"]: one for one in json.loads(told.stdout)["result"]["problems"]}
    assert problems["bdnf_glutamate"]["held"] == ["V090"]
    for name, one in problems.items():
        assert len(one["held"]) + len(one["left_out"]) == len(observations(name))


def test_it_says_what_it_left_out(tmp_path):
    told = typed("petab", "human_occupancy", "--to", str(tmp_path / "out"))
    assert told.exit_code == 0, told.output
    assert "human_occupancy   4 observations   0 that PEtab cannot hold" in told.stdout


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("ngf_neurites", "--to", "new"), "no inequalities"),
        (("bdnf_glutamate",), "no folder is named"),
        (("bdnf_glutamat", "--to", "new"), "Did you mean 'bdnf_glutamate'"),
    ],
)
def test_what_cannot_be_written_is_a_sentence(words, says, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    told = typed("petab", *words)
    assert told.exit_code == 3, told.output
    assert says in told.stderr


def test_a_folder_that_holds_something_is_left_alone(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    told = typed("petab", "bdnf_glutamate", "--to", str(tmp_path))
    assert told.exit_code == 3 and "is not empty" in told.stderr


def test_one_observation_is_not_called_observations(tmp_path):
    told = typed("petab", "bdnf_glutamate", "--to", str(tmp_path / "out"))
    assert "bdnf_glutamate   1 observation   " in told.stdout
