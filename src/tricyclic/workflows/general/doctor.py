"""Examines the installation: libraries, machine, caches, fonts and, if one is named, a cluster."""

from __future__ import annotations

import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tricyclic._version import __version__
from tricyclic.core.format import pluralize
from tricyclic.core.progress import ProgressCallback, report_progress
from tricyclic.errors import InputError, TricyclicError
from tricyclic.fitting.on_dask import cluster_size
from tricyclic.io.library.library import Library
from tricyclic.io.machine import available_memory_bytes, is_writable, total_memory_bytes
from tricyclic.results.doctor import Diagnostic, DiagnosticLevel, DoctorResult
from tricyclic.workflows.base import available_cores
from tricyclic.workflows.general.options import DoctorOptions
from tricyclic.workflows.general.requirements import (
    PACKAGE,
    Requirement,
    import_problem,
    installed_version,
    is_allowed,
    requirements,
)

OLDEST_PYTHON = (3, 11)
# Journals want one of the first three; matplotlib brings the last.
FONTS = ("Arial", "Helvetica", "Liberation Sans", "DejaVu Sans")
FALLBACK_FONT = FONTS[-1]
# Less free space than this does not suffice for reports and temporary tables of large runs.
LOW_DISK_BYTES = 1e9
# Less memory than this does not suffice for a large screen beside the libraries themselves.
LOW_MEMORY_BYTES = 1.5e9


def run(options: DoctorOptions, on_progress: ProgressCallback | None = None) -> DoctorResult:
    """Examine everything; nothing is changed."""
    needed = requirements()
    diagnostics = [*_program(needed)]
    for number, requirement in enumerate(needed):
        if options.imports:
            report_progress(on_progress, number, len(needed), f"importing {requirement.name}")
        diagnostics.append(_library(requirement, imports=options.imports))
    diagnostics += [*_machine(), *_caches(), *_fonts(), *_folders(options.library)]
    if options.scheduler:
        diagnostics.append(_cluster(options.scheduler))
    return DoctorResult(tuple(diagnostics))


def _program(needed: tuple[Requirement, ...]) -> Iterator[Diagnostic]:
    yield Diagnostic("program", PACKAGE, "pass", __version__, str(Path(__file__).parents[2]))
    recent = sys.version_info[:2] >= OLDEST_PYTHON
    oldest = ".".join(map(str, OLDEST_PYTHON))
    yield Diagnostic(
        "program",
        "Python",
        "pass" if recent else "fail",
        platform.python_version(),
        sys.executable,
        "" if recent else f"Install Python {oldest} or newer",
    )
    yield Diagnostic("program", "system", "pass", platform.platform())
    encoding = (getattr(sys.stdout, "encoding", None) or "none").lower()
    unicode = encoding.replace("-", "") in ("utf8", "utf16", "none")
    yield Diagnostic(
        "program",
        "encoding",
        "pass" if unicode else "warn",
        encoding,
        "text with \N{MICRO SIGN}, \N{PLUS-MINUS SIGN} and \N{EN DASH}",
        "" if unicode else "Set the environment variable PYTHONUTF8=1",
    )
    if not needed:
        yield Diagnostic(
            "library",
            "list of libraries",
            "warn",
            "unknown",
            "versions of the libraries",
            "Install the package (pip install .), instead of running its source folder",
        )


def _library(requirement: Requirement, *, imports: bool) -> Diagnostic:
    version = installed_version(requirement.name)
    optional = bool(requirement.extra)
    install = f'pip install "{PACKAGE}[{requirement.extra}]"' if optional else ""
    install = install or f'pip install "{requirement.name}{requirement.versions}"'
    level: DiagnosticLevel = "pass"
    value, advice = version, ""
    if not version:
        level, value, advice = ("note" if optional else "fail"), "not installed", install
    elif not is_allowed(version, requirement.versions):
        level, value = "fail", f"{version}, needs {requirement.versions}"
        advice = f'pip install "{requirement.name}{requirement.versions}"'
    elif imports and (problem := import_problem(requirement.module)):
        level, value = "fail", f"{version}, cannot be imported ({problem})"
        advice = f'pip install --force-reinstall "{requirement.name}{requirement.versions}"'
    topic = f"optional library [{requirement.extra}]" if optional else "library"
    return Diagnostic(topic, requirement.name, level, value, requirement.purpose, advice)


