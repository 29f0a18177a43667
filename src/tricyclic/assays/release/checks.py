"""Checks of an evoked-release study."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from tricyclic.assays.release.effects import ArmMeans
from tricyclic.core.check import Check
from tricyclic.core.culture_arms import CultureArm
from tricyclic.core.format import format_number, format_p, list_names, pluralize
from tricyclic.results.release import EffectFamily, ReleaseEffect, ReleaseWell

# Independent cultures below which intervals are hardly of use.
FEW_CULTURES = 3
ALPHA = 0.05
# Net release without stimulus, in percent of that with it, which the sampling itself explains.
UNSTIMULATED_PERCENT = 25.0
# Variation between wells of an arm of a culture [%].
WELL_CV_PERCENT = 40.0
COPIED = 3


def study_checks(
    data: ArmMeans,
    wells: Sequence[ReleaseWell],
    basal: EffectFamily | None,
    evoked: ReleaseEffect | None,
    positive: tuple[str, ReleaseEffect | None],
) -> tuple[Check, ...]:
    """All checks that concern wells, arms and effects.

    Parameters
    ----------
    data : ArmMeans
    wells : sequence of ReleaseWell
    basal : EffectFamily or None
    evoked : ReleaseEffect or None
    positive : (str, ReleaseEffect or None)
        Name of the depolarisation control and its release.
    """
    used = [well for well in wells if not well.excluded]
    return (
        _cultures(data),
        *_arms_of_cultures(data),
        *_evoked(data, evoked),
        *_positive(data, *positive),
        *_basal(basal),
        _negative(data),
        _missing(used),
        *_scatter(used),
        _plates(data, used),
        _copied(used),
    )


def _cultures(data: ArmMeans) -> Check:
    n = len(data.cultures)
    few = n < FEW_CULTURES
    return Check(
        "release_cultures",
        "warn" if few else "pass",
        pluralize(n, "independent culture"),
        value=n,
        limit=FEW_CULTURES,
        advice="n is the number of independent cultures; wells of one culture are replicates"
        if few
        else "",
    )


def _arms_of_cultures(data: ArmMeans) -> Iterator[Check]:
    """Cultures without the vehicle, and without wells that had no stimulus."""
    have: dict[CultureArm, set[str]] = {}
    for mean in data.means:
        if mean.n:
            have.setdefault(mean.arm, set()).add(mean.culture)
    for name, arm, what, advice in (
        (
            "release_vehicle_missing",
            data.vehicle,
            f"the vehicle with {data.stimulus}",
            "Such a culture is left out of every comparison with the vehicle",
        ),
        (
            "release_no_stimulus_missing",
            replace(data.vehicle, stimulus=""),
            f"the vehicle without {data.stimulus}",
            "Without it, release by the sampling itself cannot be separated from evoked release",
        ),
    ):
        lacking = [c for c in data.cultures if c not in have.get(arm, set())]
        yield Check(
            name,
            "warn" if lacking else "pass",
            f"{what} is missing in {list_names([f'culture {c}' for c in lacking], 8)}"
            if lacking
            else f"every culture has {what}",
            value=len(lacking),
            limit=0,
            advice=advice if lacking else "",
        )


def _evoked(data: ArmMeans, evoked: ReleaseEffect | None) -> Iterator[Check]:
    if evoked is None:
        return
    works = evoked.value > 0 and not evoked.p > ALPHA
    yield Check(
        "release_evoked",
        "pass" if works else "warn",
        f"{data.stimulus} releases {format_number(evoked.value)} more than no stimulus "
        f"({format_p(evoked.p)})"
        if evoked.against
        else f"net release with {data.stimulus} is {format_number(evoked.value)} "
        f"({format_p(evoked.p)})",
        value=evoked.p,
        limit=ALPHA,
        advice=""
        if works
        else "Without evoked release in the vehicle, a ratio to it has no meaning: use the "
        "difference",
    )
    with_it = [m.net for m in data.means if m.arm == data.vehicle and math.isfinite(m.net)]
    bare = replace(data.vehicle, stimulus="")
    without = [m.net for m in data.means if m.arm == bare and math.isfinite(m.net)]
    if not (with_it and without and np.mean(with_it) > 0):
        return
    share = 100.0 * float(np.mean(without) / np.mean(with_it))
    yield Check(
        "release_unstimulated",
        "warn" if abs(share) > UNSTIMULATED_PERCENT else "pass",
        f"without {data.stimulus} the net release is {share:.0f} % of that with it",
        value=share,
        limit=UNSTIMULATED_PERCENT,
        unit="%",
        advice="The sampling itself, or the time, changes the medium: compare differences from the "
        "wells without stimulus"
        if abs(share) > UNSTIMULATED_PERCENT
        else "",
    )


def _positive(data: ArmMeans, name: str, positive: ReleaseEffect | None) -> Iterator[Check]:
    if positive is None:
        return
    below = [
        m.culture
        for m in data.means
        if m.arm == CultureArm(stimulus=name) and m.n and not m.net > 0
    ]
    works = positive.value > 0 and not below
    yield Check(
        "release_positive_control",
        "pass" if works else "warn",
        f"{name} releases {format_number(positive.value)}"
        + (f", and nothing in {list_names([f'culture {c}' for c in below], 6)}" if below else ""),
        value=len(below),
        limit=0,
        advice="" if works else "These cells do not release: look at their age and density",
    )


def _basal(basal: EffectFamily | None) -> Iterator[Check]:
    if basal is None or not basal.effects:
        return
    known = [e for e in basal.effects if math.isfinite(e.p_adjusted)]
    changed = [e for e in known if e.p_adjusted < ALPHA]
    yield Check(
        "release_basal_change",
        "warn" if changed else "pass",
        "basal release changes with "
        + list_names(
            [
                f"{e.arm} ({format_number(e.value)} times, {format_p(e.p_adjusted)})"
                for e in changed
            ],
            6,
        )
        if changed
        else "basal release does not change with the drug at a level of 5 %",
        value=min((e.p_adjusted for e in known), default=math.nan),
        limit=ALPHA,
        advice="Net release subtracts it: state both, and do not read the fold" if changed else "",
    )


def _negative(data: ArmMeans) -> Check:
    wells = sum(m.negative for m in data.means if m.arm.stimulus)
    cells = [
        f"{data.label(m.arm)} in culture {m.culture}"
        for m in data.means
        if m.n and m.net <= 0 and m.arm.stimulus
    ]
    return Check(
        "release_negative_net",
        "warn" if cells else "pass",
        f"net release is 0 or below in {pluralize(wells, 'stimulated well')}, which "
        f"{'is' if wells == 1 else 'are'} used as measured"
        + (f", and on average in {list_names(cells, 6)}" if cells else "")
        if wells
        else "net release is above 0 in every stimulated well",
        value=len(cells),
        limit=0,
        advice="A ratio is not defined there, and the difference stands" if cells else "",
    )


def _missing(wells: Sequence[ReleaseWell]) -> Check:
    missing = [w for w in wells if not math.isfinite(w.net)]
    return Check(
        "release_missing_samples",
        "warn" if missing else "pass",
        f"{len(missing)} of {pluralize(len(wells), 'well')} have no net release: "
        f"{list_names([w.name for w in missing], 6)}"
        if missing
        else "every well has a net release",
        value=len(missing),
        limit=0,
        advice="They are left out of the means of their arms" if missing else "",
    )


def _scatter(wells: Sequence[ReleaseWell]) -> Iterator[Check]:
    """Variation between wells of an arm of a culture."""
    cells: dict[tuple[str, CultureArm], list[float]] = {}
    for well in wells:
        if math.isfinite(well.net) and well.arm.stimulus:
            cells.setdefault((well.culture, well.arm), []).append(well.net)
    cvs = [
        100.0 * float(np.std(own, ddof=1)) / float(np.mean(own))
        for own in cells.values()
        if len(own) > 1 and np.mean(own) > 0
    ]
    if not cvs:
        return
    usual = float(np.median(cvs))
    wide = usual > WELL_CV_PERCENT
    yield Check(
        "release_well_scatter",
        "warn" if wide else "pass",
        f"the median CV between wells of an arm is {usual:.0f} %",
        value=usual,
        limit=WELL_CV_PERCENT,
        unit="%",
        advice="More wells, or a protein of each well, steady the means of the cultures"
        if wide
        else "",
    )


def _plates(data: ArmMeans, wells: Sequence[ReleaseWell]) -> Check:
    """Arms that are on plates of their culture without the vehicle."""
    plates: dict[tuple[str, CultureArm], set[str]] = {}
    for well in wells:
        plates.setdefault((well.culture, well.arm), set()).add(well.plate)
    apart = [
        f"{data.label(arm)} in culture {culture}"
        for (culture, arm), on in plates.items()
        if arm.stimulus == data.stimulus
        and (culture, data.vehicle) in plates
        and not on <= plates[(culture, data.vehicle)]
    ]
    return Check(
        "release_plates",
        "warn" if apart else "pass",
        f"on a plate without the vehicle: {list_names(apart, 6)}"
        if apart
        else "the arms of a culture are on plates with its vehicle",
        value=len(apart),
        limit=0,
        advice="A difference between plates then counts as an effect" if apart else "",
    )


def _copied(wells: Sequence[ReleaseWell]) -> Check:
    """Pairs of samples that several wells share to the last digit."""
    seen: dict[tuple[float, float], list[str]] = {}
    for well in wells:
        if math.isfinite(well.net) and well.basal != well.stimulated:
            seen.setdefault((well.basal, well.stimulated), []).append(well.name)
    copied = [names for names in seen.values() if len(names) > 1]
    total = sum(map(len, copied))
    bad = total >= COPIED
    return Check(
        "release_copied_wells",
        "warn" if bad else "pass",
        f"{total} wells share both samples to the last digit: "
        f"{list_names([' = '.join(names[:2]) for names in copied], 4)}"
        if bad
        else "no wells share both samples",
        value=total,
        limit=COPIED,
        advice="Compare them with the raw data" if bad else "",
    )
