"""The documentation tells what the program knows: every check, every exit code, every verb, every file of a study."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import tricyclic

ROOT = Path(__file__).parents[2]
SOURCE = Path(tricyclic.__file__).parent


def page(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def names_of_checks() -> set[str]:
    """First words of every `Check("name", ...)` and `Pattern("name", ...)` in the source."""
    found = set()
    for path in SOURCE.rglob("*.py"):
        if path.parent.name == "reports" and path.stem != "credibility":
            continue  # they only tell again what others found
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and getattr(node.func, "id", "") in {"Check", "Pattern"}
                and node.args
            ):
                name = node.args[0]
                if isinstance(name, ast.Constant) and isinstance(name.value, str):
                    found.add(name.value)
    return found


def test_every_check_is_told_on_its_page():
    untold = sorted(name for name in names_of_checks() if f"`{name}`" not in page("checks.md"))
    assert not untold, f"docs/checks.md does not tell {', '.join(untold)}"


def test_the_page_of_checks_tells_none_that_is_not_there():
    known = names_of_checks() | {
        node.value
        for path in (SOURCE / "assays").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    rows = re.findall(r"^\| (`\w+`(?:, `\w+`)*) \|", page("checks.md"), re.MULTILINE)
    told = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    assert told
    assert told <= known, f"docs/checks.md tells {sorted(told - known)}, which nothing raises"


def test_the_exit_codes_are_those_of_the_page():
    from tricyclic import errors

    told = {int(code) for code in re.findall(r"^\| (\d+) \|", page("start.md"), re.MULTILINE)}
    codes = {value for name, value in vars(errors).items() if name.startswith("EXIT_")}
    assert codes <= told


def test_every_key_of_a_plate_plan_is_told():
    from tricyclic.io import plate_layout as layout

    untold = [key for key in layout._BLOCK if f"`{key}`" not in page("files.md") and key != "name"]
    assert not untold, f"docs/files.md does not tell {untold}"
