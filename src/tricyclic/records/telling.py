"""Numbers in words: two or three significant figures, always the unit, the interval and n."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tricyclic.records.estimate import Estimate


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


def interval(estimate: Estimate, digits: int = 3) -> str:
    """Write the limits of an estimate: "0.71 to 0.97", "> 0.71", "< 4.2", "open"; empty where there are none."""
    low, high = estimate.low, estimate.high
    if math.isnan(low) and math.isnan(high):
        return ""
    floor = low <= 0 or math.isinf(low) if _positive(estimate) else math.isinf(low)
    if floor and math.isinf(high):
        return "open"
    if math.isinf(high):
        return f"> {figures(low, digits)}"
    if floor:
        return f"< {figures(high, digits)}"
    return f"{figures(low, digits)} to {figures(high, digits)}"


def told(estimate: Estimate) -> str:
    """Write an estimate on one line."""
    head = " ".join(
        part
        for part in (
            estimate.subject,
            "at" if estimate.subject and estimate.target else "",
            estimate.target,
        )
        if part
    )
    sign = "" if estimate.relation == "=" else f"{estimate.relation} "
    parts = [head, f"{estimate.name} {sign}{figures(estimate.value)} {estimate.unit}".rstrip()]
    limits = interval(estimate)
    if limits:
        parts.append(f"{estimate.confidence * 100:g} %: {limits}")
    parts.append(f"n = {estimate.n}" if estimate.n else "n not stated")
    return "   ".join(part for part in parts if part)


def _positive(estimate: Estimate) -> bool:
    return not math.isnan(estimate.log10_se) or estimate.name in {
        "Ki",
        "Kd",
        "Bmax",
        "IC50",
        "EC50",
        "kon",
        "koff",
    }
