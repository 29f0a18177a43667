"""A synthetic microdialysis study with HPLC-ED: animals, fractions, and a chromatogram for each
injection, with a truth that is known.

It shows a whole analysis, and tests it. Levels follow closed forms, not the mechanistic model, so
that the truth can be stated in one line.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

import numpy as np

from tricyclic.core.sample_list import SampleRole
from tricyclic.numerics.peaks.emg import emg
from tricyclic.simulation.virtual.common import Floats

# Compounds: name, retention [min], height over that of 1 fmol of norepinephrine, role.
COMPOUNDS = (
    ("NE", 3.8, 1.0, "analyte"),
    ("E", 4.9, 3.0, "neighbour"),
    ("DHBA", 5.8, 60.0, "internal standard"),
    ("DOPAC", 6.9, 25.0, "neighbour"),
    ("DA", 8.6, 8.0, "neighbour"),
)
LEVELS_FMOL = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0)
CONTROLS_FMOL = {"low": 1.5, "mid": 8.0, "high": 40.0}
BRACKET_FMOL = 10.0
# Standard deviation of the noise over the height of 1 fmol.
NOISE = 0.05


@dataclass(frozen=True)
class DialysisDesign:
    """Size and truth of the synthetic study.

    Attributes
    ----------
    animals_per_group, fractions : int
        The last `baseline` of them before the treatment are followed by the others.
    baseline : int
    fraction_min, flow_uL_per_min, dead_volume_uL : float
    baseline_fmol, animal_cv, fraction_cv, correlation : float
        Norepinephrine of a baseline fraction in the vial injected, its variation between animals
        and between fractions, and the correlation of successive fractions.
    peak_ratio : float
        Largest ratio to baseline in the treated group.
    handling : float
        Rise after the injection in both groups, over baseline.
    sensitivity_loss : float
        Share of the detector's response that is lost over the batch.
    injection_cv : float
        Of the injected volume, which the internal standard corrects.
    minutes, per_min : float
        Length of a chromatogram and readings per minute.
    """

    animals_per_group: int = 7
    fractions: int = 14
    baseline: int = 4
    fraction_min: float = 20.0
    flow_uL_per_min: float = 1.2
    dead_volume_uL: float = 17.56
    baseline_fmol: float = 5.0
    animal_cv: float = 0.3
    fraction_cv: float = 0.10
    correlation: float = 0.4
    peak_ratio: float = 3.2
    handling: float = 0.15
    sensitivity_loss: float = 0.12
    injection_cv: float = 0.03
    minutes: float = 10.0
    per_min: float = 150.0


@dataclass(frozen=True)
class SyntheticInjection:
    """One injection: what it is, what is truly in it, and its trace (none for a lost sample)."""

    name: str
    role: SampleRole
    amount_fmol: float
    nominal_fmol: float = math.nan
    level: str = ""
    animal: str = ""
    start_min: float = math.nan
    end_min: float = math.nan
    internal_standard: bool = True
    note: str = ""
    time_min: Floats = field(default_factory=lambda: np.zeros(0), repr=False)
    signal_nA: Floats = field(default_factory=lambda: np.zeros(0), repr=False)


@dataclass(frozen=True)
class SyntheticAnimal:
    """One animal: its group, when it was treated on its clock, and the dead volume that its
    laboratory book states.
    """

    name: str
    group: str
    treated_min: float
    stated_dead_volume_uL: float
    flow_uL_per_min: tuple[float, ...]
    flow_from_min: tuple[float, ...]


@dataclass(frozen=True)
class SyntheticDialysis:
    """The study: animals and injections in order, and the truth in words."""

    design: DialysisDesign
    animals: tuple[SyntheticAnimal, ...]
    injections: tuple[SyntheticInjection, ...]
    truth: str


def true_ratio(design: DialysisDesign, treated: bool, after_min: Floats) -> Floats:
    """Level over baseline at times after the treatment [min]; 1 before it."""
    t = np.maximum(np.asarray(after_min, float), 0.0)
    rise = np.exp(-t / 240.0) - np.exp(-t / 25.0)
    # Its largest value, by the time where the derivative is 0.
    top_min = math.log(240.0 / 25.0) / (1 / 25.0 - 1 / 240.0)
    top = math.exp(-top_min / 240.0) - math.exp(-top_min / 25.0)
    response = (design.peak_ratio - 1.0) * rise / top if treated else 0.0 * rise
    handling = design.handling * (np.exp(-t / 15.0) - np.exp(-t / 3.0))
    return np.asarray(1.0 + np.where(after_min > 0, response + handling, 0.0))


def true_window_percent(design: DialysisDesign, low_min: float, high_min: float) -> float:
    """Mean of the treated group over that of the control in a window [%], without scatter."""
    t = np.linspace(low_min, high_min, 4001)
    means = [float(true_ratio(design, treated, t).mean()) for treated in (True, False)]
    return 100.0 * means[0] / means[1]


def synthetic_dialysis(
    rng: np.random.Generator, design: DialysisDesign | None = None
) -> SyntheticDialysis:
    """Draw the study.

    Parameters
    ----------
    rng : numpy.random.Generator
    design : DialysisDesign, optional

    Returns
    -------
    SyntheticDialysis
        Desipramine against vehicle, with standards, quality controls and blanks. One sample is
        lost, one animal's dead volume is stated wrongly, the pump of one stood still, and samples
        of some animals hold an unlisted compound beside norepinephrine.
    """
    chosen = design or DialysisDesign()
    animals = _animals(chosen)
    samples = [one for k, a in enumerate(animals) for one in _fractions(rng, chosen, a, k)]
    order = _in_order(samples)
    crowded = {animals[k].name for k in (1, len(animals) - 2)}
    injections = []
    for place, one in enumerate(order):
        if one.note.startswith("lost"):
            injections.append(one)
            continue
        share = place / max(len(order) - 1, 1)
        beside = 0.8 * one.amount_fmol if one.animal in crowded else 0.0
        injections.append(_with_trace(rng, chosen, one, share, beside))
    window = true_window_percent(chosen, 0.0, 120.0)
    truth = (
        f"norepinephrine after desipramine rises to {100 * chosen.peak_ratio:.0f} % of baseline; "
        f"its mean from 0 to 120 min is {window:.0f} % of that of vehicle, in which handling alone "
        "gives a short rise"
    )
    return SyntheticDialysis(chosen, animals, tuple(injections), truth)


def _animals(design: DialysisDesign) -> tuple[SyntheticAnimal, ...]:
    n = design.animals_per_group
    animals = []
    for k in range(2 * n):
        # Vial changes are at set times, the treatment a little after one of them.
        treated = design.baseline * design.fraction_min + (k % 4)
        rates: tuple[float, ...] = (design.flow_uL_per_min,)
        starts: tuple[float, ...] = (0.0,)
        if k == n + 2:
            # A power failure of 12 min late in the experiment.
            pause = 9.0 * design.fraction_min + 4.0
            rates = (design.flow_uL_per_min, 0.0, design.flow_uL_per_min)
            starts = (0.0, pause, pause + 12.0)
        # Someone added up the tubing before and behind the probe of one animal, with its swivel.
        stated = 60.0 if k == n + 4 else design.dead_volume_uL
        group = "vehicle" if k < n else "desipramine"
        animals.append(SyntheticAnimal(f"r{k + 1:02d}", group, treated, stated, rates, starts))
    return tuple(animals)


def _fractions(
    rng: np.random.Generator, design: DialysisDesign, animal: SyntheticAnimal, index: int
) -> list[SyntheticInjection]:
    level = design.baseline_fmol * math.exp(
        math.sqrt(math.log1p(design.animal_cv**2)) * rng.standard_normal()
    )
    # Responses of animals differ, too.
    strength = math.exp(0.15 * rng.standard_normal())
    sd, previous = math.sqrt(math.log1p(design.fraction_cv**2)), 0.0
    lag = design.dead_volume_uL / design.flow_uL_per_min
    rows = []
    for k in range(design.fractions):
        draw = rng.standard_normal()
        innovation = math.sqrt(1.0 - design.correlation**2)
        previous = draw if k == 0 else design.correlation * previous + innovation * draw
        start, end = k * design.fraction_min, (k + 1) * design.fraction_min
        at_membrane = np.linspace(start, end, 201) - lag - animal.treated_min
        ratio = true_ratio(design, animal.group != "vehicle", at_membrane)
        excess = strength * (float(ratio.mean()) - 1.0)
        pumped = _share_pumped(animal, start, end)
        amount = level * (1.0 + excess) * math.exp(sd * previous) * pumped
        lost = index == 2 and k == design.baseline + 4
        rows.append(
            SyntheticInjection(
                f"{animal.name}_f{k + 1:02d}",
                "sample",
                amount,
                animal=animal.name,
                start_min=start,
                end_min=end,
                note="lost: the vial broke" if lost else "",
            )
        )
    return rows


def _share_pumped(animal: SyntheticAnimal, start: float, end: float) -> float:
    """Volume of a fraction over that of a whole one."""
    edges = (*animal.flow_from_min, math.inf)
    total = sum(
        rate * max(0.0, min(end, high) - max(start, low))
        for rate, low, high in zip(animal.flow_uL_per_min, edges[:-1], edges[1:], strict=True)
    )
    return total / (animal.flow_uL_per_min[0] * (end - start))


def _in_order(samples: list[SyntheticInjection]) -> list[SyntheticInjection]:
    """Standards, a blank, then samples with a bracketing standard after every 20th, and controls
    in two blocks.
    """
    order: list[SyntheticInjection] = [
        SyntheticInjection("blank_start", "blank", 0.0),
        SyntheticInjection("double_blank", "blank", 0.0, internal_standard=False),
    ]
    for replicate in (1, 2):
        order += [
            SyntheticInjection(f"std_{x:g}_{replicate}", "standard", x, nominal_fmol=x)
            for x in LEVELS_FMOL
        ]
        order.append(SyntheticInjection(f"blank_after_top_{replicate}", "blank", 0.0))
    thirds = {len(samples) // 3: 1, 2 * len(samples) // 3: 2}
    brackets = 0
    for k, one in enumerate(samples, 1):
        order.append(one)
        if k in thirds:
            order += [
                SyntheticInjection(
                    f"qc_{level}_{thirds[k]}{letter}", "quality control", x, x, level
                )
                for level, x in CONTROLS_FMOL.items()
                for letter in "ab"
            ]
        if k % 20 == 0 or k == len(samples):
            brackets += 1
            order.append(
                SyntheticInjection(
                    f"bracket_{brackets:02d}", "suitability", BRACKET_FMOL, BRACKET_FMOL
                )
            )
    return order


def _with_trace(
    rng: np.random.Generator,
    design: DialysisDesign,
    one: SyntheticInjection,
    share: float,
    beside_fmol: float,
) -> SyntheticInjection:
    time = np.arange(int(design.minutes * design.per_min)) / design.per_min
    stretch = 1.0 + 0.004 * share + 0.0015 * rng.standard_normal()
    volume = math.exp(design.injection_cv * rng.standard_normal())
    sensitivity = (1.0 - design.sensitivity_loss * share) * volume
    # Amounts of the other compounds belong to brain; standards and blanks hold the internal one.
    brain = one.role == "sample"
    signal = 0.0 * time
    for name, retention, height, role in COMPOUNDS:
        amount = one.amount_fmol if name == "NE" else 1.0
        if role == "internal standard":
            amount = float(one.internal_standard)
        elif name != "NE":
            amount = math.exp(0.15 * rng.standard_normal()) if brain else 0.0
        signal = signal + height * amount * sensitivity * _peak(time, retention * stretch)
    if beside_fmol > 0:
        signal = signal + beside_fmol * sensitivity * _peak(time, 4.02 * stretch)
    solvent = np.exp(-0.5 * ((time - 1.1 * stretch) / 0.05) ** 2)
    tail = np.where(time > 1.2, np.exp(-(time - 1.2) / 0.8), 0.0)
    drift = rng.uniform(-1.0, 1.0) * time / design.minutes + rng.uniform(-0.5, 0.5)
    noise = NOISE * _noise(rng, time.size)
    total = 120.0 * solvent + 25.0 * tail + drift + signal + noise
    return replace(one, time_min=np.round(time, 4), signal_nA=np.round(0.01 * total, 5))


def _peak(time_min: Floats, at_min: float) -> Floats:
    """A peak of height 1: 85 % of a Gaussian of 8000 plates, 15 % with a slow exponential tail.

    It is no exponentially modified Gaussian, from which the analysis learns a shape.
    """
    sigma = at_min / math.sqrt(8000.0)
    gauss = np.exp(-0.5 * ((time_min - at_min) / sigma) ** 2)
    tail = emg(time_min, at_min, sigma, sigma / 0.6) * sigma * math.sqrt(2.0 * math.pi)
    return np.asarray(0.85 * gauss + 0.15 * tail)


def _noise(rng: np.random.Generator, n: int) -> Floats:
    """Noise of standard deviation 1: white and autocorrelated in equal parts of the variance."""
    white, steps = rng.standard_normal(n), rng.standard_normal(n)
    slow = np.empty(n)
    value = 0.0
    root = math.sqrt(1.0 - 0.81)
    for k in range(n):
        value = 0.9 * value + root * steps[k]
        slow[k] = value
    return np.asarray(math.sqrt(0.5) * (white + slow))
