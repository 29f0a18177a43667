"""The observations of the library restate the published rows, each with a source or as assumed."""

from __future__ import annotations

import math

import pytest

from tricyclic.errors import InputError, UnknownNameError
from tricyclic.io.library.evidence import evidence, sources
from tricyclic.io.library.observations import COLUMNS, observations, observations_hash
from tricyclic.io.library.scenarios import scenario

ROWS = {
    "V001",
    "V002",
    "V003",
    "V006",
    "V014",
    "V019",
    "V024",
    "V031",
    "V036",
    "V041",
    "V042",
    "V051",
    "V052",
    "V056",
    "V057",
    "V073",
    "V076",
    "V078",
    "V079",
    "V082",
    "V083",
    "V088",
    "V090",
    "V093",
    "V096",
    "V098",
}


def test_every_row_of_the_calibration_table_is_restated():
    assert {row.row for row in observations()} - {"band", "P207"} == ROWS


def test_printed_numbers_are_the_published_ones():
    known = {row.id: row for row in observations()}
    printed = {
        "V001": 200,
        "V014": 1680,
        "V019": 230,
        "V024": 195,
        "V031": 32,
        "V041": 300,
        "V056": 40.7,
        "V057": 73.3,
        "V076": 70,
        "V078": 45,
        "V079": 306,
        "V088": 33.2,
        "V090": 1.6,
    }
    assert {name: known[name].value for name in printed} == printed
    assert known["V073"].value == 6.5 * 24
    assert known["V082"].value == pytest.approx(math.sqrt(33 * 85), rel=0.01)
    assert known["V083"].value == pytest.approx(math.sqrt(43 * 109), rel=0.01)
    assert (known["V056"].error, known["V057"].error, known["V024"].error) == (3.4, 4.6, 26)


def test_an_error_that_is_not_printed_is_called_assumed():
    for row in observations():
        if math.isnan(row.error) and row.qualifier == "is":
            assert "assumed" in row.sd_basis or "range" in row.sd_basis, row.id


def test_limits_without_a_source_are_called_assumed():
    known = sources()
    for row in observations():
        assert (row.source in known) or row.certainty == "assumed", row.id


def test_a_conflict_is_shown_and_the_row_that_loses_is_not_fitted():
    known = {row.id: row for row in observations("noradrenergic_synapse")}
    assert known["P207"].conflicts_with == ("V076",)
    assert not known["P207"].fitted


def test_every_scenario_that_is_observed_exists():
    for name in {row.scenario for row in observations()}:
        assert scenario(name).name == name


def test_the_table_of_observations_is_no_table_of_affinities():
    assert all(item.parameter for item in evidence())


def test_the_hash_follows_numbers_and_not_words(tmp_path):
    own = tmp_path / "evidence"
    own.mkdir()
    plain = "x,x,t,words,s,,,q,at,0,1,is,2,,,,0.1,assumed,nM"

    head = ",".join((*COLUMNS, "certainty"))

    def full(line):
        (own / "observations.csv").write_text(head + "\n" + line + ",assumed\n", encoding="utf-8")
        return observations_hash(observations("s", folder=tmp_path))

    first = full(plain)
    assert full(plain.replace("words", "better words")) == first
    assert full(plain.replace(",2,", ",3,")) != first


def test_an_unknown_measure_is_refused_with_its_line(tmp_path):
    own = tmp_path / "evidence"
    own.mkdir()
    (own / "observations.csv").write_text(
        ",".join(COLUMNS) + "\nx,x,t,words,s,,,q,peek,0,1,is,2,,,,0.1,assumed,nM\n",
        encoding="utf-8",
    )
    with pytest.raises(
        UnknownNameError,
        match=r"observations.csv, line 2: no measure is called 'peek'. Did you mean 'peak'",
    ):
        observations(folder=tmp_path)


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        (
            ["x,x,t,words,s,,,q,at,0,1,is,2,,,,0.1,assumed,nM"] * 2,
            (
                "observations.csv, line 3: the id 'x' is used twice. "
                "Each observation has its own id."
            ),
        ),
        (
            ["x,x,t,,s,,,q,at,0,1,is,2,,,,0.1,assumed,nM"],
            "observations.csv, line 2: has no description.",
        ),
        (
            ["x,x,t,words,s,,,q,at,0,late,is,2,,,,0.1,assumed,nM"],
            (
                "observations.csv, line 2, column to_h: 'late' is not a number. "
                "Write it with a decimal point."
            ),
        ),
    ],
)
def test_a_row_that_cannot_be_used_is_refused_with_a_sentence(tmp_path, rows, sentence):
    own = tmp_path / "evidence"
    own.mkdir()
    text = "\n".join([",".join((*COLUMNS, "certainty")), *(f"{row},assumed" for row in rows)])
    (own / "observations.csv").write_text(text + "\n", encoding="utf-8")
    with pytest.raises(InputError) as error:
        observations(folder=tmp_path)
    assert str(error.value) == sentence
