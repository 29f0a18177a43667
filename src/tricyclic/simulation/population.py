"""From a composed model to subjects: what differs between animals or people, drawn so that subject k is always the same.

Each parameter draws from a stream of its own, named by seed and parameter, and subject k takes its k-th number. So a
subject has the same clearance whatever the dose, the other drugs, the number of subjects or who computes it.

The range of a constant says how well its typical value is known. Subjects are not cut there: they differ around the typical
value by the stated coefficient of variation, and stop at three standard deviations and at what is physically possible.
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
from tricyclic.simulation.model import Composed
from tricyclic.stats.distributions import truncated_normal

Floats = NDArray[np.float64]
Scale = Literal["log", "logit"]
# Subjects farther from the middle than so many standard deviations are not drawn.
FARTHEST = 3.0
_WIDEST, _HALVINGS, _NODES = 5.0, 40, 400
_DEPOT = re.compile(r"^(.+)_dose(\d+)$")


@dataclass(frozen=True)
class Spread:
    """How one parameter differs between subjects.

    Parameters
    ----------
    parameter : str
        Its name in the composed model.
    stream : str
        Name of its random numbers: parameters that share it are the same trait of a subject.
    middle : float
        Median: the library's value, which a base value of a subject replaces.
    cv : float
        Coefficient of variation (fraction) of what is drawn.
    scale : {"log", "logit"}
        Log-normal above 0, or logit-normal for a share between 0 and 1; each cut three standard deviations from its median.
    """

    parameter: str
    stream: str
    middle: float
    cv: float
    scale: Scale


@dataclass(frozen=True)
class Subjects:
    """What was drawn: parameters by name, one column each; phenotypes; the member of the ensemble on which each rests."""

    names: tuple[str, ...]
    table: Floats
    phenotypes: Mapping[str, tuple[str, ...]]
    members: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.table)

    def values(self, k: int) -> dict[str, float]:
        """Parameters of one subject."""
        return dict(zip(self.names, self.table[k].tolist(), strict=True))


def spreads_of(
    composed: Composed,
    mechanisms: Mapping[str, Mechanism] | None = None,
    *,
    hold: Collection[str] = (),
) -> tuple[Spread, ...]:
    """Find every parameter that differs between subjects.

    Parameters
    ----------
    composed : Composed
    mechanisms : mapping of str to Mechanism, optional
        Where a drug states a constant without a spread, that of the mechanism's own row holds.
    hold : collection of str
        Parameters that all subjects shall share.

    Returns
    -------
    tuple of Spread
        In the order of the model.

    Raises
    ------
    UnknownNameError
        If a name in `hold` is not known.
    """
    held = {composed.quantity(name).name for name in hold}
    found = []
    for name, constant in composed.parameters.items():
        cv = constant.cv or _cv_of_mechanism(composed, name, mechanisms or {})
        if cv > 0 and constant.value > 0 and name not in held:
            found.append(_spread(composed, name, constant, cv))
    return tuple(found)


def draw(
    spreads: Sequence[Spread],
    subjects: int,
    seed: int,
    *,
    phenotypes: Sequence[Phenotype] = (),
    base: Sequence[Mapping[str, float]] = (),
    given: Mapping[str, float] = {},
) -> Subjects:
    """Draw subjects.

    Parameters
    ----------
    spreads : sequence of Spread
    subjects : int
        How many, 1 or more. The first ones are the same whatever the number.
    seed : int
        0 or more.
    phenotypes : sequence of Phenotype
        Kinds of metabolisers; each sets its parameter.
    base : sequence of mapping
        Members of an ensemble; each subject rests on one, drawn at random, and varies around its values.
    given : mapping
        Typical values that replace the library's and the ensemble's, for all subjects.

    Returns
    -------
    Subjects
        One column per parameter that differs from the library in any subject.

    Raises
    ------
    InputError
        If there are no subjects, or the seed is negative.
    """
    if subjects < 1:
        raise InputError(f"asks for {subjects} subjects", allowed="One or more")
    if seed < 0:
        raise InputError(f"the seed is {seed}", allowed="0 or more")
    columns: dict[str, Floats] = {}
    members = np.full(subjects, -1, dtype=np.int64)
    if base:
        members = np.minimum(
            _even(seed, "ensemble member", subjects) * len(base), len(base) - 1
        ).astype(np.int64)
        for name in dict.fromkeys(name for member in base for name in member):
            column = np.array([member.get(name, math.nan) for member in base])
            if not np.isfinite(column).all():
                raise InputError(f"'{name}' is not in every member of the ensemble")
            columns[name] = column[members]
    columns |= {name: np.full(subjects, float(value)) for name, value in given.items()}
    kinds = {phenotype.parameter for phenotype in phenotypes}
    for spread in spreads:
        if spread.parameter not in kinds:
            middle = columns.get(spread.parameter, np.full(subjects, spread.middle))
            columns[spread.parameter] = _around(
                spread, middle, _even(seed, spread.stream, subjects)
            )
    told: dict[str, tuple[str, ...]] = {}
    for parameter in dict.fromkeys(phenotype.parameter for phenotype in phenotypes):
        if parameter in given:
            continue
        columns[parameter], told[parameter] = _metabolisers(
            [phenotype for phenotype in phenotypes if phenotype.parameter == parameter],
            seed,
            subjects,
        )
    table = np.column_stack(list(columns.values())) if columns else np.empty((subjects, 0))
    return Subjects(tuple(columns), table, told, members)


def _even(seed: int, stream: str, count: int) -> Floats:
    """The first numbers of a stream, between 0 and 1."""
    return np.random.default_rng([seed, *stream.encode()]).random(count)


def _spread(composed: Composed, name: str, constant: Constant, cv: float) -> Spread:
    share = (
        constant.unit == "dimensionless"
        and constant.low >= 0
        and constant.value <= 1
        and constant.high <= 1
    )
    return Spread(name, _stream(composed, name), constant.value, cv, "logit" if share else "log")


def _stream(composed: Composed, name: str) -> str:
    """A trait's name: absorption from every dose by one route is one trait of the subject, not one per dose."""
    part, _, symbol = name.rpartition(".")
    match = _DEPOT.match(part)
    if match and int(match[2]) <= len(composed.doses):
        return f"{match[1]}.{symbol}_{composed.doses[int(match[2]) - 1].regimen.route}"
    return name


