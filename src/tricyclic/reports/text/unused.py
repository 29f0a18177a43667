"""Parts of a file that an analysis did not use, as text."""

from __future__ import annotations

from collections.abc import Sequence

from tricyclic.core.format import wrap_line
from tricyclic.core.unused import split_remarks


def unused_lines(unused: Sequence[str]) -> list[str]:
    """A line for each remark, and one for all parts of a file that were not used."""
    parts, remarks = split_remarks(unused)
    lines = [wrap_line(f"  remark    {remark}") for remark in remarks]
    return lines + ([wrap_line(f"  not used  {'; '.join(parts)}")] if parts else [])
