"""Experiments of every kind of binding study from the laws of mass action, written without the
curves of the program.

Equilibria are roots of the mass balance (`brentq`), time courses are integrated (LSODA). All
concentrations are molar, times in minutes; a reading is what one litre of the well has bound.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from itertools import product

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

VOLUME_UL, ACTIVITY, EFFICIENCY, PROTEIN_UG, BACKGROUND = 200.0, 60.0, 0.4, 40.0, 30.0
MINUTES = 5.0


def one_site(total, competitor, sites, kd, ki, stuck):
    """Bound radioligand [M]: at a site that a competitor shares, and stuck to everything else."""

    def surplus(free_sites):
        at_site = free_sites * total / (kd * (1 + stuck) + free_sites)
        by_other = free_sites * competitor / (ki + free_sites)
        return free_sites + at_site + by_other - sites

    free_sites = brentq(surplus, 0.0, sites, xtol=1e-25, rtol=1e-14) if sites else 0.0
    free = total / (1 + stuck + free_sites / kd)
    return free_sites * free / kd + stuck * free


def homologous(hot, cold, sites, kd, stuck):
    """Bound label [M] where the same ligand is added unlabelled too."""
    return one_site(hot + cold, 0.0, sites, kd, kd, stuck) * hot / (hot + cold)


def two_sites_masked(totals, sites, kds, stuck):
    """Bound radioligand [M] at two sites with radioligand, mask and competitor in the well.

    `kds[ligand][site]`; the free concentration of each ligand is solved for in turn until all three
    mass balances hold.
    """
    if not any(sites):
        return stuck * totals[0] / (1 + stuck)
    extra = (stuck, 0.0, 0.0)
    free = [t / (1 + e) for t, e in zip(totals, extra, strict=True)]
    for _ in range(2000):
        before = list(free)
        for i in range(3):

            def surplus(own, i=i):
                bound = 0.0
                for s in range(2):
                    load = sum((own if j == i else free[j]) / kds[j][s] for j in range(3))
                    bound += sites[s] * own / kds[i][s] / (1 + load)
                return own * (1 + extra[i]) + bound - totals[i]

            if totals[i]:
                free[i] = brentq(surplus, 0.0, totals[i], xtol=1e-25, rtol=1e-15)
        if np.allclose(free, before, rtol=1e-14, atol=0):
            break
    load = [1 + sum(free[j] / kds[j][s] for j in range(3)) for s in range(2)]
    bound = sum(sites[s] * free[0] / kds[0][s] / load[s] for s in range(2))
    return bound + stuck * free[0]


def _integrated(rate, start, times):
    ends = np.unique(np.concatenate([[0.0], times]))
    solved = solve_ivp(
        rate, (0, ends[-1]), start, method="LSODA", t_eval=ends, rtol=1e-11, atol=1e-22
    )
    return dict(zip(ends, solved.y.T, strict=True))


def associated(times, total, sites, kon, koff, stuck):
    """Bound radioligand [M] at each time; what is bound is missing from the solution."""

    def rate(_, y):
        free = (total - y[0]) / (1 + stuck)
        return [kon * free * (sites - y[0]) - koff * y[0]]

    course = _integrated(rate, [0.0], times)
    at_site = np.array([course[t][0] for t in times])
    return at_site + stuck * (total - at_site) / (1 + stuck)


def associated_then_dissociated(times, free, sites, kon, koff, switch, stuck):
    """Bound radioligand [M]; after `switch` nothing binds any more, and the radioligand is in
    excess of the sites.
    """
    filling = _integrated(
        lambda _, y: [kon * free * (sites - y[0]) - koff * y[0]],
        [0.0],
        np.minimum(times, switch),
    )
    leaving = _integrated(
        lambda _, y: [-koff * y[0]], filling[min(switch, max(times))], np.maximum(times - switch, 0)
    )
    at_site = [filling[t][0] if t <= switch else leaving[t - switch][0] for t in times]
    return np.array(at_site) + stuck * free


def competing_rates(times, free, competitor, sites, rates, stuck):
    """Bound radioligand [M] while a competitor binds with its own rates; both in excess."""
    kon, koff, k3, k4 = rates

    def rate(_, y):
        left = sites - y[0] - y[1]
        return [kon * free * left - koff * y[0], k3 * competitor * left - k4 * y[1]]

    course = _integrated(rate, [0.0, 0.0], times)
    return np.array([course[t][0] for t in times]) + stuck * free


def ternary_complex(free, modulator, sites, kd, kb, alpha, stuck):
    """Bound radioligand [M] at a receptor that also binds a modulator, ligands in excess."""

    def surplus(empty):
        both = empty * free * modulator * alpha / (kd * kb)
        return empty + empty * free / kd + empty * modulator / kb + both - sites

    empty = brentq(surplus, 0.0, sites, xtol=1e-25, rtol=1e-14) if sites else 0.0
    return empty * free / kd * (1 + alpha * modulator / kb) + stuck * free


def response(agonist, antagonist, top, bottom, ka, kb):
    """Response that is proportional to the receptors which the agonist occupies."""
    occupied = one_site(agonist, antagonist, 1e-15, ka, kb, 0.0) / 1e-15
    return bottom + (top - bottom) * occupied


@dataclass(frozen=True)
class Experiment:
    """Settings of the wells (columns of `x`), what they bind [M], and the true values."""

    kind: str
    x: dict[str, np.ndarray]
    bound_M: np.ndarray
    truth: dict[tuple[str, str], float]
    conditions: dict[str, float | str] = field(default_factory=dict)
    model: str = ""
    response: bool = False


def per_molar(unit: str) -> float:
    """Reading of one molar bound, by hand: 1 Ci is 2.22e12 dpm."""
    fmol = VOLUME_UL * 1e-6 * 1e15
    dpm = fmol * ACTIVITY * 2.22
    return {
        "nM": 1e9,
        "fmol": fmol,
        "pmol": fmol * 1e-3,
        "fmol/mg": fmol / (PROTEIN_UG * 1e-3),
        "dpm": dpm,
        "cpm": dpm * EFFICIENCY,
        "counts": dpm * EFFICIENCY * MINUTES,
    }[unit]


def readings(experiment: Experiment, unit: str) -> np.ndarray:
    """Readings in a unit; counts include the background of the counter.

    The scatter of 1e-6 is far below that of any experiment; without any, the limits of a fit are
    those of rounding.
    """
    background = {
        "counts": BACKGROUND * MINUTES,
        "cpm": BACKGROUND,
        "dpm": BACKGROUND / EFFICIENCY,
    }.get(unit, 0.0)
    scatter = 1.0 + 1e-6 * np.random.default_rng(3).standard_normal(experiment.bound_M.size)
    return per_molar(unit) * experiment.bound_M * scatter + background


def stated(unit: str) -> dict[str, float]:
    """Conditions that turn readings in a unit into moles in the well."""
    radioactive: dict[str, float] = {"specific_activity_Ci_per_mmol": ACTIVITY}
    if unit in ("counts", "cpm", "dpm"):
        radioactive |= {"counting_efficiency": EFFICIENCY, "background_cpm": BACKGROUND}
        radioactive |= {"counting_time_min": MINUTES}
        return radioactive | {"volume_uL": VOLUME_UL, "protein_ug": PROTEIN_UG}
    return {"volume_uL": VOLUME_UL, "protein_ug": PROTEIN_UG}


def _columns(**columns: list[float]) -> dict[str, np.ndarray]:
    return {name: np.array(values) for name, values in columns.items()}


def _competition(stuck: float = 0.03) -> Experiment:
    kd, ki, hot, sites = 0.7e-9, 12e-9, 1.2e-9, 0.9e-9
    doses = [d for d in np.logspace(-10, -5, 11) for _ in range(2)]
    cold = [0.0] * 4 + doses + [0.0] * 4
    specific = [1.0] * (4 + len(doses)) + [0.0] * 4
    bound = [
        one_site(hot, c, sites * s, kd, ki, stuck) for c, s in zip(cold, specific, strict=True)
    ]
    return Experiment(
        "competition",
        _columns(competitor_M=cold, specific=specific),
        np.array(bound),
        {("Ki", "nM"): 12.0, ("Bmax", "fmol/mg"): sites * per_molar("fmol/mg")},
        {"radioligand_nM": 1.2, "radioligand_kd_nM": 0.7},
        "competition_with_depletion",
    )


def _saturation(sites: float, stuck: float, kd: float = 0.35e-9) -> Experiment:
    levels = [0.05e-9, 0.1e-9, 0.2e-9, 0.5e-9, 1e-9, 2e-9, 4e-9, 8e-9]
    hot = [level for level in levels for _ in range(4)]
    specific = [1.0, 1.0, 0.0, 0.0] * len(levels)
    bound = [
        one_site(h, 0.0, sites * s, kd, 1.0, stuck) for h, s in zip(hot, specific, strict=True)
    ]
    return Experiment(
        "saturation",
        _columns(radioligand_M=hot, specific=specific),
        np.array(bound),
        {("Kd", "nM"): kd * 1e9, ("Bmax", "fmol/mg"): sites * per_molar("fmol/mg")},
        {},
        "saturation_with_depletion",
    )


def _homologous() -> Experiment:
    kd, sites, stuck = 1.5e-9, 1.1e-9, 0.02
    rows = [(h, c) for h in (0.4e-9, 3e-9) for c in (0.0, *np.logspace(-10, -6, 9)) for _ in "12"]
    hot, cold = (list(column) for column in zip(*rows, strict=True))
    bound = [homologous(h, c, sites, kd, stuck) for h, c in rows]
    return Experiment(
        "homologous",
        _columns(radioligand_M=hot, competitor_M=cold),
        np.array(bound),
        {("Kd", "nM"): 1.5, ("Bmax", "fmol/mg"): sites * per_molar("fmol/mg")},
        {},
        "homologous_competition",
    )


TIMES = np.array([0.5, 1.0, 2.0, 4.0, 7.0, 12.0, 20.0, 35.0, 60.0])


def _association() -> Experiment:
    kon, koff, sites, stuck = 8e7, 0.05, 0.5e-9, 0.02
    settings = [(hot, s) for hot in (0.4e-9, 2.5e-9) for s in (1.0, 1.0, 0.0)]
    bound = [associated(TIMES, hot, sites * s, kon, koff, stuck) for hot, s in settings]
    return Experiment(
        "association",
        _columns(
            time_min=list(TIMES) * len(settings),
            radioligand_M=[hot for hot, _ in settings for _ in TIMES],
            specific=[s for _, s in settings for _ in TIMES],
        ),
        np.concatenate(bound),
        {
            ("kon", "1/(M min)"): kon,
            ("koff", "1/min"): koff,
            ("Kd (koff / kon)", "nM"): koff / kon * 1e9,
        },
        {},
        "association_with_depletion",
    )


def _dissociation() -> Experiment:
    koff, hot, stuck, filled = 0.08, 1e-9, 0.02, 0.2e-9
    bound = np.concatenate([filled * np.exp(-koff * TIMES)] * 2 + [0 * TIMES]) + stuck * hot
    return Experiment(
        "dissociation",
        _columns(time_min=list(TIMES) * 3, specific=[1.0] * 18 + [0.0] * 9),
        bound,
        {("koff", "1/min"): koff, ("residence time", "min"): 1 / koff},
        {"radioligand_nM": 1.0},
        "dissociation",
    )


def _association_then_dissociation() -> Experiment:
    kon, koff, hot, sites, stuck, switch = 6e7, 0.06, 1.5e-9, 4e-11, 0.004, 30.0
    times = np.concatenate([TIMES[:-2], [30.0, 32.0, 35.0, 40.0, 50.0, 70.0, 100.0]])
    args = (times, hot)
    bound = [
        associated_then_dissociated(*args, sites * s, kon, koff, switch, stuck)
        for s in (1.0, 1.0, 0.0)
    ]
    return Experiment(
        "association_then_dissociation",
        _columns(time_min=list(times) * 3, specific=[1.0] * 2 * len(times) + [0.0] * len(times)),
        np.concatenate(bound),
        {
            ("kon", "1/(M min)"): kon,
            ("koff", "1/min"): koff,
            ("Kd (koff / kon)", "nM"): koff / kon * 1e9,
        },
        {"radioligand_nM": 1.5, "dissociation_start_min": switch},
        "association_then_dissociation",
    )


def _competitive_association() -> Experiment:
    kon, koff, k3, k4 = 9e7, 0.07, 3e6, 0.02
    hot, sites, stuck = 2e-9, 4e-11, 0.004
    settings = [(c, 1.0) for c in (0.0, 0.0, 2e-8, 2e-8, 2e-7, 2e-7)] + [(0.0, 0.0)]
    bound = [
        competing_rates(TIMES, hot, c, sites * s, (kon, koff, k3, k4), stuck) for c, s in settings
    ]
    return Experiment(
        "competitive_association",
        _columns(
            time_min=list(TIMES) * len(settings),
            competitor_M=[c for c, _ in settings for _ in TIMES],
            specific=[s for _, s in settings for _ in TIMES],
        ),
        np.concatenate(bound),
        {
            ("kon", "1/(M min)"): k3,
            ("koff", "1/min"): k4,
            ("Ki (koff / kon)", "nM"): k4 / k3 * 1e9,
        },
        {"radioligand_nM": 2.0, "kon_per_M_min": kon, "koff_per_min": koff},
        "competitive_association",
    )


def _allosteric() -> Experiment:
    kd, kb, alpha, hot, sites, stuck = 1e-9, 40e-9, 0.2, 1.3e-9, 4e-11, 0.004
    doses = [0.0, 0.0, *[d for d in np.logspace(-10, -5, 11) for _ in "12"], 0.0, 0.0]
    specific = [1.0] * (len(doses) - 2) + [0.0, 0.0]
    bound = [
        ternary_complex(hot, m, sites * s, kd, kb, alpha, stuck)
        for m, s in zip(doses, specific, strict=True)
    ]
    return Experiment(
        "allosteric",
        _columns(modulator_M=doses, specific=specific),
        np.array(bound),
        {("KB", "nM"): 40.0, ("cooperativity", ""): 0.2},
        {"radioligand_nM": 1.3, "radioligand_kd_nM": 1.0},
        "allosteric_ternary_complex",
    )


def _schild() -> Experiment:
    ka, kb = 50e-9, 8e-9
    rows = list(product(np.logspace(-10, -4, 13), (0.0, 30e-9, 300e-9)))
    agonist, antagonist = (list(column) for column in zip(*rows, strict=True))
    # A bound label is read, such as [35S]GTPgammaS, so that counts and amounts are possible.
    bound = [response(a, b, 6e-12, 1e-12, ka, kb) for a, b in rows]
    return Experiment(
        "schild",
        _columns(agonist_M=agonist, antagonist_M=antagonist),
        np.array(bound),
        {("pA2", ""): -np.log10(kb), ("EC50", "nM"): 50.0},
        {},
        "gaddum_schild",
        response=True,
    )


def _masked() -> Experiment:
    kds = ((20e-9, 30e-9), (1.5e-6, 3e-9), (2e-6, 0.4e-6))
    hot, mask, stuck, sites = 5e-9, 60e-9, 0.01, (1.2e-9, 0.9e-9)
    doses = [d for d in np.logspace(-8, -3.5, 10) for _ in "12"]
    cold = [0.0] * 4 + doses + [0.0] * 4
    specific = [1.0] * (4 + len(doses)) + [0.0] * 4
    bound = [
        two_sites_masked((hot, mask, c), (sites[0] * s, sites[1] * s), kds, stuck)
        for c, s in zip(cold, specific, strict=True)
    ]
    return Experiment(
        "competition",
        _columns(competitor_M=cold, specific=specific),
        np.array(bound),
        {("Ki", "nM"): 2000.0, ("Bmax", "fmol/mg"): sites[0] * per_molar("fmol/mg")},
        {
            "radioligand_nM": 5.0,
            "radioligand_kd_nM": 20.0,
            "mask": "(+)-pentazocine",
            "masked_site": "sigma-1",
            "mask_M": mask,
            "mask_kd_masked_nM": 3.0,
            "mask_kd_wanted_nM": 1500.0,
            "radioligand_kd_masked_nM": 30.0,
            "masked_bmax_ratio": 0.75,
            "competitor_ki_masked_nM": 400.0,
        },
        "competition_under_mask",
    )


MAKERS = {
    "competition": _competition,
    "saturation": lambda: _saturation(8e-12, 0.004),
    "saturation_with_depletion": lambda: _saturation(1.6e-9, 0.03),
    "saturation_beside_competition": lambda: _saturation(0.9e-9, 0.03, 0.7e-9),
    "homologous": _homologous,
    "association": _association,
    "dissociation": _dissociation,
    "association_then_dissociation": _association_then_dissociation,
    "competitive_association": _competitive_association,
    "schild": _schild,
    "allosteric": _allosteric,
    "masked": _masked,
}


@cache
def _made(name: str) -> Experiment:
    return MAKERS[name]()


@pytest.fixture(scope="module", autouse=True)
def _equal_fits_once(equal_fits_once):
    """Tables, plates and interfaces are tested here; the numbers of a fit in other folders."""


@pytest.fixture(scope="session")
def experiment():
    """The experiment of a name of MAKERS."""
    return _made


@pytest.fixture(scope="session")
def readings_in():
    """Readings of an experiment in a unit."""
    return readings


@pytest.fixture(scope="session")
def stated_for():
    """Conditions that turn readings in a unit into moles in the well."""
    return stated
