"""Every source file of tricyclic, parsed once, with its imports: the input of the architecture
tests.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import pytest

import tricyclic

SOURCE = Path(tricyclic.__file__).parent
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Import:
    """One import: the module, its line, whether it runs when the file is imported, and whether only
    for types.
    """

    module: str
    line: int
    at_start: bool
    for_types: bool = False


@dataclass(frozen=True)
class SourceFile:
    """One source file: its path, its syntax tree and its imports."""

    path: Path
    invented: str = ""

    @property
    def location(self) -> str:
        """Path below the package, such as "plotting/curve.py"."""
        return self.path.relative_to(SOURCE).as_posix()

    @property
    def package(self) -> str:
        """First folder, or the file's own name for the modules at the top."""
        return self.location.split("/")[0].removesuffix(".py")

    @property
    def module(self) -> str:
        """Import name."""
        dotted = "tricyclic/" + self.location.removesuffix(".py").removesuffix("/__init__")
        return "tricyclic" if dotted == "tricyclic/__init__" else dotted.replace("/", ".")

    @cached_property
    def text(self) -> str:
        """Content of the file."""
        return self.invented or self.path.read_text(encoding="utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        """Its syntax tree."""
        return ast.parse(self.text)

    @cached_property
    def imports(self) -> list[Import]:
        """All its imports; `from a import b` counts as a.b where that is a module, else as a."""
        imports: list[Import] = []
        self._collect(self.tree, imports, at_start=True, for_types=False)
        return imports

    def _collect(
        self, node: ast.AST, imports: list[Import], *, at_start: bool, for_types: bool
    ) -> None:
        for child in ast.iter_child_nodes(node):
            if not isinstance(child, ast.stmt | ast.excepthandler | ast.match_case):
                continue  # an expression contains no import
            if isinstance(child, ast.Import):
                imports += [
                    Import(alias.name, child.lineno, at_start, for_types) for alias in child.names
                ]
            elif isinstance(child, ast.ImportFrom) and child.module:
                # `__version__` is in `_version`, the lowest layer, wherever it is imported from.
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
                imports += [
                    Import(module, child.lineno, at_start, for_types)
                    for module in dict.fromkeys(modules)
                ]
            typing = for_types or _only_for_types(child)
            inside = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef)
            at_import = at_start and not inside and not typing
            self._collect(child, imports, at_start=at_import, for_types=typing)


@cache
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
    """Make up a source file, to show that a rule detects a violation."""
    return lambda location, text: SourceFile(SOURCE / location, text)


@pytest.fixture(scope="session")
def root() -> Path:
    """Folder of the repository."""
    return ROOT
