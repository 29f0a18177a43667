"""Simulates a counted plate from true values and a layout, for teaching, tests and designs.

Binding follows the exact mass balance of sites, radioligand, competitor and non-specific binding,
at equilibrium or over time. Pipetting scatters every well, counting is Poisson, and faults can be
added. The notes of the plate state that it is synthetic.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from tricyclic.assays.binding.radioactivity import signal_per_M
from tricyclic.core.conditions import BindingConditions
from tricyclic.core.experiment_plan import TrueValues
from tricyclic.core.format import format_number
from tricyclic.core.plate import PLATE_SHAPES, Plate, Role, Well, in_row_order
from tricyclic.core.plate_layout import PlateLayout
from tricyclic.errors import InputError
from tricyclic.numerics.binding_over_time import bound_over_time
from tricyclic.numerics.equilibrium import solve_one_site, solve_sites

Floats = np.ndarray
Design = Literal[
    "equilibrium", "as_incubated", "association", "dissociation", "association_then_dissociation"
]


@dataclass(frozen=True)
class PlateFaults:
    """Faults of a plate, as shares of the net signal; 0 for none.

    Parameters
    ----------
    edge : float
        Added in wells at the edge (-0.2: they read 20 % less).
    row_drift, column_drift : float
        Difference between the first and the last row or column, centred on the middle.
    controls : float
        Added in total wells alone, as for another batch of membranes.
    """

    edge: float = 0.0
    row_drift: float = 0.0
    column_drift: float = 0.0
    controls: float = 0.0

    def description(self) -> str:
        """The faults in words; empty where there are none."""
        named = {
            "edge": self.edge,
            "row drift": self.row_drift,
            "column drift": self.column_drift,
            "control wells": self.controls,
        }
        return ", ".join(f"{name} {100 * share:+.3g} %" for name, share in named.items() if share)


NO_FAULTS = PlateFaults()


def one_run(
    truth: TrueValues,
    rng: np.random.Generator,
    *,
    sd_log10_ki: float = 0.0,
    sd_log10_bmax: float = 0.0,
) -> TrueValues:
    """True values of one independent run: Ki and Bmax with their variation between days.

    The Ki of each compound varies independently; groups vary together, because they share the
    membranes of the day.
    """
    ki = {
        name: float(value * 10 ** rng.normal(0.0, sd_log10_ki))
        for name, value in truth.ki_nM.items()
    }
    density = float(10 ** rng.normal(0.0, sd_log10_bmax))
    return replace(
        truth,
        ki_nM=ki,
        bmax_fmol_per_mg=truth.bmax_fmol_per_mg * density,
        group_bmax_fmol_per_mg={
            name: value * density for name, value in truth.group_bmax_fmol_per_mg.items()
        },
    )


def simulate_plate(
    conditions: BindingConditions,
    layout: PlateLayout | Sequence[Well],
    truth: TrueValues,
    rng: np.random.Generator,
    *,
    size: int = 96,
    name: str = "simulated",
    cv: float = 0.04,
    counting_time_min: float | None = None,
    unit: Literal["cpm", "dpm", "counts"] = "cpm",
    design: Design = "equilibrium",
    switch_min: float | None = None,
    faults: PlateFaults = NO_FAULTS,
) -> Plate:
    """Simulate the readings of a plate.

    Parameters
    ----------
    conditions : BindingConditions
        Volume, protein, specific activity, efficiency, background and radioligand are used.
    layout : PlateLayout or sequence of Well
        Role, compound, concentrations and times of the wells; readings are ignored, empty wells are
        omitted.
    truth : TrueValues
    rng : Generator
    size : int
        Wells of the plate, where `layout` is a sequence.
    name : str
        Of the plate.
    cv : float
        Scatter of a well by pipetting, as a share of its net signal.
    counting_time_min : float, optional
        Counting time; default: that of the conditions.
    unit : {"cpm", "dpm", "counts"}
        Of the readings, background included.
    design : str
        "equilibrium"; "as_incubated": after the incubation time of the wells, from the rates;
        "association", "dissociation" (the time of a well counts from the end of the incubation),
        "association_then_dissociation" (association stops at `switch_min`).
    switch_min : float, optional
        For the last design.
    faults : PlateFaults
        Faults to add.

    Returns
    -------
    Plate
        Its notes state that it is synthetic, and from which true values.

    Raises
    ------
    InputError
        If a number that the simulation needs is missing.
    """
    if not 0 <= cv < 1:
        raise InputError(f"cv is {cv:g}", allowed="A share from 0 to below 1, such as 0.05")
    assay = replace(conditions, counting_time_min=counting_time_min or conditions.counting_time_min)
    time = assay.counting_time_min
    per_molar = signal_per_M(assay, "cpm")
    if per_molar is None or time is None or assay.protein_ug is None:
        raise InputError(
            "the counts cannot be simulated",
            where=name,
            do="Provide counting time, efficiency, specific activity, volume and protein",
        )
    if isinstance(layout, PlateLayout):
        size = layout.size
    wells = layout.planned_wells.values() if isinstance(layout, PlateLayout) else layout
    planned = in_row_order(well for well in wells if well.role is not Role.EMPTY)
    if not planned:
        raise InputError("the layout has no wells", where=name)
    bound_M = bound_in_wells(assay, planned, truth, design=design, switch_min=switch_min)
    net = per_molar * bound_M * _faulty(planned, size, faults)
    net *= np.maximum(1.0 + cv * rng.standard_normal(net.size), 0.0)
    counts = rng.poisson((net + (assay.background_cpm or 0.0)) * time)
    efficiency = assay.counting_efficiency.value if assay.counting_efficiency else 1.0
    values = counts / {"counts": 1.0, "cpm": time, "dpm": time * efficiency}[unit]
    added = f"; faults added: {faults.description()}" if faults.description() else ""
    note = (
        "synthetic data made by the plate simulator of tricyclic, true values: "
        f"{truth.description()}; pipetting CV {100 * cv:.3g} %, counted "
        f"{format_number(time)} min{added}"
    )
    counted = tuple(
        replace(well, value=float(value), flag="", excluded="")
        for well, value in zip(planned, values, strict=True)
    )
    return Plate(
        name=name, size=size, wells=counted, unit=unit, counting_time_min=time, notes=(note,)
    )


def bound_in_wells(
    conditions: BindingConditions,
    wells: Sequence[Well],
    truth: TrueValues,
    *,
    design: Design = "equilibrium",
    switch_min: float | None = None,
) -> Floats:
    """Radioligand on the filter of each well [M in the well], without scatter, shape (wells,).

    Wells marked `added` contain all of their radioligand, `background` wells none.
    """
    if conditions.volume_uL is None or conditions.protein_ug is None:
        raise InputError(
            "volume or protein is missing, so the concentration of sites is unknown",
            do="Provide volume_uL and protein_ug",
        )
    fmol_to_molar = conditions.protein_ug.value * 1e-3 / (conditions.volume_uL * 1e9)
    sites_M = np.array([_density(well, truth) for well in wells]) * fmol_to_molar
    tracer_M = np.array([_radioligand_nM(well, conditions) for well in wells]) * 1e-9
    mixture = _mixture(conditions, wells, truth, sites_M, tracer_M)
    kd, ns = truth.kd_nM * 1e-9, truth.nonspecific
    if conditions.mask and conditions.mask_M:
        bound, free = _under_mask(conditions, mixture, kd, ns)
    elif design == "equilibrium":
        solution = solve_one_site(
            mixture.sites_M,
            (mixture.tracer_M, mixture.competitor_M),
            (kd, mixture.ki_M),
            (ns, 0.0),
        )
        bound, free = solution.bound[0], solution.free[0]
    else:
        times_min, leaving_min = _times(conditions, wells, design, switch_min)
        bound = _over_time(mixture, truth, times_min, leaving_min)
        free = (tracer_M - bound) / (1.0 + ns)
    on_filter = bound + ns * free
    roles = np.array([well.role.value for well in wells])
    on_filter = np.where(roles == Role.ADDED.value, tracer_M, on_filter)
    return np.asarray(np.where(roles == Role.BACKGROUND.value, 0.0, on_filter))


@dataclass(frozen=True)
class _Mixture:
    """Sites and ligands in each well, shape (wells,); `ki_masked_M` is inf without binding."""

    sites_M: Floats
    tracer_M: Floats
    competitor_M: Floats
    ki_M: Floats
    ki_masked_M: Floats
    koff_per_min: Floats


def _mixture(
    conditions: BindingConditions,
    wells: Sequence[Well],
    truth: TrueValues,
    sites_M: Floats,
    tracer_M: Floats,
) -> _Mixture:
    """Wells whose NSB drug has no Ki have no free sites."""
    competitor, ki, ki_masked, koff = _competitors(conditions, wells, truth)
    binds = np.isfinite(ki)
    blocked = np.array([well.role is Role.NON_SPECIFIC for well in wells]) & ~binds
    return _Mixture(
        np.where(blocked, 0.0, sites_M),
        tracer_M,
        competitor,
        np.where(binds, ki, 1.0),
        ki_masked,
        koff,
    )


def _competitors(
    conditions: BindingConditions, wells: Sequence[Well], truth: TrueValues
) -> tuple[Floats, Floats, Floats, Floats]:
    """Concentration, Ki, Ki at the masked site [M] and koff [1/min] of the competitor in each well;
    Ki is inf where nothing binds.
    """
    own = _unlabelled(conditions.radioligand)
    rows = []
    for well in wells:
        if well.role is Role.RESPONSE:
            raise InputError(
                f"well {well.name} is a functional response",
                allowed="The simulator makes binding plates only",
            )
        compound, amount = "", 0.0
        if well.role is Role.COMPETITION:
            compound, amount = well.compound, well.concentration_M
        elif well.role is Role.NON_SPECIFIC and conditions.nsb_drug in truth.ki_nM:
            compound, amount = (
                conditions.nsb_drug,
                well.concentration_M or conditions.nsb_drug_M or 0.0,
            )
        if not compound:
            rows.append((0.0, np.inf, np.inf, 1.0))
            continue
        ki = truth.ki_nM.get(compound, truth.kd_nM if _unlabelled(compound) == own else None)
        if ki is None:
            raise InputError(
                f"the true Ki of '{compound}' is missing",
                where=f"well {well.name}",
                do="Add it to ki_nM",
            )
        masked = truth.ki_masked_nM.get(compound, np.inf)
        rows.append(
            (amount, ki * 1e-9, masked * 1e-9, truth.competitor_koff_per_min.get(compound, 1.0))
        )
    table = np.array(rows, float)
    return table[:, 0], table[:, 1], table[:, 2], table[:, 3]


def _under_mask(
    conditions: BindingConditions, mixture: _Mixture, kd: float, ns: float
) -> tuple[Floats, Floats]:
    """Bound radioligand at both sites and free radioligand, with the masking ligand [M]."""
    needed = (
        conditions.mask_kd_masked_nM,
        conditions.mask_kd_wanted_nM,
        conditions.radioligand_kd_masked_nM,
        conditions.masked_bmax_ratio,
    )
    if any(value is None for value in needed):
        raise InputError(
            "an affinity of the mask or the radioligand at the masked site, or the density of that "
            "site, is missing"
        )
    values = (number.value if number else 0.0 for number in needed)
    mask_masked, mask_wanted, kd_masked, ratio = values
    sites = mixture.sites_M
    # A competitor that does not bind at the masked site has a Ki there far above any concentration.
    ki_masked = np.where(np.isfinite(mixture.ki_masked_M), mixture.ki_masked_M, 1e6)
    solution = solve_sites(
        (sites, ratio * sites),
        (mixture.tracer_M, np.full(sites.shape, conditions.mask_M), mixture.competitor_M),
        (
            (kd, kd_masked * 1e-9),
            (mask_wanted * 1e-9, mask_masked * 1e-9),
            (mixture.ki_M, ki_masked),
        ),
        (ns, 0.0, 0.0),
    )
    return solution.bound[0].sum(axis=0), solution.free[0]


def _times(
    conditions: BindingConditions,
    wells: Sequence[Well],
    design: Design,
    switch_min: float | None,
) -> tuple[Floats, Floats]:
    """Minutes of association and of dissociation of each well, shape (wells,)."""
    incubated = conditions.incubation_min
    times = np.array([np.nan if well.time_min is None else well.time_min for well in wells])
    leaving = np.zeros(times.shape)
    if design == "dissociation":
        if incubated is None:
            raise InputError(
                "the incubation before dissociation is missing", do="Provide incubation_min"
            )
        leaving, times = np.nan_to_num(times), np.full(times.shape, incubated)
    elif design == "association_then_dissociation":
        if switch_min is None:
            raise InputError(
                "the time at which association stops is missing", do="Provide switch_min"
            )
        leaving = np.maximum(np.nan_to_num(times) - switch_min, 0.0)
        times = np.minimum(times, switch_min)
    times = np.where(np.isnan(times), np.nan if incubated is None else incubated, times)
    if np.isnan(times).any():
        raise InputError(
            "the time of some wells is missing",
            do="Provide incubation_min, or time_min in the layout",
        )
    return times, leaving


def _over_time(
    mixture: _Mixture, truth: TrueValues, times_min: Floats, leaving_min: Floats
) -> Floats:
    """Specifically bound radioligand after association and dissociation [M], shape (wells,)."""
    if truth.kon_per_M_min is None:
        raise InputError(
            "the true kon is missing, and this design depends on time", do="Add kon_per_M_min"
        )
    koff = truth.kon_per_M_min * truth.kd_nM * 1e-9
    bound = bound_over_time(
        times_min,
        mixture.sites_M,
        mixture.tracer_M,
        truth.kon_per_M_min,
        koff,
        competitor=mixture.competitor_M,
        competitor_kon=mixture.koff_per_min / mixture.ki_M,
        competitor_koff=mixture.koff_per_min,
        sink=truth.nonspecific,
    )
    return np.asarray(bound * np.exp(-koff * leaving_min))


def _faulty(wells: Sequence[Well], size: int, faults: PlateFaults) -> Floats:
    rows, columns = PLATE_SHAPES[size]
    row = np.array([well.row for well in wells])
    column = np.array([well.column for well in wells])
    rim = (row == 0) | (column == 0) | (row == rows - 1) | (column == columns - 1)
    totals = np.array([well.role is Role.TOTAL for well in wells])
    factor = 1.0 + faults.edge * rim + faults.controls * totals
    factor += faults.row_drift * (row / (rows - 1) - 0.5) + faults.column_drift * (
        column / (columns - 1) - 0.5
    )
    return np.asarray(np.maximum(factor, 0.0))


def _density(well: Well, truth: TrueValues) -> float:
    return truth.group_bmax_fmol_per_mg.get(well.group, truth.bmax_fmol_per_mg)


def _radioligand_nM(well: Well, conditions: BindingConditions) -> float:
    if well.radioligand_nM is not None:
        return well.radioligand_nM
    if conditions.radioligand_nM is None:
        raise InputError(
            "the added radioligand is missing",
            where=f"well {well.name}",
            do="Provide radioligand_nM",
        )
    return conditions.radioligand_nM.value


def _unlabelled(name: str) -> str:
    return name[name.find("]") + 1 :].strip() if name.startswith("[") else name
