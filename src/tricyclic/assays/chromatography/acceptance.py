"""Whether a batch meets limits in the style of ICH M10. Meeting them is no validation.

The sections of ICH M10, Bioanalytical Method Validation and Study Sample Analysis, are those of
chromatography. Their text was read in the consultation version (Step 2, 2019); the figures of the
adopted version (24 May 2022) agree with it by what others quote of it.

- 3.3.1: standards of 6 levels or more; quality controls of 3 levels or more in duplicate, or of
  5 % of the study samples, whichever are more.
- 3.3.2: standards within 15 % of their nominal amount, 20 % at the lowest level; 75 % of them, and
  6 levels or more, fulfil this. Of the quality controls 2 of 3, and half of each level, are within
  15 %.
- 3.2.5.2, as others quote it: a quality control at the lowest level is within 20 %.
- 3.2.4: of replicate standards of a level, half fulfil it.
- 3.2.6: blanks after the top standard have 20 % or less of the response of the lowest standard, and
  5 % or less of that of the internal standard.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tricyclic.core.calibration_line import (
    WITHIN,
    WITHIN_LOWEST,
    BackCalculated,
    CalibrationLine,
    is_same_level,
)
from tricyclic.core.format import pluralize
from tricyclic.results.chromatography import Criterion, CriterionKind

_GUIDELINE = "ICH M10 (2022), section {}, read in the consultation version (2019)"
RUN_SOURCE = _GUIDELINE.format("3.3.1")
SOURCE = _GUIDELINE.format("3.3.2")
CARRY_OVER_SOURCE = _GUIDELINE.format("3.2.6")
LEVELS, STANDARDS_WITHIN, STANDARDS_WITHIN_LEVEL = 6, 75.0, 50.0
QC_LEVELS, QC_OF_LEVEL, QC_PER_SAMPLES = 3, 2, 5.0
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
    """Levels and share of the standards within 15 % (20 % at the lowest).

    A level is within where half of its standards are, or more; an excluded standard is not.
    """
    outside = [
        b
        for b in line.standards
        if b.standard.excluded
        or abs(b.error_percent) > (WITHIN_LOWEST if line.is_lowest(b.standard.amount) else WITHIN)
    ]
    share = 100.0 * (1.0 - len(outside) / len(line.standards))
    levels = sum(
        100.0 * (1.0 - _of_level(outside, level) / _of_level(line.standards, level))
        >= STANDARDS_WITHIN_LEVEL
        for level in line.levels
    )
    return (
        Criterion(
            "standards",
            f"standards within {WITHIN:g} % ({WITHIN_LOWEST:g} % at the lowest level)",
            f"{share:.0f} % of {len(line.standards)}, excluded ones counted as outside",
            f"{STANDARDS_WITHIN:g} % or more",
            share >= STANDARDS_WITHIN,
            tuple(b.standard.name for b in outside if not b.standard.excluded),
        ),
        Criterion(
            "levels",
            "levels with half of their standards within it",
            f"{levels} of {len(line.levels)}",
            f"{LEVELS} or more",
            levels >= LEVELS,
        ),
    )


def _of_level(standards: Sequence[BackCalculated], level: float) -> int:
    """How many standards have the amount of a level."""
    return sum(is_same_level(b.standard.amount, level) for b in standards)


def control_criteria(
    controls: Sequence[QualityControl], *, samples: int = 0, lowest: float = math.nan
) -> tuple[Criterion, ...]:
    """Number of the quality controls, and their share within 15 %, over all and for each level.

    Those with the amount of the lowest standard count within 20 %, as that does.

    Parameters
    ----------
    controls : sequence of QualityControl
    samples : int
        Injections of study samples in the batch.
    lowest : float
        Amount of the lowest standard of the line.
    """
    levels = Counter(c.level for c in controls)
    repeated = sum(count >= QC_OF_LEVEL for count in levels.values())
    needed = math.ceil(QC_PER_SAMPLES / 100.0 * samples)
    rows = [
        Criterion(
            "number of controls",
            f"quality controls for {pluralize(samples, 'sample')}",
            f"{len(controls)}; {pluralize(repeated, 'level')} in duplicate",
            f"{max(needed, QC_LEVELS * QC_OF_LEVEL)}; {QC_LEVELS} levels in duplicate",
            repeated >= QC_LEVELS and len(controls) >= needed,
        )
    ]
    if not controls:
        return (*rows, Criterion("controls", "quality controls", "none", "2 of 3 or more", None))
    limits = {
        c.name: WITHIN_LOWEST if is_same_level(c.nominal, lowest) else WITHIN for c in controls
    }
    inside = {c.name: bool(abs(c.error_percent) <= limits[c.name]) for c in controls}
    at_lowest = f" ({WITHIN_LOWEST:g} % at the lowest standard)"
    outside = tuple(name for name, one in inside.items() if not one)
    share = 100.0 * float(np.mean(list(inside.values())))
    rows.append(
        Criterion(
            "controls",
            f"quality controls within {WITHIN:g} %"
            + (at_lowest if WITHIN_LOWEST in limits.values() else ""),
            f"{share:.0f} % of {len(controls)}",
            "2 of 3 or more",
            share >= QC_WITHIN - 1e-9,
            outside,
        )
    )
    for level in levels:
        of_level = [c for c in controls if c.level == level]
        share = 100.0 * float(np.mean([inside[c.name] for c in of_level]))
        limit = max(limits[c.name] for c in of_level)
        rows.append(
            Criterion(
                "controls of a level",
                f"quality controls of level {level} within {limit:g} %",
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
