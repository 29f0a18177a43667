"""THINK is pure, only READ opens files, only the study folder and the doors write them."""

from __future__ import annotations

import ast

THINK = {"numerics", "curves", "fitting", "assays"}
READS = {"readers", "studies"}
WRITES = {"studies", "cli"}
READING = {
    "open",
    "read_text",
    "read_bytes",
    "fromfile",
    "loadtxt",
    "genfromtxt",
    "load_workbook",
    "parse_xml",
}
WRITING = {
    "write_text",
    "write_bytes",
    "savetxt",
    "tofile",
    "unlink",
    "mkdir",
    "rmtree",
    "rename",
    "makedirs",
    "symlink_to",
    "touch",
}


def called_name(node: ast.Call) -> str:
    """Last part of what is called: `path.read_text()` gives read_text."""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def calls(tree: ast.Module) -> list[ast.Call]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call)]


def file_complaints(files, verbs, rooms, deed):
    return [
        f"{file.place}:{call.lineno} calls {called_name(call)}; only {' and '.join(sorted(rooms))} {deed} files"
        for file in files
        if file.room not in rooms
        for call in calls(file.tree)
        if called_name(call) in verbs
        and not (called_name(call) == "open" and file.room in WRITES)  # to write, one must open
    ]


def test_only_readers_and_the_study_folder_open_files(source_files):
    complaints = file_complaints(source_files, READING, READS, "open")
    assert not complaints, "\n".join(complaints)


def test_only_the_study_folder_and_the_doors_write_files(source_files):
    complaints = file_complaints(source_files, WRITING, WRITES, "write")
    assert not complaints, "\n".join(complaints)


def test_a_fit_that_opens_a_file_is_told_so_in_words(invent):
    fit = invent("fitting/invented.py", "from pathlib import Path\ntext = Path('a').read_text()")
    expected = "fitting/invented.py:2 calls read_text; only readers and studies open files"
    assert file_complaints([fit], READING, READS, "open") == [expected]


def test_think_looks_at_no_clock_and_no_environment(source_files):
    complaints = [
        f"{file.place}:{imported.line} imports {imported.module}; THINK gives the same answer at any time and place"
        for file in source_files
        if file.room in THINK
        for imported in file.imports
        if imported.module.split(".")[0]
        in {"time", "os", "sys", "random", "logging", "subprocess", "warnings"}
    ]
    complaints += [
        f"{file.place}:{call.lineno} calls {called_name(call)}"
        for file in source_files
        if file.room in THINK
        for call in calls(file.tree)
        if called_name(call) in {"now", "today", "print", "input", "getenv"}
    ]
    assert not complaints, "\n".join(complaints)


def test_think_draws_chance_only_from_a_generator_or_a_seed_it_was_given(source_files):
    complaints = [
        f"{file.place}:{call.lineno} calls {ast.unparse(call.func)}; take rng: np.random.Generator instead"
        for file in source_files
        if file.room in THINK
        for call in calls(file.tree)
        if ast.unparse(call.func).startswith(("np.random.", "numpy.random."))
        and not (called_name(call) == "default_rng" and call.args)
    ]
    assert not complaints, "\n".join(complaints)


def test_think_keeps_no_global_that_changes(source_files):
    complaints = [
        f"{file.place}:{node.lineno} says global {', '.join(node.names)}"
        for file in source_files
        if file.room in THINK
        for node in ast.walk(file.tree)
        if isinstance(node, ast.Global)
    ]
    assert not complaints, "\n".join(complaints)
