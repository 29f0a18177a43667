"""Who may import whom: the floors of docs/architecture.md, read from the imports."""

from __future__ import annotations

import re

GROUND = {"records", "units", "errors", "shelf"}
THINK = {"numerics", "curves", "fitting", "assays", "simulation"}
READ = {"readers"}
TELL = {"figures", "reports"}
HALL = {"jobs", "studies"}
DOORS = {"cli", "tricyclic", "__init__"}

# room -> rooms it may import, besides itself
FLOORS: dict[str, set[str]] = {
    "errors": set(),
    "units": {"errors"},
    "shelf": {"errors"},
    "records": {"errors", "units"},
    "numerics": {"errors"},
    "curves": {"records", "errors", "units", "shelf", "numerics"},
    "fitting": GROUND | {"numerics"},
    "assays": GROUND | {"numerics", "fitting"},
    "simulation": GROUND | {"numerics", "fitting"},
    "readers": GROUND,
    "figures": GROUND,
    "reports": GROUND | {"figures"},
    "studies": GROUND | READ,
    "jobs": GROUND | THINK | READ | TELL | {"studies"},
    "cli": GROUND | HALL,
    "__init__": GROUND | HALL,
}
# rooms in which one file may not lean on its neighbours, other than those whose name begins with "_"
NO_NEIGHBOURS = {"jobs"}
# the Python door's own hall: it hands each call to its job
FACE = "jobs/_face.py"
WALLS = {
    **dict.fromkeys(THINK, "THINK"),
    **dict.fromkeys(READ, "READ"),
    **dict.fromkeys(TELL, "TELL"),
    **dict.fromkeys(HALL, "the HALL"),
    **dict.fromkeys(GROUND, "the GROUND"),
    **dict.fromkeys(DOORS, "a DOOR"),
}


def room_of(module: str) -> str:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else "__init__"


def test_every_room_has_its_place_in_the_table(source_files):
    strangers = sorted({file.room for file in source_files} - FLOORS.keys())
    assert not strangers, (
        f"no floor is named for {', '.join(strangers)}; give each a line in FLOORS"
    )


def test_the_architecture_page_tells_the_same_floors(root):
    page = (root / "docs" / "architecture.md").read_text(encoding="utf-8")
    told = {
        room: set() if others == "nothing" else set(others.split(", "))
        for room, others in re.findall(r"^\| `(\w+)` \| [A-Z]+ \| (.*?) \|$", page, re.MULTILINE)
    }
    assert told == FLOORS


def floor_complaints(files):
    complaints = []
    for file in files:
        allowed = FLOORS.get(file.room, set()) | {file.room}
        for imported in file.imports:
            other = room_of(imported.module)
            if imported.module.split(".")[0] == "tricyclic" and other not in allowed:
                complaints.append(
                    f"{file.place}:{imported.line} imports {other}; "
                    f"{WALLS.get(file.room, file.room)} does not see {WALLS.get(other, other)}"
                    + (
                        f" ({other} from {file.room})"
                        if WALLS.get(file.room) == WALLS.get(other)
                        else ""
                    )
                )
    return complaints


def neighbour_complaints(files):
    complaints = []
    for file in files:
        if file.room not in NO_NEIGHBOURS or file.path.name == "__init__.py" or file.place == FACE:
            continue
        for imported in file.imports:
            neighbour = imported.module.split(".")[1:3]
            if (
                len(neighbour) == 2
                and neighbour[0] == file.room
                and not neighbour[1].startswith("_")
            ):
                complaints.append(
                    f"{file.place}:{imported.line} imports {'/'.join(neighbour)}; {file.room} stand alone"
                )
    return complaints


def test_no_room_sees_what_its_floor_does_not_allow(source_files):
    complaints = floor_complaints(source_files)
    assert not complaints, "\n".join(complaints)


def test_one_job_never_imports_another(source_files):
    complaints = neighbour_complaints(source_files)
    assert not complaints, "\n".join(complaints)


def test_a_figure_that_sees_the_fit_is_told_so_in_words(invent):
    figure = invent("figures/invented.py", "from tricyclic.fitting import fit")
    assert floor_complaints([figure]) == [
        "figures/invented.py:1 imports fitting; TELL does not see THINK"
    ]


def test_an_import_hidden_in_a_function_is_found(invent):
    curve = invent("curves/invented.py", "def bound():\n    import tricyclic.readers.open")
    assert floor_complaints([curve]) == [
        "curves/invented.py:2 imports readers; THINK does not see READ"
    ]


def test_a_job_that_leans_on_its_neighbour_is_told_so(invent):
    job = invent("jobs/invented.py", "from tricyclic.jobs.other import run")
    assert neighbour_complaints([job]) == [
        "jobs/invented.py:1 imports jobs/other; jobs stand alone"
    ]


def circles_of(files):
    modules = {file.module for file in files}
    graph = {
        file.module: sorted(
            {i.module for i in file.imports if i.at_start} & modules - {file.module}
        )
        for file in files
    }
    circles: list[str] = []
    done: set[str] = set()

    def walk(module: str, way: list[str]) -> None:
        if module in way:
            circles.append(" -> ".join([*way[way.index(module) :], module]))
        elif module not in done:
            for other in graph[module]:
                walk(other, [*way, module])
            done.add(module)

    for module in sorted(graph):
        walk(module, [])
    return circles


def test_no_chain_of_imports_comes_back_to_where_it_began(source_files):
    circles = circles_of(source_files)
    assert not circles, "imports go in a circle: " + "; ".join(circles)


def test_a_circle_is_found(invent):
    units = invent("units.py", "import tricyclic.errors")
    errors = invent("errors.py", "from tricyclic.units import convert")
    assert circles_of([units, errors]) == [
        "tricyclic.errors -> tricyclic.units -> tricyclic.errors"
    ]
