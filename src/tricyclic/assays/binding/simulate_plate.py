"""From a stated truth and a plate plan to a counted plate, for teaching, for tests and to try a design.

Binding follows the exact mass balance of site, radioligand, competitor and non-specific sink, at equilibrium or over time.
Pipetting scatters every well, counting is Poisson, and faults can be put in on purpose. The plate says that it is synthetic.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from tricyclic.assays.binding.radioactivity import signal_per_M
from tricyclic.core.conditions import BindingConditions
from tricyclic.core.format import figures
from tricyclic.core.plate import PLATE_SHAPES, Plate, Role, Well, in_row_order
from tricyclic.core.plate_layout import Layout
from tricyclic.errors import InputError
from tricyclic.numerics.binding_over_time import bound_at
from tricyclic.numerics.equilibrium import many_sites, one_site

Floats = np.ndarray
Design = Literal[
    "equilibrium", "as_incubated", "association", "dissociation", "association_then_dissociation"
]


@dataclass(frozen=True)
class Truth:
    """What the simulated wells hold in truth.

    Parameters
    ----------
    kd_nM : float
        Kd of the radioligand at the wanted site.
    bmax_fmol_per_mg : float
        Density of the wanted site.
    ki_nM : mapping of str to float
        Ki of each compound on the plate; with an entry for the NSB drug, non-specific wells keep what it leaves.
        The unlabelled radioligand itself (homologous) needs none: it binds like the labelled one.
    nonspecific : float
        Radioligand that is bound non-specifically over what is free.
    bmax_of_group : mapping of str to float
        Density by group of wells ("treated"), where it differs.
    ki_masked_nM : mapping of str to float
        Ki of each compound at the masked site, where a mask is used; a compound without an entry does not bind there.
    kon_per_M_min : float or None
        Of the radioligand; its koff is kon Kd.
    competitor_koff_per_min : mapping of str to float
        Of each compound, for plates read before equilibrium; its kon is koff / Ki.
    """

    kd_nM: float
    bmax_fmol_per_mg: float
    ki_nM: Mapping[str, float] = field(default_factory=dict)
    nonspecific: float = 0.005
    bmax_of_group: Mapping[str, float] = field(default_factory=dict)
    ki_masked_nM: Mapping[str, float] = field(default_factory=dict)
    kon_per_M_min: float | None = None
    competitor_koff_per_min: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, value in (
            ("Kd", self.kd_nM),
            *((f"Ki of {k}", v) for k, v in self.ki_nM.items()),
        ):
            if not (np.isfinite(value) and value > 0):
                raise InputError(f"the true {name} is {value:g} nM", allowed="It is above 0")
        if not (self.bmax_fmol_per_mg >= 0 and self.nonspecific >= 0):
            raise InputError(
                "a true density or non-specific share is negative", allowed="Both are 0 or more"
            )

    def told(self) -> str:
        """The truth in words."""
        parts = [f"Kd {figures(self.kd_nM)} nM", f"Bmax {figures(self.bmax_fmol_per_mg)} fmol/mg"]
        parts += [
            f"Bmax of {group} {figures(v)} fmol/mg" for group, v in self.bmax_of_group.items()
        ]
        parts += [f"Ki of {name} {figures(v)} nM" for name, v in self.ki_nM.items()]
        parts += [
            f"Ki of {name} at the masked site {figures(v)} nM"
            for name, v in self.ki_masked_nM.items()
        ]
        parts += [f"kon {figures(self.kon_per_M_min)} per M and min"] if self.kon_per_M_min else []
        parts += [
            f"koff of {name} {figures(v)} per min"
            for name, v in self.competitor_koff_per_min.items()
        ]
        return ", ".join([*parts, f"non-specifically bound over free {figures(self.nonspecific)}"])


@dataclass(frozen=True)
class Faults:
    """What went wrong on the plate, as shares of the net signal; all 0 on a clean plate.

    Parameters
    ----------
    edge : float
        Added in wells at the rim (-0.2: they read 20 % less).
    row_drift, column_drift : float
        Added from the first to the last row or column, half of it below the middle and half above.
    controls : float
        Added in total wells alone, as when they got another batch of membranes.
    """

    edge: float = 0.0
    row_drift: float = 0.0
    column_drift: float = 0.0
    controls: float = 0.0

    def told(self) -> str:
        """The faults in words; empty where there are none."""
        named = {
            "edge": self.edge,
            "row drift": self.row_drift,
            "column drift": self.column_drift,
            "control wells": self.controls,
        }
        return ", ".join(f"{name} {100 * share:+.3g} %" for name, share in named.items() if share)


NO_FAULTS = Faults()


def one_run(
    truth: Truth, rng: np.random.Generator, *, sd_log10_ki: float = 0.0, sd_log10_bmax: float = 0.0
) -> Truth:
    """Give the truth of one independent run: Ki and Bmax moved by what differs between days.

    All compounds of a run move on their own; groups move together, as they share the day's membranes.
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
        bmax_of_group={name: value * density for name, value in truth.bmax_of_group.items()},
    )


