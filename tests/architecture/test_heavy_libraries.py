"""Each heavy library is imported in one place, and start-up loads none of them."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys

import pytest

# library -> the files that may import it; a folder ends in "/"
ENTRY_POINTS: dict[str, tuple[str, ...]] = {
    "scipy.optimize": ("numerics/", "stats/"),
    "scipy.io": ("io/instruments/andi_cdf.py",),
    "scipy": ("numerics/", "stats/", "ode/", "fitting/"),
    "matplotlib": ("plotting/",),
    "openpyxl": ("io/",),
    "typst": ("plotting/typst_pages.py",),
    "jinja2": ("reports/",),
    "numba": ("numerics/",),
    "skimage": ("numerics/images/masks.py",),
    "tifffile": ("io/images/planes.py",),
    "PIL": ("io/images/", "plotting/"),
    "pyarrow": ("io/",),
    "pandas": ("io/frames.py",),
    "narwhals": ("io/frames.py", "api/_call.py"),
    "dask": ("fitting/on_dask.py",),
    "distributed": ("fitting/on_dask.py",),
    "click": ("cli/",),
    "antimony": ("ode/solver.py",),
    "roadrunner": ("ode/roadrunner.py",),
    "libsbml": ("sbml/", "ode/verification/"),
    "basico": ("ode/verification/copasi.py",),
    "lazy_loader": ("__init__.py",),
    "SALib": ("numerics/sobol.py",),
    "emcee": ("numerics/ensemble_sampler.py",),
    "py_mini_racer": ("plotting/graphviz.py",),
}
NOT_USED = (
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
HEAVY = (
    "numpy",
    "narwhals",
    "pandas",
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
    "basico",
    "skimage",
    "tifffile",
    "PIL",
)


def misplaced_imports(files):
    complaints = []
    for file in files:
        for imported in file.imports:
            library = next((name for name in ENTRY_POINTS if _within(imported.module, name)), None)
            if library and not file.location.startswith(ENTRY_POINTS[library]):
                allowed = ", ".join(ENTRY_POINTS[library])
                complaints.append(
                    f"{file.location}:{imported.line} imports {imported.module}; only {allowed} may"
                )
    return complaints


def test_each_heavy_library_is_imported_in_its_entry_point_only(source_files):
    complaints = misplaced_imports(source_files)
    assert not complaints, "\n".join(complaints)


def test_a_second_entry_point_to_an_optimiser_is_reported(invent):
    assay = invent("assays/invented.py", "def ki():\n    from scipy.optimize import brentq")
    assert misplaced_imports([assay]) == [
        "assays/invented.py:2 imports scipy.optimize.brentq; only numerics/, stats/ may"
    ]


def test_no_library_is_imported_that_was_decided_against_or_that_uses_the_network(source_files):
    complaints = [
        f"{file.location}:{imported.line} imports {imported.module}, which tricyclic does not use"
        for file in source_files
        for imported in file.imports
        if any(_within(imported.module, name) for name in NOT_USED)
    ]
    assert not complaints, "\n".join(complaints)


@pytest.mark.parametrize("arguments", [["--help"], ["--version"]])
def test_help_and_version_load_no_heavy_library(arguments):
    loaded = _modules_after(
        f"from tricyclic.cli.main import main\nsys.argv = ['tricyclic', *{arguments!r}]\nmain()"
    )
    heavy = sorted(set(HEAVY) & loaded)
    assert not heavy, f"tricyclic {arguments[0]} loads {', '.join(heavy)}"
    assert "click" in loaded, "the command line did not run"


def test_importing_tricyclic_loads_no_heavy_library():
    heavy = sorted(set(HEAVY) & _modules_after("import tricyclic"))
    assert not heavy, f"import tricyclic loads {', '.join(heavy)}"


def test_help_takes_a_fraction_of_a_second():
    def seconds() -> float:
        # Processor time of the process, which other programs of a busy machine do not lengthen.
        before = os.times()
        subprocess.run(
            [sys.executable, "-c", "from tricyclic.cli.main import main; main(['--help'])"],
            capture_output=True,
            check=True,
        )
        after = os.times()
        spent = after.children_user + after.children_system
        return spent - before.children_user - before.children_system

    fastest = min(seconds() for _ in range(5))
    # Less than 0.1 s; processors differ.
    assert fastest < 0.25, f"tricyclic --help took {fastest:.2f} s at best of five"


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


def test_only_the_verification_engine_runs_text_as_code(source_files):
    complaints = [
        f"{file.location}:{node.lineno} calls {node.func.id}"
        for file in source_files
        if not file.location.startswith("ode/verification/")
        for node in ast.walk(file.tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in {"exec", "eval"}
    ]
    assert not complaints, "\n".join(complaints)
