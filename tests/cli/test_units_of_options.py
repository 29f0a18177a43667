"""Every unit that the help of a command names is one that the command takes."""

from __future__ import annotations

import re

import pytest
from click.testing import CliRunner

from tricyclic.cli.main import main
from tricyclic.units import known_unit
from tricyclic.workflows.commands import COMMANDS


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.full_name)
def test_the_help_names_only_units_that_are_read(command):
    shown = CliRunner().invoke(main, [*command.full_name.split(), "--help"]).stdout
    for unit in re.findall(r"\[([^\[\]]+), or with its unit\]", " ".join(shown.split())):
        assert known_unit(unit, where="help")


@pytest.mark.parametrize("slope", ["1.2", "120 %"])
def test_a_ratio_is_a_number_or_in_percent(slope):
    numbers = ["--ic50", "120", "--agonist", "30", "--ec50", "10", "--agonist-hill", slope]
    result = CliRunner().invoke(main, ["curves", "kb", *numbers])
    assert result.exit_code == 0, result.output
    assert "1.20" in result.stdout
    shown = CliRunner().invoke(main, ["curves", "kb", "--help"]).stdout
    assert "[a number, or in %]" in " ".join(shown.split())