def simulate_plate(
    conditions: BindingConditions,
    layout: Layout | Sequence[Well],
    truth: Truth,
    rng: np.random.Generator,
    *,
    size: int = 96,
    name: str = "simulated",
    cv: float = 0.04,
    counting_time_min: float | None = None,
    unit: Literal["cpm", "dpm", "counts"] = "cpm",
    design: Design = "equilibrium",
    switch_min: float | None = None,
    faults: Faults = NO_FAULTS,
) -> Plate:
    """Count a plate that was never pipetted.

    Parameters
    ----------
    conditions : BindingConditions
        Volume, protein, specific activity, efficiency, background and radioligand are used; what is missing is named.
    layout : Layout or sequence of Well
        The plan: role, compound, concentrations, times; readings in it are ignored, empty wells are left out.
    truth : Truth
    rng : Generator
    size : int
        Wells of the plate, where the plan is no Layout.
    name : str
        Of the plate.
    cv : float
        Pipetting scatter of a well, as a share of its net signal.
    counting_time_min : float, optional
        Counting time; the one of the conditions where left out.
    unit : {"cpm", "dpm", "counts"}
        Of the readings, background in it.
    design : str
        "equilibrium"; "as_incubated": after the wells' incubation time, from the rates; "association", "dissociation" (the
        well's time counts from the end of the incubation), "association_then_dissociation" (association stops at `switch_min`).
    switch_min : float, optional
        For the last design.
    faults : Faults
        Put in on purpose.

    Returns
    -------
    Plate
        Its notes say that it is synthetic, and from what truth.

    Raises
    ------
    InputError
        If something the simulation needs is not stated.
    """
    if not 0 <= cv < 1:
        raise InputError(f"cv is {cv:g}", allowed="A share from 0 to below 1, such as 0.05")
    stated = replace(
        conditions, counting_time_min=counting_time_min or conditions.counting_time_min
    )
    time = stated.counting_time_min
    per_molar = signal_per_M(stated, "cpm")
    if per_molar is None or time is None or stated.protein_ug is None:
        raise InputError(
            "the plate cannot be counted",
            where=name,
            do="State counting time, efficiency, specific activity, volume and protein",
        )
    if isinstance(layout, Layout):
        size = layout.size
    wells = layout.held.values() if isinstance(layout, Layout) else layout
    planned = in_row_order(well for well in wells if well.role is not Role.EMPTY)
    if not planned:
        raise InputError("the plan holds no wells", where=name)
    bound_M = bound_in_wells(stated, planned, truth, design=design, switch_min=switch_min)
    net = per_molar * bound_M * _faulty(planned, size, faults)
    net *= np.maximum(1.0 + cv * rng.standard_normal(net.size), 0.0)
    counts = rng.poisson((net + (stated.background_cpm or 0.0)) * time)
    efficiency = stated.counting_efficiency.value if stated.counting_efficiency else 1.0
    values = counts / {"counts": 1.0, "cpm": time, "dpm": time * efficiency}[unit]
    wrong = f"; faults put in: {faults.told()}" if faults.told() else ""
    note = (
        f"synthetic data made by tricyclic's plate simulator, truth: {truth.told()}; "
        f"pipetting CV {100 * cv:.3g} %, counted {figures(time)} min{wrong}"
    )
    read = tuple(
        replace(well, value=float(value), flag="", excluded="")
        for well, value in zip(planned, values, strict=True)
    )
    return Plate(name=name, size=size, wells=read, unit=unit, counting_time_min=time, notes=(note,))


def bound_in_wells(
    conditions: BindingConditions,
    wells: Sequence[Well],
    truth: Truth,
    *,
    design: Design = "equilibrium",
    switch_min: float | None = None,
) -> Floats:
    """Radioligand on the filter of each well [M in the well], without scatter, shape (wells,).

    Wells marked `added` give all of their radioligand, `background` wells none.
    """
    if conditions.volume_uL is None or conditions.protein_ug is None:
        raise InputError(
            "volume and protein are not stated, so there is no density of sites in the well"
        )
    fmol_to_molar = conditions.protein_ug.value * 1e-3 / (conditions.volume_uL * 1e9)
    site = np.array([_density(well, truth) for well in wells]) * fmol_to_molar
    tracer = np.array([_radioligand_nM(well, conditions) for well in wells]) * 1e-9
    cold, ki, ki_masked, koff = _competitors(conditions, wells, truth)
    blocked = np.array([well.role is Role.NON_SPECIFIC for well in wells]) & ~np.isfinite(ki)
    site = np.where(blocked, 0.0, site)
    ki = np.where(np.isfinite(ki), ki, 1.0)
    kd = truth.kd_nM * 1e-9
    ns = truth.nonspecific
    if conditions.mask and conditions.mask_M:
        held, free = _under_mask(conditions, site, tracer, cold, kd, ki, ki_masked, ns)
    elif design == "equilibrium":
        found = one_site(site, (tracer, cold), (kd, ki), (ns, 0.0))
        held, free = found.bound[0], found.free[0]
    else:
        held = _over_time(
            conditions, wells, truth, design, switch_min, site, tracer, cold, ki, koff
        )
        free = (tracer - held) / (1.0 + ns)
    on_filter = held + ns * free
    roles = np.array([well.role.value for well in wells])
    on_filter = np.where(roles == Role.ADDED.value, tracer, on_filter)
    return np.asarray(np.where(roles == Role.BACKGROUND.value, 0.0, on_filter))


