"""What all simulated experiments share: arms, subjects, runs, and the random numbers of a well.

Subjects (cultures or animals) differ by the coefficients of variation of the tables and by those
that the experiment adds. Each well has its own stream of random numbers, named by seed, subject and
arm, so its reading does not depend on what else is simulated.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tricyclic.core.mechanism import Mechanism
from tricyclic.errors import InputError, NumericsError
from tricyclic.simulation.model import ComposedModel
from tricyclic.simulation.population import ParameterSpread, draw_subjects, parameter_spreads
from tricyclic.simulation.run import Simulator

Floats = NDArray[np.float64]
MAX_CV = 2.0


@dataclass(frozen=True)
class Arm:
    """One condition of an experiment: what its wells or animals receive.

    Parameters
    ----------
    name : str
        Unique in the experiment: "imipramine 1 uM + BD1047, NGF 2.5 ng/mL".
    label : str
        The name without what all arms of a comparison share; by default the name.
    drug : float
        Drug [nM] in the medium or the perfusate, or its dose [nmol/kg]; 0 or more.
    antagonist_nM, factor_nM : float
        Antagonist and growth factor (BDNF or NGF) in the medium [nM], 0 or more.
    """

    name: str
    drug: float = 0.0
    antagonist_nM: float = 0.0
    factor_nM: float = 0.0
    label: str = ""

    def __post_init__(self) -> None:
        if not self.label:
            object.__setattr__(self, "label", self.name)


def draw_experiment_subjects(
    composed: ComposedModel,
    mechanisms: Mapping[str, Mechanism],
    n: int,
    seed: int,
    *,
    extra_cv: Mapping[str, float] = {},
    typical: Mapping[str, float] = {},
) -> list[dict[str, float]]:
    """Draw the cultures or animals of an experiment.

    Parameters
    ----------
    composed : ComposedModel
    mechanisms : mapping of str to Mechanism
        Their tables have the coefficients of variation.
    n, seed : int
        Number of subjects; subject k of a seed is the same whatever the number.
    extra_cv : mapping of str to float
        Coefficient of variation (fraction) of further parameters, instead of that of the tables.
    typical : mapping of str to float
        Typical values that replace the library's.

    Returns
    -------
    list of dict
        Parameters of each subject.

    Raises
    ------
    InputError
        If a coefficient of variation is outside 0 to 2, or its parameter is computed.
    """
    spreads = [
        spread
        for spread in parameter_spreads(composed, mechanisms)
        if spread.parameter not in extra_cv
    ]
    for name, cv in extra_cv.items():
        constant = composed.quantity(name).constant
        if constant is None:
            raise InputError(f"'{name}' is computed and cannot vary", where=composed.name)
        _check_fraction(cv, f"variation of {name}")
        if cv > 0 and constant.value > 0:
            spreads.append(ParameterSpread(name, name, constant.value, cv, "log"))
    drawn = draw_subjects(spreads, n, seed, given=typical)
    return [drawn.values(k) for k in range(n)]


def run_arms(
    simulator: Simulator,
    times_h: Floats,
    names: Sequence[str],
    arms: Sequence[Arm],
    subjects: Sequence[Mapping[str, float]],
    doses_of: Callable[[Arm], Mapping[str, float]],
) -> Floats:
    """Run each arm of each subject from the subject's drug-free steady state.

    Parameters
    ----------
    times_h : array, shape (times,)
    names : sequence of str
        Quantities to record.
    doses_of : callable
        Gives the dose parameters of an arm.

    Returns
    -------
    array, shape (subjects, arms, times, names)
        nan where a subject cannot be simulated.
    """
    courses = np.full((len(subjects), len(arms), times_h.size, len(names)), np.nan)
    for k, subject in enumerate(subjects):
        try:
            steady_state = simulator.steady_state(subject)
        except NumericsError:
            continue
        for j, arm in enumerate(arms):
            values = {**subject, **doses_of(arm)}
            try:
                courses[k, j] = simulator.run(times_h, names, values, start=steady_state)
            except NumericsError:
                continue
    return courses


def stream(seed: int, *names: object) -> np.random.Generator:
    """The random numbers of one well or fraction, by seed and name."""
    return np.random.default_rng([seed, *"|".join(map(str, names)).encode()])


def lognormal_factors(
    rng: np.random.Generator, cv: float, size: int | tuple[int, ...] = ()
) -> Floats:
    """Log-normal factors of mean 1 with a coefficient of variation (fraction)."""
    sd = math.sqrt(math.log1p(cv**2))
    return np.asarray(np.exp(sd * rng.standard_normal(size) - 0.5 * sd**2))


def check_settings(
    assay: object,
    fractions: Sequence[str] = (),
    positive: Sequence[str] = (),
    not_negative: Sequence[str] = (),
) -> None:
    """Refuse settings of an assay that are not possible.

    Raises
    ------
    InputError
        If one of `fractions` is outside 0 to 2, one of `positive` is not above 0, or one of
        `not_negative` is below 0.
    """
    for name in fractions:
        _check_fraction(getattr(assay, name), name)
    for name in (*positive, *not_negative):
        value = getattr(assay, name)
        if not math.isfinite(value) or value < 0 or (name in positive and value == 0):
            raise InputError(
                f"is {value:g}",
                where=name,
                allowed="It is above 0" if name in positive else "It is 0 or more",
            )


def half_maximal_concentration(concentrations_nM: Floats, effect: Floats) -> float:
    """Concentration with half of the last effect [nM], interpolated on the logarithm; nan where
    there is none.

    Parameters
    ----------
    concentrations_nM, effect : array, shape (n,)
        Ascending concentrations, the last one beyond the plateau; effects, above or below 0.
    """
    fraction = effect / effect[-1] if effect[-1] else np.full_like(effect, np.nan)
    if not np.isfinite(fraction).all() or fraction[0] > 0.5:
        return math.nan
    first = max(int(np.argmax(fraction >= 0.5)), 1)
    log_x, y = np.log10(concentrations_nM[first - 1 : first + 1]), fraction[first - 1 : first + 1]
    return float(10 ** np.interp(0.5, y, log_x))


def _check_fraction(value: float, where: str) -> None:
    if not (math.isfinite(value) and 0 <= value <= MAX_CV):
        raise InputError(
            f"is {value:g}", where=where, allowed="A fraction from 0 to 2, such as 0.1 or 10%"
        )
