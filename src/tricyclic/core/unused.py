"""Phrases that name the parts of a file that were not used, and remarks about what was."""

from __future__ import annotations

from collections.abc import Sequence

# Begins a phrase about something that was read, such as a hidden row.
_REMARK = "remark: "


def as_remarks(texts: Sequence[str]) -> tuple[str, ...]:
    """Phrases about parts of a file that were read, among those about parts that were not."""
    return tuple(f"{_REMARK}{text}" for text in texts)


def split_remarks(phrases: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Phrases about what was not used, and remarks, both as they are printed.

    Parameters
    ----------
    phrases : sequence of str
        Each may begin with the name of its file: "net.xlsx: remark: 2 rows are hidden".
    """
    remarks = tuple(text.replace(_REMARK, "", 1) for text in phrases if _REMARK in text)
    return tuple(text for text in phrases if _REMARK not in text), remarks


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
