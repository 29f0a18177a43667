"""Populations of a user's folder: what is read, and errors as sentences."""

from __future__ import annotations

from pathlib import Path

import pytest

from tricyclic.errors import InputError, UnknownNameError
from tricyclic.io.library.populations import population, population_names

HEAD = "parameter,phenotype,activity,share,cv,description,source,certainty"
ENZYME = "subject.activity_CYP2D6"


@pytest.fixture
def write(tmp_path: Path):
    (tmp_path / "populations").mkdir()

    def write(*rows: str) -> Path:
        text = "\n".join([HEAD, *rows]) + "\n"
        (tmp_path / "populations" / "own.csv").write_text(text, encoding="utf-8")
        return tmp_path

    return write


def test_every_column_is_read(write):
    folder = write(
        f"{ENZYME},poor,0,0.25,0.1,no enzyme,tatsumi_1997,reported", f"{ENZYME},normal,1,0.75,,,,"
    )
    poor, normal = population("own", folder)
    assert (poor.parameter, poor.name, poor.activity, poor.share) == (ENZYME, "poor", 0.0, 0.25)
    assert (poor.cv, poor.description) == (0.1, "no enzyme")
    assert (poor.source, poor.certainty) == ("tatsumi_1997", "reported")
    assert (normal.cv, normal.certainty) == (0.0, "assumed")
    assert "own" in population_names(folder)


@pytest.mark.parametrize("share", [0.735, 0.765])
def test_shares_that_round_to_1_are_accepted(write, share):
    folder = write(f"{ENZYME},poor,0,0.25,,,,", f"{ENZYME},normal,1,{share},,,,")
    assert len(population("own", folder)) == 2


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (
            f"{ENZYME},normal,1,0.78,,,,",
            f"own.csv: the shares of {ENZYME} add up to 1.03. They add up to 1.",
        ),
        (
            f"{ENZYME},normal,-1,0.75,,,,",
            f"own.csv, line 3, {ENZYME}, normal: the activity is -1. It is 0 or more.",
        ),
        (
            f"{ENZYME},normal,much,0.75,,,,",
            (
                "own.csv, line 3, column activity: 'much' is not a number. "
                "Write it with a decimal point."
            ),
        ),
    ],
)
def test_a_row_that_cannot_be_used_is_refused_with_a_sentence(write, row, sentence):
    folder = write(f"{ENZYME},poor,0,0.25,,,,", row)
    with pytest.raises(InputError) as error:
        population("own", folder)
    assert str(error.value) == sentence


def test_an_unknown_source_is_refused_with_its_line(write):
    folder = write(f"{ENZYME},poor,0,1,,,tatsumi_1999,reported")
    with pytest.raises(
        UnknownNameError, match=r"own.csv, line 2: no source is called 'tatsumi_1999'"
    ):
        population("own", folder)


def test_an_unknown_population_is_refused_with_the_nearest_name():
    with pytest.raises(UnknownNameError, match="Did you mean 'european'"):
        population("europaean")
