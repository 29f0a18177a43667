"""Protocols of experiments on cultures: what the guide states, what is assumed, and bad files."""

from __future__ import annotations

import pytest

from tricyclic.errors import InputError
from tricyclic.io.library.culture_protocols import culture_protocol, culture_protocols

# Statements of the imipramine guide, section "Potentiation of BDNF-Induced Glutamate Release".
GUIDE = {
    "days_in_vitro": (7, "d"),
    "pretreatment": (48, "h"),
    "stimulus_concentration": (50, "ng/mL"),
    "stimulus": (10, "min"),
}


def test_the_numbers_of_the_guide_are_those_of_the_protocol():
    protocol = culture_protocol("bdnf-glutamate")
    stated = {
        name: (one.value, one.unit)
        for name, one in protocol.numbers.items()
        if one.source == "guide_imipramine_sigma"
    }
    assert stated == GUIDE
    assert 5 <= protocol.numbers["stimulus"].value <= 15
    assert set(protocol.assumed) == set(protocol.numbers) - set(GUIDE)


@pytest.mark.parametrize("name", culture_protocols())
def test_every_protocol_writes_its_procedure(name):
    protocol = culture_protocol(name)
    text = protocol.methods
    assert all(instruction in text for _, instruction in protocol.steps)
    assert "{" not in text
    for assumed in protocol.assumed:
        assert assumed.replace("_", " ") in text.rpartition("to be confirmed")[2]


def test_a_number_is_written_with_its_unit_and_a_count_as_a_word():
    text = culture_protocol("bdnf-glutamate").methods
    assert "for 48 h; three wells of each" in text
    assert "Add BDNF to 50 ng/mL for 10 min" in text


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('titel = "x"', "titel"),
        (
            'title = "x"\n[[step]]\nname = "a"\ninstruction = "for {time}"',
            "own.toml: a step names {time}, which is no number of the protocol. Numbers are .",
        ),
        (
            'title = "x"\n[numbers]\ntime = { value = 2, unit = "h", source = "unknown_2020" }',
            "own.toml, numbers, time: no source is called 'unknown_2020'",
        ),
        (
            'title = "x"\n[numbers]\ntime = { value = 2, unit = "fortnight", source = "assumed" }',
            "'fortnight' is not a known unit",
        ),
    ],
)
def test_a_file_that_cannot_be_used_is_an_error(tmp_path, content, message):
    (tmp_path / "own.toml").write_text(content, encoding="utf-8")
    with pytest.raises(InputError) as error:
        culture_protocol("own.toml", folder=tmp_path)
    assert message in str(error.value)


def test_an_unknown_name_names_the_nearest():
    with pytest.raises(InputError, match="Did you mean 'bdnf-glutamate'"):
        culture_protocol("bdnf-glutamat")
