"""From concentrations, replicates and the size of a plate to a plan: who sits where, and what is taken to be true.

A Plan is all that a simulated experiment needs: conditions, truth, layout, scatter of wells and of runs.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from tricyclic.assays.binding.radioactivity import signal_per_M
from tricyclic.assays.binding.simulate_plate import Truth, bound_in_wells
from tricyclic.core.conditions import BindingConditions
from tricyclic.core.plate import PLATE_SHAPES, Plate, Role, Well, row_letters
from tricyclic.core.plate_layout import Block, Layout
from tricyclic.errors import InputError

DesignKind = Literal["competition", "saturation"]

HALF_LOG = 3.16  # what a bench divides by for half a decade
FEWEST_CONTROLS = 3


@dataclass(frozen=True)
class Plan:
    """An experiment before it is done.

    Parameters
    ----------
    kind : {"competition", "saturation"}
    conditions : BindingConditions
        What the wells will be incubated and counted with; all that a simulation needs is stated.
    truth : Truth
        What is expected to be true.
    layout : Layout
        Which well will hold what.
    compound : str
        Whose Ki is sought; empty in a saturation.
    cv : float
        Pipetting scatter of a well, as a share of its net signal.
    runs : int
        Independent runs, one plate each.
    between_run_sd : float
        Standard deviation of the decadic logarithm of Ki (or Kd and Bmax) from run to run.
    as_incubated : bool
        Whether wells are read when the incubation ends rather than at equilibrium; needs the rates.
    """

    kind: DesignKind
    conditions: BindingConditions
    truth: Truth
    layout: Layout
    compound: str = ""
    cv: float = 0.05
    runs: int = 3
    between_run_sd: float = 0.1
    as_incubated: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.cv < 1:
            raise InputError(
                f"the CV of wells is {self.cv:g}",
                where="cv",
                allowed="A share from 0 to below 1, such as 0.05 or 5%",
            )
        if not 1 <= self.runs <= 100:
            raise InputError(f"{self.runs} runs are planned", where="runs", allowed="1 to 100")
        if not 0 <= self.between_run_sd <= 2:
            raise InputError(
                f"the SD between runs is {self.between_run_sd:g}",
                where="between-run-sd",
                allowed="Decadic logarithms from 0 to 2, such as 0.1 for 26 %",
            )

    @property
    def asked(self) -> tuple[tuple[str, str], ...]:
        """What is sought: name of the estimate, and of the fitted parameter."""
        if self.kind == "competition":
            return (("Ki", "log10_ki"),)
        return (("Kd", "log10_kd"), ("Bmax", "log10_bmax"))

    def true(self, name: str) -> float:
        """The truth that an estimate should find: Ki and Kd in nM, Bmax in fmol/mg."""
        if name == "Ki":
            return self.truth.ki_nM[self.compound]
        return self.truth.kd_nM if name == "Kd" else self.truth.bmax_fmol_per_mg

    @property
    def wells(self) -> tuple[Well, ...]:
        """Planned wells that hold something, in row order."""
        return tuple(well for well in self.layout.held.values() if well.role is not Role.EMPTY)

    @property
    def replicates(self) -> int:
        """Wells of the commonest setting of the series."""
        series = Role.COMPETITION if self.kind == "competition" else Role.TOTAL
        settings = [(w.concentration_M, w.radioligand_nM) for w in self.wells if w.role is series]
        counts = [settings.count(setting) for setting in dict.fromkeys(settings)]
        return max(counts, key=counts.count, default=0)


def sites_M(conditions: BindingConditions, bmax_fmol_per_mg: float) -> float:
    """Concentration of sites in the well [M], of a density of sites in the membranes."""
    if conditions.protein_ug is None or conditions.volume_uL is None:
        raise InputError(
            "protein and volume of a well are not stated", do="State protein_ug and volume_uL"
        )
    return bmax_fmol_per_mg * conditions.protein_ug.value * 1e-3 / (conditions.volume_uL * 1e9)


def expected_plate(plan: Plan, wells: Sequence[Well] = (), *, name: str = "planned") -> Plate:
    """The plate as it would read without any scatter [cpm].

    Parameters
    ----------
    plan : Plan
    wells : sequence of Well, optional
        Other wells than the planned ones, named as on the largest plate.
    """
    held = tuple(wells) or plan.wells
    size = max(PLATE_SHAPES) if wells else plan.layout.size
    per_molar = signal_per_M(plan.conditions, "cpm")
    if per_molar is None:
        raise InputError(
            "moles cannot become counts",
            do="State volume, specific activity and counting efficiency",
        )
    design: Literal["as_incubated", "equilibrium"] = (
        "as_incubated" if plan.as_incubated else "equilibrium"
    )
    bound = bound_in_wells(plan.conditions, held, plan.truth, design=design)
    counted = per_molar * bound + (plan.conditions.background_cpm or 0.0)
    return Plate(
        name=name,
        size=size,
        unit="cpm",
        counting_time_min=plan.conditions.counting_time_min,
        wells=tuple(
            replace(well, value=float(value)) for well, value in zip(held, counted, strict=True)
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
) -> Layout:
    """Lay out a competition: the series across, replicates below one another, controls among them.

    Parameters
    ----------
    size : int
        Wells of the plate.
    compound : str
    top_M, dilution : float
        Highest concentration [M], and what each step divides by.
    points, replicates, totals, nonspecific : int
        Concentrations, wells of each, and control wells of either kind.

    Raises
    ------
    InputError
        If the plate is too small.
    """
    rows, columns = _shape(size)
    lines = math.ceil(points / columns)
    wide = math.ceil(points / lines)
    control_rows = math.ceil((totals + nonspecific) / columns)
    series_rows = _fit_in(
        size,
        lines * replicates,
        control_rows,
        f"{points} concentrations in {replicates} replicates with {totals + nonspecific} control wells",
    )
    left = (columns - wide) // 2
    blocks = []
    for line in range(lines):
        held = min(wide, points - line * wide)
        where = ", ".join(
            _run(row, left, held)
            for row in series_rows[line * replicates : (line + 1) * replicates]
        )
        top = top_M if line == 0 else float(f"{top_M / dilution ** (line * wide):.6g}")
        blocks.append(
            Block(
                where,
                Role.COMPETITION,
                compound=compound,
                top_M=top,
                dilution=dilution,
                points=held,
                direction="across",
            )
        )
    first = _first_row(rows, lines * replicates + control_rows) + (lines * replicates + 1) // 2
    cells = _cells(first, columns, totals + nonspecific)
    # Spread evenly, so that a drift over the plate is not taken for a window between the controls.
    step = nonspecific / len(cells)
    roles = [
        Role.NON_SPECIFIC
        if math.floor((k + 1.5) * step) > math.floor((k + 0.5) * step)
        else Role.TOTAL
        for k in range(len(cells))
    ]
    for role in (Role.TOTAL, Role.NON_SPECIFIC):
        named = [
            f"{row_letters(r)}{c + 1}"
            for (r, c), held_role in zip(cells, roles, strict=True)
            if held_role is role
        ]
        if named:
            blocks.append(Block(", ".join(named), role))
    return Layout(size, tuple(blocks))


def saturation_layout(
    size: int, radioligand_nM: Sequence[float], totals: int, nonspecific: int
) -> Layout:
    """Lay out a saturation: concentrations across, total wells above and below the non-specific ones.

    Parameters
    ----------
    size : int
        Wells of the plate.
    radioligand_nM : sequence of float
        Added radioligand, from low to high.
    totals, nonspecific : int
        Wells of each kind at each concentration.
    """
    rows, columns = _shape(size)
    levels = len(radioligand_nM)
    if levels > columns or totals + nonspecific > rows:
        raise InputError(
            f"{levels} concentrations with {totals} total and {nonspecific} non-specific wells each do not fit a plate of {size} wells",
            where="plate",
            do="Take a larger plate, or fewer levels or replicates",
        )
    first, left = _first_row(rows, totals + nonspecific), (columns - levels) // 2
    order = list(range(first, first + totals + nonspecific))
    early = (totals + 1) // 2
    middle = order[early : early + nonspecific]
    outer = [row for row in order if row not in middle]
    return Layout(
        size,
        tuple(
            Block(
                ", ".join(_run(row, left, levels) for row in held),
                role,
                radioligand_nM=tuple(radioligand_nM),
                direction="across",
            )
            for role, held in ((Role.TOTAL, outer), (Role.NON_SPECIFIC, middle))
        ),
    )


def half_log_tops(lowest_M: float, highest_M: float) -> tuple[float, ...]:
    """Concentrations a bench would start a series from, 1 and 3 of each decade within a range [M]."""
    decades = range(math.floor(math.log10(lowest_M)), math.ceil(math.log10(highest_M)) + 1)
    every = (float(f"{digit}e{decade}") for decade in decades for digit in (1, 3))
    return tuple(top for top in every if lowest_M <= top <= highest_M)


def steps_down(top_M: float, points: int, dilution: float = HALF_LOG) -> np.ndarray:
    """The concentrations of a series from the top down, shape (points,)."""
    return np.asarray(top_M / dilution ** np.arange(points))


def _shape(size: int) -> tuple[int, int]:
    if size not in PLATE_SHAPES:
        raise InputError(
            f"a plate of {size} wells",
            where="plate",
            allowed=f"Plates have {', '.join(map(str, PLATE_SHAPES))} wells",
        )
    return PLATE_SHAPES[size]


def _first_row(rows: int, used: int) -> int:
    return (rows - used) // 2


def _fit_in(size: int, series_rows: int, control_rows: int, what: str) -> list[int]:
    """Rows of the series: in the middle of the plate, with the controls' rows among them."""
    rows, _ = _shape(size)
    used = series_rows + control_rows
    if used > rows:
        raise InputError(
            f"{what} need {used} rows of a plate of {size} wells, which has {rows}",
            where="plate",
            do="Take a larger plate, or fewer replicates",
        )
    first = _first_row(rows, used)
    early = (series_rows + 1) // 2
    return [first + k + (control_rows if k >= early else 0) for k in range(series_rows)]


def _run(row: int, left: int, wells: int) -> str:
    return f"{row_letters(row)}{left + 1}:{row_letters(row)}{left + wells}"


def _cells(first: int, columns: int, wells: int) -> list[tuple[int, int]]:
    """Places of the control wells, row by row, the last row in its middle."""
    cells = []
    for row in range(math.ceil(wells / columns)):
        held = min(columns, wells - row * columns)
        left = (columns - held) // 2
        cells += [(first + row, left + k) for k in range(held)]
    return cells
