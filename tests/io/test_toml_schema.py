"""A TOML text has its shape, or the complaint says where and what to do."""

from __future__ import annotations

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tricyclic.errors import InputError
from tricyclic.io.toml_schema import (
    AnyKeys,
    Day,
    Flag,
    ListOf,
    Number,
    Table,
    Text,
    Whole,
    checked_toml,
)

SHAPE = Table(
    {
        "title": Text(required=True),
        "kind": Text(default="competition", one_of=("competition", "saturation")),
        "dose": Number(low=0.0),
        "volume": Number(above=0.0),
        "wells": Whole(low=1, high=384),
        "done": Flag(),
        "on": Day(),
        "runs": ListOf(Table({"file": Text(required=True)})),
        "own": AnyKeys(Number()),
    }
)


def read(text: str | bytes):
    return checked_toml(text, SHAPE, where="study.toml")


def test_what_is_left_out_takes_its_default():
    assert read('title = "a"') == {
        "title": "a",
        "kind": "competition",
        "dose": None,
        "volume": None,
        "wells": None,
        "done": False,
        "on": None,
        "runs": [],
        "own": {},
    }


def test_what_is_written_comes_out():
    found = read(
        b'\xef\xbb\xbftitle = "a"\r\ndose = 1\non = 2026-03-02\n[[runs]]\nfile = "x.csv"\n[own]\nphi = 2.5\n'
    )
    assert found["dose"] == 1.0 and found["on"] == date(2026, 3, 2)
    assert found["runs"] == [{"file": "x.csv"}] and found["own"] == {"phi": 2.5}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('titel = "a"', ["study.toml: no key is called 'titel'", "Did you mean 'title'"]),
        ("dose = 1", ["'title' is missing", "Add title ="]),
        ('title = "a"\nkind = "saturacion"', ["study.toml: kind", "Did you mean 'saturation'"]),
        ('title = "a"\ndose = "1"', ["study.toml: dose", "is a text (1)", "without quotes"]),
        ('title = "a"\ndose = true', ["study.toml: dose", "true or false"]),
        ('title = "a"\ndose = -3', ["study.toml: dose", "is -3", "0 or more"]),
        ('title = "a"\ndose = nan', ["study.toml: dose", "is nan"]),
        ('title = "a"\nvolume = 0', ["study.toml: volume", "above 0"]),
        ('title = "a"\nwells = 1.5', ["study.toml: wells", "whole number from 1 to 384"]),
        ('title = "a"\ndone = "yes"', ["study.toml: done", "true or false"]),
        ('title = "a"\non = "2/3/2026"', ["study.toml: on", "2026-03-02"]),
        (
            'title = "a"\n[[runs]]\nfile = "x"\n[[runs]]\nfil = "y"',
            ["runs, entry 2", "Did you mean 'file'"],
        ),
        ('title = "a"\nruns = "x"', ["study.toml: runs", "list in square brackets"]),
        ('title = "a"\nown = 3', ["study.toml: own", "Write a table"]),
        ('title = "a', ["study.toml", "not TOML"]),
        (b"title = '\xff'", ["study.toml", "byte 10 is not UTF-8"]),
    ],
)
def test_a_wrong_file_is_answered_with_a_sentence(text, words):
    with pytest.raises(InputError) as caught:
        read(text)
    for word in words:
        assert word.casefold() in str(caught.value).casefold()


@given(st.one_of(st.text(max_size=80), st.binary(max_size=80)))
def test_no_text_brings_the_reader_down(text):
    with suppress(InputError):
        read(text)


def test_a_text_nested_too_deeply_is_refused_not_crashed():
    with pytest.raises(InputError, match="not TOML"):
        read("a = " + "[" * 100_000)
