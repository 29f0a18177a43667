"""A small study, cut from the example study: two NET plates, one excluded well."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

import tricyclic
from tricyclic.errors import InputError
from tricyclic.workflows.check_options import checked_options
from tricyclic.workflows.commands import COMMANDS
from tricyclic.workflows.study.run import run_study

EXAMPLE = Path(tricyclic.__file__).parent / "data" / "examples" / "desipramine-study"
STUDY = """schema_version = 1
title = "A small study"
author = "tests"
synthetic = true

[[assay]]
name = "NET"
protocol = "net-nisoxetine"
compound = "desipramine"
layout = "layouts/net.toml"
[assay.conditions]
radioligand_kd_nM = "0.8 +/- 0.06 nM"
counting_efficiency = 0.45
counting_time_min = 5.0
background_cpm = 25.0
[assay.method]
classical = false
[[assay.plate]]
file = "raw/net_run1.csv"
run = "run1"
[[assay.plate]]
file = "raw/net_run2.csv"
run = "run2"

[report]
formats = ["html"]
"""


def small_study(folder: Path) -> Path:
    for place in ("raw/net_run1.csv", "raw/net_run2.csv", "layouts/net.toml", "exclusions.csv"):
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(EXAMPLE / place, folder / place)
    (folder / "study.toml").write_text(STUDY, encoding="utf-8")
    return folder


@pytest.fixture
def study(tmp_path):
    """The small study, not run yet."""
    return small_study(tmp_path / "study")


@pytest.fixture(scope="session")
def _run_once(tmp_path_factory):
    folder = small_study(tmp_path_factory.mktemp("once") / "study")
    steps = []
    return folder, run_study(folder, steps.append), steps


@pytest.fixture
def result(_run_once):
    """The result of the small study, run once; not to be changed."""
    return _run_once[1]


@pytest.fixture
def steps(_run_once):
    """The progress reported by that run."""
    return _run_once[2]


@pytest.fixture
def ran(_run_once, tmp_path):
    """A copy of the small study with its results."""
    folder = tmp_path / "ran"
    shutil.copytree(_run_once[0], folder)
    return folder


@pytest.fixture(scope="session")
def ignored_options():
    """Names of the options that leave the result of a command as it is and are not refused."""

    def ignored(command: str, base: dict, others: dict) -> list[str]:
        (row,) = [one for one in COMMANDS if one.full_name == command]
        options = row.load_options()

        def outcome(given: dict) -> str:
            try:
                result = row.load_run()(checked_options(options(**given)))
            except InputError as error:
                return f"refused: {error}"
            return json.dumps(result.to_json(), default=str)

        whole = outcome(base)
        assert not whole.startswith("refused"), whole
        return [name for name, value in others.items() if outcome(base | {name: value}) == whole]

    return ignored


@pytest.fixture(scope="session")
def saved():
    """Writes a workbook, rows by sheet; `then` changes each sheet when its rows are in."""

    def write(
        path: Path,
        sheets: dict[str, list[list[Any]]],
        then: Callable[[Any], None] | None = None,
    ) -> Path:
        book = openpyxl.Workbook()
        for k, (name, rows) in enumerate(sheets.items()):
            page = book.active if k == 0 else book.create_sheet()
            page.title = name
            for row in rows:
                page.append(row)
            if then:
                then(page)
        book.save(path)
        return path

    return write
