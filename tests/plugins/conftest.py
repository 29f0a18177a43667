"""The example package, installed into a folder of its own for the time of a test."""

from __future__ import annotations

import shutil
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tricyclic.curves import CURVES
from tricyclic.io.library.folders import installed_folders
from tricyclic.io.open import READERS
from tricyclic.registry import installed

EXAMPLE = Path(__file__).parent / "example_package"
PACKAGE = "tricyclic_example"


def install(target: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Copy the package to a folder and write what an installer writes, without one."""
    shutil.copytree(EXAMPLE / PACKAGE, target / PACKAGE, ignore=shutil.ignore_patterns("__py*"))
    project = tomllib.loads((EXAMPLE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    information = target / f"{PACKAGE}-{project['version']}.dist-info"
    information.mkdir()
    (information / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    )
    lines = []
    for group, points in project["entry-points"].items():
        lines += [f"[{group}]", *(f"{name} = {value}" for name, value in points.items()), ""]
    (information / "entry_points.txt").write_text("\n".join(lines))
    monkeypatch.syspath_prepend(str(target))
    return target / PACKAGE


def forget() -> None:
    """Read the entry points anew, as a new process does."""
    installed.cache_clear()
    installed_folders.cache_clear()
    for registry in (CURVES, READERS):
        registry._loaded.clear()
    for name in [name for name in sys.modules if name.split(".")[0] == PACKAGE]:
        del sys.modules[name]


@pytest.fixture
def example_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of the installed example package."""
    package = install(tmp_path, monkeypatch)
    forget()
    yield package
    monkeypatch.undo()
    forget()