def _cv_of_mechanism(composed: Composed, name: str, mechanisms: Mapping[str, Mechanism]) -> float:
    mechanism = mechanisms.get(composed.quantities[name].mechanism)
    part, _, symbol = name.rpartition(".")
    row = mechanism.constants_for(part).get(symbol) if mechanism is not None else None
    return row.cv if row is not None else 0.0


def _around(spread: Spread, middle: Floats, even: Floats) -> Floats:
    """Values around each subject's middle. What is 0 stays so, as does a share that is 1; a value set above 1 is no share."""
    z = truncated_normal(even, -FARTHEST, FARTHEST)
    found = middle.copy()
    share = (middle <= 1) & (spread.scale == "logit")
    plain = (middle > 0) & ~share
    if plain.any():
        found[plain] = middle[plain] * np.exp(_widths("log", np.ones(1), spread.cv) * z[plain])
    inner = share & (middle > 0) & (middle < 1)
    if inner.any():
        kinds, which = np.unique(middle[inner], return_inverse=True)
        found[inner] = _moved(
            "logit", middle[inner], _widths("logit", kinds, spread.cv)[which] * z[inner]
        )
    return found


def _widths(scale: Scale, middles: Floats, cv: float) -> Floats:
    """Standard deviations on the scale for which what is drawn has this coefficient of variation, found by halving."""
    z = truncated_normal((np.arange(_NODES) + 0.5) / _NODES, -FARTHEST, FARTHEST)
    low, high = np.zeros_like(middles), np.full_like(middles, _WIDEST)
    for _ in range(_HALVINGS):
        sd = 0.5 * (low + high)
        drawn = _moved(scale, middles[:, None], sd[:, None] * z)
        wide = drawn.std(axis=1) > cv * drawn.mean(axis=1)
        low, high = np.where(wide, low, sd), np.where(wide, sd, high)
    return np.asarray(0.5 * (low + high))


def _moved(scale: Scale, middle: Floats, by: Floats) -> Floats:
    """Values that far from the middle on the scale."""
    if scale == "log":
        return np.asarray(middle * np.exp(by))
    return np.asarray(middle / (middle + (1.0 - middle) * np.exp(-by)))


def _metabolisers(
    kinds: Sequence[Phenotype], seed: int, subjects: int
) -> tuple[Floats, tuple[str, ...]]:
    parameter = kinds[0].parameter
    ends = np.cumsum([kind.share for kind in kinds])
    chosen = np.searchsorted(
        ends / ends[-1], _even(seed, f"{parameter} phenotype", subjects), side="right"
    ).clip(0, len(kinds) - 1)
    z = truncated_normal(_even(seed, parameter, subjects))
    sd = np.array([math.sqrt(math.log1p(kind.cv**2)) for kind in kinds])[chosen]
    activity = np.array([kind.activity for kind in kinds])[chosen] * np.exp(sd * z)
    return activity, tuple(kinds[k].name for k in chosen)
