"""A TOML file fits its schema, or the error states where it does not and what to do."""

from __future__ import annotations

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tricyclic.errors import InputError
from tricyclic.io.toml_schema import (
    BooleanField,
    DateField,
    IntegerField,
    ListField,
    MappingField,
    NameField,
    NumberField,
    RawTableField,
    TableField,
    TextField,
    TextListField,
    checked_toml,
)

SCHEMA = TableField(
    {
        "title": TextField(required=True),
        "kind": TextField(default="competition", one_of=("competition", "saturation")),
        "dose": NumberField(low=0.0),
        "volume": NumberField(above=0.0),
        "wells": IntegerField(low=1, high=384),
        "done": BooleanField(),
        "on": DateField(),
        "runs": ListField(TableField({"file": TextField(required=True)})),
        "own": MappingField(NumberField()),
    }
)


def read(text: str | bytes):
    return checked_toml(text, SCHEMA, where="study.toml")


def test_a_missing_key_takes_its_default():
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


def test_values_are_returned_as_they_are_written():
    data = read(
        b'\xef\xbb\xbftitle = "a"\r\ndose = 1\non = 2026-03-02\n'
        b'[[runs]]\nfile = "x.csv"\n[own]\nphi = 2.5\n'
    )
    assert data["dose"] == 1.0 and data["on"] == date(2026, 3, 2)
    assert data["runs"] == [{"file": "x.csv"}] and data["own"] == {"phi": 2.5}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            'titel = "a"',
            (
                "study.toml: no key is called 'titel'. Did you mean 'title'? "
                "There are: done, dose, kind, on, own, runs, title, volume, wells."
            ),
        ),
        ("dose = 1", "study.toml: 'title' is missing. Add title = …"),
        ("title = 3", "study.toml, title: is a number (3). Write a text in quotes."),
        (
            'title = "a"\nkind = "saturacion"',
            (
                "study.toml, kind: no kind is called 'saturacion'. Did you mean 'saturation'? "
                "There are: competition, saturation."
            ),
        ),
        (
            'title = "a"\ndose = "1"',
            "study.toml, dose: is a text (1). Write a number without quotes.",
        ),
        (
            'title = "a"\ndose = true',
            "study.toml, dose: is true or false (True). Write a number without quotes.",
        ),
        (
            'title = "a"\ndose = [1]',
            "study.toml, dose: is a list. Write a number without quotes.",
        ),
        ('title = "a"\ndose = -3', "study.toml, dose: is -3. It must be 0 or more."),
        ('title = "a"\ndose = nan', "study.toml, dose: is nan. It must be 0 or more."),
        ('title = "a"\nvolume = 0', "study.toml, volume: is 0. It must be above 0."),
        (
            'title = "a"\nwells = 1.5',
            "study.toml, wells: is a number (1.5). It must be a whole number from 1 to 384.",
        ),
        (
            'title = "a"\nwells = 385',
            "study.toml, wells: is a number (385). It must be a whole number from 1 to 384.",
        ),
        (
            'title = "a"\ndone = "yes"',
            "study.toml, done: is a text (yes). Write true or false, without quotes.",
        ),
        (
            'title = "a"\non = "2/3/2026"',
            (
                "study.toml, on: is a text (2/3/2026). "
                "Write a date like 2026-03-02 (year, month, day)."
            ),
        ),
        (
            'title = "a"\non = 2026-03-02T08:00:00',
            "study.toml, on: is a date. Write a date like 2026-03-02 (year, month, day).",
        ),
        (
            'title = "a"\n[[runs]]\nfile = "x"\n[[runs]]\nfil = "y"',
            "study.toml, runs 2: no key is called 'fil'. Did you mean 'file'? There are: file.",
        ),
        (
            'title = "a"\nruns = "x"',
            "study.toml, runs: is a text (x). Write a list in square brackets.",
        ),
        (
            'title = "a"\nown = 3',
            "study.toml, own: is a number (3). Write a table: { key = value } or [name].",
        ),
        (
            'title = "a"\n[own]\nphi = "x"',
            "study.toml, own, phi: is a text (x). Write a number without quotes.",
        ),
        (
            'title = "a',
            (
                "study.toml: is not TOML (Unterminated string (at end of document)). "
                'Write each line like name = "value".'
            ),
        ),
        (
            b"title = '\xff'",
            "study.toml: byte 10 is not UTF-8. Save the file as UTF-8 text.",
        ),
    ],
)
def test_a_wrong_file_is_refused_with_a_sentence(text, message):
    with pytest.raises(InputError) as caught:
        read(text)
    assert str(caught.value) == message


def test_a_number_may_have_two_limits():
    schema = TableField({"share": NumberField(above=0.0, high=1.0), "any": NumberField()})
    with pytest.raises(InputError) as caught:
        checked_toml("share = 2", schema, where="x.toml")
    assert str(caught.value) == "x.toml, share: is 2. It must be above 0 and at most 1."
    with pytest.raises(InputError) as caught:
        checked_toml("any = inf", schema, where="x.toml")
    assert str(caught.value) == "x.toml, any: is inf. It must be a finite number."


@given(st.one_of(st.text(max_size=80), st.binary(max_size=80)))
def test_any_text_is_read_or_refused(text):
    with suppress(InputError):
        read(text)


def test_a_text_nested_too_deeply_is_refused():
    with pytest.raises(InputError, match="not TOML"):
        read("a = " + "[" * 100_000)


@pytest.mark.parametrize(
    ("value", "names", "texts"),
    [
        ('"a"', "a", ("a",)),
        ("1", "1", None),
        ('["a", "b"]', None, ("a", "b")),
        ("true", None, None),
    ],
)
def test_a_name_may_be_a_number_and_a_list_of_texts_a_single_text(value, names, texts):
    for field, expected, message in (
        (NameField(), names, "It must be a name or a whole number."),
        (TextListField(), texts, 'It must be a list of texts, such as ["SERT", "DAT"].'),
    ):
        schema = TableField({"x": field})
        if expected is not None:
            assert checked_toml(f"x = {value}", schema, where="x.toml") == {"x": expected}
            continue
        with pytest.raises(InputError) as caught:
            checked_toml(f"x = {value}", schema, where="x.toml")
        assert str(caught.value).startswith("x.toml, x: is ")
        assert str(caught.value).endswith(message)


def test_an_empty_text_is_refused_where_a_text_is_needed():
    schema = TableField({"x": TextField(allow_empty=False)})
    with pytest.raises(InputError) as caught:
        checked_toml('x = " "', schema, where="x.toml")
    assert str(caught.value) == "x.toml, x: is empty. Fill it in."


def test_a_table_that_is_checked_elsewhere_is_returned_as_it_is():
    schema = TableField({"x": RawTableField()})
    assert checked_toml("[x]\na = [1, 2]", schema, where="x.toml") == {"x": {"a": [1, 2]}}


def test_an_item_of_a_list_is_named_by_its_label():
    item = TableField({"name": TextField(), "dose": NumberField()})
    schema = TableField({"assay": ListField(item, labels=("name",))})
    with pytest.raises(InputError) as caught:
        checked_toml('[[assay]]\nname = "NET"\ndose = "1"', schema, where="x.toml")
    assert str(caught.value) == (
        "x.toml, assay 'NET', dose: is a text (1). Write a number without quotes."
    )
