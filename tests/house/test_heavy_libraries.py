"""Each heavy library has one door, and nobody waits for one who did not ask for it."""

from __future__ import annotations

import json
import subprocess
import sys
import time

import pytest

# library -> the places that may import it; a folder ends in "/"
LIBRARY_DOORS: dict[str, tuple[str, ...]] = {
    "scipy.optimize": ("numerics/",),
    "scipy": ("numerics/", "fitting/"),
    "matplotlib": ("figures/",),
    "openpyxl": ("readers/",),
    "typst": ("reports/pdf.py",),
    "jinja2": ("reports/",),
    "numba": ("numerics/",),
    "pyarrow": ("readers/", "studies/"),
    "dask": ("fitting/on_dask.py",),
    "distributed": ("fitting/on_dask.py",),
    "click": ("cli/",),
    "antimony": ("numerics/integrator.py",),
    "roadrunner": ("numerics/engine_roadrunner.py",),
    "libsbml": ("numerics/sbml", "numerics/engine_scipy.py"),
    "SALib": ("numerics/",),
    "emcee": ("numerics/",),
    "py_mini_racer": ("figures/graphviz.py",),
}
NOT_OURS = (
    "pandas",
    "pydantic",
    "lmfit",
    "plotly",
    "seaborn",
    "pint",
    "requests",
    "urllib.request",
    "http",
    "socket",
)
SLOW = (
    "numpy",
    "scipy",
    "numba",
    "pyarrow",
    "distributed",
    "matplotlib",
    "openpyxl",
    "typst",
    "jinja2",
    "antimony",
    "roadrunner",
    "libsbml",
    "SALib",
    "emcee",
    "py_mini_racer",
)


def door_complaints(files):
    complaints = []
    for file in files:
        for imported in file.imports:
            library = next((name for name in LIBRARY_DOORS if _within(imported.module, name)), None)
            if library and not file.place.startswith(LIBRARY_DOORS[library]):
                doors = ", ".join(LIBRARY_DOORS[library])
                complaints.append(
                    f"{file.place}:{imported.line} imports {imported.module}; its door is {doors}"
                )
    return complaints


def test_each_heavy_library_comes_in_by_its_own_door(source_files):
    complaints = door_complaints(source_files)
    assert not complaints, "\n".join(complaints)


def test_a_second_door_to_an_optimiser_is_seen(invent):
    assay = invent("assays/invented.py", "def ki():\n    from scipy.optimize import brentq")
    assert door_complaints([assay]) == [
        "assays/invented.py:2 imports scipy.optimize.brentq; its door is numerics/"
    ]


def test_nobody_brings_in_a_library_that_we_decided_against_or_that_calls_out(source_files):
    complaints = [
        f"{file.place}:{imported.line} imports {imported.module}, which the house does without"
        for file in source_files
        for imported in file.imports
        if any(_within(imported.module, name) for name in NOT_OURS)
    ]
    assert not complaints, "\n".join(complaints)


@pytest.mark.parametrize("arguments", [["--help"], ["--version"]])
def test_help_and_version_load_no_heavy_library(arguments):
    loaded = _modules_after(
        f"from tricyclic.cli.main import main\nsys.argv = ['tricyclic', *{arguments!r}]\nmain()"
    )
    heavy = sorted(set(SLOW) & loaded)
    assert not heavy, f"tricyclic {arguments[0]} loads {', '.join(heavy)}"
    assert "click" in loaded, "the command line did not run"


def test_importing_tricyclic_loads_no_heavy_library():
    heavy = sorted(set(SLOW) & _modules_after("import tricyclic"))
    assert not heavy, f"import tricyclic loads {', '.join(heavy)}"


def test_help_is_there_before_one_wonders():
    def seconds() -> float:
        start = time.perf_counter()
        subprocess.run(
            [sys.executable, "-c", "from tricyclic.cli.main import main; main(['--help'])"],
            capture_output=True,
            check=True,
        )
        return time.perf_counter() - start

    fastest = min(seconds() for _ in range(5))
    # A quiet machine takes under 0.1 s; a busy one, with other tests beside, gets room.
    assert fastest < 0.5, f"tricyclic --help took {fastest:.2f} s at best of five"


def _within(module: str, library: str) -> bool:
    return module == library or module.startswith(library + ".")


def _modules_after(code: str) -> set[str]:
    lines = [
        "import json, sys",
        "try:",
        *(f"    {line}" for line in code.splitlines()),
        "except SystemExit: pass",
    ]
    program = "\n".join([*lines, "print(json.dumps(sorted(sys.modules)), file=sys.stderr)"])
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return set(json.loads(done.stderr.splitlines()[-1]))
