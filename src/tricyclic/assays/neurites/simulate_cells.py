"""Shapes of simulated cells: somata with a smooth outline, curved and branching neurites.

Nothing of the tracer is used. Units are pixels; angles are radians; positions are (row, column).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

# Distance between the points of a path [pixels].
STEP = 0.5
_TRIALS = 40


@dataclass(frozen=True)
class CellFamily:
    """How the cells and the images of a family look.

    Attributes
    ----------
    shape : tuple of int
        Rows and columns.
    cells : int
        Somata that are placed, those at the border included.
    soma_radius, soma_cv : float
        Mean [pixels] and coefficient of variation.
    soma_aspect : float
        Largest ratio of the axes.
    nucleus_ratio : float
        Radius of the nucleus over that of the soma.
    touching : float
        Share of the cells that are placed against another.
    with_neurites : float
        Share of the cells that have any.
    more_neurites : float
        Mean of the Poisson number beyond the first.
    length_median, length_log_sd : float
        Log-normal lengths of neurites [pixels].
    branch_every : float
        Mean length between two branches [pixels].
    bend_length, bend_sd : float
        Correlation length [pixels] and standard deviation [1/pixel] of the curvature.
    radius : tuple of float
        Range of the radii of neurites [pixels].
    taper : float
        Share of the radius that is lost from the soma to the tip.
    brightness_log_sd : float
        Of the neurites, about that of the median.
    soma_brightness : float
        Of the somata, over the median neurite.
    psf_sigma : float
        Standard deviation of the point spread [pixels].
    contact : float
        Probability that a neurite which meets another soma ends there instead of avoiding it.
    debris : int
        Specks and short rods.
    vignetting : float
        Loss of light from the middle to the corners.
    background, read_noise : float
        Electrons at the middle; standard deviation in electrons.
    """

    shape: tuple[int, int] = (1040, 1388)
    cells: int = 60
    soma_radius: float = 12.0
    soma_cv: float = 0.12
    soma_aspect: float = 1.3
    nucleus_ratio: float = 0.55
    touching: float = 0.2
    with_neurites: float = 0.6
    more_neurites: float = 0.7
    length_median: float = 45.0
    length_log_sd: float = 0.6
    branch_every: float = 120.0
    bend_length: float = 15.0
    bend_sd: float = 0.02
    radius: tuple[float, float] = (1.2, 2.2)
    taper: float = 0.2
    brightness_log_sd: float = 0.25
    soma_brightness: float = 4.0
    psf_sigma: float = 1.1
    contact: float = 0.1
    debris: int = 25
    vignetting: float = 0.35
    background: float = 200.0
    read_noise: float = 5.0


FAMILIES: dict[str, CellFamily] = {
    "PC12-like": CellFamily(),
    "thin and curved": CellFamily(
        cells=45,
        soma_radius=15.0,
        soma_cv=0.18,
        soma_aspect=1.5,
        nucleus_ratio=0.68,
        touching=0.1,
        length_median=65.0,
        length_log_sd=0.5,
        branch_every=90.0,
        bend_length=10.0,
        bend_sd=0.035,
        radius=(0.8, 1.4),
        taper=0.4,
        brightness_log_sd=0.3,
        soma_brightness=6.0,
        psf_sigma=1.3,
        debris=40,
        vignetting=0.2,
        background=120.0,
        read_noise=3.0,
    ),
    "thick and dense": CellFamily(
        cells=80,
        soma_radius=10.0,
        soma_cv=0.1,
        soma_aspect=1.2,
        nucleus_ratio=0.6,
        touching=0.3,
        with_neurites=0.5,
        length_median=35.0,
        length_log_sd=0.7,
        radius=(1.6, 2.8),
        taper=0.1,
        soma_brightness=2.5,
        psf_sigma=0.9,
        debris=15,
        vignetting=0.5,
        background=400.0,
        read_noise=8.0,
    ),
}


@dataclass(frozen=True)
class TrueNeurite:
    """One neurite or branch.

    Attributes
    ----------
    path : array, shape (n, 2)
        Centre line from the outline of the soma, or from the parent, to the tip, where the
        brightness along it is half of that before.
    length, whole_length : float
        Inside the image, and with what is outside [pixels].
    parent : int
        Index of the neurite of the cell that it branches from; -1 at a soma.
    reaches_border : bool
    contact : int
        Index of the cell at whose soma it ends; -1 for none.
    """

    path: FloatArray
    length: float
    whole_length: float
    parent: int
    reaches_border: bool
    contact: int = -1


@dataclass(frozen=True)
class TrueCell:
    """A cell as it was drawn.

    Attributes
    ----------
    center : tuple of float
    radii : array
        Radius of the outline in `len(radii)` directions, the first to the right, clockwise as seen.
    neurites : tuple of TrueNeurite
    to_border : float
        Distance of the outline to the border of the image; negative where it crosses it.
    crossed_by : tuple of int
        Cells whose neurites cross one of this cell.
    """

    center: tuple[float, float]
    radii: FloatArray
    neurites: tuple[TrueNeurite, ...] = ()
    to_border: float = 0.0
    crossed_by: tuple[int, ...] = ()

    @property
    def at_border(self) -> bool:
        """Whether the outline crosses the border of the image."""
        return self.to_border < 0.0

    @property
    def soma_diameter(self) -> float:
        """Diameter of the disc with the area of the soma [pixels]."""
        return 2.0 * float(np.sqrt(np.mean(self.radii**2)))

    @property
    def total_length(self) -> float:
        """Of all neurites and branches [pixels]."""
        return sum(one.length for one in self.neurites)

    @property
    def primary(self) -> int:
        """Neurites that start at the soma."""
        return sum(one.parent < 0 for one in self.neurites)

    @property
    def longest(self) -> float:
        """Longest way from the soma to a tip along the neurites [pixels]; 0 without any.

        With what is outside of the image.
        """
        return max((self._way(one) for one in self.neurites), default=0.0)

    def _way(self, neurite: TrueNeurite) -> float:
        if neurite.parent < 0:
            return neurite.whole_length
        parent = self.neurites[neurite.parent]
        before = STEP * float(np.hypot(*(parent.path - neurite.path[0]).T).argmin())
        return before + neurite.whole_length + (self._way(parent) - parent.whole_length)


def place_cells(rng: np.random.Generator, family: CellFamily) -> tuple[TrueCell, ...]:
    """Cells of a field, with their neurites."""
    somata = _somata(rng, family)
    cells = [
        replace(one, neurites=_neurites(rng, family, somata, number))
        for number, one in enumerate(somata)
    ]
    return tuple(_with_crossings(cells))


def _somata(rng: np.random.Generator, family: CellFamily) -> list[TrueCell]:
    rows, columns = family.shape
    cells: list[TrueCell] = []
    angles = np.linspace(0.0, 2.0 * np.pi, 90, endpoint=False)
    while len(cells) < family.cells:
        radius = family.soma_radius * float(np.exp(rng.normal(0.0, family.soma_cv)))
        aspect, turn = rng.uniform(1.0, family.soma_aspect), rng.uniform(0.0, np.pi)
        a, b = radius * np.sqrt(aspect), radius / np.sqrt(aspect)
        outline = a * b / np.hypot(b * np.cos(angles - turn), a * np.sin(angles - turn))
        for order in (2, 3, 4):
            outline *= 1.0 + 0.03 * rng.normal() * np.cos(order * angles + rng.uniform(0.0, 6.3))
        if cells and rng.random() < family.touching:
            beside = cells[int(rng.integers(len(cells)))]
            way = rng.uniform(0.0, 2.0 * np.pi)
            reach = rng.uniform(0.95, 1.05) * (
                np.interp(way, angles, beside.radii, period=2.0 * np.pi)
                + np.interp(way + np.pi, angles, outline, period=2.0 * np.pi)
            )
            center = (
                beside.center[0] + reach * float(np.sin(way)),
                beside.center[1] + reach * float(np.cos(way)),
            )
            others = [one for one in cells if one is not beside]
        else:
            center = (float(rng.uniform(0.0, rows)), float(rng.uniform(0.0, columns)))
            others = cells
        apart = all(
            np.hypot(center[0] - one.center[0], center[1] - one.center[1])
            > outline.max() + one.radii.max() + 4.0
            for one in others
        )
        edge = _distance_to_border(center, outline, angles, family.shape)
        # A soma that only just touches the border has no truth that can be compared.
        if apart and abs(edge) > 2.0 and 0.0 < center[0] < rows and 0.0 < center[1] < columns:
            cells.append(TrueCell(center, outline, to_border=edge))
    return cells


def _distance_to_border(
    center: tuple[float, float], outline: FloatArray, angles: FloatArray, shape: tuple[int, int]
) -> float:
    row = center[0] + outline * np.sin(angles)
    column = center[1] + outline * np.cos(angles)
    return float(
        min(row.min(), column.min(), shape[0] - 1 - row.max(), shape[1] - 1 - column.max())
    )


def _outline(cell: TrueCell, angle: float) -> float:
    angles = np.linspace(0.0, 2.0 * np.pi, cell.radii.size, endpoint=False)
    return float(np.interp(angle, angles, cell.radii, period=2.0 * np.pi))


def walk(
    rng: np.random.Generator, family: CellFamily, start: FloatArray, angle: float, length: float
) -> FloatArray:
    """A curve whose curvature is an Ornstein-Uhlenbeck process, in steps of `STEP`."""
    n = max(2, round(length / STEP)) + 1
    keep = np.exp(-STEP / family.bend_length)
    kicks = rng.normal(0.0, family.bend_sd * np.sqrt(1.0 - keep**2), n)
    bend = np.empty(n)
    bend[0] = rng.normal(0.0, family.bend_sd)
    for i in range(1, n):
        bend[i] = keep * bend[i - 1] + kicks[i]
    heading = angle + np.concatenate([[0.0], np.cumsum(bend[:-1]) * STEP])
    steps = STEP * np.column_stack([np.sin(heading), np.cos(heading)])
    return np.asarray(start + np.concatenate([np.zeros((1, 2)), np.cumsum(steps[:-1], axis=0)]))


def _meets(path: FloatArray, cells: list[TrueCell], own: int) -> tuple[int, int]:
    """First point of a path in another soma, and that cell; -1 for none."""
    first, other = path.shape[0], -1
    for number, cell in enumerate(cells):
        away = path - np.asarray(cell.center)
        if number == own:
            # A neurite that comes back over its own soma is drawn again.
            far = np.arange(path.shape[0]) > 6.0 / STEP
            inside = (np.hypot(*away.T) < cell.radii.max() + 3.0) & far
            inside &= np.hypot(*away.T) < np.hypot(*away[0]) + 1.0
        else:
            inside = np.hypot(*away.T) < cell.radii.max() + 3.0
        if inside.any() and int(inside.argmax()) < first:
            first, other = int(inside.argmax()), number
    return first, other


def _in_image(path: FloatArray, shape: tuple[int, int]) -> npt.NDArray[np.bool_]:
    limits = np.asarray(shape) - 0.5
    return np.asarray(((path > -0.5) & (path < limits)).all(axis=1))


def _one_path(
    rng: np.random.Generator,
    family: CellFamily,
    cells: list[TrueCell],
    own: int,
    start: FloatArray,
    angle: float,
    length: float,
) -> tuple[FloatArray, int] | None:
    """A path that avoids the somata, or ends at one; None where no way was open."""
    ends_there = rng.random() < family.contact
    for _ in range(_TRIALS):
        path = walk(rng, family, start, angle, length)
        first, other = _meets(path, cells, own)
        if other < 0:
            return path, -1
        if ends_there and other != own and first > 8.0 / STEP:
            cell = cells[other]
            inside = np.array(
                [
                    np.hypot(*(p - cell.center))
                    < _outline(cell, float(np.arctan2(*(p - cell.center))))
                    for p in path
                ]
            )
            if inside.any():
                return path[: int(inside.argmax()) + 1], other
    return None


def _finish(
    path: FloatArray, parent: int, contact: int, shape: tuple[int, int]
) -> TrueNeurite | None:
    seen = _in_image(path, shape)
    if not seen[0]:
        return None
    leaves = not seen.all()
    whole = STEP * (path.shape[0] - 1)
    last = int((~seen).argmax()) if leaves else path.shape[0]
    path = path[:last]
    if path.shape[0] < 3:
        return None
    return TrueNeurite(
        path, STEP * (path.shape[0] - 1), whole, parent, leaves, -1 if leaves else contact
    )


def _neurites(
    rng: np.random.Generator, family: CellFamily, cells: list[TrueCell], own: int
) -> tuple[TrueNeurite, ...]:
    if rng.random() > family.with_neurites:
        return ()
    cell, made = cells[own], []
    used: list[float] = []
    for _ in range(1 + int(rng.poisson(family.more_neurites))):
        for _ in range(_TRIALS):
            angle = float(rng.uniform(0.0, 2.0 * np.pi))
            apart = [abs((angle - u + np.pi) % (2.0 * np.pi) - np.pi) for u in used]
            edge = np.asarray(cell.center) + _outline(cell, angle) * np.array(
                [np.sin(angle), np.cos(angle)]
            )
            if min(apart, default=np.pi) > 0.7 and _meets(edge[None], cells, own)[1] < 0:
                break
        else:
            continue
        length = family.length_median * float(np.exp(rng.normal(0.0, family.length_log_sd)))
        one = _one_path(rng, family, cells, own, edge, angle, max(length, 6.0))
        neurite = _finish(one[0], -1, one[1], family.shape) if one is not None else None
        if neurite is None:
            continue
        used.append(angle)
        made.append(neurite)
        made += _branches(rng, family, cells, own, neurite, len(made) - 1)
    return tuple(made)


def _branches(
    rng: np.random.Generator,
    family: CellFamily,
    cells: list[TrueCell],
    own: int,
    neurite: TrueNeurite,
    parent: int,
) -> list[TrueNeurite]:
    made: list[TrueNeurite] = []
    places: list[int] = []
    for _ in range(int(rng.poisson(neurite.length / family.branch_every))):
        at = int(rng.uniform(0.25, 0.85) * neurite.path.shape[0])
        clear = 12.0 / STEP
        if at < clear or neurite.path.shape[0] - at < clear:
            continue
        if any(abs(at - other) < clear for other in places):
            continue
        before, after = neurite.path[at - 1], neurite.path[at + 1]
        heading = float(np.arctan2(*(after - before)))
        side = rng.choice([-1.0, 1.0]) * rng.uniform(0.6, 1.2)
        length = float(rng.uniform(0.3, 1.0) * max(neurite.length - at * STEP, 15.0))
        one = _one_path(rng, family, cells, own, neurite.path[at], heading + side, length)
        branch = _finish(one[0], parent, one[1], family.shape) if one is not None else None
        if branch is not None:
            made.append(branch)
            places.append(at)
    return made


def _with_crossings(cells: list[TrueCell]) -> list[TrueCell]:
    owners, points = [], []
    for number, cell in enumerate(cells):
        for one in cell.neurites:
            points.append(one.path[::2])
            owners.append(np.full(one.path[::2].shape[0], number))
    if not points:
        return cells
    at, owner = np.concatenate(points), np.concatenate(owners)
    made = []
    for number, cell in enumerate(cells):
        mine, other = at[owner == number], at[owner != number]
        near: set[int] = set()
        if mine.size and other.size:
            for p in mine:
                close = np.abs(other - p).max(axis=1) < 3.0
                near |= set(owner[owner != number][close].tolist())
        made.append(replace(cell, crossed_by=tuple(sorted(near))))
    return made
