"""A mechanism may take the values of a parameter from the table of another one."""

from __future__ import annotations

import pytest

from tricyclic.errors import InputError, UnknownNameError
from tricyclic.io.library.mechanisms import mechanism

USER = """// Half of what is bound.
// in load dimensionless sum over drugs
// out half dimensionless half
{line}
model user()
  half := load / shift / 2
end
"""
VALUES = "species,name,value,unit\n,shift,2,dimensionless\nleft,shift,3,dimensionless\n"


def library(tmp_path, line, own=""):
    folder = tmp_path / "mechanisms"
    folder.mkdir()
    (folder / "owner.ant").write_text(
        "// Owner.\n// out x dimensionless x\nmodel o()\nx := 1\nend\n"
    )
    (folder / "owner.csv").write_text(VALUES)
    (folder / "user.ant").write_text(USER.format(line=line))
    if own:
        (folder / "user.csv").write_text(own)
    return tmp_path


def test_shared_values_are_those_of_the_other_table(tmp_path):
    one = mechanism("user", folder=library(tmp_path, "// values shift owner"))
    assert [(row.applies_to, row.value) for row in one.constants] == [("", 2.0), ("left", 3.0)]


@pytest.mark.parametrize(
    ("line", "own", "error", "message"),
    [
        (
            "// values shift",
            "",
            InputError,
            (
                "user.ant, line 4: 'values shift' is not a symbol and a mechanism. It is written "
                "// values potency_shift occupancy_in_vivo."
            ),
        ),
        (
            "// values other owner",
            "",
            UnknownNameError,
            "user.ant, line 4: no parameter is called 'other'",
        ),
        (
            "// values shift elsewhere",
            "",
            UnknownNameError,
            "user.ant, line 4: no table of a mechanism is called 'elsewhere'",
        ),
        (
            "// values shift owner",
            VALUES,
            InputError,
            (
                "user.ant, line 4: 'shift' has values in user.csv and in owner.csv. "
                "Delete its rows in user.csv."
            ),
        ),
    ],
)
def test_a_line_of_values_that_cannot_be_used_is_refused(tmp_path, line, own, error, message):
    with pytest.raises(error) as caught:
        mechanism("user", folder=library(tmp_path, line, own))
    assert str(caught.value).startswith(message)
