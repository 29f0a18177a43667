"""What the tests of the screening commands share."""

from __future__ import annotations

import csv

import pytest
from click.testing import CliRunner

from tricyclic.cli.main import main


@pytest.fixture(scope="session")
def call():
    """Call a screening command on the command line."""

    def run(*arguments):
        return CliRunner().invoke(main, ["screen", *map(str, arguments), "--quiet"])

    return run


@pytest.fixture(scope="session")
def refused():
    """Check that a command was refused with this sentence."""

    def check(result, sentence):
        assert result.exit_code == 3, result.output
        assert result.stderr.strip() == sentence

    return check


@pytest.fixture(scope="session")
def rows_of():
    """The rows of a CSV file as dictionaries."""

    def read(path):
        with path.open() as file:
            return list(csv.DictReader(file))

    return read
