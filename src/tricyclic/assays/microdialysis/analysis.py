"""A microdialysis study from the courses of its animals: responses, effects, checks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from tricyclic.assays.microdialysis.checks import course_checks
from tricyclic.assays.microdialysis.groups import (
    aligned_courses,
    at_common_times,
    group_effects,
    scatters,
    usual_width,
)
from tricyclic.assays.microdialysis.power import scatter_of
from tricyclic.assays.microdialysis.response import response_of
from tricyclic.core.check import Check
from tricyclic.core.fractions import (
    BELOW_LIMIT,
    PERCENT,
    AnimalCourse,
    BelowLimit,
    ResponseSettings,
)
from tricyclic.errors import InputError
from tricyclic.results.microdialysis import (
    AnimalResponse,
    CourseMean,
    GroupEffects,
    MicrodialysisResult,
    Primary,
    ScatterOfFractions,
)

# Animals of each group without which a result without the flagged ones is not computed: the limits
# from two animals span orders of magnitude.
FEWEST = 3
# What laboratories call a group of controls, in lower case.
CONTROLS = frozenset(
    {"vehicle", "veh", "control", "controls", "ctrl", "con", "saline", "sham", "placebo", "acsf"}
    | {"vehikel", "kontrolle", "kontrollen", "kochsalz", "nacl"}
)


@dataclass(frozen=True)
class DialysisAnalysis:
    """How a study is analysed; declared before.

    Parameters
    ----------
    settings : ResponseSettings
    control : str
        Empty to take the group that is called vehicle, saline, control or the like.
    primary : {"log ratio", "ancova"}
    confidence : float
    title, analyte : str
    """

    settings: ResponseSettings = field(default_factory=ResponseSettings)
    control: str = ""
    primary: Primary = "log ratio"
    confidence: float = 0.95
    title: str = ""
    analyte: str = ""


def analyse_courses(
    courses: Sequence[AnimalCourse],
    analysis: DialysisAnalysis,
    *,
    left_out: Sequence[tuple[str, str]] = (),
) -> MicrodialysisResult:
    """Analyse a study.

    Parameters
    ----------
    courses : sequence of AnimalCourse
        All in one unit.
    analysis : DialysisAnalysis
    left_out : sequence of (str, str)
        Animals without a course, with the reason; for the report.

    Raises
    ------
    InputError
        If an animal has no baseline or nothing in the window, no group is the control, or the
        control does not exist.
    """
    units = {course.unit for course in courses}
    if len(units) != 1:
        raise InputError(
            f"courses in {' and '.join(sorted(units)) or 'no unit'}",
            where="animals",
            allowed="All animals of a study have values in one unit",
        )
    if not 0 < analysis.confidence < 1:
        raise InputError(
            f"is {analysis.confidence:g}", where="confidence", allowed="It is between 0 and 1"
        )
    if units == {PERCENT} and analysis.primary == "ancova":
        raise InputError(
            "needs the levels, and the values are percentages of baseline",
            where="primary",
            do="Use --primary log-ratio, or a table of concentrations or amounts",
        )
    settings = analysis.settings
    responses = tuple(response_of(course, settings) for course in courses)
    control = _control(responses, analysis.control)
    effects, reason = _effects(responses, control, analysis)
    flagged = tuple(
        r.course.animal for r in responses if r.baseline.early_response or not r.baseline.stable
    )
    early = tuple(r.course.animal for r in responses if r.baseline.early_response)
    without = without_early = None
    if effects:
        without = _without(responses, flagged, control, analysis)
        if early != flagged:
            without_early = _without(responses, early, control, analysis)
    sensitivity, remarks = _sensitivity(courses, control, analysis) if effects else ((), [])
    checks = course_checks(responses, settings, control, left_out)
    if reason:
        checks = (*checks, Check("groups_compared", "warn", reason))
    return MicrodialysisResult(
        title=analysis.title,
        analyte=analysis.analyte,
        unit=units.pop(),
        responses=responses,
        settings=settings,
        control=control if effects else "",
        effects=effects,
        sensitivity=sensitivity,
        left_out=tuple(left_out),
        scatter=_scatter(responses, settings),
        remarks=tuple(remarks),
        checks=checks,
        confidence=analysis.confidence,
        means=course_means(responses),
        flagged=flagged,
        without_flagged=without,
        early=early,
        without_early=without_early,
    )


def _control(responses: Sequence[AnimalResponse], stated: str) -> str:
    groups = list(dict.fromkeys(r.course.group for r in responses))
    if stated:
        if stated not in groups:
            raise InputError(
                f"no group is called '{stated}'",
                where="control",
                allowed=f"Groups are {', '.join(groups)}",
            )
        return stated
    usual = [name for name in groups if name.strip().lower() in CONTROLS]
    if len(groups) == 1 or len(usual) == 1:
        return usual[0] if usual else groups[0]
    raise InputError(
        "is not stated",
        where="control",
        allowed=f"Groups are {', '.join(groups)}",
        do=f'Add --control "{groups[0]}", the group that the others are compared with',
    )


def _effects(
    responses: Sequence[AnimalResponse], control: str, analysis: DialysisAnalysis
) -> tuple[GroupEffects | None, str]:
    """The effects, or None with the reason why there are none."""
    groups: dict[str, int] = {}
    for response in responses:
        groups[response.course.group] = groups.get(response.course.group, 0) + 1
    if len(groups) < 2:
        return None, "one group of animals: nothing is compared"
    alone = [name for name, n in groups.items() if n < 2]
    if alone or control not in groups:
        name = alone[0] if alone else control
        return None, f"the groups are not compared: group {name} has fewer than two animals"
    return (
        group_effects(responses, control, primary=analysis.primary, confidence=analysis.confidence),
        "",
    )


def _without(
    responses: Sequence[AnimalResponse],
    animals: Sequence[str],
    control: str,
    analysis: DialysisAnalysis,
) -> GroupEffects | None:
    """The effects without some animals; None without any, or where too few remain."""
    kept = [r for r in responses if r.course.animal not in animals]
    groups = {r.course.group for r in responses}
    counts = [sum(r.course.group == name for r in kept) for name in groups]
    if not animals or min(counts) < FEWEST:
        return None
    return _effects(kept, control, analysis)[0]


def _sensitivity(
    courses: Sequence[AnimalCourse], control: str, analysis: DialysisAnalysis
) -> tuple[tuple[tuple[BelowLimit, GroupEffects], ...], list[str]]:
    """The primary result with values below the limit used in each way; none without such values."""
    below = [f for c in courses for f in c.fractions if f.state not in ("quantified", "lost")]
    if not below:
        return (), []
    results: list[tuple[BelowLimit, GroupEffects]] = []
    remarks = []
    for way in BELOW_LIMIT:
        try:
            settings = replace(analysis.settings, below=way)
            responses = [response_of(course, settings) for course in courses]
            effects, reason = _effects(responses, control, analysis)
        except InputError as error:
            effects, reason = None, str(error)
        if effects is not None:
            results.append((way, effects))
        else:
            remarks.append(f"values below the limit {way}: not possible ({reason.rstrip('.')})")
    no_limit = sum(not f.lod > 0 for f in below)
    if no_limit:
        remarks.append(
            f"{no_limit} of {len(below)} values below a limit have no stated limit of detection, "
            "so that half of it is not known: they are left out there"
        )
    return tuple(results), remarks


def _scatter(
    responses: Sequence[AnimalResponse], settings: ResponseSettings
) -> ScatterOfFractions | None:
    if not all(np.isfinite(r.log_ratio) for r in responses):
        return None
    _, percent, _ = aligned_courses(responses)
    logs = np.log(np.where(percent > 0, percent, np.nan))
    if not scatters(logs, [r.course.group for r in responses]):
        return None
    try:
        return scatter_of(responses, settings)
    except (InputError, np.linalg.LinAlgError):
        # Too few animals or fractions; planning then needs stated values.
        return None


def course_means(responses: Sequence[AnimalResponse]) -> tuple[CourseMean, ...]:
    """Means of the groups over the fractions of one time, before and after the treatment.

    Notes
    -----
    As `at_common_times` has them.
    """
    step = usual_width(responses)
    means: list[CourseMean] = []
    for group in dict.fromkeys(r.course.group for r in responses):
        points = [
            (f.middle_min, row, k)
            for row, r in enumerate(responses)
            if r.course.group == group
            for k, f in enumerate(r.course.fractions)
        ]
        means += [_mean(group, one, responses) for one in at_common_times(points, step)]
    return tuple(means)


def _mean(
    group: str, points: Sequence[tuple[float, int, int]], responses: Sequence[AnimalResponse]
) -> CourseMean:
    fractions = [responses[row].course.fractions[k] for _, row, k in points]
    percent = np.array([responses[row].percent[k] for _, row, k in points])
    value = percent * np.array([responses[row].baseline.mean for _, row, _ in points]) / 100.0
    here = np.isfinite(percent)
    n = int(here.sum())

    def mean_sem(x: np.ndarray) -> tuple[float, float]:
        if n == 0:
            return float("nan"), float("nan")
        sem = float(x[here].std(ddof=1) / np.sqrt(n)) if n > 1 else float("nan")
        return float(x[here].mean()), sem

    return CourseMean(
        group,
        float(np.mean([f.start_min for f in fractions])),
        float(np.mean([f.end_min for f in fractions])),
        n,
        *mean_sem(percent),
        *mean_sem(value),
    )
