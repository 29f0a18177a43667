"""Change one number or line of the source at a time and run the tests that should notice.

    python tools/mutation/mutate.py known                       the mutations of known.toml
    python tools/mutation/mutate.py constants MODULE TESTS...   every numeric constant of a module

Works on a copy of `src`; the working tree stays as it is. Prints one line per mutation and exits
with 1 if one survived, that is, if the tests passed although the source was wrong.
"""

# ruff: noqa: T201 (a script that reports on standard output)

from __future__ import annotations

import argparse
import ast
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KNOWN = Path(__file__).parent / "known.toml"


@dataclass(frozen=True)
class Mutation:
    """A replacement of text in one file under `src`, and the tests that must fail with it."""

    file: str
    old: str
    new: str
    tests: tuple[str, ...]

    @property
    def label(self) -> str:
        """One line for the report."""
        return (
            f"{self.file.removeprefix('src/tricyclic/')}: {self.old.strip()} -> {self.new.strip()}"
        )


def known() -> Iterator[Mutation]:
    """The mutations of known.toml."""
    for row in tomllib.loads(KNOWN.read_text(encoding="utf-8"))["mutation"]:
        yield Mutation(row["file"], row["old"], row["new"], tuple(row["tests"]))


def constants(module: str, tests: list[str]) -> Iterator[Mutation]:
    """One mutation per number in the upper-case module constants of a file.

    Numbers between 0 and 1 are moved towards 0.5 or away from it, other numbers are multiplied by
    1.5 or increased by 1.
    """
    text = (ROOT / module).read_text(encoding="utf-8")
    lines = text.splitlines()
    for node in ast.parse(text).body:
        names = _assigned_names(node)
        if not names or not all(name.isupper() for name in names):
            continue
        for number in ast.walk(node):
            if not isinstance(number, ast.Constant) or type(number.value) not in (int, float):
                continue
            line = lines[number.lineno - 1]
            new = (
                f"{line[: number.col_offset]}{_moved(number.value)}{line[number.end_col_offset :]}"
            )
            yield Mutation(module, line, new, tuple(tests))


def _assigned_names(node: ast.stmt) -> list[str]:
    targets: list[ast.expr] = []
    if isinstance(node, ast.Assign):
        targets = node.targets
    elif isinstance(node, ast.AnnAssign) and node.value is not None:
        targets = [node.target]
    return [target.id for target in targets if isinstance(target, ast.Name)]


def _moved(value: float) -> str:
    if isinstance(value, int):
        return repr(value + 1)
    if 0 < value < 1:
        return repr(round(0.5 + 0.5 * value, 6) if value < 0.75 else round(0.5 * value, 6))
    return repr(1.5 * value if value else 0.1)


def survives(mutation: Mutation, folder: Path) -> bool:
    """Whether the tests pass with the mutation in a copy of the source.

    Raises
    ------
    SystemExit
        If the text to replace does not occur exactly once.
    """
    copy = folder / "src"
    if copy.exists():
        shutil.rmtree(copy)
    shutil.copytree(ROOT / "src", copy, ignore=shutil.ignore_patterns("__pycache__"))
    path = folder / mutation.file
    text = path.read_text(encoding="utf-8")
    if text.count(mutation.old) != 1:
        sys.exit(f"{mutation.file} has {text.count(mutation.old)} times the text {mutation.old!r}")
    path.write_text(text.replace(mutation.old, mutation.new), encoding="utf-8")
    # All mutations share the machine code of the modules that they leave as they are.
    settings = {"PYTHONDONTWRITEBYTECODE": "1", "NUMBA_CACHE_DIR": str(folder / "numba")}
    environment = {**os.environ, "PYTHONPATH": str(copy), **settings}
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-n", "0"]
    done = subprocess.run(
        [*command, *mutation.tests], cwd=ROOT, env=environment, capture_output=True, check=False
    )
    if done.returncode not in (0, 1):
        sys.exit(f"pytest ended with {done.returncode}: {done.stdout.decode()[-500:]}")
    return done.returncode == 0


def main() -> None:
    """Read the arguments, run the mutations, report."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    modes = parser.add_subparsers(dest="mode", required=True)
    modes.add_parser("known")
    of_module = modes.add_parser("constants")
    of_module.add_argument("module")
    of_module.add_argument("tests", nargs="+")
    typed = parser.parse_args()
    mutations = known() if typed.mode == "known" else constants(typed.module, typed.tests)
    n_survived = n_run = 0
    with tempfile.TemporaryDirectory() as folder:
        for mutation in mutations:
            survived = survives(mutation, Path(folder))
            n_survived, n_run = n_survived + survived, n_run + 1
            print(f"{'SURVIVED' if survived else 'killed  '}  {mutation.label}", flush=True)
    print(f"{n_run} mutations, {n_survived} survived")
    sys.exit(1 if n_survived else 0)


if __name__ == "__main__":
    main()
