"""Runs the examples of a page and writes what they print into it, so that every number on it is one that was computed.

python docs/fill_examples.py docs/simulate.md [...]

What still holds is left alone. Output without `...` is replaced as a whole. Of output with `...`, each line is replaced by the printed line that reads
the same but for its numbers; a line that nothing printed is named, for a person to mend.
"""

# ruff: noqa: T201

from __future__ import annotations

import contextlib
import doctest
import importlib.util
import io
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]


def examples() -> Any:
    """How the tests part a page into blocks and run a command."""
    spec = importlib.util.spec_from_file_location(
        "examples", ROOT / "tests" / "docs" / "test_examples.py"
    )
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def filled(page: Path) -> str:
    """The page with the output of its examples as it is now."""
    tests, text = examples(), page.read_text(encoding="utf-8")
    namespace: dict[str, object] = {"__name__": "example"}
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        for language, body, line in tests.blocks(page):
            if named := tests.FILE.match(body):
                path = Path(named[1])
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(body[named.end() :], encoding="utf-8")
            elif language == "python":
                with contextlib.redirect_stdout(io.StringIO()):
                    exec(compile("\n" * (line - 1) + body, str(page), "exec"), namespace)
            else:
                new = body
                for command, expected in tests.commands(body):
                    printed = tests.run(command)
                    where = f"{page.name}:{line}: {command[:60]}"
                    if ("[exit " in printed) != ("[exit " in expected):
                        print(
                            f"{where} ended otherwise than the page says: {printed}",
                            file=sys.stderr,
                        )
                    elif expected and not same(expected, printed):
                        new = new.replace(expected, told(expected, printed, where), 1)
                text = text.replace(body, new, 1)
    return text


def same(expected: str, printed: str) -> bool:
    """Whether a page shows what was printed, as its test has it."""
    return doctest.OutputChecker().check_output(
        expected, printed, doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    )


def told(expected: str, printed: str, where: str) -> str:
    """What a block shows of what was printed."""
    lines = [line.rstrip() for line in printed.strip("\n").splitlines()]
    if "..." not in expected:
        return "\n".join(lines)
    found, at = [], 0
    for line in expected.splitlines():
        if "..." in line or not line.strip():
            found.append(line)
            continue
        alike = next((k for k in range(at, len(lines)) if shape(lines[k]) == shape(line)), None)
        if alike is None:
            print(f"{where}: nothing printed reads like: {line.strip()}", file=sys.stderr)
            found.append(line)
        else:
            found.append(lines[alike])
            at = alike + 1
    return "\n".join(found)


def shape(line: str) -> str:
    """A line without its numbers and their units of time."""
    return " ".join(re.sub(r"[\d.]+( (?:min|h|d)\b)?", "#", line).split()).replace("# #", "#")


def main() -> None:
    """Fill the pages that are named, each in a process of its own."""
    names = sys.argv[1:]
    if len(names) > 1:
        ended = [
            subprocess.run([sys.executable, __file__, name], check=False).returncode
            for name in names
        ]
        sys.exit(max(ended, key=abs))
    for name in names:
        page = Path(name).resolve()
        page.write_text(filled(page), encoding="utf-8")


if __name__ == "__main__":
    main()
