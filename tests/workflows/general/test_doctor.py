"""The state of an installation is described as it is, and what is broken gives exit code 4."""

from __future__ import annotations

import json
import os
import platform
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

import tricyclic as tca
from tricyclic.fitting import on_dask
from tricyclic.io import machine
from tricyclic.workflows.general import doctor as doctor_module
from tricyclic.workflows.general import requirements as needed

ROOT = Path(__file__).parents[3]


def by_name(result) -> dict:
    return {one.name: one for one in result.diagnostics}


def test_an_installation_that_runs_these_tests_lacks_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = tca.doctor()
    assert not result.failed
    by = by_name(result)
    assert by["numpy"].value == metadata.version("numpy")
    assert by["Python"].value == platform.python_version()
    assert by["DejaVu Sans"].level == "pass"
    assert by[str(tmp_path)].value == "writable"


def test_every_dependency_of_the_project_has_a_purpose_and_the_name_of_its_module():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"].values()
    lines = [*project["dependencies"], *(line for lines in extras for line in lines)]
    names = {needed.parse_requirement(line).name for line in lines}
    assert names <= set(needed.USES), names - set(needed.USES)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("numpy>=2.1", ("numpy", ">=2.1", "")),
        ("libroadrunner<2.11,>=2.8", ("libroadrunner", "<2.11,>=2.8", "")),
        ('distributed>=2025.1; extra == "dask"', ("distributed", ">=2025.1", "dask")),
        ("lazy_loader (>=0.4)", ("lazy-loader", ">=0.4", "")),
        ("SALib", ("salib", "", "")),
        ("dask[array]>=1 ; extra == 'big' and python_version > '3'", ("dask", ">=1", "big")),
    ],
)
def test_lines_of_the_metadata_are_read(line, expected):
    one = needed.parse_requirement(line)
    assert (one.name, one.versions, one.extra) == expected


def test_versions_are_compared_as_the_packaging_library_compares_them():
    packaging = pytest.importorskip("packaging.specifiers")
    versions = ("2", "2.0", "2.1", "2.1.0", "2.10", "2.8.3", "2.11", "3.0.1", "0.9", "2025.1.0")
    limits = (">=2.1", "<2.11,>=2.8", "==2.1", "==2.*", "!=2.1", "~=2.8", ">2.1,<=3", ">=2025.1")
    for limit in limits:
        for version in versions:
            expected = packaging.SpecifierSet(limit).contains(version)
            assert needed.is_allowed(version, limit) == expected, (version, limit)


def test_a_missing_library_fails_and_a_missing_extra_does_not(monkeypatch):
    lines = (
        needed.Requirement("numpy", ">=2.1", ""),
        needed.Requirement("no-such-library", ">=1", ""),
        needed.Requirement("no-such-extra", ">=1", "dask"),
        needed.Requirement("click", ">=900", ""),
    )
    monkeypatch.setattr(doctor_module, "requirements", lambda: lines)
    result = tca.doctor()
    by = by_name(result)
    assert result.failed
    assert by["no-such-library"].level == "fail"
    assert by["no-such-library"].advice == 'pip install "no-such-library>=1"'
    assert by["no-such-extra"].level == "note"
    assert by["no-such-extra"].advice == 'pip install "tricyclic[dask]"'
    assert by["click"].level == "fail"
    assert by["click"].value == f"{metadata.version('click')}, needs >=900"


def test_a_library_that_cannot_be_imported_fails_with_imports_only(monkeypatch, tmp_path):
    (tmp_path / "broken_library.py").write_text("raise ImportError('no shared object')")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(needed, "USES", {"broken": ("broken_library", "nothing")})
    monkeypatch.setattr(doctor_module, "installed_version", lambda name: "1.0")
    monkeypatch.setattr(
        doctor_module, "requirements", lambda: (needed.Requirement("broken", "", ""),)
    )
    assert not tca.doctor().failed
    broken = by_name(tca.doctor(imports=True))["broken"]
    assert broken.level == "fail"
    assert "ImportError: no shared object" in broken.value


def test_a_cache_that_cannot_be_written_fails(monkeypatch):
    from tricyclic.numerics.batch import compiler

    monkeypatch.setattr(compiler, "cache_folder", lambda: Path("/proc/no/folder"))
    monkeypatch.setattr(compiler, "is_compiled", lambda: False)
    cache = by_name(tca.doctor())["compiled curve fits"]
    assert cache.level == "fail"
    assert cache.advice == "Set NUMBA_CACHE_DIR to a folder you may write"


def test_a_library_folder_is_read_and_a_wrong_one_fails(tmp_path):
    assert by_name(tca.doctor(library=tmp_path))[str(tmp_path)].level == "pass"
    missing = tmp_path / "missing"
    assert by_name(tca.doctor(library=missing))[str(missing)].level == "fail"


def test_a_scheduler_that_does_not_answer_fails(monkeypatch):
    pytest.importorskip("distributed")
    monkeypatch.setattr(on_dask, "TIMEOUT", "1s")
    result = tca.doctor(scheduler="tcp://127.0.0.1:1")
    assert by_name(result)["tcp://127.0.0.1:1"].level == "fail"
    assert result.failed


def test_the_text_begins_with_the_verdict_and_json_lists_every_diagnostic():
    result = tca.doctor()
    assert str(result).startswith("Everything needed is there")
    assert list(result.to_frame()["name"]) == [one.name for one in result.diagnostics]
    document = json.loads(json.dumps(result.to_json(), allow_nan=False))
    assert len(document["diagnostics"]) == len(result.diagnostics)


def test_memory_is_that_of_the_machine_or_less():
    total, free = machine.total_memory_bytes(), machine.available_memory_bytes()
    if total is None:
        pytest.skip("the system does not state its memory")
    assert 0 < total <= os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    assert free is None or free > 0


def test_a_folder_inside_a_file_is_not_writable(tmp_path):
    assert machine.is_writable(tmp_path / "new" / "folder")
    (tmp_path / "file").write_text("")
    assert not machine.is_writable(tmp_path / "file")


def test_a_scheduler_that_answers_passes_with_its_workers():
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=1,
        threads_per_worker=2,
        processes=False,
        protocol="tcp",
        dashboard_address=None,
    ) as cluster:
        result = tca.doctor(scheduler=cluster.scheduler_address)
    assert by_name(result)[cluster.scheduler_address].value == "1 worker, 2 threads"
