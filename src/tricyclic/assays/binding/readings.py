"""Readings of a plate as they are fitted: one Series of raw readings per compound.

Totals, non-specific wells and competition wells stay as they were counted. Nothing is subtracted or
normalised; the background of the counter and the factor from amounts to counts are fixed values of
the fit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from tricyclic.assays.binding.radioactivity import background_in, counting_variance, signal_per_M
from tricyclic.core.conditions import BindingConditions, MeasuredValue
from tricyclic.core.format import pluralize
from tricyclic.core.plate import Plate, Role, Well
from tricyclic.core.protocol import AssayKind
from tricyclic.core.series import Series
from tricyclic.errors import InputError

NEEDED: dict[str, tuple[Role, ...]] = {
    "competition": (Role.TOTAL, Role.NON_SPECIFIC, Role.COMPETITION),
    "homologous": (Role.COMPETITION,),
    "saturation": (Role.TOTAL, Role.NON_SPECIFIC),
    "association": (Role.TOTAL,),
    "dissociation": (Role.TOTAL,),
    "association_then_dissociation": (Role.TOTAL,),
    "competitive_association": (Role.TOTAL, Role.COMPETITION),
    "schild": (Role.RESPONSE,),
    "allosteric": (Role.TOTAL, Role.NON_SPECIFIC),
}
_ROLE_LABELS = {
    Role.TOTAL: "total binding",
    Role.NON_SPECIFIC: "non-specific binding",
    Role.COMPETITION: "competition",
    Role.RESPONSE: "response",
}


@dataclass(frozen=True)
class PlateReadings:
    """Readings of a plate for a fit: one Series per compound, and the fixed values.

    `series` has one entry per compound. The first also has the control wells, except non-specific
    wells that were defined with a compound of the plate, which are with that compound. `fixed` are
    values of fixed parameters; `counts` is whether the readings have counting errors, and
    `counted_radioligand` whether the radioligand added was counted on the plate.
    """

    series: tuple[tuple[str, Series], ...]
    fixed: dict[str, float]
    conditions: BindingConditions
    counts: bool
    counted_radioligand: bool = False


def plate_readings(
    plate: Plate,
    conditions: BindingConditions,
    kind: AssayKind,
    *,
    experiment: str = "",
    group: str = "",
) -> PlateReadings:
    """Series of raw readings from the used wells of a plate.

    Parameters
    ----------
    plate : Plate
        With roles assigned.
    conditions : BindingConditions
        How the wells were incubated and counted.
    kind : AssayKind
        What was varied.
    experiment, group : str
        Independent run, and condition, of the plate.

    Raises
    ------
    InputError
        If wells that this kind of assay needs are missing, all readings are equal, or a reading is
        negative.
    """
    _check_wells(plate, kind)
    unit, factor = _rate(plate, conditions)
    assay = _with_counting_time(plate, conditions)
    added = radioligand_added(plate, assay)
    if added is not None:
        assay = replace(assay, radioligand_nM=added).with_origin("counted", "radioligand_nM")
    used = [well for well in plate.used() if well.role not in (Role.BACKGROUND, Role.ADDED)]
    groups = sorted({well.group for well in used})
    if len(groups) > 1:
        raise InputError(
            f"the wells belong to {len(groups)} groups "
            f"({', '.join(name or 'none' for name in groups)})",
            where=plate.name,
            do="Analyse each group by itself: plates_by_group",
        )
    values = np.array([well.value for well in used])
    if np.ptp(values) == 0:
        raise InputError(
            f"all {values.size} wells read {values[0]:g}",
            where=plate.name,
            allowed="The readings of a plate differ",
            do="Check the file: a column of settings may have been read as counts",
        )
    noise = counting_variance(assay, unit)
    counted = _counted_radioligand(plate, assay)
    used = [_with_counted(well, assay, counted) for well in used]
    competing = (Role.COMPETITION, Role.RESPONSE)
    names = sorted({well.compound for well in used if well.role in competing}) or [""]
    blocker = _blocker(names, assay)
    series = []
    for k, compound in enumerate(names):
        wells = [well for well in used if well.role in competing and well.compound == compound]
        wells += [well for well in used if well.role is Role.TOTAL and k == 0]
        wells += [
            well
            for well in used
            if well.role is Role.NON_SPECIFIC and compound == (blocker or names[0])
        ]
        dose = assay.nsb_drug_M or 0.0 if blocker == compound else 0.0
        readings = _series(
            plate, wells, assay, unit, factor, noise, experiment, group, compound, dose
        )
        series.append((compound, readings))
    return PlateReadings(
        tuple(series),
        known_values(assay, unit, _background(plate, assay, unit, factor)),
        assay,
        noise is not None,
        bool(counted),
    )


def known_values(assay: BindingConditions, unit: str, background: float) -> dict[str, float]:
    """Values of the parameters of a curve that the conditions provide.

    Parameters
    ----------
    assay : BindingConditions
    unit : str
        Of the readings; with the conditions it determines the reading of one molar.
    background : float
        Of the counter, in `unit`.
    """
    fixed: dict[str, float] = {"background": background}
    per_molar = signal_per_M(assay, unit)
    if per_molar is not None:
        fixed["signal_per_M"] = per_molar
    if assay.radioligand_kd_nM is not None:
        fixed["log10_kd"] = float(np.log10(assay.radioligand_kd_nM.value * 1e-9))
    if assay.dissociation_start_min is not None:
        fixed["switch_min"] = assay.dissociation_start_min
    return fixed


def plates_by_group(plate: Plate) -> tuple[tuple[str, Plate], ...]:
    """One plate for each group of its layout; wells without a group (background, radioligand
    solution, shared controls) are part of each.

    A plate with fewer than two groups is returned unchanged, under its own name.
    """
    named = sorted({well.group for well in plate.used() if well.group})
    if len(named) < 2:
        return ((named[0] if named else "", _ungrouped(plate, plate.name, named)),)
    first, *others = (_ungrouped(plate, f"{plate.name} {group}", [group]) for group in named)
    # What concerns the whole plate is reported once.
    parts = (first, *(replace(part, unassigned=()) for part in others))
    return tuple(zip(named, parts, strict=True))


def _ungrouped(plate: Plate, name: str, groups: Sequence[str]) -> Plate:
    kept = tuple(replace(well, group="") for well in plate.wells if well.group in ("", *groups))
    return replace(plate, name=name, wells=kept)


def radioligand_added(plate: Plate, conditions: BindingConditions) -> MeasuredValue | None:
    """Added radioligand as counted in the `added` wells [nM]; None where there are none, or several
    concentrations.

    These wells contain the radioligand solution itself, unfiltered, in the volume of a well.
    """
    counted = _counted_radioligand(plate, conditions)
    return next(iter(counted.values())) if len(counted) == 1 else None


def _counted_radioligand(
    plate: Plate, conditions: BindingConditions
) -> dict[float | None, MeasuredValue]:
    """Radioligand in the `added` wells [nM], by nominal concentration (None: that of the assay)."""
    unit, factor = _rate(plate, conditions)
    per_molar = signal_per_M(conditions, unit)
    wells = plate.used(Role.ADDED)
    if not wells or per_molar is None:
        return {}
    background = _background(plate, conditions, unit, factor)
    counted: dict[float | None, MeasuredValue] = {}
    for nominal in dict.fromkeys(well.radioligand_nM for well in wells):
        same = np.array([well.value for well in wells if well.radioligand_nM == nominal])
        nM = (same * factor - background) / per_molar * 1e9
        if not (nM > 0).all():
            raise InputError(
                "wells of the radioligand solution read no more than background",
                where=plate.name,
                do="Check the file, or remove the wells from the layout",
            )
        se = float(np.std(nM, ddof=1) / np.sqrt(nM.size)) if nM.size > 1 else 0.0
        source = f"counted in {pluralize(nM.size, 'well')} of the radioligand solution"
        counted[nominal] = MeasuredValue(float(np.mean(nM)), "nM", se, source, per_run=True)
    return counted


def _with_counted(
    well: Well, conditions: BindingConditions, counted: dict[float | None, MeasuredValue]
) -> Well:
    """The well with the radioligand that was counted for its nominal concentration, if any."""
    of_assay = conditions.radioligand_nM.value if conditions.radioligand_nM is not None else None
    for nominal, measured in counted.items():
        both = (nominal, well.radioligand_nM)
        same = nominal == well.radioligand_nM or (None in both and of_assay in both)
        if same:
            return replace(well, radioligand_nM=measured.value)
    return well


def _blocker(names: Sequence[str], conditions: BindingConditions) -> str:
    """The compound of the plate that also defines its non-specific wells, which are then part of
    its curve.
    """
    drug = conditions.nsb_drug.strip().lower()
    same = [name for name in names if name and name.strip().lower() == drug]
    return same[0] if same and conditions.nsb_drug_M else ""


def _check_wells(plate: Plate, kind: AssayKind) -> None:
    for role in NEEDED[kind]:
        if not plate.used(role):
            needed = ", ".join(_ROLE_LABELS[one] for one in NEEDED[kind])
            compounds = dict.fromkeys(
                w.compound for w in plate.used(Role.COMPETITION) if w.compound
            )
            read = f"; compounds were read: {', '.join(compounds)}" if compounds else ""
            raise InputError(
                f"no used well is marked {role.value}{read}",
                where=plate.name,
                allowed=f"A {kind} assay needs {needed} wells",
                do="Mark them in the layout, or undo the exclusions",
            )
    for well in plate.used():
        if well.value < 0:
            raise InputError(
                f"well {well.name} reads {well.value:g}",
                where=plate.file or plate.name,
                allowed="Counts are 0 or more",
                do='Mark a failed well as "excluded"',
            )
        if well.role is Role.COMPETITION and kind == "competition" and well.concentration_M <= 0:
            raise InputError(
                f"competition well {well.name} has a concentration of {well.concentration_M:g}",
                where=plate.name,
                allowed="Concentrations in competition wells are above 0",
                do="Mark wells without competitor as total",
            )


def _rate(plate: Plate, conditions: BindingConditions) -> tuple[str, float]:
    """Unit of the readings and the factor of the raw values: counts become counts per minute."""
    time = _with_counting_time(plate, conditions).counting_time_min
    if plate.unit == "counts" and time:
        return "cpm", 1.0 / time
    return plate.unit, 1.0


def _with_counting_time(plate: Plate, conditions: BindingConditions) -> BindingConditions:
    """The conditions with the counting time of the raw file, unless another was stated."""
    stated = conditions.counting_time_min is not None
    if not plate.counting_time_min or (stated and not conditions.is_default("counting_time_min")):
        return conditions
    changed = replace(conditions, counting_time_min=plate.counting_time_min)
    return changed.with_origin("raw file", "counting_time_min")


def _background(plate: Plate, conditions: BindingConditions, unit: str, factor: float) -> float:
    wells = plate.used(Role.BACKGROUND)
    if wells:
        return float(np.mean([well.value for well in wells])) * factor
    return background_in(conditions, unit) or 0.0


def _series(
    plate: Plate,
    wells: Sequence[Well],
    conditions: BindingConditions,
    unit: str,
    factor: float,
    noise: tuple[float, float] | None,
    experiment: str,
    group: str,
    compound: str,
    displacer_M: float,
) -> Series:
    nominal = conditions.radioligand_nM.value if conditions.radioligand_nM is not None else 0.0
    time = conditions.incubation_min or 0.0
    competing = [well.role in (Role.COMPETITION, Role.RESPONSE) for well in wells]
    x = {
        "competitor_M": [
            w.concentration_M if c else 0.0 for w, c in zip(wells, competing, strict=True)
        ],
        "radioligand_M": [
            (nominal if w.radioligand_nM is None else w.radioligand_nM) * 1e-9 for w in wells
        ],
        "specific": [0.0 if w.role is Role.NON_SPECIFIC else 1.0 for w in wells],
        "time_min": [time if w.time_min is None else w.time_min for w in wells],
        "modulator_M": [w.modulator_M or (conditions.mask_M or 0.0) for w in wells],
    }
    if displacer_M > 0:
        x["displacer_M"] = [displacer_M if w.role is Role.NON_SPECIFIC else 0.0 for w in wells]
    if any(w.role is Role.RESPONSE for w in wells):
        x |= {"agonist_M": x["competitor_M"], "antagonist_M": [w.modulator_M for w in wells]}
    slope, offset = noise if noise is not None else (None, None)
    file = plate.file or plate.name
    return Series(
        name=f"{plate.name} {compound}".strip(),
        y=np.array([w.value for w in wells]) * factor,
        y_unit=unit,
        x={key: np.array(column) for key, column in x.items()},
        experiment=experiment or plate.name,
        group=group,
        labels=tuple(f"{file} {w.name}" for w in wells),
        counting_slope=None if slope is None else np.full(len(wells), slope),
        counting_offset=None if offset is None else np.full(len(wells), offset),
    )
