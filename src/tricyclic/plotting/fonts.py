"""Fonts of this machine that figures can use."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib import font_manager


def find_fonts(families: Sequence[str]) -> dict[str, str]:
    """The file of each family of fonts; empty where the machine has none of that name.

    Parameters
    ----------
    families
        Names of families, such as "Arial".
    """
    return {family: _file(family) for family in families}


def _file(family: str) -> str:
    try:
        return str(font_manager.findfont(family, fallback_to_default=False))
    except ValueError:
        return ""
