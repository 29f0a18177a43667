"""Parts of a file that an analysis did not use, as text."""

from __future__ import annotations

from collections.abc import Sequence

from tricyclic.core.format import wrap_line


def unused_lines(unused: Sequence[str]) -> list[str]:
    """One line for all parts of a file that were not used; none if everything was."""
    return [wrap_line(f"  not used  {'; '.join(unused)}")] if unused else []
