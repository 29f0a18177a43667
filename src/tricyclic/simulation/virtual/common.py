"""What virtual cultures and animals have in common: who they are, the chance that belongs to each well, how many show an effect.

Subjects differ by the spreads of the tables and by what the experimenter states on top. Every well has a stream of
random numbers of its own, named by seed, subject and well: it reads the same whatever else stands on the plate.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tricyclic.core.mechanism import Mechanism
from tricyclic.errors import InputError
from tricyclic.simulation.model import Composed
from tricyclic.simulation.population import Spread, draw, spreads_of
from tricyclic.stats.statistics import Located, paired, welch

Floats = NDArray[np.float64]
ALPHA = 0.05
WANTED_POWER = 0.8


@dataclass(frozen=True)
class Condition:
    """What one group of wells gets.

    Parameters
    ----------
    name : str
        "imipramine 1 uM + BD1047 1 uM".
    drug_nM, antagonist_nM, factor_nM : float
        Drug, antagonist and growth factor (BDNF or NGF) in the medium [nM], 0 or more.
    """

    name: str
    drug_nM: float = 0.0
    antagonist_nM: float = 0.0
    factor_nM: float = 0.0


@dataclass(frozen=True)
class Need:
    """How often an experiment of each size would show an effect.

    Parameters
    ----------
    effect : str
        "imipramine 1 uM against vehicle".
    sizes : tuple of int
        Independent cultures, or animals in each group.
    power : tuple of float
        Share of simulated experiments in which the effect is seen: two-sided p below 0.05, in the right direction.
    experiments : int
        How many were simulated for each size; the share's own standard error is below 0.5 / sqrt(experiments).
    """

    effect: str
    sizes: tuple[int, ...]
    power: tuple[float, ...]
    experiments: int

    @property
    def enough(self) -> int | None:
        """The smallest size from which on at least 80 % of experiments show the effect; None where none of the sizes does."""
        short = [k for k, power in enumerate(self.power) if power < WANTED_POWER]
        first = max(short) + 1 if short else 0
        return self.sizes[first] if first < len(self.sizes) else None


def subjects_of(
    composed: Composed,
    mechanisms: Mapping[str, Mechanism],
    count: int,
    seed: int,
    *,
    further_cv: Mapping[str, float] = {},
    given: Mapping[str, float] = {},
) -> list[dict[str, float]]:
    """Draw cultures or animals.

    Parameters
    ----------
    composed : Composed
    mechanisms : mapping of str to Mechanism
        For the spreads of their tables.
    count, seed : int
        Subject k of a seed is the same whatever the count.
    further_cv : mapping of str to float
        Parameters that vary on top of the tables, each with its coefficient of variation (fraction).
    given : mapping of str to float
        Typical values that replace the library's.

    Returns
    -------
    list of dict
        Parameters of each subject.
    """
    spreads = [
        spread for spread in spreads_of(composed, mechanisms) if spread.parameter not in further_cv
    ]
    for name, cv in further_cv.items():
        constant = composed.quantity(name).constant
        if constant is None:
            raise InputError(f"'{name}' is computed and cannot vary", where=composed.name)
        _share(cv, f"spread of {name}")
        if cv > 0 and constant.value > 0:
            spreads.append(Spread(name, name, constant.value, cv, "log"))
    drawn = draw(spreads, count, seed, given=given)
    return [drawn.values(k) for k in range(count)]


def stream(seed: int, *words: object) -> np.random.Generator:
    """The random numbers of one well or fraction, by seed and name."""
    return np.random.default_rng([seed, *"|".join(map(str, words)).encode()])


def around_one(rng: np.random.Generator, cv: float, size: int | tuple[int, ...] = ()) -> Floats:
    """Log-normal factors of mean 1 with a coefficient of variation (fraction)."""
    sd = math.sqrt(math.log1p(cv**2))
    return np.asarray(np.exp(sd * rng.standard_normal(size) - 0.5 * sd**2))


def checked(
    record: object,
    shares: Sequence[str] = (),
    above: Sequence[str] = (),
    not_below: Sequence[str] = (),
) -> None:
    """Refuse an assay that cannot be: spreads outside 0 to 2, times and amounts that are not above 0, or below 0."""
    for name in shares:
        _share(getattr(record, name), name)
    for name in (*above, *not_below):
        value = getattr(record, name)
        if not math.isfinite(value) or value < 0 or (name in above and value == 0):
            raise InputError(
                f"is {value:g}",
                where=name,
                allowed="It is above 0" if name in above else "0 or more",
            )


def need_of_pairs(
    effect: str,
    treated: Floats,
    control: Floats,
    sizes: Sequence[int],
    experiments: int,
    rng: np.random.Generator,
) -> Need:
    """How often cultures that hold both conditions would show that `treated` differs from `control`, as it does in the whole pool.

    Parameters
    ----------
    treated, control : array, shape (pool,)
        What each simulated culture would report, on the scale that is tested; nan where it reports nothing.
    sizes : sequence of int
        Cultures of an experiment, 2 or more; those above a quarter of the pool are left out, as draws would be too much alike.
    experiments : int
        Simulated for each size: cultures taken at random out of the pool.

    Notes
    -----
    Paired t, two-sided.
    """
    seen = np.isfinite(treated) & np.isfinite(control)
    a, b = treated[seen], control[seen]

    def once(n: int) -> Located:
        chosen = rng.permutation(a.size)[:n]
        return paired(a[chosen], b[chosen])

    return _need(
        effect,
        [n for n in sizes if 2 <= n <= a.size // 4],
        experiments,
        once,
        float(np.mean(a) - np.mean(b)) if a.size else 0.0,
    )


def need_of_groups(
    effect: str,
    treated: Floats,
    control: Floats,
    sizes: Sequence[int],
    experiments: int,
    rng: np.random.Generator,
) -> Need:
    """How often two groups of different animals would show the difference; Welch's t, otherwise as `need_of_pairs`."""
    seen = np.isfinite(treated) & np.isfinite(control)
    a, b = treated[seen], control[seen]

    def once(n: int) -> Located:
        order = rng.permutation(a.size)
        return welch(a[order[:n]], b[order[n : 2 * n]])

    return _need(
        effect,
        [n for n in sizes if 2 <= n <= a.size // 4],
        experiments,
        once,
        float(np.mean(a) - np.mean(b)) if a.size else 0.0,
    )


def half_way(concentrations_nM: Floats, effect: Floats) -> float:
    """Concentration at which an effect reaches half of its last value, by interpolation on logarithms; nan where it does not.

    Parameters
    ----------
    concentrations_nM, effect : array, shape (n,)
        Ascending concentrations, the last beyond the plateau; what they do, above 0 or below.
    """
    share = effect / effect[-1] if effect[-1] else np.full_like(effect, np.nan)
    if not np.isfinite(share).all() or share[0] > 0.5:
        return math.nan
    first = max(int(np.argmax(share >= 0.5)), 1)
    x, y = np.log10(concentrations_nM[first - 1 : first + 1]), share[first - 1 : first + 1]
    return float(10 ** np.interp(0.5, y, x))


def _need(
    effect: str, sizes: Sequence[int], experiments: int, once: Callable[[int], Located], way: float
) -> Need:
    power = tuple(
        sum(_shown(once(n), way) for _ in range(experiments)) / experiments for n in sizes
    )
    return Need(effect, tuple(sizes), power, experiments)


def _shown(found: Located, way: float) -> bool:
    # Without any scatter there is no p; a difference is then seen for certain.
    return found.value * way > 0 and (found.p < ALPHA or found.se == 0)


def _share(value: float, where: str) -> None:
    if not (math.isfinite(value) and 0 <= value <= 2):
        raise InputError(
            f"is {value:g}", where=where, allowed="A fraction from 0 to 2, such as 0.1 or 10%"
        )
