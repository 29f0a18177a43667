"""Cells of a column of exclusions: a reason, or a mere yes or no."""

from __future__ import annotations

YES = frozenset({"yes", "y", "true", "1", "1.0", "x", "added", "+", "with", "ja"})
NO = frozenset({"no", "n", "false", "0", "0.0", "-", "none", "without", "nein", "not added", "nan"})


def exclusion_reason(text: str, source: str) -> str:
    """The reason of an exclusion; a mere yes is stated as that, and a mere no is none.

    Parameters
    ----------
    text : str
        The cell: "air bubble", "yes", "False".
    source : str
        What a mere yes stands in, as "the sample list".
    """
    plain = text.strip().lower()
    if plain in NO or not plain:
        return ""
    return f"excluded in {source}" if plain in YES else text.strip()
