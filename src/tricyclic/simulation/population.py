"""Draws the subjects of a population: the parameters that differ between animals or people.

Each parameter has its own random stream, named by seed and parameter, and subject k takes its k-th
number. A subject therefore has the same clearance whatever the dose, the other drugs, the number of
subjects and the machine.

The range of a constant states how well its typical value is known. Subjects are not cut there: they
vary around the typical value by the stated coefficient of variation, and are cut at three standard
deviations and at what is physically possible.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tricyclic.core.constant import Constant
from tricyclic.core.mechanism import Mechanism
from tricyclic.core.population import Phenotype
from tricyclic.errors import InputError
from tricyclic.simulation.model import ComposedModel
from tricyclic.stats.distributions import truncated_normal

Floats = NDArray[np.float64]
Scale = Literal["log", "logit"]
# Subjects farther from the median than so many standard deviations are not drawn.
MAX_SD = 3.0
# Search for the standard deviation: its upper limit, bisections, and nodes of the distribution.
_MAX_WIDTH, _BISECTIONS, _NODES = 5.0, 40, 400
_DEPOT = re.compile(r"^(.+)_dose([0-9]+)$")
# Name of the random stream that chooses a parameter set. It must keep its bytes: any others would
# draw other subjects for the same seed.
_PARAMETER_SET_STREAM = bytes.fromhex("656e73656d626c65206d656d626572")
# For the same reason a symbol `X_baseline` keeps the bytes of the first suffix in its stream.
_BASELINE, _BASELINE_STREAM = b"_baseline", bytes.fromhex("5f72657374")


@dataclass(frozen=True)
class ParameterSpread:
    """How one parameter differs between subjects.

    Parameters
    ----------
    parameter : str
        Its name in the composed model.
    stream : str
        Name of its random stream: parameters that share it are the same trait of a subject.
    median : float
        The library's value, which a subject's own base value replaces.
    cv : float
        Coefficient of variation (fraction).
    scale : {"log", "logit"}
        Log-normal above 0, or logit-normal for a share between 0 and 1; each cut three standard
        deviations from its median.
    """

    parameter: str
    stream: str
    median: float
    cv: float
    scale: Scale


@dataclass(frozen=True)
class SubjectDraws:
    """Drawn subjects: parameters by name, one column each; phenotypes; and the parameter set of the
    ensemble that each subject varies around.
    """

    names: tuple[str, ...]
    table: Floats
    phenotypes: Mapping[str, tuple[str, ...]]
    parameter_set_index: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.table)

    def values(self, k: int) -> dict[str, float]:
        """Parameters of one subject."""
        return dict(zip(self.names, self.table[k].tolist(), strict=True))


def parameter_spreads(
    composed: ComposedModel,
    mechanisms: Mapping[str, Mechanism] | None = None,
    *,
    fixed: Collection[str] = (),
) -> tuple[ParameterSpread, ...]:
    """Every parameter that differs between subjects.

    Parameters
    ----------
    composed : ComposedModel
    mechanisms : mapping of str to Mechanism, optional
        Where a drug states a constant without a spread, the spread of the mechanism's own row
        applies.
    fixed : collection of str
        Parameters that are the same in all subjects.

    Returns
    -------
    tuple of ParameterSpread
        In the order of the model.

    Raises
    ------
    UnknownNameError
        If a name in `fixed` is not known.
    """
    fixed_names = {composed.quantity(name).name for name in fixed}
    spreads = []
    for name, constant in composed.parameters.items():
        cv = constant.cv or _cv_of_mechanism(composed, name, mechanisms or {})
        if cv > 0 and constant.value > 0 and name not in fixed_names:
            spreads.append(_spread(composed, name, constant, cv))
    return tuple(spreads)


def draw_subjects(
    spreads: Sequence[ParameterSpread],
    subjects: int,
    seed: int,
    *,
    phenotypes: Sequence[Phenotype] = (),
    base: Sequence[Mapping[str, float]] = (),
    given: Mapping[str, float] = {},
) -> SubjectDraws:
    """Draw subjects.

    Parameters
    ----------
    spreads : sequence of ParameterSpread
    subjects : int
        Number of subjects, 1 or more. The first ones are the same whatever the number.
    seed : int
        0 or more.
    phenotypes : sequence of Phenotype
        Phenotypes of metabolisers; each sets its parameter.
    base : sequence of mapping
        Parameter sets of an ensemble; each subject gets one at random and varies around its values.
    given : mapping
        Typical values that replace the library's and the ensemble's, for all subjects.

    Returns
    -------
    SubjectDraws
        One column per parameter that differs from the library in any subject.

    Raises
    ------
    InputError
        If there are no subjects, or the seed is negative.
    """
    if subjects < 1:
        raise InputError(f"{subjects} subjects are requested", allowed="One or more")
    if seed < 0:
        raise InputError(f"the seed is {seed}", allowed="0 or more")
    columns, parameter_sets = _base_columns(base, subjects, seed)
    columns |= {name: np.full(subjects, float(value)) for name, value in given.items()}
    phenotyped = {phenotype.parameter for phenotype in phenotypes}
    for spread in spreads:
        if spread.parameter not in phenotyped:
            median = columns.get(spread.parameter, np.full(subjects, spread.median))
            stream = spread.stream.encode().replace(_BASELINE, _BASELINE_STREAM)
            uniform = _uniform(seed, stream, subjects)
            columns[spread.parameter] = _vary(spread, median, uniform)
    names_of: dict[str, tuple[str, ...]] = {}
    for parameter in dict.fromkeys(phenotype.parameter for phenotype in phenotypes):
        if parameter in given:
            continue
        columns[parameter], names_of[parameter] = _draw_metabolisers(
            [phenotype for phenotype in phenotypes if phenotype.parameter == parameter],
            seed,
            subjects,
        )
    table = np.column_stack(list(columns.values())) if columns else np.empty((subjects, 0))
    return SubjectDraws(tuple(columns), table, names_of, parameter_sets)


def _base_columns(
    base: Sequence[Mapping[str, float]], subjects: int, seed: int
) -> tuple[dict[str, Floats], NDArray[np.int64]]:
    """Columns of the parameter sets, and the set of each subject; -1 without an ensemble."""
    if not base:
        return {}, np.full(subjects, -1, dtype=np.int64)
    uniform = _uniform(seed, _PARAMETER_SET_STREAM, subjects)
    index = np.minimum(uniform * len(base), len(base) - 1).astype(np.int64)
    columns = {}
    for name in dict.fromkeys(name for one in base for name in one):
        column = np.array([one.get(name, math.nan) for one in base])
        if not np.isfinite(column).all():
            raise InputError(f"'{name}' is not in every parameter set of the ensemble")
        columns[name] = column[index]
    return columns, index


def _uniform(seed: int, stream: bytes, count: int) -> Floats:
    """The first numbers of a stream, between 0 and 1."""
    return np.random.default_rng([seed, *stream]).random(count)


def _spread(composed: ComposedModel, name: str, constant: Constant, cv: float) -> ParameterSpread:
    is_share = (
        constant.unit == "dimensionless"
        and constant.low >= 0
        and constant.value <= 1
        and constant.high <= 1
    )
    return ParameterSpread(
        name, _stream(composed, name), constant.value, cv, "logit" if is_share else "log"
    )


def _stream(composed: ComposedModel, name: str) -> str:
    """Name of a trait: absorption from every dose by one route is one trait of the subject, not one
    per dose.
    """
    component, _, symbol = name.rpartition(".")
    match = _DEPOT.match(component)
    if match and int(match[2]) <= len(composed.doses):
        return f"{match[1]}.{symbol}_{composed.doses[int(match[2]) - 1].dosing.route}"
    return name


def _cv_of_mechanism(
    composed: ComposedModel, name: str, mechanisms: Mapping[str, Mechanism]
) -> float:
    mechanism = mechanisms.get(composed.quantities[name].mechanism)
    component, _, symbol = name.rpartition(".")
    row = mechanism.constants_for(component).get(symbol) if mechanism is not None else None
    return row.cv if row is not None else 0.0


def _vary(spread: ParameterSpread, median: Floats, uniform: Floats) -> Floats:
    """Values around each subject's median.

    A value of 0 stays 0 and a share of 1 stays 1; a value above 1 that was set is not a share.
    """
    z = truncated_normal(uniform, -MAX_SD, MAX_SD)
    values = median.copy()
    share = (median <= 1) & (spread.scale == "logit")
    positive = (median > 0) & ~share
    if positive.any():
        width = _widths("log", np.ones(1), spread.cv)
        values[positive] = median[positive] * np.exp(width * z[positive])
    inner = share & (median > 0) & (median < 1)
    if inner.any():
        medians, which = np.unique(median[inner], return_inverse=True)
        width = _widths("logit", medians, spread.cv)[which]
        values[inner] = _shift("logit", median[inner], width * z[inner])
    return values


def _widths(scale: Scale, medians: Floats, cv: float) -> Floats:
    """Standard deviations on the scale that give this coefficient of variation, by bisection."""
    z = truncated_normal((np.arange(_NODES) + 0.5) / _NODES, -MAX_SD, MAX_SD)
    low, high = np.zeros_like(medians), np.full_like(medians, _MAX_WIDTH)
    for _ in range(_BISECTIONS):
        sd = 0.5 * (low + high)
        drawn = _shift(scale, medians[:, None], sd[:, None] * z)
        too_wide = drawn.std(axis=1) > cv * drawn.mean(axis=1)
        low, high = np.where(too_wide, low, sd), np.where(too_wide, sd, high)
    return np.asarray(0.5 * (low + high))


def _shift(scale: Scale, median: Floats, by: Floats) -> Floats:
    """Values at this distance from the median on the scale."""
    if scale == "log":
        return np.asarray(median * np.exp(by))
    return np.asarray(median / (median + (1.0 - median) * np.exp(-by)))


def _draw_metabolisers(
    phenotypes: Sequence[Phenotype], seed: int, subjects: int
) -> tuple[Floats, tuple[str, ...]]:
    parameter = phenotypes[0].parameter
    ends = np.cumsum([one.share for one in phenotypes])
    chosen = np.searchsorted(
        ends / ends[-1],
        _uniform(seed, f"{parameter} phenotype".encode(), subjects),
        side="right",
    ).clip(0, len(phenotypes) - 1)
    z = truncated_normal(_uniform(seed, parameter.encode(), subjects))
    sd = np.array([math.sqrt(math.log1p(one.cv**2)) for one in phenotypes])[chosen]
    activity = np.array([one.activity for one in phenotypes])[chosen] * np.exp(sd * z)
    return activity, tuple(phenotypes[k].name for k in chosen)
