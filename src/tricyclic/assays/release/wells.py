"""Wells from samples: basal and stimulated samples paired, net release, per protein or cells."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from tricyclic.core.culture_arms import CultureArm
from tricyclic.core.format import pluralize
from tricyclic.core.release import ReleaseReading, SampleKind, SampleState, Sampling
from tricyclic.errors import InputError, UnitError
from tricyclic.results.release import CultureMean, ReleaseWell
from tricyclic.units import convert, dimension

PAIRED = "stimulated less basal sample of the same well"
SEPARATE = "stimulated wells less the mean of the wells of that arm and culture without stimulus"
# Culture, plate, well and arm.
WellKey: TypeAlias = tuple[str, str, str, CultureArm]


@dataclass(frozen=True)
class WellsRead:
    """Wells of a study.

    Attributes
    ----------
    wells : tuple of ReleaseWell
        Also those without a net release, and excluded ones.
    unit : str
        Of basal and net release.
    basis : str
    left_out : tuple of (str, str)
    remarks : tuple of str
    """

    wells: tuple[ReleaseWell, ...]
    unit: str
    basis: str
    left_out: tuple[tuple[str, str], ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Sample:
    value: float
    state: SampleState
    bound: float


def wells_of(
    readings: Sequence[ReleaseReading],
    unit: str,
    sampling: Sampling,
    *,
    per: str = "",
    exclude: Sequence[tuple[str, str]] = (),
) -> WellsRead:
    """Pair the samples of each well and compute what was released.

    Parameters
    ----------
    readings : sequence of ReleaseReading
        Samples, in one unit.
    unit : str
    sampling : Sampling
    per : str
        "mg protein", "1e6 cells" or empty: what the amounts of wells are divided by.
    exclude : sequence of (str, str)
        Culture, culture/well or culture/plate/well, with the reason.

    Raises
    ------
    InputError
        If there are no samples, something to exclude does not exist, or a volume is stated for
        values that are no concentrations.
    """
    if not readings:
        raise InputError("there are no samples")
    to_unit, factor = _unit(unit, sampling, per)
    groups = _by_well(readings)
    paired = any(r.sample == "basal" for r in readings)
    excluded = _excluded(list(groups), exclude)
    wells, left_out = [], []
    separate = {} if paired else _without_stimulus(groups, excluded)
    for key, own in groups.items():
        per_well = next((r.amount_per for r in own if r.amount_per > 0), math.nan) if per else 1.0
        well = _well(own, separate, sampling, factor / per_well, paired=paired)
        reason = excluded.get(key, "") or next((r.excluded for r in own if r.excluded), "")
        if not reason and per and not per_well > 0:
            reason = f"no {'protein' if 'protein' in per else 'cell number'} is stated"
        well = replace(well, excluded=reason)
        if not math.isfinite(well.net) and not reason:
            left_out.append((well.name, _missing(well)))
        elif reason:
            left_out.append((well.name, reason))
        wells.append(well)
    remarks = _remarks(sampling, paired, groups)
    basis = (
        PAIRED + (", all medium replaced" if sampling.medium == "replaced" else "")
        if paired
        else SEPARATE
    )
    return WellsRead(tuple(wells), to_unit, basis, tuple(left_out), tuple(remarks))


def culture_means(wells: Sequence[ReleaseWell]) -> tuple[CultureMean, ...]:
    """Mean over the wells of each culture and arm; excluded wells and those without a net release
    do not count.
    """
    groups: dict[tuple[str, CultureArm], list[ReleaseWell]] = {}
    for well in wells:
        if not well.excluded:
            groups.setdefault((well.culture, well.arm), []).append(well)
    means = []
    for (culture, arm), own in groups.items():
        net = np.array([w.net for w in own if math.isfinite(w.net)])
        basal = [w.basal_amount for w in own if math.isfinite(w.basal_amount)]
        fold = [w.fold for w in own if math.isfinite(w.fold)]
        means.append(
            CultureMean(
                culture,
                arm,
                net.size,
                float(np.mean(basal)) if basal else math.nan,
                float(net.mean()) if net.size else math.nan,
                float(np.mean(fold)) if fold else math.nan,
                float(net.std(ddof=1)) if net.size > 1 else math.nan,
                int((net <= 0).sum()),
            )
        )
    return tuple(means)


def _unit(unit: str, sampling: Sampling, per: str) -> tuple[str, float]:
    """Unit of amounts, and the factor from concentration times uL to it."""
    suffix = f"/{per}" if per else ""
    if not sampling.has_volumes:
        # Without a volume the unit of the samples stays, divided by what a well has.
        return f"{unit}{f' per {per}' if per else ''}", 1.0
    try:
        kind = dimension(unit)
    except UnitError:
        kind = ""
    if kind == "concentration":
        # uM x uL = pmol.
        return f"pmol{suffix or '/well'}", convert(1.0, unit, "uM")
    if kind == "mass concentration":
        # ng/mL x uL = pg.
        return f"pg{suffix or '/well'}", convert(1.0, unit, "ng/mL")
    raise InputError(
        f"the values are in {unit or 'no unit'}",
        where="well_volume",
        allowed="Amounts are computed from concentrations, such as uM",
        do="State the unit with --unit, or omit --well-volume",
    )


def _by_well(readings: Sequence[ReleaseReading]) -> dict[WellKey, list[ReleaseReading]]:
    """Readings of each well; wells without a name are numbered in the order of the table, basal and
    stimulated samples each.

    The arm of a well is that of its stimulated sample: before the stimulus, a basal sample may be
    listed as without.
    """
    arms: dict[tuple[str, str, str], CultureArm] = {}
    for reading in readings:
        name = (reading.culture, reading.plate, reading.well)
        if reading.well and (name not in arms or reading.sample == "stimulated"):
            arms[name] = reading.arm
    groups: dict[WellKey, list[ReleaseReading]] = {}
    counts: dict[tuple[str, str, CultureArm, str], int] = {}
    for reading in readings:
        well, arm = reading.well, reading.arm
        if well:
            arm = arms[(reading.culture, reading.plate, well)]
            if replace(arm, stimulus="") != replace(reading.arm, stimulus=""):
                raise InputError(
                    f"its samples are of {arm.label()} and of {reading.arm.label()}",
                    where=f"culture {reading.culture}, well {well}",
                    allowed="The samples of a well have one drug, concentration and antagonist",
                    do="Name the plates, where several have a well of this name",
                )
        else:
            place = (reading.culture, reading.plate, arm, reading.sample)
            counts[place] = counts.get(place, 0) + 1
            well = f"#{counts[place]}"
        key = (reading.culture, reading.plate, well, arm)
        groups.setdefault(key, []).append(replace(reading, well=well, arm=arm))
    return groups


def _sample(readings: Sequence[ReleaseReading], kind: SampleKind) -> _Sample:
    """Mean of the readings of one sample; a state where one has none."""
    own = [r for r in readings if r.sample == kind]
    if not own:
        return _Sample(math.nan, "lost", math.nan)
    for state in ("above", "below"):
        outside = [r for r in own if r.state == state]
        if outside:
            return _Sample(math.nan, outside[0].state, outside[0].bound)
    values = [r.value for r in own if math.isfinite(r.value)]
    if not values:
        return _Sample(math.nan, "lost", math.nan)
    return _Sample(float(np.mean(values)), "measured", math.nan)


def _without_stimulus(
    groups: dict[WellKey, list[ReleaseReading]],
    excluded: dict[WellKey, str],
) -> dict[tuple[str, CultureArm], float]:
    """Mean of the wells without stimulus, by culture and arm."""
    values: dict[tuple[str, CultureArm], list[float]] = {}
    for key, own in groups.items():
        arm = key[3]
        sample = _sample(own, "stimulated")
        if not arm.stimulus and key not in excluded and math.isfinite(sample.value):
            values.setdefault((key[0], arm), []).append(sample.value)
    return {key: float(np.mean(own)) for key, own in values.items()}


def _well(
    own: Sequence[ReleaseReading],
    separate: dict[tuple[str, CultureArm], float],
    sampling: Sampling,
    scale: float,
    *,
    paired: bool,
) -> ReleaseWell:
    first = own[0]
    stimulated = _sample(own, "stimulated")
    if paired:
        basal = _sample(own, "basal")
    else:
        value = separate.get((first.culture, replace(first.arm, stimulus="")), math.nan)
        basal = _Sample(value, "measured" if math.isfinite(value) else "lost", math.nan)
    samples = {"basal": basal, "stimulated": stimulated}
    orders = [r.order for r in own if math.isfinite(r.order)]
    return ReleaseWell(
        first.culture,
        first.plate,
        first.well,
        first.arm,
        basal.value,
        stimulated.value,
        sampling.basal_amount(basal.value) * scale,
        sampling.net_amount(basal.value, stimulated.value) * scale,
        sampling.fold(basal.value, stimulated.value),
        tuple((kind, s.state) for kind, s in samples.items() if s.state != "measured"),
        {kind: s.bound for kind, s in samples.items() if math.isfinite(s.bound)},
        scale,
        float(np.mean(orders)) if orders else math.nan,
    )


def _missing(well: ReleaseWell) -> str:
    words = {"below": "is below the range", "above": "is above the range", "lost": "is missing"}
    return " and ".join(f"the {kind} sample {words[state]}" for kind, state in well.states)


def _excluded(keys: Sequence[WellKey], exclude: Sequence[tuple[str, str]]) -> dict[WellKey, str]:
    reasons = {}
    for target, reason in exclude:
        hits = [
            key
            for key in keys
            if target in (key[0], f"{key[0]}/{key[2]}", f"{key[0]}/{key[1]}/{key[2]}")
        ]
        if not hits:
            cultures = ", ".join(dict.fromkeys(key[0] for key in keys))
            raise InputError(
                f"nothing is called {target}",
                where="exclude",
                allowed=f"Cultures are {cultures}; a well is named CULTURE/WELL or "
                "CULTURE/PLATE/WELL",
            )
        reasons.update(dict.fromkeys(hits, reason))
    return reasons


def _remarks(
    sampling: Sampling,
    paired: bool,
    groups: dict[WellKey, list[ReleaseReading]],
) -> list[str]:
    remarks = []
    if paired and not sampling.has_volumes and sampling.medium == "kept":
        remarks.append(
            "no volumes are stated: net release is a difference of concentrations, and not "
            "corrected for the volume that the basal sample removed; state --well-volume and "
            "--sample-volume"
        )
    numbered = sum(key[2].startswith("#") for key in groups)
    if numbered and paired:
        remarks.append(
            f"{pluralize(numbered, 'well')} without a name: basal and stimulated samples of an arm "
            "are paired in the order of the table, which changes no mean"
        )
    return remarks
