"""Power of an experiment by its size: how often simulated experiments show an effect."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from tricyclic.results.virtual_assay import ALPHA, PowerEstimate
from tricyclic.simulation.virtual.common import Floats
from tricyclic.stats.statistics import MeanEstimate, paired, welch

# At most this share of the simulated subjects is in one experiment, else they are too similar.
MAX_SHARE_OF_POOL = 4


def paired_power(
    effect: str,
    treated: Floats,
    control: Floats,
    sizes: Sequence[int],
    experiments: int,
    rng: np.random.Generator,
) -> PowerEstimate:
    """Power of a comparison within cultures, each of which has both conditions.

    Parameters
    ----------
    effect : str
        Name of the effect.
    treated, control : array, shape (subjects,)
        Response of each simulated culture on the scale of the test; nan where it has none.
    sizes : sequence of int
        Cultures in an experiment, 2 or more; those above a quarter of the subjects are left out.
    experiments : int
        Experiments simulated for each size: cultures drawn at random, without replacement.

    Returns
    -------
    PowerEstimate
        Share of experiments that show the difference of all subjects, by a two-sided paired t test.
    """

    def experiment(a: Floats, b: Floats, n: int) -> MeanEstimate:
        chosen = rng.permutation(a.size)[:n]
        return paired(a[chosen], b[chosen])

    return _power(effect, treated, control, sizes, experiments, experiment)


def group_power(
    effect: str,
    treated: Floats,
    control: Floats,
    sizes: Sequence[int],
    experiments: int,
    rng: np.random.Generator,
) -> PowerEstimate:
    """Power of a comparison of two groups of different animals, by Welch's t test.

    Parameters and result are those of `paired_power`; a size is that of each group.
    """

    def experiment(a: Floats, b: Floats, n: int) -> MeanEstimate:
        order = rng.permutation(a.size)
        return welch(a[order[:n]], b[order[n : 2 * n]])

    return _power(effect, treated, control, sizes, experiments, experiment)


def _power(
    effect: str,
    treated: Floats,
    control: Floats,
    sizes: Sequence[int],
    experiments: int,
    experiment: Callable[[Floats, Floats, int], MeanEstimate],
) -> PowerEstimate:
    known = np.isfinite(treated) & np.isfinite(control)
    a, b = treated[known], control[known]
    direction = float(np.mean(a) - np.mean(b)) if a.size else 0.0
    possible = tuple(n for n in sizes if 2 <= n <= a.size // MAX_SHARE_OF_POOL)
    power = tuple(
        sum(_is_shown(experiment(a, b, n), direction) for _ in range(experiments)) / experiments
        for n in possible
    )
    return PowerEstimate(effect, possible, power, experiments)


def _is_shown(difference: MeanEstimate, direction: float) -> bool:
    # Without any scatter there is no p value, and every experiment shows the difference.
    return difference.value * direction > 0 and (difference.p < ALPHA or difference.se == 0)
