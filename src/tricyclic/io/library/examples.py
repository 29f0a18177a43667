"""Published tables that come with tricyclic, for trying a command."""

from __future__ import annotations

from tricyclic.errors import UnknownNameError
from tricyclic.io.library.folders import builtin_library, bytes_of, listed


def examples() -> tuple[str, ...]:
    """File names of the tables."""
    return tuple(file.name for file in listed(builtin_library() / "examples", ".csv"))


def example(name: str) -> bytes:
    """Content of a table.

    Raises
    ------
    UnknownNameError
        If there is none of that name.
    """
    if name not in examples():
        raise UnknownNameError.among("example", name, examples())
    return bytes_of(builtin_library() / "examples" / name)
