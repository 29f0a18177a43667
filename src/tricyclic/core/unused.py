"""Phrases that name the parts of a file that were not used."""

from __future__ import annotations

from collections.abc import Sequence


def quoted(kind: str, names: Sequence[str]) -> tuple[str, ...]:
    """Names of one kind as one phrase, "columns 'a', 'b'"; none without names.

    Parameters
    ----------
    kind : str
        In the singular, or "readings".
    names : sequence of str
    """
    if not names:
        return ()
    plural = kind if len(names) == 1 or kind.endswith("s") else f"{kind}s"
    return (f"{plural} " + ", ".join(f"'{name}'" for name in names),)
