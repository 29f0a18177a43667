"""Every example in the documentation and the README runs as printed.

Python blocks of a page run one after the other in one namespace; a `console` block that begins with
`$ tricyclic` runs through the entry point of the command line. Both start in an empty folder that
is used for the whole page. Output in a console block is compared, and so is an `output` block with
what the Python blocks since the last one have printed; `...` matches anything. A block whose first
line is `# file: NAME` is written to that file instead of run.
"""

from __future__ import annotations

import contextlib
import doctest
import importlib.util
import io
import re
import shlex
from pathlib import Path

import pytest

from tricyclic.curves import CURVES
from tricyclic.io.open import READERS

pytestmark = pytest.mark.usefixtures(
    "equal_batches_once", "equal_fits_once", "equal_models_once", "first_pages_only"
)

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```(?P<language>[a-z]+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)

FILE = re.compile(r"# file: (\S+)\n")


def blocks(page: Path) -> list[tuple[str, str, int]]:
    """Language, text and line of every fenced block that can be run."""
    text = page.read_text(encoding="utf-8")
    parts = [
        (m["language"], m["text"], text[: m.start()].count("\n") + 2) for m in BLOCK.finditer(text)
    ]
    return [
        (language, body, line)
        for language, body, line in parts
        if language in ("python", "output")
        or FILE.match(body)
        or (language == "console" and body.startswith("$ tricyclic"))
    ]


@pytest.mark.parametrize(
    "page", [page for page in PAGES if blocks(page)], ids=lambda page: page.name
)
def test_every_example_of_a_page_runs_as_printed(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for registry in (CURVES, READERS):
        # What a page adds to a registry does not affect other pages.
        monkeypatch.setattr(registry, "_own_folders", [])
        monkeypatch.setattr(registry, "_loaded", {})
    namespace: dict[str, object] = {"__name__": "example"}
    printed = io.StringIO()
    for language, text, line in blocks(page):
        if named := FILE.match(text):
            path = tmp_path / named[1]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text[named.end() :], encoding="utf-8")
        elif language == "python":
            with contextlib.redirect_stdout(printed):
                exec(compile("\n" * (line - 1) + text, str(page), "exec"), namespace)
        elif language == "output":
            got, printed = printed.getvalue(), io.StringIO()
            assert matches(text, got), f"{page.name}:{line}: Python printed\n{got}\nnot\n{text}"
        else:
            for command, expected in commands(text):
                got = run(command)
                same = ("[exit " in got) == ("[exit " in expected)
                same &= not expected or matches(expected, got)
                assert same, (
                    f"{page.name}:{line}: `{command}` printed\n{got}\nnot\n{expected or 'success'}"
                )


def test_the_documentation_shows_examples_at_all():
    languages = {language for page in PAGES for language, _, _ in blocks(page)}
    assert {"python", "console"} <= languages


def test_every_task_of_dev_py_in_a_page_exists():
    spec = importlib.util.spec_from_file_location("dev", ROOT / "dev.py")
    assert spec is not None and spec.loader is not None
    dev = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(dev)
    pages = [*PAGES, ROOT / "CONTRIBUTING.md", ROOT / ".ci" / "run"]
    words = {
        word
        for page in pages
        for word in re.findall(r"dev\.py\"? ([a-z]+)", page.read_text(encoding="utf-8"))
    }
    assert words <= dev.TASKS.keys(), f"dev.py has no task {words - dev.TASKS.keys()}"
    assert {"demo", "test"} <= words


def matches(expected: str, got: str) -> bool:
    """Whether a page shows what was printed."""
    return doctest.OutputChecker().check_output(
        expected, got, doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    )


def commands(text: str) -> list[tuple[str, str]]:
    """Split a console block into commands and the output shown after each."""
    parts = re.split(r"^\$ (.*)$", text, flags=re.MULTILINE)[1:]
    return [
        (parts[i].split("  #")[0].strip(), parts[i + 1].strip("\n"))
        for i in range(0, len(parts), 2)
    ]


def run(command: str) -> str:
    """Run one `tricyclic` command in this process; an exit code other than 0 ends the output as
    `[exit N]`.
    """
    from click.testing import CliRunner

    from tricyclic.cli.main import main

    program, *arguments = shlex.split(command)
    assert program == "tricyclic", f"an example runs {program}; only tricyclic is run here"
    result = CliRunner().invoke(main, arguments, prog_name="tricyclic")
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.stdout + (
        f"\n{result.stderr}[exit {result.exit_code}]" if result.exit_code else ""
    )
