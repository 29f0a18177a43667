"""Which package may import which: the layers of docs/architecture.md, read from the imports."""

from __future__ import annotations

import re

# Bottom up. A package imports what stands in a lower line, and itself.
LAYERS: tuple[tuple[str, ...], ...] = (
    ("errors", "_version", "numerals", "unit_table"),
    ("units", "registry", "stats", "sbml"),
    ("core", "numerics", "ode"),
    ("io", "curves"),
    ("results",),
    ("fitting", "plotting", "study"),
    ("assays", "simulation"),
    ("reports", "exchange"),
    ("workflows",),
    ("api", "cli"),
    ("__init__",),
)
LEVEL = {package: level for level, layer in enumerate(LAYERS) for package in layer}
# Packages whose sub-packages do not import each other, and the sub-packages that all of them may
# import.
SEPARATE = {"assays": {"chromatography"}, "workflows": set()}


def package_of(module: str) -> str:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else "__init__"


def ours(file):
    return [i for i in file.imports if i.module.split(".")[0] == "tricyclic"]


def upward_imports(files):
    return [
        f"{file.location}:{imported.line} imports {imported.module}, which does not stand below it"
        for file in files
        for imported in ours(file)
        if package_of(imported.module) != file.package
        and LEVEL[package_of(imported.module)] >= LEVEL[file.package]
    ]


def sideways_imports(files):
    complaints = []
    for file in files:
        shared = SEPARATE.get(file.package)
        own = file.module.split(".")[2:3]
        if shared is None or file.location.count("/") < 2:
            continue
        for imported in ours(file):
            other = imported.module.split(".")[1:]
            if other[0] == file.package and other[1:2] != own and other[1:2]:
                is_folder = any(
                    f.module.startswith(f"tricyclic.{file.package}.{other[1]}.") for f in files
                )
                if is_folder and other[1] not in shared:
                    complaints.append(
                        f"{file.location}:{imported.line} imports {imported.module}; "
                        f"{file.package} are separate"
                    )
    return complaints


def cycles_in(files):
    """Chains of imports that come back to where they began, imports inside functions included."""
    modules = {file.module for file in files}
    graph = {
        file.module: sorted({i.module for i in file.imports} & modules - {file.module})
        for file in files
    }
    cycles: list[str] = []
    done: set[str] = set()

    def walk(module: str, way: list[str]) -> None:
        if module in way:
            cycles.append(" -> ".join([*way[way.index(module) :], module]))
        elif module not in done:
            for other in graph[module]:
                walk(other, [*way, module])
            done.add(module)

    for module in sorted(graph):
        walk(module, [])
    return cycles


def test_every_package_has_a_layer(source_files):
    missing = sorted({file.package for file in source_files} - LEVEL.keys())
    assert not missing, f"no layer is stated for {', '.join(missing)}; add each to LAYERS"


def test_the_architecture_page_shows_the_same_layers(root):
    page = (root / "docs" / "architecture.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| \d+ \| (.*?) \|", page, re.MULTILINE)
    shown = tuple(tuple(re.findall(r"`(\w+)`", row)) for row in rows)
    assert shown == LAYERS


def test_no_package_imports_upward(source_files):
    complaints = upward_imports(source_files)
    assert not complaints, "\n".join(complaints)


def test_sub_packages_of_assays_and_workflows_do_not_import_each_other(source_files):
    complaints = sideways_imports(source_files)
    assert not complaints, "\n".join(complaints)


def test_no_import_cycle_deferred_imports_included(source_files):
    cycles = cycles_in(source_files)
    assert not cycles, "import cycles: " + "; ".join(cycles)


def test_an_upward_import_is_reported_even_inside_a_function(invent):
    file = invent("curves/invented.py", "def bound():\n    import tricyclic.plotting.curve")
    assert upward_imports([file]) == [
        "curves/invented.py:2 imports tricyclic.plotting.curve, which does not stand below it"
    ]


def test_a_sideways_import_is_reported(invent):
    binding = invent(
        "assays/binding/invented.py", "from tricyclic.assays.screening import analysis"
    )
    screening = invent("assays/screening/analysis.py", "x = 1")
    assert sideways_imports([binding, screening]) == [
        (
            "assays/binding/invented.py:1 imports tricyclic.assays.screening.analysis; "
            "assays are separate"
        )
    ]


def test_a_cycle_with_a_deferred_import_is_reported(invent):
    units = invent("units.py", "import tricyclic.errors")
    errors = invent("errors.py", "def late():\n    from tricyclic.units import convert")
    assert cycles_in([units, errors]) == ["tricyclic.errors -> tricyclic.units -> tricyclic.errors"]
