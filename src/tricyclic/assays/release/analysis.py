"""An evoked-release study from its samples: wells, effects, curves, checks."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tricyclic.assays.release.checks import study_checks
from tricyclic.assays.release.curve import drugs_of, potentiation_curve
from tricyclic.assays.release.effects import (
    ArmMeans,
    Quantity,
    antagonist_effects,
    basal,
    contrast,
    family,
    net,
)
from tricyclic.assays.release.positions import position_checks
from tricyclic.assays.release.power import scatter_of
from tricyclic.assays.release.wells import WellsRead, culture_means, wells_of
from tricyclic.core.check import LEVELS
from tricyclic.core.culture_arms import CultureArm
from tricyclic.core.format import pluralize
from tricyclic.core.release import Sampling
from tricyclic.errors import InputError
from tricyclic.results.release import (
    ConvertedSamples,
    EffectFamily,
    EffectScale,
    ReleaseEffect,
    ReleaseResult,
    ReleaseWell,
)
from tricyclic.stats.blocks import BlockError

# Names of stimuli that depolarise, and control that the cells can release.
DEPOLARISING = re.compile(
    r"k\+?|kcl|high[\s-]*(?:k\+?|potassium)|potassium.*|depolari[sz].*|veratridine|ionomycin"
    r"|4-?ap|[0-9]+\s*mM\s*k(?:cl|\+)?",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class ReleaseAnalysis:
    """How a study is analysed; declared before.

    Parameters
    ----------
    stimulus : str
        Whose release is compared; empty for the most frequent one that does not depolarise.
    positive : str
        Depolarisation control; empty for a stimulus that is called KCl, veratridine or the like.
    primary : {"ratio", "difference"}
    primary_arm : str
        Arm of the primary result ("imipramine 1 uM"); empty for all, adjusted together.
    error : {"own", "pooled"}
        Of the comparisons, as in `compare_within_blocks`.
    hill : float
        Slope of the potentiation curve.
    confidence : float
    plate_size : int
        For the check of edge wells; 0 where not stated.
    exclude : tuple of (str, str)
    title, transmitter : str
    """

    stimulus: str = ""
    positive: str = ""
    primary: EffectScale = "ratio"
    primary_arm: str = ""
    error: BlockError = "own"
    hill: float = 1.0
    confidence: float = 0.95
    plate_size: int = 0
    exclude: tuple[tuple[str, str], ...] = ()
    title: str = ""
    transmitter: str = ""

    def __post_init__(self) -> None:
        if not 0 < self.confidence < 1:
            raise InputError(
                f"is {self.confidence:g}", where="confidence", allowed="It is between 0 and 1"
            )
        if not 0 < self.hill < 10:
            raise InputError(f"is {self.hill:g}", where="hill", allowed="It is from 0 to 10")


def analyse_release(
    samples: ConvertedSamples, sampling: Sampling, analysis: ReleaseAnalysis
) -> ReleaseResult:
    """Analyse a study.

    Parameters
    ----------
    samples : ConvertedSamples
    sampling : Sampling
    analysis : ReleaseAnalysis

    Raises
    ------
    InputError
        If there are no samples, or the stimulus or the primary arm does not occur.
    """
    read = wells_of(
        samples.readings, samples.unit, sampling, per=samples.per, exclude=analysis.exclude
    )
    stimulus, positive = _stimuli(read.wells, analysis)
    data = _arm_means(read.wells, stimulus)
    _check_primary_arm(analysis, data)

    def compared(of: ArmMeans, quantity: Quantity, scale: EffectScale) -> EffectFamily | None:
        return family(
            of,
            quantity,
            "net release" if quantity is net else "basal release",
            scale,
            primary_arm=analysis.primary_arm if quantity is net else "",
            error=analysis.error,
            confidence=analysis.confidence,
        )

    ratio, difference = compared(data, net, "ratio"), compared(data, net, "difference")
    of_basal = compared(_basal_means(read.wells, data), basal, "ratio")
    evoked, control = _evoked(data, analysis), _control(data, positive, analysis)
    result = ReleaseResult(
        title=analysis.title,
        transmitter=analysis.transmitter,
        stimulus=stimulus,
        unit=read.unit,
        value_unit=samples.unit,
        wells=read.wells,
        means=data.means,
        sampling=sampling,
        basis=read.basis,
        cultures=data.cultures,
        primary=analysis.primary,
        primary_arm=analysis.primary_arm,
        basal=of_basal,
        ratio=ratio,
        difference=difference,
        curves=tuple(
            potentiation_curve(data, drug, hill=analysis.hill, confidence=analysis.confidence)
            for drug in drugs_of(data)
        ),
        antagonists=antagonist_effects(data, analysis.primary, confidence=analysis.confidence),
        evoked=evoked,
        positive=control,
        positive_name=positive,
        sensitivity=_sensitivity(read, sampling, data, analysis),
        standards=samples.curves,
        scatter=scatter_of(data),
        left_out=read.left_out,
        confidence=analysis.confidence,
        remarks=read.remarks,
    )
    checks = (
        *study_checks(data, read.wells, of_basal, evoked, (positive, control)),
        *position_checks(read.wells, analysis.plate_size),
        *samples.checks,
    )
    worst_first = sorted(checks, key=lambda check: -LEVELS.index(check.level))
    return replace(result, checks=tuple(worst_first))


def _stimuli(wells: Sequence[ReleaseWell], analysis: ReleaseAnalysis) -> tuple[str, str]:
    """The stimulus whose release is compared, and the depolarisation control, if there is one."""
    counts = Counter(w.arm.stimulus for w in wells if w.arm.stimulus and not w.excluded)
    if not counts:
        raise InputError(
            "no well has a stimulus",
            where="stimulus",
            do="Name its column with --stimulus-column, or the stimulus with --stimulus",
        )
    known = {name.lower(): name for name in counts}
    named = []
    for where, name in (("stimulus", analysis.stimulus), ("positive", analysis.positive)):
        if name and name.lower() not in known:
            raise InputError(
                f"no well has the stimulus {name}",
                where=where,
                allowed=f"Stimuli are {', '.join(counts)}",
            )
        named.append(known.get(name.lower(), ""))
    stimulus, positive = named
    others = [name for name, _ in counts.most_common() if name not in (stimulus, positive)]
    depolarising = [name for name in others if DEPOLARISING.fullmatch(name.strip())]
    if not stimulus:
        plain = [name for name in others if name not in depolarising]
        stimulus = (plain or others)[0]
    if not positive:
        positive = next((name for name in depolarising if name != stimulus), "")
    return stimulus, positive


def _arm_means(wells: Sequence[ReleaseWell], stimulus: str) -> ArmMeans:
    cultures = tuple(dict.fromkeys(w.culture for w in wells if not w.excluded))
    return ArmMeans(culture_means(wells), cultures, stimulus)


def _basal_means(wells: Sequence[ReleaseWell], data: ArmMeans) -> ArmMeans:
    """Basal samples of all wells of a drug, whatever followed them."""
    moved = [replace(w, arm=replace(w.arm, stimulus=data.stimulus)) for w in wells]
    return replace(data, means=culture_means(moved))


def _check_primary_arm(analysis: ReleaseAnalysis, data: ArmMeans) -> None:
    arms = [data.label(arm) for arm in data.drugs]
    if analysis.primary_arm and analysis.primary_arm not in arms:
        raise InputError(
            f"no arm is called {analysis.primary_arm}",
            where="primary_arm",
            allowed=f"Arms are {', '.join(arms) or 'none'}",
        )


def _evoked(data: ArmMeans, analysis: ReleaseAnalysis) -> ReleaseEffect | None:
    """Net release of the vehicle with the stimulus, less that without where such wells exist."""
    arms = {m.arm for m in data.means}
    bare = replace(data.vehicle, stimulus="")
    if data.vehicle not in arms:
        return None
    weights = {data.vehicle: 1.0} | ({bare: -1.0} if bare in arms else {})
    labels = (f"vehicle with {data.stimulus}", f"without {data.stimulus}" if bare in arms else "")
    return contrast(
        data, net, "net release", weights, labels, "difference", confidence=analysis.confidence
    )


def _control(data: ArmMeans, positive: str, analysis: ReleaseAnalysis) -> ReleaseEffect | None:
    arms = {m.arm for m in data.means}
    control, bare = CultureArm(stimulus=positive), CultureArm()
    if not positive or control not in arms:
        return None
    weights = {control: 1.0} | ({bare: -1.0} if bare in arms else {})
    labels = (positive, "no stimulus" if bare in arms else "")
    return contrast(
        data, net, "net release", weights, labels, "difference", confidence=analysis.confidence
    )


def _sensitivity(
    read: WellsRead, sampling: Sampling, data: ArmMeans, analysis: ReleaseAnalysis
) -> tuple[tuple[str, EffectFamily], ...]:
    """The primary result with basal samples below their range at half of its limit."""
    changed = []
    count = 0
    for well in read.wells:
        low = dict(well.states).get("basal") == "below" and "basal" in well.bounds
        if low and math.isfinite(well.stimulated) and not well.excluded:
            half = 0.5 * well.bounds["basal"]
            changed.append(
                replace(
                    well,
                    basal_amount=sampling.basal_amount(half) * well.scale,
                    net=sampling.net_amount(half, well.stimulated) * well.scale,
                )
            )
            count += 1
        else:
            changed.append(well)
    if not count:
        return ()
    again = replace(data, means=culture_means(changed))
    one = family(
        again,
        net,
        "net release",
        analysis.primary,
        error=analysis.error,
        confidence=analysis.confidence,
    )
    label = f"{pluralize(count, 'basal sample')} below the range at half of its limit"
    return ((label, one),) if one is not None else ()
