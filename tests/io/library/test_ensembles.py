"""Ensembles of a user's folder: what is read, and errors as sentences."""

from __future__ import annotations

from pathlib import Path

import pytest

from tricyclic.errors import InputError
from tricyclic.io.library.ensembles import ensemble, ensemble_names

HEADER = """
scenario = "toy"
version = 3
model = "0123"
observations = "4567"
seed = 9
drugs = ["imipramine"]
notes = ["a note"]
[sampling]
runs = 12.0
[[parameter]]
name = "net.potency_shift"
unit = "dimensionless"
description = "loss of potency"
scale = "log"
start = 2.0
low = 1.0
high = 4.0
median = 2.1
p5 = 1.5
p95 = 2.9
width = 0.4
partner = "net.Km"
correlation = -0.5
informed_by = { "V1" = 0.7, "V2" = 0.1 }
[[observation]]
id = "V1"
best = 3.0
median = 3.1
p5 = 2.5
p95 = 3.9
distance = -0.2
share = 0.75
"""
TABLE = "parameter_set,net.potency_shift\n0,2.0\n1,2.5\n"


@pytest.fixture
def write(tmp_path: Path):
    (tmp_path / "ensembles").mkdir()

    def write(header: str = HEADER, table: str = TABLE) -> Path:
        (tmp_path / "ensembles" / "own.toml").write_text(header, encoding="utf-8")
        (tmp_path / "ensembles" / "own.csv").write_text(table, encoding="utf-8")
        return tmp_path

    return write


def test_every_key_of_the_files_is_read(write):
    own = ensemble("own", folder=write())
    assert (own.name, own.scenario, own.version, own.seed) == ("own", "toy", 3, 9)
    assert (own.model_hash, own.observations_hash) == ("0123", "4567")
    assert (own.drugs, own.notes, own.sampling) == (("imipramine",), ("a note",), {"runs": 12.0})
    assert own.parameter_sets.tolist() == [[2.0], [2.5]]
    (prior,) = own.priors
    assert (prior.name, prior.unit, prior.description) == (
        "net.potency_shift",
        "dimensionless",
        "loss of potency",
    )
    assert (prior.scale, prior.start, prior.low, prior.high) == ("log", 2.0, 1.0, 4.0)
    (row,) = own.identifiability
    assert (row.median, row.low, row.high, row.width) == (2.1, 1.5, 2.9, 0.4)
    assert (row.partner, row.correlation) == ("net.Km", -0.5)
    assert row.rows == (("V1", 0.7), ("V2", 0.1))
    (misfit,) = own.misfit
    assert (misfit.id, misfit.best, misfit.median) == ("V1", 3.0, 3.1)
    assert (misfit.low, misfit.high, misfit.distance, misfit.share) == (2.5, 3.9, -0.2, 0.75)


def test_an_ensemble_of_the_users_folder_takes_precedence(tmp_path):
    (tmp_path / "ensembles").mkdir()
    (tmp_path / "ensembles" / "rat.toml").write_text(HEADER, encoding="utf-8")
    (tmp_path / "ensembles" / "rat.csv").write_text(TABLE, encoding="utf-8")
    assert ensemble("rat", folder=tmp_path).scenario == "toy"
    assert ensemble("rat").scenario == "noradrenergic_synapse"
    assert set(ensemble_names(tmp_path)) == set(ensemble_names())


def test_a_header_without_a_table_is_refused(write):
    folder = write()
    (folder / "ensembles" / "own.csv").unlink()
    with pytest.raises(InputError, match=r"own\.toml: has no table of its parameter sets"):
        ensemble("own", folder=folder)


@pytest.mark.parametrize(
    ("header", "table", "sentence"),
    [
        (
            HEADER[: HEADER.index("[[parameter]]")],
            TABLE,
            "own.toml: has no parameter.",
        ),
        (HEADER, TABLE.splitlines()[0] + "\n", "own.csv: has no parameter set."),
        (
            HEADER,
            TABLE.replace("2.5", "5"),
            (
                "own: 'net.potency_shift' goes from 2 to 5, outside 1 to 4. "
                "Calibrate again; the limits have changed since."
            ),
        ),
        (
            HEADER,
            TABLE.replace("2.5", "high"),
            (
                "own.csv, line 3, column net.potency_shift: 'high' is not a number. "
                "Write it with a decimal point."
            ),
        ),
    ],
)
def test_files_that_cannot_be_used_are_refused_with_a_sentence(write, header, table, sentence):
    with pytest.raises(InputError) as error:
        ensemble("own", folder=write(header, table))
    assert str(error.value) == sentence


def test_a_table_that_was_cut_off_names_the_empty_cell(write):
    folder = write(table="parameter_set,net.potency_shift\n0,2.0\n1\n")
    with pytest.raises(InputError) as error:
        ensemble("own", folder=folder)
    assert str(error.value) == (
        "own.csv, line 3, column net.potency_shift: is empty. Calibrate again, or restore the file."
    )
