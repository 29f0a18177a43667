"""Units of the flow of a perfusate, as headings write them."""

from __future__ import annotations

import re

_UNIT = re.compile(r"([nuµμm]?)l[\s_]*(?:/|per)[\s_]*(min|h|s)", re.IGNORECASE)
_UL_IN = {"n": 1e-3, "u": 1.0, "µ": 1.0, "μ": 1.0, "m": 1e3, "": 1e6}
_PER_MIN = {"min": 1.0, "h": 1.0 / 60.0, "s": 60.0}


def flow_factor(text: str) -> float | None:
    """What a number in the unit of a text is multiplied by for uL/min; None without such a unit.

    Parameters
    ----------
    text : str
        A unit, or a heading with one: "nL/min", "flow_uL_per_min".
    """
    unit = _UNIT.search(text)
    if unit is None:
        return None
    return _UL_IN[unit[1].lower()] * _PER_MIN[unit[2].lower()]