def _competitors(
    conditions: BindingConditions, wells: Sequence[Well], truth: Truth
) -> tuple[Floats, Floats, Floats, Floats]:
    """Concentration, Ki, Ki at the masked site [M] and koff [1/min] of what competes in each well; inf where nothing binds."""
    own = _unlabelled(conditions.radioligand)
    rows = []
    for well in wells:
        if well.role is Role.RESPONSE:
            raise InputError(
                f"well {well.name} is a functional response",
                do="The simulator makes binding plates only",
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
                f"no true Ki is stated for '{compound}'",
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
    conditions: BindingConditions,
    site: Floats,
    tracer: Floats,
    cold: Floats,
    kd: float,
    ki: Floats,
    ki_masked: Floats,
    ns: float,
) -> tuple[Floats, Floats]:
    needed = (
        conditions.mask_kd_masked_nM,
        conditions.mask_kd_wanted_nM,
        conditions.radioligand_kd_masked_nM,
        conditions.masked_bmax_ratio,
    )
    if any(value is None for value in needed):
        raise InputError(
            "the mask's and the radioligand's affinity at the masked site, or its density, is not stated"
        )
    mask_masked, mask_wanted, kd_masked, ratio = (float(value or 0.0) for value in needed)
    mask = np.full(site.shape, conditions.mask_M)
    far = np.where(np.isfinite(ki_masked), ki_masked, 1e6)
    found = many_sites(
        (site, ratio * site),
        (tracer, mask, cold),
        ((kd, kd_masked * 1e-9), (mask_wanted * 1e-9, mask_masked * 1e-9), (ki, far)),
        (ns, 0.0, 0.0),
    )
    return found.bound[0].sum(axis=0), found.free[0]


def _over_time(
    conditions: BindingConditions,
    wells: Sequence[Well],
    truth: Truth,
    design: Design,
    switch_min: float | None,
    site: Floats,
    tracer: Floats,
    cold: Floats,
    ki: Floats,
    koff: Floats,
) -> Floats:
    if truth.kon_per_M_min is None:
        raise InputError(
            "the true kon is not stated, and time matters in this design", do="Add kon_per_M_min"
        )
    incubated = conditions.incubation_min
    times = np.array([np.nan if well.time_min is None else well.time_min for well in wells])
    off = truth.kon_per_M_min * truth.kd_nM * 1e-9
    leaving = np.zeros(times.shape)
    if design == "dissociation":
        if incubated is None:
            raise InputError(
                "the incubation before dissociation is not stated", do="State incubation_min"
            )
        leaving, times = np.nan_to_num(times), np.full(times.shape, incubated)
    elif design == "association_then_dissociation":
        if switch_min is None:
            raise InputError("when association stops is not stated", do="State switch_min")
        leaving, times = (
            np.maximum(np.nan_to_num(times) - switch_min, 0.0),
            np.minimum(times, switch_min),
        )
    times = np.where(np.isnan(times), np.nan if incubated is None else incubated, times)
    if np.isnan(times).any():
        raise InputError(
            "the time of some wells is not stated",
            do="State incubation_min, or time_min in the plan",
        )
    held = bound_at(
        times,
        site,
        tracer,
        truth.kon_per_M_min,
        off,
        competitor=cold,
        competitor_kon=koff / ki,
        competitor_koff=koff,
        sink=truth.nonspecific,
    )
    return np.asarray(held * np.exp(-off * leaving))


def _faulty(wells: Sequence[Well], size: int, faults: Faults) -> Floats:
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


def _density(well: Well, truth: Truth) -> float:
    return truth.bmax_of_group.get(well.group, truth.bmax_fmol_per_mg)


def _radioligand_nM(well: Well, conditions: BindingConditions) -> float:
    if well.radioligand_nM is not None:
        return well.radioligand_nM
    if conditions.radioligand_nM is None:
        raise InputError("how much radioligand was added is not stated", where=f"well {well.name}")
    return conditions.radioligand_nM.value


def _unlabelled(name: str) -> str:
    return name[name.find("]") + 1 :].strip() if name.startswith("[") else name
