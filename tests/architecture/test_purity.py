"""Analysis packages read no clock, no environment and no file; only a few packages touch files."""

from __future__ import annotations

import ast

# Keys the cache of compiled kernels by the sources of the kernels, so it reads them.
COMPILER = "numerics/batch/compiler.py"
ANALYSIS = {"stats", "numerics", "curves", "fitting", "assays"}
READS = {"io", "study"}
WRITES = {"io", "study", "cli"}
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
    """Last part of what is called: `path.read_text(encoding="utf-8")` gives read_text."""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def calls(tree: ast.Module) -> list[ast.Call]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call)]


def file_access(files, names, packages, verb):
    return [
        f"{file.location}:{call.lineno} calls {called_name(call)}; "
        f"only {', '.join(sorted(packages))} {verb} files"
        for file in files
        if file.package not in packages and file.location != COMPILER
        for call in calls(file.tree)
        if called_name(call) in names
        and not (called_name(call) == "open" and file.package in WRITES)  # writing needs open
    ]


def test_only_io_and_the_study_folder_open_files(source_files):
    complaints = file_access(source_files, READING, READS, "open")
    assert not complaints, "\n".join(complaints)


def test_only_io_the_study_folder_and_the_command_line_write_files(source_files):
    complaints = file_access(source_files, WRITING, WRITES, "write")
    assert not complaints, "\n".join(complaints)


def test_a_fit_that_opens_a_file_is_reported(invent):
    fit = invent("fitting/invented.py", "from pathlib import Path\ntext = Path('a').read_text()")
    expected = "fitting/invented.py:2 calls read_text; only io, study open files"
    assert file_access([fit], READING, READS, "open") == [expected]


def test_analysis_reads_no_clock_and_no_environment(source_files):
    complaints = [
        f"{file.location}:{imported.line} imports {imported.module}; "
        "an analysis gives the same answer at any time and place"
        for file in source_files
        if file.package in ANALYSIS and file.location != COMPILER
        for imported in file.imports
        if imported.module.split(".")[0]
        in {"time", "os", "sys", "random", "subprocess", "warnings"}
    ]
    complaints += [
        f"{file.location}:{call.lineno} calls {called_name(call)}"
        for file in source_files
        if file.package in ANALYSIS
        for call in calls(file.tree)
        if called_name(call) in {"now", "today", "print", "input", "getenv"}
    ]
    assert not complaints, "\n".join(complaints)


def test_random_numbers_come_from_a_generator_or_a_seed_that_was_passed(source_files):
    complaints = [
        f"{file.location}:{call.lineno} calls {ast.unparse(call.func)}; take a Generator"
        for file in source_files
        if file.package in ANALYSIS
        for call in calls(file.tree)
        if ast.unparse(call.func).startswith(("np.random.", "numpy.random."))
        and not (called_name(call) == "default_rng" and call.args)
    ]
    assert not complaints, "\n".join(complaints)


def test_analysis_keeps_no_global_state(source_files):
    complaints = [
        f"{file.location}:{node.lineno} declares global {', '.join(node.names)}"
        for file in source_files
        if file.package in ANALYSIS
        for node in ast.walk(file.tree)
        if isinstance(node, ast.Global)
    ]
    assert not complaints, "\n".join(complaints)


# Packages that read what a user wrote.
READ_NUMBERS = {"units", "core", "io", "study", "simulation", "workflows"}


def digits_of_any_script(files):
    return [
        f"{file.location}:{node.lineno} accepts digits of every script; use tricyclic.numerals"
        for file in files
        if file.package in READ_NUMBERS
        for node in ast.walk(file.tree)
        if (isinstance(node, ast.Constant) and isinstance(node.value, str) and r"\d" in node.value)
        or (isinstance(node, ast.Attribute) and node.attr in {"isdecimal", "isnumeric"})
    ]


def test_numbers_of_users_are_written_in_the_digits_0_to_9(source_files):
    complaints = digits_of_any_script(source_files)
    assert not complaints, "\n".join(complaints)


def test_a_pattern_for_digits_of_any_script_is_detected(invent):
    file = invent("io/readings.py", 'import re\nWELL = re.compile(r"[A-H]\\d+")')
    assert digits_of_any_script([file]) == [
        "io/readings.py:2 accepts digits of every script; use tricyclic.numerals"
    ]
