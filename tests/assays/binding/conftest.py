"""Simulated plates of the desipramine assay with known true values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import brentq

from tricyclic.assays.binding.simulate_plate import simulate_plate
from tricyclic.core.conditions import BindingConditions, MeasuredValue
from tricyclic.core.experiment_plan import TrueValues
from tricyclic.core.plate import Plate, Role, Well, row_letters
from tricyclic.io.library.protocols import protocol
from tricyclic.io.plate_layout import layout_from_toml

TRUTH = TrueValues(kd_nM=0.8, bmax_fmol_per_mg=800.0, ki_nM={"desipramine": 0.9})


@pytest.fixture(scope="session")
def net() -> BindingConditions:
    """Conditions of the NET assay, complete for the conversion of counts to amounts."""
    stated = protocol("net-nisoxetine").conditions
    return replace(
        stated,
        counting_efficiency=MeasuredValue(0.45, ""),
        counting_time_min=2.0,
        background_cpm=20.0,
        radioligand_kd_nM=MeasuredValue(0.8, "nM", 0.08),
    )


@pytest.fixture(scope="session")
def make_plate(net: BindingConditions) -> Callable[..., Plate]:
    """Simulate a competition plate: `make_plate(seed, truth=..., name=...)`."""
    plan = layout_from_toml(protocol("net-nisoxetine").layout)
    empty = Plate(
        "plan", 96, tuple(Well(f"{row_letters(i // 12)}{i % 12 + 1:02d}", 1.0) for i in range(96))
    )
    wells = plan.apply(empty).wells

    def made(
        seed: int, *, truth: TrueValues = TRUTH, name: str = "plate", cv: float = 0.04
    ) -> Plate:
        return simulate_plate(net, wells, truth, np.random.default_rng(seed), name=name, cv=cv)

    return made


@pytest.fixture(scope="session")
def make_sites_plate() -> Callable[..., tuple[Plate, BindingConditions]]:
    """Simulate a plate of several sites: `make_sites_plate(rng, shares=..., kis_nM=...)`."""
    return simulated_sites


VOLUME_UL, CI_PER_MMOL, EFFICIENCY, BACKGROUND, MINUTES = 250.0, 80.0, 0.4, 25.0, 2.0
# Counts per minute of 1 nM in a well: 2.22 dpm per fmol and Ci/mmol.
CPM_PER_NM = 2.22 * CI_PER_MMOL * VOLUME_UL * EFFICIENCY


def bound(
    sites: Sequence[float],
    kis: Sequence[float],
    tracer: float,
    competitor: float,
    kd: float,
    sink: float,
) -> tuple[float, float]:
    """Specifically bound and free tracer [nM] by a Brent search of one conservation law inside
    that of the other.
    """

    def free_competitor(free: float) -> float:
        def surplus(c: float) -> float:
            taken = sum(
                s * (c / ki) / (1 + free / kd + c / ki) for s, ki in zip(sites, kis, strict=True)
            )
            return c + taken - competitor

        return float(brentq(surplus, 0.0, competitor, xtol=1e-300, rtol=1e-15))

    def on_sites(free: float) -> float:
        c = free_competitor(free) if competitor else 0.0
        return sum(
            s * (free / kd) / (1 + free / kd + c / ki) for s, ki in zip(sites, kis, strict=True)
        )

    def surplus(free: float) -> float:
        return free * (1 + sink) + on_sites(free) - tracer

    free = float(brentq(surplus, 0.0, tracer, xtol=1e-300, rtol=1e-15))
    return on_sites(free), free


def simulated_sites(
    rng: np.random.Generator,
    *,
    name: str = "run",
    sites_nM: float = 0.05,
    shares: Sequence[float] = (1.0,),
    kis_nM: Sequence[float] = (5.0,),
    slope: float = 1.0,
    kd_nM: float = 1.0,
    tracer_nM: float = 1.0,
    cv: float = 0.05,
    dose_cv: float = 0.0,
    doses: int = 12,
    replicates: int = 3,
    kd_se: float = 0.05,
) -> tuple[Plate, BindingConditions]:
    """A plate with scattered wells, six controls of each kind, and Poisson counts."""
    sites = [sites_nM * share for share in shares]
    alone, free = bound(sites, kis_nM, tracer_nM, 0.0, kd_nM, 0.0)
    sink = 0.2 * alone / free
    shift = 1 + tracer_nM / kd_nM
    tested = np.geomspace(min(kis_nM) * shift / 200, max(kis_nM) * shift * 200, doses)
    wells: list[tuple[Role, float, float]] = []
    for concentration in tested:
        pipetted = concentration * np.exp(rng.normal(0.0, dose_cv))
        effective = kis_nM[0] * (pipetted / kis_nM[0]) ** slope
        on_sites, free = bound(sites, kis_nM, tracer_nM, effective, kd_nM, sink)
        wells += [(Role.COMPETITION, concentration, on_sites + sink * free)] * replicates
    on_sites, free = bound(sites, kis_nM, tracer_nM, 0.0, kd_nM, sink)
    wells += [(Role.TOTAL, 0.0, on_sites + sink * free)] * 6
    wells += [(Role.NON_SPECIFIC, 0.0, sink * tracer_nM / (1 + sink))] * 6
    positions = rng.permutation(96)[: len(wells)]
    counted = []
    for place, (role, concentration, reading) in zip(positions, wells, strict=True):
        mean = CPM_PER_NM * reading * (1 + cv * rng.standard_normal()) + BACKGROUND
        counted.append(
            Well(
                f"{'ABCDEFGH'[place // 12]}{place % 12 + 1:02d}",
                rng.poisson(max(mean, 0.0) * MINUTES) / MINUTES,
                role=role,
                compound="ligand" if role is Role.COMPETITION else "",
                concentration_M=concentration * 1e-9,
            )
        )
    plate = Plate(name, 96, tuple(sorted(counted, key=lambda well: well.name)), "cpm")
    return plate, BindingConditions(
        target="site",
        radioligand="[3H]ligand",
        isotope="3H",
        radioligand_nM=MeasuredValue(tracer_nM, "nM"),
        radioligand_kd_nM=MeasuredValue(kd_nM, "nM", kd_se * kd_nM),
        specific_activity_Ci_per_mmol=MeasuredValue(CI_PER_MMOL, "Ci/mmol"),
        counting_efficiency=MeasuredValue(EFFICIENCY, ""),
        counting_time_min=MINUTES,
        background_cpm=BACKGROUND,
        volume_uL=VOLUME_UL,
        protein_ug=MeasuredValue(20.0, "ug"),
        kon_per_M_min=1e8,
        koff_per_min=0.1,
        incubation_min=240.0,
    )


@pytest.fixture(autouse=True, scope="module")
def _equal_fits_once(equal_fits_once: None) -> None:
    """Plates of several modules are the same."""
