"""Plate layouts of a planned experiment, and the readings that they are expected to give."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import numpy as np

from tricyclic.assays.binding.radioactivity import signal_per_M
from tricyclic.assays.binding.simulate_plate import bound_in_wells
from tricyclic.core.conditions import BindingConditions
from tricyclic.core.experiment_plan import ExperimentPlan
from tricyclic.core.plate import PLATE_SHAPES, Plate, Role, Well, row_letters
from tricyclic.core.plate_layout import PlateLayout, WellBlock
from tricyclic.errors import InputError

# Dilution factor of a half-log series as it is pipetted.
HALF_LOG = 3.16


def sites_M(conditions: BindingConditions, bmax_fmol_per_mg: float) -> float:
    """Concentration of sites in the well [M] for a density of sites in the membranes."""
    if conditions.protein_ug is None or conditions.volume_uL is None:
        raise InputError(
            "protein and volume of a well are missing", do="Provide protein_ug and volume_uL"
        )
    return bmax_fmol_per_mg * conditions.protein_ug.value * 1e-3 / (conditions.volume_uL * 1e9)


def expected_plate(
    plan: ExperimentPlan, wells: Sequence[Well] = (), *, name: str = "planned"
) -> Plate:
    """Readings of the plate without any scatter [cpm].

    Parameters
    ----------
    plan : ExperimentPlan
    wells : sequence of Well, optional
        Other wells than the planned ones, named as on the largest plate.
    name : str
        Name of the plate.
    """
    used = tuple(wells) or plan.wells
    size = max(PLATE_SHAPES) if wells else plan.layout.size
    per_molar = signal_per_M(plan.conditions, "cpm")
    if per_molar is None:
        raise InputError(
            "amounts cannot be converted to counts",
            do="Provide volume, specific activity and counting efficiency",
        )
    design: Literal["as_incubated", "equilibrium"] = (
        "as_incubated" if plan.as_incubated else "equilibrium"
    )
    bound = bound_in_wells(plan.conditions, used, plan.truth, design=design)
    cpm = per_molar * bound + (plan.conditions.background_cpm or 0.0)
    return Plate(
        name=name,
        size=size,
        unit="cpm",
        counting_time_min=plan.conditions.counting_time_min,
        wells=tuple(
            replace(well, value=float(value)) for well, value in zip(used, cpm, strict=True)
        ),
        notes=("expected readings of a planned plate; nothing was measured",),
    )


def competition_layout(
    size: int,
    compound: str,
    top_M: float,
    points: int,
    replicates: int,
    totals: int,
    nonspecific: int,
    *,
    dilution: float = HALF_LOG,
) -> PlateLayout:
    """Lay out a competition: the series across, replicates below one another, controls among them.

    Parameters
    ----------
    size : int
        Wells of the plate.
    compound : str
    top_M, dilution : float
        Highest concentration [M], and the dilution factor.
    points, replicates, totals, nonspecific : int
        Concentrations, wells of each, and control wells of either kind.

    Raises
    ------
    InputError
        If the plate is too small.
    """
    rows, columns = _shape(size)
    lines = math.ceil(points / columns)
    per_line = math.ceil(points / lines)
    control_rows = math.ceil((totals + nonspecific) / columns)
    series_rows = _series_rows(
        size,
        lines * replicates,
        control_rows,
        f"{points} concentrations in {replicates} replicates "
        f"with {totals + nonspecific} control wells",
    )
    left = (columns - per_line) // 2
    blocks = []
    for line in range(lines):
        steps = min(per_line, points - line * per_line)
        rows_of_line = series_rows[line * replicates : (line + 1) * replicates]
        top = top_M if line == 0 else float(f"{top_M / dilution ** (line * per_line):.6g}")
        blocks.append(
            WellBlock(
                ", ".join(_row_range(row, left, steps) for row in rows_of_line),
                Role.COMPETITION,
                compound=compound,
                top_M=top,
                dilution=dilution,
                points=steps,
                direction="across",
            )
        )
    first = _first_row(rows, lines * replicates + control_rows) + (lines * replicates + 1) // 2
    blocks += _control_blocks(first, columns, totals, nonspecific)
    return PlateLayout(size, tuple(blocks))


def saturation_layout(
    size: int, radioligand_nM: Sequence[float], totals: int, nonspecific: int
) -> PlateLayout:
    """Lay out a saturation: concentrations across, non-specific wells between the total ones.

    Parameters
    ----------
    size : int
        Wells of the plate.
    radioligand_nM : sequence of float
        Added radioligand, from low to high.
    totals, nonspecific : int
        Wells of each kind at each concentration.

    Raises
    ------
    InputError
        If the plate is too small.
    """
    rows, columns = _shape(size)
    levels = len(radioligand_nM)
    if levels > columns or totals + nonspecific > rows:
        raise InputError(
            f"{levels} concentrations with {totals} total and {nonspecific} non-specific wells "
            f"each do not fit a plate of {size} wells",
            where="plate_size",
            do="Take a larger plate, or fewer levels or replicates",
        )
    first, left = _first_row(rows, totals + nonspecific), (columns - levels) // 2
    order = list(range(first, first + totals + nonspecific))
    above = (totals + 1) // 2
    middle = order[above : above + nonspecific]
    outer = [row for row in order if row not in middle]
    return PlateLayout(
        size,
        tuple(
            WellBlock(
                ", ".join(_row_range(row, left, levels) for row in rows_of_role),
                role,
                radioligand_nM=tuple(radioligand_nM),
                direction="across",
            )
            for role, rows_of_role in ((Role.TOTAL, outer), (Role.NON_SPECIFIC, middle))
        ),
    )


def half_log_tops(lowest_M: float, highest_M: float) -> tuple[float, ...]:
    """Practical highest concentrations of a series, 1 and 3 of each decade within a range [M]."""
    decades = range(math.floor(math.log10(lowest_M)), math.ceil(math.log10(highest_M)) + 1)
    every = (float(f"{digit}e{decade}") for decade in decades for digit in (1, 3))
    return tuple(top for top in every if lowest_M <= top <= highest_M)


def steps_down(top_M: float, points: int, dilution: float = HALF_LOG) -> np.ndarray:
    """The concentrations of a series from the top down, shape (points,)."""
    return np.asarray(top_M / dilution ** np.arange(points))


def _control_blocks(first: int, columns: int, totals: int, nonspecific: int) -> list[WellBlock]:
    """Total and non-specific wells, from row `first` on."""
    cells = _control_cells(first, columns, totals + nonspecific)
    # Spread evenly, so that a drift over the plate does not look like a window between the
    # controls.
    step = nonspecific / len(cells)
    roles = [
        Role.NON_SPECIFIC
        if math.floor((k + 1.5) * step) > math.floor((k + 0.5) * step)
        else Role.TOTAL
        for k in range(len(cells))
    ]
    blocks = []
    for role in (Role.TOTAL, Role.NON_SPECIFIC):
        names = [
            f"{row_letters(row)}{column + 1}"
            for (row, column), cell_role in zip(cells, roles, strict=True)
            if cell_role is role
        ]
        if names:
            blocks.append(WellBlock(", ".join(names), role))
    return blocks


def _shape(size: int) -> tuple[int, int]:
    if size not in PLATE_SHAPES:
        raise InputError(
            f"a plate of {size} wells",
            where="plate_size",
            allowed=f"Plates have {', '.join(map(str, PLATE_SHAPES))} wells",
        )
    return PLATE_SHAPES[size]


def _first_row(rows: int, used: int) -> int:
    return (rows - used) // 2


def _series_rows(size: int, series_rows: int, control_rows: int, what: str) -> list[int]:
    """Rows of the series: in the middle of the plate, with the rows of the controls among them."""
    rows, _ = _shape(size)
    used = series_rows + control_rows
    if used > rows:
        raise InputError(
            f"{what} need {used} rows of a plate of {size} wells, which has {rows}",
            where="plate_size",
            do="Take a larger plate, or fewer replicates",
        )
    first = _first_row(rows, used)
    above = (series_rows + 1) // 2
    return [first + k + (control_rows if k >= above else 0) for k in range(series_rows)]


def _row_range(row: int, left: int, wells: int) -> str:
    return f"{row_letters(row)}{left + 1}:{row_letters(row)}{left + wells}"


def _control_cells(first: int, columns: int, wells: int) -> list[tuple[int, int]]:
    """Positions of the control wells, row by row, the last row centred."""
    cells = []
    for row in range(math.ceil(wells / columns)):
        in_row = min(columns, wells - row * columns)
        left = (columns - in_row) // 2
        cells += [(first + row, left + k) for k in range(in_row)]
    return cells
