"""The libraries that tricyclic requires, as its installed metadata lists them."""

from __future__ import annotations

import importlib
import re
from dataclasses import dataclass
from importlib import metadata

PACKAGE = "tricyclic"
# Distribution -> its module, and what tricyclic uses it for.
USES: dict[str, tuple[str, str]] = {
    "antimony": ("antimony", "models as text"),
    "click": ("click", "command line"),
    "copasi-basico": ("basico", "verification of simulations with COPASI"),
    "distributed": ("distributed", "fits and simulations on a Dask cluster"),
    "emcee": ("emcee", "sampling of ensembles"),
    "jinja2": ("jinja2", "HTML reports"),
    "lazy-loader": ("lazy_loader", "fast start"),
    "libroadrunner": ("roadrunner", "simulation"),
    "matplotlib": ("matplotlib", "figures"),
    "mini-racer": ("py_mini_racer", "layout of diagrams"),
    "narwhals": ("narwhals", "data frames of any library as input"),
    "numba": ("numba", "compiled curve fits"),
    "numpy": ("numpy", "arrays"),
    "openpyxl": ("openpyxl", "Excel workbooks"),
    "pandas": ("pandas", "results as data frames"),
    "pyarrow": ("pyarrow", "Parquet files"),
    "python-libsbml": ("libsbml", "SBML"),
    "salib": ("SALib", "Sobol indices"),
    "scikit-image": ("skimage", "cells in images"),
    "scipy": ("scipy", "optimisation and statistics"),
    "tifffile": ("tifffile", "images of microscopes"),
    "typst": ("typst", "PDF reports"),
}
_REQUIREMENT = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^\]]*\])?\s*\(?([^;)]*)")
_EXTRA = re.compile(r"""extra\s*==\s*["']([^"']+)["']""")
_LIMIT = re.compile(r"(>=|<=|==|!=|~=|>|<)\s*([^,\s]+)")


@dataclass(frozen=True)
class Requirement:
    """A library with the versions that are allowed (">=2.1,<3") and the extra it belongs to."""

    name: str
    versions: str
    extra: str

    @property
    def module(self) -> str:
        """Name under which it is imported."""
        return USES.get(self.name, (self.name.replace("-", "_"), ""))[0]

    @property
    def purpose(self) -> str:
        """What tricyclic uses it for."""
        return USES.get(self.name, ("", ""))[1]


def requirements(package: str = PACKAGE) -> tuple[Requirement, ...]:
    """The required libraries, then those of the extras; empty where the package is not installed.

    Parameters
    ----------
    package
        Name of an installed distribution.
    """
    try:
        listed = metadata.requires(package) or []
    except metadata.PackageNotFoundError:
        return ()
    parsed = [one for text in listed if (one := parse_requirement(text)) is not None]
    return tuple(sorted(parsed, key=lambda one: (bool(one.extra), one.extra, one.name)))


def parse_requirement(text: str) -> Requirement | None:
    """A line of the metadata, such as "numpy>=2.1" or "distributed>=2025.1; extra == 'dask'".

    Parameters
    ----------
    text
        As the metadata of a distribution writes it (PEP 508).
    """
    match = _REQUIREMENT.match(text)
    if match is None:
        return None
    extra = _EXTRA.search(text)
    name = re.sub(r"[-_.]+", "-", match[1]).lower()
    return Requirement(name, match[2].strip(), extra[1] if extra else "")


def installed_version(name: str) -> str:
    """The installed version of a distribution; empty where it is missing."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""


def is_allowed(version: str, versions: str) -> bool:
    """Whether a version lies within limits such as ">=2.8,<2.11".

    Only the numbers of a version are compared: a release candidate counts as its release.

    Parameters
    ----------
    version
        Of the installed library.
    versions
        Limits, separated by commas; empty allows every version.
    """
    have = _numbers(version)
    for relation, limit in _LIMIT.findall(versions):
        wanted = _numbers(limit)
        length = max(len(have), len(wanted))
        a, b = (part + (0,) * (length - len(part)) for part in (have, wanted))
        prefix = have[: len(wanted) - 1] == wanted[:-1]
        holds = {
            ">=": a >= b,
            "<=": a <= b,
            ">": a > b,
            "<": a < b,
            "==": have[: len(wanted)] == wanted if limit.endswith(".*") else a == b,
            "!=": a != b,
            "~=": a >= b and prefix,
        }[relation]
        if not holds:
            return False
    return True


def import_problem(module: str) -> str:
    """Why a module cannot be imported; empty where it can.

    Parameters
    ----------
    module
        Name of the module.
    """
    try:
        importlib.import_module(module)
    except (Exception, SystemExit) as error:
        return f"{type(error).__name__}: {error}".strip().split("\n")[0][:200]
    return ""


def _numbers(version: str) -> tuple[int, ...]:
    release = re.match(r"v?([0-9]+(?:\.[0-9]+)*)", version)
    return tuple(int(part) for part in release[1].split(".")) if release else ()
