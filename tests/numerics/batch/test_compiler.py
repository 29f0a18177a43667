"""The machine code on disk: an edit in any module of the package is compiled, also by kernels that
inlined it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest

import tricyclic
from tricyclic.numerics.batch import compiler
from tricyclic.numerics.batch.block import fit_blocks
from tricyclic.numerics.batch.fit import fit_batch
from tricyclic.numerics.batch.many_verdicts import MIN_CURVES
from tricyclic.numerics.batch.quick_checks import check_blocks

# A kernel that Python calls, and that inlines kernels of other modules.
PROBE = """
from tricyclic.numerics.batch.compiler import compiled
from tricyclic.numerics.batch.walk import load_all_lanes

@compiled(entry=True, allocates=False)
def probe(b, curves, problem, lanes):
    load_all_lanes(b, curves, problem, lanes)
"""
# Loads three points of a curve into the lanes with it, and prints the sum.
LOAD = """
import numpy as np
from tricyclic.numerics.batch.layout import Curves, Lanes, Problem
from tricyclic.numerics.batch.probe import probe
curves = Curves(np.ones((1, 3, 3)), np.zeros((1, 12)), np.zeros((1, 10)))
lanes = Lanes(np.zeros(3 * 5 * 32), np.zeros(96), np.zeros(31 * 32))
probe(0, curves, Problem(3, 0, 0.0, True, -3.0, 2.3), lanes)
print(lanes.points.sum(), sum(probe.kernel.stats.cache_hits.values()))
"""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A copy of the package whose modules a test may edit."""
    source = Path(tricyclic.__file__).parent
    copy = tmp_path / "src" / "tricyclic"
    shutil.copytree(source, copy, ignore=shutil.ignore_patterns("__pycache__", "data"))
    (copy / "numerics" / "batch" / "probe.py").write_text(PROBE, encoding="utf-8")
    return copy


def run(package: Path) -> tuple[float, int]:
    """The sum over all lanes, and how many kernels came from disk."""
    environment = {**os.environ, "PYTHONPATH": str(package.parent)}
    environment["NUMBA_CACHE_DIR"] = str(package.parent / "cache")
    done = subprocess.run(
        [sys.executable, "-c", LOAD], env=environment, capture_output=True, text=True, check=True
    )
    total, hits = done.stdout.split()
    return float(total), int(hits)


def test_an_edit_in_an_inlined_module_is_compiled_anew(package: Path) -> None:
    first, hits = run(package)
    assert hits == 0
    assert run(package) == (first, 1)
    search = package / "numerics" / "batch" / "search.py"
    text = search.read_text(encoding="utf-8")
    edited = text.replace("points[o] = table[b, 0, i]", "points[o] = 5.0 + table[b, 0, i]")
    assert edited != text
    search.write_text(edited, encoding="utf-8")
    assert run(package) == (first + 32 * 3 * 5.0, 0)


def test_the_hash_covers_every_module(monkeypatch: pytest.MonkeyPatch, package: Path) -> None:
    folder = package / "numerics" / "batch"
    monkeypatch.setattr(compiler, "PACKAGE", folder)
    hashes = {compiler.source_hash()}
    for module in sorted(folder.glob("*.py")):
        module.write_text(module.read_text(encoding="utf-8") + "\n", encoding="utf-8")
        hashes.add(compiler.source_hash())
    assert len(hashes) == 1 + len(list(folder.glob("*.py")))


def test_the_first_compilation_is_announced_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(compiler, "cache_folder", lambda: tmp_path)
    compiler._announce.cache_clear()
    compiler.announce_compilation()
    compiler.announce_compilation()
    assert [record.getMessage() for record in caplog.records] == [
        (
            "Compiling the curve fits for this computer, once, in about a minute; later runs start "
            "at once."
        )
    ]


def test_nothing_is_announced_where_machine_code_is_on_disk(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "batch").mkdir()
    (tmp_path / "batch" / "block.fit_blocks-1.py311.nbi").touch()
    monkeypatch.setattr(compiler, "cache_folder", lambda: tmp_path)
    compiler._announce.cache_clear()
    compiler.announce_compilation()
    assert caplog.records == []


def test_an_array_that_cannot_be_written_to_gets_no_machine_code_of_its_own() -> None:
    log10_molar = np.arange(-9.0, -4.0)
    y = 100.0 / (1.0 + 10.0 ** (log10_molar + 6.5)) + np.zeros((MIN_CURVES, 1))
    weight = np.ones_like(y)
    written = fit_batch(log10_molar, y, weight=weight)
    kernels = (fit_blocks, check_blocks)
    known = [len(kernel.kernel.signatures) for kernel in kernels]
    for array in (log10_molar, y, weight):
        array.flags.writeable = False
    fixed = fit_batch(log10_molar, y, weight=weight)
    assert [len(kernel.kernel.signatures) for kernel in kernels] == known
    assert fixed.log10_ic50.tolist() == written.log10_ic50.tolist()


def test_a_single_curve_needs_no_compiler(tmp_path: Path) -> None:
    program = """
        import numpy as np, tricyclic as tca
        x = np.repeat(np.logspace(0, 4, 9), 3)
        y = 100 / (1 + x / 80) + 3 * np.sin(7 * np.arange(27))
        fit = tca.fit({"dose": x, "pct": y}, x="dose", y="pct", x_unit="nM")
        print(f"{fit['log10_ec50'].value:.6f}", fit.status)
    """
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "fitted" in done.stdout
    assert "Compiling" not in done.stderr
    assert not list(tmp_path.rglob("*.nbi"))


@pytest.mark.parametrize("settings", [{}, {"bottom": 0.0}, {"top": 100.0, "bottom": 0.0}])
def test_kernels_give_the_same_as_python(settings: dict[str, float]) -> None:
    rng = np.random.default_rng(3)
    for _ in range(6):
        x = np.linspace(-9.0, -5.0, int(rng.integers(5, 11)))
        center, hill = rng.uniform(-8.0, -6.0), rng.uniform(0.6, 2.0)
        y = 100.0 / (1.0 + 10.0 ** (hill * (x - center))) + rng.normal(0.0, 3.0, x.size)
        compiled = fit_batch(x, y[None], **settings)
        with compiler.interpreted():
            plain = fit_batch(x, y[None], **settings)
        assert plain.words.tolist() == compiled.words.tolist()
        assert plain.checks.tolist() == compiled.checks.tolist()
        for name in ("log10_ic50", "log10_ic50_low", "log10_ic50_high", "hill", "rss"):
            np.testing.assert_allclose(
                getattr(plain, name), getattr(compiled, name), rtol=1e-6, atol=1e-7
            )
