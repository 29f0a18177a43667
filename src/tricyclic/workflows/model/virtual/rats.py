"""The rats of a simulated microdialysis experiment, analysed like those of a measured study."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from tricyclic.assays.microdialysis.analysis import DialysisAnalysis, analyse_courses
from tricyclic.assays.microdialysis.response import response_of
from tricyclic.core.fractions import AnimalCourse, ResponseSettings
from tricyclic.errors import InputError
from tricyclic.results.microdialysis import MicrodialysisResult
from tricyclic.simulation.virtual.common import Floats
from tricyclic.simulation.virtual.microdialysis import DialysisAssay, dialysate_course


@dataclass(frozen=True)
class RatGroup:
    """Rats of one dose: name of the group, number of the first rat, fmol in each fraction."""

    name: str
    first: int
    amount_fmol: Floats


def analyse_rats(
    assay: DialysisAssay, groups: Sequence[RatGroup], control: str, title: str, seed: int
) -> tuple[MicrodialysisResult | None, tuple[str, ...]]:
    """Baselines, responses and effects as `microdialysis analyse` computes them.

    Parameters
    ----------
    assay : DialysisAssay
    groups : sequence of RatGroup
        The amounts of each have the shape (rats, fractions).
    control, title : str
    seed : int
        For the words that mark the result as synthetic.

    Returns
    -------
    MicrodialysisResult or None
        None where the groups cannot be analysed.
    tuple of str
        Then the reason.

    Notes
    -----
    Fractions have the time in which their fluid passed the membrane. The window of the primary
    result ends where the last fraction does, in whole minutes.
    """
    last_min = 60.0 * (assay.end_h - assay.dose_h - assay.delay_h)
    if last_min < 1.0:
        return None, ("all fractions passed the membrane before the dose: nothing is analysed",)
    settings = ResponseSettings(
        baseline_fractions=assay.baseline_fractions, window_min=(0.0, math.floor(last_min))
    )
    courses: list[AnimalCourse] = []
    left_out: list[tuple[str, str]] = []
    for group in groups:
        for k, amount in enumerate(group.amount_fmol):
            name = f"r{group.first + k + 1:02d}"
            if not np.isfinite(amount).any():
                left_out.append((name, "could not be simulated"))
                continue
            course = dialysate_course(assay, name, group.name, amount)
            try:
                response_of(course, settings)
            except InputError:
                left_out.append((name, "no baseline above 0"))
            else:
                courses.append(course)
    analysis = DialysisAnalysis(settings, control=control, title=title, analyte="NE")
    try:
        result = analyse_courses(courses, analysis, left_out=left_out)
    except InputError as error:
        return None, (f"the groups cannot be analysed: {str(error).rstrip('.')}",)
    return replace(result, synthetic=f"simulated rats, no experiment; seed {seed}"), ()
