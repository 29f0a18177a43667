"""Whether a batch meets limits in the style of ICH M10. Meeting them is no validation."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tricyclic.core.calibration_line import WITHIN, WITHIN_LOWEST, CalibrationLine
from tricyclic.results.chromatography import Criterion, CriterionKind

SOURCE = "ICH M10 (2022), figures recalled, unconfirmed"
LEVELS, STANDARDS_WITHIN = 6, 75.0
QC_WITHIN, QC_WITHIN_LEVEL = 200.0 / 3.0, 50.0
CARRY_OVER, CARRY_OVER_STANDARD = 20.0, 5.0


@dataclass(frozen=True)
class QualityControl:
    """One injection of a quality control: its level by name, nominal and measured amount.

    `measured` is nan where the peak gave no number, which counts as outside.
    """

    name: str
    level: str
    nominal: float
    measured: float

    @property
    def error_percent(self) -> float:
        """Deviation from the nominal amount [%]."""
        return 100.0 * (self.measured / self.nominal - 1.0)


def standards_criteria(line: CalibrationLine) -> tuple[Criterion, ...]:
    """Number of levels, and share of the standards within 15 % (20 % at the lowest)."""
    used = [b for b in line.standards if not b.standard.excluded]
    outside = [
        b.standard.name
        for b in used
        if abs(b.error_percent) > (WITHIN_LOWEST if line.is_lowest(b.standard.amount) else WITHIN)
    ]
    share = 100.0 * (len(used) - len(outside)) / len(line.standards)
    levels = len(line.levels)
    return (
        Criterion(
            "levels", "levels of standards", str(levels), f"{LEVELS} or more", levels >= LEVELS
        ),
        Criterion(
            "standards",
            f"standards within {WITHIN:g} % ({WITHIN_LOWEST:g} % at the lowest level)",
            f"{share:.0f} % of {len(line.standards)}, excluded ones counted as outside",
            f"{STANDARDS_WITHIN:g} % or more",
            share >= STANDARDS_WITHIN,
            tuple(outside),
        ),
    )


def control_criteria(controls: Sequence[QualityControl]) -> tuple[Criterion, ...]:
    """Share of the quality controls within 15 %, over all and for each level."""
    if not controls:
        return (
            Criterion(
                "controls",
                "quality controls",
                "none",
                "three levels, two injections or more",
                None,
            ),
        )
    inside = {c.name: bool(abs(c.error_percent) <= WITHIN) for c in controls}
    outside = tuple(name for name, one in inside.items() if not one)
    share = 100.0 * float(np.mean(list(inside.values())))
    rows = [
        Criterion(
            "controls",
            f"quality controls within {WITHIN:g} %",
            f"{share:.0f} % of {len(controls)}",
            "2 of 3 or more",
            share >= QC_WITHIN - 1e-9,
            outside,
        )
    ]
    for level in dict.fromkeys(c.level for c in controls):
        of_level = [c for c in controls if c.level == level]
        share = 100.0 * float(np.mean([inside[c.name] for c in of_level]))
        rows.append(
            Criterion(
                "controls of a level",
                f"quality controls of level {level} within {WITHIN:g} %",
                f"{share:.0f} % of {len(of_level)}",
                f"{QC_WITHIN_LEVEL:g} % or more",
                share >= QC_WITHIN_LEVEL,
                tuple(c.name for c in of_level if not inside[c.name]),
            )
        )
    return tuple(rows)


def carry_over_criteria(
    lowest_response: float,
    after_top: Sequence[tuple[str, float]],
    *,
    typical_internal_standard: float = math.nan,
    internal_standard: Sequence[tuple[str, float]] = (),
) -> tuple[Criterion, ...]:
    """Response of blanks after the top standard, against that of the lowest.

    Parameters
    ----------
    lowest_response : float
        Mean area of the analyte in the lowest standard.
    after_top : sequence of (name, area)
        Blanks that follow a top standard; an area below the limit of detection is 0 here.
    typical_internal_standard : float
        Mean area of the internal standard in the standards; nan without one.
    internal_standard : sequence of (name, area)
        Of those blanks without internal standard.
    """
    title = "carry-over of the {} into a blank after the top standard"
    of_analyte = _carry_over(
        "carry-over",
        title.format("analyte"),
        after_top,
        lowest_response,
        "lowest standard",
        CARRY_OVER,
    )
    of_standard = _carry_over(
        "carry-over of the internal standard",
        title.format("internal standard"),
        internal_standard,
        typical_internal_standard,
        "standards",
        CARRY_OVER_STANDARD,
    )
    # Not every batch has a blank without internal standard.
    return (of_analyte,) if of_standard.meets is None else (of_analyte, of_standard)


def _carry_over(
    kind: CriterionKind,
    name: str,
    areas: Sequence[tuple[str, float]],
    reference: float,
    of: str,
    limit: float,
) -> Criterion:
    allowed = f"{limit:g} % or less"
    if not areas or not reference > 0:
        return Criterion(kind, name, "no such blank", allowed, None)
    worst, area = max(areas, key=lambda one: one[1])
    percent = 100.0 * area / reference
    outside = (worst,) if percent > limit else ()
    return Criterion(kind, name, f"{percent:.1f} % of the {of}", allowed, percent <= limit, outside)
