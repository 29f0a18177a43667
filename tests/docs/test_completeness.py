"""The documentation lists every check, exit code and key of a plate layout, and no others."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import tricyclic
from tricyclic import errors
from tricyclic.io import plate_layout as layout
from tricyclic.numerics.batch.rules import CHECKS

ROOT = Path(__file__).parents[2]
SOURCE = Path(tricyclic.__file__).parent


def page(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


# Names of summaries of checks, not of checks.
SUMMARIES = {"combined_warning"}


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def names_of_checks() -> set[str]:
    """First words of every `Check("name", ...)` and `Pattern("name", ...)` in the source."""
    names = set()
    for path in SOURCE.rglob("*.py"):
        if not re.search(r"(Check|Pattern|_check)\s*\(", path.read_text(encoding="utf-8")):
            continue
        for node in ast.walk(tree(path)):
            if (
                isinstance(node, ast.Call)
                and getattr(node.func, "id", "") in {"Check", "Pattern", "_check"}
                and node.args
            ):
                name = node.args[0]
                if isinstance(name, ast.Constant) and isinstance(name.value, str):
                    names.add(name.value)
    return (names | set(CHECKS)) - SUMMARIES


def test_every_check_is_documented():
    missing = sorted(name for name in names_of_checks() if f"`{name}`" not in page("checks.md"))
    assert not missing, f"docs/checks.md does not list {', '.join(missing)}"


def test_every_documented_check_exists():
    known = names_of_checks() | {
        node.value
        for path in (SOURCE / "assays").rglob("*.py")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    rows = re.findall(r"^\| (`\w+`(?:, `\w+`)*) \|", page("checks.md"), re.MULTILINE)
    listed = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    assert listed
    assert listed <= known, f"docs/checks.md lists {sorted(listed - known)}, which do not exist"


def test_no_check_stands_twice_in_a_table_or_outside_of_one():
    sections = page("checks.md").split("\n## ")[1:]
    for section in sections:
        lines = [line for line in section.splitlines() if line.startswith("| `")]
        listed = [name for line in lines for name in re.findall(r"`(\w+)`", line.split("|")[1])]
        twice = sorted({name for name in listed if listed.count(name) > 1})
        assert not twice, f"{section.splitlines()[0]}: {twice}"
        for block in re.findall(r"(?:^\|.*\n?)+", section, re.MULTILINE):
            assert "| --- |" in block, f"rows without a head: {block[:60]}"


def test_every_exit_code_is_documented():
    rows = re.findall(r"^\| (\d+) \|", page("getting_started.md"), re.MULTILINE)
    codes = {value for name, value in vars(errors).items() if name.startswith("EXIT_")}
    assert codes <= {int(code) for code in rows}


def test_every_key_of_a_plate_layout_is_documented():
    missing = [key for key in layout._BLOCK if f"`{key}`" not in page("files.md") and key != "name"]
    assert not missing, f"docs/files.md does not list {missing}"
