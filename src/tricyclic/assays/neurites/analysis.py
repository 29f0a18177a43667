"""Analysis of a table of neurites: cultures, effects, curves, checks."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tricyclic.assays.neurites.checks import neurite_checks
from tricyclic.assays.neurites.cultures import arm_summaries, culture_values
from tricyclic.assays.neurites.dose_response import dose_responses
from tricyclic.assays.neurites.effects import (
    EffectSettings,
    antagonist_effects,
    contrast_effect,
    drug_arms,
    effect_families,
    stimulus_effects,
    zeros_in_odds,
)
from tricyclic.assays.neurites.methods import neurite_methods
from tricyclic.assays.neurites.scatter import scatter_of
from tricyclic.core.culture_arms import CultureArm
from tricyclic.core.format import list_names, pluralize
from tricyclic.core.neurites import FieldCount, NeuriteCell, NeuriteTable, table_of_cells
from tricyclic.errors import InputError
from tricyclic.results.neurites import (
    CultureValue,
    Measure,
    NeuriteFamily,
    NeuritesResult,
    ThresholdEffect,
)
from tricyclic.stats.blocks import BlockError


@dataclass(frozen=True)
class NeuriteSettings:
    """How a table of neurites is analysed.

    Parameters
    ----------
    threshold : float
        Length of a neurite that counts, in soma diameters; nan: as the counts of the table.
    primary : {"percent", "odds", "longest", "total"}
    primary_arm : str
        Label of the arm of the primary comparison ("imipramine 1 uM"); "" for all drug arms.
    error : {"own", "pooled"}
    exclude : tuple of (str, str)
        Cultures, or "culture/well", "culture/well/field", with the reason.
    confidence : float
    title : str
    """

    threshold: float = math.nan
    primary: Measure = "percent"
    primary_arm: str = ""
    error: BlockError = "own"
    exclude: tuple[tuple[str, str], ...] = ()
    confidence: float = 0.95
    title: str = ""


def analyse_neurites(
    table: NeuriteTable, settings: NeuriteSettings | None = None
) -> NeuritesResult:
    """Values of cultures, and the effects of drugs, stimulus and antagonists on them.

    Parameters
    ----------
    table : NeuriteTable
    settings : NeuriteSettings, optional

    Raises
    ------
    InputError
        If no field is used, the threshold is none of the counts of the table, or the measure or
        arm of the primary result is not there.
    """
    settings = settings or NeuriteSettings()
    table = with_exclusions(table, settings.exclude)
    at, threshold = _threshold(table, settings.threshold)
    values = culture_values(table, at)
    if not values:
        reasons = Counter(one.excluded for one in table.fields)
        raise InputError(
            f"no field is used ({list_names([f'{r}: {n}' for r, n in reasons.items()], 4)})",
            where=table.file,
            do="Correct the counts",
        )
    how = EffectSettings(
        table.stimulus,
        settings.primary,
        _primary_arm(values, table.stimulus, settings.primary_arm),
        settings.error,
        settings.confidence,
    )
    _check_primary(values, settings.primary, table.file)
    families = effect_families(values, how)
    stimulus = stimulus_effects(values, how)
    scatter = scatter_of(table, values, at)
    over = _over_thresholds(table, settings)
    primary = next((family for family in families if family.primary), None)
    checks = neurite_checks(table, values, primary, stimulus, scatter, over, threshold)
    result = NeuritesResult(
        title=settings.title,
        table=table,
        threshold=threshold,
        stimulus=table.stimulus,
        vehicle=CultureArm(stimulus=table.stimulus).label(table.stimulus),
        values=values,
        summaries=arm_summaries(values, confidence=settings.confidence),
        families=families,
        stimulus_effects=stimulus,
        antagonists=antagonist_effects(values, how),
        responses=dose_responses(values, how),
        over_thresholds=over,
        scatter=scatter,
        without_ambiguous=_without_ambiguous(table, at, how),
        left_out=tuple((_name(one), one.excluded) for one in table.fields if one.excluded),
        cells_left_out=_reasons(table.cells),
        remarks=_remarks(table, values),
        checks=checks,
        confidence=settings.confidence,
    )
    return replace(result, methods=neurite_methods(result))


def with_exclusions(table: NeuriteTable, exclude: Sequence[tuple[str, str]]) -> NeuriteTable:
    """The table with cultures, wells or fields left out.

    Parameters
    ----------
    table : NeuriteTable
    exclude : sequence of (str, str)
        "3", "3/A1" or "3/A1/f2", and the reason.

    Raises
    ------
    InputError
        If there is no such culture, well or field.
    """
    fields, cells = list(table.fields), list(table.cells)
    for target, reason in exclude:
        parts = target.split("/")

        def within(one: FieldCount | NeuriteCell, parts: Sequence[str] = parts) -> bool:
            return [one.culture, one.well, one.field][: len(parts)] == list(parts)

        if not any(map(within, fields)):
            raise InputError(
                f"there is no '{target}'",
                where="exclude",
                allowed="It is a culture, culture/well or culture/well/field of the table: "
                + list_names(list(dict.fromkeys(one.culture for one in fields)), 6),
            )
        fields = [replace(f, excluded=f.excluded or reason) if within(f) else f for f in fields]
        cells = [
            replace(c, state="excluded", reason=c.reason or reason) if within(c) else c
            for c in cells
        ]
    return replace(table, fields=tuple(fields), cells=tuple(cells))


def _threshold(table: NeuriteTable, wanted: float) -> tuple[int, float]:
    """Index and value of the threshold that is used."""
    known = table.thresholds
    if math.isnan(wanted):
        if 1.0 in known:
            return known.index(1.0), 1.0
        return 0, known[0]
    if wanted in known:
        return known.index(wanted), wanted
    if len(known) == 1 and math.isnan(known[0]):
        return 0, wanted
    raise InputError(
        f"is {wanted:g}",
        where="threshold",
        allowed=f"Counts are known for {', '.join(f'{k:g}' for k in known)} soma diameters",
    )


def _primary_arm(values: Sequence[CultureValue], stimulus: str, label: str) -> CultureArm | None:
    if not label:
        return None
    arms = drug_arms(values, CultureArm(stimulus=stimulus))
    by_name = {arm.label(stimulus): arm for arm in arms}
    if label not in by_name:
        raise InputError(
            f"is '{label}'",
            where="primary_arm",
            allowed=f"It is one of {list_names(list(by_name), 8) or 'no drug arm'}",
        )
    return by_name[label]


def _check_primary(values: Sequence[CultureValue], primary: Measure, where: str) -> None:
    if primary in ("longest", "total") and not any(
        math.isfinite(getattr(value, primary)) for value in values
    ):
        raise InputError(
            f"is '{primary}'",
            where="primary",
            allowed=f"{where or 'The table'} has no lengths of cells",
            do="Use percent or odds",
        )


def _over_thresholds(table: NeuriteTable, settings: NeuriteSettings) -> tuple[ThresholdEffect, ...]:
    if len(table.thresholds) < 2:
        return ()
    vehicle = CultureArm(stimulus=table.stimulus)
    out = []
    for at, k in enumerate(table.thresholds):
        values = culture_values(table, at)
        if vehicle not in {value.arm for value in values}:
            return ()
        for arm in drug_arms(values, vehicle):
            effect = contrast_effect(
                values, {arm: 1.0, vehicle: -1.0}, "", "percent", settings.confidence
            )
            out.append(
                ThresholdEffect(
                    k,
                    arm,
                    _mean(values, arm),
                    _mean(values, vehicle),
                    effect.value,
                    effect.low,
                    effect.high,
                )
            )
    return tuple(out)


def _mean(values: Sequence[CultureValue], arm: CultureArm) -> float:
    own = [value.percent for value in values if value.arm == arm]
    return sum(own) / len(own)


def _without_ambiguous(table: NeuriteTable, at: int, how: EffectSettings) -> NeuriteFamily | None:
    """The primary result from the cells alone whose neurites cross no others."""
    if not any(cell.state == "ambiguous" for cell in table.cells):
        return None
    kept = tuple(
        replace(cell, state="excluded", reason="ambiguous") if cell.state == "ambiguous" else cell
        for cell in table.cells
    )
    without = table_of_cells(
        kept,
        length_unit=table.length_unit,
        stimulus=table.stimulus,
        soma_diameter=table.soma_diameter,
        thresholds=table.thresholds,
    )
    values = culture_values(without, at)
    return next((family for family in effect_families(values, how) if family.primary), None)


def _reasons(cells: Sequence[NeuriteCell]) -> tuple[tuple[str, int], ...]:
    counted = Counter(cell.reason or "excluded" for cell in cells if cell.state == "excluded")
    return tuple(counted.most_common())


def _name(one: FieldCount) -> str:
    parts = [f"culture {one.culture}"]
    parts += [f"well {one.well}"] if one.well else []
    parts += [f"field {one.field}"] if one.field else []
    return ", ".join(parts)


def _remarks(table: NeuriteTable, values: Sequence[CultureValue]) -> tuple[str, ...]:
    remarks = []
    zeros = zeros_in_odds(values, [value.arm for value in values])
    if zeros:
        remarks.append(
            f"{pluralize(zeros, 'arm')} of a culture {'has' if zeros == 1 else 'have'} no or only "
            "positive cells: their odds are those of half a cell more on each side, and the "
            "difference of percentages is the sounder result"
        )
    arms = dict.fromkeys(value.arm for value in values)
    others = [a for a in arms if a.stimulus not in ("", table.stimulus)]
    if others:
        names = list_names([arm.label(table.stimulus) for arm in others], 6)
        remarks.append(f"arms with another stimulus are described and not compared: {names}")
    return tuple(remarks)
