"""Numbers in words: two or three significant figures, always the unit, the interval and n."""

from __future__ import annotations

import math


def figures(value: float, digits: int = 3) -> str:
    """Write a number with so many significant figures, plainly where a person would.

    0.8312 -> "0.831"; 5066.4 -> "5070"; 1.5e6 -> "1.5e6"; nan -> "not found"; inf -> "open".
    """
    if math.isnan(value):
        return "not found"
    if math.isinf(value):
        return "open"
    if value == 0:
        return "0"
    exponent = math.floor(math.log10(abs(float(f"{value:.{digits - 1}e}"))))
    if exponent >= 6 or exponent < -4:
        mantissa, power = f"{value:.{digits - 1}e}".split("e")
        return f"{mantissa}e{int(power)}"
    rounded = round(value, digits - 1 - exponent)
    return f"{rounded:.{max(0, digits - 1 - exponent)}f}"