def _machine() -> Iterator[Diagnostic]:
    usable, cores = available_cores(), os.cpu_count() or 1
    value = str(usable) if usable == cores else f"{usable} of {cores}"
    yield Diagnostic("machine", "cores", "pass", value, "workers by default")
    total, free = total_memory_bytes(), available_memory_bytes()
    if total is None:
        yield Diagnostic("machine", "memory", "note", "unknown")
    else:
        usable_bytes = total if free is None else min(free, total)
        low = usable_bytes < LOW_MEMORY_BYTES
        value = _gigabytes(total)
        value += "" if free is None else f", {_gigabytes(usable_bytes)} available"
        yield Diagnostic(
            "machine",
            "memory",
            "warn" if low else "pass",
            value,
            "large screens, ensembles",
            "Use fewer workers (--workers)" if low else "",
        )


def _caches() -> Iterator[Diagnostic]:
    if problem := import_problem("numba"):
        yield Diagnostic("cache", "compiled curve fits", "fail", problem, "batch fits")
        return
    # The compiler imports numba, which may be the library that is broken.
    from tricyclic.numerics.batch.compiler import cache_folder, is_compiled

    folder = cache_folder()
    compiled = is_compiled()
    if not compiled and not is_writable(folder):
        level: DiagnosticLevel = "fail"
        value, advice = "folder is not writable", "Set NUMBA_CACHE_DIR to a folder you may write"
    elif not compiled:
        level, value, advice = "note", "compiled at the first batch of fits, once", ""
    else:
        level, value, advice = "pass", "compiled", ""
    yield Diagnostic("cache", "compiled curve fits", level, value, str(folder), advice)


def _fonts() -> Iterator[Diagnostic]:
    if problem := import_problem("matplotlib"):
        yield Diagnostic("font", FALLBACK_FONT, "fail", problem, "text in figures")
        return
    # Figures import matplotlib, which may be the library that is broken.
    from tricyclic.plotting.fonts import find_fonts

    for family, file in find_fonts(FONTS).items():
        level: DiagnosticLevel = "pass" if file else "note"
        value, advice = ("installed" if file else "not installed"), ""
        if not file and family == FALLBACK_FONT:
            level, advice = "fail", 'pip install --force-reinstall "matplotlib"'
        elif not file:
            advice = f"Install it where a journal requires {family}"
        yield Diagnostic("font", family, level, value, file or "text in figures", advice)


def _folders(library: str) -> Iterator[Diagnostic]:
    temporary = Path(tempfile.gettempdir())
    free = shutil.disk_usage(temporary).free
    writable = is_writable(temporary)
    low = free < LOW_DISK_BYTES
    yield Diagnostic(
        "folder",
        str(temporary),
        "fail" if not writable else "warn" if low else "pass",
        f"{_gigabytes(free)} free" if writable else "not writable",
        "temporary files",
        "Set TMPDIR to a folder with space" if low or not writable else "",
    )
    here = Path.cwd()
    writable = is_writable(here)
    yield Diagnostic(
        "folder",
        str(here),
        "pass" if writable else "warn",
        "writable" if writable else "not writable",
        "current folder",
        "" if writable else "Name a folder you may write with --out",
    )
    yield _library_folder("", "drugs, scenarios and protocols of tricyclic")
    if library:
        yield _library_folder(library, "your own library")


def _library_folder(folder: str, purpose: str) -> Diagnostic:
    name = folder or str(Path(__file__).parents[2] / "data")
    try:
        library = Library(folder)
        counts = (
            f"{len(library.drugs)} drugs",
            f"{len(library.scenario_names)} scenarios",
            f"{len(library.protocol_names)} protocols",
        )
    except TricyclicError as error:
        return Diagnostic("folder", name, "fail", str(error), purpose, "Mend that file")
    return Diagnostic("folder", name, "pass", ", ".join(counts), purpose)


def _cluster(address: str) -> Diagnostic:
    try:
        workers, threads = cluster_size(address)
    except InputError as error:
        return Diagnostic("cluster", address, "fail", error.problem, "--scheduler", error.do)
    if not workers:
        advice = f"Start one: dask worker {address}"
        return Diagnostic("cluster", address, "fail", "no workers", "--scheduler", advice)
    return Diagnostic(
        "cluster",
        address,
        "pass",
        f"{pluralize(workers, 'worker')}, {pluralize(threads, 'thread')}",
        "--scheduler",
    )


def _gigabytes(size: float) -> str:
    return f"{size / 1e9:.1f} GB"
