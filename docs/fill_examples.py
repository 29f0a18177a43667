"""Run the examples of a page and write their output into it.

python docs/fill_examples.py docs/simulate.md [...]

Output that is still correct is kept. Output without `...` is replaced as a whole. In output with
`...`, each line is replaced by the printed line that differs in its numbers only; a line without
such a counterpart is reported.
"""

# ruff: noqa: T201

from __future__ import annotations

import contextlib
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
    """The module that divides a page into blocks and runs a command."""
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
    output = io.StringIO()
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        for language, body, line in tests.blocks(page):
            if named := tests.FILE.match(body):
                path = Path(named[1])
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(body[named.end() :], encoding="utf-8")
            elif language == "python":
                with contextlib.redirect_stdout(output):
                    exec(compile("\n" * (line - 1) + body, str(page), "exec"), namespace)
            elif language == "output":
                printed, output = output.getvalue(), io.StringIO()
                if not same(body, printed):
                    shown = updated(body.rstrip("\n"), printed, f"{page.name}:{line}: Python")
                    text = text.replace(f"```output\n{body}", f"```output\n{shown}\n", 1)
            else:
                new, at = body, 0
                for command, expected in tests.commands(body):
                    # Output stands below its command, and may repeat words of any command.
                    at = new.index("\n", new.index(f"$ {command}", at))
                    printed = tests.run(command)
                    where = f"{page.name}:{line}: {command[:60]}"
                    if ("[exit " in printed) != ("[exit " in expected):
                        print(
                            f"{where} ended differently from the page: {printed}",
                            file=sys.stderr,
                        )
                    elif expected and not same(expected, printed):
                        start = new.index(expected, at)
                        shown = updated(expected, printed, where)
                        new = new[:start] + shown + new[start + len(expected) :]
                        at = start + len(shown)
                text = text.replace(body, new, 1)
    return text


def same(expected: str, printed: str) -> bool:
    """Whether a page shows what was printed, by the rule of its test."""
    return bool(examples().matches(expected, printed))


def updated(expected: str, printed: str, where: str) -> str:
    """What a block shows of what was printed."""
    lines = [line.rstrip() for line in printed.strip("\n").splitlines()]
    if "..." not in expected:
        return "\n".join(lines)
    shown, at = [], 0
    for line in expected.splitlines():
        if "..." in line or not line.strip():
            shown.append(line)
            continue
        alike = next((k for k in range(at, len(lines)) if shape(lines[k]) == shape(line)), None)
        if alike is None:
            print(f"{where}: no printed line corresponds to: {line.strip()}", file=sys.stderr)
            shown.append(line)
        else:
            shown.append(lines[alike])
            at = alike + 1
    return "\n".join(shown)


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
