"""Checks of a neurite experiment: cultures, controls, numbers of cells, scatter, density."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from tricyclic.assays.neurites.cultures import arm_key
from tricyclic.core.check import Check
from tricyclic.core.culture_arms import CultureArm
from tricyclic.core.format import format_number, format_p, list_names, pluralize
from tricyclic.core.neurites import NeuriteTable, diameters_text
from tricyclic.results.neurites import (
    CultureValue,
    NeuriteEffect,
    NeuriteFamily,
    NeuriteScatter,
    ThresholdEffect,
)
from tricyclic.stats.blocks import BlockTable, compare_within_blocks

FEW_CULTURES = 3
# A percentage of so many independent cells has a standard error of 5 points at most.
FEW_CELLS = 100
# Variance of a percentage over that of independent cells.
INFLATION = 2.0
FIELDS_P = 0.01
# Ratio of cells per field of an arm to the vehicle.
DENSITY = 1.5
DENSITY_P = 0.05
LEFT_OUT = 0.2


def neurite_checks(
    table: NeuriteTable,
    values: Sequence[CultureValue],
    primary: NeuriteFamily | None,
    stimulus: Sequence[NeuriteEffect],
    scatter: NeuriteScatter | None,
    over_thresholds: Sequence[ThresholdEffect],
    threshold: float,
) -> tuple[Check, ...]:
    """All checks of an experiment; those that apply and have nothing to state pass."""
    return (
        *_cultures(table, values, primary),
        *_stimulus(table, stimulus),
        *_cells(values, table.stimulus),
        *_fields(table, scatter),
        *_density(table, values),
        *_left_out(table),
        *_threshold(threshold, over_thresholds),
    )


def _cultures(
    table: NeuriteTable, values: Sequence[CultureValue], primary: NeuriteFamily | None
) -> Iterator[Check]:
    vehicle = CultureArm(stimulus=table.stimulus)
    cultures = dict.fromkeys(value.culture for value in values)
    lacking = [c for c in cultures if not any(v.culture == c and v.arm == vehicle for v in values)]
    yield Check(
        "neurite_vehicle",
        "pass" if not lacking else "fail" if len(lacking) == len(cultures) else "warn",
        f"without the vehicle with {table.stimulus}: culture {list_names(lacking, 6)}"
        if lacking
        else f"all cultures have the vehicle with {table.stimulus}",
        advice="Effects are within cultures; a culture without the vehicle is in none of them"
        if lacking
        else "",
    )
    if primary is None:
        return
    n = min((effect.n for effect in primary.effects), default=0)
    yield Check(
        "neurite_cultures",
        "pass" if n >= FEW_CULTURES else "fail" if n < 2 else "warn",
        f"{pluralize(n, 'culture')} in the primary comparison"
        + ("" if n >= 2 else ": there is no test and no interval"),
        value=float(n),
        limit=float(FEW_CULTURES),
        unit="cultures",
        advice="" if n >= FEW_CULTURES else "Repeat the experiment with further cultures",
    )


def _stimulus(table: NeuriteTable, effects: Sequence[NeuriteEffect]) -> Iterator[Check]:
    name = table.stimulus
    percent = next((one for one in effects if one.measure == "percent"), None)
    if percent is None:
        yield Check(
            "neurite_stimulus",
            "warn",
            f"no arm without {name}: that the neurites depend on it is not shown",
            advice=f"Include cells without {name} in each culture",
        )
        return
    works = percent.value > 0 and (percent.low > 0 or math.isnan(percent.low))
    yield Check(
        "neurite_stimulus",
        "pass" if works else "warn",
        f"{name} raises the percentage by {percent.value:.1f} points"
        + (f" ({percent.low:.1f} to {percent.high:.1f})" if math.isfinite(percent.low) else ""),
        value=percent.value,
        limit=0.0,
        unit="points",
        advice="" if works else f"Check the activity and the concentration of {name}",
    )


def _cells(values: Sequence[CultureValue], stimulus: str) -> Iterator[Check]:
    few = [value for value in values if value.cells < FEW_CELLS]
    least = min(values, key=lambda value: value.cells)
    names = [
        f"culture {value.culture}, {value.arm.label(stimulus)} ({value.cells})" for value in few
    ]
    yield Check(
        "neurite_cells",
        "warn" if few else "pass",
        f"fewer than {FEW_CELLS} cells: {list_names(names, 4)}"
        if few
        else f"{least.cells} cells or more in each arm of each culture",
        value=float(least.cells),
        limit=float(FEW_CELLS),
        unit="cells",
        advice="Count further fields" if few else "",
    )


def _fields(table: NeuriteTable, scatter: NeuriteScatter | None) -> Iterator[Check]:
    if scatter is None or math.isnan(scatter.correlation_fields):
        return
    rho = scatter.correlation_fields
    inflation = 1.0 + (scatter.cells_per_field - 1.0) * rho
    wide = inflation >= INFLATION and scatter.fields_p <= FIELDS_P
    yield Check(
        "neurite_fields",
        "warn" if wide else "pass",
        f"fields of a {'well' if any(one.well for one in table.fields) else 'culture'} scatter "
        f"{format_number(inflation)} times as much as independent cells (intraclass correlation "
        f"{format_number(rho, 2)})",
        value=inflation,
        limit=INFLATION,
        advice="More fields help more than more cells in each; check how fields are chosen, and "
        "whether cells clump"
        if wide
        else "",
    )


def _density(table: NeuriteTable, values: Sequence[CultureValue]) -> Iterator[Check]:
    """Cells per field of each drug arm against the vehicle."""
    vehicle = CultureArm(stimulus=table.stimulus)
    arms = [a for a in dict.fromkeys(v.arm for v in values) if a.drug and a.vehicle == vehicle]
    fields = {(v.culture, v.arm): v for v in values}
    cultures = list(dict.fromkeys(v.culture for v in values))
    if not arms or vehicle not in {v.arm for v in values}:
        return
    logs = np.array(
        [
            [
                math.log(fields[c, a].cells / fields[c, a].fields) if (c, a) in fields else math.nan
                for a in (vehicle, *arms)
            ]
            for c in cultures
        ]
    )
    keys = [arm_key(arm) for arm in (vehicle, *arms)]
    compared = compare_within_blocks(BlockTable(tuple(cultures), tuple(keys), logs), keys[0])
    changed = [
        (arm, math.exp(one.estimate.value), one.p_adjusted)
        for arm, one in zip(arms, compared.contrasts, strict=True)
        if one.p_adjusted <= DENSITY_P and abs(one.estimate.value) >= math.log(DENSITY)
    ]
    for arm, ratio, p in changed:
        yield Check(
            "neurite_density",
            "warn",
            f"{format_number(ratio)} times as many cells per field as with the vehicle "
            f"({format_p(p)})",
            arm.treatment,
            value=ratio,
            limit=DENSITY if ratio > 1 else 1.0 / DENSITY,
            advice="A loss of cells changes which cells are left to count, and density changes "
            "outgrowth: measure viability beside",
        )
    if not changed:
        yield Check("neurite_density", "pass", "cells per field are alike in all arms")


def _left_out(table: NeuriteTable) -> Iterator[Check]:
    fields = [one for one in table.fields if one.excluded]
    cells = [cell for cell in table.cells if cell.state == "excluded"]
    share = len(cells) / len(table.cells) if table.cells else len(fields) / len(table.fields)
    what = (
        pluralize(len(cells), "cell") + f" of {len(table.cells)}"
        if table.cells
        else pluralize(len(fields), "field") + f" of {len(table.fields)}"
    )
    yield Check(
        "neurite_left_out",
        "warn" if share > LEFT_OUT else "pass",
        f"{what} left out",
        value=100.0 * share,
        limit=100.0 * LEFT_OUT,
        unit="%",
        advice="See the reasons; what is left out must not depend on the arm"
        if share > LEFT_OUT
        else "",
    )


def _threshold(threshold: float, over: Sequence[ThresholdEffect]) -> Iterator[Check]:
    if math.isnan(threshold):
        yield Check(
            "neurite_threshold",
            "warn",
            "the length of a neurite that counts is not stated",
            advice="Add --threshold 1 (in soma diameters), which the methods text then states",
        )
        return
    changed = []
    for arm in dict.fromkeys(one.arm for one in over):
        own = {one.threshold: one for one in over if one.arm == arm}
        clear = [one for k, one in own.items() if k in (1.0, 2.0) and one.low * one.high > 0]
        if len({one.difference > 0 for one in clear}) > 1:
            changed.append(arm.treatment)
    yield Check(
        "neurite_threshold",
        "warn" if changed else "pass",
        f"the effect changes its sign between thresholds of 1 and 2: {list_names(changed, 4)}"
        if changed
        else f"a neurite counts from {diameters_text(threshold)} on",
        advice="Report the curve over thresholds" if changed else "",
    )
