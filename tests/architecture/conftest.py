"""What the house rules look at: every source file of tricyclic, parsed once, with the imports it makes."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest

import tricyclic

SOURCE = Path(tricyclic.__file__).parent
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Import:
    """One import: the module, its line, and whether it runs when the file is imported."""

    module: str
    line: int
    at_start: bool


@dataclass(frozen=True)
class SourceFile:
    """One source file: where it stands, its syntax tree and its imports."""

    path: Path
    invented: str = ""

    @property
    def place(self) -> str:
        """Path below the package, as sentences show it ("figures/curve.py")."""
        return self.path.relative_to(SOURCE).as_posix()

    @property
    def package(self) -> str:
        """First folder, or the file's own name for the modules at the top."""
        return self.place.split("/")[0].removesuffix(".py")

    @property
    def module(self) -> str:
        """Import name."""
        dotted = "tricyclic/" + self.place.removesuffix(".py").removesuffix("/__init__")
        return "tricyclic" if dotted == "tricyclic/__init__" else dotted.replace("/", ".")

    @cached_property
    def text(self) -> str:
        """Its words."""
        return self.invented or self.path.read_text(encoding="utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        """Its syntax tree."""
        return ast.parse(self.text)

    @cached_property
    def imports(self) -> list[Import]:
        """All its imports; `from a import b` counts as a.b where that is a module, else as a."""
        found: list[Import] = []
        self._collect(self.tree, found, at_start=True)
        return found

    def _collect(self, node: ast.AST, found: list[Import], *, at_start: bool) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Import):
                found += [Import(alias.name, child.lineno, at_start) for alias in child.names]
            elif isinstance(child, ast.ImportFrom) and child.module:
                # The version is a fact about the program, not a thing of the room that holds it.
                names = [
                    f"{child.module}.{alias.name}"
                    for alias in child.names
                    if alias.name != "__version__"
                ]
                modules = [
                    name
                    if _is_ours(name) or not child.module.startswith("tricyclic")
                    else child.module
                    for name in names
                ]
                found += [
                    Import(module, child.lineno, at_start) for module in dict.fromkeys(modules)
                ]
            inside = isinstance(
                child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
            ) or _only_for_types(child)
            self._collect(child, found, at_start=at_start and not inside)


def _is_ours(module: str) -> bool:
    path = SOURCE.parent / module.replace(".", "/")
    return path.with_suffix(".py").is_file() or (path / "__init__.py").is_file()


def _only_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)


@pytest.fixture(scope="session")
def source_files() -> list[SourceFile]:
    """Every Python file of tricyclic."""
    return [SourceFile(path) for path in sorted(SOURCE.rglob("*.py"))]


@pytest.fixture(scope="session")
def invent() -> Callable[[str, str], SourceFile]:
    """Make up a file at a place in the house, to see that a rule bites."""
    return lambda place, text: SourceFile(SOURCE / place, text)


@pytest.fixture(scope="session")
def root() -> Path:
    """Where the repository lies."""
    return ROOT
